"""Values no form of ours would write, from another program or a hostile one: kept in the log, and no room stops."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from shelterdesk.actions.desk import Desk
from shelterdesk.core.event import ROW, Op, compose, parse
from shelterdesk.core.kinds import CARRIERS, LOGGED, PERSON, PLACE, SERVICE_TYPE, VOID, FieldType, Kind
from shelterdesk.core.names import query_tokens
from shelterdesk.core.roles import may_write
from shelterdesk.db import search, tables
from shelterdesk.db.check import check
from shelterdesk.db.lodging import site_state
from shelterdesk.db.people import find_people
from shelterdesk.db.person_page import person_page
from shelterdesk.db.person_records import record_of
from shelterdesk.db.records import rows_of
from shelterdesk.db.services import counter_flags, histories, services, services_of_day
from shelterdesk.db.sheet import sheet_numbers
from shelterdesk.db.tables import text_list
from shelterdesk.office.matrix import long_matrix

ODD: dict[str, Any] = {
    "a number": 5,
    "a truth": True,
    "a fraction": 2.5,
    "less than nothing": -1,
    "a number too long": 1 << 70,
    "a text": "x",
    "an empty text": "",
    "a list of numbers": [5, 2.5],
    "a list of lists": [[], {}, None],
    "an object": {"a": {"b": 1}},
    "a text of digits": "9" * 5_000,
    "the first year": "0001-01-01T00:00:00+00:00",
    "the last year": "9999-12-31T23:59:59-12:00",
    "a year long past": "1899-12-31T23:59:59+00:00",
}
OPEN = [kind for kind in LOGGED if kind not in CARRIERS.values()]
NOON = "2026-11-22T12:00:00-05:00[America/Panama]"
DATED: dict[str, dict[str, Any]] = {
    "movement": {"movement": "OUT", "happened_at": NOON},
    "stay": {"from_at": NOON},
    "service": {"happened_at": NOON, "service_day": "2026-11-23"},
    "arrival_group": {"head_count": 3, "station": "LB", "arrived_at": NOON},
    "facility_day": {"day": "2026-11-23"},
    "daily_sheet": {"day": "2026-11-22"},
}
DAY = date(2026, 11, 23)


def said(desk: Desk, rows: Sequence[tuple[Kind, Mapping[str, Any]]]) -> list[bytes]:
    """Rows as another program writes them, by field name."""
    ents = [secrets.token_bytes(16) for _ in rows]
    with desk.store.write(desk.user) as event:
        for ent, (kind, values) in zip(ents, rows, strict=True):
            numbered = {str(kind.field(name).number): value for name, value in values.items()}
            event._ops.add(Op(kind.number, ent, ROW, json.dumps(numbered).encode()))
    return ents


def every_room(desk: Desk, persons: list[bytes]) -> None:
    """Read all that screens and papers read of these tables."""
    reader, conn = desk.reader(), desk.store.conn
    try:
        search.matches(conn, query_tokens("ana"))
        find_people(reader, "ana", DAY, 20)
        for person in persons:
            person_page(reader, person)
        for kind in OPEN:
            for ent, _, _ in rows_of(conn, kind):
                row = tables.get_row(conn, kind.number, bytes.fromhex(ent))
                assert row is not None
                record_of(kind, row, desk.roster).as_json()
        site_state(conn, desk.who.station)
        histories(conn, services(conn), persons)
        services_of_day(conn, DAY)
        counter_flags(conn, persons, 1)
        sheet_numbers(conn, desk.who, desk.roster, DAY, desk.store.now, "x")
        long_matrix(reader, DAY, DAY, DAY, "x")
    finally:
        reader.close()
    assert [one.code for one in check(conn).findings] == []


@pytest.mark.parametrize("value", ODD.values(), ids=ODD.keys())
def test_an_odd_value_in_any_field_stops_no_room(desk: Desk, value: Any) -> None:
    whole: dict[str, dict[str, Any]] = {
        PERSON.name: {"given": "Ana", "station": "LB"},
        PLACE.name: {"code": "A-1", "place_kind": "room"},
        SERVICE_TYPE.name: {"code": "W"},
    }
    ana, room, water = said(
        desk, [(PERSON, {"given": "Ana"}), (PLACE, {"code": "B-1"}), (SERVICE_TYPE, {"code": "M"})]
    )
    refers = {"person": ana.hex(), "subject": ana.hex(), "place": room.hex(), "service_type": water.hex()}
    for kind in OPEN:
        named = {one.name for one in kind.fields}
        hung = {name: ent for name, ent in refers.items() if name in named}
        whole[kind.name] = DATED.get(kind.name, {}) | hung | whole.get(kind.name, {})
    rows = [
        (kind, whole.get(kind.name, {}) | {field.name: value})
        for kind in OPEN
        if may_write(desk.user.roles, kind.name)
        for field in kind.fields
        if field.number != VOID and field.type is not FieldType.SEALED
    ]
    for start in range(0, len(rows), 200):
        ents = said(desk, rows[start : start + 200])
        persons = [ana] + [
            e for e, (kind, _) in zip(ents, rows[start : start + 200], strict=True) if kind is PERSON
        ]
        every_room(desk, persons)


@pytest.mark.parametrize("stored", ["5", "true", '"Anita"', '{"a": 1}', "no JSON"])
def test_a_row_written_before_with_a_list_that_is_none_is_read_as_none(desk: Desk, stored: str) -> None:
    (ana,) = said(desk, [(PERSON, {"given": "Ana"})])
    conn = desk.store.conn
    conn.execute("UPDATE person SET also_known_as = ?, nationality = ?, languages = ?", (stored,) * 3)
    search.refresh(conn, [ana])
    assert search.matching(conn, query_tokens("ana")) == [ana]
    row = tables.get_row(conn, PERSON.number, ana)
    assert row is not None
    assert record_of(PERSON, row, desk.roster).values["languages"] == []
    assert rows_of(conn, PERSON)[0][1]["also_known_as"] == []


@pytest.mark.parametrize("wall_ms", [1 << 60, (1 << 63) - 1, 0])
def test_a_clock_of_any_number_stops_no_page(desk: Desk, wall_ms: int) -> None:
    ent = secrets.token_bytes(16)
    last = desk.store.conn.execute("SELECT max(last_seq) FROM event").fetchone()[0]
    line = compose(
        dev=desk.who.dev, epoch=desk.who.epoch, first_seq=last + 1, hlc=1, wall_ms=wall_ms, zone=desk.who.zone,
        user=desk.user.id, schema=1, merge_rules=1, salt=bytes(16),
        ops=[Op(PERSON.number, ent, ROW, b'{"4":"Ana"}')],
    ).line  # fmt: skip
    desk.store.take_in([parse(line)])
    every_room(desk, [ent])


def test_of_a_list_with_something_else_in_it_the_texts_are_read() -> None:
    """The sheet and the matrix then say the same nationality, and none is called “None”."""
    assert text_list('[null, "VEN", 5, ["A"]]') == ("VEN",)
    assert text_list("5") == text_list("{") == text_list(None) == ()
