"""Where the present comes from: the machine's clock, or one that is moved by hand to play a day."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's clock, in UTC; the only place that asks it."""

    def now(self) -> datetime:
        """The present."""
        return datetime.now(UTC)


class SetClock:
    """A clock that stands still until it is moved: a whole day can be played in seconds."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware time")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The time it was set to."""
        return self._at

    def forward(self, by: timedelta) -> None:
        """Move on; never back."""
        if by < timedelta(0):
            raise ValueError("a set clock does not go back")
        self._at += by

    def set(self, at: datetime) -> None:
        """Go on to a later moment."""
        self.forward(at.astimezone(UTC) - self._at)


def seconds_passed() -> float:
    """Seconds from some moment before the program began, sleep included; nobody can set it back.

    ``CLOCK_BOOTTIME`` (Linux 2.6.39) goes on while the laptop sleeps; where there is none, Python's monotonic clock.
    """
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(boot) if boot is not None else time.monotonic()


def seconds_asleep() -> float:
    """How long this laptop has slept since it was started: what the one clock counts and the other does not.

    Elsewhere than on Linux the wall's clock takes the place of the first; one that is set forward looks like sleep
    there, which locks a desk once too often.
    """
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    if boot is None:
        return time.time() - time.monotonic()
    return time.clock_gettime(boot) - time.clock_gettime(time.CLOCK_MONOTONIC)
