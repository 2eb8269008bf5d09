"""Giving beds, moving people and families, ending stays: always possible, with advice where it is needed.

A bed is never refused (DESIGN §2.6): what speaks against a place is said in ``warnings``, and done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shelterdesk.actions.bearers import Bearer, bearer_of, local_today, people_named
from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, NotFound, Refused
from shelterdesk.core.kinds import MOVEMENT, STAY
from shelterdesk.core.lodging import (
    END_MOVEMENTS,
    HOSPITAL,
    EndReason,
    PlaceState,
    Proposal,
    advice,
    propose,
)
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.core.presence import LEAVING
from shelterdesk.core.sheet import Capacity
from shelterdesk.core.vocabulary import MovementKind
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.connection import Connection
from shelterdesk.db.households import households_of, members
from shelterdesk.db.lodging import (
    OpenStay,
    Plan,
    group_stays,
    guests,
    numbers_of,
    open_stays,
    plan,
    site_state,
)
from shelterdesk.db.population import is_present
from shelterdesk.db.store import Reader
from shelterdesk.db.unnamed import unnamed_at
from shelterdesk.db.writing import Writing


@dataclass(frozen=True, slots=True)
class GivenPlace:
    """A place given: to a person, or to a head without a name of a group. ``moved_from`` is a code."""

    person: str | None
    group: str | None
    number: str
    place: str
    stay: str
    moved_from: str | None


@dataclass(frozen=True, slots=True)
class PlaceGiven:
    """What was given, what to say about it, the place as it stands now, and how to take it back."""

    given: tuple[GivenPlace, ...]
    warnings: tuple[str, ...]
    capacity: Capacity | None
    undo: tuple[bytes, ...]


def give_place(
    desk: Desk,
    who: str | Sequence[str],
    place: str,
    *,
    reason: str | None = None,
    at: datetime | None = None,
    heads: int | None = None,
) -> Done[PlaceGiven]:
    """Give a place to a person, a whole family or the unnamed heads of a token, in one event.

    ``who`` is a card, number or id, or several; ``place`` a code (or id); ``heads`` how many of a token's.
    Whoever has a place already moves: that stay ends in the same event. Raises ``NotFound``, ``BadField``
    for a time that cannot be, ``NotAllowed``; never because a place is full, blocked or closed.
    """
    desk.must_be_station()
    with desk.store.write(desk.user) as event:
        site = plan(event.conn)
        code = _code(site, place)
        group = _group_of(desk, event, who)
        if group is not None:
            given = _give_group(desk, event, site, group, code, heads, reason, at)
            people: tuple[str, ...] = ()
        else:
            people = people_named(event.conn, desk.roster, desk.who, who, local_today(desk.who, event.now))
            given = _give(event, site, dict.fromkeys(people, code), reason, at)
    return _done(desk, event, given, people)


def give_places(
    desk: Desk, places: Mapping[str, str], *, reason: str | None = None, at: datetime | None = None
) -> Done[PlaceGiven]:
    """Give each of several people (by number or id) a place of their own (code), as a proposal says."""
    desk.must_be_station()
    with desk.store.write(desk.user) as event:
        site = plan(event.conn)
        today = local_today(desk.who, event.now)
        wanted = {
            person: _code(site, code)
            for said, code in places.items()
            for person in people_named(event.conn, desk.roster, desk.who, said, today)
        }
        given = _give(event, site, wanted, reason, at)
    return _done(desk, event, given, tuple(wanted))


def move(
    desk: Desk, who: str | Sequence[str], place: str, reason: str, at: datetime | None = None
) -> Done[PlaceGiven]:
    """Move people who have a place to another one, saying why. Raises ``BadField`` without a reason."""
    if not reason.strip():
        raise BadField(
            "reason", tr("moving somebody needs a reason"), tr("For example: asked to, or repairs.")
        )
    return give_place(desk, who, place, reason=reason, at=at)


def _code(site: Plan, place: str) -> str:
    said = place.strip()
    if said in site.places:
        return said
    by_id = next((code for ent, code in site.codes.items() if ent.hex() == said), None)
    folded = by_id or next((code for code in site.places if code.casefold() == said.casefold()), None)
    if folded is None:
        raise NotFound(said[:40], tr("Choose a bed, room or block of the site plan."))
    return folded


def _group_of(desk: Desk, event: Writing, who: str | Sequence[str]) -> str | None:
    """The token's group, if that is what was said and its people are not named one by one."""
    if not isinstance(who, str):
        return None
    try:
        found = bearer_of(event.conn, desk.roster, desk.who, who, local_today(desk.who, event.now))
    except Refused:
        return None  # said again, with what to do, by the search for people
    return found.group


