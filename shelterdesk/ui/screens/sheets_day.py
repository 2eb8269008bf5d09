"""The day of a daily sheet: typed, or stepped through with the arrow keys, and read back in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.dates import read_day, typed_day
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import LabelledField, SecondaryButton, words

_STEPS = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: 7,
    Qt.Key.Key_PageDown: -7,
}


def weekday(day: date) -> str:
    """The name of a day of the week."""
    names = (
        tr("Monday"), tr("Tuesday"), tr("Wednesday"), tr("Thursday"), tr("Friday"), tr("Saturday"), tr("Sunday"),
    )  # fmt: skip
    return names[day.weekday()]


def day_words(day: date, today: date) -> str:
    """A day as people say it: ``Monday, yesterday``."""
    apart = (today - day).days
    if apart == 0:
        said = tr("today")
    elif apart == 1:
        said = tr("yesterday")
    elif apart == -1:
        said = tr("tomorrow")
    elif apart > 0:
        said = ntr("{n} day ago", "{n} days ago", apart)
    else:
        said = ntr("in {n} day", "in {n} days", -apart)
    return tr("{weekday}, {day}", weekday=weekday(day), day=said)


class _DayLine(QLineEdit):
    """Up and Down go a day on and back, Page up and Page down a week; anything else is typed."""

    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(step)


class DayChooser(QWidget):
    """``DayChooser(today, last)``: no day after ``last`` can be chosen. Signals: ``changed(date)``."""

    changed = Signal(object)

    def __init__(
        self, label: str, today: Callable[[], date], last: Callable[[], date], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._today, self._last = today, last
        self._day = today()
        self.line = _DayLine()
        self.line.setMaxLength(10)
        self.field = LabelledField(label, self.line, check=self._check, reading=self._reading)
        self.field.setProperty("not_kept", True)
        self.today_button = SecondaryButton(tr("Today"), "Alt+T", key_inside=True)
        self.yesterday_button = SecondaryButton(tr("Yesterday"), "Alt+Y", key_inside=True)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.field)
        for button in (self.today_button, self.yesterday_button):
            column = QVBoxLayout()
            column.setSpacing(theme().px(4))
            column.addWidget(words(" ", "label"))  # the height of the label over the line
            column.addWidget(button)
            column.addStretch(1)
            self._row.addLayout(column)
        self.setFocusProxy(self.field)
        self.line.stepped.connect(lambda step: self.choose(self._day + timedelta(days=step)))
        self.line.editingFinished.connect(self._on_typed)
        self.today_button.clicked.connect(lambda: self.choose(self._today()))
        self.yesterday_button.clicked.connect(lambda: self.choose(self._today() - timedelta(days=1)))
        theme().changed.connect(self._space)
        self._space()
        self.line.setText(typed_day(self._day))

    def day(self) -> date:
        """The day chosen."""
        return self._day

    def choose(self, day: date) -> None:
        """Choose a day, or the last there is when it is later."""
        day = min(day, self._last())
        self.line.setText(typed_day(day))
        self.field.set_mistake("")
        if day != self._day:
            self._day = day
            self.changed.emit(day)

    def _on_typed(self) -> None:
        day = read_day(self.line.text())
        if day is not None and day <= self._last():
            self.choose(day)

    def _check(self, text: str) -> str:
        day = read_day(text)
        if day is None:
            return tr("Write the day as {example}.", example=typed_day(self._today()))
        if day > self._last():
            return tr("This day has not begun yet.")
        return ""

    def _reading(self, text: str) -> str:
        day = read_day(text)
        return "" if day is None else day_words(day, self._today())

    def _space(self) -> None:
        self._row.setSpacing(theme().gap(8))
        self.line.setMinimumWidth(theme().px(150))
