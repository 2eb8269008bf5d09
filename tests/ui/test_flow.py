"""A row that wraps, whose parts grow while nobody sees it: what stands below makes room when it is seen again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel, QLayout, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.ui.screens.people_stack import PageStack
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.flow import FlowLayout

LONG = "words enough to fill a line of their own in any small window"


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    theme().set_still(True)
    yield
    theme().set_still(False)


class Pages:
    """A window of two pages; the first holds a flow of short labels, and below it a line."""

    def __init__(self, qtbot: QtBot) -> None:
        self.flow, self.below = FlowLayout(), QLabel("below")
        self.labels = [QLabel("x") for _ in range(6)]
        for label in self.labels:
            self.flow.addWidget(label)
        first, self.other = QWidget(), QLabel("another page")
        column = QVBoxLayout(first)
        column.addWidget(self.flow)
        column.addWidget(self.below)
        column.addStretch(1)
        self.first, self.stack = first, PageStack(first, self.other)
        self.window = QWidget()
        outer = QVBoxLayout(self.window)
        outer.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        outer.addWidget(self.stack)
        self.window.resize(400, 600)
        qtbot.addWidget(self.window)
        with qtbot.waitExposed(self.window):
            self.window.show()
        qtbot.waitUntil(self.is_whole)

    def grow(self) -> None:
        for label in self.labels:
            label.setText(LONG)

    def is_whole(self) -> bool:
        """Whether the flow has the height it needs, and nothing lies under it."""
        needed = self.flow.heightForWidth(self.flow.width())
        ends = max(label.geometry().bottom() for label in self.labels)
        return self.flow.height() == needed > ends and self.below.y() > self.flow.geometry().bottom()


@pytest.mark.parametrize("is_resized", [False, True], ids=["as wide", "wider meanwhile"])
def test_parts_that_grew_while_the_page_was_behind_have_room_when_it_is_shown(
    qtbot: QtBot, is_resized: bool
) -> None:
    pages = Pages(qtbot)
    one_line = pages.flow.height()
    pages.stack.show_page(pages.other)
    pages.grow()
    if is_resized:
        pages.window.resize(440, 600)
        assert pages.flow.heightForWidth(300) > one_line
    pages.stack.show_page(pages.first)
    qtbot.waitUntil(lambda: pages.flow.height() > 3 * one_line and pages.is_whole())


def test_a_height_is_not_remembered_past_a_change_nobody_told(qtbot: QtBot) -> None:
    flow, label = FlowLayout(), QLabel("x")
    qtbot.addWidget(flow)
    for part in (QLabel("y"), label):
        flow.addWidget(part)
    short, narrow = flow.heightForWidth(200), flow.sizeHint().width()
    label.setText(LONG)
    assert flow.heightForWidth(200) > short and flow.sizeHint().width() > narrow
