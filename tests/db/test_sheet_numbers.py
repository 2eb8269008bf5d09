"""The balance of the daily sheet under any history, against a count made without its tables and rules."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.core.event import parse
from shelterdesk.core.kinds import ARRIVAL_GROUP, DAILY_SHEET, MOVEMENT, PERSON, PLACE, SAME_AS, STAY
from shelterdesk.core.moment import service_day_limits, to_milliseconds
from shelterdesk.core.sheet import DailySheet
from shelterdesk.db.as_known import known_at
from shelterdesk.db.population import Span, joined, people_at, present_persons
from shelterdesk.db.sheet import data_state, frozen_sheet, sheet_numbers
from shelterdesk.db.unnamed import expected_groups

ZONE = "America/Panama"
FIRST = date(2026, 11, 20)
DAYS = 5
START = datetime(2026, 11, 19, 11, 0, tzinfo=UTC)  # 06:00 on the 19th, when the sheet of the 20th begins
LEAVING = ("DEPARTED_BUS", "DEPARTED_OTHER", "ABSENT", "DIED", "MOVED_OUT")
BACK = ("RETURNED", "IN", "MOVED_IN")
OTHER = ("OUT", "SEEN", "NOT_FOUND")


@dataclass
class Told:
    """What was told of one person: when they came, how, and their movements in the order of the day."""

    came: datetime
    how: str
    group: str | None
    moves: list[tuple[datetime, str]] = field(default_factory=list)
    is_void: bool = False

    def is_in_house(self, at: datetime) -> bool:
        """Whether they count just before a moment, walked through by hand."""
        if self.is_void or self.came >= at:
            return False
        inside = True
        for when, what in sorted(self.moves):
            if max(when, self.came) < at:
                inside = False if what in LEAVING else True if what in BACK else inside
        return inside


@dataclass
class Counted:
    """A group as it was counted: heads, from when, until when."""

    heads: int
    came: datetime
    closed: datetime | None = None


class History:
    """A made-up week at a desk, and the count of it."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.rng = desk, random.Random(seed)
        self.people: dict[str, Told] = {}
        self.groups: dict[str, Counted] = {}
        self._used: set[datetime] = set()

    def moment(self, after: datetime | None = None) -> datetime:
        """A moment of the week, to the second, no two alike; sometimes just at the change of a day."""
        while True:
            if self.rng.random() < 0.1:
                at = START + timedelta(days=self.rng.randrange(DAYS), seconds=self.rng.choice((-1, 0, 1)))
            else:
                at = START + timedelta(seconds=self.rng.randrange(-86_400, DAYS * 86_400))
            if at not in self._used and (after is None or at > after):
                self._used.add(at)
                return at
            if after is not None and self.rng.random() < 0.2:
                after = None

    def arrive(self) -> None:
        group = self.rng.choice([*self.groups, None])
        self._add(self.moment(), self.rng.choice(("ARRIVED", "ARRIVED", "BORN", "MOVED_IN")), group)

    def _add(self, came: datetime, how: str, group: str | None) -> str:
        sex, birth = self.rng.choice("FMXU"), self.rng.choice((None, "1990", "2020"))
        with self.desk.store.write(self.desk.user) as event:
            ent = event.create(
                PERSON,
                {
                    "arrived_at": came, "entry_kind": how, "arrival_group": group, "station": "LB", "sex": sex,
                    "birth": birth, "nationality": self.rng.choice((None, ["VEN"], ["HTI", "CHL"])),
                },
            )  # fmt: skip
        self.people[ent] = Told(came, how, group)
        return ent

    def move(self) -> None:
        if not self.people:
            return
        ent = self.rng.choice(list(self.people))
        what = self.rng.choice((*LEAVING, *BACK, *BACK, *OTHER))
        at = self.moment(self.people[ent].came)
        self.people[ent].moves.append((at, what))
        with self.desk.store.write(self.desk.user) as event:
            event.create(MOVEMENT, {"person": ent, "movement": what, "happened_at": at})

    def count(self) -> None:
        came, heads = self.moment(), self.rng.randrange(1, 6)
        with self.desk.store.write(self.desk.user) as event:
            values = {"arrived_at": came, "head_count": heads, "station": "LB"}
            self.groups[event.create(ARRIVAL_GROUP, values)] = Counted(heads, came)

    def close(self) -> None:
        still = [ent for ent, one in self.groups.items() if one.closed is None]
        if not still:
            return
        ent = self.rng.choice(still)
        at = self.moment()
        self.groups[ent].closed = max(at, self.groups[ent].came)
        reason = self.rng.choice(("LEFT_BUS", "left_without_notice", "DIED", "counted twice", "all named"))
        with self.desk.store.write(self.desk.user) as event:
            event.set(ARRIVAL_GROUP, ent, "closed_at", at)
            event.set(ARRIVAL_GROUP, ent, "closed_reason", reason)

    def regroup(self) -> None:
        """A person turns out to be of another group, or of none."""
        alive = [ent for ent, one in self.people.items() if not one.is_void]  # an edit would bring it back
        if not alive:
            return
        ent = self.rng.choice(alive)
        self.people[ent].group = group = self.rng.choice([*self.groups, None])
        with self.desk.store.write(self.desk.user) as event:
            event.set(PERSON, ent, "arrival_group", group)

    def void(self) -> None:
        alive = [ent for ent, one in self.people.items() if not one.is_void]
        if not alive:
            return
        ent = self.rng.choice(alive)
        self.people[ent].is_void = True
        with self.desk.store.write(self.desk.user) as event:
            event.void(PERSON, ent, "entered twice")

    def play(self, steps: int) -> None:
        acts = [self.arrive] * 5 + [self.move] * 6 + [self.count] * 2 + [self.close, self.regroup, self.void]
        for _ in range(steps):
            self.rng.choice(acts)()

    def in_house(self, at: datetime) -> tuple[int, int]:
        """People just before a moment and how many of them unnamed, by walking through everything told."""
        named: Counter[str] = Counter()
        for one in self.people.values():
            if one.group is not None and not one.is_void and one.came < at:
                named[one.group] += 1
        unnamed = sum(
            max(0, one.heads - named[ent])
            for ent, one in self.groups.items()
            if one.came < at and (one.closed is None or one.closed >= at)
        )
        return sum(one.is_in_house(at) for one in self.people.values()) + unnamed, unnamed


