"""Tables on paper: thin rules, numbers to the right, a heavier line under heads and over sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shelterdesk.reports.paper import Align, Paper

MARK = "*"
"""At the end of a cell: hangs to the right of the number, which stays in its column."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: where it is aligned to (mm from the left edge of the sheet), its heading, its width in mm."""

    at: float
    heading: str
    width: float
    align: Align = "right"


@dataclass(frozen=True, slots=True)
class Table:
    """A table being drawn, the first column of text to the left, its lines ``line`` mm high.

    Its rules end with the last column, or at ``to`` where that is a column of words.
    """

    paper: Paper
    columns: Sequence[Column]
    line: float
    to: float | None = None

    @property
    def _left(self) -> float:
        return self.columns[0].at

    @property
    def _width(self) -> float:
        return (self.columns[-1].at if self.to is None else self.to) - self.columns[0].at

    def heading(self, y: float) -> float:
        """The heads with their foot at ``y``; returns the y below their rule."""
        for column in self.columns:
            size, bold = (9.5, True) if column.align == "left" else (7.5, False)
            heading, width = column.heading, column.width
            self.paper.text(column.at, y, heading, size, bold=bold, align=column.align, width=width)
        self.paper.rule(self._left, y + 1.6, self._width, weight=0.6, ink=0.0)
        return y + 1.6

    def row(self, y: float, cells: Sequence[str], last: bool = False) -> float:
        """One line below ``y``; the ``last`` is the sum, bold under a heavier rule. Returns the y below."""
        if last:
            self.paper.rule(self._left, y, self._width, weight=0.6, ink=0.0)
        for column, cell in zip(self.columns, cells, strict=True):
            foot, width = y + self.line * 0.76, column.width
            said = cell.removesuffix(MARK)
            self.paper.text(column.at, foot, said, 8.5, bold=last, align=column.align, width=width)
            if said != cell:
                self.paper.text(column.at + 0.3, foot, MARK, 8.5, bold=True)
        if not last:
            self.paper.rule(self._left, y + self.line, self._width, weight=0.25)
        return y + self.line
