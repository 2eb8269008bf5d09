"""The figures of the status bar that no other room counts: conflicts, what was set aside, doubt of the clock."""

from __future__ import annotations

from shelterdesk import MADE
from shelterdesk.core.event import BadLine, parse
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.db import meta
from shelterdesk.db.connection import Connection
from shelterdesk.db.exchange import set_aside_parts
from shelterdesk.db.meta import Whoami


def conflicts(conn: Connection) -> int:
    """Fields with two values written apart, waiting for somebody to choose."""
    return int(conn.execute("SELECT count(*) FROM conflict").fetchone()[0])


def set_aside(conn: Connection) -> tuple[int, int]:
    """Entries of others that are kept and not admitted, and parts of bundles that could not be taken in."""
    entries = int(conn.execute("SELECT count(*) FROM set_aside_op").fetchone()[0])
    return entries, len(set_aside_parts(conn))


def clock_is_doubted(conn: Connection, who: Whoami) -> bool:
    """Whether this desk's newest entry was written under a clock that could not be right."""
    row = conn.execute(
        "SELECT line FROM event WHERE dev = ? AND epoch = ? AND line IS NOT NULL ORDER BY seq DESC LIMIT 1",
        (who.dev, who.epoch),
    ).fetchone()
    if row is None:
        return False
    try:
        return parse(row[0]).clock_doubt
    except BadLine:
        return False


def past_ms(conn: Connection, who: Whoami) -> int:
    """A time that is past for certain, as far as is known here (UTC ms; SYNC §1.3).

    When the program was made, the newest entry of this desk whose clock was not doubted, the newest statement and
    receipt that came in. A clock that stands before it, or far beyond, cannot be right; nothing is refused for it.
    """
    return max(to_milliseconds(MADE), _trusted_entry_ms(conn, who), *_received_ms(conn))


CONFIRMED = "clock_confirmed_ms"
"""When the machine's clock was last right by somebody's word, though it did not look so (UTC ms)."""


def is_within(now_ms: int, known_ms: int) -> bool:
    """Whether it can be that time, where another is known to be past."""
    return known_ms - _TOLERANCE_MS <= now_ms <= known_ms + _FAR_AHEAD_MS


_TOLERANCE_MS = 60_000
_FAR_AHEAD_MS = 400 * 86_400_000
_LOOKED_BACK = 2_000


def _trusted_entry_ms(conn: Connection, who: Whoami) -> int:
    """When this desk last wrote under a clock it trusted (UTC ms), among its newest entries; 0 for never."""
    for wall_ms, line in conn.execute(
        "SELECT wall_ms, line FROM event WHERE dev = ? AND epoch = ? AND line IS NOT NULL ORDER BY seq DESC LIMIT ?",
        (who.dev, who.epoch, _LOOKED_BACK),
    ):
        try:
            if not parse(line).clock_doubt:
                return int(wall_ms)
        except BadLine:
            continue
    return 0


def _received_ms(conn: Connection) -> tuple[int, int]:
    """When the newest statement and the newest receipt came in (UTC ms)."""
    statement = conn.execute("SELECT coalesce(max(received_ms), 0) FROM statement").fetchone()[0]
    receipt = conn.execute("SELECT coalesce(max(received_ms), 0) FROM receipt").fetchone()[0]
    return int(statement), int(receipt)


def newest_entry_ms(conn: Connection, who: Whoami) -> int:
    """When this desk's newest entry was entered (UTC ms), by its clock of then; 0 for none."""
    row = conn.execute(
        "SELECT wall_ms FROM event WHERE dev = ? AND epoch = ? ORDER BY seq DESC LIMIT 1",
        (who.dev, who.epoch),
    ).fetchone()
    return 0 if row is None else int(row[0])


def last_backup_ms(conn: Connection) -> int | None:
    """When the last backup was read back (UTC ms); None for never."""
    stored = meta.get(conn, "last_backup_ms")
    return None if stored is None else int(stored)
