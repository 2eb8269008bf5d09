"""The ops of one write before they are composed: one word on each field, none too long to be exchanged."""

from __future__ import annotations

from collections.abc import Sequence

from shelterdesk.core.errors import Refused
from shelterdesk.core.event import MAX_OPS, ROW, Op, given_at_creation
from shelterdesk.core.kinds import VOID
from shelterdesk.core.words import tr

EVENT_BYTES = 256 << 10
"""About how long an event may grow; one op never stands in two, so it is also the most one op may hold."""


class Pending:
    """Ops in the order in which they were first said."""

    def __init__(self) -> None:
        self._ops: list[Op] = []
        self._at: dict[tuple[int, bytes, int], int] = {}

    def add(self, op: Op) -> None:
        """Add an op; said before in the same write, it says so now. Raises :class:`Refused` for one too long.

        Two ops on one field would be in conflict: neither could have seen the other. A change of a record that
        is only being made belongs to its making.
        """
        made = self._at.get((op.kind, op.ent, ROW)) if op.field != ROW else None
        before = self._at.get((op.kind, op.ent, op.field))
        if made is not None:
            if op.field == VOID:
                raise ValueError("a record is made and voided in one write")
            self._ops[made] = _fitting(given_at_creation(self._ops[made], op.field, op.value))
        elif before is not None and op.field != ROW:
            self._ops[before] = Op(
                op.kind, op.ent, op.field, _fitting(op).value, self._ops[before].supersedes
            )
        else:
            self._at[op.kind, op.ent, op.field] = len(self._ops)
            self._ops.append(_fitting(op))

    def add_beside(self, ops: Sequence[Op]) -> None:
        """Add what is to stand side by side again on one field; the last is shown. Raises :class:`Refused`."""
        for op in ops:
            self._at[op.kind, op.ent, op.field] = len(self._ops)
            self._ops.append(_fitting(op))

    def cut(self) -> list[Sequence[Op]]:
        """The ops in events of at most :data:`MAX_OPS` and some hundred kilobytes, each op whole."""
        cut: list[list[Op]] = []
        size = 0
        for op in self._ops:
            weight = len(op.value) + 200 + 120 * len(op.supersedes)
            if not cut or len(cut[-1]) >= MAX_OPS or size + weight > EVENT_BYTES:
                cut.append([])
                size = 0
            cut[-1].append(op)
            size += weight
        return [*cut]


def _fitting(op: Op) -> Op:
    if len(op.value) > EVENT_BYTES:
        raise Refused(
            tr("All the fields of this record together are too long to be exchanged with other desks."),
            tr("Shorten the longest of them, or make a second record; nothing was saved."),
        )
    return op
