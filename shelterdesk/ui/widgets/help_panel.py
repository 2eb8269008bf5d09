"""What F1 shows beside the work: what this screen is for, and its keys; Esc closes it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from shelterdesk.core.words import tr
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.buttons import ButtonRow, SecondaryButton
from shelterdesk.ui.widgets.key_hint import key_words
from shelterdesk.ui.widgets.text import words


class HelpPanel(QFrame):
    """Lies over the far side of ``over``; ``explain(title, text, keys)`` opens it, Esc or F1 closes it."""

    WIDTH = 380

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._back: QWidget | None = None
        self.setProperty("part", "help")
        self.setAutoFillBackground(True)
        self._title = words("", "title", wrap=True)
        self._text = words("", "body", wrap=True)
        self._keys = QGridLayout()
        self._close = SecondaryButton(tr("Close"), "Esc")
        inside = QWidget()
        inside.setProperty("part", "clear")
        self._column = QVBoxLayout(inside)
        self._column.addWidget(self._title)
        self._column.addWidget(self._text)
        self._column.addLayout(self._keys)
        self._column.addWidget(ButtonRow(self._close))
        self._column.addStretch(1)
        self._area = QScrollArea()
        self._area.setAccessibleName(tr("Explanation of this screen"))
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setWidget(inside)
        self._area.setProperty("part", "clear")
        self._area.viewport().setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.addWidget(self._area)
        self._close.clicked.connect(self.close_panel)
        over.installEventFilter(self)
        theme().changed.connect(self._place)
        self.hide()

    def explain(self, title: str, text: str, keys: Sequence[tuple[str, str]]) -> None:
        """Open with a title, some sentences, and keys with their words."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        while (item := self._keys.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for line, (key, said) in enumerate(keys):
            self._keys.addWidget(words(key_words(key), "strong"), line, 0, Qt.AlignmentFlag.AlignTop)
            self._keys.addWidget(words(said, "body", wrap=True), line, 1)
        self._keys.setColumnStretch(1, 1)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self._back = self.window().focusWidget()
        self._place()
        self.show()
        self.raise_()
        self._close.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_panel(self) -> None:
        """Close and give the typing back to where it was."""
        back, self._back = self._back, None
        self.hide()
        if back is not None:
            back.setFocus(Qt.FocusReason.OtherFocusReason)

    def is_open(self) -> bool:
        """Whether it is shown."""
        return not self.isHidden()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape or (enter and self._close.hasFocus()):
            self.close_panel()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        t, over = theme(), self._over
        side, top, below = (
            t.gap(20),
            t.gap(16),
            t.gap(12),
        )  # the margins of a page: level with the card it covers
        wide = min(t.px(self.WIDTH), over.width() - 2 * side)
        right = over.layoutDirection() is Qt.LayoutDirection.LeftToRight
        left = over.width() - wide - side if right else side
        self.setGeometry(left, top, wide, over.height() - top - below)
        self._column.setContentsMargins(t.gap(20), t.gap(16), t.gap(20), t.gap(16))
        self._column.setSpacing(t.gap(12))
        self._keys.setHorizontalSpacing(t.gap(16))
        self._keys.setVerticalSpacing(t.gap(6))
