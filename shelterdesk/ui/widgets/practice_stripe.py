"""The diagonal stripe that nobody overlooks: nothing entered here is real."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPolygon
from PySide6.QtWidgets import QSizePolicy, QWidget

from shelterdesk.ui.theme import Size, Type, theme

# In both languages whatever is spoken: someone who reads only one of them may sit down at this desk.
PRACTICE_WORDS = "PRACTICE / PRÁCTICA"


class PracticeStripe(QWidget):
    """A band with diagonal stripes and the two words on it, as wide as it is let be.

    ``is_block`` makes it as high as a field, with round corners, to stand in a line with others.
    """

    def __init__(self, *, is_block: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_block = is_block
        self.setAccessibleName(PRACTICE_WORDS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        t = theme()
        return QSize(t.px(260), t.px(Size.CONTROL)) if self._is_block else QSize(t.px(200), t.gap(24))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        t, c = theme(), theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._is_block:
            shape, radius = QPainterPath(), t.px(Size.RADIUS_BUTTON)
            shape.addRoundedRect(self.rect().toRectF(), radius, radius)
            painter.setClipPath(shape)
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
