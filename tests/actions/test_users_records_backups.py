"""Users with their class keys, records of every kind, sealed ones for holders only, backups that open."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shelterdesk import startup
from shelterdesk.actions import faults
from shelterdesk.actions.backups import make_backup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.records import add_record, add_records, kind_named, show_records
from shelterdesk.actions.restoring import restore
from shelterdesk.actions.station import StationPlanned, new_station
from shelterdesk.actions.users import add_user, disable_user, list_users, set_own_passphrase
from shelterdesk.core.errors import BadField, DamagedFile, NotAllowed, NotFound, Refused, WrongPassphrase
from shelterdesk.core.json_line import Line
from shelterdesk.core.kinds import CARRIERS, KIND_NAMES, KINDS, Field, FieldType, Kind
from shelterdesk.core.record_rules import LISTS, NEEDED
from shelterdesk.core.vocabulary import Confidentiality, Missing, Role
from shelterdesk.db.check import check
from shelterdesk.db.meta import IsCopy
from shelterdesk.db.records import REFERS_TO
from shelterdesk.db.state import state_of
from shelterdesk.db.store import Store
from tests.stations import CHEAP, MORNING, PASSPHRASE, Template

SAMPLES: dict[FieldType, object] = {
    FieldType.TEXT: "text",
    FieldType.INT: 7,
    FieldType.REAL: 2.5,
    FieldType.BOOL: True,
    FieldType.REF: "00112233445566778899aabbccddeeff",
    FieldType.TIME: "2026-11-23T07:40:00-05:00[America/Panama]",
    FieldType.DATE: "1994-03",
    FieldType.LIST: ["one", "two"],
    FieldType.JSON: {"a": 1},
}
WRITABLE = [
    k for k in KINDS.values() if k not in CARRIERS.values() and k.name not in ("safeguarding", "station")
]
OF_KIND: dict[tuple[str, str], object] = {
    ("arrival_group", "number"): "ZZ1-T0007-9",
    ("household", "number"): "ZZ1-H0007-I",
    ("person", "number"): "ZZ1-000007-S",
    ("service_type", "name"): {"es": "Jabón"},
    ("specific_need", "code"): "CR-AF",
}
OF_NAME: dict[str, object] = {
    "document_number": "TEXT7",
    "station": "LB",
    "area_m2": 12.5,
    "birth_country": "VEN",
    "issuer": "UNO",
    "languages": ["es", "ht"],
    "last_residence": "CHL",
    "latitude": 8.5,
    "longitude": -77.5,
    "nationality": ["VEN", "XXA"],
    "place_kind": "room",  # in a block
}


def sample(kind: Kind, field: Field, known: dict[str, str]) -> object:
    """A value that a field may hold."""
    if (kind.name, field.name) in OF_KIND:
        return OF_KIND[kind.name, field.name]
    words = LISTS.get((kind.name, field.name))
    if words is not None and field.name not in OF_NAME:
        return str(next(iter(words)))
    if field.type is FieldType.REF and field.name in REFERS_TO:
        return known["other" if field.name == "other" else REFERS_TO[field.name]]
    return OF_NAME.get(field.name, SAMPLES[field.type])


def referred_to(desk: Desk) -> dict[str, str]:
    """A record of every kind that others refer to."""
    made: dict[str, dict[str, object]] = {
        "person": {"given": "Ana"},
        "other": {"given": "Eva"},
        "household": {},
        "arrival_group": {},
        "place": {"code": "Z9", "place_kind": "block"},
        "service_type": {"code": "SOAP"},
        "transfer": {},
        "card": {"serial": 4711},
    }
    kinds = {"other": KIND_NAMES["person"], **KIND_NAMES}
    return {name: add_record(desk, kinds[name], values).result for name, values in made.items()}


def holder(desk: Desk, role: Role, code: str) -> None:
    add_user(desk, role.value, frozenset({role}), PASSPHRASE, recovery_code=code, cost=CHEAP)


@pytest.mark.parametrize("kind", WRITABLE, ids=lambda k: k.name)
def test_every_kind_is_written_and_read_back(desk: Desk, station_template: Template, kind: Kind) -> None:
    holder(desk, Role.HEALTH, station_template.recovery_code)
    holder(desk, Role.PROTECTION, station_template.recovery_code)
    role = {"class_count": "health"}.get(kind.name, kind.confidentiality.value)
    known = referred_to(desk)
    values = {field.name: sample(kind, field, known) for field in kind.fields if field.name != "void"}
    if kind.fields[-1].name not in NEEDED.get(kind.name, ()):
        values[kind.fields[-1].name] = {"missing": "refused"}
    desk.close()
    writer = open_desk(
        desk.folder, role if role in ("health", "protection") else "admin", PASSPHRASE, desk.clock
    )
    ent = add_record(writer, kind, values).result
    if kind.name == "class_count":  # counted by a holder, read by everybody at the desk
        writer.close()
        writer = open_desk(desk.folder, "admin", PASSPHRASE, desk.clock)
    shown = next(r for r in show_records(writer, kind, ent))
    assert {n: v for n, v in shown.items() if n not in ("id", "kind")} == values
    assert check(writer.store.conn).findings == []
    writer.close()


def test_safeguarding_waits_for_the_office_key(desk: Desk) -> None:
    with pytest.raises(Refused, match="office"):
        add_record(desk, KIND_NAMES["safeguarding"], {"text": "x"})


def test_a_bad_line_says_why_and_the_others_go_on(desk: Desk) -> None:
    ana = add_record(desk, KIND_NAMES["person"], {"given": "Ana"}).result
    lines: list[Line] = [
        {"ref": "a", "person": ana, "movement": "OUT", "happened_at": "2026-11-23T07:00"},
        {"person": ana, "movement": 5},
        {"ref": 3, "person": ana, "moved": "x"},
        {"ref": 4, "person": ana, "movement": "IN", "happened_at": "yesterday"},
        {"ref": 5, "person": "Ana"},
        {"ref": 6, "person": ana, "note": {"missing": "forgot"}},
        {"ref": 7, "person": ana, "movement": "IN", "happened_at": "0001-01-01T00:00:00+14:00"},
        {"ref": 8, "person": ana, "movement": "IN", "note": "a\0b"},
        b'{"ref": 9, "note": "\\ud800"}',
        b"\xff",
        b"[" * 5000,
        b"[1]",
        b'{"x": NaN}',
        {"ref": "last", "person": ana, "movement": "IN"},
    ]
    answers = list(add_records(desk, kind_named("movement"), lines))
    assert "id" in answers[0] and "id" in answers[-1]
    assert [a["ref"] for a in answers] == ["a", 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, "last"]
    assert all("error" in a for a in answers[1:-1])
    assert answers[1]["error"].startswith("movement: ")
    assert answers[3]["error"].startswith("happened_at: ") and answers[6]["error"].startswith("happened_at: ")
    assert answers[7]["error"].startswith("note: ")
    assert {a["error"] for a in answers[8:13]} == {"line: this is not JSON", "line: this is not an object"}
    assert len(show_records(desk, kind_named("movement"))) == 2
    with pytest.raises(NotFound, match="there are|There are"):
        kind_named("persons")


def test_an_admin_alone_cannot_open_a_class(desk: Desk, station_template: Template) -> None:
    add_record(desk, KIND_NAMES["note"], {"text": "sealed"})
    with pytest.raises(NotAllowed):
        show_records(desk, KIND_NAMES["note"])
    with pytest.raises(Refused, match="recovery"):
        add_user(desk, "doctor", frozenset({Role.HEALTH}), PASSPHRASE, cost=CHEAP)
    assert desk.roster.user_named("doctor") is None
    holder(desk, Role.PROTECTION, station_template.recovery_code)
    desk.close()
    opened = open_desk(desk.folder, "protection", PASSPHRASE, desk.clock)
    assert [r["text"] for r in show_records(opened, KIND_NAMES["note"])] == ["sealed"]
    with pytest.raises(NotAllowed):
        show_records(opened, KIND_NAMES["screening"])
    # A holder hands the key on without the sheet; what was opened is recorded, sealed.
    accesses = show_records(opened, KIND_NAMES["protection_access"])
    assert [a["access"] for a in accesses] == ["opened"]
    opened.close()


def test_users_log_in_until_they_are_disabled(desk: Desk, clock: SetClock) -> None:
    add_user(desk, "Rosa", frozenset({Role.OPERATOR}), "first words", cost=CHEAP)
    with pytest.raises(Refused, match="already"):
        add_user(desk, "ROSA ", frozenset({Role.OPERATOR}), "other words", cost=CHEAP)
    with pytest.raises(BadField):
        add_user(desk, "Luz", frozenset({Role.OPERATOR}), "abc", cost=CHEAP)
    desk.close()
    rosa = open_desk(desk.folder, "rosa", "first words", clock)
    with pytest.raises(NotAllowed):
        add_user(rosa, "Luz", frozenset({Role.ADMIN}), "second words", cost=CHEAP)
    with pytest.raises(WrongPassphrase):
        set_own_passphrase(rosa, "wrong words", "new words", CHEAP)
    set_own_passphrase(rosa, "first words", "new words", CHEAP)
    rosa.close()
    with pytest.raises(WrongPassphrase):
        open_desk(desk.folder, "rosa", "first words", clock)
    open_desk(desk.folder, "rosa", "new words", clock).close()
    admin = open_desk(desk.folder, "admin", PASSPHRASE, clock)
    disable_user(admin, "rosa")
    assert [u.is_active for u in list_users(admin) if u.name == "Rosa"] == [False]
    with pytest.raises(Refused, match="last admin"):
        disable_user(admin, "admin")
    admin.close()
    with pytest.raises(WrongPassphrase):
        open_desk(desk.folder, "rosa", "new words", clock)


def test_a_backup_opens_elsewhere_in_a_new_epoch(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    add_record(desk, KIND_NAMES["person"], {"given": "Ana", "birth": {"missing": "unknown"}})
    made = make_backup(desk, tmp_path / "stick").result
    state = state_of(desk.store.conn)
    assert {p.name for p in made.folder.iterdir()} == {"station.db", "keys.json", "backup.json"}
    restored = restore(made.folder, tmp_path / "new", "admin", PASSPHRASE, clock)
    assert state_of(restored.store.conn) == state
    assert 0 == desk.who.epoch < restored.who.epoch < 1 << 53
    with restored.store.write(restored.user) as event:
        assert event.next_count("person") > startup.EPOCH_GAP
        assert event.next_count("person") == startup.EPOCH_GAP + 3
        event.create(KIND_NAMES["person"], {"given": "Luz", "sex": Missing.REFUSED})
    assert check(restored.store.conn).findings == []
    restored.close()
    with pytest.raises(Refused, match="already holds"):
        restore(made.folder, tmp_path / "new", "admin", PASSPHRASE, clock)


def test_a_backup_opened_by_hand_is_refused(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    """A copy of it in a folder of its own is still a backup: opened as it is, two desks would be one."""
    made = make_backup(desk, tmp_path / "stick").result
    by_hand = tmp_path / "by-hand"
    shutil.copytree(made.folder, by_hand)
    (by_hand / "backup.json").unlink()
    before = (by_hand / startup.FILE).read_bytes()
    with pytest.raises(IsCopy, match="backup"):
        open_desk(by_hand, "admin", PASSPHRASE, clock)
    assert (by_hand / startup.FILE).read_bytes() == before  # it can still be restored
    with pytest.raises(IsCopy):
        Store(by_hand / startup.FILE, desk.store.file_key, clock)
    restore(made.folder, tmp_path / "new", "admin", PASSPHRASE, clock).close()
    open_desk(tmp_path / "new", "admin", PASSPHRASE, clock).close()


@pytest.mark.parametrize(
    "when", [MORNING, datetime(1970, 1, 1, tzinfo=UTC), datetime(2190, 1, 1, tzinfo=UTC)]
)
def test_two_restores_of_one_backup_never_share_an_epoch(desk: Desk, tmp_path: Path, when: datetime) -> None:
    """Nor with a clock that stands still, or stands in 1970; and each goes up, below what all tools can read."""
    made = make_backup(desk, tmp_path / "stick").result
    clock = SetClock(when)
    epochs = []
    for n in range(3):
        with closing(restore(made.folder, tmp_path / f"new-{n}", "admin", PASSPHRASE, clock)) as restored:
            epochs.append(restored.who.epoch)
    assert len(set(epochs)) == 3
    for _ in range(200):
        epochs.append(startup.new_epoch(epochs[-1], clock))
        assert epochs[-2] < epochs[-1] < 1 << 53


def test_an_epoch_begun_by_another_process_is_noticed(desk: Desk, clock: SetClock) -> None:
    """Whoever has the file open goes on in it: nothing more is written under the old one."""
    beside = open_desk(desk.folder, "operator", PASSPHRASE, clock)
    startup.begin_epoch(desk.store.conn, clock)
    add_record(beside, KIND_NAMES["person"], {"given": "Ana"})
    newest = beside.store.conn.execute("SELECT epoch, seq FROM event ORDER BY id DESC LIMIT 1").fetchone()
    assert newest == (beside.who.epoch, 1) and newest[0] > 0
    beside.close()
    heads = desk.store.conn.execute(
        "SELECT count(*) FROM signed_head WHERE epoch = ?", (newest[0],)
    ).fetchone()
    assert heads == (1,)


def test_the_folders_of_a_backup_are_synced(
    desk: Desk, tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rename lasts once its folder is on the disk, not before (SYNC §1.8)."""
    synced: list[int] = []
    real = os.fsync

    def watched(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(os, "fsync", watched)
    made = make_backup(desk, tmp_path / "stick").result
    assert {(tmp_path / "stick").stat().st_ino, made.folder.stat().st_ino} <= set(synced)
    synced.clear()
    restore(made.folder, tmp_path / "new", "admin", PASSPHRASE, clock).close()
    files = [tmp_path / "new", tmp_path / "new" / "keys.json", tmp_path / "new" / startup.FILE]
    assert {file.stat().st_ino for file in files} <= set(synced)


def test_a_damaged_or_foreign_backup_leaves_nothing(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    made = make_backup(desk, tmp_path / "stick").result
    file = made.folder / startup.FILE
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(DamagedFile):
        restore(made.folder, tmp_path / "new", "admin", PASSPHRASE, clock)
    with pytest.raises(NotFound):
        restore(tmp_path / "empty", tmp_path / "new", "admin", PASSPHRASE, clock)
    assert not startup.is_set_up(tmp_path / "new")
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(WrongPassphrase):
        restore(made.folder, tmp_path / "new", "admin", "not this", clock)
    assert not startup.is_set_up(tmp_path / "new")


@pytest.mark.parametrize("file", ["keys.json", "station.db"])
def test_a_backup_that_lacks_a_file_is_said_to_lack_it(
    desk: Desk, tmp_path: Path, clock: SetClock, file: str
) -> None:
    """Nothing was pulled out: the disk is there, the file is not."""
    made = make_backup(desk, tmp_path / "disk").result
    (made.folder / file).unlink()
    folder = tmp_path / "new"
    with pytest.raises(DamagedFile, match="missing from the backup") as told:
        restore(made.folder, folder, "admin", PASSPHRASE, clock)
    assert file in told.value.sentence and told.value.next_step
    assert not startup.is_set_up(folder)


def test_what_lay_in_the_folder_before_a_restore_stays(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    """The mark of how far the desk had written; and a log of another file, that would be written into the backup."""
    made, new = make_backup(desk, tmp_path / "stick").result, tmp_path / "new"
    new.mkdir()
    (new / startup.HIGH_WATER).write_bytes(b"mark")
    with pytest.raises(WrongPassphrase):
        restore(made.folder, new, "admin", "not this", clock)
    assert (new / startup.HIGH_WATER).read_bytes() == b"mark" and not startup.is_set_up(new)
    for tail in ("-wal", "-journal"):
        log = new / f"{startup.FILE}{tail}"
        log.write_bytes(b"of another time")
        with pytest.raises(Refused, match="what is left of a station") as fault:
            restore(made.folder, new, "admin", PASSPHRASE, clock)
        assert "empty folder" in fault.value.next_step and log.read_bytes() == b"of another time"
        log.unlink()
    restore(made.folder, new, "admin", PASSPHRASE, clock).close()


def test_a_restore_that_was_killed_can_be_made_again(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    """The process ends in the middle, as with the battery: no half station stands in the way afterwards."""
    made, new = make_backup(desk, tmp_path / "stick").result, tmp_path / "new"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(made.folder), str(new), "begin_epoch", PASSPHRASE], check=False
    )
    assert done.returncode == 9
    assert not startup.is_set_up(new)
    startup.prepare_folder(new)  # as for any station that is to be made there
    assert not (new / startup.FILE).exists() and not (new / "keys.json").exists()
    restore(made.folder, new, "admin", PASSPHRASE, clock).close()
    assert startup.is_set_up(new) and not (new / startup.RESTORING).exists()
    with pytest.raises(Refused, match="already holds"):
        restore(made.folder, new, "admin", PASSPHRASE, clock)


KILLED = """
import os, sys
from pathlib import Path
from shelterdesk import startup
from shelterdesk.actions.clock import SystemClock
from shelterdesk.actions.restoring import restore
setattr(startup, sys.argv[3], lambda *_: os._exit(9))
restore(Path(sys.argv[1]), Path(sys.argv[2]), "admin", sys.argv[4], SystemClock())
"""


def test_an_older_file_under_the_same_desk_takes_a_new_epoch(
    desk: Desk, tmp_path: Path, clock: SetClock
) -> None:
    file = desk.folder / startup.FILE
    desk.close()
    older = file.read_bytes()
    desk = open_desk(desk.folder, "admin", PASSPHRASE, clock)
    add_record(desk, KIND_NAMES["person"], {"given": "Ana"})
    desk.close()
    file.write_bytes(older)
    again = open_desk(desk.folder, "admin", PASSPHRASE, clock)
    assert again.who.epoch > 0
    again.close()


def test_a_fault_report_holds_no_value(desk: Desk, clock: SetClock) -> None:
    try:
        raise KeyError("Ana Pérez Toussaint")
    except KeyError as fault:
        path = faults.report_fault(desk.folder, fault, "register", clock.now())
    assert path is not None
    text = path.read_text()
    assert "KeyError" in text and "test_a_fault_report" in text and "Pérez" not in json.loads(text).__str__()


def test_no_role_opens_what_it_does_not_hold() -> None:
    held = {c for c in Confidentiality if c is not Confidentiality.OPEN}
    assert held == set(CARRIERS)


def test_a_set_up_that_was_cut_off_can_be_done_again(tmp_path: Path, clock: SetClock) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / startup.FILE).write_bytes(b"begun, its keys never written")
    plan = StationPlanned("LB", "Lajas Blancas", "PAN", "America/Panama", "admin")
    new_station(folder, plan, PASSPHRASE, clock, CHEAP).desk.close()
    assert [p.read_bytes() for p in folder.glob("without-keys-*")] == [b"begun, its keys never written"]
