"""Every list on a screen: rows of 32 pixels, a header that stays, typing to find, sorting, counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.theme import Size, Type, theme
from shelterdesk.ui.widgets.empty_state import EmptyState
from shelterdesk.ui.widgets.popup_list import Index
from shelterdesk.ui.widgets.rows_model import ROW, TONE, RowsModel
from shelterdesk.ui.widgets.text import words
from shelterdesk.ui.widgets.tone import Tone

_PLAIN = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.KeypadModifier,
)


_LOOKED_AT = 100
"""Rows by whose words the columns are given their room."""


class _PillDelegate(QStyledItemDelegate):
    """Draws a cell that has a tone as a pill; others as they are."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tone = index.data(TONE)
        if not isinstance(tone, Tone):
            super().paint(painter, option, index)
            return
        bare = QStyleOptionViewItem(option)
        self.initStyleOption(bare, index)
        bare.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, bare, painter, option.widget)
        t, text = theme(), str(index.data())
        font = t.font(Type.LABEL, strong=True)
        wide = min(QFontMetrics(font).horizontalAdvance(text) + t.px(20), option.rect.width() - t.px(12))
        high = QFontMetrics(font).height() + t.px(4)
        box = QRect(option.rect.left() + t.px(8), option.rect.center().y() - high // 2, wide, high)
        box = QStyle.visualRect(option.direction, option.rect, box)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.colours.of(tone.tint))
        painter.drawRoundedRect(box, t.px(Size.RADIUS_BUTTON), t.px(Size.RADIUS_BUTTON))
        painter.setFont(font)
        painter.setPen(t.colours.of(tone.ink))
        said = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, wide - t.px(12))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, said)
        painter.restore()


