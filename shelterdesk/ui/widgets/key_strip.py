"""A strip along the bottom that names the keys of the screen, for those who are learning them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.flow import FlowLayout
from shelterdesk.ui.widgets.key_hint import key_words
from shelterdesk.ui.widgets.text import words


class KeyStrip(QWidget):
    """``show_keys([("F6", tr("same person")), …])``; wraps into more lines when there is no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._flow = FlowLayout(18, 2, self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme().changed.connect(self._space)
        self._space()

    def show_keys(self, keys: Sequence[tuple[str, str]]) -> None:
        """Name these keys instead of the ones before."""
        for old in self._flow.take_all():
            old.deleteLater()
        for key, said in keys:
            pair = QWidget()
            pair.setProperty("part", "clear")
            row = QHBoxLayout(pair)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(theme().px(6))
            row.addWidget(words(key_words(key), "bar-strong"))
            row.addWidget(words(said, "bar"))
            self._flow.addWidget(pair)

    def _space(self) -> None:
        t = theme()
        self._flow.setContentsMargins(t.gap(20), t.gap(2), t.gap(20), t.gap(6))
