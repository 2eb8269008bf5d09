"""Closing a station: refused while something exists only here, whole or closed wherever it is cut off."""

from __future__ import annotations

import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk import startup
from shelterdesk.actions.backups import make_backup, read_manifest
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.closing import close_station, closed_words, closing_state, why_not_yet, wipe
from shelterdesk.actions.desk import Desk, open_desk, sign_head
from shelterdesk.actions.exchange import export_bundle, export_receipts
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.restoring import restore, restore_with_sheet
from shelterdesk.actions.spool import keep_print
from shelterdesk.actions.taking_in import import_from
from shelterdesk.actions.updates import BEFORE
from shelterdesk.core.errors import BadField, NotAllowed, Refused, WorldError, WrongPassphrase
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.core.print_jobs import PrintJob
from shelterdesk.db.connection import open_file
from shelterdesk.db.spool import SET_ASIDE as SPOOL_SET_ASIDE
from shelterdesk.db.state import state_of
from shelterdesk.db.store import Store
from shelterdesk.keys import destroy, keyfile
from tests.forks import forked
from tests.stations import CHEAP, MORNING, PASSPHRASE, Template, make_template
from tests.sync.worlds import World, copied, make_world

REASON = "the office was washed away by the river"


@pytest.fixture(scope="module")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(made_world: World, tmp_path: Path) -> World:
    return copied(made_world, tmp_path)


def register(desk: Desk) -> None:
    register_family(desk, FamilyForm((PersonForm(given="Ana"),)))


def state_in(desk: Desk) -> tuple[bool, int]:
    reader = desk.reader()
    try:
        found = closing_state(reader)
        return found.is_covered, found.not_at_office
    finally:
        reader.close()


def to_office_and_back(world: World, desk: Desk, stick: Path, clock: SetClock) -> None:
    stick.mkdir(exist_ok=True)
    export_bundle(desk, stick)
    office = open_desk(world.office, "chief", PASSPHRASE, clock)
    import_from(office, stick)
    export_receipts(office, stick)
    office.close()
    import_from(desk, stick)


def nothing_is_left(folder: Path) -> None:
    assert not startup.is_set_up(folder) and not keyfile.exists(folder) and not destroy.is_begun(folder)
    assert not list(folder.rglob("*.db*")) and not list(folder.rglob("keys.json"))
    assert json.loads((folder / destroy.CLOSED).read_text()).keys() == {
        "station",
        "dev",
        "how",
        "at_ms",
        "backup",
    }


def test_with_the_office_s_receipt_it_closes_and_the_backup_opens(
    world: World, tmp_path: Path, clock: SetClock
) -> None:
    desk = open_desk(world.lb, "admin", PASSPHRASE, clock)
    register(desk)
    assert state_in(desk)[0] is False and state_in(desk)[1] > 0
    with pytest.raises(BadField, match="not confirmed") as fault:
        close_station(desk, "LB", tmp_path / "last", PASSPHRASE)
    assert fault.value.field == "reason" and not (tmp_path / "last").exists()
    to_office_and_back(world, desk, tmp_path / "stick", clock)
    assert state_in(desk) == (True, 0)
    state = state_of(desk.store.conn)
    (world.lb / "notes.txt").write_text("not ours")
    (world.lb / "mine.json").write_text("{}")
    closed = close_station(desk, "lb ", tmp_path / "last", PASSPHRASE).result
    desk.close()
    nothing_is_left(world.lb)
    assert (world.lb / "notes.txt").exists() and (world.lb / "mine.json").exists()
    assert closed.backup is not None and closed.backup.name in closed_words(closed)
    assert "solid-state" in closed_words(closed)
    again = restore(closed.backup, tmp_path / "new", "admin", PASSPHRASE, clock)
    assert state_of(again.store.conn) == state
    again.close()


