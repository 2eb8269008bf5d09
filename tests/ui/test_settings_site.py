"""The editor of the site plan by keyboard: made, made alike, changed, refused, taken back, drawn, written to a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.core.plan import read_plan
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.screens.settings_site import SiteSection
from shelterdesk.ui.widgets.site_picture import SitePicture
from tests.ui.desk_windows import CTRL, KEY, line_of, press, program, settings, type_text
from tests.ui.full_house import cells, fill


def site(qtbot: QtBot, app: DeskApp) -> SiteSection:
    section = settings(qtbot, app, "site").current()
    assert isinstance(section, SiteSection)
    qtbot.waitUntil(lambda: not app.worker.is_busy)
    return section


def write(qtbot: QtBot, section: SiteSection, **values: str) -> None:
    for name, text in values.items():
        line = line_of(section._fields()[name])
        line.setFocus()
        line.selectAll()
        type_text(text) if text else press(KEY.Key_Delete)


def codes(section: SiteSection) -> list[str]:
    return [row[0].strip() for row in cells(section.table)]


def test_a_site_is_made_from_nothing_by_keys(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock) as app:
        section = site(qtbot, app)
        qtbot.waitUntil(lambda: section.code.text() == "A")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: codes(section) == ["A"])
        press(KEY.Key_N, CTRL)
        assert (section.code.text(), section.kind.value(), section.inside.text()) == ("A01", "room", "A")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: codes(section) == ["A", "A01"])
        qtbot.waitUntil(lambda: section.code.text() == "A01")
        press(KEY.Key_N, CTRL)
        assert (section.code.text(), section.inside.text(), section.capacity.text()) == ("A01-1", "A01", "1")
        write(qtbot, section, count="4")
        assert section.count.aside.text() == "to A01-4"
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: codes(section) == ["A", "A01", "A01-1", "A01-2", "A01-3", "A01-4"])
        assert app.window is not None and "A01-1 to A01-4 stand on the plan." in app.window.toast.text()
        app.window.undo()
        qtbot.waitUntil(lambda: codes(section) == ["A", "A01"])


def test_a_place_is_changed_and_what_cannot_be_is_said_at_its_field(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    fill(station_folder, clock)
    with program(qtbot, station_folder, clock) as app:
        section = site(qtbot, app)
        qtbot.waitUntil(lambda: section.table.select_key("A01"))
        qtbot.waitUntil(lambda: section.code.text() == "A01")
        assert not section.count.isVisible()
        write(qtbot, section, code="A02")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: section.code.mistake.text() == "There is a place A02 already.")
        write(qtbot, section, code="A01", area_m2="many")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "square metres" in section.area.mistake.text())
        write(qtbot, section, area_m2="31,5", parent="Z")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "Z is not a place" in section.inside.mistake.text())
        write(qtbot, section, parent="A")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(
            lambda: any(row[0].strip() == "A01" and row[3] == "31.5" for row in cells(section.table))
        )
        press(KEY.Key_Return, CTRL)
        assert app.window is not None
        window = app.window
        qtbot.waitUntil(lambda: "Nothing was different" in window.toast.text())


def test_fewer_places_than_people_is_said_not_refused(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    fill(station_folder, clock)
    with program(qtbot, station_folder, clock) as app:
        section = site(qtbot, app)
        qtbot.waitUntil(lambda: bool(codes(section)))
        section.table.select_key("A01")
        write(qtbot, section, capacity="1")
        press(KEY.Key_Return, CTRL)
        assert app.window is not None
        window = app.window
        qtbot.waitUntil(lambda: "4 people sleep there now" in window.toast.text())


def test_a_click_in_the_picture_stands_on_the_place(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    fill(station_folder, clock)
    with program(qtbot, station_folder, clock) as app:
        section = site(qtbot, app)
        qtbot.waitUntil(lambda: not section.picture.place_of("A02").isEmpty())
        at = section.picture.place_of("A02").topLeft() + QPoint(5, 5)
        QTest.mouseClick(section.picture, Qt.MouseButton.LeftButton, pos=at)
        qtbot.waitUntil(lambda: section.code.text() == "A02")


def test_boxes_of_the_picture_lie_within_what_they_lie_in(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    fill(station_folder, clock)
    with program(qtbot, station_folder, clock) as app:
        section = site(qtbot, app)
        qtbot.waitUntil(lambda: bool(section.picture._boxes))
        picture = SitePicture()
        qtbot.addWidget(picture)
        assert section._site is not None
        picture.show_site(section._site.tree)
        for width in (180, 400, 900):
            boxes, height = picture._laid_out(width)
            places = {box.state.place.code: box.at for box in boxes}
            assert len(places) == len(section.model._rows)
            for box in boxes:
                assert 0 <= box.at.left() and box.at.right() < max(width, 180) and box.at.bottom() < height
                parent = box.state.place.parent
                if parent is not None:
                    assert places[parent].contains(box.at)
            for one in boxes:
                for other in boxes:
                    if one is not other and one.state.place.parent == other.state.place.parent:
                        assert not one.at.intersects(other.at)


def test_the_plan_is_written_to_a_file_that_is_read_back(
    qtbot: QtBot, station_folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    fill(station_folder, clock)
    with program(qtbot, station_folder, clock) as app:
        section = site(qtbot, app)
        section.save_as(str(tmp_path / "site.csv"))
        qtbot.waitUntil((tmp_path / "site.csv").exists)
        rows = read_plan((tmp_path / "site.csv").read_text("utf-8-sig"))
        assert {row.code for row in rows} == set(codes(section))
        section.save_as(str(tmp_path / "gone" / "site.csv"))
        assert app.window is not None
        window = app.window
        qtbot.waitUntil(lambda: "cannot be written" in window.toast.text())
