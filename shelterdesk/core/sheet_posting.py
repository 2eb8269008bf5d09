"""The copy of the sheet for the wall: margins only, small numbers held back so that none can be worked out.

Numbers under :data:`LEAST_SHOWN` tell of single people. A table that holds one back holds another back with it,
or the first would follow from the sum. Nationalities are not held back but put together with *others*: a named
country with “fewer than 5” would still tell that somebody of it is here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from shelterdesk.core.sheet import DailySheet, Measured, Nationalities, SheetBand
from shelterdesk.core.vocabulary import Sex

LEAST_SHOWN = 5
"""The least count that is posted (DOMAIN §3, *SU suppressed (<5)*); nought is shown where nothing is held back by it."""


@dataclass(frozen=True, slots=True)
class PostedCell:
    """One number of a posted table: ``count``, or None where it is held back.

    ``small`` is true where the held-back number is one of 1 to 4 (printed ``<5``); false where it is held back only
    so that another does not follow from the sum (printed as held back, DOMAIN's code ``SU``).
    """

    name: str
    count: int | None
    small: bool = False

    @property
    def is_held_back(self) -> bool:
        """Whether nothing but *held back* is printed."""
        return self.count is None


@dataclass(frozen=True, slots=True)
class PostedLine:
    """A one-dimensional table: cells in their order and their sum, None where it is held back too."""

    cells: tuple[PostedCell, ...] = ()
    total: int | None = None


@dataclass(frozen=True, slots=True)
class PostingCopy:
    """What may hang on the wall. ``sexes`` are named F M X U, ``ages`` as ``SheetBand``, ``nationalities`` by code
    (the last, ``""``, puts the others together and who is not named yet), ``places`` are those of the whole site,
    ``movements`` are ``came`` and ``left``, ``meals`` breakfast, lunch and dinner (None of one: not counted).

    It carries no name but who made it, no correction, no need, no quarter and nobody unnamed apart.
    """

    station_code: str
    station_name: str
    service_day: date
    from_at: str
    to_at: str
    present: PostedCell
    movements: PostedLine
    sexes: PostedLine
    ages: PostedLine
    nationalities: PostedLine
    places: int
    meals: tuple[PostedCell | None, PostedCell | None, PostedCell | None]
    state: str
    provisional: bool
    practice: bool
    generated_at: str


def posting_copy(sheet: DailySheet) -> PostingCopy:
    """The copy for the wall of a sheet; nothing on it lets a number under :data:`LEAST_SHOWN` be worked out."""
    unnamed, meals = sheet.of_which_unnamed, sheet.facilities
    return PostingCopy(
        station_code=sheet.station_code,
        station_name=sheet.station_name,
        service_day=sheet.service_day,
        from_at=sheet.from_at,
        to_at=sheet.to_at,
        present=_alone("present", sheet.present),
        movements=_movements(sheet.came, sheet.left),
        sexes=_of_named([(sex.value, sheet.sex_age.of_sex(sex)) for sex in Sex], unnamed),
        ages=_of_named([(band.value, sheet.sex_age.of_band(band)) for band in SheetBand], unnamed),
        nationalities=put_together(sheet.nationalities, unnamed),
        places=sum(block.places.capacity for block in sheet.blocks),
        meals=(
            _meal("BREAKFAST", meals.meals_breakfast),
            _meal("LUNCH", meals.meals_lunch),
            _meal("DINNER", meals.meals_dinner),
        ),
        state=sheet.state,
        provisional=sheet.provisional,
        practice=sheet.practice,
        generated_at=sheet.generated_at,
    )


def is_small(count: int) -> bool:
    """Whether a count tells of single people: 1 to 4."""
    return 0 < count < LEAST_SHOWN


def held_line(counts: Sequence[tuple[str, int]], total: int | None = None) -> PostedLine:
    """A table of counts and their sum with the small ones held back so that none follows from the rest.

    Beside the small ones the smallest other count of 5 or more is held back: since it is at least 5, every small one
    may still be any of 1 to 4 whatever the sum says. Where there is no such count, all are held back, noughts too;
    where the sum itself is small, it is as well. The sum is that of the counts; ``total`` only says it again.
    """
    whole = sum(count for _, count in counts)
    if total is not None and total != whole:
        raise ValueError("the sum is not that of the counts")
    shown = None if is_small(whole) else whole
    small = {name for name, count in counts if is_small(count)}
    if not small:
        return PostedLine(tuple(PostedCell(name, count) for name, count in counts), shown)
    large = sorted((count, name) for name, count in counts if count >= LEAST_SHOWN)
    if not large:
        return PostedLine(tuple(PostedCell(name, None) for name, _ in counts), shown)
    beside = large[0][1]
    return PostedLine(
        tuple(
            PostedCell(name, None if name in small or name == beside else count, name in small)
            for name, count in counts
        ),
        shown,
    )


def _of_named(counts: Sequence[tuple[str, int]], unnamed: int) -> PostedLine:
    """A table of the people who are named, held back so that the few who are not do not follow from all present.

    Those stand in no line: they are a cell like the others where it is worked out what is held back.
    """
    line = held_line([*counts, ("", unnamed)])
    *cells, left_out = line.cells
    return PostedLine(tuple(cells), None if left_out.count is None else sum(count for _, count in counts))


def put_together(nations: Nationalities, unnamed: int = 0) -> PostedLine:
    """Nationalities of 5 people and more by name, all others as one number that is none of 1 to 4 either.

    Unknown ones are among the others where they are few, the ``unnamed`` always: theirs is not known yet. Where all
    together are few, not even their sum is shown.
    """
    named = sorted(
        ((one.count, one.code) for one in nations.shown if one.count), key=lambda one: (-one[0], one[1])
    )
    others = nations.rest + unnamed + sum(count for count, _ in named if is_small(count))
    named = [one for one in named if not is_small(one[0])]
    while is_small(others) and named:
        others += named.pop()[0]
    whole = others + sum(count for count, _ in named)
    if is_small(whole):
        return PostedLine((PostedCell("", None),), None)
    cells = [PostedCell(code, count) for count, code in named]
    return PostedLine((*cells, PostedCell("", others)) if others else tuple(cells), whole)


def _alone(name: str, count: int) -> PostedCell:
    return PostedCell(name, None, True) if is_small(count) else PostedCell(name, count)


def _meal(name: str, served: Measured) -> PostedCell | None:
    return _alone(name, served) if isinstance(served, int) else None


def _movements(came: int, left: int) -> PostedLine:
    """Who came and who left. The two and the present of two days' copies make one sum, so one small one holds back both."""
    if not is_small(came) and not is_small(left):
        return PostedLine((PostedCell("came", came), PostedCell("left", left)))
    cells: Iterable[tuple[str, int]] = (("came", came), ("left", left))
    return PostedLine(tuple(PostedCell(name, None, is_small(count)) for name, count in cells))