def test_what_comes_in_between_the_receipt_and_the_keys_keeps_the_station(
    world: World, tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saved after the look at the receipts and before the backup: it would be in the backup and at no office."""
    desk = open_desk(world.lb, "admin", PASSPHRASE, clock)
    register(desk)
    to_office_and_back(world, desk, tmp_path / "stick", clock)

    def somebody_saves(store: Store) -> None:
        other = open_desk(world.lb, "admin", PASSPHRASE, clock)
        register(other)
        other.close()
        sign_head(store)

    monkeypatch.setattr("shelterdesk.actions.closing.sign_head", somebody_saves)
    with pytest.raises(Refused, match="not at the office") as fault:
        close_station(desk, "LB", tmp_path / "last", PASSPHRASE)
    assert fault.value.next_step and startup.is_set_up(world.lb) and keyfile.exists(world.lb)
    assert state_in(desk)[0] is False
    desk.close()


def test_who_may_and_who_means_it(desk: Desk, operator_desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        close_station(operator_desk, "LB", tmp_path / "last", PASSPHRASE, REASON)
    with pytest.raises(NotAllowed):
        wipe(operator_desk, "LB")
    for code in ("", "MT", "LB1"):
        with pytest.raises(BadField, match="not the code"):
            wipe(desk, code)
    with pytest.raises(BadField, match="must not lie"):
        close_station(desk, "LB", desk.folder / "here", PASSPHRASE, REASON)
    with pytest.raises(BadField, match="no office"):
        close_station(desk, "LB", tmp_path / "last", PASSPHRASE, "short")
    with pytest.raises(WrongPassphrase):  # nothing is destroyed before the backup was proved to open
        close_station(desk, "LB", tmp_path / "last", "not this", REASON)
    register(desk)
    assert startup.is_set_up(desk.folder)


def test_a_lost_office_needs_a_reason_that_stays_in_the_backup(
    desk: Desk, tmp_path: Path, clock: SetClock, station_template: Template
) -> None:
    register(desk)
    reader = desk.reader()
    assert "no office" in why_not_yet(closing_state(reader))
    reader.close()
    folder = desk.folder
    closed = close_station(desk, "LB", tmp_path / "last", PASSPHRASE, REASON).result
    desk.close()
    nothing_is_left(folder)
    assert closed.backup is not None
    code = station_template.recovery_code
    again = restore_with_sheet(closed.backup, tmp_path / "new", code, "Rosa", "three new words", clock, CHEAP)
    details = [row[0] for row in again.store.conn.execute("SELECT detail FROM access") if row[0]]
    assert any("river" in detail for detail in details)
    again.close()


def test_a_practice_station_needs_no_office(tmp_path: Path, clock: SetClock) -> None:
    folder = make_template(tmp_path / "p", practice=True).folder
    desk = open_desk(folder, "admin", PASSPHRASE, clock)
    register(desk)
    close_station(desk, "LB", tmp_path / "last", PASSPHRASE)
    desk.close()
    nothing_is_left(folder)


def test_a_wipe_destroys_the_keys_at_once_and_copies_of_them_too(
    desk: Desk, tmp_path: Path, clock: SetClock, station_template: Template
) -> None:
    register(desk)
    folder, key = desk.folder, desk.store.file_key
    made = make_backup(desk, tmp_path / "stick").result.folder
    make_backup(desk, folder / "own-copies")
    closed = wipe(desk, "LB").result
    desk.close()
    assert closed.backup is None and closed.is_finished and "Earlier backups" in closed_words(closed)
    nothing_is_left(folder)
    with pytest.raises(WorldError):
        open_desk(folder, "admin", PASSPHRASE, clock)
    restore(made, tmp_path / "new", "admin", PASSPHRASE, clock).close()  # elsewhere it stays as it was
    conn = open_file(tmp_path / "new" / "station.db", key, read_only=True)
    conn.close()


def test_papers_for_the_printer_and_copies_made_for_an_update_go_too(desk: Desk, tmp_path: Path) -> None:
    """Both were written by parts of the program that know nothing of closing; a copy with its keys opens."""
    keep_print(desk, PrintJob(PaperKind.LISTS, "list-LB"), b"%PDF << /Type /Page >>")
    (desk.folder / SPOOL_SET_ASIDE).write_bytes(b"an older one")
    make_backup(desk, desk.folder / BEFORE)
    newer = desk.folder / "newer-20261120T090000Z"
    newer.mkdir()
    for name in ("keys.json", "station.db"):
        (newer / name).write_bytes((desk.folder / name).read_bytes())
    os.link(newer / "keys.json", tmp_path / "same")
    before = (tmp_path / "same").read_bytes()
    wipe(desk, "LB")
    desk.close()
    nothing_is_left(desk.folder)
    assert (tmp_path / "same").read_bytes() != before, "written over, as those of the folder itself"


def test_the_key_file_is_written_over_before_it_goes(desk: Desk, tmp_path: Path) -> None:
    """A second name of the same file shows what stood on the disk when the first one went."""
    os.link(desk.folder / "keys.json", tmp_path / "same")
    before = (tmp_path / "same").read_bytes()
    wipe(desk, "LB")
    after = (tmp_path / "same").read_bytes()
    assert (
        len(after) == len(before)
        and sum(a == b for a, b in zip(before, after, strict=True)) < len(before) // 20
    )


KILLED = """
import os, sys
from datetime import datetime, UTC
from pathlib import Path
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.closing import close_station, wipe
from shelterdesk.actions.desk import open_desk
def main(folder, at, how):
    folder = Path(folder)
    desk = open_desk(folder, "admin", "demo", SetClock(datetime(2026, 11, 23, 13, 0, 30, tzinfo=UTC)))
    left = [at]
    def hook(event, args):
        if event in ("os.remove", "os.rename", "shutil.rmtree") or (
            event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR)
        ):
            left[0] -= 1
            if left[0] < 0:
                os._exit(9)
    sys.addaudithook(hook)
    if how == "wipe":
        wipe(desk, "LB")
    else:
        close_station(desk, "LB", folder.parent / "last", "demo")
    desk.close()
