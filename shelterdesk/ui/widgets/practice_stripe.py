"""The diagonal stripe that nobody overlooks: nothing entered here is real."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPolygon
from PySide6.QtWidgets import QSizePolicy, QWidget

from shelterdesk.ui.theme import Type, theme

# In both languages whatever is spoken: someone who reads only one of them may sit down at this desk.
PRACTICE_WORDS = "PRACTICE / PRÁCTICA"


class PracticeStripe(QWidget):
    """A band of the full width with diagonal stripes and the two words on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(PRACTICE_WORDS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        return QSize(theme().px(200), theme().px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        t, c = theme(), theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), c.of("warn_tint"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(c.of("warn"))
        high, step = self.height(), t.px(20)
        for left in range(-high, self.width() + high, step):
            corners = [left, high, left + step // 2, high, left + step // 2 + high, 0, left + high, 0]
            painter.drawPolygon(QPolygon(_points(corners)))
        painter.setFont(t.font(Type.LABEL, strong=True))
        wide = painter.fontMetrics().horizontalAdvance(PRACTICE_WORDS) + t.px(28)
        every = max(wide + t.px(160), 1)
        count = max(1, self.width() // every)
        for number in range(count):
            middle = self.width() * (2 * number + 1) // (2 * count)
            box = QRect(middle - wide // 2, 0, wide, high)
            painter.fillRect(box, c.of("warn_tint"))
            painter.setPen(c.of("warn"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, PRACTICE_WORDS)
        painter.end()


def _points(flat: list[int]) -> list[QPoint]:
    return [QPoint(flat[at], flat[at + 1]) for at in range(0, len(flat), 2)]
