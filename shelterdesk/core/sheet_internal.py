"""The supervisor's page behind the sheet: who is overdue, who stays long, what is blocked, meals against people.

Counts only. The names behind one are read apart, by those who may open people, and that is noted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shelterdesk.core.sheet import Measured


class Behind(StrEnum):
    """The counts of the page that have names behind them."""

    STAY_OVER = "stay_over"  # their stay's last day has passed
    OUTSIDE = "outside"  # out of the gate longer than the set hours, not in hospital
    LONG_STAY = "long_stay"  # here for more than the set days
    WITHOUT_PLACE = "without_place"
    TWO_PLACES = "two_places"


@dataclass(frozen=True, slots=True)
class StayBand:
    """People here for ``low`` to ``high`` whole days (both included; ``high`` None: and more)."""

    low: int
    high: int | None
    count: int


@dataclass(frozen=True, slots=True)
class BlockedPlace:
    """A place that is closed, or has places nobody may be given; ``occupied`` are in it all the same."""

    code: str
    blocked: int
    closed: bool
    reason: str | None
    occupied: int


@dataclass(frozen=True, slots=True)
class MealServed:
    """One meal of the service day: portions served (or not counted) against the people present.

    ``meal`` is ``BREAKFAST``, ``LUNCH`` or ``DINNER``; ``percent`` is floored, None where one is not known or nobody
    is there.
    """

    meal: str
    served: Measured
    present: int

    @property
    def percent(self) -> int | None:
        """Portions per 100 people present."""
        return self.served * 100 // self.present if isinstance(self.served, int) and self.present else None


@dataclass(frozen=True, slots=True)
class InternalPage:
    """The page of one service day, as known at ``generated_at`` (RFC 9557), of the moment ``to_at``.

    ``outside_hours`` and ``long_stay_days`` are the settings it was counted with. ``bands`` hold every registered
    person present once; people of whom no coming is known are in none.
    """

    station_code: str
    station_name: str
    service_day: date
    to_at: str
    generated_at: str
    generated_by: str
    present: int
    stay_over: int
    outside: int
    outside_hours: int
    long_stay: int
    long_stay_days: int
    bands: tuple[StayBand, ...]
    blocked: tuple[BlockedPlace, ...]
    meals: tuple[MealServed, ...]
    without_place: int
    two_places: int
    provisional: bool
    practice: bool
