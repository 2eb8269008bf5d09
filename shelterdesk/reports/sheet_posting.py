"""The copy for the wall: few numbers in large type, margins only, small numbers held back; no name, no desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shelterdesk.core import countries
from shelterdesk.core.sheet import SheetBand
from shelterdesk.core.sheet_posting import LEAST_SHOWN, PostedCell, PostedLine, PostingCopy
from shelterdesk.core.vocabulary import Sex
from shelterdesk.core.words import ptr, tr
from shelterdesk.reports.faces import Faces, can_set, find_faces
from shelterdesk.reports.paper import Paper, PaperName, Written, day_text, moment_shown, number_text
from shelterdesk.reports.sheet_words import band_heads, sex_names
from shelterdesk.reports.target import write_whole

_MARGIN = 14.0
_SIZE, _LEAST_SIZE = 26.0, 17.0
"""Points: capitals of 6.5 mm are read from two and a half metres, of 4.3 mm from two (DIN 1450, ×300 to ×450)."""

_NATIONS = 6
"""Countries named on the wall; the others are one line."""

_POINT = 25.4 / 72


@dataclass(frozen=True, slots=True)
class WallTable:
    """A list on the wall: its head and its lines, name and number as it is written."""

    head: str
    lines: tuple[tuple[str, str], ...]


def write_posting(
    copy: PostingCopy, target: Path | BinaryIO, *, paper: PaperName = "a4", faces: Faces | None = None
) -> Written:
    """Write the copy for the wall as a PDF of one page, in the language now spoken.

    Raises :class:`DiskFull` or :class:`CannotWrite`.
    """
    found = faces or find_faces()
    drawn = Paper(paper, found, tr("People in the house"))
    _Wall(copy, drawn).draw()
    write_whole(target, drawn.finished())
    return Written(pages=1, left_out=[])


class _Wall:
    """The page being drawn."""

    def __init__(self, copy: PostingCopy, paper: Paper) -> None:
        self.copy, self.paper = copy, paper
        self.left, self.right = _MARGIN, paper.width - _MARGIN
        self.width = self.right - self.left

    def draw(self) -> None:
        """Head and number, the tables as large as they fit, and what small numbers are."""
        copy, paper = self.copy, self.paper
        if copy.practice:
            paper.practice_mark()
        y = self._number(self._head())
        if copy.provisional:
            y += 8.0
            paper.text(self.left, y, tr("PROVISIONAL"), 22, bold=True, width=self.width * 0.42)
            said = tr("These numbers may still change.")
            paper.text(self.right, y, said, 15, align="right", width=self.width * 0.55)
            y += 3.5
        paper.rule(self.left, y, self.width, weight=1.2, ink=0.0)
        foot = paper.height - 28.0
        columns = self._columns(_NATIONS)
        for nations in range(_NATIONS, 0, -1):
            columns = self._columns(nations)
            if _size(max(map(_lines, columns)), foot - y) > _LEAST_SIZE:
                break
        gutter = 9.0
        column = (self.width - gutter) / 2
        size = _size(max(map(_lines, columns)), foot - y)
        size = min([size, *(self._widest(tables, column) for tables in columns)])
        for place, tables in enumerate(columns):
            _draw_column(paper, self.left + place * (column + gutter), y, column, tables, size)
        self._note(foot)
        paper.next_page()

    def _head(self) -> float:
        copy, paper, y = self.copy, self.paper, 24.0
        station = copy.station_name if can_set(copy.station_name, paper.faces) else copy.station_code
        paper.text(self.left, y, station, 22, bold=True, width=self.width * 0.54)
        day = day_text(copy.service_day)
        paper.text(self.right, y, day, 20, bold=True, align="right", width=self.width * 0.44)
        paper.rule(self.left, y + 5.0, self.width, weight=1.6, ink=0.0)
        return y + 5.0

    def _number(self, y: float) -> float:
        """How many people are in the house, readable from across the yard."""
        copy, paper = self.copy, self.paper
        said = _cell_said(copy.present)
        wide = self.width * 0.48
        size = min(104.0, 104.0 * wide / paper.text_width(said, 104, bold=True))
        paper.text(self.right, y + 32.0, said, size, bold=True, align="right", width=wide)
        paper.text(self.left, y + 12.0, tr("People in the house"), 24, bold=True, width=wide)
        counted = tr("counted {when}", when=moment_shown(copy.to_at))
        paper.text(self.left, y + 21.5, counted, 17, width=wide)
        if copy.places:
            paper.text(self.left, y + 31.0, tr("Places: {n}", n=number_text(copy.places)), 17, width=wide)
        return y + 37.0

    def _columns(self, most: int) -> tuple[list[WallTable], list[WallTable]]:
        """What stands in the two columns: came and left, sexes and meals; ages and the ``most`` largest countries."""
        copy, paper = self.copy, self.paper
        sexes, bands = sex_names(), band_heads()
        moved = {"came": ptr("daily sheet", "Came"), "left": ptr("daily sheet", "Left")}
        left = [
            _table(tr("Yesterday to today"), copy.movements, lambda name: moved[name], of_nobody=True),
            _table(tr("Women, men"), copy.sexes, lambda name: sexes[Sex(name)]),
        ]
        meals = [
            (name, tr("not counted") if cell is None else _cell_said(cell))
            for name, cell in zip((tr("Breakfasts"), tr("Lunches"), tr("Dinners")), copy.meals, strict=True)
        ]
        left.append(WallTable(tr("Meals"), tuple(meals)))
        right = [_table(tr("Age"), copy.ages, lambda name: bands[SheetBand(name)])]
        nations = _table(tr("Nationality"), _folded(copy.nationalities, most), _nation)
        shown = [(name if can_set(name, paper.faces) else "–", said) for name, said in nations.lines]
        right.append(WallTable(nations.head, tuple(shown)))
        return [table for table in left if table.lines], [table for table in right if table.lines]

    def _widest(self, tables: Sequence[WallTable], column: float) -> float:
        """The largest type at which no line of these tables is cut."""
        size = _SIZE
        for table in tables:
            for name, said in table.lines:
                wide = self.paper.text_width(name, 10) * 0.82 + self.paper.text_width(said, 10, bold=True)
                size = min(size, 10 * (column - 3) / max(wide, 1.0))
        return max(_LEAST_SIZE, size)

    def _note(self, y: float) -> None:
        """What the small numbers are, in words for whoever reads the wall."""
        paper = self.paper
        paper.rule(self.left, y + 2.0, self.width)
        said = tr(
            "Numbers under {n} are not written, and another beside one of them, so that nobody can be told from them.",
            n=LEAST_SHOWN,
        )
        y += 8.0
        for line in paper.lines(said, self.width, 12)[:2]:
            paper.text(self.left, y, line, 12, width=self.width)
            y += 5.2


def _table(head: str, line: PostedLine, named: Callable[[str], str], *, of_nobody: bool = False) -> WallTable:
    """A posted line as a table, without cells of nobody unless they are wanted."""
    cells = [one for one in line.cells if of_nobody or one.count != 0]
    return WallTable(head, tuple((named(one.name), _cell_said(one)) for one in cells))


def _cell_said(cell: PostedCell) -> str:
    """The number, or that it is held back."""
    if cell.count is not None:
        return number_text(cell.count)
    return f"< {LEAST_SHOWN}" if cell.small else tr("not written")


def _nation(code: str) -> str:
    return countries.name(code) if code else tr("Others")


def _folded(line: PostedLine, limit: int) -> PostedLine:
    """The largest countries that find room; what is over joins the others, which come last."""
    named = [one for one in line.cells if one.name]
    rest = [*named[limit:], *(one for one in line.cells if not one.name)]
    if len(named) <= limit:
        return line
    counts = [one.count for one in rest if one.count is not None]
    others = sum(counts) if len(counts) == len(rest) else None
    return PostedLine((*named[:limit], PostedCell("", others)), line.total)


def _lines(tables: Sequence[WallTable]) -> float:
    """How many lines a column takes, a head being one and a half and a table's end half of one."""
    return sum(len(table.lines) + 2.1 for table in tables)


def _size(lines: float, room: float) -> float:
    """Points at which so many lines fill the room in mm; never too small to be read from two metres."""
    return max(_LEAST_SIZE, min(_SIZE, room / max(lines, 1.0) / 1.42 / _POINT))


def _draw_column(
    paper: Paper, x: float, y: float, width: float, tables: Sequence[WallTable], size: float
) -> None:
    lead = size * 1.42 * _POINT
    for table in tables:
        y += lead * 1.35
        paper.text(x, y, table.head, size * 0.85, bold=True, width=width)
        y += lead * 0.28
        paper.rule(x, y, width, weight=1.0, ink=0.0)
        for name, said in table.lines:
            y += lead
            number = paper.text_width(said, size, bold=True)
            shown = name if can_set(name, paper.faces) else "–"
            paper.text(x, y - lead * 0.24, shown, size, width=width - min(number, width * 0.6) - 3)
            paper.text(x + width, y - lead * 0.24, said, size, bold=True, align="right", width=width * 0.6)
            paper.rule(x, y, width, weight=0.3)
        y += lead * 0.3
