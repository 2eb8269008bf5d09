"""Opening the program freezes the sheets of days nobody signed, without being asked."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.sheets import frozen_days, frozen_sheet
from shelterdesk.ui.sheet_freezer import SheetFreezer
from tests.ui.desk_windows import log_in, program

FIRST = date(2026, 11, 24)


def test_an_operator_opens_the_program_days_later(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    clock.forward(timedelta(days=3))
    with program(qtbot, station_folder, clock) as app:
        window = log_in(qtbot, app, "operator")
        desk = app.worker.desk
        assert desk is not None
        reader = desk.reader()
        qtbot.waitUntil(lambda: len(frozen_days(reader)) == 2)
        held = frozen_sheet(reader, FIRST)
        assert held is not None and held.automatic and held.written_by == desk.user.id
        clock.forward(timedelta(days=1))  # the window is left open over a morning
        freezer = window.findChild(SheetFreezer)
        assert freezer is not None
        freezer.freeze()
        qtbot.waitUntil(lambda: len(frozen_days(reader)) == 3)
        reader.close()


def test_on_the_first_day_nothing_is_frozen(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        desk = app.worker.desk
        assert desk is not None
        reader = desk.reader()
        assert frozen_days(reader) == []
        reader.close()
