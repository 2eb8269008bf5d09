"""The page that asks for the date where the laptop's clock cannot be right: answered or not, the desk opens."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.core.moment import DeskClock
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.clock_page import ClockPage, _clean_time
from tests.stations import PASSPHRASE
from tests.ui.desk_windows import KEY, press, program, type_text

LONG_AGO = datetime(1970, 1, 1, 6, 0, tzinfo=UTC)


def asked(qtbot: QtBot, app: DeskApp) -> ClockPage:
    """The page after a log-in."""
    type_text("admin")
    press(KEY.Key_Return)
    type_text(PASSPHRASE)
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: isinstance(getattr(app.door, "page", None), ClockPage))
    page = getattr(app.door, "page", None)
    assert isinstance(page, ClockPage) and app.window is None
    return page


def test_the_time_typed_is_used_from_then_on(qtbot: QtBot, station_folder: Path) -> None:
    clock = DeskClock(SetClock(LONG_AGO))
    with program(qtbot, station_folder, clock) as app:
        page = asked(qtbot, app)
        said = " ".join(label.text() for label in page.findChildren(QLabel))
        assert "01/01/1970" in said and "cannot be right" in said
        assert page.day.editor.hasFocus()
        type_text("31/02/2026")
        assert page.primary is not None
        page.primary.click()
        assert page.day.mistake.text() and page.day.text() == "31/02/2026" and page.time.mistake.text()
        page.day.set_text("28/11/2026")
        page.time.set_text("14.30")
        assert page.primary is not None
        with qtbot.waitSignal(app.opened, timeout=10_000):
            page.primary.click()
        assert clock.now() == datetime(2026, 11, 28, 19, 30, tzinfo=UTC)
        assert app.worker.desk is not None and app.worker.desk.store.clock_doubt


def test_a_year_that_cannot_be_is_said_and_what_was_typed_stays(qtbot: QtBot, station_folder: Path) -> None:
    with program(qtbot, station_folder, DeskClock(SetClock(LONG_AGO))) as app:
        page = asked(qtbot, app)
        page.day.set_text("28/11/2006")
        page.time.set_text("14:30")
        assert page.primary is not None
        page.primary.click()
        qtbot.waitUntil(lambda: bool(page.day.mistake.text()))
        assert page.day.text() == "28/11/2006" and app.window is None


def test_work_goes_on_with_the_clock_as_it_is(qtbot: QtBot, station_folder: Path) -> None:
    with program(qtbot, station_folder, DeskClock(SetClock(LONG_AGO))) as app:
        page = asked(qtbot, app)
        with qtbot.waitSignal(app.opened, timeout=10_000):
            page.without.click()
        assert app.worker.desk is not None and app.worker.desk.store.clock_doubt


def test_times_as_people_type_them() -> None:
    assert [_clean_time(text) for text in ("14:30", "14.30", "1430", "930", "9:05", " 7:00 ", "14h30")] == [
        "14:30", "14:30", "14:30", "09:30", "09:05", "07:00", "14:30",
    ]  # fmt: skip
    assert not any(_clean_time(text) for text in ("", "25:00", "14:60", "14", "14:3", "abc", "-1:30", "٣:30"))
