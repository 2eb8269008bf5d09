"""Settings on sheet and cards in a real window: typed, saved, undone; read by a supervisor; help that speaks of the part."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from pytestqt.qtbot import QtBot

from shelterdesk.actions.backup_disks import BackupPlan, read_plan
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.paper_settings import PaperSettings, paper_settings
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.screens.settings_backup import BackupSection
from shelterdesk.ui.screens.settings_papers import PapersSection
from tests.stations import PASSPHRASE
from tests.ui.desk_windows import CTRL, KEY, line_of, press, program, settings, type_text

USUAL = PaperSettings(24, 5, 6, 90, "own")


def papers(qtbot: QtBot, app: DeskApp, user: str = "admin") -> PapersSection:
    section = settings(qtbot, app, "papers", user).current()
    assert isinstance(section, PapersSection)
    qtbot.waitUntil(lambda: section.typed() == USUAL)
    return section


def test_a_number_is_typed_saved_and_undone_by_keyboard(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section, window = papers(qtbot, app), app.window
        assert window is not None and not section.save.isEnabled()
        press(KEY.Key_Return)  # into the part
        line_of(section.outside).selectAll()
        type_text("0")
        press(KEY.Key_Return, CTRL)
        assert "1 to 1440" in section.outside.mistake.text() and section.outside.editor.hasFocus()
        line_of(section.outside).selectAll()
        type_text("36")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "Saved" in window.toast.text())
        assert not section.save.isEnabled() and section.outside.mistake.text() == ""
        window.undo()
        qtbot.waitUntil(lambda: section.typed() == USUAL)
        section.second.set_value("none")
        section.second.picked.emit("none")
        section.save.click()
        qtbot.waitUntil(lambda: not app.worker.is_busy)
    opened = open_desk(station_folder, "admin", PASSPHRASE, clock)
    with closing(opened.store.reader()) as reader:
        assert paper_settings(reader, clock.now()) == PaperSettings(24, 5, 6, 90, "none")
    opened.close()


def test_a_supervisor_reads_them_and_an_operator_does_not_see_them(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = papers(qtbot, app, "supervisor")
        assert not section.outside.editor.isEnabled() and not section.second.isEnabled()
        assert section.buttons.isHidden() and section.primary is None
    with program(qtbot, station_folder, clock) as app:
        assert "papers" not in settings(qtbot, app, "station", "operator").sections


def test_the_limits_of_the_disk_are_chosen_with_the_backups(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "backup").current()
        assert isinstance(section, BackupSection)
        usual = BackupPlan()
        qtbot.waitUntil(lambda: section.disk_mb.value() == str(usual.disk_mb))
        assert section.disk_percent.value() == str(usual.disk_percent)
        section.disk_mb.setFocus()
        press(KEY.Key_Down)
        qtbot.waitUntil(lambda: not app.worker.is_busy)
    opened = open_desk(station_folder, "admin", PASSPHRASE, clock)
    with closing(opened.store.reader()) as reader:
        assert read_plan(reader).disk_mb == 1_000
    opened.close()


def test_help_speaks_of_the_part_that_is_shown(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        screen = settings(qtbot, app, "backup")
        assert "read back" in screen.help_text() and "arrows" in screen.help_text()
        screen.open_section("update")
        assert ".update" in screen.help_text() and "read back" not in screen.help_text()
