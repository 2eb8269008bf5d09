"""When people arrived, as it is said at the desk: now, a time of day, a day and a time, so many minutes ago."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shelterdesk.core.errors import BadField
from shelterdesk.core.moment import NotOfTheYears, check_day, read_moment
from shelterdesk.core.words import tr
from shelterdesk.ui.screens.people_words import time_words

_NOW = frozenset({"", "now", "ahora"})
_YESTERDAY = ("yesterday", "ayer")
_TODAY = ("today", "hoy")
_CLOCK = re.compile(r"(\d{1,2})[:.h]?(\d{2})")
_AGO = re.compile(r"(\d{1,3})\s*(m|min|h|hours?|horas?|minut\w*)")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?\s+(\S+)")


def read_arrival(text: str, now: datetime, zone: str) -> datetime | None:
    """The aware time that was meant, None for now. A time of day still to come was yesterday's.

    ``15:40`` · ``1540`` · ``ayer 15:40`` · ``22/11 15:40`` · ``20 min`` · ``2 h`` · ``2026-11-22T15:40``.
    Raises ``BadField`` (field ``arrived_at``) for a text that is no time, one still to come, or one of a year
    that no calendar on a wall shows.
    """
    said = " ".join(text.casefold().split())
    if said in _NOW:
        return None
    local = now.astimezone(ZoneInfo(zone))
    found = _within_years(_read(said, local, zone))
    if found > local:
        raise BadField("arrived_at", tr("This arrival is still to come."))
    return found


def _read(said: str, local: datetime, zone: str) -> datetime:
    first, _, rest = said.partition(" ")
    if ago := _AGO.fullmatch(said):
        many = int(ago[1])
        return local - (timedelta(hours=many) if ago[2].startswith("h") else timedelta(minutes=many))
    if first in _TODAY and rest:
        return _at(rest, local)
    if first in _YESTERDAY and rest:
        return _at(rest, local - timedelta(days=1))
    if clock := _CLOCK.fullmatch(said):
        found = _at(clock[0], local)
        return found if found <= local else _at(clock[0], local - timedelta(days=1))
    if day := _DAY.fullmatch(said):
        try:
            return _at(
                day[4], local.replace(year=int(day[3] or local.year), month=int(day[2]), day=int(day[1]))
            )
        except ValueError:
            raise _unreadable(said) from None
    try:
        found = read_moment(said.upper(), zone)
    except NotOfTheYears as bad:
        raise BadField("arrived_at", bad.sentence, _how()) from None
    except BadField:
        raise _unreadable(said) from None
    return _within_years(found).astimezone(
        local.tzinfo
    )  # of the first year and the last there is no other zone


def _within_years(found: datetime) -> datetime:
    try:
        check_day("arrived_at", found.date())
    except BadField as bad:
        raise BadField("arrived_at", bad.sentence, _how()) from None
    return found


def _at(said: str, day: datetime) -> datetime:
    """A time of day on a day, by the clock on the wall there."""
    clock = _CLOCK.fullmatch(said)
    if clock is None or int(clock[1]) > 23 or int(clock[2]) > 59:
        raise _unreadable(said)
    return day.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)


def _unreadable(said: str) -> BadField:
    return BadField(
        "arrived_at",
        tr("“{text}” is not a time.", text=said[:40]),
        _how(),
    )


def _how() -> str:
    return tr("Write 15:40, 22/11 15:40, 20 min, or leave it empty for now.")


def arrival_aside(text: str, now: datetime, zone: str) -> str:
    """How a time of arrival was understood: ``→ today 15:40``; nothing for now and for what is no time."""
    try:
        found = read_arrival(text, now, zone)
    except BadField:
        return ""
    return "" if found is None else tr("→ {reading}", reading=time_words(found, now))