def _when(event: Writing, at: datetime | None, stays: Sequence[OpenStay]) -> datetime:
    """The time of a change of bed: now, or one given afterwards, not before the stay it ends."""
    if at is None:
        return event.now
    if at > event.now:
        raise BadField("time", tr("this is still to come"))
    began = max((stay.from_ms for stay in stays), default=0)
    if to_milliseconds(at) < began:
        raise BadField(
            "time", tr("the stay began later than that"), tr("Give a time after it, or leave it out.")
        )
    return at


def _give(
    event: Writing, site: Plan, wanted: Mapping[str, str], reason: str | None, at: datetime | None
) -> list[GivenPlace]:
    persons = [bytes.fromhex(person) for person in wanted]
    held = open_stays(event.conn, persons)
    numbers = numbers_of(event.conn, persons)
    given = []
    for person, code in wanted.items():
        stays = held.get(person, [])
        codes = [site.code_of(stay.place) for stay in stays]
        if codes == [code]:
            given.append(GivenPlace(person, None, numbers.get(person, ""), code, stays[0].ent, None))
            continue
        when = _when(event, at, stays)
        for stay in stays:
            event.set(STAY, stay.ent, "to_at", when)
            event.set(STAY, stay.ent, "end_reason", EndReason.TO_OTHER_PLACE.value)
        new = event.create(
            STAY,
            {"person": person, "place": site.places[code].ent, "from_at": when, "reason": reason},
        )
        given.append(
            GivenPlace(person, None, numbers.get(person, ""), code, new, codes[-1] if codes else None)
        )
    return given


def _give_group(
    desk: Desk,
    event: Writing,
    site: Plan,
    group: str,
    code: str,
    heads: int | None,
    reason: str | None,
    at: datetime | None,
) -> list[GivenPlace]:
    """Beds for heads without a name: those with one elsewhere move, the others get their first one."""
    ent = bytes.fromhex(group)
    left = unnamed_at(event.conn, desk.who.station, None, {}).get(ent, 0)
    stays = group_stays(event.conn, ent)
    many = left if heads is None else heads
    if not 0 < many <= left:
        raise BadField(
            "heads",
            ntr(
                "{n} person of this token has no name yet", "{n} people of this token have no name yet", left
            ),
            tr("Give the others their places by name."),
        )
    elsewhere = [stay for stay in stays if site.code_of(stay.place) != code]
    waiting = max(0, left - len(stays))
    moving = elsewhere[: max(0, many - waiting)]
    when = _when(event, at, moving)
    for stay in moving:
        event.set(STAY, stay.ent, "to_at", when)
        event.set(STAY, stay.ent, "end_reason", EndReason.TO_OTHER_PLACE.value)
    origins = [site.code_of(stay.place) for stay in moving]
    given = []
    for n in range(min(many, waiting + len(moving))):
        values = {"arrival_group": group, "place": site.places[code].ent, "from_at": when, "reason": reason}
        moved_from = origins[n] if n < len(origins) else None
        given.append(GivenPlace(None, group, "", code, event.create(STAY, values), moved_from))
    return given


def _done(desk: Desk, event: Writing, given: list[GivenPlace], people: Sequence[str]) -> Done[PlaceGiven]:
    """The result, with what there is to say of the places as they are after the write."""
    conn = desk.store.conn
    codes = tuple(dict.fromkeys(one.place for one in given))
    states = {
        state.place.code: state
        for top in site_state(conn, desk.who.station)
        for state in top.walk()
        if state.place.code in codes
    }
    warnings: dict[str, None] = {}
    split = _split_from(conn, people, codes)
    for code in codes:
        ents = [bytes.fromhex(one.person) for one in given if one.place == code and one.person is not None]
        here = guests(conn, ents, local_today(desk.who, event.now))
        warnings.update(dict.fromkeys(advice(here, states[code], split)))
    if any(one.person is not None and not is_present(conn, bytes.fromhex(one.person)) for one in given):
        warnings[tr("Somebody here is noted as having left; note their return, or they do not count.")] = None
    written = event.written
    kinds = written.kinds if written is not None else frozenset()
    events = written.events if written is not None else ()
    capacity = states[codes[0]].capacity if len(codes) == 1 else None
    return Done(PlaceGiven(tuple(given), tuple(warnings), capacity, events), Changes(kinds))


def _split_from(conn: Connection, people: Sequence[str], codes: Sequence[str]) -> tuple[str, ...]:
    """Rooms where others of the same families are, when none of them is in the rooms now given."""
    elsewhere = set(_family_codes(conn, people))
    rooms = _rooms_of(plan(conn), elsewhere | set(codes))
    here = {rooms[code] for code in codes}
    apart = {code for code in elsewhere if rooms[code] not in here}
    return tuple(sorted(apart)) if len(apart) == len(elsewhere) else ()


def _rooms_of(site: Plan, codes: set[str]) -> dict[str, str]:
    """For each code the room it is or lies in; a bed outside any room stands for itself."""
    found = {}
    for code in codes:
        place = site.places[code]
        above = site.places.get(place.parent) if place.parent is not None else None
        is_in_room = place.kind == "bed" and above is not None and above.kind == "room"
        found[code] = above.code if is_in_room and above is not None else code
    return found


