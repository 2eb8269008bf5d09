"""The answers of one conflict side by side: the value large, who wrote it, where and when, and the key that keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from shelterdesk.actions.conflicts import Answer, ConflictLine, Told
from shelterdesk.core.conflict_words import answer_words, at_words, field_words
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import FlowLayout, Pill, SecondaryButton, Tone, words

AT_ONCE = 9
"""Answers shown at once, each with a digit of its own."""

_TOLD = 3
_ONE_COLUMN = 620


class AnswerCard(QFrame):
    """One answer; the digit keeps it. Signals: ``kept()``."""

    kept = Signal()

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "card")
        self.value = words("", "title", wrap=True)
        self.shown = Pill(tr("shown now"), Tone.ACCENT, icon=True)
        self.doubt = Pill(tr("clock in doubt"), Tone.WARN, icon=True)
        self.told = words("", "secondary", wrap=True)
        self.apart = words("", "body", wrap=True)
        self.button = SecondaryButton(tr("Keep this answer"), key, key_inside=True, is_heard=False)
        self.button.clicked.connect(self.kept)
        head = FlowLayout(8, 4)
        for pill in (self.shown, self.doubt):
            head.addWidget(pill)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.value)
        for part in (self.apart, self.told, head):
            self._column.addWidget(part)
        self._column.addStretch(1)
        self._column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeading)
        theme().changed.connect(self._space)
        self._space()

    def show_answer(self, line: ConflictLine, one: Answer, zone: str, now: datetime) -> None:
        """Fill the card with an answer."""
        said = answer_words(line.kind, line.field, one.value, one.label, zone)
        self.value.setText(said)
        self.shown.setVisible(one.is_shown)
        self.doubt.setVisible(any(told.clock_doubt for told in one.told))
        self.told.setText("\n".join(_told(one.told, zone, now)))
        changed = ", ".join(
            f"{field_words(line.kind, name)}: {answer_words(line.kind, name, value, None, zone)}"
            for name, value in one.apart.items()
        )
        self.apart.setText(tr("Changed meanwhile: {fields}", fields=changed))
        self.apart.setVisible(bool(changed))
        self.setAccessibleName(said)

    def _space(self) -> None:
        t = theme()
        self._column.setContentsMargins(t.gap(14), t.gap(10), t.gap(14), t.gap(12))
        self._column.setSpacing(t.gap(6))


def _told(told: Sequence[Told], zone: str, now: datetime) -> list[str]:
    said = [told_words(one, zone, now) for one in told[:_TOLD]]
    if len(told) > _TOLD:
        said.append(ntr("and {n} more", "and {n} more", len(told) - _TOLD))
    return said


def told_words(one: Told, zone: str, now: datetime) -> str:
    """Who wrote it, at which desk and when, in a line."""
    desk = tr("this desk") if one.is_this_desk else tr("desk {desk}", desk=one.desk)
    return " · ".join((one.user, desk, at_words(one.at_ms, one.zone, zone, now)))


class Sides(QScrollArea):
    """The answers of the line stood on, two beside each other where there is room; scrolls where they are many.

    Signals: ``kept(object)`` with the answer somebody keeps.
    """

    kept = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("The answers side by side"))
        inner = QWidget()
        inner.setProperty("part", "clear")
        self._grid = QGridLayout(inner)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.cards: list[AnswerCard] = []
        self._answers: tuple[Answer, ...] = ()
        self._columns = 0
        for at in range(AT_ONCE):
            self._add_card(at)
        self.setWidget(inner)
        self._inner = inner
        theme().changed.connect(self._space)
        self._space()

    def show_answers(self, line: ConflictLine, answers: Sequence[Answer], zone: str, now: datetime) -> None:
        """Show the first nine of these answers of a line; none hides all cards."""
        self._answers = tuple(answers[:AT_ONCE])
        for at, card in enumerate(self.cards):
            card.setVisible(at < len(self._answers))
            if at < len(self._answers):
                card.show_answer(line, self._answers[at], zone, now)
        self._place()

    def clear(self) -> None:
        """Show nothing."""
        self._answers = ()
        for card in self.cards:
            card.hide()
        self._fit()

    def keep(self, digit: int) -> bool:
        """Keep the answer of a digit from 1 on; False where there is none."""
        if not 0 < digit <= len(self._answers):
            return False
        self.kept.emit(self._answers[digit - 1])
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _add_card(self, at: int) -> None:
        card = AnswerCard(str(at + 1))
        card.hide()
        card.kept.connect(lambda: self.keep(at + 1))
        self.cards.append(card)

    def _place(self) -> None:
        columns = 1 if self.width() < theme().px(_ONE_COLUMN) else 2
        if columns != self._columns:
            self._columns = columns
            for at, card in enumerate(self.cards):
                self._grid.removeWidget(card)
                self._grid.addWidget(card, at // columns, at % columns)
            for column in range(2):
                self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._fit()

    def _fit(self) -> None:
        """As high as two rows of answers at most; a page is not made longer by three hundred of them."""
        rows = -(-len(self._answers) // max(1, self._columns))
        wide = max(1, self.viewport().width() // max(1, self._columns) - theme().gap(12))
        tall = max((card.heightForWidth(wide) for card in self.cards[: len(self._answers)]), default=0)
        row = min(tall, theme().px(260))
        shown = min(rows, 1 if self._columns == 2 else 2)
        self.setFixedHeight(shown * (row + theme().gap(12)) if rows else 0)

    def _space(self) -> None:
        self._grid.setHorizontalSpacing(theme().gap(12))
        self._grid.setVerticalSpacing(theme().gap(12))
        self._columns = 0
        self._place()


def title_label() -> QLabel:
    """The line above the answers: whose record and which field."""
    return words("", "card", wrap=True)
