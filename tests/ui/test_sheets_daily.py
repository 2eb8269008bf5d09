"""The daily sheet's copies, files, then and now with the people behind it, and the one key that prints it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shelterdesk.actions.access import who_looked
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.registration import register_family
from shelterdesk.actions.sheets import freeze_missing, freeze_sheet
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.changes import Changes
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.core.vocabulary import AccessKind, Sex
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screen_making import ScreenMaker
from shelterdesk.ui.screens.people import PeopleScreen
from shelterdesk.ui.screens.settings import SettingsScreen
from shelterdesk.ui.screens.sheets import SheetsScreen
from shelterdesk.ui.screens.sheets_daily import DailyPaper
from tests.reports.test_workbook import read_workbook
from tests.stations import PASSPHRASE
from tests.sync.worlds import World, at
from tests.ui.desk_windows import CTRL, KEY, SHIFT, log_in, press, program, type_text
from tests.ui.full_house import cells
from tests.ui.stick_world import choose_file, full_world, still
from tests.ui.test_print_queue import Laptop

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
SCREENS: tuple[ScreenMaker, ...] = (PeopleScreen, SheetsScreen, SettingsScreen)


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, clock: SetClock) -> World:
    """A station with forty people, on the morning after they came."""
    made = full_world(tmp_path_factory.mktemp("full"), tmp_path)
    clock.forward(timedelta(days=1))
    return made


@contextmanager
def at_desk(
    qtbot: QtBot, world: World, clock: SetClock, user: str = "supervisor"
) -> Iterator[tuple[DeskApp, MainWindow]]:
    """Somebody logged in, at the screen of people."""
    with program(qtbot, world.lb, clock, SCREENS) as app:
        window = log_in(qtbot, app, user)
        still(qtbot, app)
        yield app, window


def daily_of(qtbot: QtBot, app: DeskApp, window: MainWindow) -> DailyPaper:
    """The daily sheet, opened by its key and drawn."""
    press(KEY.Key_2, CTRL)
    screen = window.current()
    assert isinstance(screen, SheetsScreen)
    paper = screen.current()
    assert isinstance(paper, DailyPaper)
    drawn(qtbot, app, paper)
    return paper


def drawn(qtbot: QtBot, app: DeskApp, paper: DailyPaper) -> None:
    """Wait until what the choices ask for stands."""
    still(qtbot, app)
    qtbot.waitUntil(lambda: not paper.preview.has_pdf or paper.preview.view.is_sharp, timeout=10_000)


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Laptop:
    """A laptop with a printer that puts its pages into files."""
    out = tmp_path / "paper"
    out.mkdir()
    return Laptop(out, monkeypatch)


def freeze_and_learn(qtbot: QtBot, app: DeskApp, clock: SetClock, paper: DailyPaper) -> None:
    """The sheet is frozen, then two people are entered who had come before."""
    press(KEY.Key_F, CTRL | SHIFT)
    qtbot.waitUntil(lambda: paper.state.text() == "frozen", timeout=10_000)
    late = FamilyForm(
        (
            PersonForm("Late", "Nora", sex=Sex.F, birth="1990", nationality=("HTI",)),
            PersonForm("Late", "Ben", sex=Sex.M, birth="2020"),
        ),
        arrived_at=clock.now() - timedelta(hours=4),
    )
    app.worker.write(register_family, late)
    drawn(qtbot, app, paper)


def test_one_key_prints_the_morning_from_any_screen(
    qtbot: QtBot, world: World, clock: SetClock, laptop: Laptop
) -> None:
    with at_desk(qtbot, world, clock) as (app, window):
        assert isinstance(window.current(), PeopleScreen)
        press(KEY.Key_P, CTRL | SHIFT)
        qtbot.waitUntil(lambda: laptop.printed() == [2], timeout=20_000)
        assert isinstance(window.current(), SheetsScreen)
        qtbot.waitUntil(lambda: "went to the printer Laser" in window.toast.text(), timeout=10_000)
        still(qtbot, app)
    with at(world.lb, clock) as desk:
        reader = desk.reader()
        noted = [one for one in who_looked(desk, reader) if one.subject_kind == "daily_sheet"]
        reader.close()
    assert len(noted) == 1


def test_one_key_prints_the_last_day_whatever_was_chosen(
    qtbot: QtBot, world: World, clock: SetClock, laptop: Laptop
) -> None:
    with at_desk(qtbot, world, clock) as (app, window):
        paper = daily_of(qtbot, app, window)
        day = paper.day.day()
        paper.day.choose(day - timedelta(days=1))
        paper.copy.set_value("wall")
        drawn(qtbot, app, paper)
        press(KEY.Key_P, CTRL | SHIFT)
        qtbot.waitUntil(lambda: laptop.printed() == [2], timeout=20_000)
        assert paper.day.day() == day and paper.copy.value() == "signed"
        drawn(qtbot, app, paper)


def test_an_operator_is_told_whose_sheet_it_is(qtbot: QtBot, world: World, clock: SetClock) -> None:
    with at_desk(qtbot, world, clock, "operator") as (_, window):
        before = window.current()
        press(KEY.Key_P, CTRL | SHIFT)
        assert "a supervisor's to print" in window.toast.text()
        assert window.current() is before


def test_ctrl_p_prints_at_once_before_the_preview_stands(
    qtbot: QtBot, world: World, clock: SetClock, laptop: Laptop
) -> None:
    with at_desk(qtbot, world, clock) as (app, window):
        press(KEY.Key_2, CTRL)
        press(KEY.Key_P, CTRL)
        qtbot.waitUntil(lambda: laptop.printed() == [2], timeout=20_000)
        screen = window.current()
        assert isinstance(screen, SheetsScreen) and isinstance(screen.current(), DailyPaper)
        still(qtbot, app)


def test_a_difference_opens_the_people_behind_it_and_enter_opens_the_person(
    qtbot: QtBot, world: World, clock: SetClock
) -> None:
    with at_desk(qtbot, world, clock) as (app, window):
        paper = daily_of(qtbot, app, window)
        assert paper.changes_button.isHidden(), "nothing was frozen yet"
        freeze_and_learn(qtbot, app, clock, paper)
        assert not paper.changes_button.isHidden()
        press(KEY.Key_D, CTRL)
        assert paper.preview.isHidden() and not paper.changes.isHidden()
        rows = cells(paper.changes.numbers_table)
        assert ["Arrivals", "40", "42", "+2"] in rows and ["Haiti", "0", "1", "+1"] in rows
        assert paper.changes.numbers_table.select_key("nationality.HTI")
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: paper.changes.people.total == 1, timeout=10_000)
        assert QApplication.focusWidget() is paper.changes.people_table.view
        (nora,) = cells(paper.changes.people_table)
        assert nora[0] == "Late, Nora" and "supervisor" in nora[4]
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: isinstance(window.current(), PeopleScreen), timeout=10_000)
        still(qtbot, app)
        press(KEY.Key_2, CTRL)
        still(qtbot, app)
        paper.changes.people_table.setFocus()
        press(KEY.Key_Escape)
        assert QApplication.focusWidget() is paper.changes.numbers_table.view
        press(KEY.Key_Escape)
        assert paper.changes.isHidden() and not paper.preview.isHidden()
    with at(world.lb, clock) as desk:
        reader = desk.reader()
        looked = [one.detail for one in who_looked(desk, reader)]
        reader.close()
    assert any("nationality.HTI" in (detail or "") for detail in looked), "who looked behind it is noted"


def test_a_number_nobody_is_behind_says_so(qtbot: QtBot, world: World, clock: SetClock) -> None:
    with at_desk(qtbot, world, clock) as (app, window):
        paper = daily_of(qtbot, app, window)
        freeze_and_learn(qtbot, app, clock, paper)
        press(KEY.Key_D, CTRL)
        row = paper.changes.numbers.row_at(0)
        assert row is not None
        paper.changes._show_people(row, ())
        assert "Nobody is behind this number" in paper.changes.nobody.sentence()


def test_then_and_now_goes_away_when_freezing_is_undone(qtbot: QtBot, world: World, clock: SetClock) -> None:
    with at_desk(qtbot, world, clock) as (app, window):
        paper = daily_of(qtbot, app, window)
        freeze_and_learn(qtbot, app, clock, paper)
        press(KEY.Key_D, CTRL)
        press(KEY.Key_Z, CTRL)
        qtbot.waitUntil(lambda: paper.state.text() == "provisional", timeout=10_000)
        assert paper.changes.isHidden() and paper.changes_button.isHidden()
        assert not paper.freeze_button.isHidden()
        drawn(qtbot, app, paper)


@pytest.mark.parametrize(("sign", "copy"), [("f", "wall"), ("i", "internal")])
def test_the_other_copies_are_chosen_by_a_letter(
    qtbot: QtBot, world: World, clock: SetClock, sign: str, copy: str, tmp_path: Path
) -> None:
    out = tmp_path / "copy.pdf"
    with at_desk(qtbot, world, clock) as (app, window):
        paper = daily_of(qtbot, app, window)
        paper.copy.setFocus()
        type_text(sign)
        assert paper.copy.value() == copy and copy in paper.file_name()
        drawn(qtbot, app, paper)
        assert paper.preview.view.pages == 1
        press(KEY.Key_S, CTRL)
        choose_file(qtbot, out)
        qtbot.waitUntil(out.exists, timeout=10_000)
        still(qtbot, app)
    assert out.read_bytes().startswith(b"%PDF")


def test_the_numbers_are_saved_as_a_workbook_and_as_hxl(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    book, table = tmp_path / "n.xlsx", tmp_path / "n.csv"
    with at_desk(qtbot, world, clock) as (app, window):
        daily_of(qtbot, app, window)
        for out in (book, table):
            press(KEY.Key_E, CTRL)
            choose_file(qtbot, out)
            qtbot.waitUntil(out.exists, timeout=10_000)
            still(qtbot, app)
            assert str(out) in window.toast.text()
        nowhere = tmp_path / "no" / "folder.xlsx"
        press(KEY.Key_E, CTRL)
        choose_file(qtbot, nowhere)
        qtbot.waitUntil(lambda: "cannot be written" in window.toast.text(), timeout=10_000)
        still(qtbot, app)
    balance = {row[0]: row[1] for row in read_workbook(book)["Balance"] if len(row) > 1}
    assert balance["Present"] == 40
    with table.open(encoding="utf-8", newline="") as file:
        tags, *rows = csv.DictReader(file)
    assert tags["present"] == "#affected+ind" and rows[0]["present"] == "40"
    with at(world.lb, clock) as desk:
        reader = desk.reader()
        noted = [one.access for one in who_looked(desk, reader) if one.subject_kind == "daily_sheet"]
        reader.close()
    assert noted.count(AccessKind.EXPORTED.value) == 2


def test_the_people_behind_a_count_of_the_internal_page(qtbot: QtBot, world: World, clock: SetClock) -> None:
    with at_desk(qtbot, world, clock) as (app, window):
        paper = daily_of(qtbot, app, window)
        paper.copy.set_value("internal")
        drawn(qtbot, app, paper)
        assert not paper.changes_button.isHidden() and paper.changes_button.words == "Who is behind"
        press(KEY.Key_D, CTRL)
        rows = {row[0]: row[2] for row in cells(paper.changes.numbers_table)}
        assert rows["Present without a place"] == "8"
        assert paper.changes.numbers_table.select_key("without_place")
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: paper.changes.people.total == 8, timeout=10_000)
        press(KEY.Key_D, CTRL)
        assert paper.changes.isHidden()
        paper.copy.set_value("signed")
        drawn(qtbot, app, paper)
        assert paper.changes_button.isHidden()


def test_a_day_the_program_froze_can_still_be_signed(qtbot: QtBot, world: World, clock: SetClock) -> None:
    clock.forward(timedelta(days=2))
    with at_desk(qtbot, world, clock) as (app, window):
        app.worker.write(freeze_missing)
        paper = daily_of(qtbot, app, window)
        paper.day.choose(paper.day.day() - timedelta(days=1))
        drawn(qtbot, app, paper)
        assert paper.state.text() == "frozen"
        assert any("by the program; nobody had signed" in said for said in paper.notes.said())
        assert not paper.freeze_button.isHidden() and paper.freeze_button.isEnabled()
        press(KEY.Key_F, CTRL | SHIFT)
        qtbot.waitUntil(lambda: any("by supervisor" in said for said in paper.notes.said()), timeout=10_000)
        drawn(qtbot, app, paper)
        assert paper.freeze_button.isHidden()


def test_a_freezing_that_failed_shows_how_the_sheet_stands(
    qtbot: QtBot, world: World, clock: SetClock
) -> None:
    """Another program on this laptop was quicker; when that is taken back, it can be frozen here."""
    with at_desk(qtbot, world, clock) as (app, window):
        paper = daily_of(qtbot, app, window)
        other = open_desk(world.lb, "supervisor", PASSPHRASE, clock)
        done = freeze_sheet(other, paper.day.day())
        press(KEY.Key_F, CTRL | SHIFT)
        qtbot.waitUntil(lambda: paper.state.text() == "frozen", timeout=10_000)
        undo_last(other, done.result.undo)
        other.close()
        paper.refresh(Changes(paper.kinds))
        qtbot.waitUntil(lambda: paper.state.text() == "provisional", timeout=10_000)
        assert paper.freeze_button.isEnabled()


def test_people_of_a_day_left_meanwhile_are_not_shown_under_another(
    qtbot: QtBot, world: World, clock: SetClock
) -> None:
    with at_desk(qtbot, world, clock) as (app, window):
        paper = daily_of(qtbot, app, window)
        freeze_and_learn(qtbot, app, clock, paper)
        press(KEY.Key_D, CTRL)
        assert paper.changes.numbers_table.select_key("arrivals")
        press(KEY.Key_Return)  # the answer is on its way when another day is chosen
        day, changes = paper.day.day(), paper.drawn.shown.changes if paper.drawn is not None else None
        assert changes is not None
        paper.changes.show_changes(day + timedelta(days=1), changes.differences)
        still(qtbot, app)
        assert paper.changes.people.total == 0 and not paper.changes.told.text()
