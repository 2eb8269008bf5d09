"""Rows of any open kind by their field names, for kinds that have no query of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from shelterdesk.core.kinds import VOID, FieldType, Kind
from shelterdesk.db.connection import Connection
from shelterdesk.db.tables import text_list

UNIQUE: Mapping[str, str] = {
    "person": "number",
    "household": "number",
    "arrival_group": "number",
    "transfer": "number",
    "place": "code",
    "service_type": "code",
}
"""The field by which people know a record of a kind; one desk refuses it twice, a merge shows it (SYNC §0.7)."""

REFERS_TO: Mapping[str, str] = {
    "person": "person",
    "other": "person",
    "collected_by": "person",
    "given_by": "person",
    "carer": "person",
    "sought_person": "person",
    "household": "household",
    "arrival_group": "arrival_group",
    "place": "place",
    "parent": "place",
    "service_type": "service_type",
    "transfer": "transfer",
    "replaced_by": "card",
}
"""Field that refers to a record → its kind; *subject* may be of any."""


def is_there(conn: Connection, kind: str, ent: str) -> bool:
    """Whether a record of an open kind is known here."""
    return conn.execute(f"SELECT 1 FROM {kind} WHERE ent = ?", (bytes.fromhex(ent),)).fetchone() is not None


def in_use(conn: Connection, kind: str, value: str) -> bool:
    """Whether a record that stands has that number or code; codes are typed in any case."""
    any_case = " COLLATE NOCASE" if UNIQUE[kind] == "code" else ""
    sql = f"SELECT 1 FROM {kind} WHERE {UNIQUE[kind]} = ?{any_case} AND void IS NULL"
    return conn.execute(sql, (value,)).fetchone() is not None


def place_kind_of(conn: Connection, ent: str) -> str | None:
    """What kind of place a place is; None for one not known."""
    row = conn.execute("SELECT place_kind FROM place WHERE ent = ?", (bytes.fromhex(ent),)).fetchone()
    return None if row is None else row[0]


def count_of(conn: Connection, kind: str) -> int:
    """How many records of a kind stand."""
    return int(conn.execute(f"SELECT count(*) FROM {kind} WHERE void IS NULL").fetchone()[0])


def rows_of(
    conn: Connection, kind: Kind, ent: str | None = None
) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
    """(entity, values by field name, missing-reasons by field name) of a kind, void ones left out."""
    fields = [field for field in kind.fields if field.number != VOID]
    names = ", ".join(field.name for field in fields)
    sql = f"SELECT ent, missing, {names} FROM {kind.name} WHERE void IS NULL"
    parameters: tuple[bytes, ...] = ()
    if ent is not None:
        sql += " AND ent = ?"
        parameters = (bytes.fromhex(ent),)
    found = []
    for row in conn.execute(f"{sql} ORDER BY ent", parameters):
        values = {
            field.name: _value(field.type, value)
            for field, value in zip(fields, row[2:], strict=True)
            if value is not None
        }
        found.append((row[0].hex(), values, msgspec.json.decode(row[1]) if row[1] is not None else {}))
    return found


def _value(shape: FieldType, value: Any) -> Any:
    if shape is FieldType.REF:
        return bytes(value).hex()
    if shape is FieldType.BOOL:
        return bool(value)
    if shape is FieldType.LIST:
        return list(text_list(value))
    if shape is FieldType.JSON:
        return msgspec.json.decode(value)
    return value
