"""The chart of the days before a sheet: people in the house, who came and who left, a point a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

CHART_DAYS = 14
"""Days on the chart, the sheet's own the last."""


@dataclass(frozen=True, slots=True)
class DayPoint:
    """One day of the chart: as its frozen sheet says where there is one (``frozen``), else as counted now.

    The three numbers are None together for a day of which nothing is known (before the records begin, or still to
    come): it has no point, it is not 0. ``provisional`` tells a day that is not over or whose desks were not all
    heard from.
    """

    day: date
    present: int | None = None
    arrivals: int | None = None
    departures: int | None = None
    frozen: bool = False
    provisional: bool = False

    @property
    def is_known(self) -> bool:
        """Whether the day has a point."""
        return self.present is not None


@dataclass(frozen=True, slots=True)
class DaysChart:
    """So many days in their order, the oldest first; ``arrivals`` are all who came, ``departures`` all who left."""

    points: tuple[DayPoint, ...]

    @property
    def most(self) -> int:
        """The largest number on it; 0 for an empty one."""
        return max((max(p.present or 0, p.arrivals or 0, p.departures or 0) for p in self.points), default=0)
