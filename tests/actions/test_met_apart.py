"""What two desks did apart against a rule is found from the tables, and is gone once it was put right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.counter import serve
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.lodging import give_place
from shelterdesk.actions.met_apart import MetLine, list_met_apart, met_words
from shelterdesk.actions.person_changes import add_document, void_person
from shelterdesk.actions.registration import local_day
from shelterdesk.actions.users import add_user
from shelterdesk.core.kinds import CARD, SAME_AS
from shelterdesk.core.people import DocumentForm
from shelterdesk.core.roster import user_body
from shelterdesk.core.severity import Severity
from shelterdesk.core.vocabulary import DocumentType, Role
from shelterdesk.db.met_apart import Met
from tests.actions.at_site import hear, person, second_desk, with_plan
from tests.stations import CHEAP, PASSPHRASE

Pair = tuple[Desk, Desk]


@pytest.fixture
def pair(desk: Desk, tmp_path: Path) -> Iterator[Pair]:
    """Two stores of one station with a plan."""
    with_plan(desk)
    other = second_desk(desk, tmp_path / "other")
    yield desk, other
    other.store.close()


def found(desk: Desk) -> dict[Met, list[MetLine]]:
    """What is listed, by sort; each has two sentences."""
    reader = desk.reader()
    lines = list_met_apart(desk, reader, local_day(desk))
    reader.close()
    assert [line.severity for line in lines] == sorted(line.severity for line in lines)
    by_sort: dict[Met, list[MetLine]] = {}
    for line in lines:
        assert all(met_words(line)) and line.about in met_words(line)[0]
        by_sort.setdefault(line.met, []).append(line)
    return by_sort


def numbers(line: MetLine) -> set[str]:
    """The people it is about."""
    return {one.number for one in line.subjects}


def test_two_beds_for_one_person_and_one_bed_for_two(pair: Pair, clock: SetClock) -> None:
    one, two = pair
    (ana, a), (luz, b) = person(one, "Ana"), person(one, "Luz")
    hear(two, one)
    give_place(one, a, "A-1-1")
    clock.forward(timedelta(minutes=1))
    give_place(two, a, "A-1-2")
    give_place(two, b, "A-1-1")
    assert found(one) == found(two) == {}
    hear(one, two)
    lines = found(one)
    assert set(lines) == {Met.TWO_BEDS}, "the bed given first is free again once the other counts"
    (twice,) = lines[Met.TWO_BEDS]
    assert numbers(twice) == {a} and twice.about == "A-1-1, A-1-2" and twice.subjects[0].person == ana
    give_place(one, b, "A-1-2")
    lines = found(one)
    assert [(numbers(line), line.about) for line in lines[Met.BED_TWICE]] == [({a, b}, "A-1-2")]
    give_place(one, a, "B-1", reason="its own bed")
    assert found(one) == {} and luz != ana


def test_one_card_of_two_people_and_one_number_on_two_records(pair: Pair) -> None:
    one, two = pair
    (ana, a), (luz, b) = person(one, "Ana"), person(one, "Luz")
    hear(two, one)
    for desk, who in ((one, ana), (two, luz)):
        with desk.store.write(desk.user) as event:
            event.create(CARD, {"serial": 7, "signed_by": "0a0b0c0d0e0f", "person": who})
    person(two, "Eva", number=a)
    hear(one, two)
    lines = found(one)
    assert [(numbers(line), line.about) for line in lines[Met.CARD_TWICE]] == [({a, b}, "7")]
    (number,) = lines[Met.NUMBER_TWICE]
    assert number.about == a and {one.name for one in number.subjects} == {"Ana", "Eva"}
    eva = next(one.person for one in number.subjects if one.name == "Eva")
    void_person(one, eva, "twice")
    assert Met.NUMBER_TWICE not in found(one)


def test_one_paper_of_two_people_until_somebody_decides(pair: Pair) -> None:
    one, two = pair
    people = [person(one, name) for name in ("Ana", "Luz", "Eva", "Sol")]
    hear(two, one)
    paper = DocumentForm(DocumentType.PASSPORT, "V1234567", "VEN")
    for desk, (_, number) in zip((one, two), people, strict=False):
        add_document(desk, number, paper)
    add_document(two, people[2][1], DocumentForm(DocumentType.PASSPORT, "V1234567", "COL"))
    hear(one, two)
    (line,) = found(one)[Met.SAME_PAPER]
    assert numbers(line) == {people[0][1], people[1][1]}, (
        "the same number of another country is another paper"
    )
    add_document(one, people[3][1], DocumentForm(DocumentType.PASSPORT, "V1234567"))
    (line,) = found(one)[Met.SAME_PAPER]
    assert len(numbers(line)) == 4, "without a country it may be any of them"
    with one.store.write(one.user) as event:
        for at, (ent, _) in enumerate(people):
            for other, _ in people[at + 1 :]:
                verdict = "same" if (at, other) == (0, people[1][0]) else "different"
                event.create(
                    SAME_AS, {"person": ent, "other": other, "verdict": verdict, "decided_at": event.now}
                )
    assert Met.SAME_PAPER not in found(one)


def test_a_lunch_from_two_counters_is_only_a_parallel_change(pair: Pair, clock: SetClock) -> None:
    one, two = pair
    _, a = person(one, "Ana")
    hear(two, one)
    for desk in (one, two):
        clock.forward(timedelta(minutes=5))
        serve(desk, "LUNCH", a)
    hear(one, two)
    (line,) = found(one)[Met.SERVICE_TWICE]
    assert numbers(line) == {a} and line.severity is Severity.PARALLEL
    assert line.about == f"Lunch {local_day(one)}"
    clock.forward(timedelta(days=1))
    assert Met.SERVICE_TWICE in found(one), "the day before is looked at too"
    clock.forward(timedelta(days=1))
    assert found(one) == {}


def test_two_users_of_one_name(desk: Desk) -> None:
    add_user(desk, "maria", frozenset({Role.OPERATOR}), PASSPHRASE, cost=CHEAP)
    twin = next(user for user in desk.roster.users.values() if user.name == "maria")
    assert found(desk) == {}
    desk.publish("user", {"user": user_body(replace(twin, id="f" * 16, name="Maria", sign=b"x" * 32))})
    (line,) = found(desk)[Met.USER_TWICE]
    assert line.about.casefold() == "maria" and line.subjects == ()
