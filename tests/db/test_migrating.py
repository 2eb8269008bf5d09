"""A file of an older program is brought up to date after an encrypted copy of it; one of a newer is refused unchanged."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from shelterdesk import startup
from shelterdesk.actions.checking import check_folder
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.registration import register_family
from shelterdesk.core.errors import NewerData
from shelterdesk.core.kinds import FLAG
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.db.connection import WrongKey, open_file
from shelterdesk.db.schema import FORMAT
from shelterdesk.db.state import state_of
from tests.stations import PASSPHRASE

LAST = "m0003_exchange"
TABLES_OF_LAST = (
    "bundle_out", "part_written", "part_in", "part_set_aside", "receipt", "acknowledged", "heard", "said_to_exist",
)  # fmt: skip


def as_before_the_exchange(desk: Desk) -> None:
    """The file as a program without the exchange's tables would have left it."""
    conn = desk.store.conn
    for table in TABLES_OF_LAST:
        conn.execute(f"DROP TABLE {table}")
    conn.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (LAST,))


def test_an_older_file_is_copied_then_brought_up_to_date(desk: Desk, clock: SetClock) -> None:
    register_family(desk, FamilyForm((PersonForm(given="Ana"),)))
    state, key = state_of(desk.store.conn), desk.store.file_key
    as_before_the_exchange(desk)
    desk.store.close()
    opened = open_desk(desk.folder, "admin", PASSPHRASE, clock)
    assert state_of(opened.store.conn) == state and check_folder(opened).result.before.findings == []
    assert opened.store.conn.execute("SELECT count(*) FROM part_in").fetchone() == (0,)
    (copy,) = desk.folder.glob("before-update-*.db")
    opened.close()
    assert b"SQLite format" not in copy.read_bytes()[:16], "as encrypted as the file itself"
    with pytest.raises(WrongKey):
        open_file(copy, bytes(32), read_only=True)
    held = open_file(copy, key, read_only=True)
    assert held.execute("SELECT count(*) FROM person").fetchone() == (1,)
    assert held.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'part_in'").fetchone() == (0,)
    held.close()
    open_desk(desk.folder, "admin", PASSPHRASE, clock).close()
    assert len(list(desk.folder.glob("before-update-*.db"))) == 1, "once, not at every start"


def test_a_newer_file_is_refused_and_stays_as_it_is(desk: Desk, clock: SetClock) -> None:
    desk.store.conn.execute(f"PRAGMA user_version = {FORMAT + 1}")
    desk.store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    desk.store.close()
    path: Path = desk.folder / startup.FILE
    before = sha256(path.read_bytes()).digest()
    with pytest.raises(NewerData) as refused:
        open_desk(desk.folder, "admin", PASSPHRASE, clock)
    assert refused.value.next_step and sha256(path.read_bytes()).digest() == before
    assert not list(desk.folder.glob("before-update-*"))


def test_entries_of_a_kind_that_is_new_here_are_shown_after_the_update(desk: Desk, clock: SetClock) -> None:
    """An older program kept what a newer desk wrote and had no table for it."""
    person = register_family(desk, FamilyForm((PersonForm(given="Ana"),))).result.members[0].ent
    with desk.store.write(desk.user) as event:
        event.create(FLAG, {"person": person, "name": "diet"})
    rows = desk.store.conn.execute("SELECT * FROM flag").fetchall()
    desk.store.conn.execute("DROP TABLE flag")
    desk.store.close()
    opened = open_desk(desk.folder, "admin", PASSPHRASE, clock)
    assert opened.store.conn.execute("SELECT * FROM flag").fetchall() == rows != []
    opened.close()