def _family_codes(conn: Connection, people: Sequence[str]) -> list[str]:
    """Codes where others of these people's families are lodged now."""
    family: dict[str, None] = {}
    for person in people:
        for household in households_of(conn, bytes.fromhex(person)):
            family.update(dict.fromkeys(one.ent for one in members(conn, household) if one.is_present))
    others = [bytes.fromhex(ent) for ent in family if ent not in people]
    site = plan(conn)
    stays = open_stays(conn, others)
    codes = [site.code_of(several[-1].place) for several in stays.values()]
    return [code for code in codes if code is not None]


def propose_place(desk: Desk, reader: Reader, who: str | Sequence[str]) -> Proposal | None:
    """A free place for each of some people, and why: with the family, else the first that fits.

    None when no room has enough free; a place can still be given over 100 %.
    """
    conn, today = reader.conn, local_today(reader.who, desk.clock.now())
    people = people_named(conn, reader.roster, reader.who, who, today)
    tree: tuple[PlaceState, ...] = site_state(conn, reader.who.station)
    return propose(
        guests(conn, [bytes.fromhex(person) for person in people], today), tree, _family_codes(conn, people)
    )


@dataclass(frozen=True, slots=True)
class EndedStay:
    """Somebody who has no place any more: the code they had, and the movement that was noted with it."""

    person: str
    number: str
    place: str | None
    movement: str | None


@dataclass(frozen=True, slots=True)
class StayEnded:
    """Whose stay ended, and how to take it back."""

    ended: tuple[EndedStay, ...]
    undo: tuple[bytes, ...]


def end_stay(
    desk: Desk, who: str | Sequence[str], reason: str, *, at: datetime | None = None, note: str | None = None
) -> Done[StayEnded]:
    """End the stay of a person or family; a reason that is a movement too is noted as one in the same event.

    ``reason`` is an ``EndReason`` (see ``END_MOVEMENTS`` for what else it means). Raises ``BadField`` for
    another, ``NotFound``, ``Refused`` when nobody of them has a place and the reason is no movement.
    """
    desk.must_be_station()
    try:
        why = EndReason(reason.strip().upper())
    except ValueError:
        listed = ", ".join(one.value for one in EndReason)
        raise BadField(
            "reason",
            tr("{reason} is not on the list", reason=reason[:40]),
            tr("It is one of {list}.", list=listed),
        ) from None
    with desk.store.write(desk.user) as event:
        today = local_today(desk.who, event.now)
        people = people_named(event.conn, desk.roster, desk.who, who, today)
        persons = [bytes.fromhex(person) for person in people]
        held, numbers, site = (
            open_stays(event.conn, persons),
            numbers_of(event.conn, persons),
            plan(event.conn),
        )
        if not any(held.values()) and why not in END_MOVEMENTS:
            raise Refused(
                tr("{number} has no place to leave.", number=numbers.get(people[0], "")),
                tr("Nothing was changed."),
            )
        ended = []
        for person in people:
            stays = held.get(person, [])
            when = _when(event, at, stays)
            for stay in stays:
                _end(event, stay, why, when)
            movement = _note_movement(event, person, why, when, note)
            code = site.code_of(stays[-1].place) if stays else None
            ended.append(EndedStay(person, numbers.get(person, ""), code, movement))
        if not any(held.values()) and not any(one.movement for one in ended):
            raise Refused(
                tr("{number} has left already.", number=numbers.get(people[0], "")),
                tr("Nothing was changed."),
            )
    written = event.written
    kinds = written.kinds if written is not None else frozenset()
    return Done(StayEnded(tuple(ended), written.events if written is not None else ()), Changes(kinds))


def _end(event: Writing, stay: OpenStay, why: EndReason, when: datetime) -> None:
    if why is EndReason.MISTAKE:
        event.void(STAY, stay.ent, tr("entered by mistake"))
        return
    event.set(STAY, stay.ent, "to_at", when)
    event.set(STAY, stay.ent, "end_reason", why.value)


def _note_movement(
    event: Writing, person: str, why: EndReason, when: datetime, note: str | None
) -> str | None:
    """The movement an end is; not a second time for somebody who has left already (at the gate, say)."""
    kind: MovementKind | None = END_MOVEMENTS.get(why)
    if kind is None or (kind in LEAVING and not is_present(event.conn, bytes.fromhex(person))):
        return None
    external = HOSPITAL if why is EndReason.HOSPITAL else None
    values = {
        "person": person,
        "movement": kind.value,
        "happened_at": when,
        "external": external,
        "note": note,
    }
    event.create(MOVEMENT, values)
    return kind.value


def bearer(desk: Desk, reader: Reader, text: str) -> Bearer:
    """Whom a card or number means, for a screen that shows what it scanned."""
    return bearer_of(reader.conn, reader.roster, reader.who, text, local_today(reader.who, desk.clock.now()))
