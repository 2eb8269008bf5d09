"""What the long matrix may say of a month: nothing is a zero that not every desk of the station has told."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.revoking import revoke_desk
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.kinds import SETTING
from shelterdesk.core.matrix import MatrixRow
from shelterdesk.office.matrix import long_matrix
from tests.stations import MORNING
from tests.sync.conftest import made_world, stick, world
from tests.sync.worlds import World, at, join, register

__all__ = ["made_world", "stick", "world"]

FIRST, LAST = date(2026, 12, 1), date(2027, 4, 30)


@pytest.fixture
def second(world: World, clock: SetClock, tmp_path: Path) -> Path:
    """A second desk of station LB, ``LB1A``, with somebody registered in December and nothing sent yet."""
    folder = tmp_path / "second"
    join(world.lb, folder, clock)
    with at(folder, SetClock(clock.now() + timedelta(days=20))) as desk:
        register(desk, "Zoe")
    return folder


def work(folder: Path, clock: SetClock, *days: int) -> None:
    """Somebody registered after so many days each, by the clock that is moved on."""
    for many in days:
        clock.forward(timedelta(days=many))
        with at(folder, clock) as desk:
            register(desk, "Ana")


def cells(world: World, stick: Path, clock: SetClock) -> dict[str, MatrixRow]:
    """The stick taken in at the office, and what its matrix says today of the months of LB."""
    with at(world.office, clock) as office:
        import_from(office, stick)
        reader = office.reader()
        try:
            rows = long_matrix(reader, FIRST, LAST, clock.now().date(), "Central")
        finally:
            reader.close()
    return {row.period_start.isoformat()[:7]: row for row in rows if row.station == "LB"}


def sent(folder: Path, stick: Path, clock: SetClock) -> None:
    """A desk writes the stick."""
    with at(folder, clock) as desk:
        export_bundle(desk, stick)


def test_a_desk_never_heard_makes_no_zero(world: World, second: Path, stick: Path, clock: SetClock) -> None:
    work(world.lb, clock, 0, 70)
    sent(world.lb, stick, clock)
    made = cells(world, stick, clock)
    assert (made["2026-12"].status, made["2026-12"].total) == ("ND", None)
    assert made["2026-12"].note == "nothing has come in from: LB1A"
    assert (made["2027-02"].status, made["2027-02"].total) == ("PR", 1)
    sent(second, stick, SetClock(MORNING + timedelta(days=20)))
    made = cells(world, stick, clock)
    assert (made["2026-12"].status, made["2026-12"].total) == ("PR", 1)
    assert "heard up to 2026-12-13" in made["2026-12"].note


def test_the_desk_heard_least_says_how_far(world: World, second: Path, stick: Path, clock: SetClock) -> None:
    work(world.lb, clock, 0, 110)
    work(second, clock, 0)
    for folder in (world.lb, second):
        sent(folder, stick, clock)
    work(world.lb, clock, 35)
    sent(world.lb, stick, clock)
    made = cells(world, stick, clock)
    assert [(month, made[month].status) for month in ("2026-12", "2027-01", "2027-02", "2027-03")] == [
        ("2026-12", ""), ("2027-01", "0"), ("2027-02", "0"), ("2027-03", "PR"),
    ]  # fmt: skip
    assert "heard up to 2027-03-13" in made["2027-03"].note


def test_of_a_revoked_desk_nothing_more_is_awaited(
    world: World, second: Path, stick: Path, clock: SetClock
) -> None:
    with at(world.lb, clock) as desk:
        revoke_desk(desk, "LB1A")
    work(world.lb, clock, 0, 70)
    sent(world.lb, stick, clock)
    assert (made := cells(world, stick, clock)["2026-12"]).status == "0" and made.total == 0
    later = SetClock(clock.now() + timedelta(days=10))
    work(second, later, 0)  # whoever has it goes on writing: not heard, and no measure for anything
    sent(second, stick, later)
    assert cells(world, stick, later)["2027-03"].status == "ND"


@pytest.mark.parametrize("ahead", [300, 1_500])
def test_a_clock_set_ahead_says_nothing_of_months_to_come(
    world: World, stick: Path, clock: SetClock, ahead: int
) -> None:
    """Within a year the desk cannot know its clock is wrong, beyond that it marks what it enters."""
    work(world.lb, clock, 0)
    far = SetClock(clock.now() + timedelta(days=ahead))
    work(world.lb, far, 0)
    sent(world.lb, stick, far)
    made = cells(world, stick, clock)
    assert {row.status for row in made.values()} == {"ND"} and len(made) == 5
    assert {row.total for row in made.values()} == {None}


def test_months_after_the_making_are_not_zero(world: World, stick: Path, clock: SetClock) -> None:
    """The office's own clock may have run ahead when it heard the desk: the day of making still holds."""
    work(world.lb, clock, 0)
    far = SetClock(clock.now() + timedelta(days=100))
    work(world.lb, far, 0)
    sent(world.lb, stick, far)
    with at(world.office, far) as office:
        import_from(office, stick)
    made = cells(world, stick, clock)
    assert {row.status for month, row in made.items() if month != "2027-03"} == {"ND"}


def test_a_mark_of_that_shape_inside_a_value_is_no_doubt(world: World, stick: Path, clock: SetClock) -> None:
    work(world.lb, clock, 0)
    clock.forward(timedelta(days=70))
    with at(world.lb, clock) as desk:
        register(desk, '"q":true')
        with desk.store.write(desk.user) as event:
            event.create(SETTING, {"key": "k", "value": {"q": True}})
    sent(world.lb, stick, clock)
    assert cells(world, stick, clock)["2026-12"].status == "0"
