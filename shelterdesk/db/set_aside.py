"""Entries that are kept and do not count, gathered by desk, by who entered them and by the reason."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.db.connection import Connection

MOST = 200
"""Groups that are listed, the largest first."""


@dataclass(frozen=True, slots=True)
class AsideGroup:
    """Entries of one desk by one user that are set aside for one reason; when they were entered (UTC ms)."""

    dev: int
    user: str
    reason: str
    entries: int
    first_ms: int
    last_ms: int


def aside_groups(conn: Connection) -> list[AsideGroup]:
    """All of them in groups; one pass over what is set aside, none over the log."""
    return [
        AsideGroup(*row)
        for row in conn.execute(
            "SELECT e.dev, e.user, s.reason, count(*), min(e.wall_ms), max(e.wall_ms) FROM set_aside_op s"
            " JOIN event e ON e.id = s.event GROUP BY e.dev, e.user, s.reason ORDER BY 4 DESC, 1, 2, 3 LIMIT ?",
            (MOST,),
        )
    ]