def sheet(desk: Desk, day: date) -> DailySheet:
    return sheet_numbers(desk.store.conn, desk.who, desk.roster, day, desk.clock.now(), "admin")


def freeze(desk: Desk, day: date) -> DailySheet:
    made = sheet(desk, day)
    with desk.store.write(desk.user) as event:
        event.create(DAILY_SHEET, {"day": day.isoformat(), "numbers": made.to_json(), "frozen_at": event.now})
    return made


@pytest.fixture
def late(desk: Desk, clock: SetClock) -> Iterator[Desk]:
    """A desk after the week."""
    clock.set(START + timedelta(days=DAYS + 1))
    yield desk


def checked(history: History) -> None:
    """Every day balances and counts what walking through it counts."""
    for n in range(DAYS):
        day = FIRST + timedelta(days=n)
        made = sheet(history.desk, day)
        _, end = service_day_limits(day, ZONE, 6)
        assert (made.present, made.of_which_unnamed) == history.in_house(end), (day, made)
        assert made.difference == 0, (day, made)
        assert made.sex_age.total == made.nationalities.total == made.present - made.of_which_unnamed
        flows = (made.arrivals, made.births, made.moved_in, made.returned, made.departures_bus)
        assert min(*flows, made.departures_other, made.absences, made.deaths, made.moved_out) >= 0


@pytest.mark.parametrize("seed", range(25))
def test_any_history_balances_and_counts_right(late: Desk, seed: int) -> None:
    history = History(late, seed)
    history.play(60)
    checked(history)
    assert people_at(late.store.conn, "LB") == history.in_house(late.clock.now() + timedelta(days=1))
    held = list(
        late.store.conn.execute(
            "SELECT arrival_group, station, heads, from_ms, to_ms, closed_reason, unnamed, last_ms"
            " FROM counted_group ORDER BY arrival_group"
        )
    )
    expected = expected_groups(late.store.conn, [bytes.fromhex(ent) for ent in history.groups])
    assert held == sorted(expected.values(), key=lambda row: bytes(row[0]))  # type: ignore[call-overload]
    before = [
        list(late.store.conn.execute(f"SELECT * FROM {t} ORDER BY 1"))
        for t in ("named_head", "counted_group")
    ]
    late.store.rebuild()
    after = [
        list(late.store.conn.execute(f"SELECT * FROM {t} ORDER BY 1"))
        for t in ("named_head", "counted_group")
    ]
    assert before == after


