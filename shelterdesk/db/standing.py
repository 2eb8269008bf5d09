"""How an entity stands: what all its admitted ops in the log say together, as heads, conflicts and a table row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from shelterdesk.core.event import ROW, Event, Op, read_again
from shelterdesk.core.heads import Head, Logged, edited_in_turn, heads, in_conflict, void_reason
from shelterdesk.core.kinds import VOID
from shelterdesk.db import tables
from shelterdesk.db.connection import Connection, in_parts

_MOST_PARSED = 4_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What the log says of one entity: its kind, the heads of the fields somebody edited, and its table row."""

    kind: int
    edited: Mapping[int, Sequence[Head]]
    row: tuple[Any, ...] | None


class Writer(Protocol):
    """Who wrote an event, and when: the event itself, or what was kept of it."""

    @property
    def dev(self) -> int: ...
    @property
    def wall_ms(self) -> int: ...
    @property
    def user(self) -> str: ...


_Admitted = Sequence[tuple[Writer, Logged]]


def logged_ops(conn: Connection, ent: bytes) -> list[tuple[Event, int, str | None]]:
    """All ops on an entity as (event, position, reason it is set aside), oldest arrival first."""
    found = [
        (read_again(line, eh), pos, reason)
        for line, eh, pos, reason in conn.execute(
            "SELECT e.line, e.eh, o.pos, s.reason FROM op o JOIN event e ON e.id = o.event"
            " LEFT JOIN set_aside_op s ON s.event = o.event AND s.pos = o.pos"
            " WHERE o.ent = ? AND e.line IS NOT NULL ORDER BY o.event, o.pos",
            (ent,),
        )
    ]
    return [one for one in found if one[1] < len(one[0].ops)]  # a damaged index is for the check to find


def heads_of(conn: Connection, ent: bytes) -> dict[int, list[Head]]:
    """The heads of every field of an entity, from its admitted ops; empty when there are none."""
    admitted = _admitted(logged_ops(conn, ent))
    return _heads_of_kind(admitted, _first(admitted)[1].op.kind) if admitted else {}


def standing(conn: Connection, ent: bytes) -> Standing | None:
    """Compute an entity from its admitted ops; None when there are none."""
    return _standing(ent, logged_ops(conn, ent))


def standings(
    conn: Connection, ents: Sequence[bytes], at_hand: Mapping[int, Event] | None = None
) -> Iterator[tuple[bytes, Standing | None]]:
    """The same for many entities; a line that speaks of several of them is read once.

    ``at_hand`` are events parsed already, by their id in the log.
    """
    parsed = dict(at_hand or {})
    for marks, part in in_parts(ents):
        if len(parsed) > _MOST_PARSED:
            parsed.clear()
        rows = conn.execute(
            "SELECT o.ent, o.event, o.pos, s.reason FROM op o"
            " LEFT JOIN set_aside_op s ON s.event = o.event AND s.pos = o.pos"
            f" WHERE o.ent IN ({marks}) ORDER BY o.ent, o.event, o.pos",
            part,
        ).fetchall()
        for lines, ids in in_parts(sorted({row[1] for row in rows} - parsed.keys())):
            for id_, line, eh in conn.execute(
                f"SELECT id, line, eh FROM event WHERE id IN ({lines}) AND line IS NOT NULL", ids
            ):
                parsed[id_] = read_again(line, eh)
        found: dict[bytes, list[tuple[Event, int, str | None]]] = {ent: [] for ent in part}
        for ent, id_, pos, reason in rows:
            if id_ in parsed and pos < len(parsed[id_].ops):
                found[ent].append((parsed[id_], pos, reason))
        for ent, ops in found.items():
            yield ent, _standing(ent, ops)


def _admitted(ops: Iterable[tuple[Event, int, str | None]]) -> _Admitted:
    return [
        (event, Logged(event.op_id(pos), event.hlc, event.ops[pos]))
        for event, pos, reason in ops
        if reason is None
    ]


def _standing(ent: bytes, ops: Iterable[tuple[Event, int, str | None]]) -> Standing | None:
    admitted = _admitted(ops)
    return standing_of(ent, admitted) if admitted else None


def standing_of(ent: bytes, admitted: _Admitted) -> Standing:
    """An entity from its admitted ops, at least one, each with who wrote it."""
    return _edited_in_turn(ent, admitted) or _edited_apart(ent, admitted)


def _edited_in_turn(ent: bytes, admitted: _Admitted) -> Standing | None:
    """An entity made once, each field edited at most once by somebody who saw that: read straight off."""
    turn = edited_in_turn([logged for _, logged in admitted])
    if turn is None:
        return None
    created, edits = turn
    kind = created.op.kind
    values = msgspec.json.decode(created.op.value)
    if VOID in edits or any(logged.op.kind != kind for logged in edits.values()):
        return None
    if any(not logged.op.supersedes and str(number) in values for number, logged in edits.items()):
        return None
    for number, logged in edits.items():
        values[str(number)] = msgspec.json.decode(logged.op.value)
    edited = {n: [Head(n, logged.hlc, logged.id, logged.op.value)] for n, logged in edits.items()}
    if _VOID in values or not tables.is_known(kind):
        return None
    first = next(writer for writer, logged in admitted if logged is created)
    return Standing(
        kind, edited, tables.table_row(kind, ent, values, None, first.dev, first.wall_ms, first.user)
    )


_VOID = str(VOID)


def _edited_apart(ent: bytes, admitted: _Admitted) -> Standing:
    """Any entity: the heads of all its fields, and which of them were edited."""
    first, spoken = _first(admitted)
    kind = spoken.op.kind
    found = _heads_of_kind(admitted, kind)
    created = {logged.id: logged.op for _, logged in admitted if _is_creation(logged.op, kind)}
    touched = {logged.op.field for _, logged in admitted if logged.op.kind == kind and logged.op.field != ROW}
    edited = found if len(created) > 1 else {n: found[n] for n in found.keys() & touched}
    row = None
    if tables.is_known(kind):
        given = {id_: msgspec.json.decode(op.value) for id_, op in created.items()}
        values = {
            str(number): given[shown.id][str(number)]
            if (shown := several[0]).id in given
            else msgspec.json.decode(shown.value)
            for number, several in found.items()
        }
        row = tables.table_row(kind, ent, values, void_reason(found), first.dev, first.wall_ms, first.user)
    return Standing(kind, edited, row)


def _first(admitted: _Admitted) -> tuple[Writer, Logged]:
    """The first to speak of the entity, by clock and id: it says what kind it is and who entered it.

    Its creation counts before any edit, even one that reached us earlier.
    """
    return min(admitted, key=lambda one: (one[1].op.field != ROW, one[1].hlc, one[1].id))


def _is_creation(op: Op, kind: int) -> bool:
    return op.field == ROW and op.kind == kind


def _heads_of_kind(admitted: _Admitted, kind: int) -> dict[int, list[Head]]:
    return heads([logged for _, logged in admitted if logged.op.kind == kind])


def head_rows(ent: bytes, now: Standing) -> list[tuple[Any, ...]]:
    """Rows of ``head``: only fields somebody edited; the others are implied by the creation (SYNC §1.0)."""
    return [
        (ent, number, head.hlc, *tables.op_id_key(head.id), now.kind, head.value)
        for number in sorted(now.edited)
        for head in now.edited[number]
    ]


def conflict_rows(ent: bytes, now: Standing) -> list[tuple[bytes, int, int]]:
    """Rows of ``conflict``: edited fields with more than one value."""
    return [(ent, number, now.kind) for number in sorted(now.edited) if in_conflict(now.edited[number])]
