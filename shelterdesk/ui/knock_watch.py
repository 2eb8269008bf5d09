"""Beside one window: a laptop that asks to join at this table is told on every screen, and one key leads to it."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut

from shelterdesk.actions.table_lane import TableStanding
from shelterdesk.core.words import ntr
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.rail_entries import EXCHANGE
from shelterdesk.ui.table_keeper import TableKeeper
from shelterdesk.ui.widgets.key_hint import key_words
from shelterdesk.ui.widgets.keymap import KNOCK


class KnockWatch(QObject):
    """Stands as long as its window. Whoever has no such screen is told all the same, and can fetch an admin."""

    def __init__(self, window: MainWindow, keeper: TableKeeper) -> None:
        super().__init__(window)
        self._window = window
        self.can_open = EXCHANGE.name in window.names()
        keeper.changed.connect(self._show)
        if self.can_open:
            key = QShortcut(QKeySequence(KNOCK), window)
            key.activated.connect(self.open)
            window.status.knock_clicked.connect(self.open)

    def open(self) -> None:
        """Show the laptop that asks."""
        from shelterdesk.ui.screens.exchange import ExchangeScreen  # the window stands without it

        screen = self._window.screen_named(EXCHANGE.name)
        self._window.open_screen(EXCHANGE.name)
        if isinstance(screen, ExchangeScreen):
            screen.show_knocks()

    def _show(self, now: TableStanding) -> None:
        many = len(now.knocking)
        key = f" ({key_words(KNOCK)})" if self.can_open else ""
        said = ntr("a new laptop asks to join", "{n} new laptops ask to join", many) if many else ""
        self._window.status.show_knock(f"{said}{key}" if said else "")
