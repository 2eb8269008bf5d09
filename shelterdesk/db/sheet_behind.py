"""Who is behind a number of a sheet, and behind one that is another now: counted person by person, then and now.

What was known then is not kept person by person (DESIGN §3: the log tells). Only the people whom something entered
since tells of can make a difference, so only their lines of the log are taken into tables of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from shelterdesk.core.event import ROW, BadLine, Event, parse, row_values
from shelterdesk.core.kinds import ARRIVAL_GROUP, MOVEMENT, PERSON, SAME_AS, STAY
from shelterdesk.core.lodging import PlaceState, site_tree
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.core.vocabulary import EntryKind, MovementKind
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.lodging import Plan, lodged, plan
from shelterdesk.db.meta import Whoami
from shelterdesk.db.population import Links, Span, links, present_persons
from shelterdesk.db.sheet import Frozen, closed_as
from shelterdesk.db.sheet_house import counted_as
from shelterdesk.db.unnamed import closed_between, unnamed_at

Heads = dict[str, dict[bytes, int]]
"""By the name of a number (``core.sheet_difference``): people (once each) and groups (so many heads) counted in it."""

CAME: Mapping[str, str] = {
    EntryKind.ARRIVED.value: "arrivals",
    EntryKind.BORN.value: "births",
    EntryKind.MOVED_IN.value: "moved_in",
    MovementKind.RETURNED.value: "returned",
}
LEFT: Mapping[str, str] = {
    MovementKind.DEPARTED_BUS.value: "departures_bus",
    MovementKind.DEPARTED_OTHER.value: "departures_other",
    MovementKind.ABSENT.value: "absences",
    MovementKind.DIED.value: "deaths",
    MovementKind.MOVED_OUT.value: "moved_out",
}
PEOPLE_NUMBERS = frozenset({*CAME.values(), *LEFT.values(), "came", "left", "present", "present_prev"})
"""The single numbers that count people; beside them sex and age, nationality, and who is in a block."""

KINDS = frozenset(kind.number for kind in (PERSON, MOVEMENT, STAY, SAME_AS, ARRIVAL_GROUP))
"""Kinds of record that can make a difference to them."""


def counted_heads(
    conn: Connection, who: Whoami, limits: tuple[datetime, datetime], site: Plan | None = None
) -> Heads:
    """Who is counted in each number of a day of these limits, as these tables know it; ``site``: another plan's places."""
    from_ms, to_ms = map(to_milliseconds, limits)
    linked = links(conn, who.station)
    found: Heads = {}
    for names, at_ms in ((("present_prev", "corrections"), from_ms), (("present",), to_ms)):
        for name in names:
            _put(found, name, dict.fromkeys(present_persons(conn, who.station, at_ms, linked), 1))
    _add_flows(conn, who.station, from_ms, to_ms, linked, found)
    _add_groups(conn, who.station, from_ms, to_ms, linked, found)
    for person, (sex, band, nation) in counted_as(conn, sorted(found["present"])).items():
        _put(found, f"sex_age.{sex.value}.{band.value}", {person: 1})
        _put(found, f"nationality.{nation}", {person: 1})
    places = site or plan(conn)
    given = lodged(conn, who.station, places, to_ms, linked)
    top = _tops(site_tree(places.places.values(), {}))
    for several in (given.people, given.heads):
        for code, ents in several.items():
            for ent in ents:
                if (block := top.get(code)) is not None:
                    _put(found, f"block.{block}.occupied", {bytes.fromhex(ent): 1})
    return found


def _put(found: Heads, name: str, heads: Mapping[bytes, int]) -> None:
    into = found.setdefault(name, {})
    for ent, count in heads.items():
        into[ent] = into.get(ent, 0) + count


def _add_flows(conn: Connection, station: str, from_ms: int, to_ms: int, linked: Links, found: Heads) -> None:
    again = {record for person in linked.people for record in person.records}
    here = "(station = ? OR station IS NULL)"
    rows = [
        (CAME, "came", person, how)
        for person, how in conn.execute(
            f"SELECT person, how_in FROM presence WHERE from_ms >= ? AND from_ms < ? AND {here}",
            (from_ms, to_ms, station),
        )
        if person not in again
    ] + [
        (LEFT, "left", person, how)
        for person, how in conn.execute(
            f"SELECT person, how_out FROM presence WHERE to_ms >= ? AND to_ms < ? AND {here}",
            (from_ms, to_ms, station),
        )
        if person not in again
    ]
    for person in linked.people:
        for span in person.one:
            if from_ms <= span.from_ms < to_ms:
                rows.append((CAME, "came", person.records[0], span.how_in))
            if span.to_ms is not None and from_ms <= span.to_ms < to_ms:
                rows.append((LEFT, "left", person.records[0], span.how_out))
    for names, whole, ent, how in rows:
        for name in (whole, names.get(how or "")):
            if name is not None:
                _put(found, name, {bytes(ent): 1})


