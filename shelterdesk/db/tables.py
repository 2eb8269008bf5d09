"""The wide tables: one per kind, its columns the registry's fields, always what the log says.

They are derived: :func:`align` brings them in line with the registry at opening, and everything in them
can be rebuilt from the log (``db/check.py`` compares). Other rooms of ``db`` hang their own derived
tables (search, presence) onto :data:`FOLLOWERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from shelterdesk.core.event import OpId
from shelterdesk.core.heads import Head
from shelterdesk.core.kinds import LOGGED, VOID, Field, FieldType, Kind
from shelterdesk.core.moment import milliseconds
from shelterdesk.db.connection import Connection, in_parts

_SQL_TYPES = {
    FieldType.TEXT: "TEXT",
    FieldType.INT: "INTEGER",
    FieldType.REAL: "REAL",
    FieldType.BOOL: "INTEGER",
    FieldType.REF: "BLOB",
    FieldType.TIME: "TEXT",
    FieldType.DATE: "TEXT",
    FieldType.LIST: "TEXT",
    FieldType.JSON: "TEXT",
}

INDEXES: dict[str, tuple[str, ...]] = {
    "place": ("code", "parent"),
    "arrival_group": ("number", "arrived_at_ms"),
    "person": ("number", "arrival_group"),
    "household": ("number",),
    "membership": ("household", "person"),
    "relation": ("person", "other"),
    "travel_document": ("person", "document_number"),
    "consent": ("person",),
    "stay": ("person", "place", "arrival_group"),
    "movement": ("person", "happened_at_ms"),
    "service": ("person", "service_day", "arrival_group"),
    "flag": ("person",),
    "bed_need": ("person",),
    "card": ("person", "serial", "arrival_group"),
    "transfer_line": ("transfer", "person"),
    "daily_sheet": ("day",),
    "same_as": ("person", "other"),
    "access": ("subject",),
    "setting": ("key",),
    "correction": ("subject",),
}
"""Columns of each table that queries look up; not unique, replicated data may clash and is shown."""

SYSTEM = ("ent", "dev", "entered_ms", "entered_by", "void", "missing")

Follower = Callable[[Connection, Sequence[bytes]], None]
FOLLOWERS: dict[str, list[Follower]] = {}
"""Kind name → functions called with the entities of that kind whose row changed, inside the transaction."""

_WATCHED: dict[tuple[str, Follower], frozenset[str]] = {}

Changed = frozenset[str] | None
"""The columns of a row that are others than before; None for a row that came or went."""

Touched = dict[int, dict[bytes, Changed]]
"""Kind → entity → what changed of its row."""

_encoder = msgspec.json.Encoder()


def shown_fields(kind: Kind) -> list[Field]:
    """The fields that have a column: all but *void*, which has its own, and sealed values."""
    return [field for field in kind.fields if field.number != VOID and field.type is not FieldType.SEALED]


def columns(kind: Kind) -> list[str]:
    """Column names of a kind's table in their fixed order."""
    names = list(SYSTEM)
    for field in shown_fields(kind):
        names.append(field.name)
        if field.type is FieldType.TIME:
            names.append(f"{field.name}_ms")
    return names


def _create_sql(kind: Kind) -> str:
    parts = [
        "ent BLOB PRIMARY KEY",
        "dev INTEGER",
        "entered_ms INTEGER",
        "entered_by TEXT",
        "void TEXT",
        "missing TEXT",
    ]
    for field in shown_fields(kind):
        parts.append(f"{field.name} {_SQL_TYPES[field.type]}")
        if field.type is FieldType.TIME:
            parts.append(f"{field.name}_ms INTEGER")
    return f"CREATE TABLE {kind.name} ({', '.join(parts)}) WITHOUT ROWID"


