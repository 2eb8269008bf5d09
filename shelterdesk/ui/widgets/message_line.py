"""The outcome of what was just done, said in place, with a way to undo it and the lines said before."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPropertyAnimation, Signal
from PySide6.QtWidgets import QFrame, QGraphicsOpacityEffect, QHBoxLayout, QSizePolicy, QWidget

from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr
from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.buttons import SmallButton
from shelterdesk.ui.widgets.text import restyle, words
from shelterdesk.ui.widgets.tone import Tone


@dataclass(frozen=True)
class Message:
    """A line that was said, with its tone."""

    text: str
    tone: Tone


class ToastLine(QFrame):
    """Says one thing until the next is said or it is closed, never gone by itself; keeps the last 50.

    Signals: ``said(Message)``; ``undo_asked()`` when the undo of the line shown was pressed; ``closed()``.
    """

    said = Signal(object)
    undo_asked = Signal()
    closed = Signal()
    KEPT = 50

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = IconMark("info", "secondary")
        self._words = words("", wrap=True)
        self._undo = SmallButton(tr("Undo"), "Ctrl+Z", icon="undo", key_inside=True)
        self._close = SmallButton(tr("Close"), "Esc", key_inside=True)
        self._on_undo: Callable[[], object] | None = None
        self._earlier: deque[Message] = deque(maxlen=self.KEPT)
        self._fade: QPropertyAnimation | None = None
        row = QHBoxLayout(self)
        row.addWidget(self._mark)
        row.addWidget(self._words, 1)
        row.addWidget(self._undo)
        row.addWidget(self._close)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._undo.clicked.connect(self.undo)
        self._close.clicked.connect(self.close_line)
        theme().changed.connect(self._space)
        self._space()
        self.hide()

    def say(self, text: str, tone: Tone = Tone.OK, undo: Callable[[], object] | None = None) -> None:
        """Show a line; with ``undo`` it offers a button, and Ctrl+Z asks the same."""
        message = Message(text, tone)
        self._earlier.append(message)
        self._on_undo = undo
        self._undo.setVisible(undo is not None)
        self._words.setText(text)
        self._mark.set_icon(tone.icon, tone.ink)
        self.setProperty("message", tone.value)
        self.setAccessibleName(text)
        restyle(self)
        self.show()
        self.said.emit(message)
        self._appear()

    def say_error(self, error: WorldError) -> None:
        """Show the world's fault and the next step."""
        self.say(f"{error.sentence} {error.next_step}".strip(), Tone.BAD)

    def undo(self) -> bool:
        """Take back what the line told of; False when the line offers no way back."""
        back, self._on_undo = self._on_undo, None
        if back is None:
            return False
        self.close_line()
        self.undo_asked.emit()
        back()
        return True

    def close_line(self) -> None:
        """Take the line away; it stays among the earlier ones."""
        self._on_undo = None
        self.hide()
        self.closed.emit()

    def text(self) -> str:
        """The words shown, or nothing when the line is closed."""
        return "" if self.isHidden() else self._words.text()

    def earlier(self) -> tuple[Message, ...]:
        """The lines said so far, oldest first, at most 50."""
        return tuple(self._earlier)

    def _appear(self) -> None:
        length = theme().fade_ms
        if not length or not self.isVisible():
            return
        effect = QGraphicsOpacityEffect(self)
        self.setGraphicsEffect(effect)
        fade = QPropertyAnimation(effect, b"opacity", self)
        fade.setDuration(length)
        fade.setStartValue(0.3)
        fade.setEndValue(1.0)
        fade.finished.connect(self._end_fade)
        fade.start()
        self._fade = fade

    def _end_fade(self) -> None:
        # An effect paints through a picture and blurs on dense screens, so it is taken off at once.
        self.setGraphicsEffect(None)  # type: ignore[arg-type]
        self._fade = None

    def _space(self) -> None:
        row, t = self.layout(), theme()
        if row is not None:
            row.setContentsMargins(t.gap(12), t.gap(2), t.gap(4), t.gap(2))
            row.setSpacing(t.gap(10))
