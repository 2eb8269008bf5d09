"""A clock that cannot be right, a full disk, files for their owner alone."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.backups import make_backup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.offices import new_office, publish_matrix
from shelterdesk.actions.registration import register_family
from shelterdesk.core.errors import BadField, CannotWrite, DiskFull
from shelterdesk.core.event import parse
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.db import connection
from tests.stations import CHEAP, PASSPHRASE


def registered(desk: Desk) -> bool:
    """Register somebody; whether the entry marks its clock as doubted."""
    register_family(desk, FamilyForm((PersonForm(given="Ana"),)))
    line = desk.store.conn.execute("SELECT line FROM event ORDER BY id DESC LIMIT 1").fetchone()[0]
    return parse(line).clock_doubt


def test_entries_under_a_clock_that_cannot_be_right_are_marked(desk: Desk, clock: SetClock) -> None:
    assert not registered(desk)
    desk.close()
    seen = {}
    for days in (-2_500, -1, 0, 30, 399, 402, 4_000):
        at = SetClock(clock.now() + timedelta(days=days))
        other = open_desk(desk.folder, "admin", PASSPHRASE, at)
        seen[days] = other.store.clock_doubt
        other.close()
    assert seen == {-2_500: True, -1: True, 0: False, 30: False, 399: False, 402: True, 4_000: True}


def test_a_wrong_year_does_not_make_the_right_one_doubtful(desk: Desk, clock: SetClock) -> None:
    registered(desk)
    desk.close()
    ahead = open_desk(desk.folder, "admin", PASSPHRASE, SetClock(clock.now() + timedelta(days=4_000)))
    assert registered(ahead)
    ahead.close()
    again = open_desk(desk.folder, "admin", PASSPHRASE, SetClock(clock.now() + timedelta(hours=1)))
    assert not registered(again)
    again.close()


def test_a_full_disk_is_said_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = connection.OperationalError("disk I/O error")
    assert isinstance(connection.said(fault, tmp_path / "station.db"), CannotWrite)
    monkeypatch.setattr(connection, "_FULL_BELOW", 1 << 62)  # any disk is full below that
    assert isinstance(connection.said(fault, tmp_path / "station.db"), DiskFull)


def modes(folder: Path) -> dict[str, str]:
    """What others may do with the files of a folder, and with the folder."""
    return {p.name: oct(stat.S_IMODE(p.stat().st_mode) & 0o077) for p in (folder, *folder.iterdir())}


def test_files_are_for_their_owner_alone(desk: Desk, tmp_path: Path) -> None:
    made = make_backup(desk, tmp_path / "stick").result
    secret = {"keys.json", "station.db", "station.db-wal", desk.folder.name}
    assert {name: mode for name, mode in modes(desk.folder).items() if name in secret} == dict.fromkeys(
        secret & modes(desk.folder).keys(), "0o0"
    )
    assert set(modes(made.folder).values()) == {"0o0"}


def test_the_long_matrix_is_a_csv(tmp_path: Path, clock: SetClock) -> None:
    office = new_office(
        tmp_path / "office",
        "Central",
        "chief",
        PASSPHRASE,
        clock,
        is_practice=True,
        country="PAN",
        cost=CHEAP,
    ).desk
    day = clock.now().date()
    with pytest.raises(BadField, match="CSV"):
        publish_matrix(office, day, day, tmp_path / "matrix.xlsx")
    office.close()
