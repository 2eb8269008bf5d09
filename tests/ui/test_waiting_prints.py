"""The waiting prints and the printers of the settings, by keyboard alone at a real station."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.core.paper_kinds import PaperKind, PrintWay, Way
from shelterdesk.ui import printing
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.print_queue import PrintQueue
from shelterdesk.ui.print_ways import FILE, SET_ASIDE, read_ways, way_of, write_way
from shelterdesk.ui.printing import How, SizeNotThere
from shelterdesk.ui.screens.settings import SettingsScreen
from shelterdesk.ui.screens.settings_printers import PrintersSection
from shelterdesk.ui.screens.sheets import SheetsScreen
from shelterdesk.ui.screens.sheets_paper import Paper
from shelterdesk.ui.screens.sheets_waiting import WaitingPrints
from shelterdesk.ui.widgets.pdf_pages import page_sizes
from tests.sync.worlds import World
from tests.ui.desk_windows import ALT, CTRL, KEY, SHIFT, press, type_text
from tests.ui.printed import words_of_pages
from tests.ui.stick_world import SHEETS, at_work, choose_file, full_world, still
from tests.ui.test_print_queue import Laptop, at_rest, pdf

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> World:
    """An office, and a station with forty people."""
    return full_world(tmp_path_factory.mktemp("full"), tmp_path)


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Laptop:
    """A laptop with two printers."""
    out = tmp_path / "paper"
    out.mkdir()
    return Laptop(out, monkeypatch)


def paper_of(window: MainWindow) -> Paper:
    """The paper shown."""
    screen = window.current()
    assert isinstance(screen, SheetsScreen)
    paper = screen.current()
    assert isinstance(paper, Paper)
    return paper


def to_cards(window: MainWindow) -> None:
    """Down the list to the cards for people."""
    while paper_of(window).name != "cards":
        press(KEY.Key_Down)


def settle(qtbot: QtBot, app: DeskApp) -> PrintQueue:
    """Wait until the queue is at rest."""
    queue = PrintQueue.of(app.worker)
    at_rest(qtbot, queue, app.worker)
    return queue


def waiting_of(window: MainWindow) -> WaitingPrints:
    """The waiting prints, shown."""
    screen = window.current()
    assert isinstance(screen, SheetsScreen)
    section = screen.current()
    assert isinstance(section, WaitingPrints)
    return section


def test_cards_wait_for_a_printer_that_is_off_and_are_found_by_one_key(
    qtbot: QtBot, world: World, clock: SetClock, laptop: Laptop, tmp_path: Path
) -> None:
    laptop.off = {"Laser"}
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        to_cards(window)
        qtbot.waitUntil(lambda: paper_of(window).print_button.isEnabled(), timeout=10_000)
        press(KEY.Key_P, CTRL)
        qtbot.waitUntil(lambda: "Laser is off" in window.toast.text(), timeout=20_000)
        settle(qtbot, app)
        assert "printer off: 40 cards waiting (Ctrl+Shift+W)" in window.status.text()
        press(KEY.Key_4, CTRL)
        press(KEY.Key_W, CTRL | SHIFT)
        section = waiting_of(window)
        settle(qtbot, app)
        assert section.model.rowCount() == 1 and section.how.copies_line.text() == "1"
        assert "is printed by itself when the printer is back" in section.note.said()[0]
        press(KEY.Key_S, CTRL)
        choose_file(qtbot, tmp_path / "cards.pdf")
        qtbot.waitUntil((tmp_path / "cards.pdf").exists)
        still(qtbot, app)
        assert len(page_sizes((tmp_path / "cards.pdf").read_bytes())) == 5
        laptop.off = set()
        press(KEY.Key_P, CTRL)
        qtbot.waitUntil(lambda: laptop.printed() == [5], timeout=20_000)
        settle(qtbot, app)
        assert "waiting" not in window.status.text()

        section.how.pages_line.setFocus()  # after a jam
        press(KEY.Key_A, CTRL)
        type_text("2-3")
        press(KEY.Key_P, CTRL)
        qtbot.waitUntil(lambda: laptop.printed() == [5, 2], timeout=20_000)
        settle(qtbot, app)
        section.how.pages_line.setFocus()
        press(KEY.Key_A, CTRL)
        type_text("9")
        press(KEY.Key_P, CTRL)
        assert section.how.pages_field.mistake.text() == "This paper has 5 pages."


def test_a_paper_is_taken_out_and_put_back_by_keys(
    qtbot: QtBot, world: World, clock: SetClock, laptop: Laptop
) -> None:
    laptop.off = {"Laser"}
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        queue = settle(qtbot, app)
        queue.add(PaperKind.DAILY_SHEET, pdf(), "sheet")
        settle(qtbot, app)
        press(KEY.Key_W, CTRL | SHIFT)
        section = waiting_of(window)
        settle(qtbot, app)
        section.table.setFocus()
        press(KEY.Key_Delete)
        qtbot.waitUntil(lambda: window.toast.text().startswith("Taken out"))
        assert section.model.rowCount() == 0 and not section.print_button.isVisible()
        press(KEY.Key_Z, CTRL)
        settle(qtbot, app)
        assert section.model.rowCount() == 1


def test_a_size_the_printer_lacks_is_said_before_and_a_list_may_be_fitted(
    qtbot: QtBot, world: World, clock: SetClock, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = laptop._opened

    def lacking(data: bytes, name: str, how: How) -> object:
        if not how.fit:
            raise SizeNotThere(name, "Letter", "A4")
        return opened(data, name, how)

    monkeypatch.setattr(printing, "opened_printer", lacking)
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = paper_of(window)
        qtbot.waitUntil(paper.print_button.isEnabled, timeout=10_000)
        press(KEY.Key_P, CTRL)
        qtbot.waitUntil(lambda: "does not have paper of Letter" in window.toast.text(), timeout=10_000)
        assert "Nothing was printed" in window.toast.text() and laptop.printed() == []
        settle(qtbot, app)
        assert paper.fit_button.isVisible() and paper.print_button.isEnabled()
        press(KEY.Key_G, CTRL | SHIFT)
        qtbot.waitUntil(lambda: laptop.printed() == [2], timeout=10_000)
        assert laptop.hows[-1].fit and not paper.fit_button.isVisible()
        settle(qtbot, app)
        to_cards(window)
        qtbot.waitUntil(lambda: paper_of(window).print_button.isEnabled(), timeout=10_000)
        press(KEY.Key_P, CTRL)
        qtbot.waitUntil(lambda: "never made smaller" in window.toast.text(), timeout=20_000)
        assert not paper_of(window).fit_button.isVisible()
        settle(qtbot, app)


def is_open(paper: Paper) -> bool:
    return paper.how_button.is_open


def test_pages_and_copies_are_typed_and_hold_for_one_print(
    qtbot: QtBot, world: World, clock: SetClock, laptop: Laptop
) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = paper_of(window)
        qtbot.waitUntil(paper.print_button.isEnabled, timeout=10_000)
        assert not paper.how.copies_field.isVisible() and paper.how_button.words == "All pages, 1 copy"
        press(KEY.Key_C, ALT)
        assert QApplication.focusWidget() is paper.how.pages_line
        paper.how.copies_line.setFocus()
        press(KEY.Key_A, CTRL)
        type_text("0")
        press(KEY.Key_P, CTRL)
        assert "from 1 to 99" in paper.how.copies_field.mistake.text() and laptop.asked == 0
        press(KEY.Key_C, ALT)
        assert is_open(paper), "what is wrong is not folded away"
        paper.how.copies_line.setFocus()
        press(KEY.Key_A, CTRL)
        type_text("3")
        press(KEY.Key_C, ALT)
        assert not is_open(paper) and paper.how_button.words == "All pages, 3 copies"
        assert QApplication.focusWidget() is paper.how_button, "who typed in them goes on from here"
        press(KEY.Key_P, CTRL)
        qtbot.waitUntil(lambda: laptop.printed() == [6], timeout=10_000)
        settle(qtbot, app)
        assert "6 pages went to the printer Laser" in window.toast.text()
        assert paper.how.copies_line.text() == "1" and paper.how_button.words == "All pages, 1 copy"
        paper.how.pages_field.set_text("7")  # folded, and it cannot be meant: it is shown where it is wrong
        press(KEY.Key_P, CTRL)
        qtbot.waitUntil(lambda: is_open(paper), timeout=10_000)
        assert "This paper has 2 pages." in paper.how.pages_field.mistake.text()
        settle(qtbot, app)


def test_a_pdf_holds_the_pages_asked_for(
    qtbot: QtBot, world: World, clock: SetClock, laptop: Laptop, tmp_path: Path
) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = paper_of(window)
        qtbot.waitUntil(paper.print_button.isEnabled, timeout=10_000)
        for typed, pages in (("", 2), ("2", 1)):
            paper.how.pages_field.set_text(typed)
            out = tmp_path / f"sheet{typed}.pdf"
            press(KEY.Key_S, CTRL)
            choose_file(qtbot, out)
            qtbot.waitUntil(out.exists, timeout=10_000)
            settle(qtbot, app)
            assert len(page_sizes(out.read_bytes())) == pages
        assert "Standards" in words_of_pages((tmp_path / "sheet2.pdf").read_bytes())[0]
        paper.how.pages_field.set_text("7-9")
        press(KEY.Key_S, CTRL)
        choose_file(qtbot, tmp_path / "none.pdf")
        qtbot.waitUntil(lambda: is_open(paper), timeout=10_000)
        settle(qtbot, app)
        assert "This paper has 2 pages." in paper.how.pages_field.mistake.text()
        assert not (tmp_path / "none.pdf").exists()


def test_a_kind_that_asks_or_is_looked_at_first(
    qtbot: QtBot, world: World, clock: SetClock, laptop: Laptop
) -> None:
    write_way(world.lb, PaperKind.DAILY_SHEET, PrintWay(Way.ASK, size="a4", copies=2))
    write_way(world.lb, PaperKind.CARDS, PrintWay(Way.PRINTER, printer="Old", look_first=True))
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = paper_of(window)
        qtbot.waitUntil(paper.print_button.isEnabled, timeout=10_000)
        assert paper.paper.value() == "a4" and paper.how.copies_line.text() == "2"
        press(KEY.Key_P, CTRL)
        qtbot.waitUntil(lambda: "Choose the printer" in window.toast.text(), timeout=10_000)
        assert QApplication.focusWidget() is paper.printer and paper.made is None
        press(KEY.Key_Down)
        press(KEY.Key_P, CTRL)
        qtbot.waitUntil(lambda: laptop.printed() == [4], timeout=10_000)
        settle(qtbot, app)
        press(KEY.Key_Escape)
        to_cards(window)
        paper = paper_of(window)
        qtbot.waitUntil(paper.print_button.isEnabled, timeout=10_000)
        press(KEY.Key_P, CTRL)
        qtbot.waitUntil(lambda: "Look at it" in window.toast.text(), timeout=20_000)
        assert paper.preview.has_pdf and laptop.printed("Old") == []
        press(KEY.Key_P, CTRL)
        qtbot.waitUntil(lambda: laptop.printed("Old") == [5], timeout=20_000)
        settle(qtbot, app)
        qtbot.waitUntil(lambda: paper.preview.view.is_sharp, timeout=10_000)


def test_the_systems_dialogue_is_reached_by_a_key_and_left_by_esc(
    qtbot: QtBot, world: World, clock: SetClock, laptop: Laptop
) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = paper_of(window)
        qtbot.waitUntil(paper.print_button.isEnabled, timeout=10_000)
        press(KEY.Key_P, CTRL | Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not None, timeout=10_000)
        press(KEY.Key_Escape)
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
        still(qtbot, app)
        assert paper.print_button.isEnabled() and laptop.printed() == []


def test_a_printer_is_chosen_for_a_kind_of_paper_and_undone(
    qtbot: QtBot, world: World, clock: SetClock, laptop: Laptop, tmp_path: Path
) -> None:
    with at_work(qtbot, world.lb, clock, KEY.Key_3) as (app, window):
        screen = window.current()
        assert isinstance(screen, SettingsScreen)
        screen.open_section("printers")
        section = screen.current()
        assert isinstance(section, PrintersSection)
        still(qtbot, app)
        qtbot.waitUntil(lambda: section.printer.count() == 5)
        assert section.chosen.text() == "Lodging cards" and "never made smaller" in section.rule.text()
        section.printer.setFocus()
        type_text("Old")
        assert way_of(world.lb, PaperKind.CARDS) == PrintWay(Way.PRINTER, printer="Old")
        assert window.toast.text() == "Lodging cards: Old."
        press(KEY.Key_Z, CTRL)
        assert way_of(world.lb, PaperKind.CARDS) == PrintWay()
        section.printer.setFocus()
        press(KEY.Key_End)
        assert section.folder.isVisible()
        section.folder.line.setFocus()
        type_text(str(tmp_path / "nowhere"))
        press(KEY.Key_Return)
        assert "Choose a folder that is there" in section.folder.field.mistake.text()
        section.folder.line.setFocus()
        press(KEY.Key_A, CTRL)
        type_text(str(tmp_path))
        press(KEY.Key_Return)
        assert way_of(world.lb, PaperKind.CARDS).folder == str(tmp_path)
        section.copies.setFocus()
        press(KEY.Key_A, CTRL)
        type_text("3")
        press(KEY.Key_Return)
        assert way_of(world.lb, PaperKind.CARDS).copies == 3
        assert {kind for kind, way in read_ways(world.lb).items() if way != PrintWay()} == {PaperKind.CARDS}


def test_a_file_that_cannot_be_read_is_set_aside_and_the_usual_ways_hold(tmp_path: Path) -> None:
    assert write_way(tmp_path, PaperKind.LISTS, PrintWay(Way.FOLDER, folder="/x", copies=4))
    assert way_of(tmp_path, PaperKind.LISTS).copies == 4
    for spoilt in ('{"lists": {"way": "?"}}', "[]", '{"lists": {"copies": "4"}}', "nonsense"):
        (tmp_path / FILE).write_text(spoilt)
        assert set(read_ways(tmp_path).values()) == {PrintWay()}
        assert (tmp_path / SET_ASIDE).read_text() == spoilt and not (tmp_path / FILE).exists()
    (tmp_path / FILE).write_text('{"lists": {"copies": 1000}}')
    assert way_of(tmp_path, PaperKind.LISTS).copies == 99
    assert not write_way(tmp_path / "nowhere", PaperKind.LISTS, PrintWay(copies=2))
