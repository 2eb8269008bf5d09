"""A clock the office corrects counts as corrected on every replica, whatever the order; what was written stays written."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.clock_fixing import fix_clock, read_delta
from shelterdesk.actions.people import show_person
from shelterdesk.core.errors import BadField, NotAllowed, NotFound, NotHere
from shelterdesk.core.event import Event, parse
from shelterdesk.core.kinds import PERSON
from shelterdesk.core.roster import Statement
from shelterdesk.db.as_known import known_at
from shelterdesk.db.check import check
from shelterdesk.db.clocks import right_hlc, right_wall
from shelterdesk.db.history import history
from shelterdesk.db.statements import statements
from tests.stations import MORNING
from tests.sync.erasing import derived
from tests.sync.worlds import World, at, carry, copied, events_of, join, state

AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Told:
    """Entries of two desks, one of whose clocks was thirty days ahead, and the correction."""

    events: tuple[Event, ...]
    fixes: tuple[Statement, ...]
    person: str
    expected: list[object] = field(default_factory=list)


def edit(desk_folder: Path, clock: SetClock, person: str, value: str) -> None:
    """Another given name."""
    with at(desk_folder, clock) as desk, desk.store.write(desk.user) as event:
        event.set(PERSON, person, "given", value)


@pytest.fixture(scope="module")
def told(made_world: World, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Somebody edited apart at two desks: the one whose clock was ahead wins until it is corrected."""
    folder = tmp_path_factory.mktemp("clocks")
    world, clock = copied(made_world, folder), SetClock(MORNING)
    second = folder / "lb2"
    join(world.lb, second, clock)
    with at(world.lb, clock) as desk:
        held = set(events_of(desk))
        with desk.store.write(desk.user) as event:
            person = event.create(PERSON, {"given": "Ana", "arrived_at": event.now, "station": "LB"})
        with desk.store.write(desk.user) as event:
            event.create(PERSON, {"given": "Eva", "station": "LB"})
    carry(world.lb, second, folder / "to-second", clock)
    half_past = MORNING + timedelta(minutes=30)
    edit(second, SetClock(half_past + AHEAD), person, "Ahead")
    with at(second, SetClock(half_past + AHEAD)) as desk, desk.store.write(desk.user) as event:
        event.create(PERSON, {"given": "Luz", "station": "LB"})
    edit(world.lb, SetClock(MORNING + timedelta(hours=3)), person, "Right")
    later = SetClock(MORNING + timedelta(hours=4))
    carry(second, world.office, folder / "second-office", later)
    carry(world.lb, world.office, folder / "first-office", later)
    with at(second, later) as desk:
        lines = [row[0] for row in desk.store.conn.execute("SELECT line FROM event ORDER BY id")]
    with at(world.lb, later) as desk:
        lines += [row[0] for row in desk.store.conn.execute("SELECT line FROM event ORDER BY id")]
        admits = [s for s in statements(desk.store.conn) if s.kind == "admit"]
    with at(world.office, later) as office:
        assert shown(office.store.conn, person) == "Ahead"
        fix_clock(office, "LB1A", 1, 1, timedelta(days=-400))  # overtaken by the next word about it
        done = fix_clock(office, "LB1A", 1, 900, -AHEAD).result
        assert done.events >= 2 and done.delta_ms == -AHEAD // timedelta(milliseconds=1)
        assert shown(office.store.conn, person) == "Right"
        assert check(office.store.conn).findings == []
        fixes = [s for s in statements(office.store.conn) if s.kind == "clock_fix"]
    events = {event.eh: event for event in map(parse, lines) if event.eh not in held}
    return Told(tuple(events.values()), (*fixes, *admits), person)


def shown(conn: object, person: str) -> str:
    """The given name that holds."""
    row = conn.execute("SELECT given FROM person WHERE ent = ?", (bytes.fromhex(person),)).fetchone()  # type: ignore[attr-defined]
    return str(row[0])


@pytest.mark.parametrize("seed", range(16))
def test_in_whatever_order_it_comes(told: Told, world: World, clock: SetClock, seed: int) -> None:
    print("seed", seed)
    rng = random.Random(seed)
    coming: list[Event | Statement] = [*told.events, *rng.choices(told.events, k=2), *told.fixes]
    rng.shuffle(coming)
    with at(world.lb, clock) as desk:
        for one in coming:
            if isinstance(one, Event):
                desk.store.take_in([one])
            else:
                desk.store.add_statements([one])
        conn = desk.store.conn
        assert shown(conn, told.person) == "Right", seed
        # Their heads, which say who signed how far, came by no bundle here.
        assert {one.code for one in check(conn).findings} <= {"unsigned"}, seed
        found = derived(conn), state(desk)
        desk.store.rebuild()
        assert (derived(conn), state(desk)) == found, seed
    mine = state_of(found)
    if told.expected:
        assert mine == told.expected[0], seed
    told.expected.append(mine)


