"""Disks marked for backups: found again by their token, kept from filling up, nothing of others ever touched."""

from __future__ import annotations

import json
import os
import random
import shutil
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from shelterdesk.actions.backup_disks import (
    FOLDER,
    OWN_COPIES,
    BackupPlan,
    is_marked,
    keep_backup,
    keep_own_copy,
    kept_words,
    mark_disk,
    read_plan,
    set_plan,
    unmark_disk,
)
from shelterdesk.actions.backups import (
    FILES,
    MANIFEST,
    first_backup_ms,
    list_backups,
    make_backup,
    note_backup,
    read_manifest,
    remove_older,
    write_backup,
)
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.restoring import restore, restore_with_sheet
from shelterdesk.core.errors import (
    BadField,
    DamagedFile,
    DiskFull,
    NewerData,
    NotAllowed,
    NotFound,
    Refused,
    WorldError,
)
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.db import meta, raw_copy
from shelterdesk.db.backup import Stopped
from shelterdesk.db.state import state_of
from shelterdesk.keys import keyfile, safefile
from shelterdesk.keys.desk import desk_hex
from shelterdesk.keys.keyfile import WrongRecoveryCode
from shelterdesk.sync.stick import StickFull, StickPulled
from tests.stations import CHEAP, PASSPHRASE, Template, make_template


def plan_of(desk: Desk) -> BackupPlan:
    reader = desk.reader()
    try:
        return read_plan(reader)
    finally:
        reader.close()


def left_on(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_disk_is_marked_once_and_known_again(desk: Desk, tmp_path: Path) -> None:
    root = tmp_path / "stick"
    root.mkdir()
    dev = desk.who.dev
    assert not is_marked(root, dev, plan_of(desk))
    mark_disk(desk, root)
    assert is_marked(root, dev, plan_of(desk))
    text = (root / FOLDER / f"use-{desk_hex(dev)}.json").read_text()
    assert (
        "Lajas" not in text
        and "admin" not in text
        and set(json.loads(text)) == {"format", "version", "dev", "token"}
    )
    # The mark of another desk, or one with a token of one's own, says nothing.
    assert not is_marked(root, dev + 1, plan_of(desk))
    (root / FOLDER / f"use-{desk_hex(dev)}.json").write_text(
        json.dumps({**json.loads(text), "token": "0" * 32})
    )
    assert not is_marked(root, dev, plan_of(desk))
    mark_disk(desk, root)
    unmark_disk(desk, root)
    assert not is_marked(root, dev, plan_of(desk)) and left_on(root / FOLDER) == []


@pytest.mark.parametrize("mark", [b"", b"{", b"[]", b"[" * 9000, b"\xff" * 40, b"x" * 9000, b'{"format": 1}'])
def test_a_damaged_mark_is_none(desk: Desk, tmp_path: Path, mark: bytes) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / f"use-{desk_hex(desk.who.dev)}.json").write_bytes(mark)
    assert not is_marked(tmp_path, desk.who.dev, plan_of(desk))


