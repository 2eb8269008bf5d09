"""The bar on top: the scan field with its key, the station, the time, and who is logged in."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QWidget

from shelterdesk.core.words import tr
from shelterdesk.ui.theme import Size, theme
from shelterdesk.ui.widgets.buttons import QuietButton
from shelterdesk.ui.widgets.key_hint import KeyHint
from shelterdesk.ui.widgets.keymap import SCAN
from shelterdesk.ui.widgets.scan_field import ScanField
from shelterdesk.ui.widgets.text import words


class TopBar(QWidget):
    """Field and names in one line, in two when they do not fit.

    Signals: ``user_clicked()`` when the name of who is logged in is pressed (to change user).
    """

    user_clicked = Signal()

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
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._user.clicked.connect(self.user_clicked)
        self._user.hide()
        theme().changed.connect(self._space)
        self._space()

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
        field = t.px(240)  # less hides what is being typed
        wanted = field + t.px(24) + self._right.sizeHint().width() + t.gap(60)
        way = QBoxLayout.Direction.LeftToRight
        if self.width() < wanted:
            way = QBoxLayout.Direction.TopToBottom
        if way is not self._box.direction():
            self._box.setDirection(way)
            self.updateGeometry()

    def _space(self) -> None:
        t = theme()
        self._box.setContentsMargins(t.gap(20), t.gap(10), t.gap(12), t.gap(10))
        self._box.setSpacing(t.gap(8))
        for part in (self._left, self._right):
            row = part.layout()
            if row is not None:
                row.setSpacing(t.gap(14))
        self.scan.setMinimumWidth(t.px(200))
        self.scan.setMaximumWidth(t.px(520))
        self._left.setMaximumWidth(t.px(560))
        self._left.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._box.setStretch(0, 4)
        self.setMinimumHeight(t.gap(Size.TOP_BAR))
        self._fold()
