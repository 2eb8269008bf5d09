"""The editor of the standards by keyboard: a set chosen, a target changed with its source, versions, undo."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.standards import set_of_day, versions_of
from shelterdesk.core.standards import StandardSet
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.screens.settings_standards import StandardsSection, read_number
from tests.ui.desk_windows import CTRL, KEY, press, program, settings, type_text


def section_of(qtbot: QtBot, app: DeskApp) -> StandardsSection:
    """The editor, open and filled."""
    section = settings(qtbot, app, "standards").current()
    assert isinstance(section, StandardsSection)
    qtbot.waitUntil(lambda: section.shown() is not None)
    return section


def chosen(app: DeskApp) -> StandardSet | None:
    """The set the station is measured by, read anew."""
    assert app.worker.desk is not None
    reader = app.worker.desk.reader()
    try:
        return set_of_day(reader, app.worker.clock.now().date())
    finally:
        reader.close()


def versions(app: DeskApp, code: str) -> list[StandardSet]:
    """Every version of a set, read anew."""
    assert app.worker.desk is not None
    reader = app.worker.desk.reader()
    try:
        return list(versions_of(reader, code))
    finally:
        reader.close()


def still(qtbot: QtBot, app: DeskApp) -> None:
    """Until nothing asked of the desk is open any more."""
    qtbot.waitUntil(lambda: not app.worker.is_busy, timeout=10_000)


def go_to(section: StandardsSection, code: str) -> None:
    """Stand on a line and go into its target, as Enter does."""
    section.table.setFocus()
    assert section.table.select_key(code)
    press(KEY.Key_Return)


def test_a_target_is_changed_with_its_source_and_taken_back(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = section_of(qtbot, app)
        code = section.set.value()
        go_to(section, "TO1")
        assert QApplication.focusWidget() is section.target.editor
        press(KEY.Key_A, CTRL)
        type_text("17,5")
        assert not section.save.isEnabled(), "a version needs its source"
        assert section.back.isEnabled() and "1 line is changed" in section.told.text()
        section.version_source.editor.setFocus()
        type_text("Coordination meeting 23 November 2026")
        assert section.save.isEnabled()
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: len(versions(app, code)) == 2, timeout=10_000)
        still(qtbot, app)
        saved = versions(app, code)[-1]
        line = saved.indicator("TO1")
        assert line is not None and line.target == 17.5 and saved.version == 2
        assert not line.verified, "another figure was not read at the source"
        assert saved.source == "Coordination meeting 23 November 2026"
        assert section.version.value() == "2" and not section.save.isEnabled()
        assert app.window is not None and "version 2" in app.window.toast.text()
        press(KEY.Key_Z, CTRL)
        qtbot.waitUntil(lambda: len(versions(app, code)) == 1, timeout=10_000)
        still(qtbot, app)
        assert section.version.value() == "1"


def test_what_is_no_number_is_said_and_not_kept(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = section_of(qtbot, app)
        go_to(section, "TO1")
        for typed in ("many", "-3", ""):
            press(KEY.Key_A, CTRL)
            press(KEY.Key_Backspace)
            type_text(typed)
            assert not section.back.isEnabled(), typed
        press(KEY.Key_Tab)
        assert "Write a number" in section.target.mistake.text()


def test_changes_can_be_left_and_an_older_version_is_only_read(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = section_of(qtbot, app)
        go_to(section, "TO1")
        press(KEY.Key_A, CTRL)
        type_text("10")
        section.back.click()
        assert section.target.text() != "10" and not section.back.isEnabled()
        press(KEY.Key_A, CTRL)
        type_text("10")
        section.version_source.set_text("x")
        section.save.click()
        qtbot.waitUntil(lambda: section.version.count() == 2, timeout=10_000)
        still(qtbot, app)
        section.version.setCurrentIndex(1)
        section.version.activated.emit(1)
        assert "An older version" in section.told.text()
        assert section.table.select_key("TO1")
        assert not section.target.editor.isEnabled() and section.target.text() != "10"


def test_the_station_is_measured_by_another_set_and_back(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = section_of(qtbot, app)
        before = chosen(app)
        other = next(
            section.set.itemData(n) for n in range(section.set.count())
            if before is None or section.set.itemData(n) != before.code
        )  # fmt: skip
        section.set.set_value(other)
        section.set.picked.emit(other)
        qtbot.waitUntil(lambda: section.shown() is not None and section.choose.isEnabled(), timeout=10_000)
        press(KEY.Key_M, CTRL)
        qtbot.waitUntil(lambda: (now := chosen(app)) is not None and now.code == other, timeout=10_000)
        still(qtbot, app)
        assert "is measured by this set" in section.told.text() and not section.choose.isEnabled()
        press(KEY.Key_Z, CTRL)
        qtbot.waitUntil(lambda: chosen(app) == before, timeout=10_000)
        still(qtbot, app)


def test_numbers_are_read_with_a_point_or_a_comma() -> None:
    assert [read_number(text) for text in ("3.5", "3,5", " 20 ", "", "x", "-1", "1e20")] == [
        3.5, 3.5, 20.0, None, None, None, None,
    ]  # fmt: skip
