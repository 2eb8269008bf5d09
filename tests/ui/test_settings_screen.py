"""The settings by keyboard: parts by role, preferences at once, users, plan with its preview, backup, accesses."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from shelterdesk.actions.access import note_search
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.recovering import recover
from shelterdesk.actions.station_facts import StationFacts, station_facts
from shelterdesk.actions.undo import Undone
from shelterdesk.actions.users import UserLine, enable_user
from shelterdesk.core.changes import Done
from shelterdesk.core.errors import DiskFull, Refused
from shelterdesk.core.vocabulary import Role
from shelterdesk.ui.preferences import (
    FILE,
    SET_ASIDE,
    Preferences,
    changed,
    read_preferences,
    write_preferences,
)
from shelterdesk.ui.screens import settings_station, settings_users
from shelterdesk.ui.screens.exchange_admit import AdmitSection
from shelterdesk.ui.screens.exchange_enrol import EnrolSection
from shelterdesk.ui.screens.settings_access import AccessSection
from shelterdesk.ui.screens.settings_backup import BackupSection
from shelterdesk.ui.screens.settings_desk import DeskSection
from shelterdesk.ui.screens.settings_passphrase import OwnPassphraseSection
from shelterdesk.ui.screens.settings_plan import PlanSection
from shelterdesk.ui.screens.settings_station import StationSection
from shelterdesk.ui.screens.settings_users import UsersSection
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import Tile
from tests.stations import CHEAP, PASSPHRASE, Template
from tests.ui.desk_windows import (
    CTRL,
    KEY,
    hold,
    log_in,
    note_of,
    press,
    program,
    settings,
    settings_of,
    type_text,
)

PLAN = "code,parent,kind,quarter,capacity,area_m2,accessible\nA,,block,FAMILY,,200,\nA1,A,room,,,40,\nA1-1,A1,bed,,2,,yes\n"


def test_arrows_choose_a_part_and_escape_comes_back(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        screen = settings(qtbot, app, "desk")
        section = screen.current()
        assert isinstance(section, DeskSection)
        press(KEY.Key_Return)
        qtbot.waitUntil(section.language.hasFocus)
        press(KEY.Key_Escape)
        assert screen.tiles["desk"].hasFocus()
        press(KEY.Key_Up)
        assert isinstance(screen.current(), StationSection)


def is_whole(tile: Tile) -> bool:
    """Whether all of it is seen."""
    return tile.visibleRegion().boundingRect() == tile.rect()


@pytest.mark.parametrize("percent", [100, 125, 150])
def test_every_part_is_seen_in_the_list_whatever_the_text_size(
    qtbot: QtBot, station_folder: Path, clock: SetClock, percent: int
) -> None:
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app)
        theme().set_text_percent(percent)
        window.resize(1366, 768)
        window.open_screen("settings")
        screen = settings_of(window)
        tiles = list(screen.tiles.values())
        for tile in tiles:  # what the window has no room for is scrolled to
            tile.setFocus()
            qtbot.waitUntil(partial(is_whole, tile))
        assert {tile.x() for tile in tiles} == {tiles[0].x()}  # in one column


def test_a_role_sees_only_its_parts(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        screen = settings(qtbot, app, "station", "operator")
        assert list(screen.sections) == ["station", "desk", "passphrase", "backup"]
    with program(qtbot, station_folder, clock) as app:
        assert "access" in settings(qtbot, app, "station", "supervisor").sections


def test_the_station_tells_what_it_is(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "station").current()
        assert isinstance(section, StationSection)
        facts = [label.text() for label in section.facts.findChildren(QLabel)]
        assert {"LB", "LB1", "Panama", "America/Panama"} <= set(facts)
        assert section.typed() == StationFacts("Lajas Blancas", "", 6, "") and section.primary is section.save
        assert app.worker.desk is not None
        assert " · ".join(app.worker.desk.store.keys.words) in facts


def test_an_admin_changes_the_facts_that_may_change_and_takes_it_back(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "station").current()
        assert isinstance(section, StationSection) and app.window is not None
        press(KEY.Key_Return)
        qtbot.waitUntil(section.called.editor.hasFocus)
        assert not section.save.isEnabled()
        press(KEY.Key_A, CTRL)
        press(KEY.Key_Delete)
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: section.called.mistake.text() == "The station needs a name.")
        type_text("Lajas Blancas 2")
        section.hour.setFocus()
        press(KEY.Key_Home)
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: app.window is not None and app.window.toast.text().startswith("Saved: Name"))
        assert app.worker.desk is not None and app.worker.desk.who.name == "Lajas Blancas 2"
        assert app.worker.desk.who.change_hour == 0
        window = app.window
        qtbot.waitUntil(lambda: window.windowTitle() == "ShelterDesk · Lajas Blancas 2")
        section.save.setFocus()
        app.window.undo()
        qtbot.waitUntil(lambda: section.called.text() == "Lajas Blancas" and section.hour.value() == "6")
        assert app.worker.desk.who.name == "Lajas Blancas"
        qtbot.waitUntil(lambda: window.windowTitle() == "ShelterDesk · Lajas Blancas")


def test_what_is_typed_while_a_save_waits_is_not_taken_for_saved(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "station").current()
        assert isinstance(section, StationSection) and app.window is not None
        gate = hold(app.worker)
        section.called.set_text("Lajas Blancas 2")
        section.save.click()
        section.address.set_text("By the river")
        gate.set()
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        assert app.worker.desk is not None and app.worker.desk.who.name == "Lajas Blancas 2"
        assert section.address.text() == "By the river" and section.save.isEnabled()
        gate = hold(app.worker)
        app.window.undo()
        section.standard.set_text("Sphere")
        gate.set()
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        found: list[StationFacts] = []
        app.worker.read(station_facts, done=found.append)
        qtbot.waitUntil(lambda: bool(found))
        assert found[0].name == "Lajas Blancas"
        assert section.standard.text() == "Sphere" and section.save.isEnabled()


def test_an_undo_that_is_refused_leaves_the_fields_as_they_are(
    qtbot: QtBot, station_folder: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Desk, __: tuple[bytes, ...]) -> Done[Undone]:
        raise DiskFull("the disk")

    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "station").current()
        assert isinstance(section, StationSection) and app.window is not None
        section.called.set_text("Lajas Blancas 2")
        section.save.click()
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        monkeypatch.setattr(settings_station, "undo_last", refuse)
        section.address.set_text("By the river")
        app.window.undo()
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        section.refresh(None)
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        assert section.address.text() == "By the river" and section.save.isEnabled()


def test_others_read_the_facts_of_the_station(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "station", "operator").current()
        assert isinstance(section, StationSection)
        assert section.called.text() == "Lajas Blancas" and not section.called.editor.isEnabled()
        assert section.primary is None and not section.save.isVisible()


def test_text_size_and_colours_hold_at_once_and_are_kept(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "desk").current()
        assert isinstance(section, DeskSection)
        section.text_size.setFocus()
        press(KEY.Key_End)
        assert theme().text_percent == 200
        section.theme.setFocus()
        press(KEY.Key_End)
        assert theme().is_dark
        section.key_strip.setFocus()
        press(KEY.Key_Space)
        assert app.window is not None and app.window.keys_below.isVisible()
        section.idle.setFocus()
        press(KEY.Key_Home)
    kept = read_preferences(station_folder)
    assert (kept.text_percent, kept.theme, kept.key_strip, kept.idle_minutes) == (200, "dark", True, 1)
    with program(qtbot, station_folder, clock):
        assert theme().text_percent == 200


def test_another_language_builds_the_window_anew_and_keeps_what_is_typed(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        first = log_in(qtbot, app)
        type_text("half typed")
        first.open_screen("settings")
        with qtbot.waitSignal(app.opened, timeout=10_000):
            settings_of(first).preferences_wanted.emit(changed(app.preferences, language="en_XA"))
        second = app.window
        assert second is not None and second is not first
        assert second.current() is settings_of(second)
        assert settings_of(second).title().startswith("[")
        assert note_of(second).surnames.text() == ""  # the label has other words now, the field another key
        with qtbot.waitSignal(app.opened, timeout=10_000):
            settings_of(second).preferences_wanted.emit(changed(app.preferences, language="en"))
        assert app.window is not None and note_of(app.window).surnames.text() == "half typed"


def test_a_user_is_added_with_the_recovery_code_and_disabled(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "users").current()
        assert isinstance(section, UsersSection) and section.model.total == 5
        section.cost = CHEAP
        section.form.user.setFocus()
        type_text("Marisol")
        press(KEY.Key_Return, CTRL)
        assert section.form.role_mistake.isVisible()
        press(KEY.Key_Space)
        section.form.organisation.set_text("x" * 81)
        section.form.first.setFocus()
        type_text("abc")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: bool(section.form.passphrase.mistake.text()))
        section.form.first.clear()
        type_text("four words to type")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "at most 80 signs" in section.form.organisation.mistake.text())
        section.form.organisation.set_text("Cruz Roja")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: section.model.total == 6, timeout=10_000)
        assert section.form.first.text() == "" and section.form.chosen_roles() == frozenset()
        section.form.user.setFocus()
        type_text("Nurse")
        section.form.ticks[Role.HEALTH].setFocus()
        press(KEY.Key_Space)
        assert section.form.recovery.isVisible()
        section.form.first.setFocus()
        type_text("four words")
        section.form.recovery_line.setFocus()
        type_text("wrong code")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: bool(section.form.recovery.mistake.text()), timeout=10_000)
        assert section.model.total == 6
        marisol = next(row for row in range(6) if section.model.row_at(row).name == "Marisol")
        section.table.select_key(section.model.row_at(marisol).id)
        assert section.disable.isEnabled()
        section.disable.click()
        qtbot.waitUntil(
            lambda: any(
                section.model.row_at(row).name == "Marisol" and not section.model.row_at(row).is_active
                for row in range(section.model.total)
            )
        )


@pytest.mark.parametrize(
    "fault",
    [RuntimeError(), Refused("Somebody with the name Nurse already logs in here.")],
    ids=["ours", "refused"],
)
def test_only_what_is_wrong_with_the_code_is_said_under_it(
    qtbot: QtBot, station_folder: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(settings_users, "add_user", fail)
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "users").current()
        assert isinstance(section, UsersSection) and app.window is not None
        section.form.ticks[Role.HEALTH].setChecked(True)
        section.form.recovery_line.setText("7K3MQ")
        section.form.first.setText("words enough")
        section.form.primary.click()
        toast = app.window.toast
        said = "wrong on our side" if isinstance(fault, RuntimeError) else str(fault)
        qtbot.waitUntil(lambda: said in toast.text())
        assert not section.form.recovery.mistake.text()


def test_of_two_with_one_name_the_one_chosen_is_disabled(
    qtbot: QtBot, station_folder: Path, clock: SetClock, station_template: Template
) -> None:
    """The recovery sheet leaves a namesake behind; two desks may each have added one, too."""
    recover(station_folder, station_template.recovery_code, "operator", "a river", clock, CHEAP).close()
    admin = open_desk(station_folder, "admin", PASSPHRASE, clock)
    enable_user(admin, "operator")  # both log in now
    admin.close()
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "users").current()
        assert isinstance(section, UsersSection)

        def rows() -> list[UserLine]:
            return [section.model.row_at(row) for row in range(section.model.total)]

        def active() -> set[str]:
            return {line.id for line in rows() if line.is_active}

        before = len(active())
        chosen = next(line for line in rows() if line.name == "operator" and Role.ADMIN in line.roles)
        assert section.table.select_key(chosen.id)
        section.disable.click()
        qtbot.waitUntil(lambda: chosen.id not in active())
        assert len(active()) == before - 1


def test_one_s_own_passphrase_is_changed(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "passphrase", "operator").current()
        assert isinstance(section, OwnPassphraseSection)
        section.cost = CHEAP
        press(KEY.Key_Return)
        for text in ("not it", "river stone lamp", "river stone lamp"):
            type_text(text)
            press(KEY.Key_Return)
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: bool(section.old_field.mistake.text()), timeout=10_000)
        section.old.clear()
        type_text(PASSPHRASE)
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: not section.new.text(), timeout=10_000)
    open_desk(station_folder, "operator", "river stone lamp", clock).close()


def test_a_plan_is_looked_at_taken_in_and_undone(
    qtbot: QtBot, station_folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    file, wrong = tmp_path / "plan.csv", tmp_path / "wrong.csv"
    file.write_text(PLAN, "utf-8")
    wrong.write_text(PLAN + "A1-2,A9,bed,,1,,\n", "utf-8")
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "plan").current()
        assert isinstance(section, PlanSection) and not section.take.isEnabled()
        press(KEY.Key_Return)
        type_text(str(wrong))
        section.look.click()
        qtbot.waitUntil(lambda: "5" in section.file.field.mistake.text())  # the line is named
        assert section.model.total == 0 and not section.take.isEnabled()
        section.file.line.selectAll()
        type_text(str(file))
        section.look.click()
        qtbot.waitUntil(lambda: section.model.total == 3)
        assert {section.model.row_at(row).state for row in range(3)} == {"new"}
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "2 places" in section.now.text())
        assert app.window is not None and "3 new places" in app.window.toast.text()
        section.look.click()
        qtbot.waitUntil(lambda: section.model.total == 3)
        assert {section.model.row_at(row).state for row in range(3)} == {"same"}
        assert not section.take.isEnabled()


def test_taking_in_a_plan_is_undone_from_the_message(
    qtbot: QtBot, station_folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    file = tmp_path / "plan.csv"
    file.write_text(PLAN, "utf-8")
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "plan").current()
        assert isinstance(section, PlanSection)
        section.file.set_path(str(file))
        section.look.click()
        qtbot.waitUntil(section.take.isEnabled)
        section.take.click()
        qtbot.waitUntil(lambda: "2 places" in section.now.text())
        assert app.window is not None
        app.window.undo()
        qtbot.waitUntil(lambda: "no places" in section.now.text())


def test_a_backup_is_made_and_its_folder_remembered(
    qtbot: QtBot, station_folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "backup").current()
        assert isinstance(section, BackupSection)
        press(KEY.Key_Return)
        type_text(str(tmp_path / "not there"))
        press(KEY.Key_Return, CTRL)
        assert section.target.field.mistake.text()
        section.target.line.selectAll()
        type_text(str(stick))
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(section.result.isVisible, timeout=20_000)
        made = next(stick.iterdir())
        assert made.name in section.result.text()
        assert app.window is not None and not app.window.task.is_running()
        qtbot.waitUntil(lambda: "backup 0 minutes ago" in (app.window.status.text() if app.window else ""))
    assert read_preferences(station_folder).backup_folder == str(stick)


def test_further_desks_and_the_office_are_reached_from_here(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        screen = settings(qtbot, app, "admit")
        assert isinstance(screen.current(), AdmitSection)
        press(KEY.Key_Down)
        assert isinstance(screen.current(), EnrolSection)


def test_a_supervisor_sees_who_looked(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    desk = open_desk(station_folder, "operator", PASSPHRASE, clock)
    note_search(desk, "Toussaint", 3)
    desk.close()
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "access", "supervisor").current()
        assert isinstance(section, AccessSection)
        qtbot.waitUntil(lambda: section.model.total == 1)
        line = section.model.row_at(0)
        assert line.user == "operator" and line.access == "searched"
        section.number.setFocus()
        type_text("LB1-000042-B")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: bool(section.number_field.mistake.text()))


def test_broken_preferences_are_set_aside(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"text_percent": "large"}', "utf-8")
    assert read_preferences(tmp_path) == Preferences()
    assert json.loads((tmp_path / SET_ASIDE).read_text("utf-8")) == {"text_percent": "large"}
    assert not (tmp_path / FILE).exists()


def test_preferences_are_read_as_written_and_kept_within_limits(tmp_path: Path) -> None:
    wanted = changed(Preferences(), text_percent=900, idle_minutes=0, theme="dark", language="es")
    assert (wanted.text_percent, wanted.idle_minutes) == (200, 1)
    assert write_preferences(tmp_path, wanted) and read_preferences(tmp_path) == wanted
    assert not write_preferences(tmp_path / "not there", wanted)
