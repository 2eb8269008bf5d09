"""The reception on a real station with a site plan, in the real window, worked by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.demo import demo_file
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.places import import_plan
from shelterdesk.core.errors import WorldError
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screens.reception import ReceptionScreen
from shelterdesk.ui.worker import DeskWorker
from tests.stations import PASSPHRASE

KEY, CTRL, ALT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier


class AtWork:
    """An operator at the reception: ``type`` and ``press`` go to whatever has the focus, as keys do."""

    def __init__(self, qtbot: QtBot, worker: DeskWorker, window: MainWindow, screen: ReceptionScreen) -> None:
        self.qtbot, self.worker, self.window, self.screen = qtbot, worker, window, screen
        self.printed: list[bytes] = []
        screen.cards.put_out = self.printed.append

    @property
    def focused(self) -> QWidget:
        """What has the focus."""
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    @property
    def label(self) -> str:
        """The accessible name of what has the focus."""
        return self.focused.accessibleName()

    def type(self, text: str) -> None:
        """Type signs of any script."""
        for sign in text:
            for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
                QApplication.sendEvent(self.focused, QKeyEvent(kind, 0, NONE, sign))

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(self.focused, key, modifier)

    def enter(self, *texts: str) -> None:
        """Type into one field after the other, Enter after each."""
        for text in texts:
            self.type(text)
            self.press(KEY.Key_Return)

    def rest(self) -> None:
        """Wait until nothing asked of the desk is under way."""
        self.qtbot.waitUntil(lambda: not self.worker.is_busy)

    def save(self) -> None:
        """Ctrl+Enter, until everything it led to is done."""
        self.press(KEY.Key_Return, CTRL)
        self.rest()

    def text_in(self, name: str) -> str:
        """What stands in a field of the member shown."""
        return self.screen.family.member[name].text()

    def reason_in(self, name: str) -> str:
        """The word that stands in an empty field."""
        editor = self.screen.family.member[name].editor
        assert isinstance(editor, QLineEdit)
        return editor.placeholderText()

    def mistake_of(self, name: str) -> str:
        """The sentence under a field, nothing when none is shown."""
        mistake = self.screen.family.member[name].mistake
        return "" if mistake.isHidden() else mistake.text()


def plan_the_site(folder: Path, clock: SetClock) -> None:
    """Give the station its blocks, rooms and beds."""
    desk = open_desk(folder, "admin", PASSPHRASE, clock)
    import_plan(desk, demo_file("plan.csv").read_text("utf-8"))
    desk.close()


@contextmanager
def reception(folder: Path, clock: SetClock, qtbot: QtBot, user: str = "operator") -> Iterator[AtWork]:
    """The window with the reception open and who is logged in standing in its first field."""
    worker = DeskWorker(folder, clock)

    def refuse(error: WorldError) -> None:
        raise AssertionError(error)

    with qtbot.waitSignal(worker.opened):
        worker.open(user, PASSPHRASE, lambda _: None, refuse)
    screen = ReceptionScreen(worker)
    window = MainWindow([screen], station="Lajas Blancas")
    qtbot.addWidget(window)
    at_work = AtWork(qtbot, worker, window, screen)
    worker.changed.connect(window.apply_changes)
    window.resize(1366, 768)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is screen.family.first_editor())
    at_work.rest()
    try:
        yield at_work
    finally:
        window.close()
        worker.stop()
        qtbot.waitUntil(lambda: not worker.is_busy)
