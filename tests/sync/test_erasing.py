"""An erasure acts on every replica, whatever the order in which statement and entries come, and loses nobody else's."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.erasing import erase
from shelterdesk.core.erased import without
from shelterdesk.core.event import Event, parse
from shelterdesk.core.kinds import PERSON, TRAVEL_DOCUMENT
from shelterdesk.core.roster import Statement
from shelterdesk.db.check import check
from shelterdesk.db.statements import add_statement, statements
from tests.stations import MORNING
from tests.sync.erasing import (
    GIVEN,
    SURNAMES,
    derived,
    every_value,
    family,
    must_be_gone,
    names_in,
    plain_pages,
)
from tests.sync.worlds import World, at, carry, events_of, register, state


@dataclass(frozen=True)
class Told:
    """What there is to hear: the entries of a station, and the erasure."""

    events: tuple[Event, ...]
    erasure: Statement
    expected: list[object] = field(default_factory=list)  # what every replica holds in the end


@pytest.fixture(scope="module")
def told(made_world: World, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A station's entries about a family, of whom the office erases one."""
    folder, clock = tmp_path_factory.mktemp("told"), SetClock(MORNING)
    for name in ("lb", "office"):
        shutil.copytree(made_world.lb.parent / name, folder / name)
    with at(folder / "lb", clock) as desk:
        held = set(events_of(desk))
        ids = family(desk)
        register(desk, "Carlota", "Dorotea")
        with desk.store.write(desk.user) as event:
            event.set(PERSON, ids["gone"], "given", "Xochiquetzal Zacatecas")
            event.set(PERSON, ids["stays"], "sex", "X")
        with desk.store.write(desk.user) as event:
            event.set(PERSON, ids["gone"], "sex", "X")
        lines = [row[0] for row in desk.store.conn.execute("SELECT line FROM event ORDER BY id")]
        events = tuple(event for event in map(parse, lines) if event.eh not in held)
    carry(folder / "lb", folder / "office", folder / "stick", clock)
    with at(folder / "office", clock) as office:
        erase(office, [ids["gone"]], "request 12 of 2026")
        erasure = next(s for s in statements(office.store.conn) if s.kind == "erase")
    return Told(events, erasure)


@pytest.mark.parametrize("seed", range(24))
def test_in_whatever_order_it_comes(told: Told, world: World, clock: SetClock, seed: int) -> None:
    print("seed", seed)
    rng = random.Random(seed)
    events = list(told.events) + rng.choices(told.events, k=3)
    erased = {bytes.fromhex(ent) for ent in told.erasure.body["entities"]}
    # What somebody passes on who heard of it before: what is left of a line, or its hash alone.
    events += [without(event, erased) for event in rng.choices(told.events, k=2)]
    if seed % 3:
        rng.shuffle(events)
    when = rng.choice((0, len(events), rng.randrange(len(events) + 1)))
    with at(world.lb, clock) as desk:
        for n in range(len(events) + 1):
            if n == when:
                desk.store.add_statements([told.erasure])
            if n < len(events):
                desk.store.take_in(events[n : n + 1])
                if rng.random() < 0.1:
                    desk.store.add_statements([told.erasure])
        must_be_gone(desk, seed)
        mine = state(desk), _comparable(derived(desk.store.conn))
    if told.expected:
        assert mine == told.expected[0], seed
    told.expected.append(mine)


def _comparable(found: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    """The derived tables without local ids."""
    return {name: rows for name, rows in found.items() if name not in ("op", "set_aside_op")}


def test_an_erasure_travels_and_nothing_else_is_lost(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    with at(world.lb, clock) as desk:
        ids = family(desk)
        register(desk, "Carlota")
    carry(world.lb, world.office, stick, clock)
    with at(world.office, clock) as office:
        before = events_of(office)
        done = erase(office, [ids["gone"]], "request 12 of 2026").result
        assert (done.persons, done.proposal) == (1, None) and done.records == 5
        must_be_gone(office, "office")
        assert events_of(office) == before
    with at(world.lb, clock) as desk:
        # Entered by a desk that has not heard of it: it goes as soon as the office has seen it.
        with desk.store.write(desk.user) as event:
            event.create(TRAVEL_DOCUMENT, {"person": ids["gone"], "document_number": "ZZ998877665"})
            event.set(PERSON, ids["gone"], "surnames", f"{SURNAMES} again")
    carry(world.lb, world.office, tmp_path / "second", clock)
    with at(world.office, clock) as office:
        must_be_gone(office, "office")
        assert names_in(every_value(office.store.conn), ["ZZ998877665"]) == []
    carry(world.office, world.lb, tmp_path / "back", clock, "LB")
    with at(world.lb, clock) as desk:
        must_be_gone(desk, "station")
        assert names_in(every_value(desk.store.conn), ["ZZ998877665"]) == []
        assert {row[0] for row in desk.store.conn.execute("SELECT given FROM person")} == {
            "Benedicta",
            "Carlota",
        }


def test_no_page_of_the_file_or_of_its_log_holds_the_name(world: World, told: Told, clock: SetClock) -> None:
    rng = random.Random(11)
    with at(world.lb, clock) as desk:
        register(desk, *(f"{GIVEN[: rng.randrange(3, 9)]}{n}" for n in range(60)))
        for event in told.events:
            desk.store.take_in([event])
        register(desk, *(f"Other{n}" for n in range(60)))
        desk.store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        key, path = desk.store.file_key, desk.store.path
        assert names_in(plain_pages(path, key)), "the pages are not read as they are"
        desk.store.add_statements([told.erasure])
        assert desk.store.sweep()
        assert names_in(plain_pages(path, key)) == []
        must_be_gone(desk, 11)
    assert names_in(plain_pages(path, key)) == []


def test_a_reader_that_holds_the_older_state_only_delays_the_sweeping(
    world: World, told: Told, clock: SetClock
) -> None:
    with at(world.lb, clock) as desk:
        for event in told.events:
            desk.store.take_in([event])
        reader = desk.reader()
        reader.conn.execute("BEGIN")
        reader.conn.execute("SELECT count(*) FROM person").fetchone()
        desk.store.add_statements([told.erasure])
        assert not desk.store.sweep()
        reader.conn.execute("ROLLBACK")
        reader.close()
        key, path = desk.store.file_key, desk.store.path
    assert names_in(plain_pages(path, key)) == []


def test_what_an_older_program_only_believed_acts_at_the_next_opening(
    world: World, told: Told, clock: SetClock
) -> None:
    with at(world.lb, clock) as desk:
        for event in told.events:
            desk.store.take_in([event])
        with desk.store.transaction() as conn:
            add_statement(conn, told.erasure, 0)
        assert names_in(every_value(desk.store.conn))
        codes = {one.code for one in check(desk.store.conn).findings}
        assert "not_erased" in codes, "the check says so"
    with at(world.lb, clock) as desk:
        must_be_gone(desk, "older program")
