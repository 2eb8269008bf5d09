"""Heads that were counted and have no name yet: kept per arrival group, so that any moment can be counted.

A group counts as many people as heads were counted in it, whoever of them is named: naming moves one from
the unnamed to the registered and adds none (DOMAIN §2). A derived table, beside the groups and persons it
follows; what it holds follows from them alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from shelterdesk.db import tables
from shelterdesk.db.connection import Connection
from shelterdesk.db.span_tree import file_by_hour, nodes_around

_CHUNK = 400


def align(conn: Connection) -> None:
    """Create the tables where they are missing, filled from the groups and persons there are."""
    if conn.execute("SELECT 1 FROM sqlite_schema WHERE name = 'counted_group'").fetchone() is None:
        _create(conn)
    conn.execute("CREATE INDEX IF NOT EXISTS counted_group_from ON counted_group (from_ms)")
    file_by_hour(conn, "counted_group", "from_ms", _UNTIL)


_UNTIL = "CASE WHEN unnamed > 0 THEN to_ms ELSE min(last_ms, coalesce(to_ms, last_ms)) END"
"""Until when a group may have had heads without a name; NULL while it has some."""


def _create(conn: Connection) -> None:
    conn.execute("DROP TABLE IF EXISTS named_head")
    conn.execute(
        "CREATE TABLE named_head (person BLOB PRIMARY KEY, arrival_group BLOB NOT NULL,"
        " at_ms INTEGER NOT NULL) WITHOUT ROWID"
    )
    conn.execute("CREATE INDEX named_head_group ON named_head (arrival_group, at_ms)")
    # unnamed: heads left once everybody known is named; last_ms: when the last one named arrived.
    conn.execute(
        "CREATE TABLE counted_group (arrival_group BLOB PRIMARY KEY, station TEXT, heads INTEGER NOT NULL,"
        " from_ms INTEGER NOT NULL, to_ms INTEGER, closed_reason TEXT, unnamed INTEGER NOT NULL,"
        " last_ms INTEGER NOT NULL) WITHOUT ROWID"
    )
    conn.execute(
        "CREATE INDEX counted_group_open ON counted_group (unnamed) WHERE unnamed > 0 AND to_ms IS NULL"
    )
    conn.execute("CREATE INDEX counted_group_last ON counted_group (last_ms)")
    conn.execute("CREATE INDEX counted_group_to ON counted_group (to_ms) WHERE to_ms IS NOT NULL")
    groups = [row[0] for row in conn.execute("SELECT ent FROM arrival_group")]
    persons = [row[0] for row in conn.execute("SELECT ent FROM person WHERE arrival_group IS NOT NULL")]
    for start in range(0, len(persons), 2_000):
        _name(conn, persons[start : start + 2_000])
    _count(conn, groups)


def expected_groups(conn: Connection, groups: Sequence[bytes]) -> dict[bytes, tuple[object, ...]]:
    """The rows of ``counted_group`` that follow from the tables for some groups."""
    found: dict[bytes, tuple[object, ...]] = {}
    for start in range(0, len(groups), _CHUNK):
        part = groups[start : start + _CHUNK]
        marks = ",".join("?" * len(part))
        named = {
            row[0]: (int(row[1]), int(row[2]))
            for row in conn.execute(
                "SELECT arrival_group, count(*), max(at_ms) FROM named_head"
                f" WHERE arrival_group IN ({marks}) GROUP BY arrival_group",
                part,
            )
        }
        for ent, station, heads, arrived, entered, closed, reason in conn.execute(
            "SELECT ent, station, head_count, arrived_at_ms, entered_ms, closed_at_ms, closed_reason"
            f" FROM arrival_group WHERE ent IN ({marks}) AND void IS NULL AND head_count > 0",
            part,
        ):
            began = arrived if arrived is not None else entered
            count, last = named.get(ent, (0, began))
            ended = None if closed is None else max(closed, began)
            left = max(0, heads - count)
            found[ent] = (ent, station, heads, began, ended, reason, left, max(last, began))
    return found


def _count(conn: Connection, groups: Iterable[bytes]) -> None:
    wanted = sorted(set(groups))
    ready = expected_groups(conn, wanted)
    conn.executemany("DELETE FROM counted_group WHERE arrival_group = ?", [(group,) for group in wanted])
    conn.executemany(
        "INSERT INTO counted_group (arrival_group, station, heads, from_ms, to_ms, closed_reason, unnamed,"
        " last_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        list(ready.values()),
    )


def _name(conn: Connection, persons: Sequence[bytes]) -> set[bytes]:
    """Bring ``named_head`` in line for some persons; returns the groups they were or are in."""
    groups: set[bytes] = set()
    for start in range(0, len(persons), _CHUNK):
        part = persons[start : start + _CHUNK]
        marks = ",".join("?" * len(part))
        held = dict(
            conn.execute(
                f"SELECT person, arrival_group FROM named_head WHERE person IN ({marks})", part
            ).fetchall()
        )
        now = conn.execute(
            "SELECT ent, arrival_group, coalesce(arrived_at_ms, entered_ms) FROM person"
            f" WHERE ent IN ({marks}) AND arrival_group IS NOT NULL AND void IS NULL",
            part,
        ).fetchall()
        groups.update(held.values())
        groups.update(row[1] for row in now)
        if held:
            conn.executemany("DELETE FROM named_head WHERE person = ?", [(person,) for person in held])
        conn.executemany("INSERT INTO named_head (person, arrival_group, at_ms) VALUES (?, ?, ?)", now)
    return groups


def _after_persons(conn: Connection, ents: Sequence[bytes]) -> None:
    groups = _name(conn, sorted(set(ents)))
    if groups:
        _count(conn, groups)


Again = Mapping[bytes, Sequence[int]]
"""Of a group: when records arrived that turned out to be somebody named in it already (UTC ms)."""

_ALL = 1 << 62
_OF_STATION = "(station = ? OR station IS NULL)"


def unnamed_at(conn: Connection, station: str, at_ms: int | None, again: Again) -> dict[bytes, int]:
    """Unnamed heads of each group just before a moment (None: now, whatever is not closed).

    Of groups of this station, or of none that is said. Only groups that are still short of names, or were then
    and got them or were closed later, are looked at.
    """
    moment = _ALL if at_ms is None else at_ms
    groups = {
        row[0]
        for row in conn.execute("SELECT arrival_group FROM counted_group WHERE unnamed > 0 AND to_ms IS NULL")
    }
    if at_ms is not None:
        nodes = nodes_around(at_ms)
        groups.update(
            row[0]
            for row in conn.execute(
                f"SELECT arrival_group FROM counted_group WHERE node IN ({','.join('?' * len(nodes))})"
                f" AND from_ms < ? AND {_UNTIL} >= ?",
                (*nodes, at_ms, at_ms),
            )
        )
    found: dict[bytes, int] = {}
    for group in sorted(groups | set(again)):
        row = conn.execute(
            "SELECT heads FROM counted_group WHERE arrival_group = ? AND from_ms < ?"
            f" AND (to_ms IS NULL OR to_ms >= ?) AND {_OF_STATION}",
            (group, moment, moment, station),
        ).fetchone()
        left = 0 if row is None else _left(conn, group, int(row[0]), moment, again)
        if left:
            found[bytes(group)] = left
    return found


def closed_between(
    conn: Connection, station: str, from_ms: int, to_ms: int, again: Again
) -> list[tuple[bytes, int, str]]:
    """Groups closed in a time (its end not included): heads unnamed when they were, and the reason given."""
    found = []
    for group, heads, closed, reason in conn.execute(
        "SELECT arrival_group, heads, to_ms, closed_reason FROM counted_group"
        f" WHERE to_ms >= ? AND to_ms < ? AND {_OF_STATION}",
        (from_ms, to_ms, station),
    ).fetchall():
        left = _left(conn, group, int(heads), int(closed), again)
        if left:
            found.append((bytes(group), left, str(reason or "")))
    return found


def _left(conn: Connection, group: bytes, heads: int, at_ms: int, again: Again) -> int:
    """Heads of a group nobody had a name for just before a moment."""
    row = conn.execute(
        "SELECT count(*) FROM named_head WHERE arrival_group = ? AND at_ms < ?", (group, at_ms)
    ).fetchone()
    twice = sum(1 for one in again.get(group, ()) if one < at_ms)
    return max(0, heads - int(row[0]) + twice)


def named_twice(conn: Connection, several: Iterable[Sequence[bytes]]) -> dict[bytes, list[int]]:
    """Of people with several records each: the later ones named out of a group that has them already."""
    found: dict[bytes, list[int]] = {}
    for records in several:
        marks = ",".join("?" * len(records))
        seen: set[bytes] = set()
        for group, at_ms in conn.execute(
            f"SELECT arrival_group, at_ms FROM named_head WHERE person IN ({marks}) ORDER BY at_ms, person",
            list(records),
        ):
            if group in seen:
                found.setdefault(bytes(group), []).append(int(at_ms))
            seen.add(group)
    return found


tables.hang_on(
    "arrival_group",
    _count,
    ("station", "head_count", "arrived_at_ms", "entered_ms", "closed_at_ms", "closed_reason", "void"),
)
tables.hang_on("person", _after_persons, ("arrival_group", "arrived_at_ms", "entered_ms", "void"))
