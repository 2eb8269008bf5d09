"""Keys as people read them on their keyboard, and the small grey text that names one beside its action."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel

from shelterdesk.core.words import ptr
from shelterdesk.ui.widgets.text import words


def key_words(key: str) -> str:
    """A key as written on the keyboard in the language spoken: ``Ctrl+Return`` is shown as ``Ctrl+Enter``.

    ``key`` is in Qt's portable form (``"F2"``, ``"Ctrl+Return"``, ``"Esc"``).
    """
    named = {
        "Return": ptr("key", "Enter"),
        "Enter": ptr("key", "Enter"),
        "Esc": ptr("key", "Esc"),
        "Space": ptr("key", "Space"),
        "Shift": ptr("key", "Shift"),
        "Ctrl": ptr("key", "Ctrl"),
        "Alt": ptr("key", "Alt"),
        "Del": ptr("key", "Delete"),
        "Backspace": ptr("key", "Backspace"),
        "PgUp": ptr("key", "Page up"),
        "PgDown": ptr("key", "Page down"),
        "Up": ptr("key", "Up"),
        "Down": ptr("key", "Down"),
        "Left": ptr("key", "Left"),
        "Right": ptr("key", "Right"),
    }
    portable = QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
    # The plus is a key itself too, and then the last thing said.
    parts = [*portable[:-1].split("+"), "+"] if portable.endswith("+") else portable.split("+")
    return "+".join(named.get(part, part) for part in parts if part)


class KeyHint(QLabel):
    """The key of an action, in secondary text: ``KeyHint("F2")``."""

    def __init__(self, key: str) -> None:
        super().__init__()
        made = words("", "key")
        self.setTextFormat(made.textFormat())
        self.setProperty("role", "key")
        self.key = key
        self.setText(key_words(key))
