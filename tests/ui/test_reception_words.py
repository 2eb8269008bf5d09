"""How the reception understands what is typed: births, times of arrival, codes, and what a draft keeps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.errors import BadField
from shelterdesk.core.vocabulary import Missing
from shelterdesk.ui.screens.reception_arrival import arrival_aside, read_arrival
from shelterdesk.ui.screens.reception_codes import country_codes, language_codes
from shelterdesk.ui.screens.reception_typed import FIELDS, Typed, TypedPerson, birth_aside, tile_detail
from tests.stations import MORNING

TODAY = MORNING.date()
ZONE = "America/Panama"

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(
    st.dictionaries(
        st.sampled_from(FIELDS),
        st.builds(
            Typed,
            TEXTS,
            st.lists(st.sampled_from(["VEN", "es", "CHILD"]), max_size=2).map(tuple),
            st.sampled_from([None, Missing.UNKNOWN, Missing.REFUSED, Missing.NOT_ASKED]),
            st.booleans(),
        ).filter(lambda one: one != Typed()),
    )
)
def test_a_draft_gives_back_what_was_typed(fields: dict[str, Typed]) -> None:
    typed = TypedPerson(fields)
    assert TypedPerson.from_plain(typed.as_plain()) == typed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", ""),
        ("2016", "→ 2016, year only"),
        ("about 10", "→ about 2016"),
        ("3 meses", "→ about 2026-08"),
        ("30-40", "→ 1986 to 1996"),
        ("adulto", "→ adult"),
        ("03/1994", "→ March 1994"),
        ("2/5/1990", "→ May 2, 1990"),
        ("?", "→ birth date not known"),
        ("soon", ""),
    ],
)
def test_how_a_birth_is_understood(typed: str, said: str) -> None:
    assert birth_aside(typed, TODAY) == said


@pytest.mark.parametrize(
    ("typed", "local"),
    [
        ("07:30", "2026-11-23 07:30"),
        ("730", "2026-11-23 07:30"),
        ("23:40", "2026-11-22 23:40"),
        ("ayer 7:05", "2026-11-22 07:05"),
        ("22/11 18:00", "2026-11-22 18:00"),
        ("20 min", "2026-11-23 07:40"),
        ("2 h", "2026-11-23 06:00"),
        ("2026-11-20T06:15", "2026-11-20 06:15"),
    ],
)
def test_when_people_arrived(typed: str, local: str) -> None:
    found = read_arrival(typed, MORNING, ZONE)
    assert found is not None and f"{found:%Y-%m-%d %H:%M}" == local
    assert arrival_aside(typed, MORNING, ZONE) != ""


def test_an_arrival_is_now_when_nothing_is_said_and_never_still_to_come() -> None:
    assert read_arrival("", MORNING, ZONE) is None
    for typed in ("24/11 09:00", "25:00", "31/2 10:00", "later"):
        with pytest.raises(BadField):
            read_arrival(typed, datetime(2026, 11, 23, 13, tzinfo=UTC), ZONE)


def test_a_tile_says_sex_birth_and_nationality() -> None:
    typed = TypedPerson({
        "given": Typed("Luis"), "sex": Typed(codes=("M",)), "birth": Typed("2016"),
        "nationality": Typed("Chile", ("CHL",)),
    })  # fmt: skip
    assert (typed.name, tile_detail(typed, TODAY)) == ("Luis", "M · 2016 · CHL")


@pytest.mark.parametrize(
    "typed",
    [
        "1/1/0001 10:00",
        "22/11/1899 10:00",
        "31/12/9999 23:59",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-12:00",
    ],
)
def test_a_year_that_no_calendar_shows_is_said_at_the_field(typed: str) -> None:
    """The store refuses it too, but only when the family is saved, and far from the field."""
    with pytest.raises(BadField, match="is not of the years 1900 to 2199. Write 15:40") as bad:
        read_arrival(typed, MORNING, ZONE)
    assert bad.value.field == "arrived_at"
    assert arrival_aside(typed, MORNING, ZONE) == ""


def test_codes_are_read_by_name_in_both_languages_and_by_code() -> None:
    countries, languages = country_codes(), language_codes()
    assert [countries.read(text) for text in ("Haití", "haiti", "HTI", "hai", "c")] == ["HTI"] * 4 + [None]
    assert [languages.read(text) for text in ("ht", "Spanish", "español", "xyzzy")] == [
        "ht",
        "es",
        "es",
        None,
    ]
