"""What may be on a card, and what never on paper."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.cards import (
    NEVER_CLASSES,
    NEVER_ON_PAPER,
    LodgingCard,
    bed_code_for_card,
    card_sentences,
    first_name_for_card,
    forbidden_on_paper,
    number_parts,
)
from shelterdesk.core.errors import BadField, DamagedFile
from shelterdesk.core.kinds import KINDS
from shelterdesk.core.matrix import MatrixRow
from shelterdesk.core.sheet import (
    BlockOccupancy,
    Capacity,
    DailySheet,
    FacilityFigures,
    Nationalities,
    NationalityCount,
    SexAgeTable,
    SilentDesk,
)
from shelterdesk.core.vocabulary import Confidentiality, Quarter
from shelterdesk.reports.recovery_sheet import RecoverySheet
from tests.reports.made import card, sentences

PRINTED = (
    LodgingCard, DailySheet, RecoverySheet, BlockOccupancy, Capacity, FacilityFigures, Nationalities,
    NationalityCount, SexAgeTable, SilentDesk,
)  # fmt: skip


@pytest.mark.parametrize("printed", PRINTED)
def test_no_paper_has_a_field_for_what_may_not_stand_on_it(printed: Any) -> None:
    names = [one.name for one in fields(printed)]
    assert {name: forbidden_on_paper(name) for name in names} == dict.fromkeys(names)


def test_the_matrix_counts_children_alone_and_names_nobody() -> None:
    told = {one.name for one in fields(MatrixRow) if forbidden_on_paper(one.name)}
    assert told == {"uac", "separated"}


def test_every_sealed_class_is_never_on_paper() -> None:
    assert NEVER_CLASSES == set(Confidentiality) - {Confidentiality.OPEN}


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("travel_document", "document_number"), ("travel_document", "mrz"), ("person", "photo"),
        ("bed_need", "bed_need"), ("place", "quarter"), ("station", "address"),
        ("intake_answers", "pregnant"), ("intake_answers", "child_alone"), ("intake_answers", "feels_unsafe"),
        ("intake_answers", "mobility"), ("screening", "findings"), ("child_status", "carer"),
        ("contact", "contact"), ("screening", "temperature_c"),
    ],
)  # fmt: skip
def test_fields_of_the_records_that_are_forbidden(kind: str, field: str) -> None:
    assert next(one for one in KINDS.values() if one.name == kind).field(field)
    assert forbidden_on_paper(field) in NEVER_ON_PAPER


@pytest.mark.parametrize("field", ["number", "first_name", "bed_code", "group_size", "station_name", "given"])
def test_fields_that_may(field: str) -> None:
    assert forbidden_on_paper(field) is None


@pytest.mark.parametrize(
    ("given", "is_child", "shown"),
    [
        ("Zoë", False, "Zoë"), ("María José", False, "María"), ("Ana María", False, "Ana María"),
        ("Md. Rahim Uddin", False, "Md. Rahim"), ("", False, None), (None, False, None), ("  ", False, None),
        ("Zoë", True, None), ("Zoë", None, None), ("Ada", False, "Ada"),
    ],
)  # fmt: skip
def test_a_first_name_is_an_adults_only(given: str | None, is_child: bool | None, shown: str | None) -> None:
    assert first_name_for_card(given, is_child) == shown


@given(st.text(), st.sampled_from([True, None]))
def test_in_doubt_a_child_and_a_child_has_no_name(given: str, is_child: bool | None) -> None:
    assert first_name_for_card(given, is_child) is None


@pytest.mark.parametrize("code", ["A-12-3", "B07", "12", "Norte 4", "M-1", "Carpa 3", "F 2", "Río 9"])
def test_a_code_that_says_where_is_kept(code: str) -> None:
    assert bed_code_for_card(f" {code} ") == code


@pytest.mark.parametrize(
    "code",
    ["UAC-3", "uac3", "NNA 2", "Mujeres 2", "MUJ-4", "Aislamiento-1", "ISO-2", "Niñas B", "Embarazadas",
     "A-Medical-3", "Women_only 1", "Quarantine", "Postparto 2", "VIH-1", "Protección 1"],
)  # fmt: skip
def test_a_code_that_says_what_for_is_left_to_the_desk(code: str) -> None:
    assert bed_code_for_card(code) is None


@pytest.mark.parametrize("quarter", list(Quarter))
def test_no_kind_of_quarter_passes(quarter: Quarter) -> None:
    assert bed_code_for_card(f"{quarter.value}-1") is None
    assert bed_code_for_card(f"B {quarter.value.split('_')[0].title()} 1") is None


def test_no_bed_is_no_code() -> None:
    assert bed_code_for_card(None) is None
    assert bed_code_for_card(" ") is None


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        ("LB1-000042-B", ("LB1-", "000042", "-B")),
        ("LB1-H0017-W", ("LB1-", "H0017", "-W")),
        ("T42", ("", "T42", "")),
    ],
)
def test_parts_of_a_number_are_the_number(number: str, parts: tuple[str, str, str]) -> None:
    assert number_parts(number) == parts
    assert "".join(parts) == number


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("number", lambda: card(number="lb1-42")),
        ("number", lambda: card(number="LB1 42")),
        ("number", lambda: card(number="A" * 17)),
        ("token", lambda: card(code="https://example.org")),
        ("token", lambda: card(code="SDC1" + "A" * 151)),
        ("token", lambda: card(code="SDC1" + "a1")),
        ("serial", lambda: card(serial=-1, number="LB1")),
        ("group_size", lambda: card(group_size=0)),
        ("expires_on", lambda: card(expires_on=date(2026, 11, 22))),
    ],
)
def test_a_card_that_cannot_be_true_names_its_field(field: str, make: object) -> None:
    assert callable(make)
    with pytest.raises(BadField) as told:
        make()
    assert told.value.field == field


def test_the_sentences_hold_spanish_and_what_is_not_whole_is_refused() -> None:
    assert sentences()["es"].text.startswith("Muestre")
    whole = {"name": "x", "text": "y", "reviewed": False}
    broken_ones: tuple[object, ...] = (
        None, [], {}, {"sentences": {}}, {"sentences": {"en": whole}}, {"sentences": {"es": {"text": "y"}}},
        {"sentences": {"es": whole | {"text": " "}}}, {"sentences": {"es": whole | {"reviewed": "no"}}},
    )  # fmt: skip
    for broken in broken_ones:
        with pytest.raises(DamagedFile):
            card_sentences(broken)
    assert card_sentences({"sentences": {"es": whole}})["es"].language == "es"
