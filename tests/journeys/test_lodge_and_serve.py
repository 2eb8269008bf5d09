"""A family without a bed is found, lodged, moved, fed and seen off, with nothing but the keyboard."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.ui.screens.counter import CounterScreen
from shelterdesk.ui.screens.lodging import LodgingScreen
from shelterdesk.ui.screens.people import PeopleScreen
from tests.ui.desk_windows import CTRL, KEY, SHIFT, log_in, press, program, type_text
from tests.ui.full_house import SCREENS, cells, fill, has_focus

NOON = datetime(2026, 11, 23, 17, 31, tzinfo=UTC)


def test_a_family_from_no_bed_to_lunch_to_the_bus(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    house = fill(station_folder, clock)
    clock.forward(NOON - clock.now())
    with program(qtbot, station_folder, clock, SCREENS) as app:
        window = log_in(qtbot, app, "operator")
        people, lodging, counter = (window.screen_named(name) for name in ("people", "lodging", "counter"))
        assert isinstance(people, PeopleScreen) and isinstance(lodging, LodgingScreen)
        assert isinstance(counter, CounterScreen)

        has_focus(qtbot, people.search.line)
        type_text("quispe luis")
        qtbot.waitUntil(lambda: people.search.model.rowCount() == 1)
        press(KEY.Key_Return)
        qtbot.waitUntil(people.view.isVisible)
        assert people.header.place.text() == "no place"
        press(KEY.Key_B, CTRL)
        has_focus(qtbot, people.give.place)
        qtbot.waitUntil(lambda: people.give.proposed.text().startswith("Proposed: "))
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: people.header.place.text().startswith("bed B02-"))

        press(KEY.Key_2, CTRL)
        has_focus(qtbot, lodging.site.table.view)
        qtbot.waitUntil(lambda: "4 without a place" in lodging.site.population.text())
        type_text("B02")
        qtbot.waitUntil(lambda: lodging.site.model.rowCount() == 1)
        press(KEY.Key_Down)
        qtbot.waitUntil(lambda: lodging.sleepers.total == 4)
        press(KEY.Key_M, CTRL)
        has_focus(qtbot, lodging.give.place)
        assert set(lodging.give.people.ticked()) == {house.ent(9, member) for member in range(4)}
        type_text("A02")
        press(KEY.Key_Return)
        type_text("asked to be with friends")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "A02 has 8 people for 4 places" in window.toast.text())
        press(KEY.Key_Z, CTRL)
        qtbot.waitUntil(lambda: window.toast.text() == "It is as it was before.")

        press(KEY.Key_3, CTRL)
        qtbot.waitUntil(lambda: counter.count.text() == "Lunch: 0 of 40")
        has_focus(qtbot, counter.scan)
        type_text(house.number(9, 1))
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: counter.answer.word() == "Given" and len(counter.family.ticks.ticked()) == 3)
        press(KEY.Key_Down)
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: counter.answer.word() == "3 given")
        type_text(house.number(9, 2))
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: counter.answer.word() == "Already")
        qtbot.waitUntil(lambda: counter.count.text() == "Lunch: 4 of 40")

        press(KEY.Key_1, CTRL)
        qtbot.waitUntil(people.view.isVisible)
        qtbot.waitUntil(lambda: any(row[1].startswith("Received Lunch") for row in cells(people.view.table)))
        press(KEY.Key_D, CTRL)
        has_focus(qtbot, people.leave.reason)
        for _ in range(3):  # back from the reason over the boxes of the others
            press(KEY.Key_Return, SHIFT)
            press(KEY.Key_Space)
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: people.header.present.text() == "not here")
        press(KEY.Key_2, CTRL)
        qtbot.waitUntil(lambda: lodging.site.population.text() == "36 people present · 4 without a place")
        qtbot.waitUntil(lambda: lodging.site.sums._labels[1].text() == "32 taken")
