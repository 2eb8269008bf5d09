"""Hands on the keyboard: keys go to whatever has the focus in the real window, and waiting has an end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from shelterdesk.actions import faults
from shelterdesk.actions.clock import SetClock
from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.rail_entries import ALL_SCREENS

NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
_PATIENCE_SECONDS = 30.0


class DayStopped(WorldError):
    """The played day could not go on; it says at which step."""

    def __init__(self, step: str) -> None:
        super().__init__(
            tr("The day stopped at: {step}.", step=step),
            tr("Run it again into an empty folder; see its day.log."),
        )


class Hands:
    """An operator at the keyboard of one window."""

    def __init__(self, app: DeskApp) -> None:
        self.app = app

    @property
    def window(self) -> MainWindow:
        """The open window."""
        if self.app.window is None:
            raise DayStopped(tr("no window is open"))
        return self.app.window

    @property
    def focused(self) -> QWidget:
        """Where typing goes."""
        root = self.app.window if self.app.window is not None else self.app.door
        widget = QApplication.focusWidget()
        if root is not None and (widget is None or widget.window() is not root):
            root.activateWindow()
            QApplication.processEvents()
            widget = root.focusWidget()
        if widget is None:
            raise DayStopped(tr("nothing has the focus"))
        return widget

    def type(self, text: str) -> None:
        """Type signs of any script where the focus is."""
        for sign in text:
            if sign.isascii():
                QTest.keyClicks(self.focused, sign)
                continue
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(self.focused, QKeyEvent(kind, 0, NONE, sign))

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        """Press a key where the focus is, shortcuts of the window included."""
        self.come_forward()
        QTest.keyClick(self.focused, key, modifier)

    def come_forward(self) -> None:
        """Wait until the window is the active one: until then a letter arrives in it, but no shortcut is heard."""
        self.until(self._is_in_front, tr("the window comes forward"))

    def _is_in_front(self) -> bool:
        root = self.app.window if self.app.window is not None else self.app.door
        if root is not None and not root.isActiveWindow():
            root.activateWindow()
            QApplication.processEvents()
        return root is None or root.isActiveWindow()

    def enter(self, text: str = "") -> None:
        """Type and press Enter."""
        self.type(text)
        self.press(Qt.Key.Key_Return)

    def until(self, condition: Callable[[], bool], step: str) -> None:
        """Let the window work until something is so; raises :class:`DayStopped` when it does not come."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            if time.monotonic() > end:
                raise DayStopped(step)

    def rest(self, step: str = "") -> None:
        """Wait until nothing asked of the desk is under way and the window has drawn itself."""
        self.until(lambda: not self.app.worker.is_busy, step or tr("waiting for the desk"))
        QApplication.processEvents()
        self.until(lambda: not self.app.worker.is_busy, step or tr("waiting for the desk"))

    def log_in(self, name: str, passphrase: str) -> None:
        """Type a name and passphrase at the door and wait for the window."""
        self.until(
            lambda: self.app.door is not None and self.app.door.focusWidget() is not None, tr("the door")
        )
        self.enter(name)
        self.enter(passphrase)
        self.until(lambda: self.app.window is not None, tr("logging in"))
        self.rest()

    def open_screen(self, name: str) -> None:
        """Go to a screen of the rail."""
        self.window.activateWindow()
        self.window.open_screen(name)
        self.rest(name)

    def picture(self, folder: Path, name: str) -> Path:
        """A picture of the window as it stands."""
        self.rest(name)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        shown: QWidget | None = self.app.window if self.app.window is not None else self.app.door
        if shown is None or not shown.grab().save(str(path), "PNG"):
            raise DayStopped(name)
        return path


@contextmanager
def at_the_desk(folder: Path, clock: SetClock, user: str, passphrase: str) -> Iterator[Hands]:
    """The real window on a folder, logged in by typing; closed again whatever happens."""
    app = DeskApp(folder, clock, ALL_SCREENS, idle_seconds=0)
    app.start()
    log = faults.start_log(folder)
    hands = Hands(app)
    try:
        hands.log_in(user, passphrase)
        yield hands
    finally:
        app.close()
        faults.stop_log(log)
