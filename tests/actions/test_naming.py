"""What is said of a record that is not there any more: the number people read, never the id a form holds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest

from shelterdesk.actions.access import person_named
from shelterdesk.actions.bearers import people_named
from shelterdesk.actions.counter import family_at_counter
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.people import open_person
from shelterdesk.actions.person_changes import edit_person, void_person
from shelterdesk.actions.registration import local_day, register_family
from shelterdesk.core.errors import NotFound
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.db.store import Reader

ASKED: dict[str, Callable[[Desk, Reader, str], object]] = {
    "named": person_named,
    "opened": open_person,
    "edited": lambda desk, _, ent: edit_person(desk, ent, {"note": "x"}),
    "given a place": lambda desk, reader, ent: people_named(
        reader.conn, desk.roster, desk.who, [ent], local_day(desk)
    ),
    "at the counter": lambda desk, reader, ent: family_at_counter(desk, reader, None, ent),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_somebody_taken_back_meanwhile_is_named_by_their_number(
    desk: Desk, ask: Callable[[Desk, Reader, str], object]
) -> None:
    form = FamilyForm((PersonForm(given="Ana"), PersonForm(given="Luis")))
    luis = register_family(desk, form).result.members[1]
    void_person(desk, luis.number, "entered twice")
    with closing(desk.reader()) as reader:
        for said in (luis.ent, luis.number):
            with pytest.raises(NotFound) as refused:
                ask(desk, reader, said)
            assert refused.value.sentence == f"{luis.number} is not known here."
            assert refused.value.next_step.startswith("The entry was taken back meanwhile")
        with pytest.raises(NotFound, match="This person is not known here"):
            ask(desk, reader, "ab" * 16)
