"""A box to tick, large enough to be hit on a bad trackpad and seen from where one stands."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QStyle, QWidget

from shelterdesk.ui.icons import paint_icon
from shelterdesk.ui.theme import Size, Type, theme


class TickBox(QCheckBox):
    """``TickBox(tr("Ana Pérez"))``: Space or a click ticks it; the whole line is the target."""

    SIDE = 20

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text.replace("&", "&&"), parent)
        self.setAccessibleName(text)
        theme().changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        t = theme()
        self.setFont(t.font(Type.BODY))
        wide = self.fontMetrics().horizontalAdvance(self.text().replace("&&", "&"))
        return QSize(t.px(self.SIDE) + t.px(10) + wide + t.px(8), t.px(Size.CONTROL))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        t, c = theme(), theme().colours
        side, direction = t.px(self.SIDE), self.layoutDirection()
        box = QRect(t.px(2), (self.height() - side) // 2, side, side)
        box = QStyle.visualRect(direction, self.rect(), box)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ticked, usable = self.isChecked(), self.isEnabled()
        painter.setPen(QPen(c.of("accent" if ticked and usable else "secondary"), t.scale * 1.2))
        painter.setBrush(c.of("accent" if ticked and usable else "surface"))
        painter.drawRoundedRect(box, t.px(5), t.px(5))
        if ticked:
            small = box.adjusted(t.px(3), t.px(3), -t.px(3), -t.px(3))
            paint_icon(painter, small, "check", "on_accent" if usable else "secondary")
        rest = self.rect().adjusted(t.px(2) + side + t.px(10), 0, 0, 0)
        painter.setFont(t.font(Type.BODY))
        painter.setPen(c.of("text" if usable else "secondary"))
        align = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(
            QStyle.visualRect(direction, self.rect(), rest), align, self.text().replace("&&", "&")
        )
        painter.end()
