"""Heads counted at a landing and never named: in no cell of the matrix, so its notes say how many they are."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.kinds import ARRIVAL_GROUP, PERSON, SAME_AS
from shelterdesk.core.matrix import MatrixRow
from shelterdesk.office.matrix import long_matrix
from tests.stations import MORNING
from tests.sync.conftest import made_world, stick, world
from tests.sync.worlds import World, at, register

__all__ = ["made_world", "stick", "world"]

FIRST, LAST = date(2026, 11, 1), date(2027, 1, 31)


def told(two: int) -> str:
    return (
        f"{two} people were counted on arrival and not named, and are in no figure of this station and month"
    )


def counted(folder: Path, clock: SetClock, heads: int, named: int = 0, closed: str = "") -> list[str]:
    """A group counted now, some of them named; closed with a reason an hour later."""
    with at(folder, clock) as desk:
        values = {"head_count": heads, "arrived_at": clock.now(), "station": desk.who.station}
        with desk.store.write(desk.user) as event:
            group = event.create(ARRIVAL_GROUP, values)
        with desk.store.write(desk.user) as event:
            came = {"arrived_at": event.now, "arrival_group": group, "station": desk.who.station}
            people = [event.create(PERSON, {"given": f"N{n}", "sex": "F", **came}) for n in range(named)]
            if closed:
                event.set(ARRIVAL_GROUP, group, "closed_at", event.now + timedelta(hours=1))
                event.set(ARRIVAL_GROUP, group, "closed_reason", closed)
    return people


def brought(world: World, stick: Path, clock: SetClock) -> dict[str, list[MatrixRow]]:
    """What LB holds taken in at the office, with somebody of today; the rows of LB by month."""
    with at(world.lb, clock) as desk:
        register(desk, "Last")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        reader = office.reader()
        try:
            rows = long_matrix(reader, FIRST, LAST, clock.now().date(), "Central")
        finally:
            reader.close()
    found: dict[str, list[MatrixRow]] = {}
    for row in rows:
        if row.station == "LB":
            found.setdefault(row.period_start.isoformat()[:7], []).append(row)
    return found


def test_the_note_says_how_many_are_in_no_cell(world: World, stick: Path, clock: SetClock) -> None:
    counted(world.lb, clock, 5, named=3)
    clock.forward(timedelta(days=20))
    counted(world.lb, clock, 4, named=4)
    with at(world.lb, clock) as desk, desk.store.write(desk.user) as event:
        event.create(PERSON, {"given": "Eva", "nationality": ["VEN"], "arrived_at": MORNING, "station": "LB"})
    clock.forward(timedelta(days=40))
    made = brought(world, stick, clock)
    november = made["2026-11"]
    assert [row.total for row in november] == [3, 1]
    assert all(told(2) in row.note for row in november) and {row.status for row in november} == {"PR"}
    assert not any("counted" in row.note for month in ("2026-12", "2027-01") for row in made[month])


def test_a_month_that_is_whole_keeps_its_plain_figure(world: World, stick: Path, clock: SetClock) -> None:
    counted(world.lb, clock, 1, named=1)
    clock.forward(timedelta(days=20))
    counted(world.lb, clock, 3, named=2)
    clock.forward(timedelta(days=40))
    (december,) = brought(world, stick, clock)["2026-12"]
    assert (december.status, december.total) == ("", 2)
    assert december.note.startswith(
        "1 person was counted on arrival and not named, and is in no figure of this station and month"
    )


def test_a_month_of_heads_alone_is_no_zero(world: World, stick: Path, clock: SetClock) -> None:
    counted(world.lb, clock, 1, named=1)
    clock.forward(timedelta(days=20))
    counted(world.lb, clock, 6)
    clock.forward(timedelta(days=40))
    (december,) = brought(world, stick, clock)["2026-12"]
    assert (december.status, december.total) == ("ND", None)
    assert december.note == f"all entries are here; nobody was registered; {told(6)}"


@pytest.mark.parametrize(("reason", "is_told"), [("LEFT_BUS", True), ("counted twice", False)])
def test_who_never_was_there_is_not_told(
    world: World, stick: Path, clock: SetClock, reason: str, is_told: bool
) -> None:
    counted(world.lb, clock, 3, named=1, closed=reason)
    clock.forward(timedelta(days=40))
    (november,) = brought(world, stick, clock)["2026-11"]
    assert (told(2) in november.note) is is_told


def test_two_records_of_one_head_leave_another_unnamed(world: World, stick: Path, clock: SetClock) -> None:
    one, other = counted(world.lb, clock, 3, named=2)
    with at(world.lb, clock) as desk, desk.store.write(desk.user) as event:
        event.create(SAME_AS, {"person": one, "other": other, "verdict": "same", "decided_at": event.now})
    clock.forward(timedelta(days=40))
    (november,) = brought(world, stick, clock)["2026-11"]
    assert november.total == 1 and told(2) in november.note


def test_only_the_days_asked_for_count(world: World, stick: Path, clock: SetClock) -> None:
    counted(world.lb, clock, 3, named=1)
    with at(world.lb, clock) as desk:
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        reader = office.reader()
        try:
            day = clock.now().date()
            inside = long_matrix(reader, day, day, day, "Central")
            after = long_matrix(reader, day + timedelta(days=1), LAST, day, "Central")
        finally:
            reader.close()
    assert any(told(2) in row.note for row in inside)
    assert not any("counted" in row.note for row in after)
