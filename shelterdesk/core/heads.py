"""Which value of a field holds: causal heads first, the hybrid clock only between concurrent ones.

SYNC §0.2, §1.4, §1.0. Pure functions of the set of ops of one entity, so the order in which they came,
or how often, can make no difference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from shelterdesk.core.event import ROW, Op, OpId, hex16, row_values
from shelterdesk.core.kinds import VOID


class Logged(msgspec.Struct, frozen=True, gc=False):
    """An op with its id and the clock its event carried."""

    id: OpId
    hlc: int
    op: Op


class Head(msgspec.Struct, frozen=True, gc=False):
    """A value nobody has superseded: shown if it is the greatest, part of a conflict if not alone."""

    field: int
    hlc: int
    id: OpId
    value: bytes

    @property
    def rank(self) -> tuple[int, OpId]:
        """The tie-break between concurrent heads: clock, then op id."""
        return (self.hlc, self.id)


def heads(ops: Iterable[Logged]) -> dict[int, list[Head]]:
    """The heads of every field of one entity, each list in falling rank (the first is shown).

    A row op stands for one head per field it gives. An op is superseded on a field only by an op on that
    same field of that same entity that names its id with the right hash (SYNC §1.4), so ops of other
    fields, and ids named in advance, change nothing.
    """
    known = {logged.id: logged for logged in ops}
    found = _heads_in_turn(known.values())
    if found is not None:
        return found
    gone: dict[OpId, set[int]] = {}
    for logged in known.values():
        if logged.op.field != ROW:
            for above in logged.op.supersedes:
                gone.setdefault(above, set()).add(logged.op.field)
    found = {}
    for id_, logged in known.items():
        superseded = gone.get(id_, ())
        op = logged.op
        given = row_values(op) if op.field == ROW else {op.field: op.value}
        for number, value in given.items():
            if number not in superseded:
                found.setdefault(number, []).append(Head(number, logged.hlc, id_, value))
    for several in found.values():
        if len(several) > 1:
            several.sort(key=lambda head: head.rank, reverse=True)
    return found


def edited_in_turn(ops: Collection[Logged]) -> tuple[Logged, dict[int, Logged]] | None:
    """One creation, and of each field at most one edit, which names nothing or that creation; None for all others.

    Nearly every edited entity is such a one. Where an edit names nothing although the creation gave its field,
    the two stand side by side all the same: the caller knows what was given and looks.
    """
    created: Logged | None = None
    edits: dict[int, Logged] = {}
    for logged in ops:
        number = logged.op.field
        if number == ROW:
            if created is not None:
                return None
            created = logged
        elif number in edits:
            return None
        else:
            edits[number] = logged
    if created is None:
        return None
    saw = (created.id,)
    for logged in edits.values():
        if logged.op.supersedes and logged.op.supersedes != saw:
            return None
    return created, edits


def _heads_in_turn(known: Collection[Logged]) -> dict[int, list[Head]] | None:
    turn = edited_in_turn(known)
    if turn is None:
        return None
    created, edits = turn
    given = row_values(created.op)
    if any(number in given and not logged.op.supersedes for number, logged in edits.items()):
        return None
    found = {number: [Head(number, created.hlc, created.id, value)] for number, value in given.items()}
    for number, logged in edits.items():
        found[number] = [Head(number, logged.hlc, logged.id, logged.op.value)]
    return found


def in_conflict(several: Sequence[Head]) -> bool:
    """Two heads with different values; the same value written twice is no conflict (SYNC §1.4)."""
    return len(several) > 1 and any(head.value != several[0].value for head in several[1:])


class _Void(msgspec.Struct):
    reason: str
    saw: list[tuple[str, int, int, str]] = []


def void_value(reason: str, found: dict[int, list[Head]]) -> dict[str, object]:
    """The value of field *void* for a record whose heads are ``found``: the reason and what its writer saw."""
    seen = {head.id for number, several in found.items() if number != VOID for head in several}
    return {"reason": reason, "saw": [[hex16(i.dev), i.epoch, i.seq, i.eh8.hex()] for i in sorted(seen)]}


def void_saw(value: bytes) -> frozenset[OpId]:
    """The heads that the writer of a void says to have seen; none where the value is no void's."""
    try:
        saw = msgspec.json.decode(value, type=_Void).saw
        return frozenset(OpId(int(d, 16), e, s, bytes.fromhex(h)) for d, e, s, h in saw)
    except (msgspec.MsgspecError, ValueError):
        return frozenset()


def void_reason(found: dict[int, list[Head]]) -> str | None:
    """Why the record counts as entered by mistake, or None.

    It counts so only if every other head was seen by a void: an edit made apart keeps the record
    visible, with the conflict shown (SYNC §1.4).
    """
    voids = found.get(VOID)
    if not voids:
        return None
    try:
        said = [msgspec.json.decode(head.value, type=_Void) for head in voids]
        seen = {one for void in said for one in _saw(void)}
    except (msgspec.MsgspecError, ValueError):
        return None
    apart = any(
        head.id not in seen for number, several in found.items() if number != VOID for head in several
    )
    return None if apart else said[0].reason


def _saw(void: _Void) -> set[OpId]:
    return {OpId(int(d, 16), e, s, bytes.fromhex(h)) for d, e, s, h in void.saw}


def unseen_by_voids(found: Mapping[int, Sequence[Head]]) -> dict[int, list[Head]]:
    """What was said of a record by whoever had not seen that it was voided, by field; nothing where nobody voided it.

    ``found`` may leave fields out that nobody edited: whoever voids a record saw its making.
    """
    seen: set[OpId] = set()
    for head in found.get(VOID, ()):
        try:
            seen |= _saw(msgspec.json.decode(head.value, type=_Void))
        except (msgspec.MsgspecError, ValueError):
            continue  # what is no void (it counts again, or nonsense) has seen nothing
    apart = {
        number: [head for head in several if head.id not in seen]
        for number, several in found.items()
        if number != VOID and found.get(VOID)
    }
    return {number: several for number, several in apart.items() if several}


def void_said(value: bytes) -> str | None:
    """The reason in a value of *void*; None for one that says that the record counts."""
    try:
        return msgspec.json.decode(value, type=_Void).reason
    except (msgspec.MsgspecError, ValueError):
        return None
