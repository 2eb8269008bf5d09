"""Records of any kind keep the rules of the desk, from whatever door they come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.places import import_plan
from shelterdesk.actions.records import add_record, show_records
from shelterdesk.core.errors import BadField, NotFound
from shelterdesk.core.kinds import KIND_NAMES
from shelterdesk.core.plan import PlanRefused
from shelterdesk.core.record_rules import LISTS, NEEDED
from tests.actions.at_site import family, person, with_plan

NOBODY = "0199" + "0" * 28

REFUSED: list[tuple[str, Mapping[str, Any], str]] = [
    ("person", {"given": "Ana", "sex": "W"}, "sex"),
    ("person", {"given": "Ana", "birth": "1994-13"}, "birth"),
    ("person", {"given": "Ana", "birth": "yesterday"}, "birth"),
    ("person", {"given": "  "}, "surnames"),
    ("person", {"sex": "F"}, "surnames"),
    ("person", {"given": "Ana", "nationality": ["ZZZ"]}, "nationality"),
    ("person", {"given": "Ana", "nationality": ["ve"]}, "nationality"),
    ("person", {"given": "Ana", "languages": ["Spanish"]}, "languages"),
    ("person", {"given": "Ana", "level": "L9"}, "level"),
    ("person", {"given": "Ana", "arrived_at": "yesterday"}, "arrived_at"),
    ("person", {"given": "Ana", "arrival_group": NOBODY}, "arrival_group"),
    ("place", {"code": "Z1", "place_kind": "block", "capacity": -1}, "capacity"),
    ("place", {"code": "Z1", "place_kind": "tent"}, "place_kind"),
    ("place", {"code": "Z1", "place_kind": "block", "quarter": "VIP"}, "quarter"),
    ("place", {"code": "Z1", "place_kind": "block", "area_m2": -3.0}, "area_m2"),
    ("place", {"code": " Z1", "place_kind": "block"}, "code"),
    ("place", {"place_kind": "block"}, "code"),
    ("place", {"code": {"missing": "unknown"}, "place_kind": "block"}, "code"),
    ("place", {"code": "Z2", "place_kind": "room", "parent": NOBODY}, "parent"),
    ("place", {"code": "Z2", "place_kind": "room"}, "parent"),
    ("place", {"code": "Z2", "place_kind": "bed"}, "parent"),
    ("place", {"code": "Z1", "place_kind": "block", "capacity": 100_000}, "capacity"),
    ("place", {"code": "Z1", "place_kind": "block", "capacity": 2, "blocked_places": 3}, "blocked_places"),
    ("place", {"code": "Z1", "place_kind": "block", "note": "a\0b"}, "note"),
    ("person", {"given": "Ana\x1b[2J"}, "given"),
    ("setting", {"key": "x", "value": {"a": ["\x07"]}}, "value"),
    ("person", {"given": "Ana", "arrived_at": "9999-12-31T23:59:59-12:00"}, "arrived_at"),
    ("service_type", {"code": "LUNCH"}, "code"),
    ("service_type", {"code": "lunch"}, "code"),
    ("service_type", {"code": "SOAP", "from_hour": 25}, "from_hour"),
    ("station", {"code": "XX"}, "code"),
    ("movement", {"person": NOBODY, "movement": "IN"}, "person"),
    ("membership", {"household": NOBODY, "person": NOBODY}, "household"),
    ("stay", {"place": NOBODY}, "place"),
    ("travel_document", {"person": NOBODY, "document_type": "PASSPORT"}, "person"),
    ("facility_day", {"day": "Monday"}, "day"),
    ("facility_day", {"day": "2026-02-30"}, "day"),
    ("intake_answers", {"pregnant": "perhaps"}, "pregnant"),
    ("note", {"person": NOBODY, "text": "x"}, "person"),
    ("person", {"given": "Ana", "birth": "2030-01-01"}, "birth"),
    ("person", {"given": "Ana", "birth": "1800"}, "birth"),
    ("person", {"given": "Ana", "number": "LB1-000042-X"}, "number"),
    ("person", {"given": "Ana", "number": "LB1-H0017-W"}, "number"),
    ("person", {"given": "Ana", "number": "ZZ"}, "number"),
    ("person", {"given": "x" * 201}, "given"),
    ("person", {"given": "\u202e"}, "surnames"),
    ("person", {"given": "Ana", "arrived_at": "2099-01-01T00:00-05:00"}, "arrived_at"),
    ("person", {"given": "Ana", "station": "ZZ"}, "station"),
    ("person", {"given": "Ana", "missing": {"sex": "bored"}}, "sex"),
    ("person", {"given": "Ana", "sex": "F", "missing": {"sex": "refused"}}, "sex"),
    ("person", {"given": "Ana", "missing": ["sex"]}, "missing"),
    ("arrival_group", {"head_count": 0}, "head_count"),
    ("service_type", {"code": "SOAP", "name": "Soap"}, "name"),
    ("specific_need", {"code": "LONELY"}, "code"),
]


@pytest.mark.parametrize(
    ("kind", "values", "field"), REFUSED, ids=[f"{n}-{k}" for n, (k, _, _) in enumerate(REFUSED)]
)
def test_what_cannot_be_is_refused_by_its_field(
    desk: Desk, kind: str, values: Mapping[str, Any], field: str
) -> None:
    before = desk.store.conn.execute("SELECT count(*) FROM event").fetchone()
    with pytest.raises(BadField) as refused:
        add_record(desk, KIND_NAMES[kind], values)
    assert refused.value.field == field and refused.value.sentence.endswith(".")
    assert desk.store.conn.execute("SELECT count(*) FROM event").fetchone() == before, "nothing half written"


def test_a_person_without_a_number_gets_the_desks_next_one(desk: Desk) -> None:
    first, second = (
        add_record(desk, KIND_NAMES["person"], {"given": name}).result for name in ("Ana", "Eva")
    )
    numbers = [show_records(desk, KIND_NAMES["person"], ent)[0]["number"] for ent in (first, second)]
    assert numbers == ["LB1-000001-T", "LB1-000002-R"]
    with pytest.raises(BadField, match="in use"):
        add_record(desk, KIND_NAMES["person"], {"given": "Eva", "number": numbers[1]})


def test_places_lie_as_in_a_site_plan_and_codes_know_no_case(desk: Desk) -> None:
    place = KIND_NAMES["place"]
    block = add_record(desk, place, {"code": "Z", "place_kind": "block"}).result
    bed = add_record(desk, place, {"code": "Z-1", "place_kind": "bed", "parent": block}).result
    for parent, kind in ((block, "block"), (bed, "room"), (bed, "bed")):
        with pytest.raises(BadField) as refused:
            add_record(desk, place, {"code": "Z-2", "place_kind": kind, "parent": parent})
        assert refused.value.field == "parent"
    with pytest.raises(BadField, match="in use"):
        add_record(desk, place, {"code": "z-1", "place_kind": "bed", "parent": block})
    for plan in ("code,kind\nz,block\n", "code,kind\nY,block\ny,block\n"):
        with pytest.raises(PlanRefused):
            import_plan(desk, plan)


def test_lines_of_a_note_may_end(desk: Desk) -> None:
    ent = add_record(desk, KIND_NAMES["person"], {"given": "Ana", "note": "one\n\ttwo\u200c"}).result
    assert show_records(desk, KIND_NAMES["person"], ent)[0]["note"] == "one\n\ttwo\u200c"


def test_a_number_given_by_hand_is_given_once(desk: Desk) -> None:
    kind = KIND_NAMES["person"]
    add_record(desk, kind, {"given": "Ana", "number": "LB1-000042-B"})
    ent = add_record(desk, kind, {"given": "Eva"}).result
    assert show_records(desk, kind, ent)[0]["number"].startswith("LB1-000043-")
    with pytest.raises(BadField, match="far ahead"):
        add_record(desk, kind, {"given": "Luz", "number": "LB1-900000-K"})


def test_names_are_stored_as_the_forms_store_them(desk: Desk) -> None:
    kind = KIND_NAMES["person"]
    ent = add_record(
        desk,
        kind,
        {
            "given": "A\u202ena ",
            "surnames": "",
            "languages": [],
            "note": "one\u202e\ntwo",
            "nationality": ["VEN"],
        },
    ).result
    shown = show_records(desk, kind, ent)[0]
    assert (shown["given"], shown["note"], shown["station"]) == ("Ana", "one\ntwo", "LB")
    assert "surnames" not in shown and "languages" not in shown


def test_reasons_may_stand_beside_the_values(desk: Desk) -> None:
    kind = KIND_NAMES["person"]
    said = {"given": "Ana", "birth": None, "missing": {"birth": "unknown", "sex": "refused"}}
    shown = show_records(desk, kind, add_record(desk, kind, said).result)[0]
    assert (shown["birth"], shown["sex"]) == ({"missing": "unknown"}, {"missing": "refused"})


def test_what_stands_already_is_not_doubled(desk: Desk) -> None:
    with_plan(desk)
    number, people = family(desk, {"given": "Ana"}, {"given": "Eva"})
    one, other = people[0][0], person(desk)[0]
    household = next(r["id"] for r in show_records(desk, KIND_NAMES["household"]) if r["number"] == number)
    place = next(r["id"] for r in show_records(desk, KIND_NAMES["place"]) if r["code"] == "A-2")
    lunch = next(r["id"] for r in show_records(desk, KIND_NAMES["service_type"]) if r["code"] == "LUNCH")
    room = {"code": "Z", "place_kind": "room", "parent": place}
    card = {"serial": 1, "signed_by": "00"}
    twice: list[tuple[str, Mapping[str, Any], Mapping[str, Any], str]] = [
        ("stay", {"person": one, "place": place}, {"person": one, "place": place}, "person"),
        (
            "membership",
            {"person": other, "household": household},
            {"person": other, "household": household},
            "person",
        ),
        (
            "service",
            {"person": one, "service_type": lunch},
            {"person": one, "service_type": lunch},
            "service_type",
        ),
        ("card", card, card, "serial"),
    ]
    for kind, first, second, field in twice:
        add_record(desk, KIND_NAMES[kind], first)
        with pytest.raises(BadField) as refused:
            add_record(desk, KIND_NAMES[kind], second)
        assert refused.value.field == field, kind
    again = {"person": one, "service_type": lunch, "override_reason": "spilt"}
    given = add_record(desk, KIND_NAMES["service"], again).result
    shown = show_records(desk, KIND_NAMES["service"], given)[0]
    assert (shown["counter"], shown["service_day"]) == ("LB1", "2026-11-23")
    last = person(desk)[0]
    for kind, values, field in (
        ("membership", {"person": last, "household": household, "role": "HEAD"}, "role"),
        ("same_as", {"person": one, "other": one}, "other"),
        ("place", room, "parent"),
    ):
        with pytest.raises(BadField) as refused:
            add_record(desk, KIND_NAMES[kind], values)
        assert refused.value.field == field, kind


def test_a_movement_without_a_time_is_of_now(desk: Desk) -> None:
    ent = add_record(desk, KIND_NAMES["movement"], {"person": person(desk)[0], "movement": "OUT"}).result
    shown = show_records(desk, KIND_NAMES["movement"], ent)[0]
    assert shown["happened_at"] == "2026-11-23T08:00:00-05:00[America/Panama]"


def test_a_reason_stands_for_a_name(desk: Desk) -> None:
    ent = add_record(desk, KIND_NAMES["person"], {"given": {"missing": "refused"}}).result
    assert show_records(desk, KIND_NAMES["person"], ent)[0]["given"] == {"missing": "refused"}


@pytest.mark.parametrize("kind", ["person", "place"])
def test_a_record_that_is_not_there_is_said(desk: Desk, kind: str) -> None:
    with pytest.raises(NotFound):
        show_records(desk, KIND_NAMES[kind], NOBODY)


def test_the_rules_name_fields_there_are() -> None:
    for kind, name in LISTS:
        KIND_NAMES[kind].field(name)
    for kind, names in NEEDED.items():
        for name in names:
            KIND_NAMES[kind].field(name)