@pytest.mark.parametrize("seed", range(8))
def test_late_entries_are_the_next_days_corrections(late: Desk, seed: int) -> None:
    history = History(late, seed)
    history.play(40)
    frozen = {FIRST + timedelta(days=n): freeze(late, FIRST + timedelta(days=n)) for n in range(DAYS)}
    history.play(30)
    checked(history)
    for n in range(1, DAYS):
        made = sheet(late, FIRST + timedelta(days=n))
        before = frozen[FIRST + timedelta(days=n - 1)]
        assert made.present_prev == before.present
        _, end = service_day_limits(before.service_day, ZONE, 6)
        assert made.expected == made.present
        if not history.groups:
            assert made.corrections == history.in_house(end)[0] - before.present


def test_naming_a_head_adds_nobody(late: Desk) -> None:
    came = START + timedelta(hours=3)
    with late.store.write(late.user) as event:
        group = event.create(ARRIVAL_GROUP, {"arrived_at": came, "head_count": 3, "station": "LB"})
    first = sheet(late, FIRST)
    assert (first.arrivals, first.present, first.of_which_unnamed) == (3, 3, 3)
    with late.store.write(late.user) as event:
        event.create(PERSON, {"arrived_at": came, "arrival_group": group, "station": "LB"})
    named = sheet(late, FIRST)
    assert (named.arrivals, named.present, named.of_which_unnamed) == (3, 3, 2)
    # Registered with the time of the desk, a day after the boat: still nobody new.
    with late.store.write(late.user) as event:
        later = came + timedelta(days=1)
        event.create(PERSON, {"arrived_at": later, "arrival_group": group, "station": "LB"})
        event.create(
            PERSON, {"arrived_at": later, "arrival_group": group, "station": "LB", "entry_kind": "BORN"}
        )
    second = sheet(late, FIRST + timedelta(days=1))
    assert (second.present_prev, second.arrivals, second.births, second.corrections) == (3, 0, 1, -1)
    assert (second.present, second.of_which_unnamed, second.difference) == (3, 0, 0)


@pytest.mark.parametrize(
    ("reason", "column"),
    [("LEFT_BUS", "departures_bus"), ("left_other", "departures_other"), ("LEFT_WITHOUT_NOTICE", "absences")],
)
def test_heads_of_a_closed_group_leave_as_the_reason_says(late: Desk, reason: str, column: str) -> None:
    with late.store.write(late.user) as event:
        group = event.create(ARRIVAL_GROUP, {"arrived_at": START, "head_count": 4, "station": "LB"})
    with late.store.write(late.user) as event:
        event.set(ARRIVAL_GROUP, group, "closed_at", START + timedelta(days=1, hours=2))
        event.set(ARRIVAL_GROUP, group, "closed_reason", reason)
    made = sheet(late, FIRST + timedelta(days=1))
    assert (made.present_prev, getattr(made, column), made.present, made.difference) == (4, 4, 0, 0)
    with late.store.write(late.user) as event:
        event.set(ARRIVAL_GROUP, group, "closed_reason", "counted twice")
    assert sheet(late, FIRST + timedelta(days=1)).corrections == -4


def person(desk: Desk, came: datetime, **more: object) -> str:
    with desk.store.write(desk.user) as event:
        return event.create(PERSON, {"arrived_at": came, "station": "LB", **more})


def left(desk: Desk, ent: str, at: datetime, what: str = "DEPARTED_BUS") -> None:
    with desk.store.write(desk.user) as event:
        event.create(MOVEMENT, {"person": ent, "movement": what, "happened_at": at})


def same(desk: Desk, one: str, other: str, verdict: str = "same") -> None:
    with desk.store.write(desk.user) as event:
        event.create(SAME_AS, {"person": one, "other": other, "verdict": verdict, "decided_at": event.now})


