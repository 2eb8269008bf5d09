"""The restore drill: it opens what can be opened, says what is not equal, and takes its trial away."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk import startup
from shelterdesk.actions.backups import make_backup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.drill import (
    TRIAL,
    Equal,
    drill_words,
    is_drill_due,
    last_drill_ms,
    note_drill,
    try_backup,
)
from shelterdesk.actions.registration import register_family
from shelterdesk.core.errors import DamagedFile, NotFound, Refused, WrongPassphrase
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.db.state import state_of
from tests.stations import PASSPHRASE, make_template


def register(desk: Desk, *names: str) -> None:
    for name in names:
        register_family(desk, FamilyForm((PersonForm(given=name),)))


def test_a_good_backup_is_told_with_its_people_and_state(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    register(desk, "Ana", "Luz")
    made = make_backup(desk, tmp_path / "stick").result.folder
    before = {p.name: p.stat().st_mtime_ns for p in made.iterdir()}
    drill = try_backup(desk, made, PASSPHRASE)
    assert (drill.people, drill.is_whole, drill.equal) == (2, True, Equal.STATE) and drill.is_good
    assert drill_words(drill, "14:05") == "Opened and whole: 2 people; state equal to the desk at 14:05."
    assert not (desk.folder / TRIAL).exists()
    assert {p.name: p.stat().st_mtime_ns for p in made.iterdir()} == before
    reader = desk.reader()
    assert last_drill_ms(reader) is None
    note_drill(desk, drill)
    assert last_drill_ms(reader) == to_milliseconds(clock.now())
    reader.close()


def test_what_was_saved_since_does_not_matter(desk: Desk, tmp_path: Path) -> None:
    register(desk, "Ana")
    made = make_backup(desk, tmp_path / "stick").result.folder
    register(desk, "Luz", "Eva")
    state = state_of(desk.store.conn)
    drill = try_backup(desk, made, PASSPHRASE)
    assert (drill.people, drill.equal) == (1, Equal.STATE)
    assert state_of(desk.store.conn) == state


def test_a_desk_that_lost_entries_is_told_apart(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    """The older file put back by hand: the backup holds what the desk does not any more."""
    folder = desk.folder
    desk.close()
    shutil.copy(folder / startup.FILE, tmp_path / "older.db")
    desk = open_desk(folder, "admin", PASSPHRASE, clock)
    register(desk, "Ana")
    made = make_backup(desk, tmp_path / "stick").result.folder
    desk.close()
    shutil.copy(tmp_path / "older.db", folder / startup.FILE)
    again = open_desk(folder, "admin", PASSPHRASE, clock)
    drill = try_backup(again, made, PASSPHRASE)
    assert drill.equal is Equal.NOT and not drill.is_good
    assert "tell the office" in drill_words(drill, "08:00")
    assert note_drill(again, drill).result is drill
    reader = again.reader()
    assert last_drill_ms(reader) is None
    reader.close()
    again.close()


def test_the_wrong_passphrase_the_wrong_backup_and_none(desk: Desk, tmp_path: Path, clock: SetClock) -> None:
    made = make_backup(desk, tmp_path / "stick").result.folder
    with pytest.raises(WrongPassphrase):
        try_backup(desk, made, "not this")
    other = open_desk(make_template(tmp_path / "mt", code="MT").folder, "admin", PASSPHRASE, clock)
    practice = open_desk(make_template(tmp_path / "p", practice=True).folder, "admin", PASSPHRASE, clock)
    with pytest.raises(Refused, match="another desk"):
        try_backup(desk, make_backup(other, tmp_path / "b").result.folder, PASSPHRASE)
    with pytest.raises(Refused, match="practice"):
        try_backup(desk, make_backup(practice, tmp_path / "c").result.folder, PASSPHRASE)
    other.close()
    practice.close()
    with pytest.raises(NotFound):
        try_backup(desk, tmp_path / "none", PASSPHRASE)
    (made / startup.FILE).write_bytes((made / startup.FILE).read_bytes()[:-1])
    with pytest.raises(DamagedFile):
        try_backup(desk, made, PASSPHRASE)
    assert not (desk.folder / TRIAL).exists()


def test_it_can_be_stopped(desk: Desk, tmp_path: Path) -> None:
    register(desk, "Ana")
    made = make_backup(desk, tmp_path / "stick").result.folder
    with pytest.raises(Refused, match="stopped"):
        try_backup(desk, made, PASSPHRASE, cancelled=lambda: True)
    assert not (desk.folder / TRIAL).exists()


def test_after_a_month_it_is_due(clock: SetClock) -> None:
    now = to_milliseconds(clock.now())
    old, new = (
        to_milliseconds(clock.now() - timedelta(days=31)),
        to_milliseconds(clock.now() - timedelta(days=29)),
    )
    assert is_drill_due(old, new, now) and not is_drill_due(new, old, now)
    assert (
        is_drill_due(None, old, now)
        and not is_drill_due(None, new, now)
        and not is_drill_due(None, None, now)
    )
