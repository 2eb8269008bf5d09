"""A short word on a tint: a state one can see in passing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.text import restyle, words
from shelterdesk.ui.widgets.tone import Tone


class Pill(QFrame):
    """``Pill(tr("1 likely"), Tone.WARN)``; with ``icon=True`` the icon of the tone stands before the word."""

    def __init__(
        self, text: str, tone: Tone = Tone.NEUTRAL, *, icon: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._mark = IconMark(tone.icon, tone.ink, 14)
        self._label = words(text, "label")
        row = QHBoxLayout(self)
        row.addWidget(self._mark)
        row.addWidget(self._label)
        self._mark.setVisible(icon)  # not before it is in here: it would open as a window of its own
        row.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._space()
        theme().changed.connect(self._space)
        self.show_state(text, tone)

    def show_state(self, text: str, tone: Tone) -> None:
        """Show another word in another tone."""
        self._label.setText(text)
        self._mark.set_icon(tone.icon, tone.ink)
        self.setAccessibleName(text)
        self.tone = tone
        self.setProperty("pill", tone.value)
        restyle(self)
        restyle(self._label)

    def text(self) -> str:
        """The word shown."""
        return self._label.text()

    def _space(self) -> None:
        t = theme()
        row = self.layout()
        if row is not None:
            row.setContentsMargins(t.px(10), t.px(2), t.px(10), t.px(2))
            row.setSpacing(t.px(4))
