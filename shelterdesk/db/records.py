"""Rows of any open kind by their field names, for kinds that have no query of their own."""

from __future__ import annotations

from typing import Any

import msgspec

from shelterdesk.core.kinds import VOID, FieldType, Kind
from shelterdesk.db.connection import Connection


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
    if shape in (FieldType.LIST, FieldType.JSON):
        return msgspec.json.decode(value)
    return value
