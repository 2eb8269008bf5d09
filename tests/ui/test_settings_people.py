"""Settings on people who log in: changed, given a new passphrase, let in again, keys handed on; by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import OwnPassphraseFirst, open_desk
from shelterdesk.actions.holders import Holding
from shelterdesk.actions.log_in_rules import LogInRules, log_in_rules
from shelterdesk.actions.user_changes import first_log_in, reset_passphrase
from shelterdesk.actions.users import UserLine, add_user, disable_user
from shelterdesk.core.vocabulary import Role
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.screens.settings import SettingsScreen
from shelterdesk.ui.screens.settings_holders import HoldersSection
from shelterdesk.ui.screens.settings_log_in import LogInSection
from shelterdesk.ui.screens.settings_passphrase import OwnPassphraseSection
from shelterdesk.ui.screens.settings_users import UsersSection
from shelterdesk.ui.screens.settings_users_form import Mode
from tests.stations import CHEAP, PASSPHRASE, Template
from tests.ui.desk_windows import CTRL, KEY, press, program, settings, type_text

GIVEN, OWN = "words on a slip", "words of my own"
ALT = CTRL.AltModifier


def users(qtbot: QtBot, app: DeskApp) -> UsersSection:
    section = settings(qtbot, app, "users").current()
    assert isinstance(section, UsersSection)
    section.cost = CHEAP
    return section


def row(section: UsersSection, name: str) -> UserLine:
    return next(line for line in rows(section) if line.name == name)


def rows(section: UsersSection) -> list[UserLine]:
    return [section.model.row_at(at) for at in range(section.model.total)]


def choose(section: UsersSection, name: str) -> None:
    assert section.table.select_key(row(section, name).id)
    section.table.setFocus()


def mode(section: UsersSection) -> Mode:
    return section.form.mode


def undo(qtbot: QtBot, app: DeskApp) -> None:
    assert app.window is not None
    app.window.undo()
    qtbot.waitUntil(lambda: not app.worker.is_busy)


def test_roles_and_organisation_are_changed_and_taken_back(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = users(qtbot, app)
        form = section.form
        assert not section.change.isEnabled() and not section.disable.isEnabled()
        choose(section, "operator")
        press(KEY.Key_E, CTRL)
        assert (
            form.mode is Mode.CHANGE and form.user.text() == "operator" and not form.user.editor.isEnabled()
        )
        assert not form.passphrase.isVisible() and not form.recovery.isVisible()
        assert form.chosen_roles() == frozenset({Role.OPERATOR})
        qtbot.waitUntil(form.organisation.editor.hasFocus)
        type_text("Cruz Roja")
        form.ticks[Role.SUPERVISOR].setFocus()
        press(KEY.Key_Space)
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: row(section, "operator").organisation == "Cruz Roja")
        assert row(section, "operator").roles == ("operator", "supervisor")
        assert mode(section) is Mode.ADD and form.user.editor.isEnabled()
        undo(qtbot, app)
        qtbot.waitUntil(lambda: row(section, "operator").roles == ("operator",))
        assert row(section, "operator").organisation == ""


def test_a_form_begun_is_left_again(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = users(qtbot, app)
        choose(section, "operator")
        press(KEY.Key_E, CTRL)
        press(KEY.Key_X, ALT)
        assert section.form.mode is Mode.ADD and not section.form.leave_row.isVisible()
        assert section.form.chosen_roles() == frozenset() and section.form.user.text() == ""


def test_a_role_of_a_class_asks_for_the_sheet(
    qtbot: QtBot, station_folder: Path, station_template: Template, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = users(qtbot, app)
        form = section.form
        choose(section, "operator")
        press(KEY.Key_E, CTRL)
        form.ticks[Role.HEALTH].setChecked(True)
        assert form.recovery.isVisible()
        press(KEY.Key_Return, CTRL)
        assert app.window is not None
        toast = app.window.toast
        qtbot.waitUntil(lambda: "Nobody here can hand over" in toast.text())
        assert mode(section) is Mode.CHANGE and form.primary.isEnabled()
        form.recovery_line.setText(station_template.recovery_code)
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: row(section, "operator").holds == ("health",))
        choose(section, "operator")
        press(KEY.Key_E, CTRL)
        form.ticks[Role.HEALTH].setChecked(False)
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(section.notice.isVisible)
        assert "operator may not work with health entries" in section.notice.text()
        assert not section.renew_row.isVisible() and "Ask somebody" in section.notice.text()
        undo(qtbot, app)
        qtbot.waitUntil(lambda: not section.notice.isVisible())


def test_a_new_passphrase_is_given_and_taken_back(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = users(qtbot, app)
        form = section.form
        choose(section, "admin")
        assert section.change.isEnabled() and not section.reset.isEnabled()  # one's own is changed elsewhere
        choose(section, "operator")
        press(KEY.Key_P, CTRL)
        assert mode(section) is Mode.RESET and "in private" in form.told.text()
        qtbot.waitUntil(form.first.hasFocus)
        type_text("short")
        press(KEY.Key_Return, CTRL)
        assert "at least 8" in form.passphrase.mistake.text()
        form.first.clear()
        type_text(GIVEN)
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: row(section, "operator").is_reset, timeout=10_000)
        assert section.model.total == 5 and form.first.text() == ""
        with pytest.raises(OwnPassphraseFirst):
            open_desk(station_folder, "operator", GIVEN, clock)
        undo(qtbot, app)
        qtbot.waitUntil(lambda: not row(section, "operator").is_reset)
    open_desk(station_folder, "operator", PASSPHRASE, clock).close()


def test_the_right_is_taken_away_and_given_back_with_one_key(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = users(qtbot, app)
        for _ in range(2):
            choose(section, "operator")
            press(KEY.Key_Delete, CTRL)
            qtbot.waitUntil(lambda: not row(section, "operator").is_active)
            choose(section, "operator")
            assert section.disable.words == "Let in again" and not section.change.isEnabled()
            press(KEY.Key_Delete, CTRL)
            qtbot.waitUntil(lambda: row(section, "operator").is_active)
        undo(qtbot, app)
        qtbot.waitUntil(lambda: not row(section, "operator").is_active)
        undo(qtbot, app)
        qtbot.waitUntil(lambda: row(section, "operator").is_active)


def with_nurses(folder: Path, code: str, clock: SetClock) -> None:
    """Two who hold the key to health; one of them is also admin."""
    desk = open_desk(folder, "admin", PASSPHRASE, clock)
    roles = (frozenset({Role.HEALTH, Role.ADMIN}), frozenset({Role.HEALTH}))
    for name, chosen in zip(("nurse", "doctor"), roles, strict=True):
        add_user(desk, name, chosen, PASSPHRASE, recovery_code=code, cost=CHEAP)
    desk.close()


def test_a_holder_who_goes_proposes_a_new_key(
    qtbot: QtBot, station_folder: Path, station_template: Template, clock: SetClock
) -> None:
    with_nurses(station_folder, station_template.recovery_code, clock)
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "users", "nurse").current()
        assert isinstance(section, UsersSection) and section.notice.isHidden()
        choose(section, "doctor")
        press(KEY.Key_Delete, CTRL)
        qtbot.waitUntil(section.renew_row.isVisible)
        assert "doctor may not work with health entries" in section.notice.text()
        press(KEY.Key_N, ALT)
        qtbot.waitUntil(lambda: not section.notice.isVisible())
        desk = app.worker.desk
        assert desk is not None
        assert app.window is not None and "closed to them" in app.window.toast.text()


def holders(screen: SettingsScreen) -> HoldersSection:
    section = screen.current()
    assert isinstance(section, HoldersSection)
    return section


def test_a_holder_lets_in_who_waits(
    qtbot: QtBot, station_folder: Path, station_template: Template, clock: SetClock
) -> None:
    with_nurses(station_folder, station_template.recovery_code, clock)
    admin = open_desk(station_folder, "admin", PASSPHRASE, clock)
    reset_passphrase(admin, "doctor", GIVEN, CHEAP)
    admin.close()
    with program(qtbot, station_folder, clock) as app:
        section = holders(settings(qtbot, app, "keys", "nurse"))
        lines = {section.model.row_at(at).name: section.model.row_at(at) for at in range(section.model.total)}
        assert {name: line.holding for name, line in lines.items()} == {
            "nurse": Holding.HOLDS,
            "doctor": Holding.WAITS,
        }
        assert section.table.select_key(lines["doctor"].key)
        assert not section.let_in.isEnabled() and "somebody else chose" in section.told.text()
    first_log_in(station_folder, "doctor", GIVEN, OWN, clock, CHEAP).close()
    with program(qtbot, station_folder, clock) as app:
        section = holders(settings(qtbot, app, "keys", "nurse"))
        doctor = next(
            section.model.row_at(at)
            for at in range(section.model.total)
            if section.model.row_at(at).name == "doctor"
        )
        assert section.table.select_key(doctor.key)
        assert section.let_in.isEnabled() and not section.code.isVisible()
        press(KEY.Key_Return, CTRL) if section.table.hasFocus() else section.let_in.click()
        qtbot.waitUntil(
            lambda: all(
                section.model.row_at(at).holding is Holding.HOLDS for at in range(section.model.total)
            )
        )


def test_an_admin_lets_in_with_the_sheet_only(
    qtbot: QtBot, station_folder: Path, station_template: Template, clock: SetClock
) -> None:
    with_nurses(station_folder, station_template.recovery_code, clock)
    admin = open_desk(station_folder, "admin", PASSPHRASE, clock)
    reset_passphrase(admin, "doctor", GIVEN, CHEAP)
    admin.close()
    first_log_in(station_folder, "doctor", GIVEN, OWN, clock, CHEAP).close()
    admin = open_desk(station_folder, "admin", PASSPHRASE, clock)
    disable_user(admin, "nurse")
    admin.close()
    with program(qtbot, station_folder, clock) as app:
        section = holders(settings(qtbot, app, "keys"))
        found = {section.model.row_at(at).name: section.model.row_at(at) for at in range(section.model.total)}
        assert section.table.select_key(found["nurse"].key)
        assert "Make a new key" in section.told.text() and not section.renew.isEnabled()
        assert section.table.select_key(found["doctor"].key)
        assert section.code.isVisible()
        section.let_in.click()
        assert app.window is not None
        toast = app.window.toast
        qtbot.waitUntil(lambda: "Nobody here can hand over" in toast.text())
        section.code_line.setText("7K3MQ")
        section.let_in.click()
        qtbot.waitUntil(lambda: bool(section.code.mistake.text()))
        section.code_line.setText(station_template.recovery_code)
        section.let_in.click()
        qtbot.waitUntil(lambda: "doctor can open health entries" in toast.text())


def test_the_rules_of_logging_in_are_changed_and_taken_back(
    qtbot: QtBot, station_folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "log_in").current()
        assert isinstance(section, LogInSection) and section.typed() == LogInRules(8, 8)
        assert not section.save.isEnabled()
        section.length.setFocus()
        press(KEY.Key_Down)
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: app.worker.desk is not None and not app.worker.is_busy)
        qtbot.waitUntil(lambda: not section.save.isEnabled())
        assert app.window is not None and "Saved" in app.window.toast.text()
        undo(qtbot, app)
        qtbot.waitUntil(lambda: section.typed() == LogInRules(8, 8))
        section.count.set_text("none")
        section.cards.click()
        assert section.count.mistake.text()
        section.count.set_text("3")
        section.cards.click()
        assert section.file.field.mistake.text()
        section.file.set_path(str(tmp_path / "staff"))
        section.cards.click()
        qtbot.waitUntil((tmp_path / "staff.pdf").exists)
        qtbot.waitUntil(lambda: section.first.text() == "4")  # the next ones have other numbers
    desk = open_desk(station_folder, "admin", PASSPHRASE, clock)
    assert log_in_rules(desk) == LogInRules(8, 8)
    desk.close()


def test_a_pin_is_set_and_the_shift_ended_in_the_settings(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "passphrase", "operator").current()
        assert isinstance(section, OwnPassphraseSection)
        shift = app.worker.shift
        assert app.worker.desk is not None
        me = app.worker.desk.user.id
        qtbot.waitUntil(lambda: "You have no PIN yet" in section.state.text())
        section.pin.setFocus()
        type_text("1111")
        press(KEY.Key_P, ALT)
        assert section.pin_field.mistake.text() and not shift.has_pin(me)
        section.pin.clear()
        type_text("4711")
        press(KEY.Key_P, ALT)
        assert shift.has_pin(me) and section.pin.text() == "" and "You have a PIN" in section.state.text()
        press(KEY.Key_E, ALT)
        assert not shift.is_member(me) and not section.use_pin.isEnabled()
        assert "is over" in section.state.text()
