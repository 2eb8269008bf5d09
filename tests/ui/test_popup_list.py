"""The list under a field is as wide as its lines, and stays in the window whichever way it is laid out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.ui.theme import Size, Type, theme
from shelterdesk.ui.widgets import Found
from shelterdesk.ui.widgets.popup_list import PopupList

LINES = [
    Found(1, "Beluera Montuera, Génesis Marielvis", "LB1-000263-M · 6 · VEN", "user"),
    Found(2, "Ana", "LB1-000001-T · about 40 · HTI", "user"),
]


@pytest.fixture(autouse=True)
def the_text_as_it_was(qtbot: QtBot) -> Iterator[None]:
    theme().set_still(True)
    yield
    theme().set_text_percent(100)
    theme().set_still(False)


def dropped(
    qtbot: QtBot, way: Qt.LayoutDirection, width: int, *, at_end: bool = False
) -> tuple[QWidget, QLineEdit, PopupList]:
    """A list under a field of 200 pixels at the begin (or the end) of a window."""
    window, field = QWidget(), QLineEdit()
    qtbot.addWidget(window)
    window.setLayoutDirection(way)
    row = QHBoxLayout(window)
    row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    field.setFixedWidth(200)
    row.addWidget(field)
    if at_end:
        row.insertStretch(0, 1)
    else:
        row.addStretch(1)
    window.resize(width, 500)
    with qtbot.waitExposed(window):
        window.show()
    made = PopupList(field)
    made.show_lines(LINES)
    return window, field, made


def room_needed() -> int:
    body, small = QFontMetrics(theme().font(Type.BODY)), QFontMetrics(theme().font(Type.LABEL + 1))
    return body.horizontalAdvance(LINES[0].text) + small.horizontalAdvance(LINES[0].detail)


@pytest.mark.parametrize("way", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
@pytest.mark.parametrize("percent", [100, 200])
def test_a_line_is_not_cut_where_the_window_has_room(
    qtbot: QtBot, way: Qt.LayoutDirection, percent: int
) -> None:
    theme().set_text_percent(percent)
    window, field, popup = dropped(qtbot, way, 1300)
    assert popup.viewport().width() >= room_needed() + theme().px(Size.ICON_TEXT)
    left, begin = popup.geometry().left(), field.mapTo(window, QPoint(0, 0)).x()
    if way is Qt.LayoutDirection.LeftToRight:
        assert left == begin
    else:
        assert left + popup.width() == begin + field.width()


@pytest.mark.parametrize("way", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
@pytest.mark.parametrize("at_end", [False, True])
def test_the_list_stays_in_a_narrow_window(qtbot: QtBot, way: Qt.LayoutDirection, at_end: bool) -> None:
    theme().set_text_percent(200)
    window, _, popup = dropped(qtbot, way, 420, at_end=at_end)
    assert window.rect().contains(popup.geometry())
