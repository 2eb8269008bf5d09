"""How many people are in the house at any moment, and how they came and left: counted from the intervals.

Two records that were found to be one person (``same_as``) count once, with the comings and leavings of both.
Only rows around the moments asked for are read, however many people the file holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from shelterdesk.core.presence import Moved, intervals
from shelterdesk.core.vocabulary import EntryKind, MovementKind
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.span_tree import nodes_around
from shelterdesk.db.unnamed import Again, closed_between, named_twice, unnamed_at

SAME = "same"
"""Verdict of ``same_as`` by which two records are one person; any other verdict undoes it."""

_HERE = "(station = ? OR station IS NULL)"


@dataclass(frozen=True, slots=True)
class Span:
    """A time of presence in UTC milliseconds; ``to_ms`` None while it lasts."""

    from_ms: int
    to_ms: int | None
    how_in: str
    how_out: str | None


@dataclass(slots=True)
class Flows:
    """Who came and left in a time, by how; ``closed`` are unnamed heads of groups closed in it, by reason."""

    came: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    new_unnamed: int = 0
    """Heads counted in the time and still unnamed (or when closed), less those of before named in it."""


def clusters(conn: Connection) -> dict[bytes, bytes]:
    """Records linked as one person: each to the first of them. The latest word on a pair holds."""
    said: dict[tuple[bytes, bytes], str] = {}
    for one, other, verdict in conn.execute(
        "SELECT person, other, verdict FROM same_as WHERE void IS NULL AND person IS NOT NULL"
        " AND other IS NOT NULL ORDER BY coalesce(decided_at_ms, entered_ms), ent"
    ):
        said[(min(one, other), max(one, other))] = verdict
    root: dict[bytes, bytes] = {}

    def top(ent: bytes) -> bytes:
        while root.setdefault(ent, ent) != ent:
            ent = root[ent]
        return ent

    for (one, other), verdict in sorted(said.items()):
        if verdict == SAME and one != other:
            low, high = sorted((top(one), top(other)))
            root[high] = low
    return {ent: top(ent) for ent in list(root)}


def same_person(conn: Connection, person: bytes) -> list[bytes]:
    """All records of a person, this one first."""
    linked = clusters(conn)
    mine = linked.get(person)
    if mine is None:
        return [person]
    return [person, *sorted(ent for ent, top in linked.items() if top == mine and ent != person)]


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans of several records of one person as those of one.

    Leaving on either record is leaving, and a later coming is a return, whichever record it stands on. Where one
    ends in the very moment in which another begins and goes on, nobody left: the two are one time of presence.
    """
    every = sorted(spans, key=lambda span: (span.from_ms, span.how_in))
    if not every:
        return []
    # Times are whole seconds: a record closed and another begun by one key have the same.
    begins = {span.from_ms for span in every if span.to_ms is None or span.to_ms > span.from_ms}
    moves = []
    for span in every:
        back = MovementKind.MOVED_IN if span.how_in == MovementKind.MOVED_IN else MovementKind.RETURNED
        moves.append(Moved(span.from_ms, back, b"in"))
        if span.to_ms is not None and span.how_out is not None and span.to_ms not in begins:
            moves.append(Moved(span.to_ms, MovementKind(span.how_out), b"out"))
    first = every[0]
    entry = EntryKind(first.how_in) if first.how_in in _ENTRIES else EntryKind.ARRIVED
    return [
        Span(one.from_ms, one.to_ms, one.how_in, one.how_out)
        for one in intervals(first.from_ms, entry, moves)
    ]


_ENTRIES = frozenset(kind.value for kind in EntryKind)


@dataclass(frozen=True, slots=True)
class LinkedPerson:
    """A person with several records: those, their spans as they stand, and as those of one person."""

    records: tuple[bytes, ...]
    raw: tuple[Span, ...]
    one: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """The people of several records of a file, read once for all that is counted from them."""

    people: tuple[LinkedPerson, ...]
    again: Again


def links(conn: Connection, station: str) -> Links:
    """The people linked as one, with their times at a station."""
    several: dict[bytes, list[bytes]] = {}
    for ent, top in clusters(conn).items():
        several.setdefault(top, []).append(ent)
    spans: dict[bytes, list[Span]] = {}
    every = [ent for records in several.values() for ent in records]
    for marks, part in in_parts(every):
        for person, *span in conn.execute(
            "SELECT person, from_ms, to_ms, how_in, how_out FROM presence"
            f" WHERE person IN ({marks}) AND {_HERE} ORDER BY person, n",
            (*part, station),
        ):
            spans.setdefault(bytes(person), []).append(Span(*span))
    found = []
    for records in several.values():
        # One entered by mistake, or not here yet, has no spans and stands for nobody.
        here = tuple(sorted(ent for ent in records if ent in spans))
        raw = tuple(span for ent in here for span in spans[ent])
        found.append(LinkedPerson(here, raw, tuple(joined(raw))))
    return Links(tuple(found), named_twice(conn, [person.records for person in found if person.records]))


def _is_present(span: Span, at_ms: int | None) -> bool:
    if at_ms is None:
        return span.to_ms is None
    return span.from_ms < at_ms and (span.to_ms is None or span.to_ms >= at_ms)


