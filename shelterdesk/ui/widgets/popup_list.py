"""The list that drops under a field while one types: people under the scan field, options elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from shelterdesk.ui.icons import paint_icon
from shelterdesk.ui.theme import Size, Type, theme

Index = QModelIndex | QPersistentModelIndex
FOUND = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Found:
    """One line of a list: the value it stands for, its words, and what is said beside them in grey."""

    value: object
    text: str
    detail: str = ""
    icon: str = ""


class FoundModel(QAbstractListModel):
    """Lines in, roles out: the words for display and for a screen reader, the line itself as ``FOUND``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[Found, ...] = ()

    def set_lines(self, lines: Sequence[Found]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return line.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{line.text}, {line.detail}" if line.detail else line.text
        return line if role == FOUND else None


def lines_width(lines: Sequence[Found]) -> int:
    """The pixels in which every line is drawn whole, as ``_LineDelegate`` draws it."""
    t = theme()
    body, small = QFontMetrics(t.font(Type.BODY)), QFontMetrics(t.font(Type.LABEL + 1))
    widest = 0
    for line in lines:
        icon = t.px(Size.ICON_TEXT) + t.px(8) if line.icon else 0
        detail = small.horizontalAdvance(line.detail) + t.px(2)
        text = icon + body.horizontalAdvance(line.text) + t.px(12)
        widest = max(widest, text + detail, 2 * detail)  # the detail gets half of the line at most
    return widest + t.px(16)


class _LineDelegate(QStyledItemDelegate):
    """Draws icon, words and grey detail of a line; the detail stands at the far end."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(theme().px(120), theme().px(Size.ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line = index.data(FOUND)
        if not isinstance(line, Found):
            return
        t = theme()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        direction: Qt.LayoutDirection = option.direction
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.colours.of("soft"))
            painter.drawRoundedRect(rect, t.px(6), t.px(6))
        inner = rect.adjusted(t.px(8), 0, -t.px(8), 0)
        left = inner.left()
        if line.icon:
            side = t.px(Size.ICON_TEXT)
            box = QRect(left, inner.center().y() - side // 2, side, side)
            paint_icon(painter, QStyle.visualRect(direction, inner, box), line.icon, "secondary")
            left += side + t.px(8)
        small = t.font(Type.LABEL + 1)
        wide = min(QFontMetrics(small).horizontalAdvance(line.detail) + t.px(2), inner.width() // 2)
        end = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignRight) | Qt.AlignmentFlag.AlignVCenter
        start = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
        room = QRect(left, inner.top(), inner.right() - left - wide - t.px(8), inner.height())
        aside = QRect(inner.right() - wide, inner.top(), wide, inner.height())
        painter.setFont(t.font(Type.BODY))
        painter.setPen(t.colours.of("text"))
        said = painter.fontMetrics().elidedText(line.text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(QStyle.visualRect(direction, inner, room), start, said)
        painter.setFont(small)
        painter.setPen(t.colours.of("secondary"))
        said = painter.fontMetrics().elidedText(line.detail, Qt.TextElideMode.ElideRight, wide)
        painter.drawText(QStyle.visualRect(direction, inner, aside), end, said)
        painter.restore()


class PopupList(QListView):
    """Drops below a field inside the same window, so typing stays in the field; moved through by that field.

    Signals: ``picked(Found)`` when a line is clicked, or taken by the field's Enter.
    """

    picked = Signal(object)
    MOST_ROWS = 8

    def __init__(self, field: QWidget) -> None:
        super().__init__(field.window())
        self._field = field
        self._model = FoundModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_LineDelegate(self))
        self.setProperty("part", "popup")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.entered.connect(self.setCurrentIndex)
        self.clicked.connect(self._on_clicked)
        field.installEventFilter(self)
        field.destroyed.connect(self.deleteLater)
        self.hide()

    def show_lines(self, lines: Sequence[Found]) -> None:
        """Show lines below the field, none chosen yet; no lines close the list.

        A field that is covered meanwhile (the desk is locked, another screen is open) shows none: they may name people.
        """
        self._model.set_lines(lines)
        if lines and self._field.isVisible():
            self._place()
            self.show()
            self.raise_()
        else:
            self.hide()

    def dismiss(self) -> None:
        """Close the list and stand on no line."""
        self.stand_on_none()
        self.hide()

    def stand_on_none(self) -> None:
        """Choose no line; the list stays as it is."""
        self.setCurrentIndex(QModelIndex())

    def lines(self) -> tuple[Found, ...]:
        """The lines now held, shown or not."""
        return self._model.lines

    def chosen(self) -> Found | None:
        """The line the arrows or the mouse stand on."""
        line = self.currentIndex().data(FOUND)
        return line if isinstance(line, Found) else None

    def move_by(self, step: int) -> None:
        """Go up or down; before the first line lies no line, which is the typed text."""
        count = len(self._model.lines)
        at = self.currentIndex().row() + step
        self.setCurrentIndex(self._model.index(min(at, count - 1), 0) if at >= 0 else QModelIndex())

    def take(self) -> bool:
        """Pick the chosen line; False when there is none."""
        line = self.chosen() if self.isVisible() else None
        if line is None:
            return False
        self.dismiss()
        self.picked.emit(line)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.hide()
        elif event.type() in (QEvent.Type.Move, QEvent.Type.Resize) and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _on_clicked(self, index: QModelIndex) -> None:
        self.setCurrentIndex(index)
        self.take()

    def _place(self) -> None:
        window, field, t = self._field.window(), self._field, theme()
        if self.parentWidget() is not window:
            self.setParent(window)
        height = min(len(self._model.lines), self.MOST_ROWS) * t.px(Size.ROW) + t.px(12)
        top_left = field.mapTo(window, QPoint(0, 0))
        below = top_left.y() + field.height() + t.px(4)
        above = top_left.y() - height - t.px(4)
        top = above if below + height > window.height() and above >= 0 else below
        least = min(max(field.width(), t.px(220)), window.width())
        from_right = field.layoutDirection() is Qt.LayoutDirection.RightToLeft
        beside = top_left.x() + field.width() if from_right else window.width() - top_left.x()
        width = max(least, min(self._needed_width(), beside - t.px(8)))
        left = max(0, min(top_left.x(), window.width() - width))
        if from_right:
            left = max(0, top_left.x() + field.width() - width)
        self.setGeometry(left, top, width, min(height, window.height() - top))

    def _needed_width(self) -> int:
        """The width in which no line is cut: the lines, the frame around them, the scroll bar beside them."""
        lines, t = self._model.lines, theme()
        return lines_width(lines) + t.px(12) + (t.px(12) if len(lines) > self.MOST_ROWS else 0)
