"""Days as people read and type them here; files and the log keep ISO 8601 (DESIGN, "dates shown in the locale")."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from shelterdesk.core.moment import from_milliseconds, milliseconds
from shelterdesk.core.words import language

if TYPE_CHECKING:
    from babel import Locale

_DAY_FIRST = re.compile(r"(\d{1,2})[\s/.\-](\d{1,2})[\s/.\-](\d{4})")


def _locale() -> Locale:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language()[:2])
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def day_words(day: date, now: datetime | None = None) -> str:
    """A day in short: ``3 Nov``, with the year when it is not this one."""
    from babel.dates import format_skeleton

    same_year = now is not None and now.year == day.year
    return str(format_skeleton("dMMM" if same_year else "yMMMd", day, locale=_locale()))


def month_words(day: date) -> str:
    """The month of a day with its year: ``Nov 2026``."""
    from babel.dates import format_skeleton

    return str(format_skeleton("yMMM", day, locale=_locale()))


def iso_day_words(stored: str, now: datetime | None = None) -> str:
    """A day kept as ISO 8601 in short words; anything else as it stands."""
    try:
        return day_words(date.fromisoformat(stored), now)
    except ValueError:
        return stored


def typed_day(day: date) -> str:
    """A day as it stands in a field: ``23/11/2026``, the day first as everywhere in the program."""
    return f"{day:%d/%m/%Y}"


def read_day(text: str) -> date | None:
    """A day as typed, ``23/11/2026`` or ``2026-11-23``; None for none."""
    text = text.strip()
    found = _DAY_FIRST.fullmatch(text)
    try:
        if found is not None:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError:
        return None


def when(moment: str | None, now: datetime, zone: str) -> str:
    """A stored moment in the shortest words that tell it: the time today, else the day; nothing for None."""
    at_ms = milliseconds(moment or "")
    if at_ms is None:
        return ""
    there = ZoneInfo(zone)
    at, today = from_milliseconds(at_ms).astimezone(there), now.astimezone(there)
    return f"{at:%H:%M}" if at.date() == today.date() else day_words(at.date(), today)
