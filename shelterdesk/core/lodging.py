"""Beds and who is in them: capacity of the site plan, why a stay ends, which bed to propose, what to advise.

Everything here advises. A bed can never be refused to anybody (DESIGN §2.6), so nothing here says no.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from shelterdesk.core.sheet import Capacity, capacity_of, capacity_of_site
from shelterdesk.core.vocabulary import MovementKind, PlaceKind, Quarter, Sex
from shelterdesk.core.words import ntr, tr


class EndReason(StrEnum):
    """Why somebody is not in a bed any more."""

    LEFT_BUS = "LEFT_BUS"
    LEFT_OTHER = "LEFT_OTHER"
    LEFT_WITHOUT_NOTICE = "LEFT_WITHOUT_NOTICE"
    DIED = "DIED"
    TO_OTHER_PLACE = "TO_OTHER_PLACE"  # another bed of this site
    TO_OTHER_STATION = "TO_OTHER_STATION"
    HOSPITAL = "HOSPITAL"
    MISTAKE = "MISTAKE"
    OTHER = "OTHER"


END_MOVEMENTS: Mapping[EndReason, MovementKind] = {
    EndReason.LEFT_BUS: MovementKind.DEPARTED_BUS,
    EndReason.LEFT_OTHER: MovementKind.DEPARTED_OTHER,
    EndReason.LEFT_WITHOUT_NOTICE: MovementKind.ABSENT,
    EndReason.DIED: MovementKind.DIED,
    EndReason.TO_OTHER_STATION: MovementKind.MOVED_OUT,
    EndReason.HOSPITAL: MovementKind.OUT,
}
"""The movement an end is as well. All but the hospital leave the population; who is in hospital still
counts as present (PEERS §A 3.2, *external*): they go out of the gate, and their bed is free. A change of
bed is no movement, a mistake makes the stay void, and any other end says nothing about presence."""

HOSPITAL = "HOSPITAL"
"""Value of a movement's ``external`` for somebody taken to hospital."""

STEP_FREE_NEEDS = frozenset({"STEP_FREE", "WIDE"})
"""Bed needs that the plan answers: a place marked accessible. Others are said beside the proposal."""

_NOT_PROPOSED = frozenset(
    {Quarter.UAC_GIRLS, Quarter.UAC_BOYS, Quarter.MEDICAL_ISOLATION, Quarter.PREGNANT_POSTNATAL}
)
_PIECES = re.compile(r"(\d+)")
_MOST_DIGITS = 18  # of a number in a code; Python reads no number of thousands of them


