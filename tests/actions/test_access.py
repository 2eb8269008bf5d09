"""Who looked at what: opened pages and shown lists are kept, typing is not, supervisors read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from shelterdesk.actions.access import LONGEST_DETAIL, note_access, note_search, who_looked
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.people import find_people, list_people, open_person, page_again, show_person
from shelterdesk.actions.person_changes import void_person
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.users import add_user
from shelterdesk.core.errors import NotAllowed, NotFound
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.core.vocabulary import AccessKind, Role
from shelterdesk.db.store import Reader
from tests.stations import CHEAP, PASSPHRASE


@pytest.fixture
def reader(desk: Desk) -> Iterator[Reader]:
    opened = desk.reader()
    yield opened
    opened.close()


@pytest.fixture
def ana(desk: Desk) -> str:
    return (
        register_family(desk, FamilyForm((PersonForm("Pérez", "Ana", birth="1994"),)))
        .result.members[0]
        .number
    )


def test_opening_is_kept_and_typing_is_not(desk: Desk, reader: Reader, ana: str, clock: SetClock) -> None:
    assert [line.number for line in find_people(desk, reader, "an")] == [ana]
    assert who_looked(desk, reader) == []
    done = open_person(desk, reader, ana)
    assert done.result.number == ana and done.changes.kinds == {"access"}
    assert page_again(desk, reader, done.result.ent) == done.result
    clock.forward(timedelta(minutes=3))
    shown = list_people(desk, reader, "Péréz  ANA")
    assert [line.number for line in shown.result] == [ana]
    searched, opened = who_looked(desk, reader)
    assert (opened.access, opened.subject, opened.user, opened.desk) == ("opened", ana, "admin", "LB1")
    assert opened.at == "2026-11-23T08:00:00-05:00[America/Panama]"
    assert (searched.access, searched.detail, searched.count, searched.subject) == (
        "searched",
        "perez ana",
        1,
        None,
    )


def test_a_supervisor_asks_for_one_person_and_since_when(
    desk: Desk, reader: Reader, ana: str, clock: SetClock
) -> None:
    other = register_family(desk, FamilyForm((PersonForm("Begum", birth="1990"),))).result.members[0].number
    open_person(desk, reader, ana)
    clock.forward(timedelta(hours=1))
    show_person(desk, reader, other)
    show_person(desk, reader, other, as_of=clock.now() - timedelta(minutes=30))
    assert [(one.subject, one.access) for one in who_looked(desk, reader, ana)] == [(ana, "opened")]
    late = who_looked(desk, reader, since=clock.now() - timedelta(minutes=1))
    assert [one.subject for one in late] == [other, other]
    assert {one.detail for one in late} == {None, "as of 2026-11-23 08:30"}
    void_person(desk, ana, "entered twice")
    assert len(who_looked(desk, reader, ana)) == 1, "who looked is asked of a mistaken entry too"
    with pytest.raises(NotFound):
        who_looked(desk, reader, "LB1-000099-X")
    with pytest.raises(NotFound):
        open_person(desk, reader, ana)


def test_what_is_kept_of_a_search_is_short_and_folded(desk: Desk, reader: Reader) -> None:
    note_search(desk, "МАРИЯ " * 100, 0)
    note_access(desk, AccessKind.EXPORTED, "person", None, "x" * 500, 12)
    exported, searched = sorted(who_looked(desk, reader), key=lambda one: one.access)
    assert (
        searched.detail is not None and len(searched.detail) <= LONGEST_DETAIL and searched.detail.isascii()
    )
    assert exported.detail == "x" * LONGEST_DETAIL and exported.count == 12


def test_only_those_who_watch_over_it_read_it(operator_desk: Desk, ana: str) -> None:
    reader = operator_desk.reader()
    open_person(operator_desk, reader, ana)
    with pytest.raises(NotAllowed):
        who_looked(operator_desk, reader)
    reader.close()


def test_the_statistician_finds_and_opens_nobody(
    desk: Desk, reader: Reader, ana: str, clock: SetClock
) -> None:
    add_user(desk, "counts", frozenset({Role.STATISTICIAN}), PASSPHRASE, cost=CHEAP)
    counts = open_desk(desk.folder, "counts", PASSPHRASE, clock)
    try:
        with pytest.raises(NotAllowed):
            find_people(counts, reader, "ana")
        with pytest.raises(NotAllowed):
            open_person(counts, reader, ana)
        with pytest.raises(NotAllowed):
            show_person(counts, reader, ana)
    finally:
        counts.close()
    assert who_looked(desk, reader) == []
