"""What stands where nothing is yet: why it is empty and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.text import words


class EmptyState(QWidget):
    """``EmptyState("people", tr("Nobody is registered yet."), tr("Scan a card, or press F2 and type."))``."""

    def __init__(
        self,
        icon: str,
        sentence: str,
        what_to_do: str = "",
        button: QPushButton | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._mark = IconMark(icon, "secondary", 40)
        self._sentence = words(sentence, "card", wrap=True)
        self._step = words(what_to_do, "secondary", wrap=True)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self._sentence, self._step):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        if button is not None:
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        theme().changed.connect(self._space)
        self._space()
        self.set_words(sentence, what_to_do)

    def set_words(self, sentence: str, what_to_do: str = "") -> None:
        """Say another reason and another step."""
        self._sentence.setText(sentence)
        self._step.setText(what_to_do)
        self._step.setVisible(bool(what_to_do))
        self.setAccessibleName(sentence)
        self.setAccessibleDescription(what_to_do)

    def sentence(self) -> str:
        """Why it is empty, as shown."""
        return self._sentence.text()

    def _space(self) -> None:
        column, t = self.layout(), theme()
        if column is not None:
            column.setSpacing(t.gap(8))
            column.setContentsMargins(t.gap(24), t.gap(24), t.gap(24), t.gap(24))
