"""Days as they are read and typed: the day first, ISO understood too, months in the language spoken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.words import speak
from shelterdesk.startup import use_language
from shelterdesk.ui.dates import day_words, iso_day_words, month_words, read_day, typed_day, when

NOW = datetime(2026, 11, 23, 17, 31, tzinfo=UTC)  # 12:31 in Panama


@pytest.fixture
def spanish() -> Iterator[None]:
    use_language("es")
    yield
    speak("en")


@given(st.dates(min_value=date(1000, 1, 1)))
def test_what_stands_in_a_field_is_read_back(day: date) -> None:
    assert read_day(typed_day(day)) == day == read_day(day.isoformat())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("3/2/2026", date(2026, 2, 3)), (" 23-11-2026 ", date(2026, 11, 23)), ("23.11.2026", date(2026, 11, 23)),
     ("31/2/2026", None), ("2026/11/23", None), ("", None), ("23 November", None)],
)  # fmt: skip
def test_the_day_stands_first(typed: str, meant: date | None) -> None:
    assert read_day(typed) == meant


def test_days_are_said_in_the_language_spoken(spanish: None) -> None:
    assert day_words(date(2026, 11, 3), NOW) == "3 nov"
    assert day_words(date(2025, 11, 3), NOW) == "3 nov 2025"
    assert month_words(date(2026, 11, 3)) == "nov 2026"
    assert iso_day_words("2026-11-03", NOW) == "3 nov" and iso_day_words("unknown") == "unknown"


def test_a_moment_is_the_time_today_and_else_the_day(spanish: None) -> None:
    assert when("2026-11-23T08:14:00-05:00[America/Panama]", NOW, "America/Panama") == "08:14"
    assert when("2026-11-20T08:14:00-05:00[America/Panama]", NOW, "America/Panama") == "20 nov"
    assert when(None, NOW, "America/Panama") == ""
