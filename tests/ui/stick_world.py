"""An office and a station with forty people it has enrolled, for tests of papers, exchange and office; and hands."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screen_making import ScreenMaker
from shelterdesk.ui.screens.exchange import ExchangeScreen
from shelterdesk.ui.screens.office import OfficeScreen
from shelterdesk.ui.screens.settings import SettingsScreen
from shelterdesk.ui.screens.sheets import SheetsScreen
from tests.stations import MORNING
from tests.sync.worlds import World, copied, make_world
from tests.ui.desk_windows import CTRL, KEY, log_in, press, program, type_text
from tests.ui.full_house import fill

SCREENS: tuple[ScreenMaker, ...] = (SheetsScreen, ExchangeScreen, OfficeScreen, SettingsScreen)
SHEETS, EXCHANGE, OFFICE = KEY.Key_1, KEY.Key_2, KEY.Key_2
"""Keys of the screens with Ctrl; the exchange is a station's and the office an office's, each in second place."""

_made: list[World] = []


def full_world(once: Path, folder: Path) -> World:
    """A copy in ``folder`` of the world, made in ``once`` for the first who asks."""
    if not _made or not _made[0].office.exists():
        _made[:] = [make_world(once)]
        fill(_made[0].lb, SetClock(MORNING))
    return copied(_made[0], folder)


@contextmanager
def at_work(
    qtbot: QtBot, folder: Path, clock: SetClock, key: KEY, user: str = ""
) -> Iterator[tuple[DeskApp, MainWindow]]:
    """The program on a folder, somebody logged in by keyboard, the screen of a key open and still."""
    name = user or ("chief" if folder.name == "office" else "admin")
    with program(qtbot, folder, clock, SCREENS) as app:
        window = log_in(qtbot, app, name)
        press(key, CTRL)
        still(qtbot, app)
        yield app, window


def still(qtbot: QtBot, app: DeskApp) -> None:
    """Wait until nothing asked of the desk is open any more."""
    qtbot.waitUntil(lambda: not app.worker.is_busy, timeout=10_000)


def chooser() -> QFileDialog | None:
    """The dialogue for a file's place, if one is open."""
    found = (w for w in QApplication.topLevelWidgets() if isinstance(w, QFileDialog) and w.isVisible())
    return next(found, None)


def choose_file(qtbot: QtBot, path: Path) -> None:
    """Type a path into the dialogue that a key has opened, and Enter; the window has the keys again at the end."""
    qtbot.waitUntil(lambda: chooser() is not None)
    dialog = chooser()
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    line = dialog.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    line.setFocus()
    press(KEY.Key_A, CTRL)
    type_text(str(path))
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: chooser() is None and QApplication.focusWidget() is not None)


def fresh(folder: Path) -> Path:
    """An empty stick."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    return folder
