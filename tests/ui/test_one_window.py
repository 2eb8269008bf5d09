"""A station has one window: no part of a screen in the making opens as a window of its own and takes the keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock, seconds_passed
from shelterdesk.actions.shift import Shift
from shelterdesk.day.hands import DayStopped, Hands
from shelterdesk.day.reception import count_a_boat, screen_of
from shelterdesk.ui.lock import LockPage
from shelterdesk.ui.rail_entries import ALL_SCREENS
from tests.ui.desk_windows import NoteScreen, log_in, program


class _Shown(QObject):
    """Hears of every window that opens."""

    def __init__(self) -> None:
        super().__init__()
        self.strays: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_window = isinstance(watched, QWidget) and watched.isWindow()
        if event.type() is QEvent.Type.Show and is_window and not isinstance(watched, QMainWindow):
            self.strays.append(type(watched).__name__)
        return False


@pytest.fixture
def shown(qapp: QApplication) -> _Shown:
    """The windows that open while a test runs."""
    heard = _Shown()
    qapp.installEventFilter(heard)
    return heard


def test_no_screen_opens_a_window_while_it_is_made(
    qtbot: QtBot, station_folder: Path, clock: SetClock, shown: _Shown
) -> None:
    with program(qtbot, station_folder, clock, ALL_SCREENS) as app:
        window = log_in(qtbot, app)
        window.screens()
        qtbot.waitUntil(lambda: not app.worker.is_busy)
    assert not shown.strays


def test_nor_does_the_lock_of_a_practice_station(qtbot: QtBot, shown: _Shown) -> None:
    qtbot.addWidget(LockPage(practice=True, shift=Shift(seconds_passed)))
    assert not shown.strays


def test_a_shortcut_is_pressed_once_the_window_is_in_front(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    """Another window took the keys: F4 is heard all the same."""
    with program(qtbot, station_folder, clock, ALL_SCREENS) as app:
        window = log_in(qtbot, app)
        hands = Hands(app)
        hands.open_screen("reception")
        other = QWidget()
        qtbot.addWidget(other)
        other.show()
        other.activateWindow()
        qtbot.waitUntil(lambda: not window.isActiveWindow())
        count_a_boat(hands, 14, "Boat 7")
        assert len(screen_of(hands).tokens.all_tokens()) == 1


def test_a_window_that_does_not_come_forward_is_said(
    qtbot: QtBot, station_folder: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shelterdesk.day.hands._PATIENCE_SECONDS", 0.05)
    with program(qtbot, station_folder, clock, (NoteScreen,)) as app:
        window = log_in(qtbot, app)
        monkeypatch.setattr(type(window), "isActiveWindow", lambda _: False)
        with pytest.raises(DayStopped, match="comes forward"):
            Hands(app).come_forward()
        monkeypatch.undo()
