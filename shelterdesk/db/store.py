"""The store: one writing connection on one encrypted file, and readers of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from shelterdesk.core.errors import DiskFull, WorldError
from shelterdesk.core.event import Event, Place, absorb_hlc
from shelterdesk.core.identity import EntityOrder
from shelterdesk.core.kinds import PERSON
from shelterdesk.core.moment import Clock, to_milliseconds
from shelterdesk.core.roster import Roster, Statement, UserEntry
from shelterdesk.db import (
    clocks,
    erasing,
    judging,
    meta,
    presence,
    reserve,
    schema,
    search,
    statements,
    tables,
)
from shelterdesk.db.connection import Connection, open_file, writing
from shelterdesk.db.merge import Taken, reconsider, settle, take_in
from shelterdesk.db.station_row import follow_station
from shelterdesk.db.writing import Writing
from shelterdesk.keys.desk import DeskKeys

_HANG_ON = (search, presence)  # imported so that they follow the tables they derive from

GIVE_WAY_S = 0.0015
"""How long the lock stays free between two slices: one who waits asks for it again every millisecond."""


class Reader:
    """A read-only connection of its own, so that a screen never waits behind an import.

    It belongs to the thread that made it. ``version`` changes when anybody wrote, this process or another.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self.conn: Connection = open_file(path, key, read_only=True)
        self._who: tuple[int, meta.Whoami] | None = None
        self._roster: tuple[int, Roster] | None = None

    @property
    def who(self) -> meta.Whoami:
        """Which desk this is, as known now: its station may have been given another name or another day."""
        version = self.version
        if self._who is None or self._who[0] != version:
            self._who = version, meta.get_whoami(self.conn)
        return self._who[1]

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
        meta.refuse_copy(self.conn)
        self.who = meta.get_whoami(self.conn)
        self.keys = meta.get_desk_keys(self.conn)
        self.clock_doubt = False
        self.asks_for_date = False  # the clock cannot be right, and nobody has said what it should show
        self.is_closed = False
        self.commits = 0
        self.gave_up_reserve = False
        self.people_erased = 0  # since this file was opened
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

        Raises what the block raises, with nothing written; ``writing.written`` says afterwards what changed. Where the
        disk is full and the reserve was given up for it, that is :class:`~shelterdesk.db.reserve.RoomMade`.
        """
        self.gave_up_reserve |= reserve.give_up_if_low(self.path.parent)
        try:
            with self.transaction():
                event = Writing(self.conn, self.who, user, self.roster, self.now, self.clock_doubt, self._ids)
                yield event
                event.finish()
                kinds = event.written.kinds if event.written is not None else frozenset()
                if "station" in kinds:
                    follow_station(self.conn)
        except DiskFull:
            if reserve.give_up(self.path.parent):
                self.gave_up_reserve = True
                raise reserve.RoomMade from None
            raise
        self._know_again(kinds)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction on the local tables (exchange, statements), without an event.

        Which desk this is, and in which epoch, is read inside: another process may have begun a new one.
        """
        try:
            with writing(self.conn):
                self.who = meta.get_whoami(self.conn)
                yield self.conn
            self.commits += 1
        except BaseException:
            self._roster = None  # it may have been that of statements now rolled back
            raise

    def take_in(
        self,
        events: Sequence[Event],
        unsigned: Collection[bytes] = (),
        apart: Collection[bytes] = (),
        withheld: Collection[Place] = (),
    ) -> Taken:
        """Merge a slice of others' events in one transaction; moves the clock only once it is committed.

        ``unsigned`` are the hashes of events that no head of their author reaches: kept, not admitted; ``apart``
        of those that do not follow on from their author's main line; ``withheld`` the places of those of which nobody
        who may say so says that they are erased.
        """
        with self.transaction():
            taken = take_in(self.conn, events, self.roster, unsigned, apart, withheld)
            if "station" in taken.kinds:
                follow_station(self.conn)
            if taken.events:
                now = to_milliseconds(self.now)
                hlc = meta.get_hlc(self.conn)
                for event in events:
                    hlc = absorb_hlc(hlc, event.hlc, now)
                meta.put_hlc(self.conn, hlc)
        self._know_again(taken.kinds)
        return taken

    def add_statements(self, found: Sequence[Statement]) -> set[str]:
        """Keep statements whose signatures were checked, and judge anew the events they decide about."""
        with self.transaction():
            kinds = self._add(found)
        self.sweep()
        return kinds | self.judge_waiting()

    def say(self, *makes: Callable[[int], Statement]) -> set[str]:
        """Keep statements of this desk, all of them or none, each made with its next number inside the transaction."""
        kinds: set[str] = set()
        with self.transaction():
            for make in makes:
                kinds |= self._add([make(statements.next_number(self.conn, self.who.dev))])
        self.sweep()
        return kinds | self.judge_waiting()

    def _add(self, found: Sequence[Statement]) -> set[str]:
        before, now = self.roster, to_milliseconds(self.now)
        if not [s for s in found if statements.add_statement(self.conn, s, now)]:
            return set()
        self._roster = None
        new_desks = judging.meet(self.conn, before, self.roster)
        if before.clock_fixes != self.roster.clock_fixes:
            clocks.put_fixes(self.conn, self.roster.clock_fixes)
        blanked = erasing.blank(self.conn, self.roster.erased - before.erased)
        if blanked:
            meta.put(self.conn, erasing.ERASED_AT, b"%d" % now)
            self.people_erased += len(blanked.get(PERSON.number, ()))
        kinds = {tables.name_of(kind) for kind in blanked}
        if new_desks:
            settle(self.conn, self.roster, new_desks)
        return {"roster"} | kinds

    def settle(self, devs: Iterable[int]) -> set[str]:
        """After heads of these desks came: admit what they reach; returns the names of kinds changed."""
        with self.transaction():
            settle(self.conn, self.roster, devs)
        return self.judge_waiting()

    def judge_waiting(self) -> set[str]:
        """Judge again whatever waits for it, in slices that give way; returns the names of kinds changed.

        What is not done when the process ends is done when the file is opened again.
        """
        kinds: set[str] = set()
        while judging.is_waiting(self.conn):
            with self.transaction():
                judged = reconsider(self.conn, self.roster) or set()
                if "station" in judged:
                    follow_station(self.conn)
                kinds |= judged
            self._know_again(judged)
            time.sleep(GIVE_WAY_S)
        return kinds

    def _know_again(self, kinds: Collection[str]) -> None:
        """After a commit that touched the station's record: its name and day as they are now, whoever wrote it."""
        if "station" in kinds:
            self.who = meta.get_whoami(self.conn)

    def rebuild(self) -> None:
        """Make every derived table anew from the log."""
        from shelterdesk.db.rebuild import rebuild

        with writing(self.conn):
            rebuild(self.conn)
        self.sweep()

    def apply_statements(self) -> None:
        """What an older program believed and did not act upon: records erased, clocks corrected (SYNC §1.3, §1.4)."""
        roster = self.roster
        lacks_fixes = clocks.clocks_of(self.conn) != clocks.Clocks(roster.clock_fixes)
        if not lacks_fixes and not erasing.not_erased(self.conn, roster.erased):
            return
        with self.transaction():
            if lacks_fixes:
                clocks.put_fixes(self.conn, roster.clock_fixes)
                for dev in sorted({fix.dev for fix in roster.clock_fixes}):
                    judging.put_off(self.conn, "clock", str(dev))
            erasing.blank(self.conn, roster.erased)

    def sweep(self) -> bool:
        """Let nothing of what was erased lie in free space or beside the file; False where that has to wait.

        While a reader or another process keeps it there, or a disk is full: it is tried again when the file is opened
        and closed.
        """
        try:
            return erasing.sweep(self.conn)
        except WorldError:
            return False

    def close(self) -> None:
        """Let the file go; what was committed stays."""
        self.is_closed = True
        self.conn.close()