def present_sql(at_ms: int | None, station: str) -> tuple[str, tuple[object, ...]]:
    """A subquery with its parameters: person and from_ms of the intervals present just before a moment.

    Who is still here has an index of their own, who left later is found at the nodes around the moment: never
    everybody who came before it or left after.
    """
    still = f"SELECT person, from_ms FROM presence INDEXED BY presence_open WHERE to_ms IS NULL AND {_HERE}"
    if at_ms is None:
        return still, (station,)
    nodes = nodes_around(at_ms)
    left_later = (
        "SELECT person, from_ms FROM presence INDEXED BY presence_node"
        f" WHERE node IN ({','.join('?' * len(nodes))}) AND from_ms < ? AND to_ms >= ? AND {_HERE}"
    )
    return (
        f"{still} AND from_ms < ? UNION ALL {left_later}",
        (station, at_ms, *nodes, at_ms, at_ms, station),
    )


def _registered(conn: Connection, station: str, at_ms: int | None, linked: Links) -> int:
    sql, given = present_sql(at_ms, station)
    count = int(conn.execute(f"SELECT count(*) FROM ({sql})", given).fetchone()[0])
    for person in linked.people:
        count += sum(_is_present(s, at_ms) for s in person.one) - sum(
            _is_present(s, at_ms) for s in person.raw
        )
    return count


def present_records(
    conn: Connection, station: str, at_ms: int | None = None, linked: Links | None = None
) -> dict[bytes, bytes]:
    """The records of who is present just before a moment (None: now), each with the first of that person."""
    sql, given = present_sql(at_ms, station)
    present = {bytes(row[0]): bytes(row[0]) for row in conn.execute(sql, given)}
    for person in (linked or links(conn, station)).people:
        is_here = any(_is_present(span, at_ms) for span in person.one)
        for record in person.records:
            present.pop(record, None)
            if is_here:
                present[record] = person.records[0]
    return present


def present_since(
    conn: Connection, station: str, at_ms: int, linked: Links | None = None
) -> dict[bytes, int]:
    """Since when (UTC ms) each person present just before a moment is here, by the first of their records."""
    sql, given = present_sql(at_ms, station)
    since = {bytes(row[0]): int(row[1]) for row in conn.execute(sql, given)}
    for person in (linked or links(conn, station)).people:
        for record in person.records:
            since.pop(record, None)
        for span in person.one:
            if _is_present(span, at_ms):
                since[person.records[0]] = span.from_ms
    return since


def present_persons(
    conn: Connection, station: str, at_ms: int | None = None, linked: Links | None = None
) -> list[bytes]:
    """The first record of each person present just before a moment (None: now)."""
    return sorted(set(present_records(conn, station, at_ms, linked).values()))


def people_at(
    conn: Connection, station: str, at_ms: int | None = None, linked: Links | None = None
) -> tuple[int, int]:
    """People in the house just before a moment (None: now), and how many of them have no name yet."""
    known = linked or links(conn, station)
    unnamed = sum(unnamed_at(conn, station, at_ms, known.again).values())
    return _registered(conn, station, at_ms, known) + unnamed, unnamed


def people_of_all(conn: Connection, stations: Iterable[str]) -> tuple[int, int]:
    """People now in the houses of several stations, as :func:`people_at`; who names no station counts once."""
    nowhere = people_at(conn, "")
    each = [people_at(conn, station) for station in stations]
    return (
        nowhere[0] + sum(present - nowhere[0] for present, _ in each),
        nowhere[1] + sum(unnamed - nowhere[1] for _, unnamed in each),
    )


def flows(conn: Connection, station: str, from_ms: int, to_ms: int, linked: Links | None = None) -> Flows:
    """Who came and left from one moment (included) to another (not), late entries in their own time."""
    found = Flows()
    for how, count in conn.execute(
        f"SELECT how_in, count(*) FROM presence WHERE from_ms >= ? AND from_ms < ? AND {_HERE}"
        " GROUP BY how_in",
        (from_ms, to_ms, station),
    ):
        found.came[how] += count
    for how, count in conn.execute(
        f"SELECT how_out, count(*) FROM presence WHERE to_ms >= ? AND to_ms < ? AND {_HERE} GROUP BY how_out",
        (from_ms, to_ms, station),
    ):
        found.left[how] += count
    known = linked or links(conn, station)
    for person in known.people:
        for spans, sign in ((person.raw, -1), (person.one, 1)):
            for span in spans:
                if from_ms <= span.from_ms < to_ms:
                    found.came[span.how_in] += sign
                if span.to_ms is not None and from_ms <= span.to_ms < to_ms:
                    found.left[span.how_out or ""] += sign
    for _, heads, reason in closed_between(conn, station, from_ms, to_ms, known.again):
        found.closed[reason] += heads
    after = sum(unnamed_at(conn, station, to_ms, known.again).values())
    before = sum(unnamed_at(conn, station, from_ms, known.again).values())
    found.new_unnamed = after - before + sum(found.closed.values())
    return found


def is_present(conn: Connection, person: bytes) -> bool:
    """Whether a record's person has not left."""
    return (
        conn.execute("SELECT 1 FROM presence WHERE person = ? AND to_ms IS NULL", (person,)).fetchone()
        is not None
    )
