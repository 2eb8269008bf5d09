"""Typing a passphrase: a line that hides it, what is wrong with a new one, and how strong it looks."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.log_in_rules import check_passphrase
from shelterdesk.core.errors import BadField
from shelterdesk.core.passphrases import USUAL_LENGTH, Strength, strength
from shelterdesk.core.words import tr


class PassphraseLine(QLineEdit):
    """A line for a passphrase: dots, no suggestions, nothing remembered by the input method.

    It tells from what is typed whether capital letters are locked, since Qt itself does not say. Signals:
    ``caps_told(bool)`` at each letter.
    """

    caps_told = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_CapsLock:
            self.caps_told.emit(False)  # either way; the next letter tells
        elif len(text) == 1 and text.isalpha() and text.lower() != text.upper():
            self.caps_told.emit(text.isupper() is not shifted)
        super().keyPressEvent(event)


def passphrase_mistake(text: str, least: int = USUAL_LENGTH) -> str:
    """What is wrong with a new passphrase; empty when nothing is."""
    try:
        check_passphrase(text, least)
    except BadField as error:
        return f"{error.sentence} {error.next_step}".strip()
    return ""


def strength_words(text: str) -> str:
    """How strong a new passphrase looks, for the end of its label; empty before anything is typed."""
    if not text:
        return ""
    return {
        Strength.WEAK: tr("easy to guess"),
        Strength.FAIR: tr("fair"),
        Strength.GOOD: tr("strong"),
    }[strength(text)]
