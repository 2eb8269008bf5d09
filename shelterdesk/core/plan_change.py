"""One place of the site plan made or changed by hand: what it may be called, where it may lie, how many it holds."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from shelterdesk.core.errors import BadField
from shelterdesk.core.lodging import Place
from shelterdesk.core.plan import COLUMNS, LONGEST_CODE, fits_in
from shelterdesk.core.vocabulary import PlaceKind, Quarter
from shelterdesk.core.words import tr

MOST_ALIKE = 200
"""Most places made alike in one go: a hall of beds."""

MOST_PEOPLE = 99_999
LARGEST_AREA = 1_000_000.0

_LAST_NUMBER = re.compile(r"(\d{1,6})(?!.*\d)")


@dataclass(frozen=True, slots=True)
class PlaceForm:
    """A place as typed; ``ent`` None for a new one, ``parent`` a code. ``capacity`` counts people, area m²."""

    ent: str | None
    code: str
    parent: str | None
    kind: PlaceKind
    quarter: Quarter | None = None
    capacity: int | None = None
    area_m2: float | None = None
    accessible: bool = False

    @classmethod
    def of(cls, place: Place) -> PlaceForm:
        """The form of a place as it stands."""
        return cls(
            place.ent,
            place.code,
            place.parent,
            place.kind,
            place.quarter,
            place.capacity,
            place.area_m2,
            place.accessible,
        )


def alike(form: PlaceForm, count: int) -> list[PlaceForm]:
    """So many new places like ``form``, their codes counted on from the last number in its code.

    ``A01-1`` and 3 give A01-1, A01-2, A01-3; leading zeros stay. Raises :class:`BadField` for a code without a
    number to count on, or more than :data:`MOST_ALIKE`.
    """
    if not 1 <= count <= MOST_ALIKE:
        raise BadField("count", tr("Between 1 and {n} places can be made at once.", n=MOST_ALIKE))
    if count == 1:
        return [form]
    found = _LAST_NUMBER.search(form.code)
    if found is None:
        why = tr("The code has no number to count on.")
        raise BadField("code", why, tr("For example {code}-1.", code=form.code.strip() or "A"))
    first, width = int(found[1]), len(found[1])
    before, after = form.code[: found.start()], form.code[found.end() :]
    return [
        replace(form, ent=None, code=f"{before}{number:0{width}d}{after}")
        for number in range(first, first + count)
    ]


def check_place(form: PlaceForm, site: Mapping[str, Place]) -> None:
    """Raise :class:`BadField` naming the field for what cannot stand on the plan ``site`` (places by code)."""
    code = form.code.strip()
    if not code:
        raise BadField(
            "code", tr("A place needs a code."), tr("For example A01, or what the sign on it says.")
        )
    if len(code) > LONGEST_CODE or not code.isprintable():
        raise BadField("code", tr("A code has up to {n} letters that can be seen.", n=LONGEST_CODE))
    for other in site.values():
        if other.code.casefold() == code.casefold() and other.ent != form.ent:
            raise BadField("code", tr("There is a place {code} already.", code=other.code))
    _check_parent(form, site)
    if form.capacity is not None and not 0 <= form.capacity <= MOST_PEOPLE:
        raise BadField("capacity", tr("Places are a number from 0 up."))
    if form.area_m2 is not None and not 0 <= form.area_m2 < LARGEST_AREA:
        raise BadField("area_m2", tr("The area is a number of square metres."))


def _check_parent(form: PlaceForm, site: Mapping[str, Place]) -> None:
    above = None
    if form.parent is not None:
        if form.parent not in site:
            raise BadField("parent", tr("{code} is not a place of the plan.", code=form.parent))
        above = site[form.parent].kind
    if not fits_in(form.kind, above):
        raise BadField(
            "parent",
            {
                PlaceKind.BLOCK: tr("A block lies in nothing else."),
                PlaceKind.ROOM: tr("A room lies in a block."),
                PlaceKind.BED: tr("A bed lies in a room or a block."),
            }[form.kind],
        )
    was = next((place for place in site.values() if place.ent == form.ent), None) if form.ent else None
    if was is None or was.kind is form.kind:
        return
    for below in site.values():
        if below.parent == was.code and not fits_in(below.kind, form.kind):
            raise BadField("kind", tr("{code} lies in it and could not any more.", code=below.code))


def plan_csv(places: Iterable[Place]) -> str:
    """The plan as the file :func:`shelterdesk.core.plan.read_plan` reads back, parents before what they hold."""
    told = io.StringIO(newline="")
    writer = csv.writer(told, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    rank = {PlaceKind.BLOCK: 0, PlaceKind.ROOM: 1, PlaceKind.BED: 2}
    for place in sorted(places, key=lambda one: (rank[one.kind], one.parent or "", one.code)):
        area = "" if place.area_m2 is None else f"{place.area_m2:.10g}"
        writer.writerow(
            (
                place.code,
                place.parent or "",
                place.kind.value,
                place.quarter.value if place.quarter is not None else "",
                "" if place.capacity is None else place.capacity,
                area,
                "yes" if place.accessible else "no",
            )
        )
    return told.getvalue()
