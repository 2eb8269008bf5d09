"""The site plan: taken in from a file, shown with its people and who has no place; places blocked and closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.registration import local_day
from shelterdesk.core.birth import treat_as_child
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, DamagedFile, NotFound, Refused
from shelterdesk.core.family_tidy import tidy
from shelterdesk.core.kinds import ACCESS, PLACE
from shelterdesk.core.lodging import (
    Guest,
    Place,
    PlaceState,
    Proposal,
    by_code,
    propose,
    site_capacity,
    site_tree,
)
from shelterdesk.core.people import PersonForm, birth_of
from shelterdesk.core.plan import PlannedPlace, PlanRefused, plan_text, read_plan
from shelterdesk.core.sheet import Capacity
from shelterdesk.core.vocabulary import AccessKind, Missing, Sex
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.lodging import Occupant, lodged, occupants, plan
from shelterdesk.db.people import PersonLine, lines_of
from shelterdesk.db.population import people_at, present_persons
from shelterdesk.db.store import Reader
from shelterdesk.db.writing import Writing

_BIGGEST_FILE = 16 << 20
MOST_WITHOUT = 500
"""Most people listed as having no place; the count beside it is always whole."""


@dataclass(frozen=True, slots=True)
class PlanImported:
    """What a plan file brought: counts, and the codes the site has but the file does not (they stay)."""

    new: int
    changed: int
    unchanged: int
    missing_from_file: tuple[str, ...]
    undo: tuple[bytes, ...]


def import_plan(desk: Desk, plan_file: Path | str) -> Done[PlanImported]:
    """Take in a site plan: a path, or the text itself. All of it in one transaction, or nothing.

    Places are known by their code: those there are brought in line, new ones added, none is ever taken away.
    Raises ``PlanRefused`` naming the line, ``NotAllowed``, ``NotFound``, ``DamagedFile``.
    """
    desk.must("import the site plan")
    desk.must_be_station()
    text = _file_text(plan_file) if isinstance(plan_file, Path) else plan_file
    with desk.store.write(desk.user) as event:
        counts = take_plan_in(event, text)
    written = event.written
    imported = replace(counts, undo=written.events if written is not None else ())
    return Done(imported, Changes(written.kinds if written is not None else frozenset()))


def take_plan_in(event: Writing, text: str) -> PlanImported:
    """Bring the site in line with a plan within an event already open. Raises ``PlanRefused`` naming the line."""
    site = plan(event.conn)
    rows = read_plan(text, {code: place.kind for code, place in site.places.items()})
    ents = {code: place.ent for code, place in site.places.items()}
    written_as = {code.casefold(): code for code in site.places}
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    for row in rows:  # parents come first, so that they can be named
        held = site.places.get(row.code)
        if held is None and (other := written_as.get(row.code.casefold())) is not None:
            raise PlanRefused(
                row.line, tr("the code {code} is written {other} here.", code=row.code, other=other)
            )
        if held is None:
            ents[row.code] = event.create(PLACE, _values(row, ents))
            counts["new"] += 1
        else:
            counts["changed" if _bring_in_line(event, row, held, ents) else "unchanged"] += 1
    missing = set(site.places) - {row.code for row in rows}
    return PlanImported(
        counts["new"], counts["changed"], counts["unchanged"], tuple(sorted(missing, key=by_code)), ()
    )


def _file_text(path: Path) -> str:
    try:
        if path.is_dir():
            raise Refused(
                tr("{name} is a folder; a site plan is a file.", name=path.name or str(path)),
                tr("Choose the CSV file itself."),
            )
        if path.stat().st_size > _BIGGEST_FILE:
            raise DamagedFile(path.name, tr("it is too big for a site plan"))
        return plan_text(path.read_bytes())
    except OSError as error:
        raise NotFound(path.name, tr("The file cannot be read ({why}).", why=error.strerror or "")) from None


def _values(row: PlannedPlace, ents: dict[str, str]) -> dict[str, Any]:
    return {
        "code": row.code,
        "parent": ents[row.parent] if row.parent is not None else None,
        "place_kind": row.kind.value,
        "quarter": row.quarter.value if row.quarter is not None else None,
        "capacity": row.capacity,
        "area_m2": row.area_m2,
        "accessible": row.accessible,
    }


def _bring_in_line(event: Writing, row: PlannedPlace, held: Place, ents: dict[str, str]) -> bool:
    """Change what the file says otherwise; an empty cell leaves what stands there."""
    stands: dict[str, Any] = {
        "parent": ents.get(held.parent) if held.parent is not None else None,
        "place_kind": held.kind.value,
        "quarter": held.quarter.value if held.quarter is not None else None,
        "capacity": held.capacity,
        "area_m2": held.area_m2,
        "accessible": held.accessible,
    }
    wanted = _values(row, ents)
    changed = [name for name, now in stands.items() if wanted[name] is not None and wanted[name] != now]
    for name in changed:
        event.set(PLACE, held.ent, name, wanted[name])
    return bool(changed)


@dataclass(frozen=True, slots=True)
class SitePlan:
    """The site now: the tree, its sums, people in the house without a place, and what was given double.

    ``unnamed_without`` are those of them counted without a name; no list has them. ``double_beds`` are beds
    with more people than places; ``in_two_places`` people (ids) given two places by two desks, with the
    codes, of which the last one counts.
    """

    tree: tuple[PlaceState, ...]
    site: Capacity
    present: int
    without_place: int
    unnamed_without: int
    double_beds: tuple[str, ...]
    in_two_places: tuple[tuple[str, tuple[str, ...]], ...]

    def to_json(self) -> list[dict[str, object]]:
        """One object a place, parents before what they hold."""
        return [_place_json(state) for top in self.tree for state in top.walk()]

    def find(self, code: str) -> PlaceState | None:
        """The place of a code."""
        return next((s for top in self.tree for s in top.walk() if s.place.code == code), None)


def _place_json(state: PlaceState) -> dict[str, object]:
    place, now = state.place, state.capacity
    return {
        "code": place.code,
        "parent": place.parent,
        "kind": place.kind.value,
        "quarter": state.quarter.value if state.quarter is not None else None,
        "capacity": now.capacity,
        "occupied": now.occupied,
        "free": now.free,
        "blocked": now.blocked,
        "allocable": now.allocable,
        "excess": now.excess,
        "percent": now.percent,
        "double": state.is_double,
        "area_m2": place.area_m2,
        "accessible": place.accessible,
        "closed": not state.is_open,
        "staging": place.staging,
    }


def list_places(reader: Reader) -> SitePlan:
    """The site plan with its people as numbers, for every user (PEERS §A 3.4)."""
    conn, station = reader.conn, reader.who.station
    site = plan(conn)
    here = lodged(conn, station, site)
    tree = site_tree(site.places.values(), here.counts())
    present, unnamed = people_at(conn, station)
    without = max(0, present - sum(here.counts().values()))
    placed_by_name = len({ent for ents in here.people.values() for ent in ents})
    named_without = max(0, present - unnamed - placed_by_name)
    return SitePlan(
        tree=tree,
        site=site_capacity(tree),
        present=present,
        without_place=without,
        unnamed_without=max(0, without - named_without),
        double_beds=tuple(s.place.code for top in tree for s in top.walk() if s.is_double),
        in_two_places=tuple(sorted(here.twice.items())),
    )


def list_occupants(desk: Desk, reader: Reader, codes: Sequence[str], on: date) -> dict[str, list[Occupant]]:
    """Who is lodged in some places, by code, for those who may open people; the look is noted."""
    desk.must("open a person")
    found = occupants(reader.conn, reader.who.station, codes, on)
    shown = sum(map(len, found.values()))
    if shown:
        with desk.store.write(desk.user) as event:
            event.create(
                ACCESS,
                {
                    "access": AccessKind.OPENED.value,
                    "subject_kind": "place",
                    "happened_at": event.now,
                    "detail": ", ".join(sorted(found))[:80],
                    "count": shown,
                },
            )
    return found


@dataclass(frozen=True, slots=True)
class PlaceChanged:
    """A place that was blocked, closed or opened; ``warnings`` say what follows; how to take it back."""

    code: str
    warnings: tuple[str, ...]
    undo: tuple[bytes, ...]


def block_places(desk: Desk, code: str, places: int, reason: str = "") -> Done[PlaceChanged]:
    """Hold so many places of a place back from being proposed; 0 frees them. Who sleeps there stays.

    Raises ``BadField`` for more than it has or without a reason, ``NotFound``, ``NotAllowed``.
    """
    with desk.store.write(desk.user) as event:
        state = _state(event, desk, code)
        if not 0 <= places <= state.capacity.capacity:
            n = state.capacity.capacity
            raise BadField(
                "blocked_places",
                ntr("{place} has {n} place", "{place} has {n} places", n, place=state.place.code),
            )
        if places and not reason.strip():
            raise BadField("blocked_reason", tr("blocking a place needs a reason"), tr("For example: wet."))
        event.set(PLACE, state.place.ent, "blocked_places", places)
        event.set(PLACE, state.place.ent, "blocked_reason", reason.strip() or None if places else None)
    used = places - min(places, state.capacity.free)
    said = ntr(
        "{n} of them is in use; it is blocked once it is free.",
        "{n} of them are in use; they are blocked once they are free.",
        used,
    )
    return _changed(event, state, (said,) if used else ())


def close_place(desk: Desk, code: str, reason: str = "") -> Done[PlaceChanged]:
    """Close a place and all in it: it has no capacity any more. Whoever sleeps there keeps the bed.

    Raises ``Refused`` when people are there and no reason is given, ``NotFound``, ``NotAllowed``.
    """
    with desk.store.write(desk.user) as event:
        state = _state(event, desk, code)
        n = state.capacity.occupied
        if n and not reason.strip():
            raise Refused(
                ntr(
                    "{n} person sleeps in {place}.", "{n} people sleep in {place}.", n, place=state.place.code
                ),
                tr("Give a reason to close it all the same; they keep their beds until you move them."),
            )
        event.set(PLACE, state.place.ent, "closed", True)
        event.set(PLACE, state.place.ent, "blocked_reason", reason.strip() or None)
    said = ntr("{n} person is still there; move them.", "{n} people are still there; move them.", n)
    return _changed(event, state, (said,) if n else ())


def open_place(desk: Desk, code: str) -> Done[PlaceChanged]:
    """Open a closed place again. Raises ``NotFound``, ``NotAllowed``."""
    with desk.store.write(desk.user) as event:
        state = _state(event, desk, code)
        event.set(PLACE, state.place.ent, "closed", False)
        event.set(PLACE, state.place.ent, "blocked_reason", None)
    return _changed(event, state, ())


def _state(event: Writing, desk: Desk, code: str) -> PlaceState:
    site = plan(event.conn)
    tree = site_tree(site.places.values(), lodged(event.conn, desk.who.station, site).counts())
    for top in tree:
        for state in top.walk():
            if state.place.code.casefold() == code.strip().casefold():
                return state
    raise NotFound(code.strip()[:40], tr("Choose a bed, room or block of the site plan."))


def _changed(event: Writing, state: PlaceState, warnings: tuple[str, ...]) -> Done[PlaceChanged]:
    written = event.written
    events = written.events if written is not None else ()
    kinds = written.kinds if written is not None else frozenset()
    return Done(PlaceChanged(state.place.code, warnings, events), Changes(kinds))


def without_place(desk: Desk, reader: Reader) -> list[PersonLine]:
    """People present and lodged nowhere, by the one definition of population. Raises ``NotAllowed``."""
    desk.must("open a person")
    conn, station = reader.conn, reader.who.station
    here = lodged(conn, station, plan(conn))
    placed = {ent for ents in here.people.values() for ent in ents}
    left = [ent for ent in present_persons(conn, station) if ent.hex() not in placed]
    return lines_of(conn, left[:MOST_WITHOUT], local_day(desk))


def propose_for_new(reader: Reader, people: Sequence[PersonForm], today: date) -> Proposal | None:
    """Free places for people who are only typed yet, one for each in their order; None when none fits."""
    guests = []
    for at, form in enumerate(people):
        tidied = tidy(form, today)
        sex = Sex.U if isinstance(tidied.sex, Missing) else tidied.sex
        guests.append(Guest(str(at), sex, treat_as_child(birth_of(tidied.birth), today)))
    return propose(guests, list_places(reader).tree)
