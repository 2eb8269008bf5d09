"""A page fits its window again once nothing on it needs the room, and what has the focus is seen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.ui.widgets.page_area import PageArea


class Page(QWidget):
    """A page of a height that may change without anybody being told."""

    high = 100

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.high)


def test_a_page_that_became_lower_after_it_was_measured_fits_again(qtbot: QtBot) -> None:
    page = Page()
    area = PageArea(page)
    qtbot.addWidget(area)
    area.resize(400, 300)
    with qtbot.waitExposed(area):
        area.show()
    page.high = 900
    page.updateGeometry()
    qtbot.waitUntil(lambda: page.height() == 900 and area.verticalScrollBar().maximum() > 0)
    QApplication.processEvents()
    QTimer.singleShot(0, lambda: setattr(page, "high", 100))
    QApplication.sendEvent(area, QEvent(QEvent.Type.LayoutRequest))  # Qt measures it, before that
    assert page.height() == 900
    qtbot.waitUntil(lambda: page.height() == area.viewport().height())
    assert area.verticalScrollBar().maximum() == 0


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
    qtbot.waitUntil(lambda: not area._settle.isActive())
    area.verticalScrollBar().setValue(0)
    tall.setMinimumHeight(1200)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 900)
    qtbot.waitUntil(lambda: not area._settle.isActive())
    assert area.verticalScrollBar().value() == 0