def test_two_records_of_one_person_count_once_and_apart_again(late: Desk, clock: SetClock) -> None:
    hour = timedelta(hours=1)
    one, two, third = (person(late, START + n * hour) for n in (1, 2, 3))
    assert sheet(late, FIRST).present == 3
    freeze(late, FIRST)
    same(late, one, two)
    same(late, two, third)
    made = sheet(late, FIRST)
    assert (made.present, made.arrivals, made.difference, made.sex_age.total) == (1, 1, 0, 1)
    next_day = sheet(late, FIRST + timedelta(days=1))
    assert (next_day.present_prev, next_day.corrections, next_day.present) == (3, -2, 1)
    clock.forward(hour)
    same(late, two, third, "different")
    assert sheet(late, FIRST).present == 2
    left(late, two, START + timedelta(hours=20))
    assert sheet(late, FIRST).present == 1
    assert present_persons(late.store.conn, "LB") == [bytes.fromhex(third)]


def test_a_return_on_another_record_is_a_return(late: Desk) -> None:
    one = person(late, START + timedelta(hours=1))
    left(late, one, START + timedelta(hours=5), "ABSENT")
    two = person(late, START + timedelta(days=1, hours=1))
    same(late, one, two)
    first, second = sheet(late, FIRST), sheet(late, FIRST + timedelta(days=1))
    assert (first.arrivals, first.absences, first.present) == (1, 1, 0)
    assert (second.arrivals, second.returned, second.present, second.difference) == (0, 1, 1, 0)


def test_one_head_registered_twice_is_one_head(late: Desk) -> None:
    with late.store.write(late.user) as event:
        group = event.create(ARRIVAL_GROUP, {"arrived_at": START, "head_count": 3, "station": "LB"})
    one, two = (person(late, START, arrival_group=group) for _ in range(2))
    assert people_at(late.store.conn, "LB") == (3, 1)
    same(late, one, two)
    assert people_at(late.store.conn, "LB") == (3, 2)
    assert (sheet(late, FIRST).arrivals, sheet(late, FIRST).difference) == (3, 0)


@pytest.mark.parametrize("seed", range(10))
def test_linked_histories_balance_too(late: Desk, seed: int) -> None:
    history = History(late, seed)
    history.play(60)
    people = list(history.people)
    for _ in range(6):
        if len(people) > 1:
            one, other = history.rng.sample(people, 2)
            same(late, one, other, history.rng.choice(("same", "same", "different")))
    for n in range(DAYS):
        made = sheet(late, FIRST + timedelta(days=n))
        assert made.difference == 0 and made.sex_age.total == made.present - made.of_which_unnamed


def test_spans_of_two_records_joined() -> None:
    def span(start: int, end: int | None, how_in: str = "ARRIVED", how_out: str = "ABSENT") -> Span:
        return Span(start, end, how_in, None if end is None else how_out)

    assert joined([]) == []
    assert joined([span(1, None), span(2, None)]) == [span(1, None)]
    assert joined([span(1, 10), span(2, None)]) == [span(1, 10)]
    assert joined([span(1, 10), span(12, None)]) == [span(1, 10), span(12, None, "RETURNED")]
    assert joined([span(5, 5)]) == [span(5, 5)]
    # One that begins where another ends goes on with it, in whatever order and however many there are.
    assert joined([span(0, 10, how_out="MOVED_OUT"), span(10, None)]) == [span(0, None)]
    assert joined([span(10, 20, "RETURNED"), span(0, 10), span(20, None)]) == [span(0, None)]
    assert joined([span(0, 10), span(10, 12)]) == [span(0, 12)]
    assert joined([span(0, None), span(5, 10), span(10, None)]) == [span(0, None)]
    assert joined([span(5, 5), span(5, None)]) == [span(5, None)]
    # Of no length it goes on with nothing, and leaving is leaving.
    assert joined([span(0, 10), span(10, 10)]) == [span(0, 10)]
    assert joined([span(0, None), span(5, 5)]) == [span(0, 5)]


