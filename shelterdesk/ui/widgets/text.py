"""Words standing in the window: a label in a role of the type scale, and the thin rule between parts."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QWidget

Role = Literal[
    "body", "label", "secondary", "strong", "field", "card", "title", "key",
    "ok", "warn", "bad", "mistake", "bar", "bar-strong", "bar-warn", "bar-bad",
]  # fmt: skip


def words(text: str, role: Role = "body", *, wrap: bool = False) -> QLabel:
    """A label in a role of the type scale; with ``wrap`` it takes as many lines as it needs."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)  # a name may hold < or &
    label.setProperty("role", role)
    label.setWordWrap(wrap)
    # Where reading begins in this window, whatever the script of the words: a name in Arabic stands in its
    # column like all others, and a Latin one does in a window laid out from the right.
    from_right = QApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft
    side = Qt.AlignmentFlag.AlignRight if from_right else Qt.AlignmentFlag.AlignLeft
    label.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
    return label


def set_role(label: QLabel, role: Role) -> None:
    """Give a label another role and show it."""
    if label.property("role") != role:
        label.setProperty("role", role)
        restyle(label)


def restyle(widget: QWidget) -> None:
    """Let the style sheet look at a widget again after one of its properties changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def rule() -> QFrame:
    """A thin horizontal line between two parts of a card."""
    line = QFrame()
    line.setProperty("part", "rule")
    line.setFixedHeight(1)
    return line
