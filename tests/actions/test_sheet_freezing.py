"""Sheets that froze themselves: which days, in whose log-in, what counts when somebody signs, what others believe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shelterdesk.actions.checking import check_folder
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.offices import new_office
from shelterdesk.actions.sheet_pages import posting_copy
from shelterdesk.actions.sheets import (
    MOST_DAYS_BACK,
    days_to_freeze,
    freeze_missing,
    freeze_next_missing,
    freeze_sheet,
    frozen_sheet,
    sheet_numbers,
)
from shelterdesk.actions.station import StationPlanned, new_station
from shelterdesk.actions.station_facts import change_station, station_facts
from shelterdesk.core.errors import NotAllowed, Refused
from shelterdesk.core.event import row_op
from shelterdesk.core.kinds import DAILY_SHEET, SETTING
from shelterdesk.core.sheet import DailySheet
from shelterdesk.core.sheet_settings import MORNING_HOURS
from shelterdesk.core.words import language
from shelterdesk.db.sheet import frozen_versions
from shelterdesk.startup import use_language
from tests.actions.at_site import hear, moved, person, second_desk
from tests.stations import CHEAP, MORNING, PASSPHRASE

FIRST = date(2026, 11, 24)
"""The first sheet there can be: the station was made on the 23rd at eight."""


def sheet_of(desk: Desk, day: date) -> DailySheet:
    reader = desk.reader()
    try:
        held = frozen_sheet(reader, day)
    finally:
        reader.close()
    assert held is not None
    return held.sheet


@contextmanager
def as_user(folder: Path, name: str, clock: SetClock) -> Iterator[Desk]:
    desk = open_desk(folder, name, PASSPHRASE, clock)
    try:
        yield desk
    finally:
        desk.close()


def test_nothing_is_frozen_of_a_day_that_lasts_or_of_this_morning(desk: Desk, clock: SetClock) -> None:
    person(desk)
    assert days_to_freeze(desk) == []
    clock.set(datetime(2026, 11, 24, 11, 4, tzinfo=UTC))  # 06:04 of the 24th: the supervisor's to sign
    assert days_to_freeze(desk) == [] and freeze_next_missing(desk).result is None
    clock.set(datetime(2026, 11, 24, 17, 0, tzinfo=UTC))  # noon: the morning is over
    assert days_to_freeze(desk) == [FIRST]


def test_how_long_a_morning_lasts_is_a_setting(desk: Desk, clock: SetClock) -> None:
    with desk.store.write(desk.user) as event:
        event.create(SETTING, {"key": MORNING_HOURS, "value": 0, "valid_from": "2026-11-01"})
    clock.set(datetime(2026, 11, 24, 11, 0, tzinfo=UTC))
    assert days_to_freeze(desk) == [FIRST]


def test_every_missing_day_is_frozen_on_its_own(desk: Desk, clock: SetClock) -> None:
    ana, _ = person(desk)
    clock.set(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    moved(desk, ana, "DEPARTED_BUS")
    clock.set(datetime(2026, 11, 27, 20, 0, tzinfo=UTC))
    done = freeze_missing(desk).result
    assert [one.sheet.service_day.day for one in done] == [24, 25, 26, 27]
    assert [one.sheet.present for one in done] == [1, 1, 0, 0]
    assert [one.sheet.departures_bus for one in done] == [0, 0, 1, 0]
    assert all(one.sheet.automatic and not one.sheet.difference for one in done)
    assert freeze_missing(desk).result == () and days_to_freeze(desk) == []
    reader = desk.reader()
    held = frozen_sheet(reader, FIRST)
    reader.close()
    assert held is not None and (held.automatic, held.signed_by) == (True, "")
    assert held.written_by == desk.user.id and held.frozen_at is not None
    assert held.frozen_at.startswith("2026-11-27T15:00:00-05:00")
    assert posting_copy(desk, FIRST).provisional, "nobody has signed it: on the wall it is provisional"
    clock.forward(timedelta(minutes=1))
    freeze_sheet(desk, FIRST)
    assert not posting_copy(desk, FIRST).provisional


def test_a_hole_between_signed_days_is_filled(desk: Desk, clock: SetClock) -> None:
    clock.set(datetime(2026, 11, 26, 12, 0, tzinfo=UTC))
    freeze_sheet(desk, FIRST)
    freeze_sheet(desk, FIRST + timedelta(days=2))
    assert days_to_freeze(desk) == [FIRST + timedelta(days=1)]


def test_of_a_station_without_sheets_only_the_last_days_are_frozen(desk: Desk, clock: SetClock) -> None:
    clock.forward(timedelta(days=400))
    found = days_to_freeze(desk)
    assert len(found) == MOST_DAYS_BACK and found[-1] == FIRST + timedelta(days=399 - 1)
    freeze_sheet(desk, FIRST)
    assert days_to_freeze(desk)[0] == FIRST + timedelta(days=1)


def test_an_arrival_typed_years_ago_begins_no_records(desk: Desk, clock: SetClock) -> None:
    person(desk, arrived_at=datetime(2019, 1, 1, tzinfo=UTC))
    clock.set(datetime(2026, 11, 24, 20, 0, tzinfo=UTC))
    assert days_to_freeze(desk) == [FIRST]


@pytest.mark.parametrize("name", ["operator", "counter", "gate"])
def test_in_anybodys_log_in_and_the_check_agrees(station_folder: Path, clock: SetClock, name: str) -> None:
    clock.set(datetime(2026, 11, 24, 20, 0, tzinfo=UTC))
    with as_user(station_folder, name, clock) as desk:
        assert [one.sheet.service_day for one in freeze_missing(desk).result] == [FIRST]
        with pytest.raises(NotAllowed):
            freeze_sheet(desk, FIRST)
    with as_user(station_folder, "admin", clock) as admin:
        assert check_folder(admin).result.is_whole
        assert sheet_of(admin, FIRST).automatic


@pytest.mark.parametrize(
    "values",
    [
        {"signed_by": "Luz"},
        {"automatic": False},
        {"automatic": True, "signed_by": "Luz"},
        {},
    ],
)
def test_an_operator_writes_no_other_sheet(
    operator_desk: Desk, clock: SetClock, values: dict[str, object]
) -> None:
    with pytest.raises(NotAllowed), operator_desk.store.write(operator_desk.user) as event:
        event.create(DAILY_SHEET, {"day": "2026-11-24", "numbers": {"a": 1}, **values})


def test_an_operator_changes_no_sheet_either(station_folder: Path, clock: SetClock) -> None:
    clock.set(datetime(2026, 11, 24, 20, 0, tzinfo=UTC))
    with as_user(station_folder, "operator", clock) as desk:
        ent = freeze_missing(desk).result[0].ent
        with pytest.raises(NotAllowed), desk.store.write(desk.user) as event:
            event.set(DAILY_SHEET, ent, "signed_by", "Luz")
        with pytest.raises(NotAllowed), desk.store.write(desk.user) as event:
            event.void(DAILY_SHEET, ent, "no")


def test_a_signed_sheet_takes_the_place_and_both_are_kept(desk: Desk, clock: SetClock) -> None:
    person(desk)
    clock.set(datetime(2026, 11, 24, 20, 0, tzinfo=UTC))
    first = freeze_missing(desk).result[0]
    person(desk, arrived_at=MORNING)
    clock.forward(timedelta(minutes=5))
    signed = freeze_sheet(desk, FIRST).result
    assert (first.sheet.present, signed.sheet.present) == (1, 2)
    assert sheet_of(desk, FIRST) == signed.sheet and not signed.sheet.automatic
    versions = frozen_versions(desk.store.conn, FIRST)
    assert [(one.ent, one.automatic) for one in versions] == [(signed.ent, False), (first.ent, True)]
    with pytest.raises(Refused):
        freeze_sheet(desk, FIRST)
    clock.set(datetime(2026, 11, 25, 20, 0, tzinfo=UTC))
    assert sheet_numbers(desk, FIRST + timedelta(days=1)).present_prev == 2


def test_two_desks_apart_make_one_truth(desk: Desk, clock: SetClock, tmp_path: Path) -> None:
    other = second_desk(desk, tmp_path / "other")
    person(desk)
    clock.set(datetime(2026, 11, 24, 20, 0, tzinfo=UTC))
    here = freeze_missing(desk).result[0]
    clock.forward(timedelta(minutes=3))
    other.user = next(user for user in other.roster.users.values() if user.name == "operator")
    there = freeze_missing(other).result[0]
    assert (here.sheet.present, there.sheet.present) == (1, 0) and there.sheet.silent_desks
    hear(desk, other)
    hear(other, desk)
    for one in (desk, other):
        assert [v.ent for v in frozen_versions(one.store.conn, FIRST)] == [here.ent, there.ent]
        # The other desk's line has no signed head here, which the check says; nothing else is amiss.
        assert {found.code for found in check_folder(one).result.before.findings} <= {"unsigned"}
    other.user = desk.user
    clock.forward(timedelta(minutes=3))
    signed = freeze_sheet(other, FIRST).result
    hear(desk, other)
    assert [v.ent for v in frozen_versions(desk.store.conn, FIRST)] == [signed.ent, here.ent, there.ent]
    other.close()


def test_a_sheet_an_operator_signed_apart_is_set_aside(desk: Desk, clock: SetClock, tmp_path: Path) -> None:
    """What a desk with a changed program writes: other desks judge it by the same rule."""
    other = second_desk(desk, tmp_path / "other")
    clock.set(datetime(2026, 11, 24, 20, 0, tzinfo=UTC))
    operator = next(user for user in other.roster.users.values() if user.name == "operator")
    numbers: dict[str, object] = {"day": FIRST.isoformat(), "numbers": {}}
    admin_too: dict[str, object] = {"automatic": True, "signed_by": "Luz", **numbers}
    with other.store.write(other.user) as event:
        event.user = operator  # past the rule of the writing side
        made = [
            row_op(DAILY_SHEET.number, bytes([n]) * 16, fields_of(values))
            for n, values in enumerate([numbers, admin_too, {"automatic": True, **numbers}])
        ]
        lines = [event._events([[op]])[0] for op in made]
    taken = [desk.store.take_in([line]).set_aside for line in lines]
    assert taken == [1, 1, 0]


def fields_of(values: dict[str, object]) -> dict[int, object]:
    """Values by the numbers of their fields."""
    return {DAILY_SHEET.field(name).number: value for name, value in values.items()}


def test_an_office_freezes_nothing(tmp_path: Path, clock: SetClock) -> None:
    office = new_office(tmp_path / "office", "Central", "chief", PASSPHRASE, clock, cost=CHEAP).desk
    clock.forward(timedelta(days=5))
    assert freeze_missing(office).result == ()
    office.close()


ZONES = [
    ("Europe/Madrid", date(2026, 3, 29), 6, 23),
    ("Europe/Madrid", date(2026, 10, 25), 6, 25),
    ("America/New_York", date(2026, 3, 8), 6, 23),
    ("America/New_York", date(2026, 11, 1), 6, 25),
    # The clock changes at the very hour at which the day does.
    ("America/New_York", date(2026, 3, 8), 2, 24),
    ("America/New_York", date(2026, 3, 9), 2, 23),
    ("America/Havana", date(2026, 11, 1), 0, 24),
    ("America/Panama", date(2026, 3, 8), 6, 24),
]


@pytest.mark.parametrize(("zone", "day", "hour", "length"), ZONES)
def test_days_of_23_and_25_hours(tmp_path: Path, zone: str, day: date, hour: int, length: int) -> None:
    before = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)) - timedelta(days=2)
    clock = SetClock(before.astimezone(UTC))
    made = new_station(
        tmp_path / "st", StationPlanned("LB", "Lajas Blancas", "ESP", zone, "admin"), PASSPHRASE, clock, CHEAP
    )
    desk = made.desk
    reader = desk.reader()
    facts = station_facts(reader)
    reader.close()
    change_station(desk, replace(facts, change_hour=hour))
    start = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)) - timedelta(days=1)
    begin, end = start.astimezone(UTC), (start + timedelta(days=1)).astimezone(UTC)
    clock.set(end + timedelta(days=2, hours=12))
    for at in (begin - timedelta(seconds=1), begin, end - timedelta(seconds=1), end):
        person(desk, arrived_at=at)
    sheet = sheet_numbers(desk, day)
    assert (end - begin) == timedelta(hours=length)
    assert (sheet.present_prev, sheet.arrivals, sheet.present, sheet.difference) == (1, 2, 3, 0)
    days = [one.sheet for one in freeze_missing(desk).result]
    assert [b.service_day - a.service_day for a, b in pairwise(days)] == [timedelta(1)] * (len(days) - 1)
    assert all(a.to_at == b.from_at and a.present == b.present_prev for a, b in pairwise(days))
    assert sum(one.arrivals for one in days) == 4
    desk.close()


def test_a_desk_that_came_later_freezes_what_the_others_left(
    desk: Desk, clock: SetClock, tmp_path: Path
) -> None:
    """Its own line begins today; those it has taken in began before."""
    person(desk)
    clock.set(datetime(2026, 11, 26, 20, 0, tzinfo=UTC))
    late = second_desk(desk, tmp_path / "late")
    assert [one.sheet.service_day.day for one in freeze_missing(late).result] == [24, 25, 26]
    late.close()


def test_a_clock_that_ran_ahead_freezes_nothing_for_good(desk: Desk, clock: SetClock, tmp_path: Path) -> None:
    ahead = second_desk(desk, tmp_path / "ahead")
    ahead.store.clock = SetClock(datetime(2026, 12, 20, 20, 0, tzinfo=UTC))
    early = {one.sheet.service_day: one.ent for one in freeze_missing(ahead).result}
    hear(desk, ahead)
    ahead.close()
    person(desk)
    clock.set(datetime(2026, 11, 24, 20, 0, tzinfo=UTC))
    (again,) = freeze_missing(desk).result
    assert again.sheet.service_day == FIRST and again.sheet.present == 1
    assert [one.ent for one in frozen_versions(desk.store.conn, FIRST)] == [again.ent, early[FIRST]]
    assert freeze_missing(desk).result == ()


def test_under_a_doubted_clock_nothing_is_frozen(desk: Desk, clock: SetClock, station_folder: Path) -> None:
    person(desk)
    desk.close()
    clock.forward(timedelta(days=500))
    with as_user(station_folder, "admin", clock) as late:
        assert late.store.clock_doubt and days_to_freeze(late) and freeze_missing(late).result == ()


def test_a_frozen_sheet_speaks_the_language_it_is_read_in(desk: Desk, clock: SetClock) -> None:
    """Numbers stay as they were; the names of countries, of the set and of the program are words of today's."""
    person(desk, nationality=["HTI"])
    clock.set(datetime(2026, 11, 24, 20, 0, tzinfo=UTC))
    before = language()
    use_language("es")
    try:
        (one,) = freeze_missing(desk).result
        assert one.sheet.nationalities.shown[0].name == "Haití"
    finally:
        use_language(before)
    held = sheet_of(desk, FIRST)
    assert [nation.name for nation in held.nationalities.shown] == ["Haiti"]
    assert (held.generated_by, held.standard_set) == ("the program", "Transit or reception centre · v1")
