"""The copy for the wall: few numbers in large type, margins only, small numbers held back; no name, no desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shelterdesk.core.words import tr
from shelterdesk.reports.faces import can_set
from shelterdesk.reports.paper import Paper, day_text, moment_shown

_MARGIN = 14.0
_SIZE, _LEAST_SIZE = 26.0, 17.0
"""Points: capitals of 6.5 mm are read from two and a half metres, of 4.3 mm from two (DIN 1450, ×300 to ×450)."""

_POINT = 25.4 / 72


@dataclass(frozen=True, slots=True)
class WallTable:
    """A list on the wall: its head and its lines, name and number as it is written."""

    head: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WallSheet:
    """What hangs on the wall. ``left`` and ``right`` are the tables of the two columns, top to bottom."""

    station: str
    day: date
    counted_at: str
    present: str
    places: str
    provisional: bool
    practice: bool
    left: tuple[WallTable, ...]
    right: tuple[WallTable, ...]
    note: str


def draw_wall(paper: Paper, sheet: WallSheet) -> None:
    """Draw the page; the type of the tables is as large as the longer column allows."""
    left, right = _MARGIN, paper.width - _MARGIN
    width = right - left
    if sheet.practice:
        paper.practice_mark()
    y = 24.0
    station = sheet.station if can_set(sheet.station, paper.faces) else ""
    paper.text(left, y, station or tr("People in the house"), 22, bold=True, width=width * 0.5)
    paper.text(right, y, day_text(sheet.day), 20, bold=True, align="right", width=width * 0.48)
    y += 5.0
    paper.rule(left, y, width, weight=1.6, ink=0.0)
    y += 12.5
    paper.text(left, y, tr("People in the house"), 24, bold=True, width=width * 0.52)
    paper.text(right, y + 20.0, sheet.present, 104, bold=True, align="right", width=width * 0.5)
    paper.text(
        left, y + 10.5, tr("counted {when}", when=moment_shown(sheet.counted_at)), 15, width=width * 0.5
    )
    paper.text(left, y + 19.5, sheet.places, 17, width=width * 0.5)
    y += 25.0
    if sheet.provisional:
        y += 7.0
        paper.text(left, y, tr("PROVISIONAL"), 22, bold=True, width=width * 0.4)
        said = tr("These numbers may still change.")
        paper.text(right, y, said, 15, align="right", width=width * 0.58)
        y += 3.5
    paper.rule(left, y, width, weight=1.2, ink=0.0)
    foot = paper.height - 26.0
    gutter = 10.0
    column = (width - gutter) / 2
    size = _size(max(_lines(sheet.left), _lines(sheet.right)), foot - y)
    for place, tables in enumerate((sheet.left, sheet.right)):
        _draw_column(paper, left + place * (column + gutter), y, column, tables, size)
    paper.rule(left, foot + 2.0, width)
    at = foot + 8.5
    for line in paper.lines(sheet.note, width, 13)[:2]:
        paper.text(left, at, line, 13, width=width)
        at += 5.6
    paper.next_page()


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
