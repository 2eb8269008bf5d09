"""The recovery sheet in the settings: a new one in place of an old, and what it does not open."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.drafts import is_sheet_waiting
from shelterdesk.actions.users import add_user
from shelterdesk.core.vocabulary import Role
from shelterdesk.keys import keyfile, recovery
from shelterdesk.ui.screens.settings_recovery import RecoverySection
from tests.stations import CHEAP, PASSPHRASE, Template
from tests.ui.desk_windows import CTRL, KEY, press, program, settings, type_text
from tests.ui.full_house import with_desk


@pytest.mark.parametrize("has_old", [True, False])
def test_a_new_recovery_sheet_opens_once_it_is_on_paper_and_the_old_one_no_longer(
    qtbot: QtBot, station_folder: Path, clock: SetClock, station_template: Template, has_old: bool
) -> None:
    old = station_template.recovery_code
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "recovery").current()
        assert isinstance(section, RecoverySection) and app.window is not None
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: section.sheet is not None)
        card = section.sheet
        assert card is not None and keyfile.unlock_with_recovery(station_folder, old), (
            "not before it is on paper"
        )
        card.group.setFocus()
        qtbot.waitUntil(card.group.editor.hasFocus)
        type_text(card._groups[card.asked_group])
        if has_old:
            press(KEY.Key_Tab)
            qtbot.waitUntil(card.old.editor.hasFocus)
            type_text(recovery.new_recovery().code)
            press(KEY.Key_Return, CTRL)
            qtbot.waitUntil(lambda: "does not open this station" in card.old.mistake.text())
            card.old.set_text(old)
        press(KEY.Key_Return, CTRL)
        window = app.window
        qtbot.waitUntil(lambda: "The new sheet opens this laptop" in window.toast.text())
        lost = "It does not open health entries, protection entries: keep the old sheet"
        assert (lost in window.toast.text()) is not has_old
        assert keyfile.unlock_with_recovery(station_folder, card._code)
        with pytest.raises(keyfile.WrongRecoveryCode):
            keyfile.unlock_with_recovery(station_folder, old)
        assert section.sheet is None and section.primary is section.make


def test_a_new_sheet_can_be_left_and_the_old_one_goes_on(
    qtbot: QtBot, station_folder: Path, clock: SetClock, station_template: Template
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "recovery").current()
        assert isinstance(section, RecoverySection)
        pressed: list[QWidget] = []

        def at_once(_: QWidget | None, now: QWidget | None) -> None:
            if section.sheet is not None and now is section.sheet.save:
                pressed.append(now)
                press(KEY.Key_X, Qt.KeyboardModifier.AltModifier)

        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(at_once)
        section.make.click()
        qtbot.waitUntil(
            lambda: bool(pressed) and section.sheet is None and not is_sheet_waiting(station_folder)
        )
        application.focusChanged.disconnect(at_once)
        assert keyfile.unlock_with_recovery(station_folder, station_template.recovery_code)
    with program(qtbot, station_folder, clock) as app:
        assert "recovery" not in settings(qtbot, app, "station", "supervisor").sections


def test_only_the_classes_a_new_sheet_does_not_open_are_named(
    qtbot: QtBot, station_folder: Path, clock: SetClock, station_template: Template
) -> None:
    """Who makes it holds one class, whose keys pass to it."""

    def add_holder(desk: Desk) -> None:
        roles = frozenset({Role.ADMIN, Role.PROTECTION})
        code = station_template.recovery_code
        add_user(desk, "guard", roles, PASSPHRASE, recovery_code=code, cost=CHEAP)

    with_desk(station_folder, clock, add_holder)
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "recovery", "guard").current()
        assert isinstance(section, RecoverySection) and app.window is not None
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: section.sheet is not None)
        card, window = section.sheet, app.window
        assert card is not None
        card.group.setFocus()
        qtbot.waitUntil(card.group.editor.hasFocus)
        type_text(card._groups[card.asked_group])
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "The new sheet opens this laptop" in window.toast.text())
        said = window.toast.text()
        assert "It does not open health entries: keep the old sheet" in said and "protection" not in said
