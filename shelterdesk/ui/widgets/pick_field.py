"""A drop-down of few fixed options, with an arrow in the colour of the theme."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QWidget

from shelterdesk.ui.icons import paint_icon
from shelterdesk.ui.theme import theme


class PickField(QComboBox):
    """``PickField([("es", "Español"), ("en", "English")])``: value and words of each option.

    Signals: ``picked(str)`` with the value when a person chose another one.
    """

    picked = Signal(str)

    def __init__(self, options: Sequence[tuple[str, str]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_options(options)
        self.activated.connect(self._on_activated)

    def set_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Offer other options; the value shown stays when it is still among them."""
        kept = self.value()
        self.clear()
        for value, label in options:
            self.addItem(label, value)
        if kept:
            self.set_value(kept)

    def value(self) -> str:
        """The value chosen, or ``""`` when there are no options."""
        return str(self.currentData() or "")

    def set_value(self, value: str) -> None:
        """Choose an option by its value; an unknown one changes nothing."""
        index = self.findData(value)
        if index >= 0:
            self.setCurrentIndex(index)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling the page must not change an answer on the way

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        side, painter = theme().px(14), QPainter(self)
        box = QRect(self.width() - side - theme().px(10), (self.height() - side) // 2, side, side)
        paint_icon(painter, QStyle.visualRect(self.layoutDirection(), self.rect(), box), "down", "secondary")
        painter.end()

    def _on_activated(self, index: int) -> None:
        self.picked.emit(str(self.itemData(index)))
