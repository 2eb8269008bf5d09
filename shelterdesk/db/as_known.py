"""What was known at an earlier time: the log up to then, taken into tables of its own that vanish afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlcipher3 import dbapi2

from shelterdesk.core.event import BadLine, parse
from shelterdesk.core.home import OTHER_HOME
from shelterdesk.core.roster import Roster
from shelterdesk.db import meta, presence, schema, search, tables
from shelterdesk.db.clocks import put_fixes
from shelterdesk.db.connection import Connection
from shelterdesk.db.merge import rematerialise, take_in

_SLICE = 500


@contextmanager
def known_at(conn: Connection, roster: Roster, at_ms: int) -> Iterator[Connection]:
    """Tables as they follow from the events entered up to a time (UTC ms), in memory only.

    By the time each event was entered where it was entered, whoever's it is: a late entry is not in it
    (SYNC §1.2, ``w``). Nothing is written to disk. Takes about as long as taking in that much of the log.
    """
    lines = conn.execute(
        "SELECT line FROM event WHERE wall_ms <= ? AND line IS NOT NULL ORDER BY id", (at_ms,)
    )
    with from_lines(conn, roster, (line for (line,) in lines)) as past:
        past.executemany(
            "INSERT INTO heard (dev, epoch, from_dev, upto, at_ms) VALUES (?, ?, ?, ?, ?)",
            conn.execute(
                "SELECT dev, epoch, from_dev, upto, at_ms FROM heard WHERE at_ms <= ?", (at_ms,)
            ).fetchall(),
        )
        yield past


@contextmanager
def from_lines(conn: Connection, roster: Roster, lines: Iterable[bytes]) -> Iterator[Connection]:
    """Tables as they follow from some lines of the log, in memory only; records that no line tells of are not there."""
    past = dbapi2.connect(":memory:", isolation_level=None)
    try:
        past.execute("PRAGMA temp_store = MEMORY")
        schema.bring_up_to_date(past)
        past.execute("BEGIN")
        tables.align(past)
        search.align(past)
        presence.align(past)
        meta.put_whoami(past, meta.get_whoami(conn))
        put_fixes(past, roster.clock_fixes)
        _replay(conn, past, roster, lines)
        past.execute("COMMIT")
        yield past
    finally:
        past.close()


def _replay(conn: Connection, past: Connection, roster: Roster, lines: Iterable[bytes]) -> None:
    waiting = []
    for line in lines:
        try:
            waiting.append(parse(line))
        except BadLine:
            continue  # found and told by the check of the file
        if len(waiting) >= _SLICE:
            take_in(past, waiting, roster)
            waiting = []
    take_in(past, waiting, roster)
    _set_aside_alike(conn, past, roster)


def _set_aside_alike(conn: Connection, past: Connection, roster: Roster) -> None:
    """What is not admitted today is not admitted there: who signed what is known of the whole log alone."""
    there = {eh: (id_, line) for id_, eh, line in past.execute("SELECT id, eh, line FROM event")}
    asked = (
        "SELECT e.eh, s.pos, s.reason FROM set_aside_op s JOIN event e ON e.id = s.event WHERE s.reason <> ?"
    )
    wanted = {one for one in conn.execute(asked, (OTHER_HOME,)) if one[0] in there}
    found = set(past.execute(asked, (OTHER_HOME,)))
    turned: set[bytes] = set()
    for gone, (eh, pos, reason) in [
        *((True, one) for one in found - wanted),
        *((False, one) for one in wanted - found),
    ]:
        id_, line = there[eh]
        if gone:
            past.execute("DELETE FROM set_aside_op WHERE event = ? AND pos = ?", (id_, pos))
        else:
            past.execute("INSERT OR REPLACE INTO set_aside_op VALUES (?, ?, ?)", (id_, pos, reason))
        ops = parse(line).ops
        if pos < len(ops):
            turned.add(ops[pos].ent)
    tables.follow(past, rematerialise(past, turned, roster.homes))
