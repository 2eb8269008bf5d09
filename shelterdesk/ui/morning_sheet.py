"""The morning's sheet from any screen: one key opens the papers and sends it to the printer."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut

from shelterdesk.core.words import tr
from shelterdesk.ui import rail_entries
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.widgets.keymap import PRINT_SHEET
from shelterdesk.ui.widgets.tone import Tone


@runtime_checkable
class PrintsMorning(Protocol):
    """A screen that prints the sheet of the last day that is over, if who is logged in may."""

    def has_morning(self) -> bool: ...

    def print_morning(self) -> None: ...


class MorningSheet(QObject):
    """Listens in one window for the key of the morning's sheet."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        shortcut = QShortcut(QKeySequence(PRINT_SHEET), window)
        shortcut.activated.connect(self.print_it)

    def print_it(self) -> None:
        """Open the papers at the daily sheet and print it; where there is none, say so and stay."""
        window, name = self._window, rail_entries.SHEETS.name
        screen: object = window.screen_named(name) if name in window.names() else None
        if not isinstance(screen, PrintsMorning) or not screen.has_morning():
            window.say(tr("The daily sheet is a supervisor's to print."), Tone.NEUTRAL)
            return
        window.open_screen(name)
        screen.print_morning()
