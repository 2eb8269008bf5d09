"""Settings as a file by keyboard: written, looked at, taken in, taken back, and what is wrong said at the field."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.records import add_record
from shelterdesk.core.kinds import SETTING
from shelterdesk.ui.screens.settings_file import SettingsFileSection
from tests.ui.desk_windows import CTRL, KEY, press, program, settings
from tests.ui.full_house import cells, with_desk


def shorten(desk: Desk) -> None:
    """Cards are good for a week from now on."""
    add_record(desk, SETTING, {"key": "card_valid_days", "value": 7, "source": "x"})


def test_a_file_is_written_looked_at_taken_in_and_taken_back(
    qtbot: QtBot, station_folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    file = tmp_path / "set-up.json"
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "file").current()
        assert isinstance(section, SettingsFileSection) and not section.take.isEnabled()
        section.target.set_path(str(file))
        press(KEY.Key_S, CTRL)
        qtbot.waitUntil(file.exists)
    clock.forward(timedelta(minutes=1))
    with_desk(station_folder, clock, shorten)
    clock.forward(timedelta(minutes=1))
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "file").current()
        assert isinstance(section, SettingsFileSection) and app.window is not None
        window = app.window
        section.source.set_path(str(tmp_path / "none.json"))
        press(KEY.Key_O, CTRL)
        qtbot.waitUntil(lambda: "cannot be read" in section.source.field.mistake.text())
        qtbot.waitUntil(section.source.field.editor.hasFocus)
        section.source.set_path(str(file))
        press(KEY.Key_O, CTRL)
        qtbot.waitUntil(lambda: cells(section.table) == [["card_valid_days", "7", "90"]])
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "1 thing was changed" in window.toast.text())
        section.on_look()
        qtbot.waitUntil(lambda: "set up like this already" in window.toast.text())