class _Rows(QTableView):
    """The view proper: letters go to the search, Enter opens a row, other keys move."""

    typed = Signal(str)
    opened = Signal()
    resized = Signal()

    def sizeHint(self) -> QSize:
        """Few rows: a list takes all the room there is, and asks for none that would make a page scroll."""
        return QSize(super().sizeHint().width(), theme().px(Size.ROW) * 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.selectionModel().hasSelection() and self.model().rowCount():
            self.selectRow(max(0, self.currentIndex().row()))  # the arrows start from a row in sight

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain_key = event.modifiers() in _PLAIN
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain_key:
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Backspace:
            self.typed.emit("\b")
        elif event.key() == Qt.Key.Key_Escape:
            self.typed.emit("")
            event.ignore()
        elif plain_key and event.text().isprintable() and event.text().strip():
            self.typed.emit(event.text())
        elif event.key() == Qt.Key.Key_Space and plain_key:
            self.typed.emit(" ")
        elif event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            event.ignore()
        else:
            super().keyPressEvent(event)


class RowsTable(QWidget):
    """A list with its search, counts and empty state around a :class:`RowsModel`.

    Signals: ``opened(object)`` with the row that Enter or a double click opens; ``current_changed(object)``
    with the row stood on, or None. Sorting, search, the row stood on and the scroll stay through
    ``model.set_rows``. ``count`` says how many rows are shown of how many (``lambda shown, total: …``).
    """

    opened = Signal(object)
    current_changed = Signal(object)
    LEAST_LETTERS = 22  # of a column that shares the rest

    def __init__(
        self,
        model: RowsModel[Any],
        empty: EmptyState,
        *,
        name: str = "",
        count: Callable[[int, int], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self.model = model
        self._count = count or self._plain_count
        self._wanted = ""
        self._stood_on: object = None
        self._scrolled = 0
        self.view = self._make_view(name)
        self.find_label = words("", "strong")
        self.count_label = words("", "secondary")
        self._nothing = EmptyState("search", tr("No row has these words."), tr("Esc shows all rows again."))
        self._empty = empty
        for page in (empty, self._nothing):
            page.setParent(self.view.viewport())  # over the view, which keeps the typing
        foot = QHBoxLayout()
        foot.addWidget(self.count_label)
        foot.addStretch(1)
        foot.addWidget(self.find_label)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view, 1)
        column.addLayout(foot)
        self.setFocusProxy(self.view)
        self._listen()
        self._space()
        self._on_shown()

    def current(self) -> object:
        """The row stood on, or None."""
        index = self.view.currentIndex()
        return index.data(ROW) if index.isValid() else None

    def find_words(self, wanted: str) -> None:
        """Show only rows with these words, as typing into the list does; empty shows all."""
        self._wanted = wanted
        self.model.find(wanted)
        self.find_label.setText(tr("find: {words}", words=wanted) if wanted else "")

    def wanted(self) -> str:
        """The words now looked for."""
        return self._wanted

    def sort_by(self, column: int) -> None:
        """Sort by a column, or turn the order round when it is sorted by it already."""
        order = Qt.SortOrder.AscendingOrder
        if self.model.order == (column, order):
            order = Qt.SortOrder.DescendingOrder
        self.model.sort(column, order)

    def select_key(self, key: object) -> bool:
        """Stand on the row known by ``key``; False when it is not shown."""
        line = self.model.line_of(key)
        if line is not None:
            index = self.model.index(line, 0)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.view.selectionModel().setCurrentIndex(index, flags)
        return line is not None

    def stand_on_first(self) -> None:
        """Stand on the first row where none is stood on: what is told of a row is told of one from the start."""
        if self.current() is None and self.model.rowCount():
            self.select_key(self.model.key_of(self.model.row_at(0)))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(160), max(theme().px(Size.ROW * 4), super().minimumSizeHint().height()))

    def _make_view(self, name: str) -> _Rows:
        view = _Rows(self)
        view.setModel(self.model)
        view.setItemDelegate(_PillDelegate(view))
        view.setAccessibleName(name)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setTabKeyNavigation(False)
        view.verticalHeader().hide()
        header = view.horizontalHeader()
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setStretchLastSection(False)
        header.sectionClicked.connect(self.sort_by)
        return view

    def _listen(self) -> None:
        self.view.typed.connect(self._on_typed)
        self.view.opened.connect(self._on_opened)
        self.view.resized.connect(self._share_width)
        self.view.resized.connect(self._cover)
        self.view.doubleClicked.connect(self._on_opened)
        self.view.selectionModel().currentRowChanged.connect(self._on_current)
        self.model.modelAboutToBeReset.connect(self._remember)
        self.model.shown_changed.connect(self._on_shown)
        theme().changed.connect(self._space)

    def _cover(self) -> None:
        for page in (self._empty, self._nothing):
            page.setGeometry(self.view.viewport().rect())
        self._make_room()

    def _make_room(self) -> None:
        """Why nothing is shown is read whole, also in large text."""
        said = next((page for page in (self._empty, self._nothing) if not page.isHidden()), None)
        least = 0
        if said is not None:
            around = (
                self.view.height() - self.view.viewport().height()
            )  # header, and the scroll bar when shown
            least = max(around, 0) + said.heightForWidth(self.view.viewport().width())
        if self.view.minimumHeight() != least:
            self.view.setMinimumHeight(least)

    def _remember(self) -> None:
        row = self.current()
        self._stood_on = self.model.key_of(row) if row is not None else self._stood_on
        self._scrolled = self.view.verticalScrollBar().value()

    def _on_shown(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self._empty.setVisible(not total)
        self._nothing.setVisible(bool(total) and not shown)
        self._make_room()
        self._show_columns()
        if not self._wanted:
            self._share_width()
        self.count_label.setText(self._count(shown, total) if total else "")
        if self._stood_on is not None and self.select_key(self._stood_on):
            self.view.verticalScrollBar().setValue(self._scrolled)
        else:
            self.current_changed.emit(self.current())

    def _on_typed(self, text: str) -> None:
        if text == "\b":
            self.find_words(self._wanted[:-1])
        else:
            self.find_words((self._wanted + text).lstrip() if text else "")

    def _on_opened(self, *_: object) -> None:
        row = self.current()
        if row is None and self.model.rowCount() == 1:
            row = self.model.row_at(0)
        if row is not None:
            self.opened.emit(row)

    def _on_current(self, current: QModelIndex, _: QModelIndex) -> None:
        row = current.data(ROW) if current.isValid() else None
        if row is not None:
            self._stood_on = self.model.key_of(row)
        self.current_changed.emit(row)

    @staticmethod
    def _plain_count(shown: int, total: int) -> str:
        if shown == total:
            return ntr("{n} row", "{n} rows", total)
        return tr("{shown} of {total} rows", shown=shown, total=total)

    def _space(self) -> None:
        t = theme()
        self.view.verticalHeader().setMinimumSectionSize(t.px(Size.ROW))
        self.view.verticalHeader().setDefaultSectionSize(t.px(Size.ROW))
        self._share_width()

    def _show_columns(self) -> None:
        """Leave out columns with nothing to tell now."""
        for at in range(len(self.model.columns)):
            hidden = not self.model.is_column_shown(at)
            if self.view.isColumnHidden(at) is not hidden:
                self.view.setColumnHidden(at, hidden)

    def _share_width(self) -> None:
        """Every column as wide as asked, and no word cut while another column has room it does not need.

        What is left goes to the columns without a width of their own; too little for all scrolls sideways.
        """
        header, t = self.view.horizontalHeader(), theme()
        letter = QFontMetrics(t.font()).averageCharWidth()
        small = QFontMetrics(t.font(Type.LABEL))
        columns = self.model.columns
        shown = [at for at in range(len(columns)) if not self.view.isColumnHidden(at)]
        titles = {at: small.horizontalAdvance(f"{columns[at].title} ↓") + t.px(20) for at in shown}
        wide = {
            at: max((columns[at].width or self.LEAST_LETTERS) * letter + t.px(20), titles[at]) for at in shown
        }
        room = self.view.viewport().width()
        if self.model.total:
            wanted = {at: max(titles[at], self._wanted_width(at)) for at in shown}
            give_room(wide, wanted, room)
        sharing = [at for at in shown if not columns[at].width]
        spare = max(0, room - sum(wide.values()))
        for at in shown:
            header.resizeSection(at, wide[at] + (spare // len(sharing) if at in sharing else 0))

    def _wanted_width(self, at: int) -> int:
        """What the words of a column take, by the first rows; a pill has its own margins."""
        t, column = theme(), self.model.columns[at]
        font = t.font(Type.LABEL, strong=True) if column.tone is not None else t.font(strong=column.strong)
        metrics = QFontMetrics(font)
        longest = max(map(metrics.horizontalAdvance, self.model.samples(at, _LOOKED_AT)), default=0)
        return longest + t.px(36 if column.tone is not None else 20)


def give_room(wide: dict[int, int], wanted: dict[int, int], room: int) -> None:
    """Widen columns (pixels, changed in place) whose words want more, from free room and from those that want less.

    Those that lack least are served first, so that one long text does not take it all. Where all of them are too wide
    for the room, what none needs goes before anything scrolls sideways.
    """
    lacking = {at: wanted[at] - wide[at] for at in wide if wanted[at] > wide[at]}
    free = room - sum(wide.values())
    missing = sum(lacking.values()) - free
    for at in sorted(wide, key=lambda at: wanted[at] - wide[at]):
        given = min(max(0, wide[at] - wanted[at]), max(0, missing))
        wide[at] -= given
        missing -= given
        free += given
    for served, at in enumerate(sorted(lacking, key=lacking.__getitem__)):
        more = max(0, min(lacking[at], free // (len(lacking) - served)))
        wide[at] += more
        free -= more
