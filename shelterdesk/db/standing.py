"""How a record stands: what all its admitted ops in the log say together, as heads, conflicts and a table row.

A record is an entity of one kind. Ops of another kind under the same id are another record: no kind displaces another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import msgspec

from shelterdesk.core.event import ROW, Event, Op, read_again
from shelterdesk.core.heads import (
    Head,
    Logged,
    edited_in_turn,
    heads,
    in_conflict,
    unseen_by_voids,
    void_reason,
    void_said,
)
from shelterdesk.core.home import OTHER_HOME, Author, foreign, names_of
from shelterdesk.core.kinds import VOID
from shelterdesk.core.severity import field_class, rank, severity, severity_of_void
from shelterdesk.db import tables
from shelterdesk.db.clocks import clocks_of
from shelterdesk.db.connection import Connection, in_parts

_MOST_PARSED = 4_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What the log says of one record: its kind, the heads of the fields somebody edited, and its table row."""

    kind: int
    edited: Mapping[int, Sequence[Head]]
    row: tuple[Any, ...] | None


Place = tuple[int, int]
"""An op by the id of its event in the log and its position there."""


class Stood(NamedTuple):
    """An entity: its records by kind (None for one whose ops are all set aside), and which ops other stations made.

    ``foreign`` are those that follow from the log, ``marked`` those that the file says are.
    """

    records: Mapping[int, Standing | None]
    foreign: Sequence[Place] = ()
    marked: Sequence[Place] = ()


class Writer(Protocol):
    """Who wrote an event, and when: the event itself, or what was kept of it."""

    @property
    def dev(self) -> int: ...
    @property
    def wall_ms(self) -> int: ...
    @property
    def user(self) -> str: ...


Admitted = Sequence[tuple[Writer, Logged]]


def logged_ops(conn: Connection, ent: bytes) -> list[tuple[Event, int, str | None]]:
    """All ops on an entity as (event, position, reason it is set aside), oldest arrival first; clocks as they count."""
    clocks = clocks_of(conn)
    found: list[tuple[Event, int, str | None]] = []
    event: Event | None = None
    for line, eh, pos, reason in conn.execute(
        "SELECT e.line, e.eh, o.pos, s.reason FROM op o JOIN event e ON e.id = o.event"
        " LEFT JOIN set_aside_op s ON s.event = o.event AND s.pos = o.pos"
        " WHERE o.ent = ? AND e.line IS NOT NULL ORDER BY o.event, o.pos",
        (ent,),
    ):
        if event is None or event.eh != eh:  # one line may say hundreds of things of an entity
            event = clocks.right(read_again(line, eh))
        if pos < len(event.ops):  # a damaged index is for the check to find
            found.append((event, pos, reason))
    return found


def heads_of(conn: Connection, ent: bytes, kind: int) -> dict[int, list[Head]]:
    """The heads of every field of a record, from its admitted ops; empty when there are none."""
    return heads(
        Logged(event.op_id(pos), event.hlc, event.ops[pos])
        for event, pos, reason in logged_ops(conn, ent)
        if reason is None and event.ops[pos].kind == kind
    )


class _Found(NamedTuple):
    event: int
    pos: int
    reason: str | None
    writer: Event
    logged: Logged


def standings(
    conn: Connection,
    ents: Sequence[bytes],
    homes: Mapping[int, str],
    at_hand: Mapping[int, Event] | None = None,
) -> Iterator[tuple[bytes, Stood]]:
    """Compute entities from their ops; a line that speaks of several of them is read once.

    ``homes`` are the stations of desks, ``at_hand`` events parsed already, by their id in the log.
    """
    parsed, clocks = dict(at_hand or {}), clocks_of(conn)
    for marks, part in in_parts(ents):
        if len(parsed) > _MOST_PARSED:
            parsed.clear()
        rows = conn.execute(
            "SELECT o.ent, o.event, o.pos, o.kind, s.reason FROM op o"
            " LEFT JOIN set_aside_op s ON s.event = o.event AND s.pos = o.pos"
            f" WHERE o.ent IN ({marks}) ORDER BY o.ent, o.event, o.pos",
            part,
        ).fetchall()
        for lines, ids in in_parts(sorted({row[1] for row in rows} - parsed.keys())):
            for id_, line, eh in conn.execute(
                f"SELECT id, line, eh FROM event WHERE id IN ({lines}) AND line IS NOT NULL", ids
            ):
                parsed[id_] = clocks.right(read_again(line, eh))
        found: dict[bytes, dict[int, list[_Found]]] = {ent: {} for ent in part}
        for ent, id_, pos, kind, reason in rows:
            event = parsed.get(id_)
            if event is not None and pos < len(event.ops) and event.line:
                op = event.ops[pos]
                logged = Logged(event.op_id(pos), event.hlc, op)
                found[ent].setdefault(op.kind, []).append(_Found(id_, pos, reason, event, logged))
            else:
                found[ent].setdefault(kind, [])  # withheld or erased: nothing of it is left to show
        for ent, by_kind in found.items():
            yield ent, _stood(ent, by_kind, homes)