def tells_of_lacking(conn: Connection) -> bool:
    """Whether the log speaks of kinds that have no table yet: a newer desk wrote them to an older program."""
    existing = {row[0] for row in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    lacking = [kind.number for kind in LOGGED if kind.name not in existing]
    marks = ",".join("?" * len(lacking))
    return bool(lacking) and bool(
        conn.execute(f"SELECT 1 FROM op WHERE kind IN ({marks}) LIMIT 1", lacking).fetchone()
    )


def align(conn: Connection) -> list[Kind]:
    """Create missing tables, columns and indexes; returns the kinds that gained a column.

    A kind that gained one may have values waiting in the log, written by a newer desk (SYNC §1.9): the
    caller fills it again from there.
    """
    existing = {
        row[0] for row in conn.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'index')")
    }
    grown: list[Kind] = []
    for kind in LOGGED:
        if kind.name not in existing:
            conn.execute(_create_sql(kind))
        else:
            have = {row[1] for row in conn.execute(f"PRAGMA table_info({kind.name})")}
            lacking = [name for name in columns(kind) if name not in have]
            types = dict(_column_types(kind))
            for name in lacking:
                conn.execute(f"ALTER TABLE {kind.name} ADD COLUMN {name} {types[name]}")
            if lacking:
                grown.append(kind)
        for column in INDEXES.get(kind.name, ()):
            name = f"{kind.name}_{column}"
            if name not in existing:
                conn.execute(f"CREATE INDEX {name} ON {kind.name} ({column}) WHERE {column} IS NOT NULL")
    return grown


def _column_types(kind: Kind) -> Iterable[tuple[str, str]]:
    for field in shown_fields(kind):
        yield field.name, _SQL_TYPES[field.type]
        if field.type is FieldType.TIME:
            yield f"{field.name}_ms", "INTEGER"


class _Layout:
    """How the values of one kind become a table row; made once."""

    def __init__(self, kind: Kind) -> None:
        names = columns(kind)
        #: Field number as text → position in the row, type, name. What is absent costs nothing.
        self.places: dict[str, tuple[int, FieldType, str]] = {
            str(f.number): (names.index(f.name), f.type, f.name) for f in shown_fields(kind)
        }
        self.empty: list[Any] = [None] * len(names)
        marks = ", ".join("?" * len(names))
        self.put = f"INSERT OR REPLACE INTO {kind.name} ({', '.join(names)}) VALUES ({marks})"
        self.names = ", ".join(names)
        self.get = f"SELECT {self.names} FROM {kind.name} WHERE ent = ?"
        self.name = kind.name
        self.columns = names

    def columns_of(self, number: str) -> tuple[int, ...]:
        """The places in a row where a field (its number as text) stands; none for one that is not shown."""
        place = self.places.get(number)
        if place is None:
            return ()
        return (place[0], place[0] + 1) if place[1] is FieldType.TIME else (place[0],)


_LAYOUTS: dict[int, _Layout] = {kind.number: _Layout(kind) for kind in LOGGED}


def is_known(kind: int) -> bool:
    """Whether this program has a table for the kind."""
    return kind in _LAYOUTS


def table_row(
    kind: int, ent: bytes, values: Mapping[str, Any], void: str | None, dev: int, wall_ms: int, user: str
) -> tuple[Any, ...]:
    """The row of an entity: ``values`` maps field numbers (as text) to decoded JSON.

    A list that is none, as a reference that is none, is not shown; it stays in the log.
    """
    layout = _LAYOUTS[kind]
    out = layout.empty.copy()
    out[0:5] = ent, dev, wall_ms, user, void
    missing: dict[str, str] | None = None
    places = layout.places
    for number, value in values.items():
        place = places.get(number)
        if place is None or value is None:
            continue
        at, shape, name = place
        if value.__class__ is str:  # nearly everything is
            if shape is _TEXT or shape is _DATE:
                out[at] = value
            elif shape is _REF:
                out[at] = reference(value)
            elif shape is _TIME:
                out[at] = value
                out[at + 1] = milliseconds(value)
            elif shape is _JSON:
                out[at] = _encoder.encode(value).decode()
        elif shape is _LIST and value.__class__ is list:
            out[at] = _encoder.encode(value).decode()
        elif value.__class__ is dict and "missing" in value and shape is not _JSON:
            missing = missing or {}
            missing[name] = str(value["missing"])
        elif shape is _JSON:
            out[at] = _encoder.encode(value).decode()
        elif shape is _TEXT or shape is _DATE or shape is _TIME:
            out[at] = value = _encoder.encode(value).decode()
            if shape is _TIME:
                out[at + 1] = milliseconds(value)
        elif shape is not _REF and shape is not _LIST:
            out[at] = _number(value)
    if missing is not None:
        out[5] = _encoder.encode(dict(sorted(missing.items()))).decode()
    return tuple(out)


