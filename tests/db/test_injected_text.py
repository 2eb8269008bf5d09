"""Words that are orders elsewhere (SQL, searches, formulas, papers) in every text field: stored as typed, obeyed nowhere.

SYNC section 2, the row of SQL injection.
"""

from __future__ import annotations

from datetime import date

import pytest

from shelterdesk.actions.desk import Desk
from shelterdesk.core.kinds import PERSON, VOID, FieldType, Kind
from shelterdesk.core.names import query_tokens
from shelterdesk.core.roles import may_write
from shelterdesk.db import search, tables
from shelterdesk.db.people import find_people
from shelterdesk.db.person_records import record_of
from shelterdesk.db.state import state_of
from tests.db.test_odd_values import OPEN, every_room, said

ORDERS = (
    "'; DROP TABLE person; --",
    '"; DELETE FROM op; --',
    "' OR '1'='1",
    "x') UNION SELECT value FROM meta --",
    "Robert\\'); ATTACH DATABASE 'stolen.db' AS stolen; --",
    "a' || (SELECT hex(value) FROM meta LIMIT 1) || '",
    "%_\\%",
    "ana* OR NEAR(ana iván) AND NOT -ana",
    'given : "ana" ^ {}()[]',
    "; PRAGMA writable_schema=1; /*",
    "?1 :name @name $name",
    "{conn} %s %(name)s {0.__class__}",
    "<img src=x onerror=alert(1)><b>",
    "=HYPERLINK(1)",
    "\u202egnp.exe",
)


def shape_of(desk: Desk) -> list[tuple[object, ...]]:
    """Every table, index and trigger of the file, and the files it has open."""
    conn = desk.store.conn
    master = list(conn.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name"))
    return [*master, *conn.execute("SELECT name FROM pragma_database_list WHERE name <> 'temp'")]


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_in_every_text_field_is_a_text(desk: Desk, order: str) -> None:
    before = shape_of(desk)
    fields: list[tuple[Kind, str]] = [
        (kind, field.name)
        for kind in OPEN
        if may_write(desk.user.roles, kind.name)
        for field in kind.fields
        if field.number != VOID and field.type is FieldType.TEXT
    ]
    assert len(fields) > 60
    ents = said(desk, [(kind, {name: order}) for kind, name in fields])
    written = [(kind, name, ent) for (kind, name), ent in zip(fields, ents, strict=True)]
    for kind, name, ent in written:
        row = tables.get_row(desk.store.conn, kind.number, ent)
        assert row is not None and record_of(kind, row, desk.roster).values[name] == order, (kind.name, name)
    every_room(desk, [ent for kind, _, ent in written if kind is PERSON])
    assert shape_of(desk) == before
    state = state_of(desk.store.conn)
    desk.store.rebuild()
    assert state_of(desk.store.conn) == state


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_typed_into_the_search_finds_or_finds_nothing(desk: Desk, order: str) -> None:
    named, _ = said(
        desk, [(PERSON, {"given": order, "station": "LB"}), (PERSON, {"given": "Ana", "station": "LB"})]
    )
    before = shape_of(desk)
    reader = desk.reader()
    try:
        find_people(reader, order, date(2026, 11, 23), 20)
    finally:
        reader.close()
    found = search.matching(desk.store.conn, query_tokens(order))
    assert set(found) <= {named}, "what is typed beside the words widens no search"
    assert shape_of(desk) == before
