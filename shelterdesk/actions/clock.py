"""Where the present comes from: the machine's clock, or one that is moved by hand to play a day."""

from __future__ import annotations

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
