"""A store of the merge core for tests: the tables of a station's file in memory, or in a real encrypted file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

from sqlcipher3 import dbapi2

from shelterdesk.core.event import Event
from shelterdesk.core.roster import DeskEntry, Roster, UserEntry
from shelterdesk.core.vocabulary import Role
from shelterdesk.db import judging, presence, schema, search, statements, tables
from shelterdesk.db.connection import Connection, open_file
from shelterdesk.db.merge import Taken, reconsider, take_in
from shelterdesk.db.rebuild import rebuild
from tests.sim.core_events import GATE, OPERATOR, STRANGER

_KEY = bytes(range(32))


def memory() -> Connection:
    """Empty tables in memory."""
    conn: Connection = dbapi2.connect(":memory:", isolation_level=None, cached_statements=1000)
    return _made(conn)


def file(path: Path) -> Connection:
    """Empty tables in a real encrypted file."""
    return _made(open_file(path, _KEY))


def _made(conn: Connection) -> Connection:
    schema.bring_up_to_date(conn)
    for room in (tables, search, presence):
        room.align(conn)
    return conn


def user(name: str, roles: frozenset[Role]) -> UserEntry:
    """A user of station LB whose id is their name."""
    return UserEntry(name, name, "", roles, bytes(32), "", {}, True, 1, "LB")


def roster_of(stations: Mapping[int, str], *, has_stranger: bool, without: int | None = None) -> Roster:
    """Who is heard: all desks but one perhaps, an operator, somebody at the gate, and the stranger or not."""
    desks = {
        dev: DeskEntry(dev, bytes(32), "", station, "") for dev, station in stations.items() if dev != without
    }
    users = [user(OPERATOR, frozenset({Role.OPERATOR})), user(GATE, frozenset({Role.GATE}))]
    if has_stranger:
        users.append(user(STRANGER, frozenset({Role.ADMIN})))
    members = {(station, one.id): one for station in ("LB", "MT") for one in users}
    return Roster(desks=desks, users={one.id: one for one in users}, members=members)


class CoreStore:
    """One replica. Everything happens in one transaction that is rolled back at the end: the next finds it empty."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn

    def begin(self, roster: Roster) -> None:
        """Start from nothing, knowing these desks and users."""
        if self.conn.in_transaction:
            self.conn.execute("ROLLBACK")
        self.conn.execute("BEGIN")
        self.roster = roster

    def take(self, events: Sequence[Event]) -> Taken:
        """Merge a slice."""
        return take_in(self.conn, events, self.roster)

    def learn(self, roster: Roster) -> None:
        """Hear of another roster and judge again what it decides about."""
        judging.meet(self.conn, self.roster, roster)
        self.roster = roster
        while judging.is_waiting(self.conn):
            reconsider(self.conn, roster)

    def rebuild_tables(self) -> None:
        """Make the derived tables anew, as after an upgrade; the roster is the one given and not one of statements."""
        with patch.object(statements, "roster_of", lambda conn: self.roster):
            rebuild(self.conn)
