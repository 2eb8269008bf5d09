"""What lies beside the file when somebody is erased: backups, older copies, drafts, papers that wait, sealed entries."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk import startup
from shelterdesk.actions.backups import make_backup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.drafts import close_drafts, load_drafts, open_drafts, save_draft
from shelterdesk.actions.erasing import erase, sealed_ids
from shelterdesk.actions.records import sealed_records
from shelterdesk.actions.restoring import restore
from shelterdesk.actions.spool import keep_print, take_up_prints
from shelterdesk.actions.users import add_user
from shelterdesk.core.errors import NotAllowed
from shelterdesk.core.kinds import NOTE
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.print_jobs import PrintJob
from shelterdesk.core.vocabulary import Confidentiality, Role
from tests.stations import CHEAP, PASSPHRASE, Template, make_template
from tests.sync.erasing import family, must_be_gone, names_in
from tests.sync.worlds import World, adopt, at, carry, given_names

PDF = b"%PDF << /Type /Page >>"


def erased_at_the_station(world: World, clock: SetClock, tmp_path: Path, *ents: str) -> None:
    """The office hears the station, erases, and the station hears of it."""
    carry(world.lb, world.office, tmp_path / "there", clock)
    with at(world.office, clock) as office:
        erase(office, ents, "request 12")
    carry(world.office, world.lb, tmp_path / "back", clock, "LB")


def test_an_older_file_put_back_hears_of_it_before_it_is_shown(
    world: World, clock: SetClock, tmp_path: Path
) -> None:
    with at(world.lb, clock) as desk:
        ids = family(desk)
    shutil.copy(world.lb / startup.FILE, tmp_path / "older.db")
    erased_at_the_station(world, clock, tmp_path, ids["gone"])
    for tail in ("-wal", "-shm"):
        (world.lb / f"{startup.FILE}{tail}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "older.db", world.lb / startup.FILE)
    with at(world.lb, clock) as desk:
        must_be_gone(desk, "put back")
        assert given_names(desk) == {"Benedicta"}


def test_an_old_backup_never_revives_who_was_erased(world: World, clock: SetClock, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with at(world.lb, clock) as desk:
        ids = family(desk)
        old = make_backup(desk, disk).result.folder
    erased_at_the_station(world, clock, tmp_path, ids["gone"])
    clock.forward(timedelta(hours=1))
    with at(world.lb, clock) as desk:
        make_backup(desk, disk)
    restored = restore(old, tmp_path / "new", "admin", PASSPHRASE, clock)
    try:
        must_be_gone(restored, "restored")
    finally:
        restored.close()


@pytest.mark.parametrize(
    "note",
    ["", "nonsense", '{"erased": 7}', '{"erased": [{"statement": "{}", "signature": "x"}]}', "[" * 9999],
)
def test_a_note_that_is_none_keeps_nobody_from_the_desk(world: World, clock: SetClock, note: str) -> None:
    (world.lb / startup.ERASED).write_text(note)
    with at(world.lb, clock) as desk:
        assert desk.roster.erased == frozenset()


def test_a_note_that_cannot_be_written_stops_nothing(world: World, clock: SetClock, tmp_path: Path) -> None:
    """A full disk, or a folder in its way: what was ordered is done, what came is in, and everybody can log in."""
    with at(world.lb, clock) as desk:
        ids = family(desk)
    for folder in (world.lb, world.office):
        (folder / startup.ERASED).mkdir()
    erased_at_the_station(world, clock, tmp_path, ids["gone"])
    with at(world.lb, clock) as desk:
        must_be_gone(desk, "without a note")
        assert given_names(desk) == {"Benedicta"}
    for folder in (world.lb, world.office):
        (folder / startup.ERASED).rmdir()
        with at(folder, clock):
            pass
        assert json.loads((folder / startup.ERASED).read_bytes())["erased"], "written once it can be"


def test_a_note_of_another_office_erases_nobody(world: World, clock: SetClock, tmp_path: Path) -> None:
    with at(world.lb, clock) as desk:
        ids = family(desk)
    erased_at_the_station(world, clock, tmp_path, ids["gone"])
    make_template(tmp_path / "qq", code="QQ")
    with at(tmp_path / "qq", clock) as other:
        family(other)
        with other.store.transaction() as conn:  # the very ids that were erased elsewhere
            assert conn.execute("SELECT count(*) FROM person").fetchone() == (2,)
    shutil.copy(world.lb / startup.ERASED, tmp_path / "qq" / startup.ERASED)
    with at(tmp_path / "qq", clock) as other:
        assert other.roster.erased == frozenset() and len(given_names(other)) == 2


def test_the_note_names_nobody(world: World, clock: SetClock, tmp_path: Path) -> None:
    with at(world.lb, clock) as desk:
        ids = family(desk)
    erased_at_the_station(world, clock, tmp_path, ids["gone"])
    text = (world.lb / startup.ERASED).read_bytes()
    assert names_in(text) == [] and ids["gone"].encode() in text
    assert json.loads(text)["erased"]


def test_what_was_typed_about_her_goes_and_the_rest_stays(
    world: World, clock: SetClock, tmp_path: Path
) -> None:
    with at(world.lb, clock) as desk:
        ids = family(desk)
        drafts = open_drafts(desk).result
        save_draft(desk, drafts, "people", {"person": ids["gone"], "given": "Xochiquetzal"})
        save_draft(desk, drafts, "reception", {"person": ids["stays"], "given": "Benedicta"})
        close_drafts(desk, drafts)
    erased_at_the_station(world, clock, tmp_path, ids["gone"])
    with at(world.lb, clock) as desk:
        drafts = open_drafts(desk).result
        assert list(load_drafts(desk, drafts).result) == ["reception"]
        close_drafts(desk, drafts)


def test_papers_made_before_are_printed_no_more(world: World, clock: SetClock, tmp_path: Path) -> None:
    with at(world.lb, clock) as desk:
        ids = family(desk)
        for kind in (PaperKind.LISTS, PaperKind.CARDS, PaperKind.DAILY_SHEET):
            keep_print(desk, PrintJob(kind, f"{kind.value}-LB"), PDF)
    clock.forward(timedelta(minutes=1))
    erased_at_the_station(world, clock, tmp_path, ids["gone"])
    clock.forward(timedelta(minutes=1))
    with at(world.lb, clock) as desk:
        keep_print(desk, PrintJob(PaperKind.LISTS, "lists-LB"), PDF)
        assert [one.job.kind for one in take_up_prints(desk).result] == [
            PaperKind.DAILY_SHEET,
            PaperKind.LISTS,
        ]


def test_holders_name_what_is_sealed_about_her(world: World, tmp_path: Path, clock: SetClock) -> None:
    made: Template = make_template(tmp_path / "zz", code="ZZ")
    folder = tmp_path / "zz"
    with at(world.office, clock) as office:
        adopt(office, folder, tmp_path, clock)
    with at(folder, clock) as desk:
        add_user(
            desk,
            "nun",
            frozenset({Role.PROTECTION}),
            PASSPHRASE,
            recovery_code=made.recovery_code,
            cost=CHEAP,
        )
        ids = family(desk)
    with at(folder, clock, "nun") as desk:
        for who, text in (("gone", "Zacatecas again"), ("stays", "of the other")):
            with desk.store.write(desk.user) as event:
                event.create(NOTE, {"person": ids[who], "text": text})
        found = sealed_ids(desk, [ids["gone"]]).result
        assert len(found) == 1
    with at(folder, clock) as desk, pytest.raises(NotAllowed):
        sealed_ids(desk, [ids["gone"]])
    carry(folder, world.office, tmp_path / "there", clock)
    with at(world.office, clock) as office:
        erase(office, [ids["gone"]], "request 12", found)
    carry(world.office, folder, tmp_path / "back", clock, "ZZ")
    with at(folder, clock, "nun") as desk:
        must_be_gone(desk, "with sealed entries")
        notes = sealed_records(desk, Confidentiality.PROTECTION, kind=NOTE)
        assert [note.values["text"] for note in notes] == ["of the other"]
        assert sealed_ids(desk).result == ()
        left = b"".join(path.read_bytes() for path in folder.glob("protection-*.db*"))
        assert left


def test_sealed_entries_nobody_named_are_found_by_their_holder_afterwards(
    world: World, tmp_path: Path, clock: SetClock
) -> None:
    made: Template = make_template(tmp_path / "zz", code="ZZ")
    folder = tmp_path / "zz"
    with at(world.office, clock) as office:
        adopt(office, folder, tmp_path, clock)
    with at(folder, clock) as desk:
        add_user(
            desk,
            "nun",
            frozenset({Role.PROTECTION}),
            PASSPHRASE,
            recovery_code=made.recovery_code,
            cost=CHEAP,
        )
        ids = family(desk)
    with at(folder, clock, "nun") as desk, desk.store.write(desk.user) as event:
        event.create(NOTE, {"person": ids["gone"], "text": "Zacatecas again"})
    carry(folder, world.office, tmp_path / "there", clock)
    with at(world.office, clock) as office:
        erase(office, [ids["gone"]], "request 12")
    carry(world.office, folder, tmp_path / "back", clock, "ZZ")
    with at(folder, clock, "nun") as desk:
        late = sealed_ids(desk).result
        assert len(late) == 1
    with at(world.office, clock) as office:
        erase(office, [], "request 12", late)
    carry(world.office, folder, tmp_path / "again", clock, "ZZ")
    with at(folder, clock, "nun") as desk:
        assert sealed_ids(desk).result == () and sealed_records(desk, Confidentiality.PROTECTION) == []
