"""The window before the desk is open: first run or log-in, with nothing of the station on it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QScrollArea, QVBoxLayout, QWidget

from shelterdesk.ui.lock import LOCKED_TITLE
from shelterdesk.ui.log_in import ScrollingPage
from shelterdesk.ui.widgets.focus_ring import FocusRing
from shelterdesk.ui.widgets.practice_stripe import PracticeStripe


class DoorWindow(QMainWindow):
    """Holds the page before the desk is open: first run or log-in. Signals: ``closing()``."""

    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(LOCKED_TITLE)
        self._page: QWidget | None = None
        self._area: QScrollArea | None = None
        self.stripe = PracticeStripe()
        holder = QWidget()
        holder.setProperty("part", "page")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.stripe)
        self.setCentralWidget(holder)
        self.setMinimumSize(640, 480)
        self._ring = FocusRing(self)

    @property
    def page(self) -> QWidget | None:
        """The page now shown."""
        return self._page

    def show_page(self, page: QWidget, practice: bool) -> None:
        """Show another page in place of the one before."""
        if self._area is not None:
            self._area.hide()
            self._area.deleteLater()
        self._page, self._area = page, ScrollingPage(page)
        self.stripe.setVisible(practice)
        self._column.addWidget(self._area, 1)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)
