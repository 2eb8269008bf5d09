"""Putting a person's record right: fields edited, papers added, an entry made by mistake marked as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.naming import entity_named, gone
from shelterdesk.actions.registration import (
    current_household,
    document_values,
    group_named,
    local_day,
    make_head,
    seal_answers,
)
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField
from shelterdesk.core.family_checks import FieldProblem, NotThisForm, problems_of
from shelterdesk.core.family_tidy import tidy
from shelterdesk.core.kinds import (
    BED_NEED,
    HOUSEHOLD,
    KIND_NAMES,
    MEMBERSHIP,
    PERSON,
    STAY,
    TRAVEL_DOCUMENT,
)
from shelterdesk.core.number import Counted
from shelterdesk.core.people import (
    OPEN_FIELDS,
    DocumentForm,
    IntakeAnswers,
    PersonForm,
    choose_head,
    person_values,
)
from shelterdesk.core.vocabulary import EntryRoute, HouseholdRole, Level, Missing, Relation, Sex
from shelterdesk.core.words import tr
from shelterdesk.db.connection import Connection
from shelterdesk.db.households import belongings, members
from shelterdesk.db.person_records import Record, record_now
from shelterdesk.db.writing import Writing

BESIDE = ("level", "arrived_at", "entry_route", "arrival_group", "role", "relation", "relation_proof")
"""What may be edited beside the fields of the form: level, arrival, the place in the household."""

_TUPLES = frozenset({"also_known_as", "nationality", "languages"})


@dataclass(frozen=True, slots=True)
class EditedPerson:
    """What an edit changed: names of the fields, and how to take it back (empty when nothing changed)."""

    ent: str
    number: str
    changed: tuple[str, ...]
    undo: tuple[bytes, ...]


def edit_person(desk: Desk, number: str, given: Mapping[str, Any]) -> Done[EditedPerson]:
    """Change fields of a person by their names in the form; a :class:`Missing` says why there is no value.

    Only what differs is written. ``role`` HEAD makes them head of their household; ``relation`` and
    ``relation_proof`` are to its head. Raises ``NotThisForm``, ``BadField`` for a field there is not,
    ``NotFound``, ``NotAllowed``.
    """
    unknown = [name for name in given if name not in OPEN_FIELDS and name not in BESIDE]
    if unknown:
        raise BadField(unknown[0], tr("this is no field that can be edited"))
    with desk.store.write(desk.user) as event:
        person = person_in(event.conn, number, desk.who.slot)
        held = record_now(event.conn, PERSON, person, desk.roster)
        if held is None:
            raise gone(event.conn, Counted.PERSON, number, desk.who.slot)
        changed = _edit_fields(desk, event, held, given) + _edit_beside(desk, event, held, given)
    written = event.written
    done = EditedPerson(
        person.hex(), held.text("number"), tuple(changed), written.events if written is not None else ()
    )
    return Done(done, Changes(written.kinds) if written is not None else Changes())


def person_in(conn: Connection, number: str, prefix: str) -> bytes:
    """The person of a number or id, inside a write; raises ``NotFound``."""
    return entity_named(conn, Counted.PERSON, number, prefix)


def form_of(record: Record) -> PersonForm:
    """The form as it would be filled for a stored person (of the record's own fields only)."""
    given: dict[str, Any] = {}
    for name in OPEN_FIELDS:
        if name in record.missing and record.missing[name] in set(Missing):
            given[name] = Missing(record.missing[name])
        elif name in record.values:
            value = record.values[name]
            given[name] = tuple(value) if name in _TUPLES and isinstance(value, list) else value
    if given.get("sex") in set(Sex):
        given["sex"] = Sex(given["sex"])
    return PersonForm(**given)


def _edit_fields(desk: Desk, event: Writing, held: Record, given: Mapping[str, Any]) -> list[str]:
    asked = {name: value for name, value in given.items() if name in OPEN_FIELDS}
    if not asked:
        return []
    today = local_day(desk)
    before = form_of(held)
    after = tidy(replace(before, **asked), today)
    about = set(asked) | ({"name"} if {"surnames", "given", "name_native"} & set(asked) else set())
    problems = [problem for problem in problems_of(after, today) if problem.field in about]
    if problems:
        raise NotThisForm(problems)
    old, new = person_values(before), person_values(after)
    changed = [name for name in asked if old.get(name) != new.get(name)]
    for name in changed:
        event.set(PERSON, held.ent, name, new.get(name))
    return changed


def _edit_beside(desk: Desk, event: Writing, held: Record, given: Mapping[str, Any]) -> list[str]:
    changed: list[str] = []
    for name in ("level", "arrived_at", "entry_route", "arrival_group"):
        if name not in given:
            continue
        value = _beside(desk, event, name, given[name])
        is_same = (
            held.missing.get(name) == value.value
            if isinstance(value, Missing)
            else not isinstance(value, datetime) and held.values.get(name) == value
        )
        if not is_same:
            event.set(PERSON, held.ent, name, value)
            changed.append(name)
    if {"role", "relation", "relation_proof"} & set(given):
        changed += _edit_membership(event, held, given)
    return changed


def _beside(desk: Desk, event: Writing, name: str, value: Any) -> Any:
    if isinstance(value, Missing):
        return value
    if name == "arrival_group":
        return None if value in (None, "") else group_named(event.conn, str(value), desk.who.slot).ent
    if name == "arrived_at":
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise BadField(name, tr("this is not a time"))
        if value.astimezone(ZoneInfo(desk.who.zone)).date() > local_day(desk):
            raise BadField(name, tr("this arrival is still to come"))
        return value
    words: type[Level] | type[EntryRoute] = Level if name == "level" else EntryRoute
    if value not in set(words):
        raise BadField(name, tr("{text} is not on the list", text=str(value)[:40]), ", ".join(words))
    return words(value).value


def _edit_membership(event: Writing, held: Record, given: Mapping[str, Any]) -> list[str]:
    household = current_household(event.conn, bytes.fromhex(held.ent))
    changed: list[str] = []
    own = next(one for one in members(event.conn, bytes.fromhex(household)) if one.ent == held.ent)
    role = given.get("role")
    if role == HouseholdRole.HEAD:
        if not own.is_head:
            make_head(event, household, held.ent)
            changed.append("role")
        return changed
    if role is not None and own.is_head:
        raise BadField(
            "role", tr("a family has one head"), tr("Name another member head; this one becomes a member.")
        )
    for name, words in (("role", HouseholdRole), ("relation", Relation), ("relation_proof", None)):
        if name not in given:
            continue
        value = given[name]
        if words is not None and not isinstance(value, Missing) and value not in set(words):
            raise BadField(name, tr("{text} is not on the list", text=str(value)[:40]), ", ".join(words))
        held_now = getattr(own, name, None)
        if isinstance(value, Missing) or held_now != value:
            event.set(MEMBERSHIP, own.membership, name, value if isinstance(value, Missing) else str(value))
            changed.append(name)
    return changed


def add_document(desk: Desk, number: str, paper: DocumentForm) -> Done[tuple[bytes, ...]]:
    """Add a paper a person showed. Raises ``NotThisForm``, ``NotFound``; the result takes it back."""
    today = local_day(desk)
    form = tidy(PersonForm(given=Missing.NOT_APPLICABLE, documents=(paper,)), today)
    problems: list[FieldProblem] = problems_of(form, today)
    if problems:
        raise NotThisForm(problems)
    with desk.store.write(desk.user) as event:
        person = person_in(event.conn, number, desk.who.slot)
        values = document_values(form.documents[0], event.now, desk.who.zone)
        event.create(TRAVEL_DOCUMENT, {"person": person.hex(), **values})
    written = event.written
    return Done(written.events if written is not None else (), Changes.of("travel_document"))


def answer_again(desk: Desk, number: str, answers: IntakeAnswers) -> Done[tuple[bytes, ...]]:
    """Note answers to the sealed questions later; they are a record of their own, of the one size."""
    with desk.store.write(desk.user) as event:
        person = person_in(event.conn, number, desk.who.slot)
        seal_answers(event, person.hex(), answers)
    written = event.written
    return Done(written.events if written is not None else (), Changes.of("sealed_protection"))


def void_person(desk: Desk, number: str, reason: str) -> Done[tuple[bytes, ...]]:
    """Mark a person as entered by mistake, with their membership, papers, bed and bed needs.

    A household that loses its head gets another one, the last member's household goes with them. What was
    served or moved stays as it happened. The result takes it back. Raises ``BadField`` without a reason.
    """
    if not reason.strip():
        raise BadField("reason", tr("say why this entry was a mistake"))
    with desk.store.write(desk.user) as event:
        person = person_in(event.conn, number, desk.who.slot)
        _leave_household(desk, event, person)
        for kind in (MEMBERSHIP, TRAVEL_DOCUMENT, STAY, BED_NEED):
            for ent in belongings(event.conn, person)[kind.name]:
                event.void(KIND_NAMES[kind.name], ent, reason.strip())
        event.void(PERSON, person.hex(), reason.strip())
    written = event.written
    return Done(written.events, Changes(written.kinds)) if written is not None else Done(())


def _leave_household(desk: Desk, event: Writing, person: bytes) -> None:
    try:
        household = current_household(event.conn, person)
    except BadField:
        return
    found = members(event.conn, bytes.fromhex(household))
    others = [one for one in found if one.ent != person.hex()]
    own = next(one for one in found if one.ent == person.hex())
    if not others:
        event.void(HOUSEHOLD, household, tr("its last member was entered by mistake"))
    elif own.is_head:
        at = choose_head(((HouseholdRole.MEMBER, one.birth) for one in others), local_day(desk))
        event.set(MEMBERSHIP, others[at or 0].membership, "role", HouseholdRole.HEAD.value)
