"""The table of presence intervals: derived from persons and movements, so that any moment can be counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shelterdesk.core.presence import Interval, Moved, intervals
from shelterdesk.core.vocabulary import EntryKind, MovementKind
from shelterdesk.db import tables, unnamed
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.span_tree import file_by_hour


def align(conn: Connection) -> None:
    """Create the table where it is missing, and the one of heads without a name beside it."""
    unnamed.align(conn)
    conn.execute(
        "CREATE TABLE IF NOT EXISTS presence (person BLOB NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER,"
        " how_in TEXT NOT NULL, how_out TEXT, in_ent BLOB, out_ent BLOB, station TEXT, n INTEGER NOT NULL,"
        " PRIMARY KEY (person, n)) WITHOUT ROWID"
    )
    conn.execute("CREATE INDEX IF NOT EXISTS presence_open ON presence (station, person) WHERE to_ms IS NULL")
    conn.execute("CREATE INDEX IF NOT EXISTS presence_from ON presence (from_ms)")
    conn.execute("CREATE INDEX IF NOT EXISTS presence_to ON presence (to_ms) WHERE to_ms IS NOT NULL")
    conn.execute("CREATE INDEX IF NOT EXISTS presence_in ON presence (in_ent) WHERE in_ent IS NOT NULL")
    conn.execute("CREATE INDEX IF NOT EXISTS presence_out ON presence (out_ent) WHERE out_ent IS NOT NULL")
    file_by_hour(conn, "presence", "from_ms", "to_ms", ", station")


FOLLOWED = ("ent", "arrived_at_ms", "entered_ms", "entry_kind", "station", "void")
"""The columns of a person's row that say when they came in, and where."""

Expected = dict[bytes, tuple[str | None, list[Interval]]]


def expected(conn: Connection, persons: Sequence[bytes]) -> Expected:
    """The intervals (and station) that follow from the tables for some persons; void ones have none."""
    found: Expected = {}
    for marks, part in in_parts(persons):
        rows = conn.execute(f"SELECT {', '.join(FOLLOWED)} FROM person WHERE ent IN ({marks})", part)
        found.update(expected_of(conn, rows.fetchall()))
    return found


def expected_of(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> Expected:
    """The same for persons whose :data:`FOLLOWED` columns are at hand."""
    found: Expected = {}
    moves: dict[bytes, list[Moved]] = {}
    for marks, part in in_parts([row[0] for row in rows]):
        for ent, person, kind, at_ms in conn.execute(
            f"SELECT ent, person, movement, happened_at_ms FROM movement WHERE person IN ({marks})"
            " AND void IS NULL AND happened_at_ms IS NOT NULL",
            part,
        ):
            if kind in _MOVEMENTS:
                moves.setdefault(person, []).append(Moved(at_ms, _MOVEMENTS[kind], ent))
    for ent, arrived_ms, entered_ms, entry, station, void in rows:
        if void is None:
            began = arrived_ms if arrived_ms is not None else entered_ms
            how = _ENTRIES.get(entry, EntryKind.ARRIVED)
            found[ent] = (station, intervals(began, how, moves.get(ent, ())))
        else:
            found[ent] = (station, [])
    return found


# Looked up rather than called: an enumeration takes half a microsecond to find its member.
_MOVEMENTS = {kind.value: kind for kind in MovementKind}
_ENTRIES = {kind.value: kind for kind in EntryKind}


def interval_rows(person: bytes, station: str | None, spans: Sequence[Interval]) -> list[tuple[object, ...]]:
    """Rows of the table for one person."""
    return [
        (person, s.from_ms, s.to_ms, s.how_in, s.how_out, s.in_ent, s.out_ent, station, n)
        for n, s in enumerate(spans)
    ]


def refresh(conn: Connection, persons: Sequence[bytes]) -> None:
    """Compute the intervals of some persons anew, and write those of whom they are others than before."""
    wanted = sorted(set(persons))
    held: dict[bytes, list[tuple[object, ...]]] = {}
    for marks, part in in_parts(wanted):
        for row in conn.execute(
            f"SELECT {_COLUMNS} FROM presence WHERE person IN ({marks}) ORDER BY person, n", part
        ):
            held.setdefault(row[0], []).append(row)
    ready = expected(conn, wanted)
    rows = {person: interval_rows(person, *ready[person]) if person in ready else [] for person in wanted}
    other = [person for person in wanted if rows[person] != held.get(person, [])]
    conn.executemany(
        "DELETE FROM presence WHERE person = ?", [(person,) for person in other if person in held]
    )
    conn.executemany(
        f"INSERT INTO presence ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [row for person in other for row in rows[person]],
    )


_COLUMNS = "person, from_ms, to_ms, how_in, how_out, in_ent, out_ent, station, n"


def _after_movements(conn: Connection, ents: Sequence[bytes]) -> None:
    """Movements changed: theirs, and whoever's interval they used to begin or end."""
    persons: set[bytes] = set()
    for marks, part in in_parts(ents):
        for sql in (
            f"SELECT person FROM movement WHERE ent IN ({marks}) AND person IS NOT NULL",
            f"SELECT person FROM presence WHERE in_ent IN ({marks})",
            f"SELECT person FROM presence WHERE out_ent IN ({marks})",
        ):
            persons.update(row[0] for row in conn.execute(sql, part))
    refresh(conn, sorted(persons))


tables.hang_on("person", refresh, FOLLOWED)
tables.hang_on("movement", _after_movements, ("person", "movement", "happened_at_ms", "void"))
