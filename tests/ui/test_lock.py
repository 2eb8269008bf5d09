"""The lock: nothing stays visible, nothing is lost, and only a passphrase opens it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.station_facts import StationFacts, change_station
from shelterdesk.db.store import Reader
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.lock import IdleWatch, LockPage
from shelterdesk.ui.preferences import changed
from shelterdesk.ui.widgets import Found
from tests.stations import PASSPHRASE
from tests.ui.desk_windows import CTRL, KEY, hold, line_of, log_in, note_of, press, program, type_text


def lock(qtbot: QtBot, app: DeskApp) -> None:
    with qtbot.waitSignal(app.locked):
        press(KEY.Key_L, CTRL)
    assert app.lock is not None and app.lock.is_locked


def unlock(qtbot: QtBot, app: DeskApp, passphrase: str = PASSPHRASE) -> None:
    type_text(passphrase)
    with qtbot.waitSignal(app.unlocked, timeout=10_000):
        press(KEY.Key_Return)


def change_user(qtbot: QtBot, app: DeskApp) -> None:
    assert app.lock is not None
    press(KEY.Key_F4)  # a button answers its key a moment later
    qtbot.waitUntil(line_of(app.lock.page.form.name_field).hasFocus)


def test_locking_covers_everything_and_the_same_person_finds_it_again(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        note = note_of(window)
        type_text("Perez Toussaint")
        chooser = QDialog(window)
        chooser.open()
        qtbot.waitUntil(chooser.isVisible)
        app.lock_now()
        assert app.lock is not None and app.lock.is_locked
        assert not chooser.isVisible()
        assert window.windowTitle() == "ShelterDesk"
        seen = [w for w in window.findChildren(QLineEdit) + window.findChildren(QLabel) if w.isVisible()]
        texts = [w.text() for w in seen if isinstance(w, QLineEdit | QLabel)]
        assert not any(part in text for text in texts for part in ("Perez", "admin", "Lajas"))
        image = window.grab().toImage()
        QTest.keyClick(window, KEY.Key_2, CTRL)  # the keys of the screens are off
        press(KEY.Key_F1)
        assert window.grab().toImage() == image
        unlock(qtbot, app)
        assert app.window is window and note.surnames.text() == "Perez Toussaint"
        qtbot.waitUntil(line_of(note.surnames).hasFocus)
        assert "Lajas" in window.windowTitle()


def test_a_station_given_another_name_meanwhile_has_it_once_the_lock_is_open(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        lock(qtbot, app)
        app.worker.write(change_station, StationFacts("Canaán", "", 6, ""))
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        assert window.windowTitle() == "ShelterDesk"
        unlock(qtbot, app)
        assert app.window is window and window.windowTitle() == "ShelterDesk · Canaán"


def test_what_was_asked_before_the_lock_does_not_open_over_it(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    """An answer that comes late: the dialogue of a print, the lines found for a name that was typed."""
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        popup = window.scan.popup()
        lock(qtbot, app)
        popup.show_lines([Found("1", "Ana Toussaint")])
        assert not popup.isVisible()
        late = QDialog(window)
        answers: list[int] = []
        late.finished.connect(answers.append)
        late.open()
        qtbot.waitUntil(lambda: answers == [QDialog.DialogCode.Rejected])
        assert not late.isVisible() and app.lock is not None and app.lock.is_locked
        qtbot.waitUntil(app.lock.page.form.passphrase.hasFocus)
        unlock(qtbot, app)
        late.open()
        QApplication.processEvents()
        assert late.isVisible(), "an open desk opens what is asked"
        late.reject()


def test_only_the_whole_name_of_who_is_covered_takes_a_pin(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    """The first letters are enough where a name is typed; whose desk is covered has typed none."""
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app, "operator")
        desk = app.worker.desk
        assert desk is not None and app._door is not None
        shift = app.worker.shift
        qtbot.waitUntil(lambda: shift.is_member(desk.user.id))
        shift.set_pin(desk.user.id, "4071")
        assert shift.named("oper") == desk.user.id and shift.named("oper", is_whole=True) == ""
        assert shift.named("Operator", is_whole=True) == desk.user.id


def test_a_wrong_passphrase_leaves_it_covered(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        lock(qtbot, app)
        type_text("not this")
        press(KEY.Key_Return)
        assert app.lock is not None
        page = app.lock.page
        qtbot.waitUntil(lambda: bool(page.form.passphrase_field.mistake.text()))
        assert app.lock.is_locked and page.form.passphrase.hasFocus()
        unlock(qtbot, app)


def test_another_person_gets_screens_of_their_own(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        first = log_in(qtbot, app)
        where = first.geometry()
        type_text("half a name")
        lock(qtbot, app)
        change_user(qtbot, app)
        type_text("operator")
        press(KEY.Key_Return)
        with qtbot.waitSignal(app.opened, timeout=10_000):
            unlock(qtbot, app)
        second = app.window
        assert second is not None and second is not first
        assert note_of(second).surnames.text() == ""
        assert second.geometry() == where
        lock(qtbot, app)
        change_user(qtbot, app)
        type_text("admin")
        press(KEY.Key_Return)
        with qtbot.waitSignal(app.opened, timeout=10_000):
            unlock(qtbot, app)
        assert app.window is not None and note_of(app.window).surnames.text() == "half a name"


def test_escape_goes_back_from_another_name(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        window.user_clicked.emit()
        assert app.lock is not None and not app.lock.page.form.name_field.isHidden()
        press(KEY.Key_Escape)
        assert app.lock.page.form.name_field.isHidden() and app.lock.is_locked
        unlock(qtbot, app)


def test_nobody_at_the_desk_locks_it(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock, idle_seconds=0.05) as app:
        log_in(qtbot, app)
        qtbot.waitUntil(lambda: app.lock is not None and app.lock.is_locked, timeout=10_000)
        assert not app.idle.is_watching


def test_a_key_pressed_in_time_starts_the_wait_anew_and_a_late_one_is_swallowed(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        line, handle = line_of(note_of(window).surnames), window.windowHandle()
        watched = SetClock(datetime(2026, 11, 23, 13, 0, tzinfo=UTC))
        app.idle.stop()
        app.idle = IdleWatch(300, watched, app)
        app.idle.timed_out.connect(app.lock_now)
        app.idle.start(window)
        watched.forward(timedelta(seconds=299))
        QTest.keyClick(handle, KEY.Key_A)
        assert line.text() == "a"
        watched.forward(timedelta(seconds=299))
        app.idle.look()
        assert app.idle.is_watching
        locked = list[bool]()
        app.locked.connect(lambda: locked.append(True))
        watched.forward(timedelta(hours=3))  # the laptop slept
        QTest.keyClick(handle, KEY.Key_B)
        assert locked == [True] and line.text() == "a"
        assert app.lock is not None and app.lock.page.form.passphrase.text() == ""
        assert QApplication.focusWidget() is app.lock.page.form.passphrase


def test_a_clock_set_back_only_starts_the_wait_anew(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QWidget

    clock = _Moved()
    watch, heard = IdleWatch(300, clock), list[bool]()
    watch.timed_out.connect(lambda: heard.append(True))
    window = QWidget()
    qtbot.addWidget(window)
    watch.start(window)
    clock.at -= timedelta(days=2)
    watch.look()
    clock.at += timedelta(seconds=299)
    watch.look()
    assert not heard
    clock.at += timedelta(seconds=1)
    watch.look()
    assert heard
    watch.stop()


class _Moved:
    """A wall clock somebody sets by hand, back too."""

    at = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def test_a_language_chosen_before_the_lock_fell_waits_behind_it(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    """A long write keeps the new window waiting; made while the desk is locked it would stand there open."""
    with program(qtbot, station_folder, clock) as app:
        first = log_in(qtbot, app)
        gate = hold(app.worker)
        app.take_preferences(changed(app.preferences, language="es"))
        QApplication.processEvents()  # the new window is asked for in the next turn
        app.lock_now()
        with qtbot.waitSignal(app.worker.idle):
            gate.set()
        assert app.window is first and app.lock is not None and app.lock.is_locked
        with qtbot.waitSignal(app.opened, timeout=10_000):
            unlock(qtbot, app)
        second = app.window
        assert second is not None and second is not first
        assert not second.findChildren(LockPage)[0].isVisible()
        assert note_of(second).surnames.label.text() == "Apellidos"
        assert app.idle.is_watching


def test_a_language_chosen_is_spoken_also_after_a_lock_in_between(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    """Unlocking opens the file anew: the same person has another desk then, and still wants the language."""
    with program(qtbot, station_folder, clock) as app:
        first = log_in(qtbot, app)
        gate = threading.Event()

        def long_read(_: Reader) -> None:
            gate.wait(10)

        app.worker.read(long_read, done=lambda _: None)
        app.take_preferences(changed(app.preferences, language="es"))
        QApplication.processEvents()
        lock(qtbot, app)
        unlock(qtbot, app)
        assert app.window is first
        with qtbot.waitSignal(app.opened, timeout=10_000):
            gate.set()
        assert app.window is not None and note_of(app.window).surnames.label.text() == "Apellidos"
