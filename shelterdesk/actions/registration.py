"""Registering families: everything open in one event, one sealed record of fixed size for every person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.naming import entity_named
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.doubles import Double, among_themselves, warning_of
from shelterdesk.core.errors import BadField, NotFound
from shelterdesk.core.family_checks import NotThisForm, why_not
from shelterdesk.core.family_tidy import tidy
from shelterdesk.core.family_warnings import FormWarning, warnings_of
from shelterdesk.core.kinds import (
    ARRIVAL_GROUP,
    BED_NEED,
    HOUSEHOLD,
    INTAKE_ANSWERS,
    MEMBERSHIP,
    PERSON,
    STAY,
    TRAVEL_DOCUMENT,
)
from shelterdesk.core.moment import known_moment
from shelterdesk.core.mrz import MrzUnreadable, read_zone
from shelterdesk.core.number import Counted, household_number, person_number
from shelterdesk.core.people import (
    DocumentForm,
    FamilyForm,
    IntakeAnswers,
    PersonForm,
    choose_head,
    level_of,
    person_values,
)
from shelterdesk.core.vocabulary import HouseholdRole, Missing
from shelterdesk.core.words import tr
from shelterdesk.db.connection import Connection
from shelterdesk.db.doubles import double_of
from shelterdesk.db.households import (
    ArrivalGroup,
    arrival_group,
    household_births,
    household_number_of,
    households_of,
    members,
    place_of,
)
from shelterdesk.db.writing import Writing


@dataclass(frozen=True, slots=True)
class RegisteredPerson:
    """Somebody registered: id (32 hex digits), number, name as shown (empty when there is only a number)."""

    ent: str
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class RegisteredFamily:
    """A family registered. ``undo`` takes the whole registration back (``actions/undo.py``)."""

    household: str
    household_number: str
    members: tuple[RegisteredPerson, ...]
    warnings: tuple[FormWarning, ...]
    undo: tuple[bytes, ...]


def local_day(desk: Desk) -> date:
    """The calendar day at the desk now."""
    return desk.clock.now().astimezone(ZoneInfo(desk.who.zone)).date()


def register_family(desk: Desk, form: FamilyForm) -> Done[RegisteredFamily]:
    """Register people as a new household, or into one that is there, with a head, papers, bed needs and beds.

    Open records make one event. For every person one sealed record of one size is written in the same
    transaction, whatever was answered (SYNC §1.0, *sealed and open apart*). Raises ``NotThisForm`` (a
    ``BadField``) with everything that cannot be, ``NotFound`` for a household, group or place not known here,
    ``NotAllowed``.
    """
    desk.must_be_station()
    today, zone = local_day(desk), desk.who.zone
    form = replace(form, members=tuple(tidy(member, today) for member in form.members))
    problems = why_not(form, today, zone)
    if problems:
        raise NotThisForm(problems)
    with desk.store.write(desk.user) as event:
        coming = _arrival(event, form, desk)
        others: list[str | None] = []
        if form.household is None:
            household, number = _new_household(event, form, coming, desk)
        else:
            household, number = household_named(event.conn, form.household, desk.who.slot)
            others = household_births(event.conn, bytes.fromhex(household))
        if any(member.role is HouseholdRole.HEAD for member in form.members):
            clear_heads(event, household)
        elif not others:
            form = _with_head(form, coming.at.astimezone(ZoneInfo(zone)).date())
        held = [double_of(event.conn, member, desk.who.station, ZoneInfo(zone)) for member in form.members]
        registered = [_register(desk, event, coming, member, household) for member in form.members]
    written = event.written
    if written is None:
        raise ValueError("a committed write says what it wrote")
    warnings = warnings_of(replace(form, arrived_at=coming.at), today, others, zone)
    warnings += _doubles_said(form, held, [person.number for person in registered])
    result = RegisteredFamily(household, number, tuple(registered), tuple(warnings), written.events)
    return Done(result, Changes(written.kinds))


def _doubles_said(
    form: FamilyForm, held: Sequence[Double | None], numbers: Sequence[str]
) -> Iterator[FormWarning]:
    """Who may have been registered before, in another record or higher up in the same form."""
    for at, (before, beside) in enumerate(zip(held, among_themselves(form.members, numbers), strict=True)):
        double = before or beside
        if double is not None:
            yield warning_of(at, double)


def add_members(
    desk: Desk, household: str, newcomers: Sequence[PersonForm], arrived_at: datetime | None = None
) -> Done[RegisteredFamily]:
    """Register people into a household that is there; a new member named head follows the old one."""
    return register_family(desk, FamilyForm(tuple(newcomers), household, arrived_at=arrived_at))


def desk_slot(desk: Desk) -> str:
    """The desk's slot without the station code: ``1A`` of ``LB1A``."""
    return desk.who.slot.removeprefix(desk.who.station)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """When and how people came, and the group they were counted in."""

    at: datetime
    route: str | Missing
    group: str | None