def _add_groups(
    conn: Connection, station: str, from_ms: int, to_ms: int, linked: Links, found: Heads
) -> None:
    before = unnamed_at(conn, station, from_ms, linked.again)
    after = unnamed_at(conn, station, to_ms, linked.again)
    closed: dict[bytes, int] = {}
    for group, heads, reason in closed_between(conn, station, from_ms, to_ms, linked.again):
        closed[group] = heads
        how = closed_as(reason)
        if how is None:  # they never were there: taken from those of the day before
            _put(found, "corrections", {group: -heads})
        else:
            _put(found, "left", {group: heads})
            _put(found, LEFT[how.value], {group: heads})
    for name, heads_of in (
        ("present_prev", before),
        ("corrections", before),
        ("present", after),
        ("of_which_unnamed", after),
    ):
        _put(found, name, heads_of)
    for group in before.keys() | after.keys() | closed.keys():
        new = after.get(group, 0) + closed.get(group, 0) - before.get(group, 0)
        if new:
            for name in ("came", "arrivals"):
                _put(found, name, {group: new})


def _tops(tree: Iterable[PlaceState]) -> dict[str, str]:
    """The block on top of each place that is part of the sheet."""
    return {state.place.code: top.place.code for top in tree if not top.place.staging for state in top.walk()}


@dataclass(frozen=True, slots=True)
class Known:
    """What was known then: ``has`` tells it of a line, ``fresh`` reads those it may not be true of, the rest unread."""

    has: Callable[[Event], bool]
    fresh: Callable[[Connection], Iterator[bytes]]


def known_when(at_ms: int) -> Known:
    """What was entered by a time (UTC ms), wherever it was."""

    def fresh(conn: Connection) -> Iterator[bytes]:
        for (line,) in conn.execute(
            "SELECT line FROM event WHERE wall_ms > ? AND line IS NOT NULL", (at_ms,)
        ):
            yield line

    return Known(lambda event: event.wall_ms <= at_ms, fresh)


def known_in(frozen: Frozen) -> Known:
    """What a frozen sheet says was held when it was made; by its time alone where it does not say."""
    try:
        ranges: Any = msgspec.json.decode(frozen.as_known)
        held = {
            str(author): [(int(low), int(high)) for low, high in several]
            for author, several in dict(ranges).items()
        }
    except (msgspec.MsgspecError, TypeError, ValueError):
        return known_when(frozen.frozen_ms)

    def has(event: Event) -> bool:
        several = held.get(f"{event.dev:016x}.{event.epoch}", ())
        return any(low <= event.first_seq <= high for low, high in several)

    def fresh(conn: Connection) -> Iterator[bytes]:
        for dev, epoch in conn.execute("SELECT DISTINCT dev, epoch FROM seen ORDER BY dev, epoch").fetchall():
            several = sorted(held.get(f"{dev:016x}.{epoch}", ()))
            upto = several[0][1] if several and several[0][0] <= 1 else 0
            for (line,) in conn.execute(
                "SELECT line FROM event WHERE dev = ? AND epoch = ? AND seq > ? AND line IS NOT NULL",
                (dev, epoch, upto),
            ):
                yield line

    return Known(has, fresh)


@dataclass(slots=True)
class Since:
    """What was entered since: the people and groups it may concern, and the entries that tell of each."""

    people: set[bytes] = field(default_factory=set)
    groups: set[bytes] = field(default_factory=set)
    entries: dict[bytes, list[tuple[Event, int]]] = field(default_factory=dict)

    def note(self, ent: bytes, event: Event, pos: int) -> None:
        """An entry about a person or a group."""
        self.entries.setdefault(ent, []).append((event, pos))


def entered_since(conn: Connection, known: Known) -> Since:
    """Everything entered, or come from elsewhere, that was not known then."""
    found = Since()
    touched: list[tuple[bytes, int, Event, int]] = []
    for line in known.fresh(conn):
        try:
            event = parse(line)
        except BadLine:
            continue
        if not known.has(event):
            touched += [(op.ent, op.kind, event, pos) for pos, op in enumerate(event.ops) if op.kind in KINDS]
    about = _about(conn, touched)
    for ent, kind, event, pos in touched:
        for person in about.get(ent, ()) if kind != PERSON.number else (ent,):
            found.people.add(person)
            found.note(person, event, pos)
        if kind == ARRIVAL_GROUP.number:
            found.groups.add(ent)
            found.note(ent, event, pos)
    found.groups |= _groups_ever(conn, _with_linked(conn, found.people))
    return found


