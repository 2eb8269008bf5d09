"""Times with a beginning and an end, found by a moment inside them without reading all that end later.

An index by beginning reads everything before a moment, one by end everything after it; of five years that is nearly
everybody ever. So each time is filed at one node of a binary tree over the hours, the highest that lies within it,
and a moment lies only within times filed at the few nodes above it (Kriegel, Pötke and Seidl, *Managing Intervals
Efficiently in Object-Relational Databases*, 2000). The node is computed by SQLite itself, as a generated column: who
writes the rows knows nothing of it.
"""

from __future__ import annotations

from shelterdesk.db.connection import Connection

# Hours from the first of January of the year 1 on, so that none is negative: SQLite rounds those the other way.
_SHIFT_MS, _HOUR_MS = 62_135_596_800_000, 3_600_000
_LEVELS = 32
"""Levels of the tree: what a clock that is wholly wrong says (SYNC §0.3) is found as well."""


def file_by_hour(conn: Connection, table: str, from_ms: str, to_ms: str, covering: str = "") -> None:
    """Give a table the column ``node`` and an index led by it, where it has none yet.

    ``from_ms`` and ``to_ms`` are expressions over the row (UTC milliseconds); where ``to_ms`` is NULL the row is filed
    at no node. ``covering`` are further columns of the index, each after a comma. Runs inside the caller's transaction.
    """
    if any(row[1] == "node" for row in conn.execute(f"PRAGMA table_xinfo({table})")):
        return
    first, last = (f"(({at}) + {_SHIFT_MS}) / {_HOUR_MS}" for at in (from_ms, to_ms))
    steps = {
        # Bits in which the two hours differ, and below the highest of them all: SQLite has no exclusive or.
        "node_0": f"(({first}) | ({last})) - (({first}) & ({last}))",
        "node_1": "node_0 | (node_0 >> 1)",
        "node_2": "node_1 | (node_1 >> 2)",
        "node_3": "node_2 | (node_2 >> 4)",
        "node_4": "node_3 | (node_3 >> 8)",
        "node_5": "node_4 | (node_4 >> 16)",
        "node": f"({last}) & ~(node_5 >> 1)",
    }
    for name, sql in steps.items():
        conn.execute(f"ALTER TABLE {table} ADD COLUMN {name} INTEGER GENERATED ALWAYS AS ({sql}) VIRTUAL")
    conn.execute(
        f"CREATE INDEX {table}_node ON {table} (node, {from_ms}, {to_ms}{covering}) WHERE node IS NOT NULL"
    )


def nodes_around(at_ms: int) -> tuple[int, ...]:
    """The nodes at which a time that holds this moment (UTC ms) may be filed, about one a level."""
    hour = (at_ms + _SHIFT_MS) // _HOUR_MS
    return tuple(sorted({hour, *((((hour >> level) | 1) << level) for level in range(_LEVELS))}))
