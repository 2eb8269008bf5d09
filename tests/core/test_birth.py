"""Births as people say them: read, kept as exact as they were said, and what follows from them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.birth import (
    UNKNOWN,
    Birth,
    Precision,
    age_band,
    age_range,
    from_stored,
    is_minor,
    read_birth,
    reading,
    treat_as_child,
)
from shelterdesk.core.errors import BadField

TODAY = date(2026, 11, 23)
DAYS = st.dates(date(1907, 1, 1), TODAY)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1990", "1990"), ("05/1990", "1990-05"), ("1990-05", "1990-05"), ("5.1990", "1990-05"),
        ("2/5/1990", "1990-05-02"), ("02.05.1990", "1990-05-02"), ("1990-05-02", "1990-05-02"),
        ("2 5 1990", "1990-05-02"), ("2 de mayo de 1990", "1990-05-02"), ("mayo de 1990", "1990-05"),
        ("2 may. 1990", "1990-05-02"), ("May 2, 1990", "1990-05-02"), ("set 1990", "1990-09"),
        ("36 años", "~1990/2026-11-23"), ("36", "~1990/2026-11-23"), ("36 years old", "~1990/2026-11-23"),
        ("about 40", "~1986/2026-11-23"), ("unos 40", "~1986/2026-11-23"), ("~40", "~1986/2026-11-23"),
        ("40?", "~1986/2026-11-23"), ("aprox. 40 años", "~1986/2026-11-23"), ("٤٠", "~1986/2026-11-23"),
        ("about 1990", "~1990/2026-11-23"), ("3 meses", "~2026-08/2026-11-23"),
        ("3 months", "~2026-08/2026-11-23"), ("1 año y 6 meses", "~2025-05/2026-11-23"),
        ("2 semanas", "~2026-11/2026-11-23"), ("40 días", "~2026-10/2026-11-23"),
        ("recién nacida", "~2026-11/2026-11-23"), ("0", "~2026/2026-11-23"),
        ("30-40", "~1986..1996/2026-11-23"), ("entre 40 y 30 años", "~1986..1996/2026-11-23"),
        ("adulto", "~1906..2008/2026-11-23"), ("Menor", "~2009..2026/2026-11-23"),
        ("~1986/2020-01-31", "~1986/2020-01-31"), ("?", None), ("unknown", None),
        ("No sabe", None), (" ", None),
        ("2026-11-23", "2026-11-23"), ("120", "~1906/2026-11-23"), ("1906", "1906"),
    ],
)  # fmt: skip
def test_what_people_type(typed: str, stored: str | None) -> None:
    assert read_birth(typed, TODAY).stored == stored


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1994-13", "1994-13 is not a month"),
        ("05/13/1990", "05/13/1990 is not a month"),
        ("31/02/1994", "31/02/1994 is not a day of the calendar"),
        ("29/02/2023", "29/02/2023 is not a day of the calendar"),
        ("2027", "2027 is still to come"),
        ("24/11/2026", "24/11/2026 is still to come"),
        ("1890", "1890 is more than 120 years ago"),
        ("130", "130 would be more than 120 years old"),
        ("2000 meses", "2000 meses is neither a date nor an age"),
        ("2/5/90", "2/5/90 has no year of four digits"),
        ("mayor 1990", "mayor 1990 is neither a date nor an age"),
        ("hola", "hola is neither a date nor an age"),
        ("0000", "0000 is not a year"),
        ("~1986/2026-13-01", "~1986/2026-13-01 is neither a date nor an age"),
        ("5/1990/2", "5/1990/2 is neither a date nor an age"),
    ],
)
def test_what_cannot_be_true_is_refused_with_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(BadField) as refusal:
        read_birth(typed, TODAY)
    assert refusal.value.field == "birth"
    assert refusal.value.sentence.rstrip(".") == sentence  # the stop is there where a next step follows


@given(st.text(st.characters(exclude_categories=()), max_size=20) | st.from_regex(r"[~\d./ -]{1,16}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        birth = read_birth(text, TODAY)
    except BadField as refusal:
        assert refusal.field == "birth"
        return
    assert from_stored(birth.stored) == birth
    assert reading(birth)
    if birth.stored is not None:
        assert read_birth(birth.stored, TODAY) == birth


@given(st.from_regex(r"~?\d{4}(-\d\d)?(\.\.\d{4})?/?(\d{4}-\d\d-\d\d)?", fullmatch=True))
def test_any_stored_text_is_read_or_refused(text: str) -> None:
    try:
        birth = from_stored(text)
    except BadField:
        return
    assert birth.earliest is not None and birth.latest is not None
    assert birth.earliest <= birth.latest


@given(DAYS)
def test_a_day_is_exact_and_a_month_and_a_year_hold_it(born: date) -> None:
    exact = read_birth(born.strftime("%d/%m/%Y"), TODAY)
    assert exact == Birth(born.isoformat(), Precision.DAY, born, born)
    for text, precision in ((born.isoformat()[:7], Precision.MONTH), (born.isoformat()[:4], Precision.YEAR)):
        wide = read_birth(text, TODAY)
        assert wide.precision is precision
        assert wide.earliest is not None and wide.latest is not None
        assert wide.earliest <= born <= wide.latest


@given(DAYS, st.dates(date(2024, 1, 1), TODAY))
def test_a_said_age_holds_exactly_those_who_have_it(born: date, said_on: date) -> None:
    ages = age_range(from_stored(born.isoformat()), said_on)
    assert ages is not None
    said = read_birth(str(ages[0]), said_on)
    assert said.earliest is not None and said.latest is not None
    if born <= said_on:
        assert said.earliest <= born <= said.latest
    for outside in (said.earliest - timedelta(days=1), said.latest + timedelta(days=1)):
        if outside <= said_on:
            assert age_range(from_stored(outside.isoformat()), said_on) != (ages[0], ages[0])


def test_an_age_grows_with_the_days() -> None:
    said = from_stored("~1986/2026-11-23")
    assert age_range(said, date(2026, 11, 23)) == (40, 40)
    assert age_range(said, date(2026, 12, 23)) == (40, 41)
    assert age_range(said, date(2027, 11, 23)) == (41, 41)
    assert age_range(UNKNOWN, TODAY) is None


def test_born_on_the_29th_of_february() -> None:
    born = from_stored("2008-02-29")
    assert age_range(born, date(2026, 2, 28)) == (17, 17)
    assert age_range(born, date(2026, 3, 1)) == (18, 18)


@pytest.mark.parametrize(
    ("stored", "band"),
    [
        ("2026-11-23", "0_4"), ("2021-11-24", "0_4"), ("2021-11-23", "5_11"), ("2014-11-23", "12_17"),
        ("2008-11-24", "12_17"), ("2008-11-23", "18_59"), ("1966-11-23", "60p"), ("1966-11-24", "18_59"),
        ("2014", "minor"), ("2008", "unk"), ("1966", "adult"), ("2021", "minor"),
        ("~2009/2026-11-23", "12_17"),
        ("~1906..2008/2026-11-23", "adult"), ("~2009..2026/2026-11-23", "minor"),
        (None, "unk"), ("1906", "60p"),
    ],
)  # fmt: skip
def test_age_bands(stored: str | None, band: str) -> None:
    assert age_band(from_stored(stored), TODAY) == band


@pytest.mark.parametrize(
    ("stored", "minor"),
    [
        ("2008-11-24", True), ("2008-11-23", False), ("2008", None), ("2009", True), ("2007", False),
        ("~2011/2026-11-23", True), ("~2010/2026-11-23", None), ("~2007/2026-11-23", None),
        ("~2006/2026-11-23", False), ("~1906..2008/2026-11-23", False), ("~2009..2026/2026-11-23", True),
        ("~2006..2012/2026-11-23", None), (None, None),
    ],
)  # fmt: skip
def test_in_doubt_about_age_a_child(stored: str | None, minor: bool | None) -> None:
    birth = from_stored(stored)
    assert is_minor(birth, TODAY) is minor
    assert treat_as_child(birth, TODAY) is (minor is not False)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("1990", "1990, year only"),
        ("1990-05", "May 1990, day not known"),
        ("1990-05-02", "May 2, 1990"),
        ("~1986/2026-11-23", "about 40 years old on November 23, 2026"),
        ("~2026-10/2026-11-23", "about 1 month old on November 23, 2026"),
        ("~1986..1996/2026-11-23", "30 to 40 years old on November 23, 2026"),
        ("~1906..2008/2026-11-23", "adult, age not known, on November 23, 2026"),
        ("~2009..2026/2026-11-23", "child, age not known, on November 23, 2026"),
        (None, "birth date not known"),
    ],
)
def test_how_it_was_understood(stored: str | None, said: str) -> None:
    assert reading(from_stored(stored)) == said
