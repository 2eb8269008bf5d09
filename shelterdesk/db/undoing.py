"""What stands in the way of taking an action back: later changes, records built on it, what left the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from shelterdesk.core.event import ROW, Op, parse, row_values
from shelterdesk.core.heads import void_reason
from shelterdesk.core.kinds import CARRIERS, LOGGED, FieldType
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.exchange import read_ids
from shelterdesk.db.parts_written import ON_STICK
from shelterdesk.db.standing import heads_of
from shelterdesk.db.tables import INDEXES

_NOTHING = b"null"
_BESIDE = frozenset({"access", "correction", "card", *(carrier.name for carrier in CARRIERS.values())})
"""Kinds that do not build on a record: who looked, what was put right, and cards, which are revoked."""


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An event of the log: its local id, place in its author's line, and who wrote it."""

    id: int
    eh: bytes
    dev: int
    epoch: int
    last_seq: int
    user: str
    wall_ms: int


def past_event(conn: Connection, event_hash: bytes) -> PastEvent | None:
    """The event of a line hash, None for one the log does not know."""
    row = conn.execute(
        "SELECT id, eh, dev, epoch, last_seq, user, wall_ms FROM event WHERE eh = ? AND line IS NOT NULL",
        (event_hash,),
    ).fetchone()
    return None if row is None else PastEvent(*row)


def not_as_written(conn: Connection, event_hash: bytes) -> list[tuple[int, bytes, int]]:
    """The (kind, entity, field) of an event's ops that hold something else now; field 0 for a record it made.

    A change made since and taken back again leaves things as written. Several values in conflict do not, unless
    the event itself put them side by side.
    """
    row = conn.execute("SELECT line FROM event WHERE eh = ? AND line IS NOT NULL", (event_hash,)).fetchone()
    found: list[tuple[int, bytes, int]] = []
    ops = parse(row[0]).ops if row is not None else ()
    for op in ops:
        held = heads_of(conn, op.ent, op.kind)
        wrote = _wrote(op, ops)
        about = wrote.keys() | held.keys() if op.field == ROW else wrote.keys()
        for number in about:
            values = {head.value for head in held.get(number, ())} or {_NOTHING}
            if values != wrote.get(number, {_NOTHING}):
                found.append((op.kind, op.ent, op.field))
                break
    return found


def _wrote(op: Op, ops: Sequence[Op]) -> dict[int, set[bytes]]:
    """What an event said of the fields an op is about: of one that was put back side by side, several values."""
    if op.field == ROW:
        return {number: {value} for number, value in row_values(op).items()}
    same = {o.value for o in ops if (o.kind, o.ent, o.field) == (op.kind, op.ent, op.field)}
    return {op.field: same}


def is_voided(conn: Connection, ent: bytes, kind: int) -> bool:
    """Whether a record counts as entered by mistake already."""
    return void_reason(heads_of(conn, ent, kind)) is not None


def changed_later(conn: Connection, ent: bytes, field: int, event_id: int) -> tuple[str, int] | None:
    """Who changed a field (of a creation: anything of the record) after an event, and when; the last one."""
    which = "" if field == ROW else " AND o.field = ?"
    row = conn.execute(
        "SELECT e.user, e.wall_ms FROM op o JOIN event e ON e.id = o.event WHERE o.ent = ? AND o.event > ?"
        f"{which} ORDER BY o.event DESC LIMIT 1",
        (ent, event_id) if field == ROW else (ent, event_id, field),
    ).fetchone()
    return None if row is None else (str(row[0]), int(row[1]))


def built_upon(conn: Connection, ents: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """Records, not voided, that name one of some entities: (kind, id of the record)."""
    found: list[tuple[str, bytes]] = []
    for kind in LOGGED:
        if kind.name in _BESIDE:
            continue
        for field in kind.fields:
            if field.type is not FieldType.REF or field.name not in INDEXES.get(kind.name, ()):
                continue
            for marks, part in in_parts(ents):
                rows = conn.execute(
                    f"SELECT ent FROM {kind.name} WHERE {field.name} IN ({marks}) AND void IS NULL",
                    part,
                )
                found += [(kind.name, bytes(row[0])) for row in rows]
    return found


def cards_of(conn: Connection, ents: Sequence[bytes]) -> list[str]:
    """Cards of some people or groups that are still good: ids as 32 hex digits."""
    found: set[str] = set()
    for column in ("person", "arrival_group"):
        for marks, part in in_parts(ents):
            sql = f"SELECT ent FROM card WHERE {column} IN ({marks}) AND void IS NULL AND revoked_at IS NULL"
            found.update(row[0].hex() for row in conn.execute(sql, part))
    return sorted(found)


class Left(Enum):
    """How an event came to others, or may have."""

    LAID_OUT = "laid out"  # where a lane carries it by itself: the table, the office's server
    WRITTEN = "written"
    CONFIRMED = "confirmed"


def how_it_left(conn: Connection, event: PastEvent) -> Left | None:
    """How an event left this laptop, or None for one that is only here."""
    written = None
    for audience, ids, goes_by_itself in conn.execute(
        "SELECT b.audience, b.ids, EXISTS (SELECT 1 FROM part_written w WHERE w.manifest_sha = b.manifest_sha"
        f" AND NOT ({ON_STICK})) FROM bundle_out b"
    ):
        if any(low <= event.id <= high for low, high in read_ids(ids)):
            if goes_by_itself or audience.startswith("table:"):
                return Left.LAID_OUT
            written = Left.WRITTEN
    heard = conn.execute(
        "SELECT 1 FROM acknowledged WHERE dev = ? AND epoch = ? AND upto >= ? LIMIT 1",
        (event.dev, event.epoch, event.last_seq),
    ).fetchone()
    return written if heard is None else Left.CONFIRMED
