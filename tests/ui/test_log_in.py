"""The log-in page by keyboard: wrong tries wait, nothing is told of the station, Enter opens."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.core.errors import WrongPassphrase
from shelterdesk.ui import worker
from shelterdesk.ui.forgotten import ForgottenPage
from shelterdesk.ui.log_in import LogInPage
from shelterdesk.ui.log_in_form import LogInForm
from shelterdesk.ui.preferences import read_preferences
from shelterdesk.ui.theme import theme
from tests.stations import PASSPHRASE, Template
from tests.ui.desk_windows import KEY, SHIFT, log_in, press, program, type_text


def page_of(app: object) -> LogInPage:
    page = getattr(getattr(app, "door", None), "page", None)
    assert isinstance(page, LogInPage)
    return page


def test_name_and_passphrase_open_the_desk(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        assert "Lajas Blancas" in window.windowTitle()
        assert app.door is not None and not app.door.isVisible()
        assert page_of(app).form.passphrase.echoMode().name == "Password"


def test_the_page_tells_nothing_of_the_station(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        assert app.door is not None
        said = [label.text() for label in app.door.findChildren(QLabel)] + [app.door.windowTitle()]
        assert not any("Lajas" in text or "LB" in text for text in said)
        assert not app.door.stripe.isVisible()


def test_what_is_missing_is_said_under_its_field(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        form = page_of(app).form
        press(KEY.Key_Return)
        press(KEY.Key_Return)
        assert form.name_field.mistake.text() and form.passphrase_field.mistake.text()
        assert form.name_field.editor.hasFocus()
        type_text("admin")
        press(KEY.Key_Return)
        assert form.passphrase.hasFocus()
        press(KEY.Key_Return, SHIFT)
        assert form.name_field.editor.hasFocus()


def test_wrong_tries_count_down_and_the_right_one_opens(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    from datetime import timedelta

    with program(qtbot, station_folder, clock) as app:
        form = page_of(app).form
        type_text("admin")
        press(KEY.Key_Return)
        for n in range(1, 4):
            type_text(f"wrong {n}")
            press(KEY.Key_Return)
            qtbot.waitUntil(
                lambda: bool(form.passphrase_field.mistake.text()) and form.passphrase.isEnabled()
            )
            if n < 3:
                assert form.primary.isEnabled()
        assert not form.primary.isEnabled() and "try again in" in form.note.text()
        press(KEY.Key_Return)
        assert app.window is None  # Enter waits too
        clock.forward(timedelta(seconds=5))
        qtbot.waitUntil(form.primary.isEnabled, timeout=10_000)
        assert form.note.text() == "Now you can try again."
        form.passphrase.clear()
        type_text(PASSPHRASE)
        with qtbot.waitSignal(app.opened, timeout=10_000):
            press(KEY.Key_Return)


@pytest.mark.parametrize(("seconds", "said"), [(1, "in 1 second."), (30, "in 30 seconds.")])
def test_the_countdown_has_its_plurals(qtbot: QtBot, seconds: int, said: str) -> None:
    form = LogInForm("Log in", "Log in")
    qtbot.addWidget(form)
    form.refuse(WrongPassphrase(seconds))
    assert said in form.note.text()
    form.clear()
    assert form.primary.isEnabled() and not form.note.text()


def test_after_a_fault_of_ours_one_can_try_again(
    qtbot: QtBot, station_folder: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Desk:
        raise KeyError("Ana")

    with program(qtbot, station_folder, clock) as app:
        monkeypatch.setattr(worker, "open_desk", broken)
        form = page_of(app).form
        type_text("admin")
        press(KEY.Key_Return)
        type_text(PASSPHRASE)
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: "on our side" in form.passphrase_field.mistake.text())
        assert form.primary.isEnabled() and not form.note.text()
        monkeypatch.undo()
        with qtbot.waitSignal(app.opened, timeout=10_000):
            press(KEY.Key_Return)


def test_locked_capitals_are_noticed(qtbot: QtBot) -> None:
    form = LogInForm("Log in", "Log in")
    qtbot.addWidget(form)
    none, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
    QTest.keyClicks(form.passphrase, "a", none)
    assert form.caps.isHidden()
    QTest.keyClicks(form.passphrase, "A", none)  # a capital without Shift
    assert not form.caps.isHidden()
    QTest.keyClicks(form.passphrase, "A", shift)
    assert form.caps.isHidden()
    QTest.keyClicks(form.passphrase, "a", shift)  # Shift takes the lock back
    assert not form.caps.isHidden()
    QTest.keyClicks(form.passphrase, "7", none)
    assert not form.caps.isHidden()  # a digit tells nothing


def test_colours_are_chosen_before_the_log_in(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        page = page_of(app)
        page.theme.setFocus()
        press(KEY.Key_Down)
        press(KEY.Key_Down)
        qtbot.waitUntil(lambda: read_preferences(station_folder).theme == "dark")
        assert theme().is_dark


def test_another_language_builds_the_page_anew_and_keeps_the_name(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        page = page_of(app)
        type_text("admin")
        page.language_chosen.emit("ar_XB")
        again = page_of(app)
        assert again is not page and again.form.name_field.text() == "admin"
        assert again.layoutDirection() is Qt.LayoutDirection.RightToLeft
        assert again.form.title.text() != "Log in"
        assert read_preferences(station_folder).language == "ar_XB"


def test_with_the_recovery_sheet_by_keyboard(
    qtbot: QtBot, station_folder: Path, station_template: Template, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        assert app.door is not None and isinstance(app.door.page, LogInPage)
        app.door.page.no_passphrase.click()
        page = app.door.page
        assert isinstance(page, ForgottenPage)
        for text in ("wrong code", "admin", "another river another boat", "another river another boat"):
            type_text(text)
            press(KEY.Key_Return)
        qtbot.waitUntil(lambda: bool(page.code.mistake.text()))
        assert "recovery code" in page.code.mistake.text() and page.user.text() == "admin", (
            "what was typed stays"
        )
        page.code.set_text(station_template.recovery_code)
        with qtbot.waitSignal(app.opened, timeout=10_000):
            page.finish()
        assert app.window is not None and app.worker.desk is not None
        assert app.worker.desk.user.name == "admin"
    with program(qtbot, station_folder, clock) as app:
        assert log_in(qtbot, app, "admin", "another river another boat").isVisible()


def test_esc_leads_back_to_the_log_in(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        assert app.door is not None and isinstance(app.door.page, LogInPage)
        app.door.page.no_passphrase.click()
        press(KEY.Key_Escape)
        assert isinstance(app.door.page, LogInPage)
