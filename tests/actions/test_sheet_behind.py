"""The people behind a difference, whatever was entered since the freezing: they add up to it, number by number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.sheet_pages import then_and_now
from shelterdesk.actions.sheet_people import has_people_behind, people_behind
from shelterdesk.actions.sheets import freeze_sheet
from shelterdesk.core.kinds import ARRIVAL_GROUP, PERSON
from shelterdesk.core.sheet_difference import PersonBehind
from tests.db.test_sheet_numbers import DAYS, FIRST, START, History, person, same

DAYS_OF_WEEK = [FIRST + timedelta(days=n) for n in range(DAYS)]


@pytest.fixture
def late(desk: Desk, clock: SetClock) -> Iterator[Desk]:
    """A desk after the week."""
    clock.set(START + timedelta(days=DAYS + 1))
    yield desk


def behind(desk: Desk, day: date, number: str) -> tuple[PersonBehind, ...]:
    return people_behind(desk, day, number).result


def heads_said(words: str) -> int:
    """How many *3 without a name* are."""
    return int(words.split()[0]) if words else 0


@pytest.mark.parametrize("seed", range(16))
def test_people_behind_add_up_to_the_difference(late: Desk, seed: int) -> None:
    """As many people as a number is off by, at least, and of its heads without a name exactly so many."""
    history = History(late, seed)
    history.play(40)
    for day in DAYS_OF_WEEK:
        freeze_sheet(late, day)
    history.play(14)
    if seed % 2:
        one, other = history.rng.sample(sorted(history.people), 2)
        same(late, one, other)
    for day in DAYS_OF_WEEK:
        both = then_and_now(late, day)
        assert both is not None
        for found in both.differences:
            if not has_people_behind(found.number) or found.number == "present_prev":
                continue
            if found.number in ("arrivals", "came", "corrections") and 0 in (
                both.then.arrivals,
                both.now.arrivals,
            ):
                continue  # fewer than nobody is said to have arrived in the corrections
            told = behind(late, day, found.number)
            heads = sum(heads_said(one.now) - heads_said(one.then) for one in told if one.ent is None)
            people = sum(1 for one in told if one.ent is not None)
            assert found.by is not None
            assert abs(found.by - heads) <= people, (day, found, told)


def test_a_person_taken_out_of_a_group_leaves_a_head_behind(late: Desk) -> None:
    with late.store.write(late.user) as event:
        group = event.create(ARRIVAL_GROUP, {"arrived_at": START, "head_count": 3, "station": "LB"})
    ana = person(late, START, arrival_group=group)
    freeze_sheet(late, FIRST)
    with late.store.write(late.user) as event:
        event.set(PERSON, ana, "arrival_group", None)
    both = then_and_now(late, FIRST)
    assert both is not None and (both.then.present, both.now.present) == (3, 4)
    (one,) = behind(late, FIRST, "present")
    assert (one.ent, one.then, one.now) == (None, "2 without a name", "3 without a name")


def test_behind_corrections_that_differ_are_those_of_since_alone(late: Desk) -> None:
    """What the day's own frozen sheet had among its corrections already makes no difference."""
    second = FIRST + timedelta(days=1)
    person(late, START, given="In time")
    freeze_sheet(late, FIRST)
    person(late, START, given="Before")
    assert [one.name for one in behind(late, second, "corrections")] == ["Before"], (
        "not frozen: behind the number"
    )
    freeze_sheet(late, second)
    person(late, START, given="Since")
    both = then_and_now(late, second)
    assert both is not None and (both.then.corrections, both.now.corrections) == (1, 2)
    assert [one.name for one in behind(late, second, "corrections")] == ["Since"]


def test_heads_that_never_were_there_are_behind_the_corrections(late: Desk) -> None:
    with late.store.write(late.user) as event:
        group = event.create(ARRIVAL_GROUP, {"arrived_at": START, "head_count": 4, "station": "LB"})
    second = FIRST + timedelta(days=1)
    freeze_sheet(late, second)
    with late.store.write(late.user) as event:
        event.set(ARRIVAL_GROUP, group, "closed_at", START + timedelta(days=1, hours=2))
        event.set(ARRIVAL_GROUP, group, "closed_reason", "counted twice")
    both = then_and_now(late, second)
    assert both is not None and (both.then.corrections, both.now.corrections) == (0, -4)
    (one,) = behind(late, second, "corrections")
    assert (one.then, one.now) == ("4 without a name", "0 without a name")
