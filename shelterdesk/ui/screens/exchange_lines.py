"""Sentences below each other, each with the mark of its tone; what an exchange has to tell stands in them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import Tone, words
from shelterdesk.ui.widgets.text import Role

_ROLES: dict[Tone, Role] = {Tone.WARN: "warn", Tone.BAD: "bad"}


def _as_high_as_its_words() -> QSizePolicy:
    """The height follows from the width alone: Qt's least height of wrapped words is that of a narrow column."""
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
    policy.setHeightForWidth(True)
    return policy


class Lines(QWidget):
    """``lines.show_lines([Line(Tone.OK, "…")])``; hidden while there are none."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self.setAccessibleName(name)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._lines: tuple[Line, ...] = ()
        self._labels: list[QLabel] = []
        theme().changed.connect(self._space)
        self._space()
        self.hide()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Say these, and nothing of what was said before; the same again costs nothing."""
        if tuple(lines) == self._lines:
            return
        self._lines = tuple(lines)
        while (item := self._column.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self._labels = []
        for line in lines:
            holder = QWidget()
            holder.setProperty("part", "clear")
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(theme().gap(8))
            row.addWidget(IconMark(line.tone.icon, line.tone.ink), 0, Qt.AlignmentFlag.AlignTop)
            label = words(line.text, _ROLES.get(line.tone, "body"), wrap=True)
            label.setSizePolicy(_as_high_as_its_words())
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            row.addWidget(label, 1)
            self._labels.append(label)
            self._column.addWidget(holder)
        self.setAccessibleDescription(" ".join(self.said()))
        self.setVisible(bool(lines))

    def said(self) -> list[str]:
        """The sentences now shown."""
        return [label.text() for label in self._labels]

    def _space(self) -> None:
        self._column.setSpacing(theme().gap(6))
