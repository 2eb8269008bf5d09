"""From one screen to another: to the record a list names, and from a record to the answers that wait about it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget

from shelterdesk.core.words import tr
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.rail_entries import EXCHANGE
from shelterdesk.ui.scans import OpensRecords
from shelterdesk.ui.widgets.tone import Tone


def show_record(window: QWidget, kind: str, ent: str) -> None:
    """Open a record (kind and id) in the first screen on the rail that shows its kind; say it where none does."""
    if not isinstance(window, MainWindow):
        return
    for screen in window.screens():
        if isinstance(screen, OpensRecords):
            window.open_screen(screen.name)
            if screen.open_record(kind, ent):
                return
    window.say(tr("No screen you may open shows this record."), Tone.WARN)


@runtime_checkable
class ShowsAnswers(Protocol):
    """A screen on which what two desks wrote of one person stands side by side."""

    def show_answers_of(self, ent: str) -> None:
        """Open what was written apart of a person (id)."""


def show_answers(window: QWidget, ent: str) -> None:
    """Open the screen where somebody chooses between the answers about a person."""
    if not isinstance(window, MainWindow) or EXCHANGE.name not in window.names():
        return
    screen = window.screen_named(EXCHANGE.name)
    if isinstance(screen, ShowsAnswers):
        window.open_screen(EXCHANGE.name)
        screen.show_answers_of(ent)
