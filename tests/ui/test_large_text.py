"""At 200 % text words stay whole and things that belong together stay level."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QLabel, QLayout, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.log_in import Centred
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import (
    BigAnswer,
    ButtonRow,
    Card,
    Column,
    EmptyState,
    LabelledField,
    PrimaryButton,
    RowsModel,
    RowsTable,
    Tone,
)
from shelterdesk.ui.widgets.page_area import PageArea


@pytest.fixture(autouse=True)
def large(qtbot: QtBot) -> Iterator[None]:
    theme().set_still(True)
    theme().set_text_percent(200)
    yield
    theme().set_text_percent(100)
    theme().set_still(False)


def in_page(qtbot: QtBot, widget: QWidget, width: int, height: int) -> PageArea:
    """A widget on a page that scrolls."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    column.addWidget(widget)
    area = PageArea(page)
    qtbot.addWidget(area)
    area.resize(width, height)
    with qtbot.waitExposed(area):
        area.show()
    return area


def list_of(words: list[str]) -> RowsTable:
    """A list of words that says why it is empty."""
    model = RowsModel[str]((Column[str]("Word", lambda word: word),), key=lambda word: word)
    empty = EmptyState(
        "people",
        "Nobody who is written like this is registered here yet.",
        "Scan a card or press F2 and type.",
    )
    table = RowsTable(model, empty)
    model.set_rows(words)
    return table


def _are_whole(table: RowsTable) -> bool:
    """Whether every sentence shown over the list has the room it needs, inside the list."""
    view = table.view.viewport()
    said = [label for label in view.findChildren(QLabel) if label.isVisible() and label.text()]
    return bool(said) and all(
        label.height() >= label.heightForWidth(label.width())
        and view.rect().contains(QRect(label.mapTo(view, QPoint(0, 0)), label.size()))
        for label in said
    )


def test_why_a_list_is_empty_is_read_whole_in_a_low_window(qtbot: QtBot) -> None:
    table = list_of([])
    area = in_page(qtbot, table, 500, 260)
    qtbot.waitUntil(lambda: _are_whole(table))
    assert area.verticalScrollBar().maximum() > 0, "the page scrolls instead"


def test_why_no_row_is_shown_is_read_whole_and_rows_need_no_room_for_it(qtbot: QtBot) -> None:
    table = list_of(["one", "two"])
    area = in_page(qtbot, table, 500, 260)
    low = table.minimumSizeHint().height()
    table.find_words("three")
    qtbot.waitUntil(lambda: _are_whole(table))
    table.find_words("")
    assert table.minimumSizeHint().height() == low
    assert area.isVisible()


@pytest.mark.parametrize("hint", ["", "a stick or a folder", "a stick or a folder that is not on this disk"])
def test_the_button_of_a_path_stands_beside_its_line(qtbot: QtBot, hint: str) -> None:
    field = PathField("Folder for the copy", PathKind.FOLDER, hint=hint)
    area = in_page(qtbot, field, 700, 400)
    line, button = field.line, field.choose

    def apart() -> int:
        return abs(
            line.mapTo(field, line.rect().center()).y() - button.mapTo(field, button.rect().center()).y()
        )

    qtbot.waitUntil(lambda: apart() <= 2)
    assert area.isVisible()


def test_a_sentence_under_a_field_makes_the_card_of_a_door_higher(qtbot: QtBot) -> None:
    card, field = Card("Log in", screen=True), LabelledField("Passphrase")
    button = PrimaryButton("Log in", "Return")
    card.add(field)
    card.add(ButtonRow(button))
    area = in_page(qtbot, Centred(card), 1000, 700)
    qtbot.waitUntil(lambda: area.is_laid_out)
    low = card.height()
    said = "This name and this passphrase do not open this desk. Type both again; capital letters count."
    field.set_mistake(said)
    qtbot.waitUntil(lambda: field.mistake.height() >= field.mistake.heightForWidth(field.mistake.width()) > 0)
    assert card.height() > low
    assert (
        field.mistake.mapTo(card, QPoint(0, field.mistake.height())).y()
        <= button.mapTo(card, QPoint(0, 0)).y()
    )
    field.set_mistake("")
    qtbot.waitUntil(lambda: card.height() == low)


def test_the_room_an_answer_needs_does_not_hang_on_the_room_it_has(qtbot: QtBot) -> None:
    answer = BigAnswer("Scan a card")
    qtbot.addWidget(answer)
    answer.show_answer(Tone.WARN, "Not known", "Not known here. Food and care are given all the same. " * 4)
    needed = set()
    for high in (300, 600, 1200):
        answer.resize(660, high)
        needed.add(answer.heightForWidth(660))
    assert len(needed) == 1
    answer.resize(660, needed.pop())
    gap, inner = theme().gap(12), answer.height() - 2 * theme().gap(20)
    parts = answer._set(660 - 2 * theme().gap(24), inner, 64, gap)[3]
    assert sum(high for high, _ in parts) + gap * (len(parts) - 1) <= inner, "nothing is cut in it"
