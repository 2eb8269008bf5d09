"""Another change hour between two days: every hour is counted once, and what was frozen stays as it was counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.sheet_pages import days_chart, internal_page, then_and_now
from shelterdesk.actions.sheet_people import people_behind
from shelterdesk.actions.sheets import freeze_missing, freeze_sheet, sheet_numbers
from shelterdesk.actions.station_facts import change_station, station_facts
from shelterdesk.core.kinds import DAILY_SHEET
from tests.actions.at_site import person

DAY = date(2026, 11, 24)
SIX = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
"""The change hour of the 24th."""


def set_hour(desk: Desk, hour: int) -> None:
    reader = desk.reader()
    facts = station_facts(reader)
    reader.close()
    change_station(desk, replace(facts, change_hour=hour))


@pytest.mark.parametrize("hour", [0, 5, 8, 12])
def test_every_hour_is_of_one_sheet(desk: Desk, clock: SetClock, hour: int) -> None:
    for n in range(36):
        person(desk, given=f"H{n}", arrived_at=SIX - timedelta(hours=20 - n))
    clock.set(SIX + timedelta(hours=13))
    freeze_sheet(desk, DAY)
    set_hour(desk, hour)
    both = then_and_now(desk, DAY)
    assert both is not None and both.differences == () and both.then.arrivals == 20
    clock.set(SIX + timedelta(days=2, hours=20))
    days = [both.then, *(one.sheet for one in freeze_missing(desk).result)]
    assert len(days) == 3 and all(one.to_at == other.from_at for one, other in pairwise(days))
    assert sum(one.arrivals for one in days) == 36 and all(one.corrections == 0 for one in days)
    assert days[1].to_at[11:13] == f"{hour:02d}"
    assert internal_page(desk, DAY).to_at == both.then.to_at


def test_a_late_entry_of_a_day_frozen_by_the_old_hour(desk: Desk, clock: SetClock) -> None:
    person(desk, given="Early")
    clock.set(SIX + timedelta(hours=1))
    person(desk, given="Next", arrived_at=SIX + timedelta(minutes=30))
    freeze_sheet(desk, DAY)
    set_hour(desk, 8)
    person(desk, given="Late", arrived_at=SIX - timedelta(minutes=30))
    person(desk, given="Other", arrived_at=SIX + timedelta(minutes=40))
    both = then_and_now(desk, DAY)
    assert both is not None and {one.number: one.by for one in both.differences}["present"] == 1
    assert [one.name for one in people_behind(desk, DAY, "arrivals").result] == ["Late"]


def test_a_day_left_out_ends_where_the_next_frozen_one_began(desk: Desk, clock: SetClock) -> None:
    clock.set(SIX + timedelta(days=1, minutes=5))
    freeze_sheet(desk, DAY + timedelta(days=1))
    set_hour(desk, 9)
    person(desk, arrived_at=SIX + timedelta(hours=2))
    assert sheet_numbers(desk, DAY).to_at[11:13] == "06"
    known = {one.day: one.arrivals for one in days_chart(desk, DAY).points}
    assert known[DAY] == 0


def test_limits_no_hour_could_make_are_not_followed(desk: Desk, clock: SetClock) -> None:
    clock.set(SIX + timedelta(minutes=5))
    made = sheet_numbers(desk, DAY)
    with desk.store.write(desk.user) as event:
        for to_at in ("2031-01-01T06:00:00-05:00[America/Panama]", "never"):
            numbers = replace(made, to_at=to_at).to_json()
            event.create(DAILY_SHEET, {"day": DAY.isoformat(), "numbers": numbers, "frozen_at": event.now})
    assert sheet_numbers(desk, DAY).to_at == made.to_at
    clock.forward(timedelta(days=1))
    assert sheet_numbers(desk, DAY + timedelta(days=1)).from_at == made.to_at
