"""What has the focus is seen, also when the page around it is laid out after it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.ui.widgets.page_area import PageArea


def _page(qtbot: QtBot) -> tuple[PageArea, QLabel, QLineEdit]:
    page, tall, field = QWidget(), QLabel("…"), QLineEdit()
    column = QVBoxLayout(page)
    column.addWidget(tall)
    column.addWidget(field)
    column.addStretch(1)
    area = PageArea(page)
    qtbot.addWidget(area)
    area.resize(400, 300)
    with qtbot.waitExposed(area):
        area.show()
    return area, tall, field


def _is_seen(area: PageArea, field: QWidget) -> bool:
    return area.viewport().rect().contains(QRect(field.mapTo(area.viewport(), QPoint(0, 0)), field.size()))


def test_a_field_stays_in_view_when_what_opened_above_it_moves_it(qtbot: QtBot) -> None:
    area, tall, field = _page(qtbot)
    QTimer.singleShot(0, lambda: tall.setMinimumHeight(900))  # what is laid out deep in a page comes late
    field.setFocus(Qt.FocusReason.OtherFocusReason)
    area.bring_into_view(field)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0 and _is_seen(area, field))


def test_whoever_scrolls_away_from_the_focus_is_left_alone(qtbot: QtBot) -> None:
    area, tall, field = _page(qtbot)
    tall.setMinimumHeight(900)
    area.bring_into_view(field)
    qtbot.waitUntil(lambda: area.verticalScrollBar().value() > 0)
    qtbot.waitUntil(lambda: area.is_laid_out)
    area.verticalScrollBar().setValue(0)
    tall.setMinimumHeight(1200)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 900)
    qtbot.waitUntil(lambda: area.is_laid_out)
    assert area.verticalScrollBar().value() == 0
