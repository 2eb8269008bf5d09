"""A row that goes on in the next line when the window is narrow or the text large, so that nothing is cut."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QStyle, QWidget

from shelterdesk.ui.theme import theme


class FlowLayout(QLayout):
    """Lays widgets out in reading order and wraps; what comes after :meth:`add_push` stands at the far end.

    ``across`` and ``down`` are the gaps in pixels at 100 % text.
    """

    def __init__(self, across: int = 8, down: int = 8, parent: QWidget | None = None) -> None:
        super().__init__() if parent is None else super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._across, self._down = across, down
        self._push: int | None = None
        self.setContentsMargins(0, 0, 0, 0)

    def add_push(self) -> None:
        """What is added from now on stands at the end of its line, away from the rest."""
        self._push = len(self._items)

    def insert_widget(self, index: int, widget: QWidget) -> None:
        """Put a widget before the one at ``index``.

        Qt makes the item and Qt deletes it (in ``removeWidget``, or when the widget goes): one made here would
        belong to Python too and be deleted twice.
        """
        self.addWidget(widget)
        self._items.insert(index, self._items.pop())
        if self._push is not None and index <= self._push:
            self._push += 1
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    # PySide's stub promises an item; Qt's own contract is a null pointer past the end.
    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        if not 0 <= index < len(self._items):
            return None
        if self._push is not None and index < self._push:
            self._push -= 1
        return self._items.pop(index)

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        gaps = theme().gap(self._across) * max(0, len(shown) - 1)
        width = sum(size.width() for size in shown) + gaps
        height = max((size.height() for size in shown), default=0)
        return self._with_margins(QSize(width, height))

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return self._with_margins(size)

    def _with_margins(self, size: QSize) -> QSize:
        m = self.contentsMargins()
        return size + QSize(m.left() + m.right(), m.top() + m.bottom())

    def _lines(self, width: int) -> list[list[int]]:
        gap, lines, used = theme().gap(self._across), [[0][:0]], 0
        for index, item in enumerate(self._items):
            if item.isEmpty():
                continue
            wide = item.sizeHint().width()
            if lines[-1] and used + gap + wide > width:
                lines.append([])
                used = 0
            used += wide + (gap if lines[-1] else 0)
            lines[-1].append(index)
        return lines

    def _place(self, rect: QRect, *, move: bool) -> int:
        m = self.contentsMargins()
        inner = rect.adjusted(m.left(), m.top(), -m.right(), -m.bottom())
        gap, top = theme().gap(self._across), inner.top()
        for number, line in enumerate(self._lines(inner.width())):
            if not line:
                continue
            top += theme().gap(self._down) if number else 0
            sizes = {i: self._items[i].sizeHint() for i in line}
            height = max(size.height() for size in sizes.values())
            spare = inner.width() - sum(s.width() for s in sizes.values()) - gap * (len(line) - 1)
            left = inner.left()
            for i in line:
                size = sizes[i]
                if self._push is not None and i >= self._push and spare > 0:
                    left, spare = left + spare, 0
                if move:
                    width = min(size.width(), inner.width())
                    box = QRect(
                        QPoint(left, top + (height - size.height()) // 2), QSize(width, size.height())
                    )
                    direction = self._direction()
                    self._items[i].setGeometry(QStyle.visualRect(direction, rect, box))
                left += size.width() + gap
            top += height
        return top - inner.top() + m.top() + m.bottom()

    def _direction(self) -> Qt.LayoutDirection:
        owner = self.parentWidget()
        return owner.layoutDirection() if owner is not None else Qt.LayoutDirection.LeftToRight
