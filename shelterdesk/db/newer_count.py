"""Fields a newer program wrote: kept and passed on byte for byte, counted as they come so that nobody reads the log.

SYNC §1.9. Every addition to the registry raises its version, so only entries that name a newer one are looked into.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

from shelterdesk.core.event import ROW, BadLine, Event, row_values
from shelterdesk.core.kinds import KINDS, SCHEMA_VERSION
from shelterdesk.db.connection import Connection


def note(conn: Connection, events: Iterable[Event]) -> None:
    """Count what these events say in fields this program does not know; of the usual ones nothing is asked."""
    found = Counter[tuple[int, int]]()
    for event in events:
        if event.schema <= SCHEMA_VERSION:
            continue
        for op in event.ops:
            with suppress(BadLine):  # what was erased says nothing any more
                given = row_values(op) if op.field == ROW else (op.field,)
                found.update((op.kind, number) for number in given if not is_known(op.kind, number))
    conn.executemany(
        "INSERT INTO newer_field (kind, field, entries) VALUES (?, ?, ?)"
        " ON CONFLICT (kind, field) DO UPDATE SET entries = entries + excluded.entries",
        [(*one, entries) for one, entries in found.items()],
    )


def newer_fields(conn: Connection) -> tuple[int, int]:
    """How many fields this program does not know are held, and how many entries say something in them."""
    rows = [
        entries
        for kind, field, entries in conn.execute("SELECT kind, field, entries FROM newer_field")
        if not is_known(kind, field)
    ]
    return len(rows), sum(rows)


def is_known(kind: int, field: int) -> bool:
    """Whether this program has the field."""
    known = KINDS.get(kind)
    return known is not None and known.numbered(field) is not None