def by_code(code: str) -> tuple[tuple[int, int, str], ...]:
    """Sorting key of a place's code with numbers in their order: A-2 before A-10."""
    return tuple(
        (0, int(piece[:_MOST_DIGITS]), "") if piece.isascii() and piece.isdigit() else (1, 0, piece)
        for piece in _PIECES.split(code)
        if piece
    )


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the plan. ``capacity`` as planned (None: not said), ``parent`` a code of the same plan."""

    ent: str
    code: str
    parent: str | None
    kind: PlaceKind
    quarter: Quarter | None = None
    capacity: int | None = None
    area_m2: float | None = None
    accessible: bool = False
    blocked_places: int = 0
    blocked_reason: str | None = None
    closed: bool = False
    staging: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceState:
    """A place with its people now and all it holds. ``direct`` are lodged in it and in nothing smaller."""

    place: Place
    capacity: Capacity
    direct: int
    is_open: bool
    quarter: Quarter | None
    accessible: bool
    children: tuple[PlaceState, ...] = ()

    @property
    def is_double(self) -> bool:
        """More people in this very bed than it has places; two desks apart may each have given it."""
        return self.place.kind is PlaceKind.BED and self.direct > self.capacity.capacity

    def walk(self) -> Iterable[PlaceState]:
        """This place and all below it, from the top."""
        yield self
        for child in self.children:
            yield from child.walk()


def site_tree(places: Iterable[Place], occupied: Mapping[str, int]) -> tuple[PlaceState, ...]:
    """The plan as a tree with capacities by PEERS §A 3.4; ``occupied`` counts the people of each code itself.

    A room or block with places below it has the sum of theirs. What lies in a closed place is closed, what
    lies in a quarter without one of its own is of it. A place whose parent is not known (yet) stands on top.
    """
    known = {place.code: place for place in places}
    below: dict[str | None, list[Place]] = {}
    for place in known.values():
        above = place.parent if place.parent in known and not _loops(place, known) else None
        below.setdefault(above, []).append(place)
    for several in below.values():
        several.sort(key=lambda place: by_code(place.code))
    return tuple(_state(place, below, occupied, None) for place in below.get(None, ()))


def _loops(place: Place, known: Mapping[str, Place]) -> bool:
    """Whether a place lies within itself: two desks can have moved places apart."""
    seen = {place.code}
    at = place.parent
    while at is not None and at in known:
        if at in seen:
            return True
        seen.add(at)
        at = known[at].parent
    return False


def _state(
    place: Place,
    below: Mapping[str | None, list[Place]],
    occupied: Mapping[str, int],
    above: PlaceState | None,
) -> PlaceState:
    is_open = not place.closed and (above is None or above.is_open)
    quarter = place.quarter or (above.quarter if above is not None else None)
    accessible = place.accessible
    direct = occupied.get(place.code, 0)
    bare = PlaceState(place, capacity_of(0, 0, 0, True), direct, is_open, quarter, accessible)
    children = tuple(_state(child, below, occupied, bare) for child in below.get(place.code, ()))
    return replace(bare, capacity=_capacity(place, children, direct, is_open), children=children)


def _capacity(place: Place, children: Sequence[PlaceState], direct: int, is_open: bool) -> Capacity:
    blocked = max(0, place.blocked_places)
    if not children:
        return capacity_of(max(0, place.capacity or 0), direct, blocked, is_open)
    units = [child.capacity for child in children if not child.place.staging]
    held = capacity_of_site(units)
    if place.kind is PlaceKind.BLOCK and not direct and not blocked:
        return held
    # People given the room and no bed in it take its places too.
    whole = capacity_of(held.capacity, held.occupied + direct, held.blocked + blocked, True)
    if place.kind is PlaceKind.BLOCK:
        return replace(whole, excess=held.excess + max(0, direct - held.free))
    return whole


def site_capacity(tree: Iterable[PlaceState]) -> Capacity:
    """Places of the whole site; staging areas are no regular capacity (PEERS §A 3.4)."""
    return capacity_of_site(top.capacity for top in tree if not top.place.staging)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who needs a bed, as far as the open record tells."""

    ent: str
    sex: Sex
    is_child: bool
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A place for each guest (entity, code) and why; ``unmet`` are needs the plan cannot answer."""

    places: tuple[tuple[str, str], ...]
    with_family: bool
    unmet: tuple[str, ...] = field(default=())

    @property
    def reason(self) -> str:
        """The proposal in a sentence."""
        codes = ", ".join(dict.fromkeys(code for _, code in self.places))
        said = (
            tr("{places}: with the family, and free.", places=codes)
            if self.with_family
            else tr("{places}: the first that is free and fits.", places=codes)
        )
        if self.unmet:
            said += " " + tr("The plan does not say whether it offers: {needs}.", needs=", ".join(self.unmet))
        return said


def propose(
    guests: Sequence[Guest], tree: Iterable[PlaceState], family_codes: Sequence[str] = ()
) -> Proposal | None:
    """Where these guests could sleep: beside their family if its room has enough free, else the first fit.

    Rooms are taken in the order of the plan, those that fit the quarter rules and needs. Nothing is proposed
    in quarters that others decide about (children alone, isolation, after birth), nor for children without a
    grown-up or family beside them (in doubt about age, a child); only the open record is asked. None when no
    room has enough free; then people choose, over 100 % if need be.
    """
    if not guests:
        return None
    rooms = [state for state in _rooms(tree) if state.is_open and not state.place.staging]
    unmet = tuple(sorted({need for guest in guests for need in guest.needs} - STEP_FREE_NEEDS))
    family = set(family_codes)
    beside = [room for room in rooms if any(state.place.code in family for state in room.walk())]
    for room in beside:
        given = _beds_for(guests, room)
        if given is not None:
            return Proposal(given, with_family=True, unmet=unmet)
    if all(guest.is_child for guest in guests):
        return None
    ready = [room for room in rooms if _fits(guests, room.quarter)]
    ready.sort(key=lambda room: (_order(guests, room.quarter), not _is_step_free(guests, room)))
    for room in ready:
        given = _beds_for(guests, room)
        if given is not None:
            return Proposal(given, with_family=False, unmet=unmet)
    return None


def _rooms(tree: Iterable[PlaceState]) -> Iterable[PlaceState]:
    """The smallest places a family can share: rooms, and what has beds or nothing below it."""
    for state in tree:
        if state.children and all(child.place.kind is not PlaceKind.BED for child in state.children):
            yield from _rooms(state.children)
        else:
            yield state


def _beds_for(guests: Sequence[Guest], room: PlaceState) -> tuple[tuple[str, str], ...] | None:
    """A free place in the room for each; who needs a step-free one is served first."""
    if room.capacity.allocable < len(guests):
        return None
    free: list[PlaceState] = []
    for state in [room] if not room.children else [s for s in room.walk() if not s.children]:
        if state.is_open:
            free += [state] * state.capacity.allocable
    given: dict[str, str] = {}
    for guest in sorted(guests, key=lambda one: not one.needs & STEP_FREE_NEEDS):
        wants = bool(guest.needs & STEP_FREE_NEEDS)
        fitting = [at for at, state in enumerate(free) if state.accessible or room.accessible or not wants]
        if not fitting:
            return None
        given[guest.ent] = free.pop(fitting[0]).place.code
    return tuple((guest.ent, given[guest.ent]) for guest in guests)


def _is_step_free(guests: Sequence[Guest], room: PlaceState) -> bool:
    """Accessible rooms are kept for those who need them, as long as others have room."""
    return any(guest.needs & STEP_FREE_NEEDS for guest in guests) == room.accessible


def _fits(guests: Sequence[Guest], quarter: Quarter | None) -> bool:
    if quarter in _NOT_PROPOSED:
        return False
    if quarter is Quarter.WOMEN_ONLY:
        return all(guest.sex is Sex.F or guest.is_child for guest in guests) and any(
            guest.sex is Sex.F and not guest.is_child for guest in guests
        )
    if quarter is Quarter.MEN_ONLY:
        return all(guest.sex is Sex.M and not guest.is_child for guest in guests)
    if quarter is Quarter.FAMILY:
        return len(guests) > 1
    return True


def _order(guests: Sequence[Guest], quarter: Quarter | None) -> int:
    """What is meant for such guests comes before what is for anybody, the overflow last."""
    if quarter is Quarter.OVERFLOW:
        return 3
    if quarter is Quarter.ACCESSIBLE:
        return 0 if any(guest.needs & STEP_FREE_NEEDS for guest in guests) else 2
    return 1 if quarter is None else 0


def advice(guests: Sequence[Guest], state: PlaceState, split_from: Sequence[str] = ()) -> tuple[str, ...]:
    """What to say once these guests have this place (``state`` counts them); nothing here forbids anything.

    ``split_from`` are the codes where the rest of their family is lodged.
    """
    said: list[str] = []
    code, now = state.place.code, state.capacity
    if not state.is_open:
        said.append(tr("{place} is closed.", place=code))
    elif now.excess:
        places = ntr("{n} place", "{n} places", now.capacity)
        said.append(
            ntr(
                "{place} has {n} person for {places}.",
                "{place} has {n} people for {places}.",
                now.occupied,
                place=code,
                places=places,
            )
        )
    elif now.blocked < state.place.blocked_places:
        said.append(tr("{place} has blocked places; one of them is used now.", place=code))
    said += _quarter_advice(guests, state.quarter)
    if any(guest.needs & STEP_FREE_NEEDS for guest in guests) and not state.accessible:
        said.append(tr("Somebody here needs a step-free place; {place} is not marked as one.", place=code))
    if split_from:
        said.append(tr("The rest of the family is in {places}.", places=", ".join(split_from)))
    return tuple(said)


def _quarter_advice(guests: Sequence[Guest], quarter: Quarter | None) -> list[str]:
    grown = [guest for guest in guests if not guest.is_child]
    if quarter is Quarter.WOMEN_ONLY and any(guest.sex is Sex.M for guest in grown):
        return [tr("This part of the site is for women and their children.")]
    if quarter is Quarter.MEN_ONLY and any(guest.sex is Sex.F or guest.is_child for guest in guests):
        return [tr("This part of the site is for grown men.")]
    if quarter in (Quarter.UAC_GIRLS, Quarter.UAC_BOYS) and grown:
        return [tr("This part of the site is not for grown-ups; ask the protection officer.")]
    if quarter is Quarter.MEDICAL_ISOLATION:
        return [tr("The health staff decide who sleeps in this part of the site.")]
    return []
