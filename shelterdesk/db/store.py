"""The store: one writing connection on one encrypted file, and readers of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from shelterdesk.core.event import absorb_hlc
from shelterdesk.core.identity import EntityOrder
from shelterdesk.core.moment import Clock, to_milliseconds
from shelterdesk.core.roster import Roster, UserEntry
from shelterdesk.db import meta, presence, schema, search, statements, tables
from shelterdesk.db.connection import Connection, open_file, writing
from shelterdesk.db.merge import Taken, reconsider, rematerialise, take_in
from shelterdesk.db.writing import Writing
from shelterdesk.keys.desk import DeskKeys

_HANG_ON = (search, presence)  # imported so that they follow the tables they derive from


class Reader:
    """A read-only connection of its own, so that a screen never waits behind an import.

    It belongs to the thread that made it. ``version`` changes when anybody wrote, this process or another.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self.conn: Connection = open_file(path, key, read_only=True)
        self.who = meta.get_whoami(self.conn)
        self._roster: tuple[int, Roster] | None = None

    @property
    def roster(self) -> Roster:
        """The roster as held now."""
        self._roster = _fresh_roster(self.conn, self._roster)
        return self._roster[1]

    @property
    def version(self) -> int:
        """SQLite's data version: another value means another process or connection has committed."""
        return int(self.conn.execute("PRAGMA data_version").fetchone()[0])

    def rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query of this room."""
        return list(self.conn.execute(sql, parameters))

    def close(self) -> None:
        """Let the file go."""
        self.conn.close()


def _fresh_roster(conn: Connection, held: tuple[int, Roster] | None) -> tuple[int, Roster]:
    count = statements.statement_count(conn)
    if held is not None and held[0] == count:
        return held
    return count, statements.roster_of(conn)


class Store:
    """The writing side of a station's or office's file. Open it on the thread that will use it."""

    def __init__(self, path: Path, key: bytes, clock: Clock) -> None:
        """Open an existing file, up to date already (``startup`` migrates). Raises what ``open_file`` raises."""
        self.path = path
        self.clock = clock
        self._key = key
        self.conn: Connection = open_file(path, key)
        # Pages that every commit touches reach the file once in 16 MB and not once in 4: an import is a tenth
        # faster, and fewer than one save in a hundred waits for it.
        self.conn.execute("PRAGMA wal_autocheckpoint = 4000")
        schema.refuse_newer(self.conn)
        self.who = meta.get_whoami(self.conn)
        self.keys = meta.get_desk_keys(self.conn)
        self.clock_doubt = False
        self.is_closed = False
        self._ids = EntityOrder()
        self._roster: tuple[int, Roster] | None = None

    @classmethod
    def create(cls, path: Path, key: bytes, who: meta.Whoami, keys: DeskKeys, clock: Clock) -> Store:
        """Make a new file that knows who it is; its tables stand empty."""
        conn = open_file(path, key)
        schema.bring_up_to_date(conn)
        with writing(conn):
            tables.align(conn)
            search.align(conn)
            presence.align(conn)
            meta.put_whoami(conn, who)
            meta.put_desk_keys(conn, keys)
        conn.close()
        return cls(path, key, clock)

    def reader(self) -> Reader:
        """A read-only connection for the calling thread."""
        return Reader(self.path, self._key)

    @property
    def file_key(self) -> bytes:
        """The key of the file; for backups and for wrapping it to a further user."""
        return self._key

    @property
    def now(self) -> datetime:
        """The present, from the clock given."""
        return self.clock.now()

    @property
    def roster(self) -> Roster:
        """The roster as held now; read again when a statement was added."""
        self._roster = _fresh_roster(self.conn, self._roster)
        return self._roster[1]

    @contextmanager
    def write(self, user: UserEntry) -> Iterator[Writing]:
        """One action: a transaction whose ops become one event, applied to the tables before the commit.

        Raises what the block raises, with nothing written; ``writing.written`` says afterwards what changed.
        """
        with writing(self.conn):
            event = Writing(self.conn, self.who, user, self.roster, self.now, self.clock_doubt, self._ids)
            yield event
            event.finish()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction on the local tables (exchange, statements), without an event."""
        with writing(self.conn):
            yield self.conn

    def take_in(self, events: list[Any]) -> Taken:
        """Merge a slice of others' events in one transaction; moves the clock only once it is committed."""
        with writing(self.conn):
            taken = take_in(self.conn, events, self.roster)
            if taken.events:
                now = to_milliseconds(self.now)
                hlc = meta.get_hlc(self.conn)
                for event in events:
                    hlc = absorb_hlc(hlc, event.hlc, now)
                meta.put_hlc(self.conn, hlc)
        return taken

    def add_statements(self, found: list[Any]) -> set[str]:
        """Keep statements whose signatures were checked, and judge set-aside events by the new roster."""
        with writing(self.conn):
            new = [s for s in found if statements.add_statement(self.conn, s, to_milliseconds(self.now))]
            if not new:
                return set()
            self._roster = None
            return reconsider(self.conn, self.roster) | {"roster"}

    def rebuild(self) -> None:
        """Make every derived table anew from the log."""
        from shelterdesk.db.rebuild import rebuild

        with writing(self.conn):
            rebuild(self.conn)

    def rematerialise(self, ents: list[bytes]) -> None:
        """Compute some entities anew from the log."""
        with writing(self.conn):
            tables.follow(self.conn, rematerialise(self.conn, ents))

    def close(self) -> None:
        """Let the file go; what was committed stays."""
        self.is_closed = True
        self.conn.close()
