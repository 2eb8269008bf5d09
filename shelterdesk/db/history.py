"""History and undo from the one log: who changed what of a record, when, and what stood there before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from shelterdesk.core.event import ROW, Op, OpId, parse, row_values
from shelterdesk.core.kinds import KINDS
from shelterdesk.db.clocks import clocks_of
from shelterdesk.db.connection import Connection
from shelterdesk.db.standing import logged_ops


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of one record. ``values`` by field name; ``set_aside`` the reason it does not count, if so."""

    at_ms: int
    zone: str
    user: str
    dev: int
    kind: str
    ent: str
    is_creation: bool
    values: dict[str, Any]
    set_aside: str | None
    clock_doubt: bool
    is_clock_corrected: bool = False  # by the office; ``at_ms`` is the corrected time


def history(conn: Connection, ents: list[str]) -> list[HistoryEntry]:
    """All changes of some records, oldest first by the clock of the log."""
    found: list[tuple[int, OpId, HistoryEntry]] = []
    clocks = clocks_of(conn)
    for ent in ents:
        for event, pos, reason in logged_ops(conn, bytes.fromhex(ent)):
            op = event.ops[pos]
            kind = KINDS.get(op.kind)
            given = row_values(op) if op.field == ROW else {op.field: op.value}
            values: dict[str, Any] = {}
            for number, raw in given.items():
                field = kind.numbered(number) if kind is not None else None
                values[field.name if field is not None else f"#{number}"] = msgspec.json.decode(raw)
            entry = HistoryEntry(
                event.wall_ms,
                event.zone,
                event.user,
                event.dev,
                kind.name if kind is not None else f"#{op.kind}",
                ent,
                op.field == ROW,
                values,
                reason,
                event.clock_doubt,
                bool(clocks.delta_ms(event.dev, event.epoch, event.first_seq)),
            )
            found.append((event.hlc, event.op_id(pos), entry))
    found.sort(key=lambda one: one[:2])
    return [entry for _, _, entry in found]


@dataclass(frozen=True, slots=True)
class Step:
    """How to take one op back: void what it created, or put back what the field held before."""

    kind: int
    ent: str
    field: int
    before: tuple[bytes, ...]  # none for a creation; b"null" where nothing stood; several stood side by side
    is_newest: bool  # nobody has changed the field since


def undo_steps(conn: Connection, event_hash: bytes) -> list[Step]:
    """What would take an event back, last op first; empty for a hash the log does not know."""
    row = conn.execute("SELECT line FROM event WHERE eh = ? AND line IS NOT NULL", (event_hash,)).fetchone()
    if row is None:
        return []
    event = parse(row[0])
    steps: list[Step] = []
    for pos in reversed(range(len(event.ops))):
        op = event.ops[pos]
        before = () if op.field == ROW else _values_before(conn, op)
        steps.append(
            Step(op.kind, op.ent.hex(), op.field, before, _is_newest(conn, op.ent, event.op_id(pos), op))
        )
    return steps


def _values_before(conn: Connection, op: Op) -> tuple[bytes, ...]:
    """What the field held before, by the heads the op superseded: the one that was shown last."""
    ops = {
        (other.dev, other.epoch, other.first_seq + pos, other.eh8): (
            other.hlc,
            other.op_id(pos),
            other.ops[pos],
        )
        for other, pos, _ in logged_ops(conn, op.ent)
        if other.ops[pos].kind == op.kind
    }
    stood = [
        ops[key] for above in op.supersedes if (key := (above.dev, above.epoch, above.seq, above.eh8)) in ops
    ]
    values = [_said(one, op.field) for _, _, one in sorted(stood, key=lambda one: one[:2], reverse=True)]
    return tuple(dict.fromkeys(values))[::-1] or (b"null",)


def _said(op: Op, field: int) -> bytes:
    return row_values(op).get(field, b"null") if op.field == ROW else op.value


def _is_newest(conn: Connection, ent: bytes, op_id: OpId, op: Op) -> bool:
    """Whether no later op touched the field (any field, for a creation)."""
    for other, pos, _ in logged_ops(conn, ent):
        their = other.ops[pos]
        if other.op_id(pos) == op_id or their.kind != op.kind:
            continue
        if op.field == ROW and their.field != ROW:
            return False
        if op.field != ROW and their.field == op.field and op_id in their.supersedes:
            return False
    return True
