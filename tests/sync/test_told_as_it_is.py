"""What is said of an exchange is what happened: erasures, desks taken out, names of desks, damaged copies, no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.erasing import erase
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.exchange_state import ExchangeState, exchange_state
from shelterdesk.actions.peers import aside_entries
from shelterdesk.actions.revoking import reinstate_desk, revoke_desk
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.aside_words import aside_words
from tests.sync.erasing import NEEDLES, family
from tests.sync.tables import table_of
from tests.sync.worlds import World, at, carry, given_names, join, parts_in, register


@pytest.fixture
def second(world: World, clock: SetClock, tmp_path: Path) -> Path:
    """A second desk of station LB, ``LB1A``."""
    join(world.lb, tmp_path / "second", clock)
    return tmp_path / "second"


def state_of(desk: Desk) -> ExchangeState:
    reader = desk.reader()
    try:
        return exchange_state(reader)
    finally:
        reader.close()


def damage(part: Path) -> None:
    data = part.read_bytes()
    part.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def test_an_erasure_that_came_in_is_told_without_a_name(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    with at(world.lb, clock) as desk:
        ids = family(desk)
    carry(world.lb, world.office, stick, clock)
    back, other = tmp_path / "back", tmp_path / "other"
    back.mkdir()
    other.mkdir()
    with at(world.office, clock) as office:
        erase(office, [ids["gone"]], "request 12 of 2026")
        export_bundle(office, back, "LB")
        export_bundle(office, other, "MT")
    with at(world.lb, clock) as desk:
        found = import_from(desk, back).result
        assert found.news == ["1 person was erased here, as the office ordered."]
        assert not any(needle in said for needle in NEEDLES for said in found.news)
        assert import_from(desk, back).result.news == [], "told once"
    with at(world.mt, clock) as desk:
        assert import_from(desk, other).result.news == [
            "The office ordered an erasure; of the people it is about nothing was here."
        ]


def test_an_erasure_that_came_over_the_table_is_told_too(
    world: World, second: Path, clock: SetClock, tmp_path: Path
) -> None:
    back = tmp_path / "back"
    back.mkdir()
    with table_of([world.lb, second], clock) as seats:
        ids = family(seats.desks[0])
        seats.rounds()
        assert len(given_names(seats.desks[1])) == 2
    carry(world.lb, world.office, tmp_path / "there", clock)
    with at(world.office, clock) as office:
        erase(office, [ids["gone"]], "request 12 of 2026")
        export_bundle(office, back, "LB")
    with table_of([world.lb, second], clock) as seats:
        import_from(seats.desks[0], back)
        told = [said for done in seats.rounds() for said in done.alarms]
        assert told == ["1 person was erased here, as the office ordered."]
        assert len(given_names(seats.desks[1])) == 1


def test_a_desk_taken_out_and_back_is_told_also_to_itself(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    carry(world.lb, world.office, tmp_path / "there", clock)
    with at(world.office, clock) as office:
        revoke_desk(office, "LB1A")
        export_bundle(office, stick, "LB")
        statements = office.store.conn.execute("SELECT count(*) FROM statement").fetchone()[0]
        assert statements > 0
    with at(world.lb, clock) as desk:
        assert import_from(desk, stick).result.news == [
            "Desk LB1A was taken out: what was not held there when that was done is set aside and does not count."
        ]
    carry(world.lb, world.office, tmp_path / "again", clock)
    with at(world.office, clock) as office:
        reinstate_desk(office, "LB1A")
        export_bundle(office, stick, "LB")
    with at(world.lb, clock) as desk:
        assert import_from(desk, stick).result.news == ["Desk LB1A counts again: its revocation was lifted."]


def test_what_was_not_held_at_the_revocation_is_not_told_as_written_after_it(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    carry(world.lb, world.office, tmp_path / "there", clock)
    with at(second, clock) as desk:
        register(desk, "Zoe")  # before anybody revoked anything
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        revoke_desk(office, "LB1A")
        import_from(office, stick)
        reader = office.reader()
        (group,) = aside_entries(reader).groups
        reader.close()
        why, advice = aside_words(group.reason)
        assert "after" not in why and "did not hold this entry" in why
        assert "once the office lifts the revocation" in advice
        reinstate_desk(office, "LB1A")
        assert given_names(office) == {"Zoe"}, "the advice is true"


def test_the_office_has_its_name_where_desks_are_listed(world: World, stick: Path, clock: SetClock) -> None:
    carry(world.office, world.lb, stick, clock, "LB")
    with at(world.lb, clock) as desk:
        assert set(state_of(desk).heard_ms) == {"Central"}


def test_a_desks_own_damaged_part_goes_once_a_good_one_lies_there(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
        own = parts_in(stick, desk.who.dev)[0]
        good = own.read_bytes()
        damage(own)
        import_from(desk, stick)
        assert [one.name.split("/")[1] for one in state_of(desk).left_out] == [own.name]
        own.write_bytes(good)
        import_from(desk, stick)
        assert state_of(desk).left_out == ()
        # Written anew, without a look at what lies there.
        damage(own)
        import_from(desk, stick)
        assert len(state_of(desk).left_out) == 1
        export_bundle(desk, stick)
        assert state_of(desk).left_out == ()
        # The damaged file is still there beside the good one: it is told, and waits for nobody.
        assert len(list(own.parent.glob(f"{own.name[:6]}*.age"))) == 2
        assert import_from(desk, stick).result.refused == 1
        assert state_of(desk).left_out == ()


def test_a_damaged_copy_of_what_is_here_whole_waits_for_nobody(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        damage(parts_in(stick)[0])
        assert import_from(office, stick).result.refused == 1
        assert state_of(office).left_out == ()
