"""What an office decides for good, in its window: people erased by two persons, a wrong clock put right and back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.deciding import waiting
from shelterdesk.actions.erasing import erase
from shelterdesk.actions.two_persons import proposals, withdraw
from shelterdesk.core.errors import NotAllowed
from shelterdesk.core.kinds import PERSON
from shelterdesk.core.number import person_number
from shelterdesk.core.vocabulary import Role
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screens.office import OfficeScreen
from shelterdesk.ui.screens.office_clock import ClockSection
from shelterdesk.ui.screens.office_erase import EraseSection
from tests.actions.test_two_persons import let_in
from tests.sync.worlds import World, at, carry, copied, make_world
from tests.ui.desk_windows import CTRL, KEY, press, type_text
from tests.ui.full_house import cells
from tests.ui.stick_world import OFFICE, at_work, still

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
NAME = "Xochiquetzal"


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> World:
    """An office with two stations."""
    return copied(make_world(tmp_path_factory.mktemp("world")), tmp_path)


@pytest.fixture
def number(world: World, clock: SetClock, tmp_path: Path) -> str:
    """The number of somebody the office holds."""
    with at(world.lb, clock) as desk, desk.store.write(desk.user) as event:
        said = person_number("LB", "1", 777)
        event.create(PERSON, {"given": NAME, "number": said, "arrived_at": event.now, "station": "LB"})
    carry(world.lb, world.office, tmp_path / "stick", clock)
    return said


def part(qtbot: QtBot, app: DeskApp, window: MainWindow, name: str) -> object:
    """A part of the office's screen, by the arrows."""
    screen = window.current()
    assert isinstance(screen, OfficeScreen)
    qtbot.waitUntil(lambda: app.status is not None, timeout=10_000)
    for _ in list(screen.sections)[: list(screen.sections).index(name)]:
        press(KEY.Key_Down)
    assert screen.current().name == name
    still(qtbot, app)
    press(KEY.Key_Return)
    return screen.current()


def erasing(qtbot: QtBot, app: DeskApp, window: MainWindow) -> EraseSection:
    """The part that erases."""
    section = part(qtbot, app, window, "erase")
    assert isinstance(section, EraseSection)
    return section


def is_known(world: World, clock: SetClock) -> bool:
    with at(world.office, clock) as office:
        return bool(office.store.conn.execute("SELECT 1 FROM person WHERE given = ?", (NAME,)).fetchall())


def test_one_proposes_and_another_confirms(qtbot: QtBot, world: World, clock: SetClock, number: str) -> None:
    with at(world.office, clock) as office:
        let_in(office, "second")
    with at_work(qtbot, world.office, clock, OFFICE) as (app, window):
        section = erasing(qtbot, app, window)
        assert section.table.isHidden() and not section.erase_button.isEnabled()
        assert section.names.hasFocus()
        type_text(number)
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: bool(section.found.said()))
        assert (
            section.found.said()[0] == "To be erased: 1 person, 1 record." and NAME in section.found.said()[1]
        )
        type_text(f"request of {NAME}")
        section.sure.click()
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "names the person" in section.ground.mistake.text(), timeout=10_000)
        section.ground.set_text("request 12 of 2026")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: section.model.total == 1, timeout=10_000)
        still(qtbot, app)
        assert section.persons.text() == ""
        assert NAME in cells(section.table)[0][1]
        section.sure.click()
        assert not section.confirm_button.isEnabled(), "nobody confirms what they proposed"
    assert is_known(world, clock)
    with at_work(qtbot, world.office, clock, OFFICE, "second") as (app, window):
        section = erasing(qtbot, app, window)
        assert section.table.view.hasFocus(), "what waits comes first"
        assert not section.confirm_button.isEnabled()
        section.sure.click()
        press(KEY.Key_G, CTRL)
        qtbot.waitUntil(lambda: section.model.total == 0, timeout=10_000)
        assert "Confirmed and done" in window.toast.text() and NAME not in window.toast.text()
    assert not is_known(world, clock)


