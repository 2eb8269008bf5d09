"""Every column of the sheet against a count by hand: how people came and left, who they are, where they sleep.

The count walks through what was told of each person, as the last correction has it, and knows none of the tables.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.core.kinds import MOVEMENT, PERSON, PLACE, STAY
from shelterdesk.core.moment import service_day_limits
from shelterdesk.core.sheet import SheetBand
from shelterdesk.core.vocabulary import Sex
from tests.db.test_sheet_numbers import BACK, DAYS, FIRST, LEAVING, START, ZONE, History, Told, sheet

COLUMNS = {
    "ARRIVED": "arrivals", "BORN": "births", "MOVED_IN": "moved_in", "RETURNED": "returned",
    "DEPARTED_BUS": "departures_bus", "DEPARTED_OTHER": "departures_other", "ABSENT": "absences", "DIED": "deaths",
    "MOVED_OUT": "moved_out",
}  # fmt: skip
CLOSED = {"LEFT_BUS": "departures_bus", "LEFT_WITHOUT_NOTICE": "absences", "DIED": "deaths"}
BANDS = {None: SheetBand.UNKNOWN, "1990": SheetBand.A18_59, "2020": SheetBand.A5_11, "1950": SheetBand.A60_UP}
BLOCK_OF = {"A-1": "A", "A-2": "A", "B": "B"}  # and S, a staging area, which is no block of the sheet


@dataclass
class Who:
    """What was entered of a person last: how they are counted, and the beds they were given."""

    sex: str
    birth: str | None
    nation: str | None
    stays: dict[str, tuple[datetime, datetime | None, str]] = field(default_factory=dict)


class Week(History):
    """A week with beds and with corrections of whatever was entered."""

    def __init__(self, desk: Desk, seed: int) -> None:
        super().__init__(desk, seed)
        self.who: dict[str, Who] = {}
        self.moved: dict[str, tuple[str, datetime, str]] = {}
        self.closed_as: dict[str, str] = {}
        self.places: dict[str, str] = {}
        with desk.store.write(desk.user) as event:
            for code, kind, parent in (
                ("A", "block", None), ("A-1", "room", "A"), ("A-2", "room", "A"), ("B", "block", None),
                ("S", "block", None),
            ):  # fmt: skip
                values = {"code": code, "place_kind": kind, "parent": self.places.get(parent or "")}
                more = {"capacity": None if code == "A" else 4, "staging": code == "S"}
                self.places[code] = event.create(
                    PLACE, {k: v for k, v in (values | more).items() if v is not None}
                )

    def _add(self, came: datetime, how: str, group: str | None) -> str:
        ent = super()._add(came, how, group)
        sex, birth, nation = (
            self.rng.choice("FMXU"),
            self.rng.choice(list(BANDS)),
            self.rng.choice((None, "HTI", "VEN")),
        )
        self.who[ent] = Who(sex, birth, nation)
        with self.desk.store.write(self.desk.user) as event:
            for name, value in (("sex", sex), ("birth", birth), ("nationality", nation and [nation])):
                event.set(PERSON, ent, name, value)
        return ent

    def move(self) -> None:
        alive = self._alive()
        if not alive:
            return
        ent = self.rng.choice(alive)
        what, at = self.rng.choice((*LEAVING, *BACK, *BACK)), self.moment(self.people[ent].came)
        with self.desk.store.write(self.desk.user) as event:
            movement = event.create(MOVEMENT, {"person": ent, "movement": what, "happened_at": at})
        self.moved[movement] = (ent, at, what)
        self._tell(ent)

    def correct(self) -> None:
        """A movement is found to have been at another time, another one, or none at all."""
        if not self.moved:
            return
        movement = self.rng.choice(sorted(self.moved))
        ent, at, what = self.moved[movement]
        way = self.rng.randrange(3)
        with self.desk.store.write(self.desk.user) as event:
            if way == 0:
                event.void(MOVEMENT, movement, "not so")
                del self.moved[movement]
            elif way == 1:
                at = self.moment(self.people[ent].came)
                event.set(MOVEMENT, movement, "happened_at", at)
                self.moved[movement] = (ent, at, what)
            else:
                what = self.rng.choice((*LEAVING, *BACK))
                event.set(MOVEMENT, movement, "movement", what)
                self.moved[movement] = (ent, at, what)
        self._tell(ent)

    def _tell(self, ent: str) -> None:
        self.people[ent].moves = [(at, what) for one, at, what in self.moved.values() if one == ent]

    def _alive(self) -> list[str]:
        return [ent for ent, one in self.people.items() if not one.is_void]

    def other_time(self) -> None:
        """Somebody came earlier or later than was entered first."""
        alive = self._alive()
        if alive:
            ent, came = self.rng.choice(alive), self.moment()
            self.people[ent].came = came
            with self.desk.store.write(self.desk.user) as event:
                event.set(PERSON, ent, "arrived_at", came)

    def lodge(self) -> None:
        """A bed; the one before is given back in the same moment, or forgotten."""
        alive = self._alive()
        if not alive:
            return
        ent, code = self.rng.choice(alive), self.rng.choice(("A-1", "A-2", "B", "S"))
        at, stays = self.moment(self.people[ent].came), self.who[ent].stays
        with self.desk.store.write(self.desk.user) as event:
            for stay, (begun, over, place) in list(stays.items()):
                if over is None and begun < at and self.rng.random() < 0.7:
                    event.set(STAY, stay, "to_at", at)
                    stays[stay] = (begun, at, place)
            stay = event.create(STAY, {"person": ent, "place": self.places[code], "from_at": at})
        stays[stay] = (at, None, code)

    def close(self) -> None:
        before = {ent for ent, one in self.groups.items() if one.closed is not None}
        super().close()
        for ent in {ent for ent, one in self.groups.items() if one.closed is not None} - before:
            row = self.desk.store.conn.execute(
                "SELECT closed_reason FROM arrival_group WHERE ent = ?", (bytes.fromhex(ent),)
            ).fetchone()
            self.closed_as[ent] = row[0].upper()

    def play(self, steps: int) -> None:
        acts = [self.arrive] * 5 + [self.move] * 6 + [self.lodge] * 4 + [self.correct] * 2 + [self.count] * 2
        acts += [self.close, self.regroup, self.void, self.other_time]
        for _ in range(steps):
            self.rng.choice(acts)()

    def flows(self, start: datetime, end: datetime) -> Counter[str]:
        """Who came and left in a time, by column; heads without a name among the arrivals."""
        found: Counter[str] = Counter()
        for one in self._told():
            inside, steps = False, [(one.came, -1, one.how)]
            steps += [(max(at, one.came), n, what) for n, (at, what) in enumerate(sorted(one.moves))]
            for at, n, what in sorted(steps):
                how = what if n < 0 else "MOVED_IN" if what == "MOVED_IN" else "RETURNED"
                if (n < 0 or what in BACK) and not inside:
                    inside = True
                    found[COLUMNS[how]] += start <= at < end
                elif what in LEAVING and inside:
                    inside = False
                    found[COLUMNS[what]] += start <= at < end
        heads = self.in_house(end)[1] - self.in_house(start)[1]
        for ent, group in self.groups.items():
            if group.closed is not None and start <= group.closed < end:
                named = sum(one.group == ent and one.came < group.closed for one in self._told())
                left = max(0, group.heads - named)
                heads += left
                if self.closed_as[ent] in CLOSED:
                    found[CLOSED[self.closed_as[ent]]] += left
        found["arrivals"] = max(0, found["arrivals"] + heads)
        return found

    def _told(self) -> list[Told]:
        return [one for one in self.people.values() if not one.is_void]


@pytest.mark.parametrize("seed", range(20))
def test_every_column_is_what_a_count_by_hand_gives(desk: Desk, clock: SetClock, seed: int) -> None:
    clock.set(START + timedelta(days=DAYS + 1))
    week = Week(desk, seed)
    week.play(90)
    for n in range(DAYS):
        day = FIRST + timedelta(days=n)
        made = sheet(desk, day)
        start, end = service_day_limits(day, ZONE, 6)
        flows = week.flows(start, end)
        for column in COLUMNS.values():
            assert getattr(made, column) == flows[column], (day, column)
        assert (made.present, made.of_which_unnamed) == week.in_house(end) and made.difference == 0
        here = [ent for ent, one in week.people.items() if one.is_in_house(end)]
        cells = Counter((week.who[ent].sex, BANDS[week.who[ent].birth]) for ent in here)
        for sex in Sex:
            for band in SheetBand:
                assert made.sex_age.cell(sex, band) == cells[(sex.value, band)], (day, sex, band)
        nations = Counter(week.who[ent].nation or "XXX" for ent in here)
        assert {one.code: one.count for one in made.nationalities.shown} == dict(nations)
        blocks: Counter[str] = Counter()
        for ent in here:
            held = [
                (begun, stay, code)
                for stay, (begun, over, code) in week.who[ent].stays.items()
                if begun < end and (over is None or over >= end)
            ]
            if held and (code := max(held)[2]) in BLOCK_OF:
                blocks[BLOCK_OF[code]] += 1
        assert {one.block: one.places.occupied for one in made.blocks} == {"A": blocks["A"], "B": blocks["B"]}
