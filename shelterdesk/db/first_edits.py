"""The first edit of a field: straight into the record's row and heads, without all else the log says of the record.

Nearly every edit is one. The heads of a field follow from the record's creation and the ops on that very field
(``core/heads.py``); where nobody edited it before, nothing here can have named the edit in advance, and what stands
is the edit, with what the creation gave beside it if its writer had not seen that. Whatever is not as plain as that
(set aside, voided, blanked, made twice, of another station, a field edited before) is computed from the whole history.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from shelterdesk.core.event import ROW, BadLine, Event, Op, OpId, ops_again, row_values
from shelterdesk.core.heads import Head
from shelterdesk.core.kinds import VOID
from shelterdesk.db import tables
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.standing import Standing, conflict_rows, head_rows


class Edit(NamedTuple):
    """An op on one field as it came: its event, its place there, and itself."""

    event: Event
    pos: int
    op: Op


class _Made(NamedTuple):
    """The creation of a record: which op, its clock, and where its line is."""

    id: OpId
    hlc: int
    event: int
    pos: int


def may_be_first(op: Op) -> bool:
    """Whether an op can be such an edit: of a field, its writer having seen one value of it or none."""
    return op.field != ROW and op.field != VOID and len(op.supersedes) < 2 and tables.is_known(op.kind)


def put_first_edits(
    conn: Connection,
    edits: Mapping[bytes, Sequence[Edit]],
    before: int,
    homes: Mapping[int, str],
    touched: tables.Touched,
) -> list[bytes]:
    """Put the edits of some records into their tables; returns the records of which that has to be done otherwise.

    ``edits`` are all that came of a record now, admitted; what the log held of it are its events with an id below
    ``before``. Adds to ``touched``.
    """
    left: list[bytes] = []
    for _, part in in_parts(sorted(edits)):
        made = _made(conn, part, edits, before, homes)
        values = _given(conn, made, edits)
        found: dict[int, dict[bytes, Standing]] = {}
        for ent in part:
            now = _standing(edits[ent], made.get(ent), values.get(ent))
            if now is None:
                left.append(ent)
            else:
                found.setdefault(now.kind, {})[ent] = now
        heads: list[tuple[Any, ...]] = []
        conflicts: list[tuple[Any, ...]] = []
        for kind, several in found.items():
            there = tables.missing_of(conn, kind, several)
            # In a table made later than the entries, or a damaged one: it has to be put there whole.
            left += several.keys() - there.keys()
            for ent in there:
                heads += head_rows(ent, several[ent])
                conflicts += conflict_rows(ent, several[ent])
            shown = {ent: [one[0] for one in several[ent].edited.values()] for ent in there}
            touched.setdefault(kind, {}).update(tables.set_fields(conn, kind, shown, there))
        conn.executemany(
            "INSERT INTO head (ent, field, hlc, dev, epoch, seq, eh8, kind, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            heads,
        )
        conn.executemany("INSERT INTO conflict (ent, field, kind, rank) VALUES (?, ?, ?, ?)", conflicts)
    return left


_BEFORE = (
    "SELECT o.ent, o.pos, o.kind, o.field, e.id, e.dev, e.epoch, e.seq, e.eh, e.hlc, typeof(e.line) = 'null', s.reason"
    " FROM op o CROSS JOIN event e ON e.id = o.event LEFT JOIN set_aside_op s ON s.event = o.event AND s.pos = o.pos"
    " WHERE o.event < ? AND o.ent IN "
)


def _made(
    conn: Connection,
    ents: Sequence[bytes],
    edits: Mapping[bytes, Sequence[Edit]],
    before: int,
    homes: Mapping[int, str],
) -> dict[bytes, _Made]:
    """The creations of those of these records that are plain: made once, at home, nothing of it set aside or gone."""
    made: dict[bytes, _Made] = {}
    ruled_out: set[bytes] = set()
    now = {ent: (edits[ent][0].op.kind, {one.op.field for one in edits[ent]}) for ent in ents}
    home = {ent: {homes.get(one.event.dev) for one in edits[ent]} for ent in ents}
    marks = ",".join("?" * len(ents))
    for ent, pos, kind, field, id_, dev, epoch, seq, eh, hlc, is_gone, reason in conn.execute(
        f"{_BEFORE} ({marks})", (before, *ents)
    ):
        of, fields = now[ent]
        home[ent].add(homes.get(dev))
        if kind != of or reason is not None or is_gone or field == VOID or field in fields:
            ruled_out.add(ent)
        elif field == ROW:
            if ent in made:
                ruled_out.add(ent)
            made[ent] = _Made(OpId(dev, epoch, seq + pos, eh[:8]), hlc, id_, pos)
    return {ent: one for ent, one in made.items() if ent not in ruled_out and len(home[ent]) == 1}


def _given(
    conn: Connection, made: Mapping[bytes, _Made], edits: Mapping[bytes, Sequence[Edit]]
) -> dict[bytes, Mapping[int, bytes]]:
    """What the creations gave of each field, of the records some edit of which names nothing that it replaces."""
    blind = [(one.event, ent) for ent, one in made.items() if any(not e.op.supersedes for e in edits[ent])]
    wanted: dict[int, list[bytes]] = {}
    for id_, ent in blind:
        wanted.setdefault(id_, []).append(ent)
    found: dict[bytes, Mapping[int, bytes]] = {}
    for marks, ids in in_parts(sorted(wanted)):
        for id_, line, eh in conn.execute(f"SELECT id, line, eh FROM event WHERE id IN ({marks})", ids):
            ents = wanted[id_]
            try:
                ops = ops_again(line, eh, [made[ent].pos for ent in ents])
            except (BadLine, IndexError):
                continue  # a damaged line is for the check to find
            for ent, (_, _, op) in zip(ents, ops, strict=True):
                if op.ent == ent and op.field == ROW:
                    found[ent] = row_values(op)
    return found


def _standing(
    edits: Collection[Edit], made: _Made | None, given: Mapping[int, bytes] | None
) -> Standing | None:
    """The heads of the fields edited now, those shown first; None where they are not the first edits of a plain record."""
    if made is None:
        return None
    kind = next(iter(edits)).op.kind
    edited: dict[int, list[Head]] = {}
    for event, pos, op in edits:
        if op.field in edited or op.kind != kind:
            return None
        several = [Head(op.field, event.hlc, event.op_id(pos), op.value)]
        if not op.supersedes:
            if given is None:
                return None
            if (value := given.get(op.field)) is not None:
                several.append(Head(op.field, made.hlc, made.id, value))
                several.sort(key=_rank, reverse=True)
        elif op.supersedes[0] != made.id:
            return None
        edited[op.field] = several
    return Standing(kind, edited, None)


def _rank(head: Head) -> tuple[int, OpId]:
    return head.rank
