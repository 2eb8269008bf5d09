"""The counter on a real file: once for two counters, a double click, a late list; food for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.counter import family_at_counter, serve, serve_family, services_now
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.core.counter import Verdict
from shelterdesk.core.errors import BadField, NotFound, Refused
from shelterdesk.core.kinds import FLAG, SAME_AS, SERVICE_TYPE
from shelterdesk.db.services import services_of_day
from tests.actions.at_site import family, group, hear, moved, person, second_desk
from tests.stations import PASSPHRASE

NOON = datetime(2026, 11, 23, 17, 31, tzinfo=UTC)  # 12:31 in Panama


@pytest.fixture
def noon(clock: SetClock) -> SetClock:
    """The clock at lunch time."""
    clock.set(NOON)
    return clock


@pytest.fixture
def other(desk: Desk, tmp_path: Path) -> Iterator[Desk]:
    """A second desk of the station."""
    found = second_desk(desk, tmp_path / "other")
    yield found
    found.store.close()


def given(desk: Desk) -> int:
    return int(desk.store.conn.execute("SELECT count(*) FROM service WHERE void IS NULL").fetchone()[0])


def test_lunch_is_given_once_and_the_answer_says_when_and_where(desk: Desk, noon: SetClock) -> None:
    ent, number = person(desk, "Rosa")
    first = serve(desk, "LUNCH", number)
    assert (first.result.verdict, first.result.person, first.result.name) == (Verdict.GIVEN, ent, "Rosa")
    assert first.changes.kinds == {"service"} and len(first.result.undo) == 1
    row = desk.store.conn.execute(
        "SELECT happened_at, service_day, counter, portions, override_reason FROM service"
    ).fetchone()
    assert row == ("2026-11-23T12:31:00-05:00[America/Panama]", "2026-11-23", "LB1", 1, None)
    noon.forward(timedelta(minutes=4))
    again = serve(desk, "lunch", number)
    assert (again.result.verdict, again.result.is_given, again.changes.kinds) == (
        Verdict.ALREADY,
        False,
        frozenset(),
    )
    assert again.result.previous == ("Lunch", "12:31", "LB1")
    assert again.result.sentence == "Lunch received 12:31 at counter LB1."
    assert again.result.until == "2026-11-24T06:00:00-05:00[America/Panama]"
    assert given(desk) == 1


def test_two_counters_on_one_folder_give_one_lunch(desk: Desk, station_folder: Path, noon: SetClock) -> None:
    _, number = person(desk)
    second = open_desk(station_folder, "counter", PASSPHRASE, noon)
    assert serve(second, "LUNCH", number, counter="2").result.is_given
    said = serve(desk, "LUNCH", number).result
    assert not said.is_given and said.previous == ("Lunch", "12:31", "2")
    second.close()


def test_what_two_desks_gave_apart_is_kept_and_counts_once(desk: Desk, other: Desk, noon: SetClock) -> None:
    _, number = person(desk)
    hear(other, desk)
    assert serve(desk, "LUNCH", number).result.is_given
    noon.forward(timedelta(minutes=10))
    assert serve(other, "LUNCH", number).result.is_given
    hear(desk, other)
    hear(other, desk)
    for one in (desk, other):
        counted = services_of_day(one.store.conn, NOON.date())
        assert (given(one), counted.counts["LUNCH"], len(counted.double)) == (2, 1, 1)
        assert serve(one, "LUNCH", number).result.previous == ("Lunch", "12:31", "LB1")


def test_two_records_of_one_person_have_one_lunch(desk: Desk, noon: SetClock) -> None:
    (one, first), (two, second) = person(desk), person(desk)
    serve(desk, "LUNCH", first)
    with desk.store.write(desk.user) as event:
        event.create(SAME_AS, {"person": one, "other": two, "verdict": "same", "decided_at": event.now})
    assert serve(desk, "LUNCH", second).result.verdict is Verdict.ALREADY
    noon.forward(timedelta(seconds=1))
    with desk.store.write(desk.user) as event:
        event.create(SAME_AS, {"person": two, "other": one, "verdict": "different", "decided_at": event.now})
    assert serve(desk, "LUNCH", second).result.is_given


def test_the_service_day_is_local_and_changes_at_the_change_hour(desk: Desk, clock: SetClock) -> None:
    _, number = person(desk)
    clock.set(datetime(2026, 11, 24, 0, 30, tzinfo=UTC))  # 19:30 on the 23rd
    assert serve(desk, "DINNER", number).result.is_given
    clock.set(datetime(2026, 11, 24, 10, 59, tzinfo=UTC))  # 05:59 on the 24th
    assert serve(desk, "DINNER", number).result.verdict is Verdict.ALREADY
    clock.set(datetime(2026, 11, 24, 11, 0, tzinfo=UTC))  # 06:00
    assert serve(desk, "DINNER", number).result.is_given


def test_the_hour_says_what_is_served(desk: Desk, clock: SetClock) -> None:
    _, number = person(desk)
    reader = desk.reader()
    assert serve(desk, None, number).result.rule.code == "BREAKFAST"
    clock.set(NOON)
    assert serve(desk, None, number).result.rule.code == "LUNCH"
    assert services_now(desk, reader)[1] == "LUNCH"
    clock.set(datetime(2026, 11, 24, 5, 0, tzinfo=UTC))  # midnight
    assert services_now(desk, reader)[1] is None
    with pytest.raises(Refused):
        serve(desk, None, number)
    with pytest.raises(NotFound):
        serve(desk, "TEA", number)
    reader.close()


def test_a_second_helping_is_given_with_a_reason_and_counts(desk: Desk, noon: SetClock) -> None:
    _, number = person(desk)
    serve(desk, "LUNCH", number, override_reason="not needed, so not kept")
    done = serve(desk, "LUNCH", number, override_reason="came back hungry").result
    assert done.is_given and done.verdict is Verdict.ALREADY
    reasons = [r for (r,) in desk.store.conn.execute("SELECT override_reason FROM service ORDER BY ent")]
    assert sorted(reasons, key=str) == [None, "came back hungry"]
    assert services_of_day(desk.store.conn, NOON.date()).counts["LUNCH"] == 2


@pytest.mark.parametrize("who", ["LB1-000099-X", "SDC1NOTACARD", "nobody", ""])
def test_food_goes_to_who_is_not_known_and_is_counted(desk: Desk, noon: SetClock, who: str) -> None:
    said = serve(desk, "LUNCH", who).result
    assert said.verdict is Verdict.UNKNOWN and not said.is_given and "without a name" in said.sentence
    assert given(desk) == 0
    done = serve(desk, "LUNCH", who, override_reason="no card", portions=3).result
    assert done.is_given
    row = desk.store.conn.execute("SELECT person, portions, override_reason FROM service").fetchone()
    assert row == (None, 3, "no card")
    assert services_of_day(desk.store.conn, NOON.date()).counts["LUNCH"] == 3


def test_who_is_noted_as_having_left_is_served_with_advice(desk: Desk, noon: SetClock) -> None:
    ent, number = person(desk)
    moved(desk, ent, "ABSENT")
    done = serve(desk, "LUNCH", number).result
    assert done.is_given and any("having left" in said for said in done.advice)


def test_a_paper_list_entered_later(desk: Desk, noon: SetClock) -> None:
    _, number = person(desk)
    early = datetime(2026, 11, 23, 12, 10, tzinfo=UTC)
    assert serve(desk, "BREAKFAST", number, at=early).result.is_given
    assert serve(desk, "BREAKFAST", number, at=early + timedelta(hours=1)).result.verdict is Verdict.ALREADY
    yesterday = NOON - timedelta(days=1)
    assert serve(desk, "LUNCH", number, at=yesterday).result.is_given
    assert serve(desk, "LUNCH", number).result.is_given
    days = [d for (d,) in desk.store.conn.execute("SELECT service_day FROM service ORDER BY happened_at_ms")]
    assert days == ["2026-11-22", "2026-11-23", "2026-11-23"]
    with pytest.raises(BadField):
        serve(desk, "LUNCH", number, at=NOON + timedelta(minutes=1))


def test_a_family_is_ticked_and_served_in_one_event(desk: Desk, noon: SetClock) -> None:
    number, people = family(desk, {"given": "Rosa"}, {"birth": "2020"}, {"birth": "2021"})
    serve(desk, "LUNCH", people[1][1])
    reader = desk.reader()
    ticks = family_at_counter(desk, reader, "LUNCH", people[0][1])
    assert [(one.number, one.was_scanned, one.answer.answer.is_free) for one in ticks] == [
        (people[0][1], True, True),
        (people[1][1], False, False),
        (people[2][1], False, True),
    ]
    assert [one.person for one in family_at_counter(desk, reader, None, number)] == [ent for ent, _ in people]
    before = desk.store.conn.execute("SELECT count(*) FROM event").fetchone()[0]
    done = serve_family(desk, "LUNCH", [one.person for one in ticks], collected_by=people[0][1]).result
    assert [one.is_given for one in done.served] == [True, False, True] and len(done.undo) == 1
    assert desk.store.conn.execute("SELECT count(*) FROM event").fetchone()[0] == before + 1
    fetched = desk.store.conn.execute(
        "SELECT count(*) FROM service WHERE collected_by = ?", (bytes.fromhex(people[0][0]),)
    ).fetchone()
    assert fetched == (1,)
    with pytest.raises(Refused):
        serve(desk, "LUNCH", number)
    with pytest.raises(NotFound):
        family_at_counter(desk, reader, "LUNCH", "nobody")
    reader.close()


def test_one_person_ticked_twice_in_a_call_eats_once(desk: Desk, noon: SetClock) -> None:
    ent, number = person(desk)
    assert len(serve_family(desk, "LUNCH", [ent, number]).result.served) == 1 and given(desk) == 1


def test_a_token_eats_for_as_many_as_have_no_name(desk: Desk, noon: SetClock) -> None:
    ent, token = group(desk, 3)
    assert serve(desk, "LUNCH", token, portions=2).result.is_given
    said = serve(desk, "LUNCH", token, portions=2).result
    assert said.verdict is Verdict.ALREADY and "everybody of this token" in said.sentence
    assert serve(desk, "LUNCH", token).result.is_given
    assert services_of_day(desk.store.conn, NOON.date()).counts["LUNCH"] == 3
    with pytest.raises(BadField):
        serve(desk, "LUNCH", token, portions=0)


def test_a_flag_holds_things_back_for_the_role_it_names_and_never_food(
    desk: Desk, station_folder: Path, noon: SetClock
) -> None:
    ent, number = person(desk)
    with desk.store.write(desk.user) as event:
        event.create(SERVICE_TYPE, {"code": "MAIL", "name": {"en": "Mail"}, "service_class": "item"})
        event.create(
            FLAG,
            {
                "person": ent, "name": "Ask first", "instruction": "Ask the office.", "at_counter": True,
                "holds_back": ["MAIL", "LUNCH"], "lifted_by_role": "supervisor", "from_at": event.now,
            },
        )  # fmt: skip
    counter = open_desk(station_folder, "counter", PASSPHRASE, noon)
    lunch = serve(counter, "LUNCH", number).result
    assert lunch.is_given and "Ask the office." in lunch.advice
    said = serve(counter, "MAIL", number, override_reason="urgent").result
    assert (said.verdict, said.is_given) == (Verdict.HELD_BACK, False) and "supervisor" in said.sentence
    assert serve(desk, "MAIL", number, override_reason="asked").result.is_given
    counter.close()


def test_what_is_for_who_comes_in_person(desk: Desk, noon: SetClock) -> None:
    (_, number), (_, brother) = person(desk), person(desk)
    with desk.store.write(desk.user) as event:
        for code, kind in (("MAIL", "item"), ("DOCTOR", "health")):
            event.create(SERVICE_TYPE, {"code": code, "service_class": kind, "family_pickup": False})
    with pytest.raises(Refused):
        serve(desk, "MAIL", number, collected_by=brother)
    assert serve(desk, "MAIL", number, collected_by=number).result.is_given
    assert serve(desk, "DOCTOR", number, collected_by=brother).result.is_given
