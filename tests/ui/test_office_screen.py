"""The office's screen: stations enrolled, sticks taken in, receipts left on them, matrices published; by keyboard."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.offices import accept_reply, enrol_request, read_reply
from shelterdesk.core.matrix import CellStatus
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screens.office import OfficeScreen
from shelterdesk.ui.screens.office_enrol import EnrolStationSection
from shelterdesk.ui.screens.office_intake import IntakeSection
from shelterdesk.ui.screens.office_matrix import MatrixSection
from shelterdesk.ui.screens.office_posts import PostsSection
from shelterdesk.ui.tables.matrix import status_said, status_tone
from tests.stations import make_template
from tests.sync.worlds import World, at, carry, parts_in, register
from tests.ui.desk_windows import CTRL, KEY, press, type_text
from tests.ui.full_house import cells
from tests.ui.stick_world import OFFICE, at_work, choose_file, fresh, full_world, still

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> World:
    """An office, a station with forty people and an empty one."""
    return full_world(tmp_path_factory.mktemp("full"), tmp_path)


def screen_of(window: MainWindow) -> OfficeScreen:
    """The office's screen, open."""
    screen = window.current()
    assert isinstance(screen, OfficeScreen)
    return screen


def written(world: World, station: Path, stick: Path, clock: SetClock) -> Path:
    """A stick a station has written."""
    with at(station, clock) as desk:
        export_bundle(desk, fresh(stick))
    return stick


def test_only_an_office_has_this_screen(qtbot: QtBot, world: World, clock: SetClock) -> None:
    with at_work(qtbot, world.office, clock, OFFICE) as (_, window):
        names = [screen_of(window).name, "sheets", "settings"]
        assert sorted(names) == sorted(window.names())
        assert list(screen_of(window).sections) == [
            "posts", "intake", "aside", "enrol_station", "matrix", "erase", "clocks",
        ]  # fmt: skip


def test_posts_before_and_after_a_stick(qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path) -> None:
    stick = written(world, world.lb, tmp_path / "stick", clock)
    with at_work(qtbot, world.office, clock, OFFICE) as (app, window):
        posts = screen_of(window).current()
        assert isinstance(posts, PostsSection)
        assert cells(posts.table)[0][:3] == ["LB", "Lajas Blancas", "never"]
        assert posts.reading.said() == ["Lajas Blancas was not heard yet."]
        press(KEY.Key_Down)
        press(KEY.Key_Return)
        intake = screen_of(window).current()
        assert isinstance(intake, IntakeSection)
        assert QApplication.focusWidget() is intake.folder.line
        type_text(str(stick))
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "way back" in " ".join(intake.outcome.said()), timeout=20_000)
        still(qtbot, app)
        assert list((stick / "SHELTERDESK" / "receipts").iterdir())
        press(KEY.Key_Return, CTRL)  # the same stick again: everything is known
        qtbot.waitUntil(lambda: "0 new records" in " ".join(intake.outcome.said()), timeout=20_000)
        qtbot.waitUntil(intake.take_in_button.isEnabled, timeout=20_000)
        press(KEY.Key_Escape)
        press(KEY.Key_Up)
        still(qtbot, app)
        row = cells(posts.table)[0]
        assert row[2] == "08:00 (just now)" or row[2] == "13:00 (just now)"
        assert row[3].startswith("LB1 to ")
        assert row[4:] == ["–", "–", "–"]


def test_several_folders_one_of_them_gone_one_damaged(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    one = written(world, world.lb, tmp_path / "one", clock)
    with at(world.mt, clock) as desk:
        register(desk, "Amina", "Omar")
    two = written(world, world.mt, tmp_path / "two", clock)
    damaged = parts_in(two)[0]
    damaged.write_bytes(damaged.read_bytes()[:-1])
    gone = fresh(tmp_path / "gone")
    with at_work(qtbot, world.office, clock, OFFICE) as (app, window):
        press(KEY.Key_Down)
        press(KEY.Key_Return)
        intake = screen_of(window).current()
        assert isinstance(intake, IntakeSection)
        for folder in (gone, two, one):
            type_text(str(folder))
            press(KEY.Key_O, CTRL)
            qtbot.waitUntil(lambda: not intake.folder.field.text())
        assert intake.list.said() == [str(gone), str(two), str(one)]
        gone.rmdir()
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: any(s.startswith("one: ") for s in intake.outcome.said()), timeout=20_000)
        qtbot.waitUntil(intake.take_in_button.isEnabled, timeout=20_000)
        still(qtbot, app)
        said = intake.outcome.said()
        assert said[0].startswith("gone: ")
        assert "is not there" in said[0]
        assert any(damaged.name in line and "Have it written again" in line for line in said)
        assert any(line.startswith("one: Taken in: ") and "0 new records" not in line for line in said)
        press(KEY.Key_Escape)
        press(KEY.Key_Down)
        still(qtbot, app)
        aside = screen_of(window).current()
        assert aside.name == "aside"


