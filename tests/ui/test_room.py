"""Room: what makes room for itself, what takes none, and that nothing is cut or pushed below the edge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLayout, QScrollBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.demo import practice_station
from shelterdesk.actions.registration import RegisteredFamily, register_family
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.core.vocabulary import Sex
from shelterdesk.core.words import speak
from shelterdesk.startup import use_language
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.screen_making import ScreenMaker
from shelterdesk.ui.screens.counter import CounterScreen
from shelterdesk.ui.screens.lodging import LodgingScreen
from shelterdesk.ui.screens.reception import ReceptionScreen
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import (
    BigAnswer,
    ButtonRow,
    Column,
    EmptyState,
    FieldGrid,
    KeyHint,
    LabelledField,
    RowsModel,
    RowsTable,
    SecondaryButton,
    Tone,
)
from tests.stations import CHEAP, PASSPHRASE
from tests.ui.desk_windows import log_in, program

SCREENS: tuple[ScreenMaker, ...] = (ReceptionScreen, LodgingScreen, CounterScreen)
_kept: list[QWidget] = []  # pytest-qt closes windows but does not keep them


@pytest.fixture(autouse=True)
def the_look_as_it_was(qtbot: QtBot) -> Iterator[None]:
    theme().set_still(True)
    yield
    theme().set_text_percent(100)
    theme().set_still(False)
    speak("en")
    _kept.clear()


@dataclass(frozen=True)
class Person:
    number: int
    name: str
    born: int


def shown(qtbot: QtBot, widget: QWidget, width: int = 600, height: int = 400) -> QWidget:
    """A window with a widget at its top, exposed."""
    window = QWidget()
    _kept.append(window)
    column = QVBoxLayout(window)
    # The drawing-in-memory platform warns when a layout narrows how small its window may become.
    column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    column.addWidget(widget)
    column.addStretch(1)
    window.resize(width, height)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    return window


@pytest.fixture
def practice(tmp_path: Path, clock: SetClock) -> tuple[Path, RegisteredFamily]:
    """A practice station with its plan and a family of six."""
    desk = practice_station(tmp_path / "practice", clock, cost=CHEAP)
    six = tuple(
        PersonForm("Mendanda Villedo", name, sex=Sex.F, birth="1990", nationality=("VEN",))
        for name in ("Ana", "Luis", "Marie", "Noor", "Yeferson", "Zaynab")
    )
    family = register_family(desk, FamilyForm(six)).result
    desk.close()
    return tmp_path / "practice", family


def at(qtbot: QtBot, app: DeskApp, name: str) -> Screen:
    """A screen of the window in Spanish at 1366 × 768, at rest."""
    window = log_in(qtbot, app, "admin", PASSPHRASE)
    assert (window.width(), window.height()) == (1366, 768) and window.top.stripe.isVisible()
    window.open_screen(name)
    qtbot.waitUntil(lambda: not app.worker.is_busy)
    return window.screen_named(name)


def is_whole(app: DeskApp, screen: Screen) -> bool:
    """Whether a screen stands in the window without scrolling."""
    assert app.window is not None
    return app.window._pages[screen.name].verticalScrollBar().maximum() == 0


def test_in_a_practice_the_message_leaves_the_whole_form_in_sight(
    qtbot: QtBot, practice: tuple[Path, RegisteredFamily], clock: SetClock
) -> None:
    use_language("es")
    with program(qtbot, practice[0], clock, SCREENS) as app:
        screen = at(qtbot, app, "reception")
        assert isinstance(screen, ReceptionScreen) and app.window is not None
        screen.family.member["given"].set_text("Luis")
        screen.family.member["birth"].set_text("1990")
        screen.family.next_member()
        screen.family.member["given"].set_text("Ana")
        app.window.say("Familia LB1-H0004-5 guardada, 2 personas.", Tone.OK, lambda: None)
        qtbot.waitUntil(lambda: app.window is not None and app.window.toast.isVisible())
        qtbot.waitUntil(lambda: is_whole(app, screen))
        save, place = screen.family.foot.save, app.window.stack
        end = save.mapTo(place, QPoint(0, save.height())).y()
        assert end <= place.height(), "the primary button stands above the message"


def test_a_family_of_six_stands_whole_beside_the_answer(
    qtbot: QtBot, practice: tuple[Path, RegisteredFamily], clock: SetClock
) -> None:
    use_language("es")
    with program(qtbot, practice[0], clock, SCREENS) as app:
        screen = at(qtbot, app, "counter")
        assert isinstance(screen, CounterScreen)
        screen.choose("LUNCH")
        screen.serve(practice[1].members[0].number)
        qtbot.waitUntil(lambda: len(screen.family.ticks.boxes()) == 6)
        qtbot.waitUntil(lambda: is_whole(app, screen))
        ticks = screen.family.ticks
        for box in ticks.boxes():
            assert box.height() >= box.sizeHint().height() and ticks.rect().contains(box.geometry())
        assert screen.answer.width() * 2 >= screen.width() - 120


def test_the_places_of_the_site_fit_beside_who_sleeps_there(
    qtbot: QtBot, practice: tuple[Path, RegisteredFamily], clock: SetClock
) -> None:
    use_language("es")
    with program(qtbot, practice[0], clock, SCREENS) as app:
        screen = at(qtbot, app, "lodging")
        assert isinstance(screen, LodgingScreen)
        for bar in (screen.site.table.view.horizontalScrollBar(), screen.table.view.horizontalScrollBar()):
            qtbot.waitUntil(partial(_is_still, bar))


def _is_still(bar: QScrollBar) -> bool:
    return bar.maximum() == 0


def test_a_sentence_of_several_lines_makes_room_for_itself_at_any_size(qtbot: QtBot) -> None:
    theme().set_text_percent(200)
    grid, fields = FieldGrid(), [LabelledField(name) for name in "abcd"]
    grid.add_row((fields[0], 2), (fields[1], 2))
    grid.add_row((fields[2], 2), (fields[3], 2))
    window = shown(qtbot, grid, width=1100, height=900)
    grid.resize(600, 800)  # arranged anew: the items of an earlier arrangement must be gone
    window.resize(900, 900)
    qtbot.waitUntil(lambda: grid.columns == 2)
    below = fields[2].mapTo(window, fields[2].rect().topLeft()).y()
    fields[0].set_mistake(
        "This is not a day of the calendar. Write the day first, then the month, then the year."
    )
    mistake = fields[0].mistake
    qtbot.waitUntil(lambda: mistake.height() >= mistake.heightForWidth(mistake.width()) > 0)
    assert mistake.heightForWidth(mistake.width()) > 2 * mistake.fontMetrics().height()
    qtbot.waitUntil(lambda: fields[2].mapTo(window, fields[2].rect().topLeft()).y() > below)
    end = mistake.mapTo(window, mistake.rect().bottomLeft()).y()
    assert fields[2].mapTo(window, fields[2].rect().topLeft()).y() >= end


def test_fields_of_a_row_stand_level_when_one_hint_needs_a_second_line(qtbot: QtBot) -> None:
    grid, fields = (
        FieldGrid(),
        [LabelledField(name) for name in ("Born", "Walks with difficulty", "Sex", "Bed")],
    )
    grid.add_row(*((field, 1) for field in fields))
    window = shown(qtbot, grid, width=640)

    def tops() -> set[int]:
        return {field.editor.mapTo(window, field.editor.rect().topLeft()).y() for field in fields}

    qtbot.waitUntil(lambda: len(tops()) == 1)
    before = tops()
    fields[1].set_hint("nobody asked this yet")
    qtbot.waitUntil(lambda: len(tops()) == 1 and tops() != before)


def test_a_column_with_nothing_to_tell_takes_no_room(qtbot: QtBot) -> None:
    model = RowsModel[Person](
        (
            Column[Person]("Name", lambda p: p.name),
            Column[Person](
                "Born", lambda p: str(p.born), shown_if=lambda rows: any(p.born > 2000 for p in rows)
            ),
        ),
        key=lambda p: p.number,
    )
    table = RowsTable(model, EmptyState("people", "Nobody"))
    shown(qtbot, table)
    old, young = Person(1, "Ana", 1990), Person(2, "Luis", 2016)
    model.set_rows([old])
    assert table.view.isColumnHidden(1) and table.view.columnWidth(0) > 300
    model.set_rows([old, young])
    assert not table.view.isColumnHidden(1)


def test_an_answer_is_never_cut_and_its_reason_is_read_from_two_metres(qtbot: QtBot) -> None:
    answer = BigAnswer("Scan a card")
    answer.setFixedHeight(500)
    window = shown(qtbot, answer, width=700, height=520)
    answer.show_answer(Tone.WARN, "Already", "Lunch received 12:31 at counter 2", name="Luis Toussaint")
    name, _, reason, _ = answer._set(answer.width() - 48, answer.height() - 40, 64, 12)
    assert name.pixelSize() >= 30 and reason.pixelSize() >= 30
    theme().set_text_percent(200)
    answer.show_answer(Tone.WARN, "Not known", "Not known here. Food and care are given all the same. " * 4)
    needed = answer.heightForWidth(window.width())
    assert needed > answer.minimumSizeHint().height()
    inner = needed - 2 * theme().gap(20)
    _, _, _, parts = answer._set(window.width() - 2 * theme().gap(24), inner, 64, theme().gap(12))
    assert sum(high for high, _ in parts) + theme().gap(12) * (len(parts) - 1) <= inner


def test_a_key_goes_on_with_its_button_and_goes_away_with_it(qtbot: QtBot) -> None:
    first, second = (
        SecondaryButton("The first of the two", "F5"),
        SecondaryButton("The second", "Ctrl+Shift+F"),
    )
    row = ButtonRow(first, second)
    window = shown(qtbot, row, width=600)
    hints = row.findChildren(KeyHint)
    tight = second.geometry().right() + 4  # room for the second button, none for its key
    window.resize(tight + window.width() - row.width(), 400)
    qtbot.waitUntil(lambda: second.y() > first.y())
    assert abs(hints[1].geometry().center().y() - second.geometry().center().y()) <= 2
    second.hide()
    qtbot.waitUntil(lambda: not hints[1].isVisible())
    second.show()
    qtbot.waitUntil(hints[1].isVisible)
