"""One of several things to stand on, with a name and a line below: a member of the family."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QWidget

from shelterdesk.ui.theme import Size, Type, theme

_WIDEST = 320
"""Pixels at 100 %: a name may have 300 letters, and a row of tiles must not push what stands beside it away."""


class Tile(QAbstractButton):
    """``Tile("Ana Pérez", "F · 1994-03 · VEN")``: checkable; in one parent only one is checked at a time.

    Words that are too long end in an ellipsis; whole they stand in the tip and for screen readers.
    """

    def __init__(self, name: str, detail: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_words(name, detail)
        theme().changed.connect(self.updateGeometry)

    def show_words(self, name: str, detail: str = "") -> None:
        """Show another name and another line below it."""
        self.setText(name)
        self._detail = detail
        self.setAccessibleName(f"{name}, {detail}" if detail else name)
        is_cut = self.sizeHint().width() >= theme().px(_WIDEST)
        self.setToolTip(self.accessibleName() if is_cut else "")
        self.updateGeometry()
        self.update()

    @property
    def detail(self) -> str:
        """The line below the name."""
        return self._detail

    def sizeHint(self) -> QSize:
        t = theme()
        name, detail = (QFontMetrics(font) for font in self._fonts())
        wide = max(name.horizontalAdvance(self.text()), detail.horizontalAdvance(self._detail))
        wide = min(wide, t.px(_WIDEST))
        return QSize(wide + t.gap(24), name.height() + (detail.height() if self._detail else 0) + t.gap(12))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def enterEvent(self, event: QEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t, c = theme(), theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(c.of("soft" if self.isChecked() else "raised"))
            painter.drawRoundedRect(self.rect(), t.px(Size.RADIUS_BUTTON), t.px(Size.RADIUS_BUTTON))
        inner = self.rect().adjusted(t.gap(12), t.gap(6), -t.gap(12), -t.gap(6))
        align = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        name_font, detail_font = self._fonts()
        painter.setFont(name_font)
        painter.setPen(c.of("text"))
        high = QFontMetrics(name_font).height()
        room = QRect(inner.left(), inner.top(), inner.width(), high)
        painter.drawText(room, int(align), _elided(name_font, self.text(), inner.width()))
        painter.setFont(detail_font)
        painter.setPen(c.of("secondary"))
        below = inner.adjusted(0, high, 0, 0)
        painter.drawText(below, int(align), _elided(detail_font, self._detail, inner.width()))
        painter.end()

    @staticmethod
    def _fonts() -> tuple[QFont, QFont]:
        return theme().font(Type.BODY, strong=True), theme().font(Type.LABEL + 1)


def _elided(font: QFont, text: str, width: int) -> str:
    metrics = QFontMetrics(font)
    if metrics.horizontalAdvance(text) < theme().px(_WIDEST):
        return text  # it has the room it asked for; a pixel lost in rounding must not cut a word
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
