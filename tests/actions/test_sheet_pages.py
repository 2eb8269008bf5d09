"""Then and now, the chart, the copy for the wall, the supervisor's page, and the names behind their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.access import who_looked
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.counter import serve
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.lodging import give_place
from shelterdesk.actions.sheet_pages import days_chart, internal_page, posting_copy, then_and_now
from shelterdesk.actions.sheet_people import has_people_behind, people_behind, people_of_count
from shelterdesk.actions.sheets import freeze_missing, freeze_sheet, sheet_numbers
from shelterdesk.core.errors import BadField, NotAllowed, NotFound
from shelterdesk.core.kinds import FACILITY_DAY, MOVEMENT, PERSON, PLACE, SAME_AS, SETTING, STAY
from shelterdesk.core.sheet_difference import Difference, differences, number_said, numbers_of
from shelterdesk.core.sheet_internal import Behind
from shelterdesk.core.sheet_settings import LONG_STAY_DAYS, OUTSIDE_HOURS
from shelterdesk.core.standards import Verdict
from tests.actions.at_site import group, hear, moved, person, second_desk, with_plan
from tests.stations import MORNING, PASSPHRASE

DAY = date(2026, 11, 24)
SIX = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
"""The change hour of the 24th."""


@pytest.fixture
def frozen(desk: Desk, clock: SetClock) -> Iterator[Desk]:
    """A day with three people in beds and a group of three heads, frozen at 06:05."""
    with_plan(desk)
    for n, place in enumerate(("A-1-1", "A-2", "B-1")):
        ent, number = person(desk, given=f"P{n}", nationality=["HTI" if n else "VEN"])
        give_place(desk, number and ent and number, place)
    group(desk, 3)
    clock.set(SIX + timedelta(minutes=5))
    freeze_sheet(desk, DAY)
    clock.forward(timedelta(hours=2))
    yield desk


def number_of(desk: Desk, given: str) -> tuple[str, str]:
    row = desk.store.conn.execute("SELECT ent, number FROM person WHERE given = ?", (given,)).fetchone()
    return row[0].hex(), row[1]


def behind(desk: Desk, number: str) -> list[tuple[str, str, str, str]]:
    found = people_behind(desk, DAY, number).result
    return [(one.name, one.then, one.now, one.entry) for one in found]


def test_nothing_differs_where_nothing_was_entered(frozen: Desk) -> None:
    both = then_and_now(frozen, DAY)
    assert both is not None and both.differences == () and both.then.present == both.now.present == 6
    assert [(one.counts, one.automatic, one.signed_by) for one in both.versions] == [(True, False, "admin")]
    assert both.then_at.startswith("2026-11-24T06:05")
    assert then_and_now(frozen, DAY + timedelta(days=1)) is None


def test_a_late_entry_is_named_number_by_number(frozen: Desk) -> None:
    person(frozen, given="Late", arrived_at=MORNING, birth="2024", sex="M", nationality=["CUB"])
    both = then_and_now(frozen, DAY)
    assert both is not None
    told = {one.number: (one.then, one.now) for one in both.differences}
    assert told == {
        "arrivals": (6, 7),
        "came": (6, 7),
        "present": (6, 7),
        "sex_age.M.0_4": (0, 1),
        "nationality.CUB": (0, 1),
    }
    for number in told:
        (one,) = people_behind(frozen, DAY, number).result
        assert (one.name, one.then, one.entry, one.by, one.desk) == (
            "Late",
            "not known here",
            "person",
            "admin",
            "LB1",
        )
        assert one.at.startswith("2026-11-24T08:05") and one.entry_ent == one.ent
    assert behind(frozen, "arrivals")[0][2] == "arrived 2026-11-23 08:00"
    assert behind(frozen, "departures_bus") == []


def test_a_late_departure_a_mistake_and_a_bed(frozen: Desk) -> None:
    ent, number = number_of(frozen, "P0")
    moved(frozen, ent, "DEPARTED_BUS", SIX - timedelta(hours=1))
    gone, _ = number_of(frozen, "P1")
    with frozen.store.write(frozen.user) as event:
        event.void(PERSON, gone, "entered twice")
    assert behind(frozen, "departures_bus") == [
        (
            "P0",
            "arrived 2026-11-23 08:00",
            "arrived 2026-11-23 08:00, left by bus 2026-11-24 05:00",
            "movement",
        )
    ]
    assert [(name, now) for name, _, now, _ in behind(frozen, "present")] == [
        ("P0", "arrived 2026-11-23 08:00, left by bus 2026-11-24 05:00"),
        ("P1", "entered by mistake"),
    ]
    assert [name for name, *_ in behind(frozen, "arrivals")] == ["P1"]
    assert [name for name, *_ in behind(frozen, "block.A.occupied")] == ["P0", "P1"]


def test_the_same_person_found(frozen: Desk) -> None:
    (one, first), (other, _) = number_of(frozen, "P1"), number_of(frozen, "P2")
    with frozen.store.write(frozen.user) as event:
        event.create(SAME_AS, {"person": one, "other": other, "verdict": "same"})
    ((name, then, now, entry),) = behind(frozen, "present")
    assert (name, now, entry) == ("P2", f"the same person as {first}", "same_as")
    assert then == "arrived 2026-11-23 08:00"
    assert sheet_numbers(frozen, DAY).present == 5


def test_naming_a_head_makes_no_difference_of_people(frozen: Desk) -> None:
    token = frozen.store.conn.execute("SELECT ent FROM arrival_group").fetchone()[0].hex()
    person(frozen, given="Named", arrived_at=MORNING, arrival_group=token)
    both = then_and_now(frozen, DAY)
    assert both is not None and {one.number for one in both.differences} == {
        "of_which_unnamed",
        "sex_age.F.18_59",
        "nationality.VEN",
    }
    ((name, then, now, _),) = behind(frozen, "of_which_unnamed")
    assert (name, then, now) == ("", "3 without a name", "2 without a name")


def test_another_age_and_moved_between_stations(frozen: Desk) -> None:
    ent, _ = number_of(frozen, "P0")
    with frozen.store.write(frozen.user) as event:
        event.set(PERSON, ent, "birth", "2020")
    assert behind(frozen, "sex_age.F.5_11") == [
        ("P0", "Women and girls, 18–59", "Women and girls, 5–11", "person")
    ]
    with frozen.store.write(frozen.user) as event:
        event.set(PERSON, ent, "station", "SV")
    assert behind(frozen, "present") == [("P0", "arrived 2026-11-23 08:00", "not at this station", "person")]


def test_what_came_late_from_another_desk(desk: Desk, clock: SetClock, tmp_path: Path) -> None:
    """Entered before the freezing by its own clock, and not known here then."""
    other = second_desk(desk, tmp_path / "other")
    person(other, given="Apart")
    clock.set(SIX + timedelta(minutes=5))
    assert freeze_sheet(desk, DAY).result.sheet.silent_desks
    hear(desk, other)
    assert behind(desk, "arrivals") == [("Apart", "not known here", "arrived 2026-11-23 08:00", "person")]
    other.close()


def test_behind_the_corrections_of_the_next_day(frozen: Desk, clock: SetClock) -> None:
    person(frozen, given="Late", arrived_at=MORNING)
    clock.set(SIX + timedelta(days=1, minutes=5))
    assert sheet_numbers(frozen, DAY + timedelta(days=1)).corrections == 1
    (one,) = people_behind(frozen, DAY + timedelta(days=1), "corrections").result
    assert one.name == "Late"


def test_looking_at_names_is_noted_and_not_for_all(
    frozen: Desk, station_folder: Path, clock: SetClock
) -> None:
    person(frozen, arrived_at=MORNING)
    people_behind(frozen, DAY, "arrivals")
    people_of_count(frozen, DAY, Behind.WITHOUT_PLACE)
    reader = frozen.reader()
    looked = [(one.access, one.subject_kind, one.detail, one.count) for one in who_looked(frozen, reader)]
    reader.close()
    assert looked == [
        ("searched", "person", "2026-11-24 without_place", 2),
        ("searched", "person", "2026-11-24 arrivals", 1),
    ]
    with pytest.raises(BadField):
        people_behind(frozen, DAY, "facilities.taps")
    with pytest.raises(NotFound):
        people_behind(frozen, DAY + timedelta(days=1), "arrivals")
    operator = open_desk(station_folder, "operator", PASSPHRASE, clock)
    for ask in (
        lambda: people_behind(operator, DAY, "arrivals"),
        lambda: people_of_count(operator, DAY, Behind.OUTSIDE),
        lambda: internal_page(operator, DAY),
        lambda: then_and_now(operator, DAY),
        lambda: posting_copy(operator, DAY),
        lambda: days_chart(operator, DAY),
    ):
        with pytest.raises(NotAllowed):
            ask()
    operator.close()


def test_known_at_a_time_beside_now(frozen: Desk, clock: SetClock) -> None:
    then = clock.now()
    clock.forward(timedelta(hours=1))
    person(frozen, given="Late", arrived_at=MORNING)
    both = then_and_now(frozen, DAY, as_known_on=then)
    assert both is not None and Difference("arrivals", 6, 7) in both.differences
    assert [one.name for one in people_behind(frozen, DAY, "arrivals", as_known_on=then).result] == ["Late"]


def test_every_number_has_words_and_the_same_sheet_differs_in_none(frozen: Desk) -> None:
    made = sheet_numbers(frozen, DAY)
    assert differences(made, made) == ()
    for number in numbers_of(made):
        assert number_said(number) != number
    assert has_people_behind("sex_age.F.0_4") and not has_people_behind("facilities.taps")


def test_the_chart_leaves_out_what_is_not_known(desk: Desk, clock: SetClock) -> None:
    ana, _ = person(desk)
    person(desk)
    clock.set(SIX + timedelta(minutes=5))
    freeze_sheet(desk, DAY)
    clock.set(SIX + timedelta(hours=5))
    moved(desk, ana, "DEPARTED_BUS")
    person(desk, arrived_at=MORNING)
    clock.set(SIX + timedelta(days=1, hours=7))
    chart = days_chart(desk, DAY + timedelta(days=3))
    assert len(chart.points) == 14 and chart.most == 2
    points = {one.day: one for one in chart.points}
    first, second, third = (points[DAY + timedelta(days=n)] for n in range(3))
    assert (first.present, first.arrivals, first.departures, first.frozen) == (2, 2, 0, True)
    assert (second.present, second.arrivals, second.departures, second.frozen) == (2, 0, 1, False)
    assert third.provisional and third.present == 2 and not second.provisional
    assert not points[DAY - timedelta(days=1)].is_known and not points[DAY + timedelta(days=3)].is_known
    freeze_missing(desk)
    again = {one.day: one for one in days_chart(desk, DAY + timedelta(days=3)).points}
    assert again[DAY + timedelta(days=1)] == (
        type(second)(second.day, second.present, second.arrivals, second.departures, True, False)
    )


def test_the_supervisors_page(desk: Desk, clock: SetClock) -> None:
    with_plan(desk)
    people = [person(desk, given=f"P{n}") for n in range(6)]
    group(desk, 2)
    for (_, number), place in zip(people[:4], ("A-1-1", "A-1-2", "A-2", "B-1"), strict=True):
        give_place(desk, number, place)
    stay = desk.store.conn.execute("SELECT ent FROM stay ORDER BY ent").fetchone()[0].hex()
    row = desk.store.conn.execute("SELECT ent FROM place WHERE code = 'B-2'").fetchone()[0].hex()
    with desk.store.write(desk.user) as event:
        event.set(STAY, stay, "until", "2026-11-25")
        event.set(PLACE, row, "blocked_places", 2)
        event.set(PLACE, row, "blocked_reason", "leaking roof")
    moved(desk, people[1][0], "OUT")
    moved(desk, people[2][0], "OUT")
    with desk.store.write(desk.user) as event:
        event.create(
            MOVEMENT,
            {"person": people[3][0], "movement": "OUT", "happened_at": event.now, "external": "HOSPITAL"},
        )
    clock.forward(timedelta(hours=2))
    moved(desk, people[2][0], "SEEN")
    serve(desk, "LUNCH", people[0][1])
    clock.set(SIX + timedelta(days=2, minutes=5))
    page = internal_page(desk, DAY + timedelta(days=2))
    assert (page.present, page.stay_over, page.outside, page.outside_hours) == (8, 1, 1, 24)
    assert (page.long_stay, page.long_stay_days, page.without_place) == (0, 5, 4)
    assert [(one.low, one.high, one.count) for one in page.bands][:3] == [(0, 1, 0), (2, 5, 6), (6, 15, 0)]
    assert [(one.code, one.blocked, one.reason, one.occupied) for one in page.blocked] == [
        ("B-2", 2, "leaking roof", 0)
    ]
    assert page.meals[1].percent is None
    assert internal_page(desk, DAY).meals[1].percent == 12  # 1 of 8, on the 23rd
    assert internal_page(desk, DAY + timedelta(days=1)).stay_over == 0, "it is over after its last day"
    (over,) = people_of_count(desk, DAY + timedelta(days=2), Behind.STAY_OVER).result
    assert (over.name, over.now) == ("P0", "the stay was until 2026-11-25")
    (out,) = people_of_count(desk, DAY + timedelta(days=2), Behind.OUTSIDE).result
    assert (out.name, out.now) == ("P1", "out since 2026-11-23 08:00")
    waiting = people_of_count(desk, DAY + timedelta(days=2), Behind.WITHOUT_PLACE).result
    assert sum(one.heads for one in waiting) == 4 and waiting[-1].ent is None or waiting[0].ent is None


def test_what_is_long_is_a_setting(desk: Desk, clock: SetClock) -> None:
    ana, _ = person(desk)
    moved(desk, ana, "OUT")
    with desk.store.write(desk.user) as event:
        event.create(SETTING, {"key": LONG_STAY_DAYS, "value": 1, "valid_from": "2026-11-25", "source": "us"})
        event.create(SETTING, {"key": OUTSIDE_HOURS, "value": 60, "valid_from": "2026-11-25", "source": "us"})
        event.create(SETTING, {"key": OUTSIDE_HOURS, "value": "many", "valid_from": "2026-11-26"})
    clock.set(SIX + timedelta(days=2, minutes=5))
    page = internal_page(desk, DAY + timedelta(days=1))
    assert (page.long_stay_days, page.long_stay, page.outside_hours, page.outside) == (1, 0, 60, 0)
    page = internal_page(desk, DAY + timedelta(days=2))
    assert (page.long_stay, page.outside_hours, page.outside) == (1, 24, 1)
    (one,) = people_of_count(desk, DAY + timedelta(days=2), Behind.LONG_STAY).result
    assert one.now == "2 days here"


def test_the_copy_for_the_wall_is_of_the_frozen_sheet(frozen: Desk) -> None:
    person(frozen, arrived_at=MORNING)
    assert posting_copy(frozen, DAY).present.count == 6
    assert posting_copy(frozen, DAY, as_frozen=False).present.count == 7
    assert posting_copy(frozen, DAY, as_frozen=False).provisional, "nobody has frozen these numbers"
    assert not posting_copy(frozen, DAY).provisional
    copy = posting_copy(frozen, DAY)
    assert copy.sexes.total is None and all(cell.count is None for cell in copy.sexes.cells)


def test_the_standards_of_the_sheet(frozen: Desk) -> None:
    with frozen.store.write(frozen.user) as event:
        event.create(
            FACILITY_DAY,
            {"day": DAY.isoformat(), "toilets_f": 0, "toilets_m": 0, "taps": 1, "water_litres": 72},
        )
    made = sheet_numbers(frozen, DAY)
    standards = made.standards
    assert standards is not None and made.standard_set == "Transit or reception centre · v1"
    told = {
        one.indicator.code: (one.measured.numerator, one.measured.denominator, one.verdict)
        for one in standards.lines
    }
    expected = {
        "OC1": (6, 13, Verdict.MEETS),
        "TO1": (6, 0, Verdict.BEYOND),  # no toilet works: measured, and worst
        "WS1": (72, 6, Verdict.WORSE),
        "WS2": (6, 1, Verdict.MEETS),
        "SH1": (None, None, Verdict.NOT_MEASURED),
        "SP1": (74.0, 6, Verdict.MEETS),
        "RG1": (0, 0, Verdict.NOT_MEASURED),  # nobody came the day before
        "ST1": (None, 3, Verdict.MEETS),
    }
    assert {code: told[code] for code in expected} == expected
    tomorrow = sheet_numbers(frozen, DAY + timedelta(days=1)).standards
    line = tomorrow.line("RG1") if tomorrow is not None else None
    assert line is not None and (line.measured.numerator, line.measured.denominator) == (3, 6)
