"""One value out of a few, chosen with one key: sex as F, M, X or not said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from shelterdesk.ui.theme import Size, Type, theme


@dataclass(frozen=True)
class Choice:
    """An option: the value kept, the short sign shown and typed, and its full words."""

    value: str
    sign: str
    words: str


class ChoiceField(QWidget):
    """Options side by side in one frame: the first letter of a sign takes it, arrows move, Backspace clears.

    Signals: ``changed(str)`` with the value taken, ``""`` when cleared.
    """

    changed = Signal(str)

    def __init__(self, choices: Sequence[Choice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = tuple(choices)
        self._at: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setToolTip("\n".join(f"{choice.sign} — {choice.words}" for choice in self._choices))
        theme().changed.connect(self.updateGeometry)

    def value(self) -> str | None:
        """The value taken, or None."""
        return None if self._at is None else self._choices[self._at].value

    def words(self) -> str:
        """The full words of the value taken, or nothing; made to be the reading of a labelled field."""
        return "" if self._at is None else self._choices[self._at].words

    def set_value(self, value: str | None) -> None:
        """Take a value, or none; a value that is not among the choices raises ValueError."""
        values = [choice.value for choice in self._choices]
        self._take(None if value is None else values.index(value))

    def sizeHint(self) -> QSize:
        return QSize(len(self._choices) * self._least_width(), theme().px(Size.CONTROL))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text().casefold()
        signs = [choice.sign.casefold() for choice in self._choices]
        backwards = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0) * (
            -1 if backwards else 1
        )
        if typed and any(sign.startswith(typed) for sign in signs):
            self._take(next(i for i, sign in enumerate(signs) if sign.startswith(typed)))
        elif step:
            start = (
                -1 if self._at is None and step > 0 else len(self._choices) if self._at is None else self._at
            )
            self._take(max(0, min(len(self._choices) - 1, start + step)))
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self._take(None)
        else:
            event.ignore()  # Enter, Tab and Esc belong to the screen

    def mousePressEvent(self, event: QMouseEvent) -> None:
        where = event.position().toPoint()
        for index in range(len(self._choices)):
            if self._segment(index).contains(where):
                self._take(index)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t, c = theme(), theme().colours
        radius = t.px(Size.RADIUS_FIELD)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(frame, radius, radius)
        painter.fillPath(shape, c.of("surface" if self.isEnabled() else "bg"))
        painter.setClipPath(shape)
        painter.setFont(t.font(Type.FIELD))
        for index, choice in enumerate(self._choices):
            box, taken = self._segment(index), index == self._at
            if taken:
                painter.fillRect(box, c.of("soft"))
            painter.setFont(t.font(Type.FIELD, strong=taken))
            painter.setPen(c.of("accent" if taken else "secondary"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, choice.sign)
            if index:
                edge = (
                    box.right() + 1
                    if self.layoutDirection() is Qt.LayoutDirection.RightToLeft
                    else box.left()
                )
                painter.setPen(QPen(c.of("line"), 1))
                painter.drawLine(edge, box.top(), edge, box.bottom())
        painter.setClipping(False)
        wrong = self.property("wrong") == "true"
        painter.setPen(QPen(c.of("bad" if wrong else "field_line"), 1))
        painter.drawPath(shape)
        painter.end()

    def _least_width(self) -> int:
        measure = QFontMetrics(theme().font(Type.FIELD, strong=True))
        widest = max((measure.horizontalAdvance(choice.sign) for choice in self._choices), default=0)
        return widest + theme().px(16)

    def _segment(self, index: int) -> QRect:
        count, width = len(self._choices), self.width()
        left, right = width * index // count, width * (index + 1) // count
        box = QRect(left, 0, right - left, self.height())
        return QStyle.visualRect(self.layoutDirection(), self.rect(), box)

    def _take(self, index: int | None) -> None:
        if index == self._at:
            return
        self._at = index
        self.update()
        self.changed.emit(self.value() or "")
