"""A small picture of a sheet of cards: arrows or a click choose the first place that is still free."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from shelterdesk.core.words import tr
from shelterdesk.ui.theme import Type, theme
from shelterdesk.ui.widgets.choice_field import Choice, ChoiceField

_HIGH = 62
"""Pixels of the picture at 100 %: as high as a field with its label, so that it stands in one line with them."""


_BESIDE = 10


class SheetPlaces(ChoiceField):
    """Its value is a place, ``"1"`` the upper left one; places before it are used, those printed on are tinted.

    A field of choices like any other: Enter moves on, ``changed(str)`` tells the place. Its name and the place
    chosen stand beside the picture.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self._columns, self._rows, self._wide = 1, 1, 1.0
        self._many = 0
        super().__init__([_choice(1, 1)], parent)
        self.setAccessibleName(tr("First free place"))
        self.set_value("1")

    def show_sheet(self, columns: int, rows: int, page: tuple[float, float], place: int) -> None:
        """Show a sheet of another format, free from ``place`` on; ``page`` is its size in any unit."""
        self._columns, self._rows, self._wide = columns, rows, page[0] / page[1]
        self._choices = tuple(_choice(one + 1, columns * rows) for one in range(columns * rows))
        self._at = None
        self.set_value(str(place) if 1 <= place <= columns * rows else "1")
        self.updateGeometry()
        self.update()

    def show_many(self, many: int) -> None:
        """Tint the places that so many cards will take."""
        if many != self._many:
            self._many = many
            self.update()

    def place(self) -> int:
        """The first free place."""
        return int(self.value() or "1")

    def set_value(self, value: str | None) -> None:
        super().set_value(value or "1")
        self._describe()

    def sizeHint(self) -> QSize:
        t = theme()
        high = t.px(_HIGH)
        label, strong = QFontMetrics(t.font(Type.LABEL)), QFontMetrics(t.font(Type.FIELD, strong=True))
        last = len(self._choices)
        wide = max(
            label.horizontalAdvance(self.accessibleName()),
            strong.horizontalAdvance(_choice(last, last).words),
        )
        return QSize(round(high * self._wide) + t.px(_BESIDE) + wide + t.px(4), high)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        last = self._columns * self._rows
        steps = {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: self._columns,
            Qt.Key.Key_Up: -self._columns,
        }
        if key in steps and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self._take_place(self.place() + steps[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self._take_place(1)
        elif key is Qt.Key.Key_End:
            self._take_place(last)
        elif event.text().isdigit():
            # Two digits typed one after the other are one number where the sheet has such a place.
            both = int(f"{self.place()}{event.text()}")
            self._take_place(both if both <= last else int(event.text()))
        else:
            event.ignore()  # Enter, Tab and Esc belong to the screen

    def mousePressEvent(self, event: QMouseEvent) -> None:
        where = event.position().toPoint()
        for place in range(1, self._columns * self._rows + 1):
            if self._cell(place).contains(where):
                self._take_place(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(c.of("field_line"), 1))
        painter.setBrush(c.of("surface"))
        painter.drawRoundedRect(QRectF(self._page()).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        for place in range(1, self._columns * self._rows + 1):
            cell = QRectF(self._cell(place)).adjusted(0.5, 0.5, -1, -1)
            used, printed = place < self.place(), self.place() <= place < self.place() + self._many
            painter.setPen(QPen(c.of("line" if used else "field_line"), 1))
            painter.setBrush(c.of("bg" if used else "soft" if printed else "surface"))
            if place == self.place():
                painter.setBrush(c.of("accent"))
            painter.drawRoundedRect(cell, 1.5, 1.5)
            if used:
                painter.setPen(QPen(c.of("secondary"), 1))
                painter.drawLine(cell.topLeft(), cell.bottomRight())
        self._draw_words(painter)
        painter.end()

    def _draw_words(self, painter: QPainter) -> None:
        t, page = theme(), self._page()
        left = page.right() + t.px(_BESIDE)
        box = QRect(left, 0, self.width() - left, self.height())
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            box = QRect(0, 0, page.left() - t.px(_BESIDE), self.height())
        side = Qt.AlignmentFlag.AlignLeading
        painter.setFont(t.font(Type.LABEL))
        painter.setPen(t.colours.of("secondary"))
        half = box.adjusted(0, 0, 0, -box.height() // 2)
        painter.drawText(half, side | Qt.AlignmentFlag.AlignBottom, self.accessibleName())
        painter.setFont(t.font(Type.FIELD, strong=True))
        painter.setPen(t.colours.of("text"))
        half = box.adjusted(0, box.height() // 2, 0, 0)
        painter.drawText(half, side | Qt.AlignmentFlag.AlignTop, self.words())

    def _take_place(self, place: int) -> None:
        if 1 <= place <= self._columns * self._rows:
            self._take(place - 1)
            self._describe()

    def _describe(self) -> None:
        self.setAccessibleDescription(self.words())

    def _page(self) -> QRect:
        """The sheet itself, at the side where reading begins; paper is not mirrored."""
        high = self.height()
        wide = round(high * self._wide)
        from_right = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        return QRect(QPoint(self.width() - wide if from_right else 0, 0), QSize(wide, high))

    def _cell(self, place: int) -> QRect:
        page = self._page()
        edge = theme().px(3)
        inner = page.adjusted(edge, edge, -edge, -edge)
        row, column = divmod(place - 1, self._columns)
        left, right = (inner.width() * n // self._columns for n in (column, column + 1))
        top, foot = (inner.height() * n // self._rows for n in (row, row + 1))
        return QRect(inner.left() + left, inner.top() + top, right - left, foot - top)


def _choice(place: int, of: int) -> Choice:
    return Choice(str(place), str(place), tr("{place} of {all}", place=place, all=of))
