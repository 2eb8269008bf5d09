"""Somebody registered twice is asked about, and registered all the same: nobody goes without food for a doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.person_changes import void_person
from shelterdesk.actions.person_lines import add_people
from shelterdesk.actions.registration import register_family
from shelterdesk.core.json_line import Line
from shelterdesk.core.kinds import PERSON
from shelterdesk.core.people import DocumentForm, FamilyForm, PersonForm
from shelterdesk.core.vocabulary import DocumentType, Missing, Sex
from shelterdesk.db.doubles import _OF_DOCUMENT, _OF_NAME
from tests.actions.at_site import moved

PASSPORT = DocumentForm(DocumentType.PASSPORT, "012345678", "VEN")
ANA = PersonForm("Pérez Toussaint", "Ana", sex=Sex.F, birth="1994-03-02", documents=(PASSPORT,))
BARE = replace(ANA, documents=())


def saved(
    desk: Desk, *members: PersonForm
) -> tuple[list[tuple[str, str]], list[tuple[int | None, str, str]]]:
    """(id, number) of each person registered, and the doubles asked about."""
    done = register_family(desk, FamilyForm(members)).result
    asked = [(w.member, w.code, w.sentence) for w in done.warnings if w.code.startswith("same_")]
    return [(one.ent, one.number) for one in done.members], asked


def test_the_same_paper_again_is_asked_about_and_saved(desk: Desk) -> None:
    [(_, number)], asked = saved(desk, ANA)
    assert asked == []
    again = replace(BARE, given="Ann", birth="1994", documents=(replace(PASSPORT, number="01-234 5678"),))
    people, asked = saved(desk, PersonForm("Ruiz", "Luis", birth="1990"), again)
    assert asked == [(1, "same_document", f"{number} holds this document already: the same person?")]
    assert len(people) == 2


@pytest.mark.parametrize(
    ("paper", "is_asked"),
    [
        (replace(PASSPORT, issuer="COL"), False),
        (replace(PASSPORT, issuer=Missing.UNKNOWN), True),
        (replace(PASSPORT, number="012345679"), False),
        (replace(PASSPORT, number=Missing.NOT_ASKED), False),
    ],
)
def test_a_number_is_its_country_s(desk: Desk, paper: DocumentForm, is_asked: bool) -> None:
    saved(desk, ANA)
    assert bool(saved(desk, PersonForm("Ruiz", "Luis", documents=(paper,)))[1]) is is_asked


@pytest.mark.parametrize(
    ("change", "is_asked"),
    [
        ({}, True),
        ({"surnames": "PEREZ TOUSSAINT", "given": "ana"}, True),
        ({"surnames": "Ana", "given": "Toussaint-Pérez"}, True),
        ({"given": "Ana María"}, False),
        ({"given": "Anabel"}, False),
        ({"given": Missing.UNKNOWN}, False),
        ({"sex": Sex.M}, False),
        ({"sex": Missing.NOT_ASKED}, False),
        ({"birth": "1994-03-03"}, False),
        ({"birth": "1994-03"}, False),
    ],
)
def test_the_same_name_birth_and_sex_are_asked_about(
    desk: Desk, change: dict[str, Any], is_asked: bool
) -> None:
    [(_, number)], _ = saved(desk, BARE)
    said = f"{number} has the same name and birth date: the same person?"
    assert saved(desk, replace(BARE, **change))[1] == ([(0, "same_name", said)] if is_asked else [])


def test_a_year_of_birth_is_too_little_to_ask(desk: Desk) -> None:
    saved(desk, replace(BARE, birth="1994"))
    assert saved(desk, replace(BARE, birth="1994"))[1] == []


def test_a_name_in_its_own_script_alone(desk: Desk) -> None:
    omar = PersonForm(name_native="عمر حسن", sex=Sex.M, birth="1990-01-02")
    [(_, number)], _ = saved(desk, omar)
    assert [said[2].split()[0] for said in saved(desk, omar)[1]] == [number]


def test_of_who_left_only_the_paper_is_known(desk: Desk, clock: SetClock) -> None:
    [(ent, number)], _ = saved(desk, ANA)
    clock.forward(timedelta(hours=20))  # past midnight in Panama as in Greenwich
    moved(desk, ent, "DEPARTED_BUS")
    assert saved(desk, BARE)[1] == []
    clock.forward(timedelta(days=3))
    asked = saved(desk, ANA)[1]
    said = f"{number} holds this document already and left on 2026-11-24: perhaps returned?"
    assert asked == [(0, "same_document", said)]


def test_who_is_here_is_named_before_who_left(desk: Desk, clock: SetClock) -> None:
    [(ent, _)], _ = saved(desk, ANA)
    clock.forward(timedelta(hours=1))
    moved(desk, ent, "DEPARTED_BUS")
    clock.forward(timedelta(hours=1))
    [(_, here)], _ = saved(desk, ANA)
    assert saved(desk, ANA)[1][0][2] == f"{here} holds this document already: the same person?"


@pytest.mark.parametrize("how", ["void", "died"])
def test_records_entered_by_mistake_and_the_dead_ask_nothing(desk: Desk, clock: SetClock, how: str) -> None:
    [(ent, number)], _ = saved(desk, ANA)
    clock.forward(timedelta(hours=1))
    if how == "void":
        void_person(desk, number, "entered twice")
    else:
        moved(desk, ent, "DIED")
    assert saved(desk, ANA)[1] == [] and saved(desk, BARE)[1][0][2].startswith("LB1-000002-")


def test_the_people_of_another_station_are_not_asked_about_by_name(desk: Desk) -> None:
    with desk.store.write(desk.user) as event:
        values = {"number": "MT1-000001-9", "surnames": "Pérez Toussaint", "given": "Ana", "sex": "F"}
        event.create(PERSON, values | {"birth": "1994-03-02", "station": "MT", "arrived_at": event.now})
    assert saved(desk, BARE)[1] == []


def test_one_form_with_somebody_twice(desk: Desk) -> None:
    luis = PersonForm("Ruiz", "Luis", sex=Sex.M, birth="1990-05-05")
    people, asked = saved(desk, ANA, luis, replace(BARE, documents=(PASSPORT,)), luis)
    assert asked == [
        (2, "same_document", f"{people[0][1]} holds this document already: the same person?"),
        (3, "same_name", f"{people[1][1]} has the same name and birth date: the same person?"),
    ]


def test_a_family_piped_twice_answers_with_the_question(desk: Desk) -> None:
    paper = {"type": "PASSPORT", "number": "012345678", "issuer": "VEN"}
    ana = {"surnames": "Pérez", "given": "Ana", "sex": "F", "birth": "1994-03-02", "household": "H1"}
    luis = {"surnames": "Pérez", "given": "Luis", "sex": "M", "birth": "2019-05-06", "household": "H1"}
    lines: list[Line] = [{**ana, "documents": [paper]}, luis]
    first = list(add_people(desk, lines))
    assert [answer["warnings"] for answer in first] == [[], []]
    second = list(add_people(desk, lines))
    assert [answer["warnings"] for answer in second] == [
        [f"{first[0]['number']} holds this document already: the same person?"],
        [f"{first[1]['number']} has the same name and birth date: the same person?"],
    ]
    assert len({answer["number"] for answer in (*first, *second)}) == 4


def test_only_what_an_index_leads_to_is_read(desk: Desk) -> None:
    """With a million people a scan would hold every save up."""
    for sql, given in ((_OF_DOCUMENT, ("1", "VEN", "DIED")), (_OF_NAME, ('"a"', 9, "1990-01-01", "F", "LB"))):
        plan = [row[3] for row in desk.store.conn.execute(f"EXPLAIN QUERY PLAN {sql}", given)]
        scans = [step for step in plan if step.startswith("SCAN")]
        assert all(" VIRTUAL TABLE INDEX " in step for step in scans), plan