"""


@pytest.mark.parametrize("how", ["wipe", "close"])
def test_cut_off_anywhere_it_is_whole_or_closed(tmp_path: Path, how: str) -> None:
    """The program is killed before each of its writes, renames and removals in turn."""
    template = make_template(tmp_path / "template", practice=True)
    desk = open_desk(template.folder, "admin", PASSPHRASE, SetClock(MORNING))
    register(desk)
    state = state_of(desk.store.conn)
    desk.close()
    outcomes = []
    with forked(KILLED) as program:
        for at in range(200):
            here = tmp_path / f"{how}-{at}"
            here.mkdir()
            folder = here / "station"
            shutil.copytree(template.folder, folder)
            ended = program.run(str(folder), at, how)
            if startup.is_set_up(folder):
                opened = open_desk(folder, "admin", PASSPHRASE, SetClock(MORNING + timedelta(minutes=1)))
                assert state_of(opened.store.conn) == state
                opened.close()
                outcomes.append("whole")
            else:
                nothing_is_left(folder)
                outcomes.append("closed")
                if how == "close":
                    (backup,) = (here / "last").glob("shelterdesk-backup-*Z")
                    assert read_manifest(backup).practice
            if ended == 0:
                break
            assert ended == 9
    assert outcomes == sorted(outcomes, reverse=True) and {"whole", "closed"} == set(outcomes)
    assert outcomes.count("closed") >= 8


def test_what_cannot_be_removed_stands_in_the_way_of_a_new_station(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new station in the folder would go with the rest of the old one at the next start."""
    folder = desk.folder
    real = Path.unlink

    def stuck(self: Path, missing_ok: bool = False) -> None:
        if self.name == "station.db":
            raise PermissionError(13, "in use", str(self))
        real(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", stuck)
    closed = wipe(desk, "LB").result
    assert not closed.is_finished and "next" in closed_words(closed) or "again" in closed_words(closed)
    assert not keyfile.exists(folder) and not startup.is_set_up(folder)
    with pytest.raises(Refused, match="being closed"):
        startup.prepare_folder(folder)
    monkeypatch.setattr(Path, "unlink", real)
    assert not startup.is_set_up(folder)
    nothing_is_left(folder)
    startup.prepare_folder(folder)


def test_a_half_written_key_file_of_a_copy_is_written_over_too(station_folder: Path, tmp_path: Path) -> None:
    copy = station_folder / "own-copies" / "shelterdesk-backup-0000000000000000-20260101T000000Z.partial"
    copy.mkdir(parents=True)
    half = copy / f"{keyfile.FILE_NAME}.partial"
    half.write_bytes((station_folder / keyfile.FILE_NAME).read_bytes())
    os.link(half, tmp_path / "what the disk keeps")
    destroy.begin(station_folder, {})
    destroy.go_on(station_folder)
    assert not copy.exists() and b"shelterdesk-keys" not in (tmp_path / "what the disk keeps").read_bytes()
