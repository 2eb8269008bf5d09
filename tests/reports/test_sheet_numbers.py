"""The arithmetic of the daily sheet and of places."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.birth import age_band, from_stored
from shelterdesk.core.errors import DamagedFile
from shelterdesk.core.sheet import (
    Capacity,
    DailySheet,
    FacilityFigures,
    Nationalities,
    NationalityCount,
    SexAgeTable,
    SheetBand,
    capacity_of,
    capacity_of_site,
    sheet_from_json,
)
from shelterdesk.core.vocabulary import Missing, Sex
from tests.reports.made import daily_sheet

counts = st.integers(min_value=0, max_value=5000)


@pytest.mark.parametrize(
    ("capacity", "occupied", "blocked", "is_open", "expected"),
    [
        (100, 90, 0, True, Capacity(100, 0, 90, 10, 0, 10, 90)),
        (100, 90, 4, True, Capacity(100, 4, 90, 10, 0, 6, 93)),  # 90 of 96, floored
        (100, 100, 0, True, Capacity(100, 0, 100, 0, 0, 0, 100)),
        (3, 2, 0, True, Capacity(3, 0, 2, 1, 0, 1, 66)),
        (100, 98, 10, True, Capacity(100, 2, 98, 2, 0, 0, 100)),  # people on blocked places have them
        (100, 131, 5, True, Capacity(100, 0, 131, 0, 31, 0, 131)),
        (100, 7, 0, False, Capacity(0, 0, 7, 0, 7, 0, None)),  # closed, its last people still in it
        (0, 0, 0, True, Capacity(0, 0, 0, 0, 0, 0, 0)),
        (10, 0, 10, True, Capacity(10, 10, 0, 10, 0, 0, 0)),
    ],
)
def test_places_of_a_unit(
    capacity: int, occupied: int, blocked: int, is_open: bool, expected: Capacity
) -> None:
    assert capacity_of(capacity, occupied, blocked, is_open) == expected


@given(counts, counts, counts, st.booleans())
def test_places_of_any_unit_add_up(capacity: int, occupied: int, blocked: int, is_open: bool) -> None:
    unit = capacity_of(capacity, occupied, blocked, is_open)
    assert unit.capacity - unit.occupied == unit.free - unit.excess
    assert unit.allocable + unit.blocked == unit.free
    assert min(unit.free, unit.excess) == 0
    if unit.percent is not None and unit.percent >= 100:
        assert unit.allocable == 0, "100 % means really full"


@given(st.lists(st.tuples(counts, counts, counts, st.booleans()), max_size=6))
def test_a_site_has_no_more_room_than_its_people_leave(units: list[tuple[int, int, int, bool]]) -> None:
    every = [capacity_of(*unit) for unit in units]
    site = capacity_of_site(every)
    assert site.occupied == sum(unit.occupied for unit in every)
    assert site.free == max(0, sum(unit.free for unit in every) - site.excess)
    assert 0 <= site.allocable <= site.free


@given(st.lists(st.lists(st.tuples(counts, counts, counts, st.booleans()), max_size=4), max_size=4))
def test_blocks_summed_give_what_their_units_give(blocks: list[list[tuple[int, int, int, bool]]]) -> None:
    every = [[capacity_of(*unit) for unit in block] for block in blocks]
    summed = capacity_of_site(capacity_of_site(block) for block in every)
    assert summed == capacity_of_site(unit for block in every for unit in block)


def test_people_crowded_into_two_beds_leave_the_others_free() -> None:
    rooms = [[capacity_of(1, people, 0, True) for people in room] for room in ((2, 2, 0, 0), (0, 0, 0, 0))]
    block = capacity_of_site(capacity_of_site(room) for room in rooms)
    site = capacity_of_site([block])
    assert (block.free, site.free, site.excess) == (4, 4, 2)


def test_negative_places_are_a_bug() -> None:
    with pytest.raises(ValueError, match="negative"):
        capacity_of(-1, 0, 0, True)


@given(
    st.tuples(*[counts] * 10),
    st.integers(min_value=-50, max_value=50),
    st.integers(min_value=-20, max_value=20),
)
def test_the_difference_is_what_the_balance_lacks(moved: tuple[int, ...], corrections: int, off: int) -> None:
    previous, arrivals, births, moved_in, returned, bus, other, absences, deaths, moved_out = moved
    expected = (
        previous + arrivals + births + moved_in + returned - bus - other - absences - deaths - moved_out
    ) + corrections
    sheet = dataclasses.replace(
        daily_sheet(), present_prev=previous, arrivals=arrivals, births=births, moved_in=moved_in,
        returned=returned, departures_bus=bus, departures_other=other, absences=absences, deaths=deaths,
        moved_out=moved_out, corrections=corrections, present=expected + off,
    )  # fmt: skip
    assert sheet.difference == off
    assert sheet.to_json()["difference"] == off


people = st.lists(st.tuples(st.sampled_from(list(Sex)), st.sampled_from(list(SheetBand))), max_size=60)


@given(people)
def test_a_table_counts_everybody_once(who: list[tuple[Sex, SheetBand]]) -> None:
    table = SexAgeTable.of(who)
    assert table.total == len(who) == sum(map(table.of_sex, Sex)) == sum(map(table.of_band, SheetBand))
    for sex in Sex:
        for band in SheetBand:
            assert table.cell(sex, band) == who.count((sex, band))


def test_a_table_of_another_shape_is_a_bug() -> None:
    with pytest.raises(ValueError, match="cells"):
        SexAgeTable(((1, 2),))


@pytest.mark.parametrize(
    "birth",
    [
        None,
        "2026",
        "2020",
        "2012",
        "1990",
        "1950",
        "~1986/2026-11-23",
        "2008",
        "1966",
        "~2009..2019/2026-11-23",
    ],
)
def test_every_band_of_an_age_is_a_column(birth: str | None) -> None:
    assert SheetBand(age_band(from_stored(birth), date(2026, 11, 23)))


nationality_lists = st.lists(
    st.tuples(st.sampled_from(["VEN", "HTI", "COL", "CHN", "AFG", "XXX", "XXA", "ECU"]), counts),
    unique_by=lambda one: one[0],
)


@given(nationality_lists, st.integers(min_value=1, max_value=6))
def test_folding_nationalities_loses_nobody(listed: list[tuple[str, int]], limit: int) -> None:
    every = Nationalities(tuple(NationalityCount(code, code, count) for code, count in listed))
    folded = every.within(limit)
    assert folded.total == every.total
    assert len(folded.shown) <= limit
    assert len(folded.shown) + folded.rest_kinds == sum(1 for _, count in listed if count)
    unknown = dict(listed).get("XXX", 0)
    assert ("XXX" in [one.code for one in folded.shown]) == bool(unknown)


def test_the_largest_come_first_and_ties_are_settled_by_code() -> None:
    every = Nationalities(
        tuple(NationalityCount(code, code, n) for code, n in (("B", 2), ("A", 2), ("C", 9)))
    )
    assert [one.code for one in every.within(2).shown] == ["C", "A"]


@pytest.mark.parametrize(
    "make", [daily_sheet, lambda: daily_sheet(many_blocks=0, silent=(), nationalities=())]
)
def test_a_frozen_sheet_comes_back_as_it_was(make: object) -> None:
    assert callable(make)
    sheet: DailySheet = make()
    document = json.loads(json.dumps(sheet.to_json()))
    assert sheet_from_json(document) == sheet
    assert document["facilities"]["showers_f"] == {"missing": "not_measured"}
    assert document["facilities"].get("taps") in (0, 16), "a measured zero is a number"


@pytest.mark.parametrize(
    "change",
    [{"present": "12"}, {"present": None}, {"blocks": {}}, {"service_day": "yesterday"}, {"sex_age": {}},
     {"facilities": {"taps": {"missing": "lost"}}}, {"nationalities": []}, {"silent_desks": [1]}],
)  # fmt: skip
def test_a_sheet_that_is_not_whole_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(DamagedFile):
        sheet_from_json(daily_sheet().to_json() | change)
    with pytest.raises(DamagedFile):
        sheet_from_json({})


def test_what_was_not_measured_is_not_zero() -> None:
    assert FacilityFigures().toilets_f is Missing.NOT_MEASURED


def test_people_without_a_place_and_places_without_people() -> None:
    sheet = daily_sheet()
    assert sheet.without_a_place == sheet.present - sheet.site.occupied
    assert sheet.occupancy_percent == sheet.present * 100 // (sheet.site.capacity - sheet.site.blocked)
    assert daily_sheet(many_blocks=0).occupancy_percent is None