def _stood(ent: bytes, by_kind: Mapping[int, Sequence[_Found]], homes: Mapping[int, str]) -> Stood:
    records: dict[int, Standing | None] = {}
    others: list[Place] = []
    marked: list[Place] = []
    for kind, ops in by_kind.items():
        admitted = [one for one in ops if one.reason is None or one.reason == OTHER_HOME]
        marked += [(one.event, one.pos) for one in admitted if one.reason is not None]
        apart = foreign(kind, _authors(admitted), homes)
        if apart:
            others += [(admitted[at].event, admitted[at].pos) for at in sorted(apart)]
            admitted = [one for at, one in enumerate(admitted) if at not in apart]
        mine = [(one.writer, one.logged) for one in admitted]
        records[kind] = standing_of(ent, mine) if mine else None
    return Stood(records, others, marked)


def _authors(ops: Sequence[_Found]) -> list[Author]:
    """Who wrote these ops, and whose of them each names; the latter is asked only where more than one desk wrote."""
    if all(one.writer.dev == ops[0].writer.dev for one in ops):
        return [Author(one.writer.dev, one.logged.op.field == ROW) for one in ops]
    devs = {one.logged.id: one.writer.dev for one in ops}
    return [
        Author(
            one.writer.dev,
            one.logged.op.field == ROW,
            frozenset(devs[id_] for id_ in names_of(one.logged.op) if id_ in devs),
        )
        for one in ops
    ]


def standing_of(ent: bytes, admitted: Admitted) -> Standing:
    """A record from its admitted ops, all of one kind, at least one, each with who wrote it."""
    return _edited_in_turn(ent, admitted) or _edited_apart(ent, admitted)


def _edited_in_turn(ent: bytes, admitted: Admitted) -> Standing | None:
    """A record made once, each field edited at most once by somebody who saw that: read straight off."""
    turn = edited_in_turn([logged for _, logged in admitted])
    if turn is None:
        return None
    created, edits = turn
    kind = created.op.kind
    values = msgspec.json.decode(created.op.value)
    edited: dict[int, list[Head]] = {}
    for number, logged in edits.items():
        name = str(number)
        if not logged.op.supersedes and name in values:
            return None
        values[name] = msgspec.json.decode(logged.op.value)
        edited[number] = [Head(number, logged.hlc, logged.id, logged.op.value)]
    if _VOID in values or not tables.is_known(kind):
        return None
    first, before = admitted[0]
    if before is not created:
        first = next(writer for writer, logged in admitted if logged is created)
    row = tables.table_row(kind, ent, values, None, first.dev, first.wall_ms, first.user)
    return Standing(kind, edited, row)


_VOID = str(VOID)


def _edited_apart(ent: bytes, admitted: Admitted) -> Standing:
    """Any record: the heads of all its fields, and which of them were edited."""
    # The first to speak of it, by clock and id, entered it; its creation counts before any edit, even one that
    # reached us earlier.
    first, spoken = min(admitted, key=lambda one: (one[1].op.field != ROW, one[1].hlc, one[1].id))
    kind = spoken.op.kind
    found = heads(logged for _, logged in admitted)
    created = {logged.id: logged.op for _, logged in admitted if logged.op.field == ROW}
    touched = {logged.op.field for _, logged in admitted if logged.op.field != ROW}
    edited = found if len(created) > 1 else {n: found[n] for n in found.keys() & touched}
    row = None
    if tables.is_known(kind):
        values = _shown_values(found, created)
        row = tables.table_row(kind, ent, values, void_reason(found), first.dev, first.wall_ms, first.user)
    return Standing(kind, edited, row)


def _shown_values(found: Mapping[int, Sequence[Head]], created: Mapping[Any, Op]) -> dict[str, Any]:
    """The shown value of each field, decoded; a creation's are decoded together."""
    given = {id_: msgspec.json.decode(op.value) for id_, op in created.items()}
    values: dict[str, Any] = {}
    for number, several in found.items():
        shown, name = several[0], str(number)
        values[name] = given[shown.id][name] if shown.id in given else msgspec.json.decode(shown.value)
    return values


def head_rows(ent: bytes, now: Standing) -> list[tuple[Any, ...]]:
    """Rows of ``head``: only fields somebody edited; the others are implied by the creation (SYNC §1.0)."""
    return [
        (ent, number, head.hlc, *tables.op_id_key(head.id), now.kind, head.value)
        for number in sorted(now.edited)
        for head in now.edited[number]
    ]


def conflict_rows(ent: bytes, now: Standing) -> list[tuple[bytes, int, int, int]]:
    """Rows of ``conflict``: edited fields with more than one value, each with its rank; a void that met an edit too."""
    found = [
        (ent, number, now.kind, _rank(now.kind, number, now.edited[number]))
        for number in sorted(now.edited)
        if number != VOID and in_conflict(now.edited[number])
    ]
    if VOID in now.edited:
        found += _void_row(ent, now)
    return found


def _rank(kind: int, number: int, several: Sequence[Head]) -> int:
    values = list(dict.fromkeys(head.value for head in several))
    return rank(severity(kind, number, values), field_class(kind, number))


def _void_row(ent: bytes, now: Standing) -> list[tuple[bytes, int, int, int]]:
    """The conflict over whether a record counts: voided and changed apart, or voided for several reasons."""
    reasons = {void_said(head.value) for head in now.edited[VOID]}
    apart = unseen_by_voids(now.edited)
    if len(reasons) < 2 and (not apart or None in reasons):
        return []
    place = rank(severity_of_void(now.kind, reasons, apart), field_class(now.kind, VOID))
    return [(ent, VOID, now.kind, place)]
