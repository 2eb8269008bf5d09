"""The model of every list: frozen rows in, roles out. It never asks a database and holds no widget."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.tone import Tone
from shelterdesk.ui.widgets.type_ahead import plain

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex

SORT = Qt.ItemDataRole.UserRole + 1  # the native value a column sorts by
ROW = Qt.ItemDataRole.UserRole + 2  # the row object itself
TONE = Qt.ItemDataRole.UserRole + 3  # the tone of a cell drawn as a pill, or None


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: how a row is said in it, how it sorts, how wide it is.

    ``text`` says a row in words; ``sort`` gives the native value to sort by (a number, a date, a text; None
    comes last), the words when left out. ``number`` sets right-aligned figures. ``width`` is in average
    letters; 0 shares what is left. ``tone`` draws the cell as a pill when it returns a tone. ``shown_if`` is asked
    with all rows whether the column has anything to tell; without an answer of yes it takes no room.
    """

    title: str
    text: Callable[[Row], str]
    sort: Callable[[Row], Any] | None = None
    number: bool = False
    width: int = 0
    strong: bool = False
    tone: Callable[[Row], Tone | None] | None = None
    shown_if: Callable[[Sequence[Row]], bool] | None = None

    def sort_value(self, row: Row) -> Any:
        """What this column sorts a row by."""
        return self.sort(row) if self.sort is not None else self.text(row)


class RowsModel(QAbstractTableModel, Generic[Row]):
    """Rows in (:meth:`set_rows`), sorted and narrowed by the words being looked for; roles out.

    ``key`` gives what a row is known by (its entity), so that selection survives a refresh; the row itself
    when left out. Signals: ``shown_changed()`` whenever other rows are shown.
    """

    shown_changed = Signal()

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], Hashable] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._key = key
        self._rows: list[Row] = []
        self._shown: list[Row] = []
        self._said: list[str] | None = None
        self._wanted = ""
        self._sorted: tuple[int, Qt.SortOrder] | None = None

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; order and the words being looked for stay."""
        self._rows = list(rows)
        self._said = None
        self._show()

    def find(self, wanted: str) -> None:
        """Show only rows that have every word of ``wanted`` in some column, without case or accents."""
        if plain(wanted) != self._wanted:
            self._wanted = plain(wanted)
            self._show()

    def is_column_shown(self, at: int) -> bool:
        """Whether a column has something to tell of the rows there are."""
        shown_if = self.columns[at].shown_if
        return shown_if is None or shown_if(self._rows)

    def samples(self, at: int, most: int) -> list[str]:
        """What the first rows there are, shown or not, say in a column."""
        text = self.columns[at].text
        return [text(row) for row in self._rows[:most]]

    def row_at(self, line: int) -> Row:
        """The row shown in a line (from 0); raises IndexError past the end."""
        return self._shown[line]

    def line_of(self, key: Hashable) -> int | None:
        """The line where the row known by ``key`` is shown, or None."""
        return next((line for line, row in enumerate(self._shown) if self.key_of(row) == key), None)

    def key_of(self, row: Row) -> Hashable:
        """What a row is known by."""
        return self._key(row) if self._key is not None else row

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._rows)

    @property
    def order(self) -> tuple[int, Qt.SortOrder] | None:
        """Column and direction sorted by, or None for the order the rows came in."""
        return self._sorted

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._shown[index.row()], self.columns[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return column.text(row)
        if role == SORT:
            return column.sort_value(row)
        if role == ROW:
            return row
        if role == TONE:
            return column.tone(row) if column.tone is not None else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole and column.strong:
            return theme().font(strong=True)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            if self._sorted is None or self._sorted[0] != section:
                return column.title
            return f"{column.title} {'↑' if self._sorted[1] is Qt.SortOrder.AscendingOrder else '↓'}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 goes back to the order the rows came in."""
        self._sorted = (column, order) if 0 <= column < len(self.columns) else None
        self._show()
        if self.columns:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def _show(self) -> None:
        self.beginResetModel()
        self._shown = self._in_order(self._narrowed())
        self.endResetModel()
        self.shown_changed.emit()

    def _narrowed(self) -> list[Row]:
        parts = self._wanted.split()
        if not parts:
            return list(self._rows)
        if self._said is None:  # folded once per set of rows, not at every letter
            self._said = [plain("\n".join(column.text(row) for column in self.columns)) for row in self._rows]
        fits = zip(self._rows, self._said, strict=True)
        return [row for row, said in fits if all(part in said for part in parts)]

    def _in_order(self, rows: list[Row]) -> list[Row]:
        if self._sorted is None:
            return rows
        column, order = self.columns[self._sorted[0]], self._sorted[1]
        known, missing = [], []
        for row in rows:
            value = column.sort_value(row)
            if value is None:
                missing.append(row)
            else:
                known.append((plain(value) if isinstance(value, str) else value, row))
        known.sort(key=lambda pair: pair[0], reverse=order is Qt.SortOrder.DescendingOrder)
        return [row for _, row in known] + missing
