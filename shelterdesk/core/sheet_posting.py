"""The copy of the sheet for the wall: margins only, small numbers held back so that none can be worked out.

Numbers under :data:`LEAST_SHOWN` tell of single people. A table that holds one back holds another back with it,
or the first would follow from the sum. Nationalities are not held back but put together with *others*: a named
country with “fewer than 5” would still tell that somebody of it is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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
    (the last, ``""``, puts the others together), ``blocks`` by code with ``places`` beside them in the same order,
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
    blocks: PostedLine
    places: tuple[int, ...]
    meals: tuple[PostedCell | None, PostedCell | None, PostedCell | None]
    state: str
    provisional: bool
    practice: bool
    generated_at: str
