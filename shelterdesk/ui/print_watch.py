"""Beside one window: takes up what waits for a printer, says in the status bar what stands still, and opens it."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from shelterdesk.core.print_jobs import standing_said
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.print_queue import PrintQueue
from shelterdesk.ui.print_words import WAITING_KEY
from shelterdesk.ui.widgets.key_hint import key_words
from shelterdesk.ui.worker import DeskWorker

SHEETS, WAITING = "sheets", "waiting"


class PrintWatch(QObject):
    """Stands as long as its window."""

    def __init__(self, window: MainWindow, worker: DeskWorker) -> None:
        super().__init__(window)
        self._window = window
        self._queue = PrintQueue.of(worker)
        self._queue.changed.connect(self._show)
        self.can_open = SHEETS in window.names()
        if self.can_open:
            key = QShortcut(QKeySequence(WAITING_KEY), window)
            key.activated.connect(self.open)
            window.status.prints_clicked.connect(self.open)
        self._queue.take_up()
        self._show()

    def open(self) -> None:
        """Show the papers that wait."""
        from shelterdesk.ui.screens.exchange_parts import PartsScreen  # the window stands without it

        screen = self._window.screen_named(SHEETS)
        self._window.open_screen(SHEETS)
        if isinstance(screen, PartsScreen) and WAITING in screen.sections:
            screen.open_section(WAITING)
            table = getattr(screen.sections[WAITING], "table", None)
            if isinstance(table, QWidget):
                table.setFocus()

    def _show(self) -> None:
        said = standing_said(self._queue.prints())
        key = f" ({key_words(WAITING_KEY)})" if self.can_open else ""
        self._window.status.show_prints(f"{said}{key}" if said else "")
