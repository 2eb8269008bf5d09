"""Whole records as plain values, now or as the log had them at a moment, with their references named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shelterdesk.core.heads import Logged, heads, void_reason
from shelterdesk.core.kinds import KIND_NAMES, KINDS, VOID, Field, FieldType, Kind
from shelterdesk.core.names import display_name
from shelterdesk.core.roster import Roster
from shelterdesk.db import tables
from shelterdesk.db.connection import Connection
from shelterdesk.db.standing import logged_ops

_LABELS = {
    "place": "SELECT code FROM place WHERE ent = ?",
    "parent": "SELECT code FROM place WHERE ent = ?",
    "household": "SELECT number FROM household WHERE ent = ?",
    "arrival_group": "SELECT number FROM arrival_group WHERE ent = ?",
    "service_type": "SELECT code FROM service_type WHERE ent = ?",
    "transfer": "SELECT number FROM transfer WHERE ent = ?",
    "replaced_by": "SELECT serial FROM card WHERE ent = ?",
}
# In the order they were written down: ids made in the same millisecond are in none.
_WRITTEN = "entered_ms, (SELECT min(pos) FROM op WHERE op.ent = {kind}.ent AND op.field = 0), ent"
_PERSONS = frozenset({"person", "other", "collected_by", "given_by"})


@dataclass(frozen=True, slots=True)
class Record:
    """A record: ``values`` by field name (references as 32 hex digits), ``missing`` the reasons of others.

    ``labels`` says of a reference field what people call it (a place's code, a number); ``entered_by`` is a
    user's name, ``entered_ms`` UTC milliseconds.
    """

    kind: str
    ent: str
    values: Mapping[str, Any]
    missing: Mapping[str, str]
    void: str | None
    entered_ms: int
    entered_by: str
    dev: int
    labels: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field as text, empty when absent."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def ms(self, name: str) -> int | None:
        """The UTC milliseconds of a time field."""
        value = self.values.get(f"{name}_ms")
        return value if isinstance(value, int) else None

    def as_json(self) -> dict[str, Any]:
        """The record as plain values: a reference under its own name in people's words, its id beside it."""
        plain: dict[str, Any] = {"id": self.ent}
        for one in KIND_NAMES[self.kind].fields:
            if one.number == VOID or (one.name not in self.values and one.name not in self.missing):
                continue
            value = self.values.get(one.name)
            if one.type is FieldType.REF and value is not None:
                plain[one.name] = self.labels.get(one.name)
                plain[f"{one.name}_id"] = value
            else:
                plain[one.name] = value
        if self.missing:
            plain["missing"] = dict(self.missing)
        if self.void is not None:
            plain["void"] = self.void
        return plain


def record_of(kind: Kind, row: Sequence[Any], roster: Roster) -> Record:
    """A row in the order of ``tables.columns`` as a record."""
    named = dict(zip(tables.columns(kind), row, strict=True))
    values: dict[str, Any] = {}
    for one in kind.fields:
        value = named.get(one.name)
        if one.number == VOID or value is None:
            continue
        values[one.name] = _value(one.type, value)
        if one.type is FieldType.TIME:
            values[f"{one.name}_ms"] = named.get(f"{one.name}_ms")
    missing: dict[str, str] = msgspec.json.decode(named["missing"]) if named["missing"] else {}
    return Record(
        kind=kind.name,
        ent=named["ent"].hex(),
        values=values,
        missing=missing,
        void=named["void"],
        entered_ms=named["entered_ms"],
        entered_by=user_name(roster, named["entered_by"]),
        dev=named["dev"],
    )


def _value(shape: FieldType, stored: Any) -> Any:
    if shape is FieldType.REF:
        return stored.hex()
    if shape is FieldType.BOOL:
        return bool(stored)
    if shape is FieldType.LIST:
        return list(tables.text_list(stored))
    if shape is FieldType.JSON:
        return msgspec.json.decode(stored)
    return stored


def user_name(roster: Roster, user: str) -> str:
    """The name of a user as the roster has it, the id of one it does not know."""
    known = roster.users.get(user)
    return known.name if known is not None else user


def record_now(conn: Connection, kind: Kind, ent: bytes, roster: Roster) -> Record | None:
    """A record as its table has it."""
    row = tables.get_row(conn, kind.number, ent)
    return None if row is None else record_of(kind, row, roster)


def record_at(conn: Connection, kind: Kind, ent: bytes, upto_ms: int, roster: Roster) -> Record | None:
    """A record as it follows from the events written until a moment (by the clock of whoever wrote them)."""
    events = [
        (event, pos)
        for event, pos, reason in logged_ops(conn, ent)
        if reason is None and event.wall_ms <= upto_ms and event.ops[pos].kind == kind.number
    ]
    if not events:
        return None
    found = heads(Logged(event.op_id(pos), event.hlc, event.ops[pos]) for event, pos in events)
    first, _ = min(events, key=lambda one: (one[0].ops[one[1]].field != 0, one[0].hlc, one[0].op_id(one[1])))
    values = {str(number): msgspec.json.decode(several[0].value) for number, several in found.items()}
    row = tables.table_row(kind.number, ent, values, void_reason(found), first.dev, first.wall_ms, first.user)
    return record_of(kind, row, roster)


def linked(
    conn: Connection, kind: Kind, column: str, ent: bytes, roster: Roster, upto_ms: int | None = None
) -> list[Record]:
    """Records of a kind that name an entity in a column, as they were entered, without voided ones.

    With ``upto_ms`` as the log had them at that moment, whatever became of them since: a record that has been
    given to somebody else is still there, and what was somebody else's is not there yet.
    """
    order = _WRITTEN.format(kind=kind.name)
    if upto_ms is None:
        names = ", ".join(tables.columns(kind))
        rows = conn.execute(
            f"SELECT {names} FROM {kind.name} WHERE {column} = ? AND void IS NULL ORDER BY {order}",
            (ent,),
        )
        return [record_of(kind, row, roster) for row in rows]
    # Whatever names it now, and whatever was edited there and may have named it then; the log decides.
    ents = conn.execute(
        f"SELECT ent FROM {kind.name} WHERE {column} = ? OR ent IN"
        f" (SELECT ent FROM head WHERE kind = ? AND field = ?) ORDER BY {order}",
        (ent, kind.number, kind.field(column).number),
    )
    then = [record_at(conn, kind, row[0], upto_ms, roster) for row in ents.fetchall()]
    return [one for one in then if one is not None and one.void is None and one.text(column) == ent.hex()]


def labelled(conn: Connection, records: Iterable[Record]) -> list[Record]:
    """The records with what people call the things they refer to."""
    known: dict[tuple[str, str], str | None] = {}
    done: list[Record] = []
    for record in records:
        labels: dict[str, str] = {}
        for one in KIND_NAMES[record.kind].fields:
            value = record.values.get(one.name)
            if one.type is not FieldType.REF or value is None:
                continue
            if (one.name, value) not in known:
                known[one.name, value] = label_of(conn, one.name, value)
            label = known[one.name, value]
            if label is not None:
                labels[one.name] = label
        done.append(
            Record(
                record.kind,
                record.ent,
                record.values,
                record.missing,
                record.void,
                record.entered_ms,
                record.entered_by,
                record.dev,
                labels,
            )  # fmt: skip
        )
    return done


def label_of(conn: Connection, name: str, ent: str) -> str | None:
    """What people call the record a reference field of that name points at (32 hex digits); None for one not here."""
    if name in _PERSONS:
        row = conn.execute(
            "SELECT number, surnames, given, name_native FROM person WHERE ent = ?", (bytes.fromhex(ent),)
        ).fetchone()
        return None if row is None else row[0] or display_name(row[1] or "", row[2] or "", row[3] or "")
    sql = _LABELS.get(name)
    row = conn.execute(sql, (bytes.fromhex(ent),)).fetchone() if sql is not None else None
    return None if row is None or row[0] is None else str(row[0])


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field two desks changed apart: the values nobody has chosen between, the one shown first.

    ``labels`` say references in people's words, None for all other values. Of a record voided at one desk and
    changed at another (field ``void``) the one value is why it was voided.
    """

    kind: str
    ent: str
    field: str
    values: tuple[Any, ...]
    labels: tuple[str | None, ...] = ()


def conflicts_of(conn: Connection, ents: Iterable[str]) -> list[Conflict]:
    """The fields of some records that are in conflict."""
    found: list[Conflict] = []
    for ent in ents:
        for number, kind_number in conn.execute(
            "SELECT field, kind FROM conflict WHERE ent = ? ORDER BY field", (bytes.fromhex(ent),)
        ).fetchall():
            values = conn.execute(
                "SELECT value FROM head WHERE ent = ? AND kind = ? AND field = ? ORDER BY hlc DESC, dev DESC, epoch DESC,"
                " seq DESC, eh8 DESC",
                (bytes.fromhex(ent), kind_number, number),
            ).fetchall()
            kind = KINDS.get(kind_number)
            one = kind.numbered(number) if kind is not None else None
            said = tuple(msgspec.json.decode(value) for (value,) in values)
            found.append(
                Conflict(
                    kind.name if kind is not None else f"#{kind_number}",
                    ent,
                    one.name if one is not None else f"#{number}",
                    said,
                    tuple(_label_of_value(conn, one, value) for value in said),
                )
            )
    return found


def _label_of_value(conn: Connection, one: Field | None, value: object) -> str | None:
    is_reference = one is not None and one.type is FieldType.REF and isinstance(value, str)
    if not is_reference or one is None or tables.reference(str(value)) is None:
        return None
    return label_of(conn, one.name, str(value))
