"""The papers' screen: a real station with forty people, its sheet and cards, by keyboard alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shelterdesk.actions.access import who_looked
from shelterdesk.actions.arrival_groups import count_group
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.papers import usual_paper
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.sheets import sheet_numbers
from shelterdesk.core.people import ArrivalGroupForm, FamilyForm, PersonForm
from shelterdesk.core.vocabulary import Sex
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.printing import printer_names
from shelterdesk.ui.screens.sheets import SheetsScreen
from shelterdesk.ui.screens.sheets_cards import BlankCards, PresentCards
from shelterdesk.ui.screens.sheets_daily import DailyPaper
from shelterdesk.ui.screens.sheets_daily_words import difference_said
from shelterdesk.ui.screens.sheets_day import day_words
from shelterdesk.ui.screens.sheets_paper import Paper
from shelterdesk.ui.widgets import Tone
from shelterdesk.ui.widgets.pdf_pages import page_sizes
from tests.stations import PASSPHRASE
from tests.sync.worlds import World, at
from tests.ui.desk_windows import CTRL, KEY, SHIFT, press, stop_printing, type_text
from tests.ui.stick_world import SHEETS, at_work, choose_file, chooser, full_world, still

LETTER = (612, 792)
# The system's own dialogue stands in for a native one where windows are drawn in memory.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> World:
    """An office, and a station with forty people."""
    return full_world(tmp_path_factory.mktemp("full"), tmp_path)


def daily_of(window: MainWindow) -> DailyPaper:
    """The daily sheet, shown."""
    screen = window.current()
    assert isinstance(screen, SheetsScreen)
    paper = screen.current()
    assert isinstance(paper, DailyPaper)
    return paper


def paper_of(window: MainWindow) -> Paper:
    """The paper shown."""
    screen = window.current()
    assert isinstance(screen, SheetsScreen)
    paper = screen.current()
    assert isinstance(paper, Paper)
    return paper


def drawn(qtbot: QtBot, app: DeskApp, paper: Paper) -> None:
    """Wait until the preview stands."""
    still(qtbot, app)
    qtbot.waitUntil(lambda: not paper.preview.has_pdf or paper.preview.view.is_sharp, timeout=10_000)


def printed_sheets(desk: Desk) -> int:
    """How often the printing of a sheet was noted."""
    reader = desk.reader()
    try:
        return sum(one.subject_kind == "daily_sheet" for one in who_looked(desk, reader))
    finally:
        reader.close()


def test_the_running_day_is_provisional_and_arrows_change_the_day(
    qtbot: QtBot, world: World, clock: SetClock
) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = daily_of(window)
        assert paper.day.day() == date(2026, 11, 23)
        press(KEY.Key_Return)  # into the paper
        assert QApplication.focusWidget() is paper.day.line
        press(KEY.Key_Up)
        drawn(qtbot, app, paper)
        assert paper.day.line.text() == "24/11/2026"
        assert paper.day.field.aside.text() == "Tuesday, tomorrow"
        assert paper.state.text() == "provisional"
        assert paper.notes.said()[0].startswith("40 people in the house · 0 the day before · 40 came")
        assert "The day is not over" in paper.notes.said()[1]
        assert not paper.freeze_button.isEnabled()
        press(KEY.Key_Up)
        assert paper.day.line.text() == "24/11/2026", "there is no sheet of a day that has not begun"
        press(KEY.Key_Down)
        press(KEY.Key_Down)
        drawn(qtbot, app, paper)
        assert paper.day.field.aside.text() == "Sunday, yesterday"
        assert paper.drawn is None and not paper.freeze_button.isEnabled(), "nothing is known of that day"
        assert "begin on 2026-11-23" in paper.preview.empty._sentence.text()
        press(KEY.Key_Escape)
        assert QApplication.focusWidget() is window.screen_named("sheets").first_focus()


def test_a_day_that_cannot_be_is_said_under_the_field(qtbot: QtBot, world: World, clock: SetClock) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = daily_of(window)
        press(KEY.Key_Return)
        for typed, said in (("23 November", "Write the day as 23/11/2026."), ("2027-01-01", "has not begun")):
            press(KEY.Key_A, CTRL)
            type_text(typed)
            press(KEY.Key_Tab)
            assert said in paper.day.field.mistake.text()
            paper.day.line.setFocus()
        press(KEY.Key_A, CTRL)
        type_text("2026-11-23")
        press(KEY.Key_Return)
        assert paper.day.field.mistake.text() == ""
        drawn(qtbot, app, paper)
        assert paper.drawn is not None
        assert paper.drawn.shown.sheet.service_day == date(2026, 11, 23)


def test_the_screen_follows_into_the_new_day(qtbot: QtBot, world: World, clock: SetClock) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = daily_of(window)
        press(KEY.Key_2, CTRL)
        clock.forward(timedelta(hours=23))
        press(SHEETS, CTRL)
        drawn(qtbot, app, paper)
        assert paper.day.day() == date(2026, 11, 24)
        assert paper.notes.said()[0].startswith("40 people in the house")


def test_ctrl_s_saves_both_pages_and_notes_it(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    out = tmp_path / "sheet.pdf"
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        drawn(qtbot, app, daily_of(window))
        press(KEY.Key_S, CTRL)
        choose_file(qtbot, out)
        qtbot.waitUntil(out.exists, timeout=10_000)
        still(qtbot, app)
        assert str(out) in window.toast.text()
        assert daily_of(window).save_button.isEnabled()
    assert page_sizes(out.read_bytes()) == (LETTER, LETTER)
    with at(world.lb, clock) as desk:
        assert printed_sheets(desk) == 1


def test_leaving_the_dialogue_makes_nothing(qtbot: QtBot, world: World, clock: SetClock) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = daily_of(window)
        drawn(qtbot, app, paper)
        press(KEY.Key_S, CTRL)
        qtbot.waitUntil(lambda: chooser() is not None and QApplication.activeWindow() is chooser())
        press(KEY.Key_Escape)
        qtbot.waitUntil(paper.save_button.isEnabled)
        assert paper.made is None


def test_without_a_printer_the_same_key_asks_for_a_file(qtbot: QtBot, world: World, clock: SetClock) -> None:
    if printer_names():
        pytest.skip("this machine has a printer, and a test puts nothing on paper")
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        press(KEY.Key_Down)
        paper = paper_of(window)
        drawn(qtbot, app, paper)
        press(KEY.Key_P, CTRL)
        qtbot.waitUntil(lambda: "No printer" in window.toast.text(), timeout=10_000)
        assert "Save it as a PDF" in window.toast.text()
        qtbot.waitUntil(lambda: chooser() is not None and QApplication.activeWindow() is chooser())
        press(KEY.Key_Escape)
        qtbot.waitUntil(paper.print_button.isEnabled)
        assert paper.made is None, "in the same key the file is asked for, and nothing is made before"


def test_a_sheet_whose_print_was_stopped_is_told_and_can_be_saved(
    qtbot: QtBot, world: World, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_printing(monkeypatch)
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = daily_of(window)
        drawn(qtbot, app, paper)
        press(KEY.Key_P, CTRL)
        qtbot.waitUntil(lambda: "stopped after 1 of 2 pages" in window.toast.text(), timeout=10_000)
        assert window.toast.property("message") == Tone.WARN.value and paper.save_button.isEnabled()
        assert paper.made is not None, "saving it makes no second one"


def test_a_sheet_is_frozen_and_what_becomes_known_later_is_said(
    qtbot: QtBot, world: World, clock: SetClock
) -> None:
    clock.forward(timedelta(days=1))
    with at_work(qtbot, world.lb, clock, SHEETS, "supervisor") as (app, window):
        paper = daily_of(window)
        drawn(qtbot, app, paper)
        assert paper.version.isHidden()
        press(KEY.Key_F, CTRL | SHIFT)
        qtbot.waitUntil(lambda: paper.state.text() == "frozen", timeout=10_000)
        assert "is frozen" in window.toast.text()
        assert "Frozen 24 November 2026, 08:00 by supervisor." in paper.notes.said()
        assert not paper.freeze_button.isEnabled()
        assert not paper.version.isHidden()

        late = FamilyForm(
            (PersonForm("Late", "Nora", sex=Sex.F),), arrived_at=clock.now() - timedelta(hours=4)
        )
        app.worker.write(register_family, late)
        still(qtbot, app)
        drawn(qtbot, app, paper)
        assert "it is 41 people, not 40" in " ".join(paper.notes.said())
        assert paper.drawn is not None
        assert paper.drawn.shown.sheet.present == 40
        paper.version.setFocus()
        type_text("n")
        qtbot.waitUntil(lambda: paper.state.text() == "as known now", timeout=10_000)
        assert paper.drawn.shown.sheet.present == 41


def test_freezing_is_undone(qtbot: QtBot, world: World, clock: SetClock) -> None:
    clock.forward(timedelta(days=1))
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = daily_of(window)
        drawn(qtbot, app, paper)
        press(KEY.Key_F, CTRL | SHIFT)
        qtbot.waitUntil(lambda: paper.state.text() == "frozen", timeout=10_000)
        press(KEY.Key_Z, CTRL)
        qtbot.waitUntil(lambda: paper.state.text() == "provisional", timeout=10_000)
        assert paper.freeze_button.isEnabled()


def test_who_is_counted_without_a_name_gets_no_card_and_that_is_said(
    qtbot: QtBot, world: World, clock: SetClock
) -> None:
    desk = open_desk(world.lb, "admin", PASSPHRASE, clock)
    count_group(desk, ArrivalGroupForm(19, {}))
    desk.close()
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        press(KEY.Key_Down)
        press(KEY.Key_Down)
        paper = paper_of(window)
        drawn(qtbot, app, paper)
        said = "40 people in the house; without a card: 40. And 19 counted without a name: no cards."
        assert paper.notes.said()[0] == said


def test_cards_for_those_who_hold_none(qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path) -> None:
    out = tmp_path / "cards.pdf"
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        press(KEY.Key_Down)
        press(KEY.Key_Down)
        paper = paper_of(window)
        assert isinstance(paper, PresentCards)
        drawn(qtbot, app, paper)
        assert paper.notes.said()[0] == "40 people in the house; without a card: 40."
        assert any("No native speaker" in said for said in paper.notes.said()), "said before printing"
        assert paper.preview.empty.sentence() == "40 cards on 5 pages will be made."
        press(KEY.Key_S, CTRL)
        choose_file(qtbot, out)
        qtbot.waitUntil(out.exists, timeout=20_000)
        drawn(qtbot, app, paper)
        assert paper.state.text() == "made"
        assert paper.preview.view.pages == 5
        assert page_sizes(out.read_bytes()) == (LETTER,) * 5

        press(KEY.Key_S, CTRL)  # saved again: the same cards, no new ones
        choose_file(qtbot, tmp_path / "again.pdf")
        qtbot.waitUntil((tmp_path / "again.pdf").exists, timeout=10_000)
        assert (tmp_path / "again.pdf").read_bytes() == out.read_bytes()

        press(KEY.Key_Return)  # to the choice of people
        type_text("e")
        drawn(qtbot, app, paper)
        assert "40 people hold a card that will no longer count." in paper.notes.said()
        type_text("w")
        drawn(qtbot, app, paper)
        assert paper.preview.empty.sentence() == "Everybody in the house holds a card."
        assert not paper.print_button.isEnabled()


def test_blank_cards(qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path) -> None:
    out = tmp_path / "blank.pdf"
    with at_work(qtbot, world.lb, clock, SHEETS, "operator") as (app, window):
        screen = window.current()
        assert isinstance(screen, SheetsScreen)
        assert list(screen.sections)[:2] == ["blank", "cards"], (
            "the ordinary way first; the daily sheet is not theirs"
        )
        press(KEY.Key_Return)
        paper = paper_of(window)
        assert isinstance(paper, BlankCards)
        for typed in ("", "0", "1001", "many"):
            press(KEY.Key_A, CTRL)
            press(KEY.Key_Backspace)
            type_text(typed)
            assert not paper.print_button.isEnabled()
            assert "from 1 to 1000" in paper.preview.empty.sentence()
        press(KEY.Key_A, CTRL)
        type_text("12")
        assert paper.preview.empty.sentence() == "12 cards on 2 pages will be made."
        press(KEY.Key_S, CTRL)
        choose_file(qtbot, out)
        qtbot.waitUntil(out.exists, timeout=20_000)
        drawn(qtbot, app, paper)
        assert paper.notes.said() == ["12 cards were made. Keep the last sheet: it is free from place 5 on."]
        assert len(page_sizes(out.read_bytes())) == 2


def test_a_place_that_cannot_be_written_is_said_and_the_cards_are_kept(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        press(KEY.Key_Down)
        paper = paper_of(window)
        press(KEY.Key_S, CTRL)
        choose_file(qtbot, tmp_path / "nowhere" / "blank.pdf")
        qtbot.waitUntil(lambda: bool(window.toast.text()), timeout=20_000)
        still(qtbot, app)
        assert "cannot be written" in window.toast.text()
        assert paper.made is not None
        assert paper.save_button.isEnabled()
        drawn(qtbot, app, paper)


def test_the_balance_is_told_only_when_it_does_not_close(world: World, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        sheet = sheet_numbers(desk, date(2026, 11, 24))
    assert difference_said(sheet) == ""
    assert "1 person more" in difference_said(replace(sheet, present=sheet.present + 1))
    assert "3 people fewer" in difference_said(replace(sheet, present=sheet.present - 3))


def test_the_usual_paper_is_that_of_the_country() -> None:
    assert [usual_paper(country) for country in ("PAN", "COL", "PER", "DEU", "")] == [
        "letter",
        "letter",
        "a4",
        "a4",
        "a4",
    ]


@given(st.dates(), st.integers(-400, 400))
def test_a_day_is_said_by_its_distance(today: date, apart: int) -> None:
    try:
        day = today + timedelta(days=apart)
    except OverflowError:
        return
    said = day_words(day, today)
    assert said.startswith(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
    assert {0: "today", 1: "tomorrow", -1: "yesterday"}.get(apart, str(abs(apart))) in said
