"""What may be on a card, and how a name and a bed code get there."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.cards import (
    bed_code_for_card,
    card_sentences,
    first_name_on_paper,
    letters_of,
    number_parts,
    sentence_language,
)
from shelterdesk.core.errors import BadField, DamagedFile
from shelterdesk.core.vocabulary import Quarter
from tests.reports.made import card, sentences


@pytest.mark.parametrize(
    ("given", "is_child", "shown"),
    [
        ("Zoë", False, "Zoë"), ("María José", False, "María"), ("Ana María", False, "Ana María"),
        ("Md. Rahim Uddin", False, "Md. Rahim"), ("", False, None), (None, False, None), ("  ", False, None),
        ("Zoë", True, None), ("Zoë", None, None), ("Ada", False, "Ada"),
    ],
)  # fmt: skip
def test_a_first_name_is_an_adults_only(given: str | None, is_child: bool | None, shown: str | None) -> None:
    assert first_name_on_paper(given, is_child, 2) == shown


@given(st.text(), st.sampled_from([True, None]))
def test_in_doubt_a_child_and_a_child_has_no_name(given: str, is_child: bool | None) -> None:
    assert first_name_on_paper(given, is_child, 3) is None


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("\u202eZoë", "Zoë"), ("Zo\u2066ë\u2069 X", "Zoë X"), ("Zoë😀", "Zoë"), ("😀 Zoë 👩‍👩‍👧", "Zoë"), ("👍🏽", None),
        ("…", None), ("O", "O"), ("N’Diaye", "N’Diaye"), ("N´Diaye", "N´Diaye"), ("A" * 300, "A" * 24 + "…"),
        ("e\u0301" * 300, "é" * 24 + "…"), ("x" * 23 + "q\u0323" * 9, "x" * 23 + "…"),
        ("می\u200cخواهم", "می\u200cخواهم"), ("Zoë\x00\n\tMaría", "Zoë María"), ("\u202d1\u202c", None),
    ],
)  # fmt: skip
def test_nothing_turns_or_breaks_the_line_of_a_name(given: str, shown: str | None) -> None:
    assert first_name_on_paper(given, False, 2) == shown


@given(st.text(), st.text(alphabet="\u202e\u2067\u200f\u0000a é\u0301😀", max_size=300))
def test_what_is_left_of_a_name_is_one_line_of_letters(plain: str, odd: str) -> None:
    for text in (plain, odd):
        left = letters_of(text)
        assert letters_of(left) == left and left == " ".join(left.split())
        assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u0000") & set(left)
        name = first_name_on_paper(text, False, 2)
        assert name is None or len(name) <= 25


@pytest.mark.parametrize(
    ("spoken", "language"),
    [("fr", "fr"), ("prs", "fa"), ("FR", "fr"), ("zh-Hans", "zh"), ("es", None), ("am", None), ("", None), (None, None)],
)  # fmt: skip
def test_the_second_language_is_that_of_a_sentence_there_is(spoken: str | None, language: str | None) -> None:
    assert sentence_language(spoken, sentences()) == language


@pytest.mark.parametrize(
    "code",
    [
        "A-12-3",
        "B07",
        "12",
        "Norte 4",
        "M-1",
        "Carpa 3",
        "F 2",
        "Río 9",
        "Sur 2",
        "Este 1",
        "Bloque C",
        "Tienda 12",
        "Módulo 4",
        "Galpón 2",
        "Ceiba 7",
        "BloqueNorte 3",
        "Tent 5",
        "Marina 2",
    ],
)
def test_a_code_that_says_where_is_kept(code: str) -> None:
    assert bed_code_for_card(f" {code} ") == code


@pytest.mark.parametrize(
    "code",
    ["UAC-3", "uac3", "NNA 2", "Mujeres 2", "MUJ-4", "Aislamiento-1", "ISO-2", "Niñas B", "Embarazadas",
     "A-Medical-3", "Women_only 1", "Quarantine", "Postparto 2", "VIH-1", "Protección 1",
     "Enfermería", "Sick bay", "TB-2", "Triaje 1", "Children 4", "Infancia", "Solos 2", "Separated-1", "Huérfanos",
     "NNAS-1", "Madres 3", "Maternidad", "Silla de ruedas 1", "VBG-2", "LGBTIQ", "Refugio 2", "Senniaf 1",
     "Haití 3", "HTI-2", "VEN 1", "Cubanos", "Africanos-4", "Asia 1", "BloqueUAC", "Bloque-UCI-2", "Muslim 1"],
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
