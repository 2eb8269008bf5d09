"""The desks in the settings: one that was lost is heard no more once its name was typed, and what that means is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.two_persons import proposals
from shelterdesk.ui.screens.settings_desks import DesksSection
from tests.actions.test_two_persons import let_in
from tests.sync.worlds import World, at, copied, join, make_world
from tests.ui.desk_windows import CTRL, KEY, press, program, settings, type_text
from tests.ui.full_house import cells

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> World:
    """An office with two stations."""
    return copied(make_world(tmp_path_factory.mktemp("world")), tmp_path)


def is_revoked(desk: Desk, slot: str) -> bool:
    return next(one for one in desk.roster.desks.values() if one.slot == slot).is_revoked


def test_a_lost_desk_is_heard_no_more_once_its_name_is_typed(
    qtbot: QtBot, station_folder: Path, clock: SetClock, tmp_path: Path
) -> None:
    join(station_folder, tmp_path / "second", clock)
    with program(qtbot, station_folder, clock) as app:
        section = settings(qtbot, app, "desks").current()
        assert isinstance(section, DesksSection)
        qtbot.waitUntil(lambda: len(cells(section.table)) == 2)
        assert [row[0] for row in cells(section.table)] == ["LB1", "LB1A"]
        section.table.select_key("LB1")
        assert "the desk you are at" in section.told.text() and not section.revoke.isVisible()
        section.table.select_key("LB1A")
        assert section.revoke.isVisible() and not section.reinstate.isVisible()
        section.again.setFocus()
        type_text("LB1")
        press(KEY.Key_Return, CTRL)
        assert section.again.mistake.text() == "Type LB1A to be sure." and section.again.text() == "LB1"
        type_text("a")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "heard no more" in cells(section.table)[1][2])
        section.table.select_key("LB1A")
        assert not section.revoke.isVisible() and not section.reinstate.isVisible()
        assert "The office alone" in section.told.text()
    with at(station_folder, clock) as desk:
        assert is_revoked(desk, "LB1A")


def test_an_office_with_two_admins_confirms_and_lifts_it(qtbot: QtBot, world: World, clock: SetClock) -> None:
    with at(world.office, clock) as office:
        let_in(office, "second")
    for user in ("chief", "second"):
        with program(qtbot, world.office, clock) as app:
            section = settings(qtbot, app, "desks", user).current()
            assert isinstance(section, DesksSection)
            qtbot.waitUntil(lambda s=section: len(cells(s.table)) == 2)  # type: ignore[misc]
            section.table.select_key("MT1")
            assert section.revoke.isVisible()
            assert ("Confirm" in section.revoke.text()) is (user == "second")
            section.again.set_text("mt1")
            section.revoke.click()
            wanted = "waits for a second person" if user == "chief" else "heard no more"
            qtbot.waitUntil(lambda s=section, w=wanted: w in cells(s.table)[1][2])  # type: ignore[misc]
            section.table.select_key("MT1")
            if user == "chief":
                assert not section.revoke.isVisible(), "nobody confirms what they proposed"
            else:
                section.reinstate.click()
                qtbot.waitUntil(lambda s=section: cells(s.table)[1][2] == "works")  # type: ignore[misc]
    with at(world.office, clock) as office:
        assert proposals(office) == [] and not is_revoked(office, "MT1")
