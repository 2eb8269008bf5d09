"""The bar on top: the scan field with its key, the stripe of a practice, the station, the time, who is logged in."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QWidget

from shelterdesk.core.words import tr
from shelterdesk.ui.theme import Size, theme
from shelterdesk.ui.widgets.buttons import QuietButton
from shelterdesk.ui.widgets.key_hint import KeyHint
from shelterdesk.ui.widgets.keymap import SCAN
from shelterdesk.ui.widgets.practice_stripe import PracticeStripe
from shelterdesk.ui.widgets.scan_field import ScanField
from shelterdesk.ui.widgets.text import words

SCAN_LEAST, SCAN_USUAL = 200, 400
"""Width of the scan field with its key, in pixels at 100 % text: the least to type in, and what it should have."""


class TopBar(QWidget):
    """Field and names in one line, in two when they do not fit. In a practice the stripe stands between them.

    Signals: ``user_clicked()`` when the name of who is logged in is pressed (to change user);
    ``stripe_moved(bool)`` whether there is room for the stripe here, or it needs a line of its own.
    """

    user_clicked = Signal()
    stripe_moved = Signal(bool)

    def __init__(self, scan: ScanField, station: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "top")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.scan = scan
        self._station = words(station, "strong")
        self._clock = words("", "strong")
        self._user = QuietButton("", icon="user")
        self._user.setProperty("part", "user")
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._left, self._right = QWidget(), QWidget()
        self._is_practice = False
        self.stripe = PracticeStripe(is_block=True)
        self.stripe.hide()
        for part, things in (
            (self._left, (scan, KeyHint(SCAN))),
            (self._right, (self._station, self._clock, self._user)),
        ):
            part.setProperty("part", "clear")
            row = QHBoxLayout(part)
            row.setContentsMargins(0, 0, 0, 0)
            if part is self._right:
                row.addStretch(1)
            for thing in things:
                row.addWidget(thing)
            self._box.addWidget(part)
        self._box.insertWidget(1, self.stripe)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._user.clicked.connect(self.user_clicked)
        self._user.hide()
        theme().changed.connect(self._space)
        self._space()

    def show_practice(self, practice: bool) -> None:
        """Show the stripe, here where it fits."""
        self._is_practice = practice
        self._fold()

    def set_station(self, name: str) -> None:
        """Show the station's name."""
        self._station.setText(name)
        self._fold()

    def set_time(self, text: str) -> None:
        """Show the time of day (``"15:42"``)."""
        if text != self._clock.text():
            self._clock.setText(text)
            self._clock.setAccessibleName(tr("Time: {time}", time=text))

    def set_user(self, name: str) -> None:
        """Show who is logged in; an empty name shows nobody."""
        self._user.set_words(name)
        self._user.setVisible(bool(name))
        self._user.setAccessibleName(tr("Logged in: {name}", name=name))
        self._fold()

    def minimumSizeHint(self) -> QSize:
        wide = max(self._left.minimumSizeHint().width(), self._right.minimumSizeHint().width())
        return QSize(wide + theme().gap(40), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        t = theme()
        names = self._right.sizeHint().width() + t.gap(60)
        field = t.px(SCAN_LEAST)  # less hides what is being typed
        way = QBoxLayout.Direction.LeftToRight
        if self.width() < field + t.px(24) + names:
            way = QBoxLayout.Direction.TopToBottom
        here = self._is_practice and self.width() >= t.px(SCAN_USUAL) + self.stripe.sizeHint().width() + names
        if self.stripe.isHidden() is here:
            self.stripe.setVisible(here)
            self._left.setSizePolicy(
                QSizePolicy.Policy.Preferred if here else QSizePolicy.Policy.Expanding,
                QSizePolicy.Policy.Fixed,
            )
        self.stripe_moved.emit(here or not self._is_practice)
        if way is not self._box.direction():
            self._box.setDirection(way)
            self.updateGeometry()

    def _space(self) -> None:
        t = theme()
        self._box.setContentsMargins(t.gap(20), t.gap(10), t.gap(12), t.gap(10))
        self._box.setSpacing(t.gap(16))
        for part in (self._left, self._right):
            row = part.layout()
            if row is not None:
                row.setSpacing(t.gap(14))
        self.scan.setMinimumWidth(t.px(SCAN_LEAST))
        self.scan.setMaximumWidth(t.px(520))
        self._left.setMaximumWidth(t.px(560))
        self._left.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._box.setStretch(0, 4)
        self._box.setStretch(1, 3)
        self.setMinimumHeight(t.gap(Size.TOP_BAR))
        self._fold()