_TEXT, _DATE, _TIME, _REF = FieldType.TEXT, FieldType.DATE, FieldType.TIME, FieldType.REF
_LIST, _JSON = FieldType.LIST, FieldType.JSON


def reference(value: str) -> bytes | None:
    """A reference (32 hex digits) as bytes; anything else is not shown (it stays in the log) rather than refused."""
    if len(value) != 32:
        return None
    try:
        return bytes.fromhex(value)
    except ValueError:
        return None


def _number(value: Any) -> int | float | None:
    if value.__class__ is bool:
        return int(value)
    if value.__class__ is int:
        return int(value) if -(1 << 63) <= value < 1 << 63 else None
    return float(value) if value.__class__ is float else None


def text_list(stored: str | None) -> tuple[str, ...]:
    """A stored list of texts, without what in it is no text; empty for nothing and for what is no list."""
    if stored is None:
        return ()
    try:
        found: Any = msgspec.json.decode(stored)
    except msgspec.MsgspecError:
        return ()
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def put_rows(conn: Connection, kind: int, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows made by :func:`table_row`."""
    conn.executemany(_LAYOUTS[kind].put, rows)


def put_changed(conn: Connection, kind: int, rows: Sequence[tuple[Any, ...]]) -> dict[bytes, Changed]:
    """Write of rows made by :func:`table_row` what differs from those there; returns what does, by entity.

    To replace a row whole is to write it to every index of its table as well: pages all over the file.
    """
    held = get_rows(conn, kind, [row[0] for row in rows])
    layout = _LAYOUTS[kind]
    changed: dict[bytes, Changed] = {}
    new: list[tuple[Any, ...]] = []
    updates: dict[tuple[int, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        before = held.get(row[0])
        if before is None:
            new.append(row)
            changed[row[0]] = None
        elif before == row:
            changed[row[0]] = _NOTHING
        else:
            places = tuple([at for at, value in enumerate(row) if value != before[at]])
            updates.setdefault(places, []).append((*[row[at] for at in places], row[0]))
            changed[row[0]] = frozenset([layout.columns[at] for at in places])
    conn.executemany(layout.put, new)
    for places, some in updates.items():
        sets = ", ".join(f"{layout.columns[at]} = ?" for at in places)
        conn.executemany(f"UPDATE {layout.name} SET {sets} WHERE ent = ?", some)
    return changed


_NOTHING: frozenset[str] = frozenset()


def missing_of(conn: Connection, kind: int, ents: Iterable[bytes]) -> dict[bytes, str | None]:
    """The column *missing* of those of some entities of a kind that have a row."""
    found: dict[bytes, str | None] = {}
    for marks, part in in_parts(list(ents)):
        sql = f"SELECT ent, missing FROM {_LAYOUTS[kind].name} WHERE ent IN ({marks})"
        found.update(conn.execute(sql, part).fetchall())
    return found


def set_fields(
    conn: Connection, kind: int, shown: Mapping[bytes, Sequence[Head]], said: Mapping[bytes, str | None]
) -> dict[bytes, Changed]:
    """Write the values now shown of some fields (the heads) of rows that are there; returns the columns they stand in.

    ``said`` is what :func:`missing_of` gives of them.
    """
    layout = _LAYOUTS[kind]
    changed: dict[bytes, Changed] = {}
    updates: dict[tuple[int, ...], list[tuple[Any, ...]]] = {}
    for ent, several in shown.items():
        values = {str(head.field): msgspec.json.decode(head.value) for head in several}
        row = table_row(kind, ent, values, None, 0, 0, "")
        places = [at for number in values for at in layout.columns_of(number)]
        missing = _still_missing(
            said[ent], [layout.places[n][2] for n in values if n in layout.places], row[5]
        )
        if missing != said[ent]:
            row = (*row[:5], missing, *row[6:])
            places.append(5)
        updates.setdefault(tuple(places), []).append((*[row[at] for at in places], ent))
        changed[ent] = frozenset([layout.columns[at] for at in places])
    for at_once, some in updates.items():
        if at_once:
            sets = ", ".join(f"{layout.columns[at]} = ?" for at in at_once)
            conn.executemany(f"UPDATE {layout.name} SET {sets} WHERE ent = ?", some)
    return changed


def _still_missing(before: str | None, told: Sequence[str], now: str | None) -> str | None:
    """The column *missing* once these fields (by name) were told: what is said of others stays."""
    if before is None or not told:
        return now if before is None else before
    left: dict[str, str] = msgspec.json.decode(before)
    for name in told:
        left.pop(name, None)
    left |= msgspec.json.decode(now) if now is not None else {}
    return _encoder.encode(dict(sorted(left.items()))).decode() if left else None


def get_row(conn: Connection, kind: int, ent: bytes) -> tuple[Any, ...] | None:
    """The row of an entity as it stands, in the order of :func:`columns`."""
    found: tuple[Any, ...] | None = conn.execute(_LAYOUTS[kind].get, (ent,)).fetchone()
    return found


def get_rows(conn: Connection, kind: int, ents: Sequence[bytes]) -> dict[bytes, tuple[Any, ...]]:
    """The rows of some entities of a kind, by entity."""
    layout = _LAYOUTS[kind]
    found: dict[bytes, tuple[Any, ...]] = {}
    for marks, part in in_parts(ents):
        for row in conn.execute(f"SELECT {layout.names} FROM {layout.name} WHERE ent IN ({marks})", part):
            found[row[0]] = row
    return found


def name_of(kind: int) -> str:
    """The table of a kind."""
    return _LAYOUTS[kind].name


def drop_row(conn: Connection, kind: int, ent: bytes) -> None:
    """Take an entity out of its table (its ops are not admitted any more)."""
    conn.execute(f"DELETE FROM {_LAYOUTS[kind].name} WHERE ent = ?", (ent,))


def hang_on(kind: str, follower: Follower, columns: Iterable[str]) -> None:
    """Have ``follower`` called with the entities of a kind of whose rows these columns changed, or that came or went."""
    FOLLOWERS.setdefault(kind, []).append(follower)
    _WATCHED[kind, follower] = frozenset(columns)


def follow(conn: Connection, touched: Mapping[int, Mapping[bytes, Changed]]) -> None:
    """Let the derived tables that hang on a kind (search, presence) catch up with its changed rows."""
    for kind, rows in touched.items():
        name = _LAYOUTS[kind].name
        for follower in FOLLOWERS.get(name, ()):
            ents = _followed(rows, _WATCHED.get((name, follower)))
            if ents:
                follower(conn, ents)


def _followed(rows: Mapping[bytes, Changed], columns: frozenset[str] | None) -> list[bytes]:
    """The rows of which one of these columns changed, of None any."""
    return [
        ent
        for ent, changed in rows.items()
        if changed is None or (changed if columns is None else not columns.isdisjoint(changed))
    ]


def op_id_key(op_id: OpId) -> tuple[int, int, int, bytes]:
    """An op id as columns."""
    return (op_id.dev, op_id.epoch, op_id.seq, op_id.eh8)
