"""A laptop that slept is locked before anybody sees what was open."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtDBus import QDBusConnection, QDBusServer
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.ui.lock import IdleWatch
from shelterdesk.ui.sleep import SleepWatch
from tests.ui.desk_windows import KEY, line_of, log_in, note_of, program


class Asleep:
    """How long the laptop has slept, moved by hand."""

    seconds = 40.0

    def __call__(self) -> float:
        return self.seconds


def test_a_jump_of_the_clocks_is_noticed_once(qtbot: QtBot) -> None:
    asleep, heard = Asleep(), list[bool]()
    watch = SleepWatch(asleep)
    watch.slept.connect(lambda: heard.append(True))
    watch.look()
    asleep.seconds += 0.2  # two clocks are never read at one moment
    watch.look()
    assert not heard
    asleep.seconds += 3
    watch.look()
    watch.look()
    assert heard == [True]


def test_the_system_says_so_before(qtbot: QtBot) -> None:
    """The bus of a test is a peer of its own: what it is asked to call is there, and called in its right shape."""
    server = QDBusServer()
    bus = QDBusConnection.connectToPeer(server.address(), "test-sleep")
    heard = list[bool]()
    watch = SleepWatch(Asleep(), bus)
    assert watch.hears_system is bus.isConnected() is server.isConnected() is True
    watch.slept.connect(lambda: heard.append(True))
    watch.on_system(False)
    assert not heard
    watch.on_system(True)
    assert heard == [True]
    QDBusConnection.disconnectFromPeer("test-sleep")


def test_a_short_sleep_locks_and_the_first_key_is_swallowed(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        asleep = Asleep()
        app.idle.stop()
        app.idle = IdleWatch(
            300, SetClock(datetime(2026, 11, 23, 13, 0, tzinfo=UTC)), app, SleepWatch(asleep)
        )
        app.idle.timed_out.connect(app.lock_now)
        app.idle.start(window)
        line, handle = line_of(note_of(window).surnames), window.windowHandle()
        QTest.keyClick(handle, KEY.Key_A)
        asleep.seconds += 2
        QTest.keyClick(handle, KEY.Key_B)
        assert line.text() == "a"
        assert app.lock is not None and app.lock.is_locked
        assert app.lock.page.form.passphrase.text() == ""
        app.idle.sleep.on_system(True)  # said again while it is locked: nothing more happens
        assert app.lock.is_locked and window.testAttribute(Qt.WidgetAttribute.WA_WState_Created)


def test_a_desk_that_never_locks_does_not_for_sleep(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    """A played day: its clock is its own."""
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        app.idle.sleep.on_system(True)
        assert app.lock is not None and not app.lock.is_locked