def test_a_station_is_enrolled_and_takes_the_answer_in(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    station = make_template(tmp_path / "ca", code="CA").folder
    request, reply = tmp_path / "ca.json", tmp_path / "ca-reply.json"
    with at(station, clock) as desk:
        asked = enrol_request(desk, request).result
    with at_work(qtbot, world.office, clock, OFFICE) as (app, window):
        for _ in range(3):
            press(KEY.Key_Down)
        section = screen_of(window).current()
        assert isinstance(section, EnrolStationSection)
        press(KEY.Key_Return)
        type_text(str(request))
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: section.letter is not None, timeout=10_000)
        assert section.introduced.text() == "Station CA asks to be enrolled. These are its words:"
        assert section.six.words() == list(asked.words)
        press(KEY.Key_Return, CTRL)
        assert not reply.exists(), "nothing is signed before the words were compared"
        section.same.setFocus()
        press(KEY.Key_Space)
        section.reply.line.setFocus()
        press(KEY.Key_A, CTRL)
        type_text(str(reply))
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: bool(section.own_six.words()), timeout=10_000)
        assert "is enrolled" in section.outcome.said()[0]
        office_words = section.own_six.words()
        press(KEY.Key_Escape)
        for _ in range(3):
            press(KEY.Key_Up)
        still(qtbot, app)
        posts = screen_of(window).current()
        assert isinstance(posts, PostsSection)
        assert [row[0] for row in cells(posts.table)] == ["CA", "LB", "MT"]
    assert list(read_reply(reply).words) == office_words
    with at(station, clock) as desk:
        accept_reply(desk, reply, office_words)
        assert desk.roster.office is not None


def test_the_matrix_is_looked_at_and_saved(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    carry(world.lb, world.office, tmp_path / "stick", clock)
    out = tmp_path / "matrix.csv"
    with at_work(qtbot, world.office, clock, OFFICE) as (app, window):
        for _ in range(4):
            press(KEY.Key_Down)
        section = screen_of(window).current()
        assert isinstance(section, MatrixSection)
        still(qtbot, app)
        rows = {(row.station, f"{row.period_start:%Y-%m}", row.nationality_iso3): row for row in section.rows}
        assert rows["LB", "2026-11", "VEN"].total == 40
        assert rows["LB", "2026-11", "VEN"].status is CellStatus.PROVISIONAL
        assert rows["MT", "2026-11", ""].total is None, "a station that was not heard has no figure"
        shown = {tuple(row[:3]): row for row in cells(section.table)}
        assert shown["MT", "Nov 2026", "all nationalities"][3:5] == ["no data", ""]
        assert section.notes.said()[0] == "40 arrivals in these days."
        press(KEY.Key_Return)
        assert QApplication.focusWidget() is section.first
        press(KEY.Key_A, CTRL)
        type_text("2027-01-01")
        press(KEY.Key_Return)
        assert section.last_field.mistake.text() == "The period ends before it begins."
        section.first.setFocus()
        press(KEY.Key_A, CTRL)
        type_text("2026-11-01")
        press(KEY.Key_Return)
        still(qtbot, app)
        assert section.last_field.mistake.text() == ""
        press(KEY.Key_S, CTRL)
        choose_file(qtbot, out)
        qtbot.waitUntil(lambda: "Saved" in window.toast.text(), timeout=10_000)
        with out.open(encoding="utf-8", newline="") as file:
            saved = list(csv.reader(file))
        assert len(saved) == 2 + len(section.rows), "a header, the tags, and what was shown"


def test_every_status_has_a_word_and_a_tone() -> None:
    for status in CellStatus:
        assert bool(status_said(status)) == (status is not CellStatus.FIGURE)
        assert (status_tone(status) is None) == (status is CellStatus.FIGURE)
