"""Tables as a workbook other programs open: numbers are numbers, words stay words whatever they begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from shelterdesk.reports.matrix_csv import is_formula
from shelterdesk.reports.target import write_whole

if TYPE_CHECKING:
    from xlsxwriter.workbook import Format, Workbook
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | date | None

LONGEST_TAB = 31
"""Letters a workbook allows in the name of a table (ECMA-376, *sheet*)."""

_NOT_IN_TAB = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class NumberTable:
    """A table with the name of its tab, lines said above it, its heads and its rows; None is an empty cell."""

    name: str
    above: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def write_workbook(tables: Sequence[NumberTable], target: Path | BinaryIO, made_at: datetime) -> None:
    """Write each table on a tab of its own (XLSX, ECMA-376). The same tables give the same bytes.

    ``made_at`` (aware) is what the file says of its making; it names nobody. A word that a spreadsheet would
    take for a formula is kept a word. Raises :class:`DiskFull` or :class:`CannotWrite`.
    """
    from xlsxwriter import Workbook  # with the first workbook, not at the start

    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"author": "ShelterDesk", "created": made_at.replace(tzinfo=None, microsecond=0)})
    formats = _Formats(book)
    taken: set[str] = set()
    for table in tables:
        _write_table(book.add_worksheet(_tab(table.name, taken)), table, formats)
    book.close()
    write_whole(target, out.getvalue())


class _Formats:
    """The few looks of a cell."""

    def __init__(self, book: Workbook) -> None:
        self.plain: Format = book.add_format({"valign": "top"})
        self.quoted: Format = book.add_format({"valign": "top", "quote_prefix": True})
        self.day: Format = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        self.title: Format = book.add_format({"bold": True, "font_size": 14})
        self.head: Format = book.add_format({"bold": True, "bottom": 1, "valign": "top"})

    def of(self, text: str) -> Format:
        """For a word: the mark of a text cell where it would be read as a formula when typed."""
        return self.quoted if is_formula(text) else self.plain


def _tab(name: str, taken: set[str]) -> str:
    """A name the workbook allows and no other table has."""
    plain = " ".join(name.translate(_NOT_IN_TAB).split())[:LONGEST_TAB] or "-"
    tried, at = plain, 2
    while tried.casefold() in taken:
        tried, at = f"{plain[: LONGEST_TAB - 4]} {at}", at + 1
    taken.add(tried.casefold())
    return tried


def _write_table(page: Worksheet, table: NumberTable, formats: _Formats) -> None:
    line = 0
    for said in table.above:
        page.write_string(line, 0, said, formats.title if line == 0 else formats.of(said))
        line += 1
    line += 1 if table.above else 0
    for at, head in enumerate(table.heads):
        page.write_string(line, at, head, formats.head)
    page.freeze_panes(line + 1, 1)
    for row in table.rows:
        line += 1
        for at, cell in enumerate(row):
            _write_cell(page, line, at, cell, formats)
    for at in range(len(table.heads)):
        letters = max(len(_shown(row[at])) for row in (table.heads, *table.rows))
        page.set_column(at, at, min(_WIDEST, letters + 2))
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _write_cell(page: Worksheet, line: int, at: int, cell: Cell, formats: _Formats) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        page.write_string(line, at, cell, formats.of(cell))
    elif isinstance(cell, date):
        page.write_datetime(line, at, cell, formats.day)
    else:
        page.write_number(line, at, cell, formats.plain)


def _shown(cell: Any) -> str:
    return "" if cell is None else str(cell)