def _groups_ever(conn: Connection, people: set[bytes]) -> set[bytes]:
    """The groups these records were ever said to be named out of: whoever leaves one leaves a head without a name."""
    found: set[bytes] = set()
    for line in _lines_of(conn, people):
        try:
            ops = [op for op in parse(line).ops if op.kind == PERSON.number and op.ent in people]
            said = [
                row_values(op).get(_GROUP) if op.field == ROW else op.value
                for op in ops
                if op.field in (ROW, _GROUP)
            ]
        except BadLine:
            continue
        found.update(group for one in said if one is not None and (group := _ent_said(one)) is not None)
    return found


_GROUP = PERSON.field("arrival_group").number


def _ent_said(value: bytes) -> bytes | None:
    """The record a value of the log names; None where it names none."""
    try:
        return bytes.fromhex(msgspec.json.decode(value, type=str))
    except (msgspec.MsgspecError, ValueError):
        return None


def _about(
    conn: Connection, touched: Sequence[tuple[bytes, int, Event, int]]
) -> dict[bytes, tuple[bytes, ...]]:
    """The people that movements, stays and links are about."""
    found: dict[bytes, tuple[bytes, ...]] = {}
    for kind, columns in ((MOVEMENT, "person, NULL"), (STAY, "person, NULL"), (SAME_AS, "person, other")):
        ents = sorted({ent for ent, number, _, _ in touched if number == kind.number})
        for marks, part in in_parts(ents):
            for ent, one, other in conn.execute(
                f"SELECT ent, {columns} FROM {kind.name} WHERE ent IN ({marks})", part
            ):
                found[ent] = tuple(person for person in (one, other) if person is not None)
    return found


def lines_about(conn: Connection, since: Since, known: Known) -> Iterator[bytes]:
    """The lines known then that tell of these people and groups, in the order they came."""
    people = _with_linked(conn, since.people)
    ents = {*people, *since.groups}
    for marks, part in in_parts(sorted(since.groups)):
        named = conn.execute(f"SELECT ent FROM person WHERE arrival_group IN ({marks})", part)
        ents.update(row[0] for row in named)
        ents.update(
            row[0] for row in conn.execute(f"SELECT ent FROM stay WHERE arrival_group IN ({marks})", part)
        )
    for marks, part in in_parts(sorted(people)):
        for table, columns in (
            ("movement", ("person",)),
            ("stay", ("person",)),
            ("same_as", ("person", "other")),
        ):
            for column in columns:
                ents.update(
                    row[0]
                    for row in conn.execute(f"SELECT ent FROM {table} WHERE {column} IN ({marks})", part)
                )
    for line in _lines_of(conn, ents):
        try:
            if known.has(parse(line)):
                yield line
        except BadLine:
            continue


def _lines_of(conn: Connection, ents: set[bytes]) -> Iterator[bytes]:
    """The lines that tell of these records, in the order they came."""
    events: set[int] = set()
    for marks, part in in_parts(sorted(ents)):
        events.update(row[0] for row in conn.execute(f"SELECT event FROM op WHERE ent IN ({marks})", part))
    for marks, ids in in_parts(sorted(events)):
        for (line,) in conn.execute(
            f"SELECT line FROM event WHERE id IN ({marks}) AND line IS NOT NULL ORDER BY id", ids
        ).fetchall():
            yield line


def _with_linked(conn: Connection, people: set[bytes]) -> set[bytes]:
    """These records and all that were ever linked with them, directly or not."""
    found, todo = set(people), sorted(people)
    while todo:
        reached: set[bytes] = set()
        for marks, part in in_parts(todo):
            for one, other in ((a, b) for a, b in (("person", "other"), ("other", "person"))):
                reached.update(
                    row[0]
                    for row in conn.execute(f"SELECT {other} FROM same_as WHERE {one} IN ({marks})", part)
                    if row[0] is not None
                )
        todo = sorted(reached - found)
        found |= reached
    return found


def spans_of(conn: Connection, who: Whoami, ent: bytes) -> list[Span]:
    """A record's times in the house, in order."""
    return [
        Span(*row)
        for row in conn.execute(
            "SELECT from_ms, to_ms, how_in, how_out FROM presence WHERE person = ?"
            " AND (station = ? OR station IS NULL) ORDER BY n",
            (ent, who.station),
        )
    ]
