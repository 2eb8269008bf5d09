"""The settings the sheet's pages are counted with: how long is long, which days make a band, when a morning is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

OUTSIDE_HOURS, LONG_STAY_DAYS, STAY_BANDS, MORNING_HOURS = (
    "sheet.outside_hours",
    "sheet.long_stay_days",
    "sheet.stay_bands",
    "sheet.morning_hours",
)
"""Keys of the settings."""

_MOST_DAYS, _MOST_BANDS = 3_650, 8
LIMITS = {OUTSIDE_HOURS: (1, 24 * 60), LONG_STAY_DAYS: (1, _MOST_DAYS), MORNING_HOURS: (0, 24)}
"""The least and the most of each number, in hours, days and hours."""


@dataclass(frozen=True, slots=True)
class SheetSettings:
    """``stay_bands`` are the last whole days of each band but the open one: (1, 5) makes 0–1, 2–5 and 6 and more.

    A transit centre is designed for 2 to 5 days (UNHCR Emergency Handbook, DOMAIN §2 ST1). ``morning_hours`` is how
    long after the change hour the last sheet is left to the supervisor before the program freezes it by itself.
    """

    outside_hours: int = 24
    long_stay_days: int = 5
    stay_bands: tuple[int, ...] = (1, 5, 15, 30)
    morning_hours: int = 6


def read_sheet_settings(value_of: Callable[[str], Any]) -> SheetSettings:
    """The settings from whatever was stored under each key; what is none, or cannot be, leaves the usual one."""
    usual = SheetSettings()
    return SheetSettings(
        _whole(value_of(OUTSIDE_HOURS), *LIMITS[OUTSIDE_HOURS], usual.outside_hours),
        _whole(value_of(LONG_STAY_DAYS), *LIMITS[LONG_STAY_DAYS], usual.long_stay_days),
        _bands(value_of(STAY_BANDS)) or usual.stay_bands,
        _whole(value_of(MORNING_HOURS), *LIMITS[MORNING_HOURS], usual.morning_hours),
    )


def _whole(value: object, least: int, most: int, usual: int) -> int:
    return value if type(value) is int and least <= value <= most else usual


def _bands(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_BANDS:
        return ()
    days = [_whole(one, 0, _MOST_DAYS, -1) for one in value]
    return tuple(days) if days[0] >= 0 and days == sorted(set(days)) else ()