def test_a_mark_that_is_a_pipe_holds_nobody_up(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    os.mkfifo(tmp_path / FOLDER / f"use-{desk_hex(desk.who.dev)}.json")
    assert not is_marked(tmp_path, desk.who.dev, plan_of(desk))


def test_the_plan_stays_within_its_limits(desk: Desk) -> None:
    assert plan_of(desk) == BackupPlan()
    set_plan(desk, BackupPlan(any_disk=True, hours=2, keep=3))
    assert plan_of(desk) == BackupPlan(any_disk=True, hours=2, keep=3)
    with pytest.raises(BadField) as fault:
        set_plan(desk, BackupPlan(hours=0))
    assert fault.value.field == "hours"
    with desk.store.transaction() as conn:
        meta.put(conn, "backup_plan", b'{"hours": 100000, "keep": "x", "tokens": [1, "zz"]}')
    assert plan_of(desk) == BackupPlan(hours=168)
    with desk.store.transaction() as conn:
        meta.put(conn, "backup_plan", b"\xff")
    assert plan_of(desk) == BackupPlan()


def test_an_operator_marks_a_disk_and_leaves_the_plan(operator_desk: Desk, tmp_path: Path) -> None:
    mark_disk(operator_desk, tmp_path)
    with pytest.raises(NotAllowed):
        set_plan(operator_desk, BackupPlan(hours=1))


def test_the_newest_are_kept_and_one_of_each_day(desk: Desk, clock: SetClock, tmp_path: Path) -> None:
    root = tmp_path / "stick"
    (root / FOLDER).mkdir(parents=True)
    strange = root / FOLDER / "shelterdesk-backup-00000000000000ff-20260101T000000Z"
    strange.mkdir()
    damaged = root / FOLDER / f"shelterdesk-backup-{desk_hex(desk.who.dev)}-20250101T000000Z"
    damaged.mkdir()
    (damaged / MANIFEST).write_text("{")
    (root / "photos").mkdir()
    plan = BackupPlan(keep=2)
    made = []
    for _ in range(9):
        made.append(keep_backup(desk, root, plan).made.folder)
        clock.forward(timedelta(hours=9))
    kept = [one.folder for one in list_backups(root / FOLDER, desk_hex(desk.who.dev))]
    assert kept[:2] == [made[-1], made[-2]]
    assert len(kept) == 4  # the newest two, and the newest of each earlier day
    assert strange.exists() and damaged.exists() and (root / "photos").exists()
    days = {int(p.name[-11:-9]) for p in kept}
    assert days and all(read_manifest(one).dev == desk_hex(desk.who.dev) for one in kept)


def test_another_desk_s_backups_stay(desk: Desk, clock: SetClock, tmp_path: Path) -> None:
    other_folder = make_template(tmp_path / "mt", code="MT").folder
    other = open_desk(other_folder, "admin", PASSPHRASE, clock)
    theirs = keep_backup(other, tmp_path, BackupPlan()).made.folder
    other.close()
    for _ in range(3):
        clock.forward(timedelta(seconds=1))
        kept = keep_backup(desk, tmp_path, BackupPlan(keep=1))
    assert kept.removed == 1 and theirs.exists()
    assert "1 older one was taken away" in kept_words(kept)
    assert len(list_backups(tmp_path / FOLDER, desk_hex(desk.who.dev))) == 1


def test_what_a_killed_program_left_is_swept(desk: Desk, tmp_path: Path) -> None:
    stale = tmp_path / FOLDER / f"shelterdesk-backup-{desk_hex(desk.who.dev)}-20260101T000000Z.partial"
    stale.mkdir(parents=True)
    (stale / "station.db").write_bytes(b"half")
    keep_backup(desk, tmp_path, BackupPlan())
    assert not stale.exists()


def test_a_save_goes_on_while_a_backup_is_made(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    """By a connection of its own: between two pieces of the copy people are registered, and none is held up."""
    saved: list[object] = []

    def meanwhile(_left: int, _total: int) -> None:
        if len(saved) < 5:
            saved.append(register_family(desk, FamilyForm((PersonForm(given="Ana"),))))

    made = write_backup(desk, tmp_path, meanwhile)
    assert saved and list_backups(tmp_path, desk_hex(desk.who.dev))[0].folder == made.folder
    restore(made.folder, tmp_path / "new", "admin", PASSPHRASE, clock).close()


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_stick_pulled_in_the_middle_is_said_and_leaves_nothing(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr(raw_copy, "_CHUNK", 1 << 16)
    target, gone = tmp_path / "stick", tmp_path / "pulled"
    target.mkdir()
    heard: list[int] = []

    def pull(_left: int, _total: int) -> None:
        heard.append(1)
        if len(heard) == at:
            target.rename(gone)

    with pytest.raises(StickPulled) as fault:
        write_backup(desk, target, pull)
    assert fault.value.next_step
    assert len(heard) >= at
    assert not list(gone.rglob(MANIFEST)) or not target.exists()
    assert list_backups(gone, desk_hex(desk.who.dev)) == []
    note_backup(desk, write_backup(desk, tmp_path / "other"))


def test_a_full_disk_is_seen_before_anything_is_written(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=10_000, used=9_000, free=1_000))
    with pytest.raises(StickFull, match="kB") as fault:
        make_backup(desk, tmp_path / "stick")
    assert isinstance(fault.value, DiskFull) and left_on(tmp_path / "stick") == []


def test_stopped_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        make_backup(desk, tmp_path / "stick", cancelled=lambda: True)
    assert left_on(tmp_path / "stick") == []


def test_a_damaged_desk_makes_no_backup_and_keeps_the_good_ones(
    desk: Desk, tmp_path: Path, clock: SetClock
) -> None:
    good = keep_backup(desk, tmp_path, BackupPlan(keep=1)).made.folder
    desk.store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = desk.store.path.stat().st_size
    handle = os.open(desk.store.path, os.O_RDWR)  # left open: closing it would let go of SQLite's locks
    # Behind the pages of the schema: those are read by opening already, and then told as a file that does not open.
    os.pwrite(handle, b"\0" * 64, size * 3 // 4 // 4096 * 4096 + 100)
    clock.forward(timedelta(minutes=1))
    with pytest.raises(DamagedFile) as fault:
        keep_backup(desk, tmp_path, BackupPlan(keep=1))
    assert fault.value.next_step
    assert left_on(tmp_path / FOLDER) == [good.name]


def test_any_byte_changed_is_noticed_and_nothing_is_left(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    """A bit anywhere in any file of a backup: refused with a sentence, or without effect, never a half station."""
    seed = random.randrange(1 << 30)
    print("seed", seed)
    rng = random.Random(seed)
    register_family(desk, FamilyForm((PersonForm(given="Ana"),)))
    state = state_of(desk.store.conn)
    made = make_backup(desk, tmp_path / "stick").result.folder
    for n in range(60):
        file = rng.choice((*FILES, MANIFEST))
        whole = (made / file).read_bytes()
        how, at = rng.choice(("flip", "cut", "longer")), rng.randrange(len(whole))
        if how == "flip":
            bad = whole[:at] + bytes([whole[at] ^ (1 << rng.randrange(8))]) + whole[at + 1 :]
        else:
            bad = whole[:at] if how == "cut" else whole + rng.randbytes(1 + at % 97)
        (made / file).write_bytes(bad)
        folder = tmp_path / f"new-{n}"
        try:
            restored = restore(made, folder, "admin", PASSPHRASE, clock)
        except WorldError as fault:
            assert fault.sentence and fault.next_step, (seed, n, file, how, at)
            assert not any(folder.glob("station.db*")) and not keyfile.exists(folder), (seed, n, file)
        else:  # a space, a letter of the format that says nothing
            assert file == MANIFEST, (seed, n, how, at)
            assert state_of(restored.store.conn) == state
            restored.close()
        (made / file).write_bytes(whole)


def said_anew(made: Path, **other: object) -> None:
    said = json.loads((made / MANIFEST).read_text())
    (made / MANIFEST).write_text(json.dumps({**said, **other}))


def test_a_newer_program_s_backup_says_so(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    made = make_backup(desk, tmp_path / "stick").result.folder
    said_anew(made, version=2)
    with pytest.raises(NewerData, match="newer"):
        restore(made, tmp_path / "new", "admin", PASSPHRASE, clock)
    assert not (tmp_path / "new").exists() or left_on(tmp_path / "new") == []


@pytest.mark.parametrize(
    "other",
    [
        {"epoch": -1},
        {"epoch": 1 << 70},
        {"files": {}},
        {"files": []},
        {"dev": "../.."},
        {"made_ms": "x"},
        {"format": "z"},
    ],
)
def test_a_manifest_that_cannot_be_is_refused(
    desk: Desk, tmp_path: Path, clock: SetClock, other: dict[str, object]
) -> None:
    made = make_backup(desk, tmp_path / "stick").result.folder
    said_anew(made, **other)
    with pytest.raises(DamagedFile):
        restore(made, tmp_path / "new", "admin", PASSPHRASE, clock)


def test_a_practice_backup_never_lands_on_a_real_station(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    practice = open_desk(make_template(tmp_path / "p", practice=True).folder, "admin", PASSPHRASE, clock)
    made = make_backup(practice, tmp_path / "stick").result.folder
    practice.close()
    before = state_of(desk.store.conn)
    with pytest.raises(Refused, match="practice"):
        restore(made, desk.folder, "admin", PASSPHRASE, clock)
    assert state_of(desk.store.conn) == before


def test_the_recovery_sheet_opens_a_backup_on_a_new_laptop(
    desk: Desk, station_template: Template, tmp_path: Path, clock: SetClock
) -> None:
    register_family(desk, FamilyForm((PersonForm(given="Ana"),)))
    made = make_backup(desk, tmp_path / "stick").result.folder
    other = make_template(tmp_path / "mt", code="MT").recovery_code
    with pytest.raises(WrongRecoveryCode):
        restore_with_sheet(made, tmp_path / "new", other, "Rosa", "three new words", clock, CHEAP)
    assert not keyfile.exists(tmp_path / "new")
    code = station_template.recovery_code
    restored = restore_with_sheet(made, tmp_path / "new", code, "Rosa", "three new words", clock, CHEAP)
    assert restored.user.name == "Rosa" and restored.who.epoch > desk.who.epoch
    restored.close()
    open_desk(tmp_path / "new", "Rosa", "three new words", clock).close()


def test_a_backup_that_is_not_there_is_said(tmp_path: Path, clock: SetClock) -> None:
    for source in (tmp_path / "none", tmp_path):
        with pytest.raises(NotFound, match="backup"):
            restore(source, tmp_path / "new", "admin", PASSPHRASE, clock)


def test_removing_of_none_is_nothing(tmp_path: Path) -> None:
    assert remove_older(tmp_path / "none", "0" * 16, 1, "UTC") == 0


def test_a_clock_that_stood_in_the_future_pushes_no_new_backup_out(
    desk: Desk, clock: SetClock, tmp_path: Path
) -> None:
    dev, plan = desk_hex(desk.who.dev), BackupPlan(keep=1)
    clock.forward(timedelta(days=2000))
    old = keep_backup(desk, tmp_path, plan).made.folder
    desk.store.clock = SetClock(clock.now() - timedelta(days=1999))
    made = keep_backup(desk, tmp_path, plan).made.folder
    assert made.is_dir() and old.is_dir()  # one is of just now, the other the newest of a day
    register_family(desk, FamilyForm((PersonForm(given="Ana"),)))
    desk.store.clock = SetClock(desk.clock.now() + timedelta(minutes=1))
    newest = keep_backup(desk, tmp_path, plan).made.folder
    assert (
        list_backups(tmp_path / FOLDER, dev)[0].folder == newest
    )  # it reaches furthest, whatever the clock said


def test_the_copy_of_just_now_stays_on_the_own_disk_whatever_the_clock_said(
    desk: Desk, clock: SetClock
) -> None:
    clock.forward(timedelta(days=2000))
    keep_own_copy(desk)
    desk.store.clock = SetClock(clock.now() - timedelta(days=1999))
    made = keep_own_copy(desk).folder
    assert made.is_dir() and len(list(made.parent.iterdir())) == 1


def test_a_key_file_the_stick_did_not_keep_makes_no_backup(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = safefile.write_whole

    def lying(path: Path, data: bytes) -> None:
        real(path, data if path.name != keyfile.FILE_NAME else data[:-9] + b"\0" * 9)

    monkeypatch.setattr("shelterdesk.actions.backups.write_whole", lying)
    with pytest.raises(DamagedFile, match="does not read as it was written"):
        write_backup(desk, tmp_path / "stick")
    assert left_on(tmp_path / "stick") == []


def test_a_station_closed_while_its_own_copy_is_made_leaves_no_copy(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = desk.folder / keyfile.FILE_NAME
    held, real = keys.read_bytes(), safefile.sync_folder

    def closed_now(folder: Path) -> None:
        real(folder)
        keys.unlink()

    monkeypatch.setattr("shelterdesk.actions.backups.sync_folder", closed_now)  # the last step of the copy
    with pytest.raises(Stopped):
        keep_own_copy(desk)
    keys.write_bytes(held)
    assert not (desk.folder / OWN_COPIES).exists()


def test_the_first_backup_is_remembered_and_the_trial_is_due_a_month_after_it(
    desk: Desk, clock: SetClock, tmp_path: Path
) -> None:
    made = make_backup(desk, tmp_path).result
    clock.forward(timedelta(days=31))
    make_backup(desk, tmp_path)
    reader = desk.reader()
    try:
        assert first_backup_ms(reader) == made.made_ms
    finally:
        reader.close()
