"""Days beside each other on paper: bars with their values written, each line named where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shelterdesk.core.sheet_days import DayPoint
from shelterdesk.core.words import ptr, tr
from shelterdesk.reports.paper import GREY, Paper, number_text
from shelterdesk.reports.sheet_words import month_name

_NAMES = 21.0
"""Width in mm of the words at the left, which stand where a legend would be."""

_VALUE, _DAY, _GAP_WORD = 7.5, 7.5, 6.0
_TOP_SHARE = 0.54
"""Share of the height for the people in the house; the rest is for who came and left."""


def draw_days(
    paper: Paper, x: float, y: float, width: float, height: float, days: Sequence[DayPoint]
) -> float:
    """Draw ``days`` into a box with its top left at (x, y), all in mm; returns the y of its foot.

    Above, the people in the house; below, who came over an axis and who left under it, to one scale. The last
    day is black, the others grey. Every value is written; a day nobody knows is a gap and says so.
    """
    if not days:
        return y
    step = (width - _NAMES) / len(days)
    chart = _Days(paper, x, x + _NAMES, step, days)
    foot = y + height - 7.5
    split = y + (foot - y) * _TOP_SHARE
    chart.present(y, split)
    chart.moved(split + 3.0, foot)
    chart.dates(foot)
    return y + height


@dataclass(frozen=True, slots=True)
class _Days:
    """The columns of the chart: names from ``x`` on, the first day's column at ``first``, ``step`` mm each."""

    paper: Paper
    x: float
    first: float
    step: float
    days: Sequence[DayPoint]

    def present(self, top: float, foot: float) -> None:
        """The people in the house as bars standing on ``foot``."""
        self._name(foot - 4.2, tr("In the house"))
        room = foot - top - 4.0
        most = max((one.present for one in self.days if one.present is not None), default=0)
        for place, one in enumerate(self.days):
            if one.present is None:
                self._gap(place, foot - 1.2)
                continue
            high = room * one.present / most if most else 0.0
            self._bar(place, foot - high, high)
            self._value(place, foot - high - 1.2, one.present)
        self._axis(foot)

    def moved(self, top: float, foot: float) -> None:
        """Who came above an axis in the middle, who left below it, both to one scale."""
        middle = (top + foot) / 2
        self._name(middle - 1.6, ptr("daily sheet", "Came"))
        self._name(middle + 4.2, ptr("daily sheet", "Left"))
        room = (foot - top) / 2 - 4.0
        counted = [n for one in self.days for n in (one.arrivals, one.departures) if n is not None]
        most = max(counted, default=0)
        for place, one in enumerate(self.days):
            if one.arrivals is None and one.departures is None:
                self._gap(place, middle - 1.2)
                continue
            if one.arrivals is not None:
                high = room * one.arrivals / most if most else 0.0
                self._bar(place, middle - high, high)
                self._value(place, middle - high - 1.2, one.arrivals)
            if one.departures is not None:
                high = room * one.departures / most if most else 0.0
                self._bar(place, middle, high)
                self._value(place, middle + high + 3.4, one.departures)
        self._axis(middle)

    def dates(self, y: float) -> None:
        """The day of the month under each column, the month under the first and where it changes."""
        month = 0
        for place, one in enumerate(self.days):
            last = place == len(self.days) - 1
            at = self._middle(place)
            self.paper.text(at, y + 3.2, str(one.day.day), _DAY, bold=last, align="middle")
            if one.day.month != month:
                month = one.day.month
                self.paper.text(at, y + 6.6, month_name(one.day), 6.5, align="middle", width=2 * self.step)

    def _middle(self, place: int) -> float:
        return self.first + self.step * (place + 0.5)

    def _bar(self, place: int, top: float, high: float) -> None:
        if not high:
            return
        wide = self.step * 0.58
        ink = 0.0 if place == len(self.days) - 1 else GREY
        self.paper.box(self._middle(place) - wide / 2, top, wide, max(0.15, high), fill=ink)

    def _value(self, place: int, y: float, value: int) -> None:
        last = place == len(self.days) - 1
        at, width = self._middle(place), self.step - 0.8
        self.paper.text(at, y, number_text(value), _VALUE, bold=last, align="middle", width=width)

    def _gap(self, place: int, y: float) -> None:
        at, width = self._middle(place), self.step - 0.8
        self.paper.text(at, y, tr("not known"), _GAP_WORD, align="middle", width=width, ink=0.35)

    def _name(self, y: float, words: str) -> None:
        self.paper.text(self.x, y, words, 8.5, bold=True, width=_NAMES - 2)

    def _axis(self, y: float) -> None:
        self.paper.rule(self.first, y, self.step * len(self.days), weight=0.5, ink=0.0)
