"""Papers of cards: formats, sheets used in part, languages, wristbands and single people, by keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.people import find_people
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.card_memory import FILE, CardMemory, read_card_memory, remember_sheet, usual_format
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screens.sheets import SheetsScreen
from shelterdesk.ui.screens.sheets_card_paper import CardPaper
from shelterdesk.ui.screens.sheets_cards import BlankCards, PresentCards
from shelterdesk.ui.widgets import pdf_pages
from shelterdesk.ui.widgets.sheet_places import SheetPlaces
from tests.sync.worlds import World, at
from tests.ui.desk_windows import CTRL, KEY, press, type_text
from tests.ui.printed import words_of_pages
from tests.ui.stick_world import SHEETS, at_work, choose_file, full_world, still

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> World:
    """An office, and a station with forty people."""
    return full_world(tmp_path_factory.mktemp("full"), tmp_path)


def open_paper(qtbot: QtBot, app: DeskApp, window: MainWindow, name: str) -> CardPaper:
    """Walk down the list to a paper and go into it."""
    screen = window.current()
    assert isinstance(screen, SheetsScreen)
    while screen.current().name != name:
        press(KEY.Key_Down)
    press(KEY.Key_Return)
    still(qtbot, app)
    paper = screen.current()
    assert isinstance(paper, CardPaper)
    return paper


def choose_format(paper: CardPaper, name: str) -> None:
    """Choose a format with the arrows, as in any list."""
    paper.form.setFocus()
    for _ in range(paper.form.count()):
        press(KEY.Key_Up)
    while paper.form.value() != name:
        press(KEY.Key_Down)


def save(qtbot: QtBot, app: DeskApp, paper: CardPaper, out: Path) -> bytes:
    """Ctrl+S into a file."""
    press(KEY.Key_S, CTRL)
    choose_file(qtbot, out)
    qtbot.waitUntil(out.exists, timeout=20_000)
    still(qtbot, app)
    qtbot.waitUntil(lambda: paper.preview.view.is_sharp, timeout=10_000)
    return out.read_bytes()


def looked_at(pdf: bytes) -> tuple[int, int, str]:
    """Pages, codes that are read, and the words of a PDF."""
    said = " ".join(words_of_pages(pdf))
    with pdf_pages._pdfium:
        document = pypdfium2.PdfDocument(pdf)
        pictures = []
        for number in range(len(document)):
            page = document[number]
            drawn = page.render(scale=150 / 72, grayscale=True)
            pictures.append(drawn.to_pil().copy())
            drawn.close()
            page.close()
        document.close()
    return len(pictures), sum(len(zxingcpp.read_barcodes(one)) for one in pictures), said


def test_a_sheet_used_in_part_is_proposed_and_chosen_with_the_arrows(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = open_paper(qtbot, app, window, "blank")
        assert isinstance(paper, BlankCards) and paper.form.value() == "letter"
        press(KEY.Key_A, CTRL)
        type_text("11")
        save(qtbot, app, paper, tmp_path / "a.pdf")
        assert paper.more.isVisible()
        press(KEY.Key_G, CTRL)
        still(qtbot, app)
        assert paper.made is None and paper.places.place() == 4 and paper.places.words() == "4 of 8"
        assert paper.preview.empty.sentence() == "11 cards on 2 pages will be made."
        paper.places.setFocus()
        for key, place in (
            (KEY.Key_Right, 5), (KEY.Key_Down, 7), (KEY.Key_Down, 7), (KEY.Key_Up, 5), (KEY.Key_End, 8), (KEY.Key_Right, 8),
            (KEY.Key_Home, 1), (KEY.Key_Left, 1), (KEY.Key_6, 6),
        ):  # fmt: skip
            press(key)
            assert paper.places.place() == place
        assert paper.places.accessibleDescription() == "6 of 8"
        pages, codes, _ = looked_at(save(qtbot, app, paper, tmp_path / "b.pdf"))
        assert (pages, codes) == (2, 11)
    assert read_card_memory(world.lb).free == {"letter": 1}
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        assert open_paper(qtbot, app, window, "blank").places.place() == 1, "that sheet was full"


def test_a_place_is_chosen_with_the_mouse_too(qtbot: QtBot) -> None:
    places = SheetPlaces()
    qtbot.addWidget(places)
    places.show_sheet(2, 5, (210, 297), 3)
    places.resize(places.sizeHint())
    places.show()
    qtbot.waitExposed(places)
    with qtbot.waitSignal(places.changed):
        QTest.mouseClick(places, Qt.MouseButton.LeftButton, pos=places._cell(8).center())
    assert places.place() == 8 and places.accessibleDescription() == "8 of 10"
    places.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    QTest.mouseClick(places, Qt.MouseButton.LeftButton, pos=places._cell(1).center())
    assert places.place() == 1
    places.show_sheet(2, 5, (210, 297), 99)
    assert places.place() == 1, "a place of another sheet is none of this"
    places.setFocus()
    QTest.keyClick(places, Qt.Key.Key_1)
    QTest.keyClick(places, Qt.Key.Key_0)
    assert places.place() == 10


def test_every_format_is_offered_and_remembered(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = open_paper(qtbot, app, window, "blank")
        press(KEY.Key_A, CTRL)
        type_text("3")
        for name in (
            "letter-business",
            "a4-business",
            "single",
            "wristband-a4",
            "wristband-letter",
            "a4",
            "letter",
        ):
            choose_format(paper, name)
            still(qtbot, app)
            assert paper.places.isVisible() == (name != "single")
            assert paper.second_field.isVisible() == (not name.startswith("wristband"))
            what = "wristbands" if name.startswith("wristband") else "cards"
            assert paper.preview.empty.sentence().startswith(f"3 {what} on ")
            pages, codes, said = looked_at(save(qtbot, app, paper, tmp_path / f"{name}.pdf"))
            assert (pages, codes) == ((3 if name == "single" else 1), 3)
            assert ("Muestre" in said) == (what == "cards")
            assert paper.file_name().startswith("wristbands" if what == "wristbands" else "blank-cards")
            press(KEY.Key_G, CTRL)
            still(qtbot, app)
        choose_format(paper, "a4-business")
        save(qtbot, app, paper, tmp_path / "last.pdf")
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = open_paper(qtbot, app, window, "blank")
        assert (paper.form.value(), paper.places.place()) == ("a4-business", 4 + 3)


def test_a_language_for_cards_ahead_is_said_before_when_nobody_has_read_it(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = open_paper(qtbot, app, window, "blank")
        still(qtbot, app)
        assert any("native speaker" in one and "español" in one for one in paper.notes.said())
        assert not any("kreyòl" in one for one in paper.notes.said())
        paper.second.setFocus()
        while paper.second.value() != "ht":
            press(KEY.Key_Down)
        still(qtbot, app)
        assert any("native speaker" in one and "kreyòl" in one for one in paper.notes.said())
        assert "Montre kat" in looked_at(save(qtbot, app, paper, tmp_path / "c.pdf"))[2]
        assert "reviewed" not in looked_at((tmp_path / "c.pdf").read_bytes())[2]


def test_one_person_and_one_family_by_number(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    with at(world.lb, clock) as desk:
        reader = desk.reader()
        somebody = find_people(desk, reader, "LB1-000001", 1)[0].number
        reader.close()
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = open_paper(qtbot, app, window, "cards")
        assert isinstance(paper, PresentCards)
        assert QApplication.focusWidget() is paper.whom
        assert not paper.number_field.isVisible()
        type_text("o")
        still(qtbot, app)
        assert paper.number_field.isVisible() and not paper.print_button.isEnabled()
        press(KEY.Key_Return)
        assert QApplication.focusWidget() is paper.number
        type_text("LB1-000099-X")
        still(qtbot, app)
        assert not paper.print_button.isEnabled()
        press(KEY.Key_Return)
        assert paper.number_field.mistake.text(), "said when it is left"
        paper.number.setFocus()
        press(KEY.Key_A, CTRL)
        type_text(somebody)
        still(qtbot, app)
        assert paper.preview.empty.sentence() == "1 card on 1 page will be made."
        assert paper.second.findData("fr") >= 0, "one person may want any language"
        pages, codes, said = looked_at(save(qtbot, app, paper, tmp_path / "one.pdf"))
        assert (pages, codes) == (1, 1) and somebody in said


def test_wristbands_are_for_children_under_five(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = open_paper(qtbot, app, window, "cards")
        choose_format(paper, "wristband-letter")
        still(qtbot, app)
        assert any("under five" in one for one in paper.notes.said())
        assert isinstance(paper, PresentCards) and paper.wanted is not None
        few = len(paper.wanted.chosen)
        assert 0 < few < 40
        _, codes, said = looked_at(save(qtbot, app, paper, tmp_path / "w.pdf"))
        assert codes == few and "Muestre" not in said
        press(KEY.Key_G, CTRL)
        still(qtbot, app)
        assert "No child under five" in paper.preview.empty.sentence(), "they all wear one now"
        assert not paper.print_button.isEnabled()


def test_what_is_remembered_of_sheets(tmp_path: Path) -> None:
    assert read_card_memory(tmp_path) == CardMemory()
    assert usual_format(tmp_path, "PAN") == "letter" and usual_format(tmp_path, "DEU") == "a4"
    remember_sheet(tmp_path, "letter-business", 4, ahead=False)
    remember_sheet(tmp_path, "wristband-a4", 7, ahead=True)
    kept = read_card_memory(tmp_path)
    assert (kept.form, kept.ahead) == ("letter-business", "wristband-a4")
    assert [kept.free_place(name) for name in ("letter-business", "wristband-a4", "a4")] == [4, 7, 1]
    assert usual_format(tmp_path, "PAN") == "letter-business"
    remember_sheet(tmp_path, "wristband-a4", 2, ahead=False)
    assert usual_format(tmp_path, "PAN") == "letter", "cards in one key are no wristbands"
    for broken in (
        "",
        "[]",
        "{}",
        '{"form": 1, "ahead": [], "free": {"a4": "x", "letter": 0, "b": true}}',
        "{" * 99,
    ):
        (tmp_path / FILE).write_text(broken)
        assert read_card_memory(tmp_path).free_place("a4") == 1
    blocked = tmp_path / "not-a-folder"
    blocked.write_text("")
    assert remember_sheet(blocked, "a4", 3, ahead=False) == CardMemory(), "that stops nobody"
