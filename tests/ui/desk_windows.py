"""A real program on a real folder for journeys: started, logged in by keyboard, closed again at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Done
from shelterdesk.core.errors import PrintingStopped
from shelterdesk.core.moment import Clock
from shelterdesk.core.words import speak, tr
from shelterdesk.ui import printing
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.log_in import LogInPage
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.scans import Scan
from shelterdesk.ui.screen_making import ScreenMaker
from shelterdesk.ui.screens.settings import SettingsScreen
from shelterdesk.ui.theme import Mode, theme
from shelterdesk.ui.widgets import LabelledField, PrimaryButton
from shelterdesk.ui.worker import DeskWorker
from tests.stations import CHEAP, PASSPHRASE

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class NoteScreen(Screen):
    """A form of two fields, as any screen of the program has them; takes the scans of documents."""

    name, icon = "note", "edit"
    kinds: ClassVar[frozenset[str]] = frozenset({"person"})

    def __init__(self, worker: DeskWorker) -> None:
        super().__init__()
        self.worker = worker
        self.scans: list[Scan] = []
        self.opened: list[tuple[str, str]] = []
        self.surnames, self.given = LabelledField(tr("Surnames")), LabelledField(tr("Given names"))
        self.primary = PrimaryButton(tr("Save"))
        for part in (self.surnames, self.given, self.primary):
            self.page.addWidget(part)
        self.page.addStretch(1)

    def title(self) -> str:
        return tr("Note")

    def take_scan(self, scan: Scan) -> bool:
        self.scans.append(scan)
        return scan.kind.value == "document"

    def open_record(self, kind: str, ent: str) -> bool:
        self.opened.append((kind, ent))
        return kind == "person"


SCREENS: tuple[ScreenMaker, ...] = (NoteScreen, SettingsScreen)


def line_of(field: LabelledField) -> QLineEdit:
    """The line of a labelled field."""
    assert isinstance(field.editor, QLineEdit)
    return field.editor


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key for whoever has the focus."""
    focused = QApplication.focusWidget()
    window = QApplication.activeWindow()
    target: QWidget | None = focused if focused is not None else window
    assert target is not None, "nothing has the focus"
    QTest.keyClick(target, key, modifier)


def type_text(text: str) -> None:
    """Letters for whoever has the focus."""
    focused = QApplication.focusWidget()
    assert focused is not None, "nothing has the focus"
    QTest.keyClicks(focused, text)


def hold(worker: DeskWorker) -> threading.Event:
    """Keep the desk writing until the event is set: what is saved meanwhile waits in its turn."""
    gate = threading.Event()

    def long_write(_: Desk) -> Done[None]:
        gate.wait(10)
        return Done(None)

    worker.write(long_write)
    return gate


def stop_printing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop with a printer, on which somebody always stops after the first page."""

    def stopped(*_: object) -> int:
        raise PrintingStopped(1, 2)

    monkeypatch.setattr(printing, "printer_names", lambda: ["Desk printer"])
    monkeypatch.setattr(printing, "usual_printer", lambda name="": name or "Desk printer")
    monkeypatch.setattr(printing, "print_pdf", stopped)


@contextmanager
def program(
    qtbot: QtBot,
    folder: Path,
    clock: Clock,
    screens: Sequence[ScreenMaker] = SCREENS,
    idle_seconds: float = 0,
) -> Iterator[DeskApp]:
    """The program on a folder, started and at its first page."""
    theme().set_still(True)
    app = DeskApp(folder, clock, screens, idle_seconds=idle_seconds, cost=CHEAP)
    try:
        app.start()
        assert app.door is not None
        qtbot.waitUntil(app.door.isActiveWindow)
        yield app
    finally:
        app.close()
        qtbot.waitUntil(lambda: app._worker is None or not app.worker.is_busy)
        the_look_as_it_was()


def the_look_as_it_was() -> None:
    """English, light, 100 %, from the left."""
    speak("en")
    QApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    theme().set_mode(Mode.LIGHT)
    theme().set_text_percent(100)
    theme().set_still(False)


def log_in(qtbot: QtBot, app: DeskApp, name: str = "admin", passphrase: str = PASSPHRASE) -> MainWindow:
    """Log in by keyboard and wait for the window."""
    assert app.door is not None and isinstance(app.door.page, LogInPage)
    type_text(name)
    press(KEY.Key_Return)
    type_text(passphrase)
    with qtbot.waitSignal(app.opened, timeout=10_000):
        press(KEY.Key_Return)
    assert app.window is not None
    qtbot.waitUntil(app.window.isActiveWindow)
    return app.window


def note_of(window: MainWindow) -> NoteScreen:
    """The form of the window."""
    screen = window.screen_named("note")
    assert isinstance(screen, NoteScreen)
    return screen


def settings_of(window: MainWindow) -> SettingsScreen:
    """The settings of the window."""
    screen = window.screen_named("settings")
    assert isinstance(screen, SettingsScreen)
    return screen


def settings(qtbot: QtBot, app: DeskApp, part: str, user: str = "admin") -> SettingsScreen:
    """Log in and walk to a part of the settings, which are the second screen."""
    window = log_in(qtbot, app, user)
    press(KEY.Key_2, CTRL)
    qtbot.waitUntil(lambda: window.current() is not None and window.current() is settings_of(window))
    screen = settings_of(window)
    for _ in screen.sections:
        if screen.current().name == part:
            break
        press(KEY.Key_Down)
    assert screen.current().name == part
    qtbot.waitUntil(lambda: not app.worker.is_busy)
    return screen
