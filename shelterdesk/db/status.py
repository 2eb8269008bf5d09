"""The figures of the status bar that no other room counts: conflicts, what was set aside, doubt of the clock."""

from __future__ import annotations

from shelterdesk.core.event import BadLine, parse
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
