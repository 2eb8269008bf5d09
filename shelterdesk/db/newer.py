"""What a newer program wrote and this one cannot show: counted, named as that program names it, never lost (SYNC §1.9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from shelterdesk.core.heads import Logged, heads
from shelterdesk.core.kinds import KINDS, MERGE_RULES, NEWER_RULES, SCHEMA_VERSION
from shelterdesk.db import meta
from shelterdesk.db.connection import Connection
from shelterdesk.db.standing import logged_ops

_KEPT = "newer_schema"
LONGEST_SCHEMA = 256 << 10
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class NewerField:
    """A field of a record that this program does not know: what the newer one calls it, and the value shown.

    ``name`` is empty where no bundle brought the newer list of fields; ``kind`` is the number of its kind.
    """

    kind: int
    number: int
    name: str
    value: Any


def newer_fields_of(conn: Connection, ent: str) -> tuple[NewerField, ...]:
    """The fields of one record (32 hex digits) that only a newer program knows, by number; a read of its own ops alone.

    A screen says "2 newer fields" of them, and shows them as they are named. Cheap: some ten microseconds a record.
    """
    by_kind: dict[int, list[Logged]] = {}
    for event, pos, reason in logged_ops(conn, bytes.fromhex(ent)):
        if reason is None:
            op = event.ops[pos]
            by_kind.setdefault(op.kind, []).append(Logged(event.op_id(pos), event.hlc, op))
    names: dict[tuple[int, int], str] | None = None
    found: list[NewerField] = []
    for kind, ops in sorted(by_kind.items()):
        known = KINDS.get(kind)
        for number, several in sorted(heads(ops).items()):
            if known is None or known.numbered(number) is None:
                names = _names(conn) if names is None else names
                value = msgspec.json.decode(several[0].value)
                if value is not None:
                    found.append(NewerField(kind, number, names.get((kind, number), ""), value))
    return tuple(found)


def newer_counts(conn: Connection, ents: Sequence[str]) -> dict[str, int]:
    """How many such fields each of some records has; those with none are left out."""
    counts = {ent: len(newer_fields_of(conn, ent)) for ent in ents}
    return {ent: count for ent, count in counts.items() if count}


def parked(conn: Connection) -> int:
    """How many entries (events) wait for an update, written under rules this program does not know."""
    row = conn.execute(
        "SELECT count(DISTINCT event) FROM set_aside_op WHERE reason = ?", (NEWER_RULES,)
    ).fetchone()
    return int(row[0])


class _NewerKind(msgspec.Struct):
    name: str
    fields: dict[str, list[str]]


class _Schema(msgspec.Struct):
    schema: int
    merge_rules: int
    kinds: dict[str, _NewerKind]


def keep_schema(conn: Connection, raw: bytes) -> bool:
    """Keep the list of kinds and fields that came with a bundle, if it is of a newer program than any kept.

    What is no such list is left alone: it says names and decides nothing. Returns whether it was kept.
    """
    found = _read(raw)
    if found is None or (found.schema, found.merge_rules) <= _newest(conn):
        return False
    meta.put(conn, _KEPT, raw)
    return True


def kept_schema(conn: Connection) -> bytes | None:
    """The newest list of kinds and fields that came, passed on as it is; None where this program's is the newest."""
    return meta.get(conn, _KEPT) if _newest(conn) > (SCHEMA_VERSION, MERGE_RULES) else None


def _newest(conn: Connection) -> tuple[int, int]:
    held = _read(meta.get(conn, _KEPT) or b"")
    ours = (SCHEMA_VERSION, MERGE_RULES)
    return ours if held is None else max(ours, (held.schema, held.merge_rules))


def _read(raw: bytes) -> _Schema | None:
    if len(raw) > LONGEST_SCHEMA:
        return None
    try:
        found = msgspec.json.decode(raw, type=_Schema)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    names = [kind.name for kind in found.kinds.values()]
    names += [field[0] for kind in found.kinds.values() for field in kind.fields.values() if field]
    return found if all(len(name) <= _LONGEST_NAME and name.isprintable() for name in names) else None


def _names(conn: Connection) -> dict[tuple[int, int], str]:
    found = _read(meta.get(conn, _KEPT) or b"")
    if found is None:
        return {}
    return {
        (int(kind), int(number)): field[0].replace("_", " ")
        for kind, one in found.kinds.items()
        for number, field in one.fields.items()
        if kind.isdecimal() and number.isdecimal() and field
    }
