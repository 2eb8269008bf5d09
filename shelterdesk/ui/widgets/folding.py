"""Columns and rows of fields that fold to fewer columns when the window is narrow or the text large."""

from __future__ import annotations

from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QSizePolicy, QWidget

from shelterdesk.ui.theme import Size, theme
from shelterdesk.ui.widgets.labelled_field import LabelledField


class FoldingColumns(QWidget):
    """Widgets side by side with given shares of the width; below ``fold_below`` pixels, below each other.

    ``fold_below`` is meant at 100 % text and grows with it: at 200 % an 1,100-pixel page folds at 2,200.

    Signals: ``folded(bool)`` when they go below each other or come back beside each other.
    """

    folded = Signal(bool)

    def __init__(
        self, *columns: tuple[QWidget, int], fold_below: int = 900, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._shares = [share for _, share in columns]
        self._fold_below = fold_below
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        for widget, share in columns:
            self._box.addWidget(widget, share)
        self._fold()
        theme().changed.connect(self._fold)

    @property
    def is_folded(self) -> bool:
        """Whether the columns now stand below each other."""
        return self._box.direction() is QBoxLayout.Direction.TopToBottom

    def minimumSizeHint(self) -> QSize:
        """Narrow enough to be made to fold: the width of the widest column alone."""
        hint = super().minimumSizeHint()
        widths = [
            item.minimumSize().width()
            for i in range(self._box.count())
            if (item := self._box.itemAt(i)) is not None
        ]
        return QSize(max(widths, default=0), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        folded = self.width() < theme().px(self._fold_below)
        way = QBoxLayout.Direction.TopToBottom if folded else QBoxLayout.Direction.LeftToRight
        self._box.setSpacing(theme().gap(Size.BETWEEN_CARDS))
        if self._box.direction() is not way:
            self._box.setDirection(way)
            for index, share in enumerate(self._shares):
                self._box.setStretch(index, 0 if folded else share)
            self.updateGeometry()
            self.folded.emit(folded)


@dataclass(frozen=True)
class _Placed:
    widget: QWidget
    span: int


class FieldGrid(QWidget):
    """Fields in rows on four columns: ``grid.add_row((surnames, 2), (given, 2))``; spans add up to four.

    With less room the same rows stand on two columns, then on one; the order of typing never changes. A label
    whose hint needs a second line makes room over its neighbours too, so that fields of a row stay level.
    """

    COLUMNS = 4
    NARROWEST_FIELD = 130  # pixels at 100 % below which a column is too narrow to type in

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._rows: list[list[_Placed]] = []
        self._lines: list[list[_Placed]] = []
        self._shown_columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        theme().changed.connect(self._on_theme_changed)
        self._space()

    def add_row(self, *fields: tuple[QWidget, int]) -> None:
        """Put fields side by side, each with the number of quarter columns it takes."""
        before = self._rows[-1][-1].widget if self._rows else None
        for widget, _ in fields:
            widget.setParent(self)
            if before is not None:
                QWidget.setTabOrder(before, widget)
            before = widget
        self._rows.append([_Placed(widget, span) for widget, span in fields])
        self._lay_out(self._wanted_columns(), again=True)

    @property
    def columns(self) -> int:
        """How many columns are shown now: 4, 2 or 1."""
        return self._shown_columns

    def minimumSizeHint(self) -> QSize:
        """The width of one column: the grid can always be made narrower by folding."""
        widths = [placed.widget.minimumSizeHint().width() for row in self._rows for placed in row]
        return QSize(max(widths, default=0), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out(self._wanted_columns())
        self._level()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutDirectionChange:
            self._grid.invalidate()
        if event.type() is QEvent.Type.LayoutRequest:
            self._level()
        return super().event(event)

    def _level(self) -> None:
        """Give the heads over the fields of one line the same height."""
        gap, columns = self._grid.horizontalSpacing(), max(1, self._shown_columns)
        column = (self.width() - gap * (columns - 1)) // columns
        for line in self._lines:
            wanted: dict[LabelledField, int] = {}
            for placed in line:
                field = placed.widget
                if isinstance(field, LabelledField) and not field.isHidden():
                    span = max(1, placed.span * columns // self.COLUMNS)
                    wanted[field] = field.head_height(span * column + (span - 1) * gap)
            for field in wanted:
                field.set_head_height(max(wanted.values()))

    def _wanted_columns(self) -> int:
        """The most columns in which every field has the room it needs."""
        gap = theme().gap(Size.BETWEEN_FIELDS)
        for columns in (4, 2):
            column = theme().px(self.NARROWEST_FIELD)
            for placed in (placed for row in self._rows for placed in row):
                span = max(1, placed.span * columns // self.COLUMNS)
                least = placed.widget.minimumSizeHint().width()
                column = max(column, (least - gap * (span - 1)) // span)
            if self.width() >= columns * column + (columns - 1) * gap:
                return columns
        return 1

    def _lay_out(self, columns: int, *, again: bool = False) -> None:
        if columns == self._shown_columns and not again:
            return
        self._shown_columns = columns
        while (item := self._grid.takeAt(0)) is not None:
            # Qt tells only the first layout item of a widget that the widget's height has changed, so an item of
            # an earlier arrangement must be gone, or a row never grows with the sentence under a field.
            shiboken6.delete(item)
        for column in range(self.COLUMNS):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._lines = []
        for row in self._rows:
            self._lines.append([])
            at = 0
            for placed in row:
                span = max(1, placed.span * columns // self.COLUMNS)
                if at + span > columns:
                    self._lines.append([])
                    at = 0
                line = len(self._lines) - 1
                self._grid.addWidget(placed.widget, line, at, 1, span, Qt.AlignmentFlag.AlignTop)
                self._lines[-1].append(placed)
                at += span
        self.updateGeometry()

    def _space(self) -> None:
        self._grid.setHorizontalSpacing(theme().gap(Size.BETWEEN_FIELDS))
        self._grid.setVerticalSpacing(theme().gap(Size.FIELD_ROWS))

    def _on_theme_changed(self) -> None:
        self._space()
        self._lay_out(self._wanted_columns())