def test_a_proposal_is_withdrawn(qtbot: QtBot, world: World, clock: SetClock, number: str) -> None:
    with at(world.office, clock) as office:
        let_in(office, "second")
    with at_work(qtbot, world.office, clock, OFFICE) as (app, window):
        section = erasing(qtbot, app, window)
        type_text("LB1-000999-9")
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: bool(section.persons.mistake.text()), timeout=10_000)
        section.names.setFocus()
        section.persons.set_text(number)
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: bool(section.found.said()))
        section.ground.set_text("request 12")
        section.sure.click()
        section.erase_button.click()
        qtbot.waitUntil(lambda: section.model.total == 1, timeout=10_000)
        section.withdraw_button.click()
        qtbot.waitUntil(lambda: section.model.total == 0, timeout=10_000)
    with at(world.office, clock) as office:
        assert proposals(office) == []
    assert is_known(world, clock)


def test_nobody_is_left_out_who_was_named_and_not_found(
    qtbot: QtBot, world: World, clock: SetClock, number: str
) -> None:
    """A number typed wrong beside a sealed entry: only the entry would go, and it would be told as done."""
    with at_work(qtbot, world.office, clock, OFFICE) as (app, window):
        section = erasing(qtbot, app, window)
        section.persons.set_text("LB1-000999-9")
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: bool(section.persons.mistake.text()), timeout=10_000)
        section.ground.set_text("request 12")
        section.also.set_text("a" * 32)
        section.sure.click()
        assert not section.erase_button.isEnabled()
        section.names.setFocus()
        section.persons.set_text(number)
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: bool(section.found.said()))
        section.sure.click()
        assert section.erase_button.isEnabled()


def test_the_tick_is_of_the_proposal_that_was_looked_at(
    qtbot: QtBot, world: World, clock: SetClock, number: str
) -> None:
    with at(world.office, clock) as office:
        let_in(office, "second")
        for n in (1, 2):
            erase(office, [number], f"request {n}")
        first, second = proposals(office)
    with at_work(qtbot, world.office, clock, OFFICE, "second") as (app, window):
        section = erasing(qtbot, app, window)
        qtbot.waitUntil(lambda: section.model.total == 2)
        section.sure.click()
        assert section.confirm_button.isEnabled()
        press(KEY.Key_Down)
        qtbot.waitUntil(lambda: getattr(section.table.current(), "number", None) == second.number)
        assert not section.sure.isChecked() and not section.confirm_button.isEnabled()
        section.sure.click()
        with at(world.office, clock) as office:  # beside the window
            withdraw(office, second.number)
        section.refresh(None)
        qtbot.waitUntil(lambda: section.model.total == 1)
        assert not section.confirm_button.isEnabled(), f"{first.number} was not looked at"
        press(KEY.Key_G, CTRL)
        still(qtbot, app)
    assert is_known(world, clock)


def test_who_is_no_admin_sees_nothing_that_waits(world: World, clock: SetClock) -> None:
    with at(world.office, clock) as office:
        let_in(office, "figures", Role.STATISTICIAN)
    with at(world.office, clock, "figures") as office:
        reader = office.reader()
        with pytest.raises(NotAllowed):
            waiting(office, reader)
        reader.close()


def test_a_clock_is_put_right_and_back(
    qtbot: QtBot, world: World, clock: SetClock, number: str, tmp_path: Path
) -> None:
    with at(world.office, clock) as office:
        first, last = office.store.conn.execute(
            "SELECT min(seq), max(last_seq) FROM event WHERE dev <> ?", (office.who.dev,)
        ).fetchone()

    def corrected() -> list[timedelta]:
        with at(world.office, clock) as office:
            return [timedelta(milliseconds=one.delta_ms) for one in office.roster.clock_fixes]

    with at_work(qtbot, world.office, clock, OFFICE) as (app, window):
        section = part(qtbot, app, window, "clocks")
        assert isinstance(section, ClockSection)
        qtbot.waitUntil(lambda: section.desks.count() == 2)
        section.desks.setCurrentText("LB1")
        section.first.set_text("one")
        section.correct_button.click()
        assert "Type a number" in section.first.mistake.text()
        section.first.set_text(str(first))
        section.last.set_text(str(last))
        section.by.set_text("3 hours")
        section.correct_button.click()
        assert "is no time to add" in section.by.mistake.text()
        section.by.set_text("+3h")
        section.by.editor.setFocus()
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "of LB1 count from" in window.toast.text(), timeout=10_000)
        still(qtbot, app)
        fixes: list[list[int]] = []
        app.worker.read(lambda r: [one.delta_ms for one in r.roster.clock_fixes], done=fixes.append)
        qtbot.waitUntil(lambda: fixes == [[3 * 3_600_000]])
        window.toast.undo()
        still(qtbot, app)
    assert corrected()[-1] == timedelta()