def test_a_record_closed_as_another_begins_leaves_nobody_out(late: Desk) -> None:
    noon = START + timedelta(hours=6)
    one, two = person(late, START), person(late, noon)
    left(late, one, noon, "MOVED_OUT")
    same(late, one, two)
    assert people_at(late.store.conn, "LB") == (1, 0)
    assert len(present_persons(late.store.conn, "LB")) == 1
    made = sheet(late, FIRST)
    assert (made.present, made.arrivals, made.returned, made.difference, made.sex_age.total) == (
        1,
        1,
        0,
        0,
        1,
    )


def test_people_of_another_station_do_not_count(late: Desk) -> None:
    person(late, START, station="SV")
    assert sheet(late, FIRST).present == 0


def test_what_was_known_then_is_the_log_of_then(desk: Desk, clock: SetClock) -> None:
    person(desk, START + timedelta(hours=1))
    then = clock.now()
    clock.forward(timedelta(days=1))
    late_one = person(desk, START + timedelta(hours=2))
    left(desk, late_one, START + timedelta(hours=9))
    conn = desk.store.conn
    assert (sheet(desk, FIRST).arrivals, sheet(desk, FIRST).departures_bus) == (2, 1)
    size = desk.store.path.stat().st_size
    with known_at(conn, desk.roster, to_milliseconds(then)) as past:
        made = sheet_numbers(past, desk.who, desk.roster, FIRST, then, "admin")
        assert (made.arrivals, made.departures_bus, made.present) == (1, 0, 1)
        known = [parse(line).wall_ms for (line,) in past.execute("SELECT line FROM event")]
        assert max(known) <= to_milliseconds(then)
    with known_at(conn, desk.roster, to_milliseconds(clock.now())) as past:
        same_now = sheet_numbers(past, desk.who, desk.roster, FIRST, desk.clock.now(), "admin")
    assert same_now == sheet(desk, FIRST) and desk.store.path.stat().st_size == size


def test_of_two_sheets_frozen_apart_the_first_holds(late: Desk, clock: SetClock) -> None:
    person(late, START)
    first = freeze(late, FIRST)
    clock.forward(timedelta(minutes=1))
    person(late, START)
    freeze(late, FIRST)
    held = frozen_sheet(late.store.conn, FIRST)
    assert held is not None and held.sheet == first
    with late.store.write(late.user) as event:
        event.void(DAILY_SHEET, held.ent, "wrong day")
    again = frozen_sheet(late.store.conn, FIRST)
    assert again is not None and again.sheet.present == 2


def test_a_frozen_sheet_that_cannot_be_read_is_passed_over(late: Desk) -> None:
    with late.store.write(late.user) as event:
        event.create(DAILY_SHEET, {"day": FIRST.isoformat(), "numbers": {"new": 1}, "frozen_at": event.now})
        event.create(DAILY_SHEET, {"day": FIRST.isoformat(), "numbers": [1], "frozen_at": event.now})
    assert frozen_sheet(late.store.conn, FIRST) is None


def test_the_state_on_the_sheet_changes_with_the_log(late: Desk) -> None:
    before = data_state(late.store.conn)
    assert data_state(late.store.conn) == before
    person(late, START)
    assert data_state(late.store.conn) != before


def test_a_head_named_twice_keeps_the_bed_of_the_one_still_unnamed(late: Desk) -> None:
    """Two of a token have beds; one is named twice by two desks, and found to be one: one head is still unnamed."""
    with late.store.write(late.user) as event:
        block = event.create(PLACE, {"code": "A", "place_kind": "block", "capacity": 5})
        group = event.create(
            ARRIVAL_GROUP, {"arrived_at": START + timedelta(hours=1), "head_count": 2, "station": "LB"}
        )
        for _ in range(2):
            event.create(
                STAY, {"arrival_group": group, "place": block, "from_at": START + timedelta(hours=2)}
            )
    one, other = (
        person(late, START + timedelta(hours=1), arrival_group=group),
        person(late, START + timedelta(hours=1), arrival_group=group),
    )
    assert sheet(late, FIRST).of_which_unnamed == 0
    with late.store.write(late.user) as event:
        event.create(SAME_AS, {"person": one, "other": other, "verdict": "same"})
    made = sheet(late, FIRST)
    assert (made.present, made.of_which_unnamed, made.blocks[0].places.occupied) == (2, 1, 1)
