"""The one question without a window behind it: a sentence that stops the start, and a button to go."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import ButtonRow, PrimaryButton, words

_NO_SCREEN = ("offscreen", "minimal", "vnc")


class SentenceDialog(QDialog):
    """Says what stands in the way and what to do; Enter or Esc closes it."""

    def __init__(self, error: WorldError, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        t = theme()
        self.setWindowTitle("ShelterDesk")
        self.setMinimumWidth(t.px(420))
        column = QVBoxLayout(self)
        column.setContentsMargins(t.gap(24), t.gap(20), t.gap(24), t.gap(20))
        column.setSpacing(t.gap(12))
        said = words(error.sentence, "card", wrap=True)
        column.addWidget(said)
        column.addWidget(words(error.next_step, "secondary", wrap=True))
        close = PrimaryButton(tr("Close"), "Return")
        close.clicked.connect(self.accept)
        column.addWidget(ButtonRow(close))
        close.setFocus(Qt.FocusReason.OtherFocusReason)


def tell_before_window(error: WorldError) -> None:
    """Say on the terminal and, where there is a screen, in a small window, why nothing opens."""
    print(f"{error.sentence} {error.next_step}".strip(), file=sys.stderr)
    if QGuiApplication.platformName() not in _NO_SCREEN:
        SentenceDialog(error).exec()
