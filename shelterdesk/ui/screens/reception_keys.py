"""Keys of the reception that act at once: a reader types its first sign a few milliseconds after the key."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton


def act_at_once(*buttons: QPushButton) -> None:
    """Let the buttons' keys press them without the tenth of a second Qt shows a button pressed down."""
    for button in buttons:
        key = button.shortcut()
        button.setShortcut(QKeySequence())
        shortcut = QShortcut(key, button)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(button.click)