def _arrival(event: Writing, form: FamilyForm, desk: Desk) -> _Arrival:
    """As said in the form, else as their group came, else now."""
    at, route = (
        form.arrived_at,
        form.entry_route if isinstance(form.entry_route, Missing) else form.entry_route.value,
    )
    if form.arrival_group is None:
        return _Arrival(at or event.now, route, None)
    group = group_named(event.conn, form.arrival_group, desk.who.slot)
    if at is None:
        at = known_moment(group.arrived_at, desk.who.zone)
    if isinstance(route, Missing) and group.entry_route:
        route = group.entry_route
    if group.is_reserved:
        take_up(event, group.ent, at or event.now, len(form.members))
    return _Arrival(at or event.now, route, group.ent)


def take_up(event: Writing, group: str, at: datetime, heads: int) -> None:
    """Within a write: a token reserved for a slip of paper becomes that of a group that came, of so many."""
    event.set(ARRIVAL_GROUP, group, "arrived_at", at)
    event.set(ARRIVAL_GROUP, group, "head_count", heads)


def _new_household(event: Writing, form: FamilyForm, coming: _Arrival, desk: Desk) -> tuple[str, str]:
    number = household_number(desk.who.station, desk_slot(desk), event.next_count("household"))
    values = {
        "number": number,
        "arrival_group": coming.group,
        "note": form.note or None,
        "station": desk.who.station,
    }
    return event.create(HOUSEHOLD, values), number


def _with_head(form: FamilyForm, on: date) -> FamilyForm:
    """A household of people among whom nobody is named head: one is chosen."""
    at = choose_head(((member.role, member.birth) for member in form.members), on)
    chosen = [
        replace(member, role=HouseholdRole.HEAD) if n == at else member
        for n, member in enumerate(form.members)
    ]
    return replace(form, members=tuple(chosen))


def _register(
    desk: Desk, event: Writing, coming: _Arrival, member: PersonForm, household: str
) -> RegisteredPerson:
    number = person_number(desk.who.station, desk_slot(desk), event.next_count("person"))
    person = event.create(
        PERSON,
        {
            "number": number,
            **person_values(member),
            "level": level_of(member).value,
            "arrived_at": coming.at,
            "entry_kind": member.entry_kind.value,
            "entry_route": coming.route,
            "arrival_group": coming.group,
            "station": desk.who.station,
        },
    )
    role = member.role or HouseholdRole.MEMBER
    event.create(
        MEMBERSHIP,
        {
            "household": household,
            "person": person,
            "role": role.value,
            "relation": None if role is HouseholdRole.HEAD else _plain(member.relation),
            "relation_proof": member.relation_proof or None,
            "from_at": coming.at,
        },
    )
    for paper in member.documents:
        event.create(TRAVEL_DOCUMENT, {"person": person, **document_values(paper, event.now, desk.who.zone)})
    for need in member.bed_needs:
        event.create(BED_NEED, {"person": person, "bed_need": need, "from_at": event.now})
    if member.place is not None:
        place = place_of(event.conn, member.place)
        if place is None:
            raise NotFound(member.place[:40], tr("Choose a bed, room or block of the site plan."))
        event.create(
            STAY, {"person": person, "place": place.hex(), "from_at": event.now, "reason": "arrival"}
        )
    seal_answers(event, person, member.answers)
    return RegisteredPerson(person, number, member.name)


