"""Beds and the site plan on a real file: given, moved, ended, doubled by two desks, proposed, closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.lodging import end_stay, give_place, give_places, move, propose_place
from shelterdesk.actions.places import (
    SitePlan,
    block_places,
    close_place,
    import_plan,
    list_occupants,
    list_places,
    open_place,
)
from shelterdesk.core.errors import BadField, NotAllowed, NotFound, Refused
from shelterdesk.core.kinds import BED_NEED, PLACE
from shelterdesk.core.lodging import END_MOVEMENTS, EndReason
from shelterdesk.core.plan import PlanRefused
from shelterdesk.core.presence import LEAVING
from tests.actions.at_site import PLAN, family, group, hear, moved, person, second_desk, with_plan
from tests.stations import PASSPHRASE


def site_of(desk: Desk) -> SitePlan:
    reader = desk.reader()
    try:
        return list_places(reader)
    finally:
        reader.close()


def numbers(desk: Desk, code: str) -> tuple[int, int, int]:
    """(capacity, occupied, free) of a place."""
    state = site_of(desk).find(code)
    assert state is not None
    return state.capacity.capacity, state.capacity.occupied, state.capacity.free


def rows(desk: Desk, sql: str) -> list[tuple[object, ...]]:
    return list(desk.store.conn.execute(sql))


@pytest.fixture
def other(desk: Desk, tmp_path: Path) -> Iterator[Desk]:
    """A second desk that knows the plan."""
    with_plan(desk)
    found = second_desk(desk, tmp_path / "other")
    yield found
    found.store.close()


def test_a_plan_is_taken_in_whole_and_again(desk: Desk) -> None:
    first = import_plan(desk, PLAN).result
    assert (first.new, first.changed, first.unchanged, first.missing_from_file) == (9, 0, 0, ())
    assert import_plan(desk, PLAN).result.unchanged == 9
    text = PLAN.replace("A-2,A,room,,6,", "A-2,A,room,,8,").replace("B-2,B,room,UAC_GIRLS,2,12,no\n", "")
    again = import_plan(desk, text + "C,,block,,10,,\n")
    assert (again.result.new, again.result.changed, again.result.unchanged) == (1, 1, 7)
    assert again.result.missing_from_file == ("B-2",)
    assert again.changes.kinds == {"place"}
    assert (numbers(desk, "A")[0], numbers(desk, "B")[0], numbers(desk, "C")[0]) == (11, 4, 10)
    site = site_of(desk)
    assert site.site.capacity == 25 and [top.place.code for top in site.tree] == ["A", "B", "C"]
    assert {row["code"]: row["capacity"] for row in site.to_json()}["A-1"] == 3


def test_a_plan_that_is_refused_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    before = rows(desk, "SELECT count(*) FROM event")
    with pytest.raises(PlanRefused) as refused:
        import_plan(desk, PLAN + "C,A-1-1,room,,2,,\n")
    assert refused.value.line == 11
    with pytest.raises(NotFound):
        import_plan(desk, tmp_path / "none.csv")
    assert rows(desk, "SELECT count(*) FROM event") == before and site_of(desk).tree == ()


def test_only_a_supervisor_takes_a_plan_in(operator_desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        import_plan(operator_desk, PLAN)


def test_a_whole_family_gets_a_room_in_one_event(desk: Desk) -> None:
    with_plan(desk)
    number, people = family(desk, {}, {"birth": "2020"}, {"birth": "2022"})
    before = len(rows(desk, "SELECT id FROM event"))
    done = give_place(desk, number, "a-2")
    assert len(rows(desk, "SELECT id FROM event")) == before + 1
    assert [one.person for one in done.result.given] == [ent for ent, _ in people]
    assert done.result.warnings == () and done.changes.kinds == {"stay"}
    assert numbers(desk, "A-2") == (6, 3, 3) and numbers(desk, "A") == (9, 3, 6)


def test_giving_a_place_ends_the_one_before_in_the_same_event(desk: Desk, clock: SetClock) -> None:
    with_plan(desk)
    ent, number = person(desk)
    give_place(desk, number, "A-1-1")
    clock.forward(timedelta(hours=2))
    done = move(desk, number, "A-1-2", "asked to")
    assert (done.result.given[0].moved_from, len(done.result.undo)) == ("A-1-1", 1)
    found = rows(desk, "SELECT end_reason, to_at_ms - from_at_ms, reason FROM stay ORDER BY from_at_ms")
    assert found == [("TO_OTHER_PLACE", 7_200_000, None), (None, None, "asked to")]
    assert (numbers(desk, "A-1-1")[1], numbers(desk, "A-1-2")[1]) == (0, 1)
    again = give_place(desk, ent, "A-1-2")
    assert again.result.undo == () and len(rows(desk, "SELECT ent FROM stay")) == 2
    with pytest.raises(BadField):
        move(desk, number, "A-1-3", " ")
    with pytest.raises(BadField):
        give_place(desk, number, "A-1-3", at=clock.now() - timedelta(hours=1))
    with pytest.raises(BadField):
        give_place(desk, number, "A-1-3", at=clock.now() + timedelta(minutes=1))


def test_a_full_blocked_or_closed_place_is_given_all_the_same(desk: Desk) -> None:
    with_plan(desk)
    numbers_of = [person(desk)[1] for _ in range(4)]
    give_place(desk, numbers_of[0], "A-1-1")
    full = give_place(desk, numbers_of[1], "A-1-1").result
    assert "A-1-1 has 2 people for 1 place." in full.warnings
    assert site_of(desk).double_beds == ("A-1-1",)
    assert numbers(desk, "A-1-1") == (1, 2, 0)
    block_places(desk, "A-2", 6, "wet")
    assert any("blocked" in said for said in give_place(desk, numbers_of[2], "A-2").result.warnings)
    close_place(desk, "B")
    assert "B-1 is closed." in give_place(desk, numbers_of[3], "B-1").result.warnings


def test_advice_is_said_and_forbids_nothing(desk: Desk) -> None:
    with_plan(desk)
    head, man = family(desk, {"sex": "F"}, {"sex": "M"})[1]
    give_place(desk, head[1], "A-1-1")
    done = give_place(desk, man[1], "B-1").result
    assert any("women" in said for said in done.warnings)
    assert any("rest of the family" in said and "A-1-1" in said for said in done.warnings)
    with desk.store.write(desk.user) as event:
        event.create(BED_NEED, {"person": man[0], "bed_need": "STEP_FREE", "from_at": event.now})
    assert any("step-free" in said for said in give_place(desk, man[1], "A-1-2").result.warnings)
    moved(desk, head[0], "DEPARTED_BUS")
    assert any("having left" in said for said in give_place(desk, head[1], "A-1-3").result.warnings)


def test_who_is_not_known_and_what_is_no_place(desk: Desk) -> None:
    with_plan(desk)
    _, number = person(desk)
    with pytest.raises(NotFound):
        give_place(desk, number, "Z-9")
    with pytest.raises(NotFound):
        give_place(desk, "LB1-000099-X", "A-1-1")
    with pytest.raises(NotFound):
        give_place(desk, number[:-1] + ("A" if number[-1] != "A" else "B"), "A-1-1")


@pytest.mark.parametrize("reason", list(EndReason))
def test_an_end_that_is_a_movement_is_noted_as_one(desk: Desk, reason: EndReason) -> None:
    with_plan(desk)
    ent, number = person(desk)
    give_place(desk, number, "A-1-1")
    before = len(rows(desk, "SELECT id FROM event"))
    done = end_stay(desk, number, reason.value.lower()).result
    assert len(rows(desk, "SELECT id FROM event")) == before + 1
    assert (done.ended[0].person, done.ended[0].place) == (ent, "A-1-1")
    kind = END_MOVEMENTS.get(reason)
    noted = rows(desk, "SELECT movement, external FROM movement")
    external = "HOSPITAL" if reason is EndReason.HOSPITAL else None
    assert noted == ([(kind.value, external)] if kind is not None else [])
    is_here = rows(desk, "SELECT count(*) FROM presence WHERE to_ms IS NULL")
    assert is_here == [(0,)] if kind in LEAVING else [(1,)]
    assert rows(desk, "SELECT count(*) FROM stay WHERE void IS NOT NULL") == [
        (int(reason is EndReason.MISTAKE),)
    ]
    assert numbers(desk, "A-1-1")[1] == 0


def test_ends_that_cannot_be(desk: Desk) -> None:
    with_plan(desk)
    ent, number = person(desk)
    with pytest.raises(Refused):
        end_stay(desk, number, "OTHER")
    with pytest.raises(BadField):
        end_stay(desk, number, "BORED")
    assert end_stay(desk, number, "LEFT_BUS").result.ended[0].movement == "DEPARTED_BUS"
    with pytest.raises(Refused, match="has left already"):
        end_stay(desk, number, "LEFT_BUS")
    assert rows(desk, "SELECT count(*) FROM movement") == [(1,)]


def test_who_leaves_by_the_gate_leaves_the_bed_and_finds_it_again(desk: Desk, clock: SetClock) -> None:
    with_plan(desk)
    ent, number = person(desk)
    give_place(desk, number, "A-1-1")
    moved(desk, ent, "ABSENT")
    assert numbers(desk, "A-1-1") == (1, 0, 1)
    clock.forward(timedelta(hours=30))
    moved(desk, ent, "RETURNED")
    assert numbers(desk, "A-1-1") == (1, 1, 0)


def test_two_desks_that_gave_the_same_bed_are_shown(desk: Desk, other: Desk) -> None:
    give_place(desk, person(desk)[1], "A-1-1")
    give_place(other, person(other)[1], "A-1-1")
    hear(desk, other)
    hear(other, desk)
    for one in (desk, other):
        assert numbers(one, "A-1-1") == (1, 2, 0)
        assert site_of(one).double_beds == ("A-1-1",)
        assert len(rows(one, "SELECT ent FROM stay WHERE void IS NULL")) == 2


def test_one_person_given_two_beds_apart_is_in_the_one_given_last(
    desk: Desk, other: Desk, clock: SetClock
) -> None:
    ent, number = person(desk)
    hear(other, desk)
    give_place(desk, number, "A-1-1")
    clock.forward(timedelta(minutes=5))
    give_place(other, number, "A-2")
    hear(desk, other)
    assert (numbers(desk, "A-1-1")[1], numbers(desk, "A-2")[1]) == (0, 1)
    assert site_of(desk).in_two_places == ((ent, ("A-1-1", "A-2")),)
    clock.forward(timedelta(minutes=5))
    give_place(desk, number, "A-1-2")
    assert site_of(desk).in_two_places == ()


def test_plans_taken_in_at_two_desks_are_one(desk: Desk, tmp_path: Path) -> None:
    other = second_desk(desk, tmp_path / "other")
    with_plan(desk)
    with_plan(other)
    give_place(other, person(other)[1], "A-1-1")
    hear(desk, other)
    assert numbers(desk, "A-1-1") == (1, 1, 0) and site_of(desk).site.capacity == 13
    other.store.close()


def test_heads_without_a_name_get_beds(desk: Desk) -> None:
    with_plan(desk)
    ent, token = group(desk, 4)
    done = give_place(desk, token, "A-2").result
    assert [one.group for one in done.given] == [ent] * 4 and numbers(desk, "A-2") == (6, 4, 2)
    named, number = person(desk, arrival_group=ent)
    assert numbers(desk, "A-2") == (6, 3, 3)
    give_place(desk, number, "A-1-1")
    assert (numbers(desk, "A")[1], site_of(desk).present, site_of(desk).without_place) == (4, 4, 0)
    assert len(give_place(desk, token, "B-1", heads=2).result.given) == 2
    assert (numbers(desk, "A-2")[1], numbers(desk, "B-1")[1]) == (1, 2)
    with pytest.raises(BadField):
        give_place(desk, token, "A-2", heads=9)


def test_a_proposal_is_with_the_family_and_can_be_given(desk: Desk) -> None:
    with_plan(desk)
    reader = desk.reader()
    _, people = family(desk, {}, {"birth": "2020"}, {"birth": "2021"})
    whole = propose_place(desk, reader, [number for _, number in people])
    assert whole is not None and not whole.with_family
    assert [code for _, code in whole.places] == ["A-1-1", "A-1-2", "A-1-3"]
    give_place(desk, people[0][1], "A-2")
    beside = propose_place(desk, reader, [people[1][1], people[2][1]])
    assert beside is not None and beside.with_family and "with the family" in beside.reason
    assert {code for _, code in beside.places} == {"A-2"}
    done = give_places(desk, dict(beside.places)).result
    assert done.warnings == () and numbers(desk, "A-2")[1] == 3
    reader.close()


def test_a_closed_place_keeps_its_people_and_asks_why(desk: Desk) -> None:
    with_plan(desk)
    _, number = person(desk)
    give_place(desk, number, "A-1-1")
    with pytest.raises(Refused):
        close_place(desk, "A")
    done = close_place(desk, "A", "the roof leaks").result
    assert "1 person is still there" in done.warnings[0]
    assert numbers(desk, "A") == (0, 1, 0) and numbers(desk, "A-1-1") == (0, 1, 0)
    open_place(desk, "A")
    assert numbers(desk, "A") == (9, 1, 8)


def test_blocking_counts_only_what_is_free(desk: Desk) -> None:
    with_plan(desk)
    for _ in range(5):
        give_place(desk, person(desk)[1], "A-2")
    done = block_places(desk, "A-2", 3, "wet").result
    assert "2 of them are in use" in done.warnings[0]
    state = site_of(desk).find("A-2")
    assert state is not None and (state.capacity.blocked, state.capacity.allocable) == (1, 0)
    for places, reason in ((7, "wet"), (1, ""), (-1, "wet")):
        with pytest.raises(BadField):
            block_places(desk, "A-2", places, reason)
    block_places(desk, "A-2", 0)
    assert site_of(desk).site.blocked == 0


def test_who_sleeps_where_is_for_those_who_may_and_is_noted(
    desk: Desk, station_folder: Path, clock: SetClock
) -> None:
    with_plan(desk)
    number, people = family(desk, {"given": "Rosa"}, {"birth": "2020", "given": "Luz"})
    give_place(desk, number, "A-2")
    reader = desk.reader()
    found = list_occupants(desk, reader, ["A-2", "A-1-1"], clock.now().date())
    assert [(one.name, one.is_child, one.household) for one in found["A-2"]] == [
        ("Rosa", False, number),
        ("Luz", True, number),
    ]
    assert rows(desk, "SELECT access, count, detail FROM access") == [("opened", 2, "A-2")]
    reader.close()


def test_a_counter_may_not_write_stays(desk: Desk, station_folder: Path, clock: SetClock) -> None:
    with_plan(desk)
    _, number = person(desk)
    counter = open_desk(station_folder, "counter", PASSPHRASE, clock)
    with pytest.raises(NotAllowed):
        give_place(counter, number, "A-1-1")
    assert rows(desk, "SELECT count(*) FROM stay") == [(0,)]
    counter.close()


def test_a_place_of_a_later_program_does_not_stop_the_plan(desk: Desk) -> None:
    with_plan(desk)
    with desk.store.write(desk.user) as event:
        event.create(PLACE, {"code": "T", "place_kind": "tent", "capacity": 4, "quarter": "NEW"})
    assert numbers(desk, "T") == (4, 0, 4)
