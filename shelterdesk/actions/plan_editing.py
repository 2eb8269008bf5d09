"""The site plan edited by hand: a place made or changed, many made alike, the whole written to a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField
from shelterdesk.core.kinds import PLACE
from shelterdesk.core.lodging import Place
from shelterdesk.core.plan_change import PlaceForm, alike, check_place, plan_csv
from shelterdesk.core.vocabulary import PlaceKind
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.lodging import Plan, lodged, plan
from shelterdesk.db.store import Reader
from shelterdesk.db.writing import Writing
from shelterdesk.keys.safefile import write_whole

EDITED = ("code", "parent", "place_kind", "quarter", "capacity", "area_m2", "accessible")
"""The fields of a place that are edited here; blocking and closing have their own actions (``places``)."""

_NOTHING_FOLLOWS: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacesSaved:
    """The codes of what was made or changed (none: nothing was different), what follows, and how to take it back."""

    codes: tuple[str, ...]
    warnings: tuple[str, ...]
    undo: tuple[bytes, ...]


def save_place(desk: Desk, form: PlaceForm) -> Done[PlacesSaved]:
    """Make a place, or bring one in line with the form; who sleeps in it keeps the bed.

    Raises ``BadField`` naming what is wrong, ``NotAllowed``.
    """
    desk.must("import the site plan")
    desk.must_be_station()
    with desk.store.write(desk.user) as event:
        site = plan(event.conn)
        check_place(form, site.places)
        held = next((place for place in site.places.values() if place.ent == form.ent), None)
        if form.ent is None or held is None:
            event.create(PLACE, _values(form, site))
            changed, warnings = True, _NOTHING_FOLLOWS
        else:
            changed = _change(event, form, held, site)
            warnings = _warnings(event, desk, form, held, site)
    return _saved(event, (form.code.strip(),) if changed else (), warnings)


def add_places(desk: Desk, form: PlaceForm, count: int) -> Done[PlacesSaved]:
    """Make ``count`` new places alike, their codes counted on; all of them, or none.

    Raises ``BadField`` naming what is wrong (a code of the row that is there already), ``NotAllowed``.
    """
    desk.must("import the site plan")
    desk.must_be_station()
    made = alike(form, count)
    with desk.store.write(desk.user) as event:
        site = plan(event.conn)
        for one in made:
            check_place(one, site.places)
            event.create(PLACE, _values(one, site))
    return _saved(event, tuple(one.code.strip() for one in made), ())


def export_plan(reader: Reader, target: Path) -> int:
    """Write the site plan as a file that can be taken in again; the number of its places.

    Raises ``CannotWrite``, ``DiskFull``; then nothing half written is left.
    """
    places = plan(reader.conn).places
    write_whole(target, plan_csv(places.values()).encode("utf-8-sig"))
    return len(places)


def _values(form: PlaceForm, site: Plan) -> dict[str, Any]:
    capacity = form.capacity
    if capacity is None and form.kind is PlaceKind.BED:
        capacity = 1  # a bed is for one unless it says otherwise, as in the file of a plan
    return {
        "code": form.code.strip(),
        "parent": site.places[form.parent].ent if form.parent is not None else None,
        "place_kind": form.kind.value,
        "quarter": form.quarter.value if form.quarter is not None else None,
        "capacity": capacity,
        "area_m2": form.area_m2,
        "accessible": form.accessible,
    }


def _change(event: Writing, form: PlaceForm, held: Place, site: Plan) -> bool:
    stands, wanted = _values(PlaceForm.of(held), site), _values(form, site)
    if held.blocked_places > (wanted["capacity"] or 0) and form.capacity is not None:
        raise BadField(
            "capacity",
            ntr("{n} place of it is blocked.", "{n} places of it are blocked.", held.blocked_places),
            tr("Free them first, or leave as many places."),
        )
    changed = [name for name in EDITED if wanted[name] != stands[name]]
    for name in changed:
        event.set(PLACE, held.ent, name, wanted[name])
    return bool(changed)


def _warnings(event: Writing, desk: Desk, form: PlaceForm, held: Place, site: Plan) -> tuple[str, ...]:
    here = lodged(event.conn, desk.who.station, site).counts().get(held.code, 0)
    said = []
    if form.capacity is not None and here > form.capacity:
        said.append(
            ntr("{n} person sleeps there now; move them.", "{n} people sleep there now; move some.", here)
        )
    if here and form.quarter is not held.quarter:
        said.append(tr("Who sleeps there stays; look whether it suits them still."))
    return tuple(said)


def _saved(event: Writing, codes: Sequence[str], warnings: tuple[str, ...]) -> Done[PlacesSaved]:
    written = event.written
    events = written.events if written is not None else ()
    kinds = written.kinds if written is not None else frozenset()
    return Done(PlacesSaved(tuple(codes), warnings, events), Changes(kinds))