def seal_answers(event: Writing, person: str, answers: IntakeAnswers) -> None:
    """Write the one sealed record of an intake; its size says nothing of the answers."""
    event.create(
        INTAKE_ANSWERS,
        {
            "person": person,
            "pregnant": _plain(answers.pregnant),
            "mobility": _plain(answers.mobility),
            "medical_today": _plain(answers.medical_today),
            "child_alone": _plain(answers.child_alone),
            "feels_unsafe": _plain(answers.feels_unsafe),
            "asked_at": event.now,
            "needs": list(answers.needs) or None,
        },
    )


def _plain(value: Any) -> Any:
    """An enumerated word as its text; a reason stays one."""
    return value if isinstance(value, Missing) else str(value)


def document_values(paper: DocumentForm, now: datetime, zone: str) -> dict[str, Any]:
    """The fields of a paper's record, with what the check digits of its zone said."""
    checks: dict[str, Any] | None = None
    if paper.mrz:
        try:
            read = read_zone(paper.mrz, now.astimezone(ZoneInfo(zone)).date())
            checks = {"valid": read.valid, "failed": [check.field for check in read.checks if not check.ok]}
        except MrzUnreadable:
            checks = {"valid": False, "failed": ["unreadable"]}
    return {
        "document_type": paper.document_type.value,
        "document_number": paper.number,
        "issuer": paper.issuer,
        "expiry": paper.expiry,
        "mrz": paper.mrz or None,
        "mrz_check": checks,
        "override_reason": paper.override_reason or None,
        "seen_at": now,
    }


def household_named(conn: Connection, said: str, prefix: str) -> tuple[str, str]:
    """Id and number of a household by number or id; raises ``NotFound``."""
    ent = entity_named(conn, Counted.HOUSEHOLD, said, prefix)
    return ent.hex(), household_number_of(conn, ent)


def group_named(conn: Connection, said: str, prefix: str) -> ArrivalGroup:
    """The arrival group of a token or id; raises ``NotFound``."""
    group = arrival_group(conn, entity_named(conn, Counted.TOKEN, said, prefix))
    if group is None:
        raise NotFound(tr("This token"))
    return group


def set_head(desk: Desk, number: str) -> Done[tuple[bytes, ...]]:
    """Make somebody head of their household; the old head becomes a member (PEERS §A 3.5).

    Relations to the old head say nothing of the new one: they are to be asked again. The result takes it
    back. Raises ``NotFound``, ``BadField`` for somebody without a household.
    """
    with desk.store.write(desk.user) as event:
        person = entity_named(event.conn, Counted.PERSON, number, desk.who.slot)
        household = current_household(event.conn, person)
        make_head(event, household, person.hex())
    written = event.written
    return Done(written.events, Changes(written.kinds)) if written is not None else Done(())


def current_household(conn: Connection, person: bytes) -> str:
    """The household somebody joined last; raises ``BadField`` for nobody's."""
    found = households_of(conn, person)
    if not found:
        raise BadField("household", tr("this person belongs to no family"))
    return found[0].hex()


def make_head(event: Writing, household: str, person: str) -> None:
    """Within a write: one head, all others members."""
    for member in members(event.conn, bytes.fromhex(household)):
        if member.ent == person:
            if member.role != HouseholdRole.HEAD:
                event.set(MEMBERSHIP, member.membership, "role", HouseholdRole.HEAD.value)
            if member.relation is not None:
                event.set(MEMBERSHIP, member.membership, "relation", None)
            continue
        if member.role == HouseholdRole.HEAD:
            event.set(MEMBERSHIP, member.membership, "role", HouseholdRole.MEMBER.value)
        if member.relation is not None or member.role == HouseholdRole.HEAD:
            event.set(MEMBERSHIP, member.membership, "relation", Missing.NOT_ASKED)


def clear_heads(event: Writing, household: str) -> None:
    """Within a write: whoever is head becomes a member; somebody new is going to be."""
    make_head(event, household, "")