def state_of(found: tuple[dict[str, list[tuple[object, ...]]], str]) -> object:
    """What every replica must hold alike: all but local ids."""
    return found[1], {name: rows for name, rows in found[0].items() if name not in ("op", "set_aside_op")}


def test_times_are_shown_corrected_with_a_mark(told: Told, world: World, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        for event in told.events:
            desk.store.take_in([event])
        desk.store.add_statements(list(told.fixes))
        found = {entry.values.get("given"): entry for entry in history(desk.store.conn, [told.person])}
        assert found["Ahead"].is_clock_corrected and not found["Right"].is_clock_corrected
        assert abs(found["Ahead"].at_ms - MORNING.timestamp() * 1000) < 3_600_000
        assert list(found) == ["Ana", "Ahead", "Right"]
        reader = desk.reader()
        plain = show_person(desk, reader, told.person).result
        reader.close()
        marked = [one for one in plain["history"] if one.get("clock_corrected")]
        assert len(marked) == 1
        # By the corrected clock it was known that day, by the wrong one not for a month.
        at_ms = int((MORNING + timedelta(hours=1)).timestamp() * 1000)
        with known_at(desk.store.conn, desk.roster, at_ms) as past:
            assert shown(past, told.person) == "Ahead"


def test_a_later_edit_wins_whatever_the_correction_says(told: Told, world: World, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        for event in told.events:
            desk.store.take_in([event])
        with desk.store.write(desk.user) as event_:
            event_.set(PERSON, told.person, "given", "Seen")
        for fix in told.fixes:
            desk.store.add_statements([fix])
            assert shown(desk.store.conn, told.person) == "Seen"


def test_what_cannot_be_corrected(world: World, clock: SetClock) -> None:
    with at(world.lb, clock) as desk, pytest.raises(NotHere):
        fix_clock(desk, "LB1", 1, 2, timedelta(hours=1))
    with at(world.lb, clock, "operator") as desk, pytest.raises(NotAllowed):
        fix_clock(desk, "LB1", 1, 2, timedelta(hours=1))
    with at(world.office, clock) as office:
        with pytest.raises(NotFound):
            fix_clock(office, "XX9", 1, 2, timedelta(hours=1))
        with pytest.raises(NotFound):
            fix_clock(office, "LB1", 900_000, 900_001, timedelta(hours=1))
        for first, last in ((0, 4), (5, 4), (1, 1 << 60)):
            with pytest.raises(BadField):
                fix_clock(office, "LB1", first, last, timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "hours"), [("+3h", 3), ("-2d12h", -60), ("+90m", 1.5), ("- 1d 1h", -25), ("+3600s", 1)]
)
def test_a_time_to_add_is_read(text: str, hours: float) -> None:
    assert read_delta(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "3h", "+", "+3", "+h", "3", "+3x", "+-3h", "+99999999999d", "+1h junk"])
def test_what_is_no_time_to_add_is_refused(text: str) -> None:
    with pytest.raises(BadField):
        read_delta(text)


def test_a_corrected_clock_stays_within_what_a_file_holds() -> None:
    assert right_hlc(5 << 16, -10_000) == 0 and right_hlc((1 << 63) - 1, 1 << 52) == (1 << 63) - 1
    assert right_wall(5, -10) == 0


def test_a_word_of_the_office_travels_though_nothing_else_is_new(
    world: World, clock: SetClock, tmp_path: Path
) -> None:
    join(world.lb, tmp_path / "away", clock)  # never brings a receipt: what was written before waits for it
    with at(world.lb, clock) as desk, desk.store.write(desk.user) as event:
        event.create(PERSON, {"given": "Ana", "station": "LB"})
    carry(world.lb, world.office, tmp_path / "there", clock)
    carry(world.office, world.lb, tmp_path / "first", clock, "LB")
    with at(world.office, clock) as office:
        fix_clock(office, "LB1", 1, 900, timedelta(hours=1))
    carry(world.office, world.lb, tmp_path / "second", clock, "LB")
    with at(world.lb, clock) as desk:
        assert len(desk.roster.clock_fixes) == 1
        assert check(desk.store.conn).findings == []
