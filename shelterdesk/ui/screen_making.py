"""Which screens a window gets for who is logged in, and when each of them is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from PySide6.QtCore import QTimer

from shelterdesk.actions.desk import Desk
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.rail_entries import RailEntry
from shelterdesk.ui.worker import DeskWorker

ScreenMaker = RailEntry | Callable[[DeskWorker], Screen]
"""A place on the rail whose screen is loaded and made when it is needed, or what makes a screen at once."""

_BETWEEN_MS = 60


def fill(
    window: MainWindow, worker: DeskWorker, makers: Iterable[ScreenMaker], desk: Desk
) -> Iterator[Screen]:
    """Put every screen on the rail that is for this folder and this person; gives those that are made at once."""
    for maker in makers:
        entry = maker if isinstance(maker, RailEntry) else getattr(maker, "entry", None)
        if isinstance(entry, RailEntry) and not entry.is_for(desk):
            continue
        if isinstance(maker, RailEntry):
            window.promise(maker, partial(_load, maker, worker))
        else:
            screen = maker(worker)
            window.add_screen(screen)
            yield screen


def make_rest(window: MainWindow, is_open: Callable[[], bool]) -> None:
    """Make the screens not needed yet, one in each quiet moment: opening one is then at once."""

    def make_one() -> None:
        if is_open() and window.make_next():
            QTimer.singleShot(_BETWEEN_MS, window, make_one)

    QTimer.singleShot(_BETWEEN_MS, window, make_one)


def _load(entry: RailEntry, worker: DeskWorker) -> Screen:
    make: Callable[[DeskWorker], Screen] = entry.load()
    return make(worker)
