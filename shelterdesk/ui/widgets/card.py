"""A panel on the page: a quiet surface with a title, something small at its end, and a body."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLayout, QVBoxLayout, QWidget

from shelterdesk.ui.theme import Size, theme
from shelterdesk.ui.widgets.flow import FlowLayout
from shelterdesk.ui.widgets.text import words


class Card(QFrame):
    """A surface panel: ``card = Card(tr("Boat 14"), aside=Pill(...)); card.add(widget)``.

    ``screen`` makes the title the screen's own (21 px, one on a screen). :attr:`body` is the column that
    takes the contents, :attr:`head` the line of the title.
    """

    def __init__(
        self,
        title: str = "",
        aside: QWidget | None = None,
        *,
        screen: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("part", "card")
        self.title = words(title, "title" if screen else "card", wrap=False)
        self.head = FlowLayout(10, 6)
        self.head.addWidget(self.title)
        self._beside = 1
        self.head.add_push()
        self.body = QVBoxLayout()
        self._outer = QVBoxLayout(self)
        self._outer.addWidget(self.head)
        self._outer.addLayout(self.body, 1)
        self._screen = screen
        if aside is not None:
            self.head.addWidget(aside)
        self.set_title(title)
        self._space()
        theme().changed.connect(self._space)

    def set_title(self, title: str) -> None:
        """Show another title; an empty one takes no room."""
        self.title.setText(title)
        self.title.setVisible(bool(title))
        self.setAccessibleName(title)

    def add(self, thing: QWidget | QLayout, stretch: int = 0) -> None:
        """Put a widget or a layout below what is already in the body."""
        if isinstance(thing, QWidget):
            self.body.addWidget(thing, stretch)
        else:
            self.body.addLayout(thing, stretch)

    def add_beside_title(self, thing: QWidget) -> None:
        """Put a small thing (a pill) right after the title."""
        self.head.insert_widget(self._beside, thing)
        self._beside += 1

    def add_stretch(self) -> None:
        """Leave the rest of the height free."""
        self.body.addStretch(1)

    def _space(self) -> None:
        t = theme()
        pad = t.gap(Size.CARD_PADDING if self._screen else 20)
        self._outer.setContentsMargins(pad, t.gap(16), pad, t.gap(16))
        self._outer.setSpacing(t.gap(8))
        self.body.setSpacing(t.gap(8))
