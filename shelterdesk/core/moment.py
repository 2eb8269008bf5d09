"""Moments as people mean them: a time with its offset and zone in one text (RFC 9557), and service days.

``2026-11-23T15:40:00-05:00[America/Panama]`` keeps what the wall showed, where, and when that was for
everybody else; none of the three can be recovered from the other two once rules of a zone change.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Protocol, TypeGuard
from zoneinfo import ZoneInfo

from shelterdesk.core.errors import BadField
from shelterdesk.core.words import tr


class Clock(Protocol):
    """Where the present comes from; a day can be played in seconds by another one."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...


class DeskClock:
    """The machine's clock with what somebody at the desk said to add to it, for as long as it is wrong (SYNC §1.3).

    One for the whole program: whoever holds it sees the right time as soon as it was said.
    """

    def __init__(self, machine: Clock) -> None:
        self.machine = machine
        self.offset = timedelta()

    def now(self) -> datetime:
        """The present, as far as anybody here knows it."""
        return self.machine.now() + self.offset


class NotOfTheYears(BadField):
    """A time or day of a year no calendar on the wall shows."""


def moment_text(at: datetime, zone: str) -> str:
    """An aware time as RFC 9557 text in ``zone`` (IANA name), to the second."""
    local = at.astimezone(ZoneInfo(zone)).replace(microsecond=0)
    return f"{local.isoformat()}[{zone}]"


def read_moment(text: str, zone: str) -> datetime:
    """The aware time of an RFC 9557 or ISO 8601 text; without an offset it is local to ``zone``.

    Raises :class:`BadField` for a text that is not a time, or is one of a year no calendar on the wall shows: such
    a time cannot be told in every zone.
    """
    bare, _, tail = text.strip().partition("[")
    try:
        found = datetime.fromisoformat(bare)
    except ValueError:
        raise BadField("time", tr("{text} is not a date and time.", text=text[:40]), _shape()) from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise NotOfTheYears("time", _not_of_the_years(text[:40]), _shape())
    if found.tzinfo is not None:
        return found
    try:
        return found.replace(tzinfo=ZoneInfo(tail.rstrip("]") or zone))
    except (KeyError, ValueError, OSError):  # a folder of the zones is no zone
        raise BadField(
            "time", tr("{text} names a time zone that is not known.", text=text[:60]), _shape()
        ) from None


def known_moment(stored: str | None, zone: str) -> datetime | None:
    """The aware time of a stored text; None where none is stored, or one that a faulty desk wrote and nobody can read."""
    try:
        return read_moment(stored, zone) if stored else None
    except BadField:
        return None


def said_moment(text: str, zone: str, field: str = "time") -> datetime:
    """The aware time of a text from outside; as :func:`read_moment`, and its ``BadField`` names ``field``."""
    try:
        return read_moment(text, zone)
    except BadField as bad:
        raise BadField(field, bad.sentence, bad.next_step) from None


def check_day(field: str, day: date) -> None:
    """Raise :class:`BadField` for a day whose limits cannot be told in every zone; years as :func:`read_moment`."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise NotOfTheYears(field, _not_of_the_years(day.isoformat()), tr("Write it like 2026-11-24."))


def _not_of_the_years(text: str) -> str:
    return tr("{text} is not of the years {first} to {last}.", text=text, first=_FIRST_YEAR, last=_LAST_YEAR)


_FIRST_YEAR, _LAST_YEAR = 1900, 2199


def _shape() -> str:
    return tr("Write it like 2026-11-23T15:40.")


def zone_of(text: str) -> str | None:
    """The IANA zone written into a moment's text, if any."""
    _, _, tail = text.partition("[")
    return tail.rstrip("]") or None


def milliseconds(text: str) -> int | None:
    """UTC milliseconds of a stored moment, None for a text that is not one (kept, never refused).

    One of a year no calendar on the wall shows (1900 to 2199) is none: no form takes it, and it cannot be told
    in every zone.
    """
    return _milliseconds(text)


@lru_cache(maxsize=4096)  # a boat's people arrived at the same moment
def _milliseconds(text: str) -> int | None:
    bare, _, _ = text.partition("[")
    try:
        found = datetime.fromisoformat(bare)
    except ValueError:
        return None
    if found.tzinfo is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        return None
    return int(found.timestamp() * 1000)


def to_milliseconds(at: datetime) -> int:
    """UTC milliseconds of an aware time."""
    return int(at.timestamp() * 1000)


def from_milliseconds(ms: int) -> datetime:
    """The aware UTC time of so many milliseconds; beyond the years of :func:`read_moment` the first or last of them.

    An event of another desk says of its clock what it likes (SYNC §0.3: kept and shown, never refused).
    """
    return datetime.fromtimestamp(min(max(ms, _FIRST_MS), _LAST_MS) / 1000, tz=UTC)


_FIRST_MS = to_milliseconds(datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC))
_LAST_MS = to_milliseconds(datetime(_LAST_YEAR + 1, 1, 1, tzinfo=UTC)) - 1


LATEST_CHANGE_HOUR, USUAL_CHANGE_HOUR = 12, 6
"""The service day changes in the morning (DOMAIN §2: at 06:00), never after noon."""


def is_change_hour(value: object) -> TypeGuard[int]:
    """Whether a service day may change at this: a whole local hour from midnight to noon."""
    return type(value) is int and 0 <= value <= LATEST_CHANGE_HOUR


def service_day(at: datetime, zone: str, change_hour: int) -> date:
    """The local service day a moment belongs to: before ``change_hour`` it is still yesterday's.

    Local time, not UTC (PEERS §A 2.7a): a quota must not reset in the middle of supper.
    """
    local = at.astimezone(ZoneInfo(zone))
    return local.date() if local.hour >= change_hour else local.date() - timedelta(days=1)


def service_day_limits(day: date, zone: str, change_hour: int) -> tuple[datetime, datetime]:
    """From and to (UTC) of the service day that *ends* on ``day``: D−1 at the change hour to D at it.

    The sheet of day D covers D−1 06:00 to D 06:00 local (DOMAIN §2); days of 23 and 25 hours come out
    right because both limits are local wall times.
    """
    zone_info = ZoneInfo(zone)
    end = datetime(day.year, day.month, day.day, change_hour, tzinfo=zone_info)
    before = day - timedelta(days=1)
    start = datetime(before.year, before.month, before.day, change_hour, tzinfo=zone_info)
    return start.astimezone(UTC), end.astimezone(UTC)
