"""The lists among the papers: previews that follow the house, files, and who sees which."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from shelterdesk.actions.arrival_groups import count_group
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.intake_form import print_intake_forms
from shelterdesk.core.people import ArrivalGroupForm
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screens.reception import ReceptionScreen
from shelterdesk.ui.screens.sheets import SheetsScreen
from shelterdesk.ui.screens.sheets_evacuation import NUMBERS, EvacuationPaper
from shelterdesk.ui.screens.sheets_intake import IntakePaper
from shelterdesk.ui.screens.sheets_lists import ListPaper
from shelterdesk.ui.screens.sheets_paper import Paper
from shelterdesk.ui.screens.sheets_record import RecordPaper
from shelterdesk.ui.screens.sheets_residents import ResidentsPaper
from tests.sync.worlds import World
from tests.ui.desk_windows import CTRL, KEY, log_in, press, program, type_text
from tests.ui.full_house import with_desk
from tests.ui.printed import words_of_pages
from tests.ui.stick_world import SHEETS, at_work, choose_file, full_world, still

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> World:
    """An office, and a station with forty people."""
    return full_world(tmp_path_factory.mktemp("full"), tmp_path)


def open_paper(window: MainWindow, name: str) -> Paper:
    """Walk down to a paper with the arrows."""
    screen = window.current()
    assert isinstance(screen, SheetsScreen)
    for _ in screen.sections:
        if screen.current().name == name:
            break
        press(KEY.Key_Down)
    paper = screen.current()
    assert isinstance(paper, Paper) and paper.name == name
    return paper


def is_drawn(paper: Paper) -> bool:
    """Whether a paper is shown, not words."""
    return paper.preview.has_pdf


def text_of(path: Path) -> str:
    return "\n".join(words_of_pages(path.read_bytes()))


@pytest.mark.parametrize("name", ["evacuation", "residents", "shift"])
def test_a_list_is_drawn_saved_and_noted(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "list.pdf"
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = open_paper(window, name)
        assert isinstance(paper, ListPaper)
        still(qtbot, app)
        assert paper.drawn is not None and paper.preview.has_pdf and paper.is_ready()
        press(KEY.Key_S, CTRL)
        choose_file(qtbot, out)
        qtbot.waitUntil(out.exists, timeout=10_000)
        still(qtbot, app)
        assert str(out) in window.toast.text()
        text = text_of(out)
        assert "Page 1 of" in text and ("LB1-000001-T" in text) is (name != "shift")


def test_choices_change_the_preview_and_the_house_does(qtbot: QtBot, world: World, clock: SetClock) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = open_paper(window, "evacuation")
        assert isinstance(paper, EvacuationPaper)
        still(qtbot, app)
        first = paper.drawn
        assert first is not None and "40 people" in paper.notes.said()[0]
        paper.names.set_value(NUMBERS)
        paper.names_field.changed.emit("")
        still(qtbot, app)
        assert paper.drawn is not None and paper.drawn.pdf != first.pdf
        app.worker.write(count_group, ArrivalGroupForm(5, {}))
        still(qtbot, app)
        assert "45 people" in paper.notes.said()[0]


def test_one_block_of_the_site(qtbot: QtBot, world: World, clock: SetClock) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = open_paper(window, "residents")
        assert isinstance(paper, ResidentsPaper)
        still(qtbot, app)
        assert "40 people" in paper.notes.said()[0]
        paper.block.setFocus()
        press(KEY.Key_Down)
        still(qtbot, app)
        assert paper.block.value() == "A" and "32 people" in paper.notes.said()[0]


def test_forms_exist_once_they_are_made_and_can_be_given_up(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = open_paper(window, "intake")
        assert isinstance(paper, IntakePaper)
        still(qtbot, app)
        press(KEY.Key_Return)
        press(KEY.Key_A, CTRL)
        type_text("900")
        assert not paper.is_ready() and "from 1 to 200" in paper.not_ready()
        press(KEY.Key_A, CTRL)
        type_text("3")
        assert not is_drawn(paper)
        press(KEY.Key_S, CTRL)
        choose_file(qtbot, tmp_path / "forms.pdf")
        qtbot.waitUntil((tmp_path / "forms.pdf").exists, timeout=10_000)
        still(qtbot, app)
        assert is_drawn(paper) and "3 tokens are reserved" in paper.notes.said()[0]
        made = paper.made
        assert made is not None
        paper._give_up(made.result.undo)
        still(qtbot, app)
        assert not is_drawn(paper) and len(paper.notes.said()) == 1


def test_a_record_wants_a_persons_number(qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path) -> None:
    out = tmp_path / "own.pdf"
    with at_work(qtbot, world.lb, clock, SHEETS) as (app, window):
        paper = open_paper(window, "record")
        assert isinstance(paper, RecordPaper)
        press(KEY.Key_Return)
        for typed, said in (("LB1-H0017-W", "not a person's number"), ("LB1-000001-A", "misread")):
            press(KEY.Key_A, CTRL)
            type_text(typed)
            assert said in paper.not_ready() and not paper.is_ready()
        press(KEY.Key_A, CTRL)
        type_text("1-T")
        assert paper.is_ready() and paper.file_name() == "own-record-LB1-000001-T"
        press(KEY.Key_S, CTRL)
        choose_file(qtbot, out)
        qtbot.waitUntil(out.exists, timeout=10_000)
        still(qtbot, app)
        assert "Toussaint, Ana0" in text_of(out) and paper.preview.has_pdf


def test_the_number_of_a_slip_opens_the_reception_from_any_screen(
    qtbot: QtBot, world: World, clock: SetClock
) -> None:
    tokens: list[str] = []

    def reserve(desk: Desk) -> None:
        tokens.extend(print_intake_forms(desk, 2, io.BytesIO()).result.tokens)

    with_desk(world.lb, clock, reserve)
    with program(qtbot, world.lb, clock, (ReceptionScreen, SheetsScreen)) as app:
        window = log_in(qtbot, app)
        still(qtbot, app)
        press(KEY.Key_2, CTRL)
        still(qtbot, app)
        press(KEY.Key_F2)
        type_text(tokens[1])
        press(KEY.Key_Return)
        still(qtbot, app)
        reception = window.current()
        assert isinstance(reception, ReceptionScreen)
        assert reception.family.count_words.text() == "slip of paper"


def test_who_sees_which_papers(qtbot: QtBot, world: World, clock: SetClock) -> None:
    with at_work(qtbot, world.lb, clock, SHEETS, "operator") as (_, window):
        screen = window.current()
        assert isinstance(screen, SheetsScreen)
        lists = {"evacuation", "residents", "intake", "shift", "record"}
        assert lists <= set(screen.sections) and "daily" not in screen.sections
