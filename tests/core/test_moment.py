"""Moments at the ends of what a clock or another program may say: told where they can be, never a stop."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from shelterdesk.core.errors import BadField
from shelterdesk.core.lodging import by_code
from shelterdesk.core.moment import (
    from_milliseconds,
    known_moment,
    milliseconds,
    read_moment,
    said_moment,
    to_milliseconds,
)

ZONES = ("America/Panama", "Pacific/Kiritimati", "Etc/GMT+12")


@pytest.mark.parametrize("ms", [1 << 60, (1 << 63) - 1, -(1 << 63), -(1 << 45), 1 << 47])
def test_any_number_of_milliseconds_is_a_moment_in_every_zone(ms: int) -> None:
    found = from_milliseconds(ms)
    assert {found.astimezone(ZoneInfo(zone)).year for zone in ZONES} <= {1899, 1900, 2199, 2200}
    assert found == from_milliseconds(to_milliseconds(found))


def test_moments_within_the_years_are_told_as_they_are() -> None:
    for at in (datetime(1900, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)):
        assert from_milliseconds(to_milliseconds(at)) == at
        assert milliseconds(at.isoformat()) == to_milliseconds(at)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+00:00", "1899-12-31T23:00:00+00:00", "9999-12-31T23:59:59-12:00"]
)
def test_a_year_of_no_calendar_is_no_time(text: str) -> None:
    assert milliseconds(text) is None
    for read in (read_moment, said_moment):
        with pytest.raises(BadField, match="not of the years 1900 to 2199"):
            read(text, "America/Panama")


def test_codes_sort_by_their_numbers_however_many_digits() -> None:
    codes = ["A-10", "A-2", "A-" + "9" * 5_000, "A-²", "B"]
    assert sorted(codes, key=by_code) == ["A-2", "A-10", "A-" + "9" * 5_000, "A-²", "B"]


@pytest.mark.parametrize(
    "stored", [None, "", "yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+00:00"]
)
def test_a_stored_time_that_is_none_is_unknown(stored: str | None) -> None:
    assert known_moment(stored, "America/Panama") is None
