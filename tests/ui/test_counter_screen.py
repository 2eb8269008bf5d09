"""The counter by keyboard alone: one scan one answer, families, reasons, and taking back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.counter import serve
from shelterdesk.actions.counter_day import count_day
from shelterdesk.actions.desk import Desk
from shelterdesk.core.kinds import KIND_NAMES
from shelterdesk.db.store import Reader
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screens.counter import CounterScreen
from shelterdesk.ui.widgets import Tone
from tests.ui.desk_windows import CTRL, KEY, log_in, press, program, type_text
from tests.ui.full_house import SCREENS, House, cells, fill, has_focus, with_desk

NOON = datetime(2026, 11, 23, 17, 31, tzinfo=UTC)  # 12:31 in Panama


@pytest.fixture
def house(station_folder: Path, clock: SetClock) -> House:
    made = fill(station_folder, clock)
    clock.forward(NOON - clock.now())
    return made


@pytest.fixture
def app(qtbot: QtBot, station_folder: Path, clock: SetClock, house: House) -> Iterator[DeskApp]:
    with program(qtbot, station_folder, clock, SCREENS) as started:
        yield started


def counter(qtbot: QtBot, window: MainWindow) -> CounterScreen:
    press(KEY.Key_3, CTRL)
    screen = window.screen_named("counter")
    assert isinstance(screen, CounterScreen)
    qtbot.waitUntil(
        lambda: screen.count.text() == "Lunch: 0 of 40" or screen.count.text().startswith("Lunch: 1")
    )
    has_focus(qtbot, screen.scan)
    return screen


def scan(qtbot: QtBot, screen: CounterScreen, text: str, word: str) -> None:
    """Type a number as a scanner does, and wait for the word."""
    before = len(screen._past)
    has_focus(qtbot, screen.scan)
    type_text(text)
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: len(screen._past) > before and screen.answer.word() == word)


def tone_of(screen: CounterScreen) -> Tone:
    return screen.answer._tone


def served_today(app: DeskApp, qtbot: QtBot, service: str = "LUNCH") -> int:
    desk = app.worker.desk
    assert desk is not None
    found: list[int] = []

    def ask(reader: Reader) -> int:
        return count_day(desk, reader, service).served

    app.worker.read(ask, done=found.append)
    qtbot.waitUntil(lambda: bool(found))
    return found[0]


def test_the_hour_proposes_and_a_scan_is_answered_once(qtbot: QtBot, app: DeskApp, house: House) -> None:
    screen = counter(qtbot, log_in(qtbot, app, "counter"))
    assert [tile.text() for tile in screen.services.tiles] == ["Breakfast", "Lunch", "Dinner"]
    assert [tile.isChecked() for tile in screen.services.tiles] == [False, True, False]
    scan(qtbot, screen, house.number(0), "Given")
    assert tone_of(screen) is Tone.OK and screen.answer._name == "Toussaint, Ana0"
    qtbot.waitUntil(lambda: screen.count.text() == "Lunch: 1 of 40")
    scan(qtbot, screen, house.number(0), "Already")
    assert tone_of(screen) is Tone.WARN
    assert screen.answer.reason() == "Lunch received 12:31 at counter LB1."
    assert screen.answer.word_pixels() >= 44 and screen.answer.width() * 2 >= screen.width() - 60
    assert served_today(app, qtbot) == 1
    assert [row[3] for row in cells(screen.table)] == ["already", "given"]


def test_a_second_helping_needs_a_reason(qtbot: QtBot, app: DeskApp, house: House) -> None:
    screen = counter(qtbot, log_in(qtbot, app))
    scan(qtbot, screen, house.number(1), "Given")
    scan(qtbot, screen, house.number(1), "Already")
    press(KEY.Key_Return, CTRL)
    has_focus(qtbot, screen.reason)
    press(KEY.Key_Return, CTRL)
    assert screen.reason_field.mistake.text() == "Say why, in a word or two."
    type_text("spilt it")
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: screen.answer.word() == "Given")
    has_focus(qtbot, screen.scan)
    assert served_today(app, qtbot) == 2


def test_who_is_not_known_eats_without_a_name(qtbot: QtBot, app: DeskApp, house: House) -> None:
    screen = counter(qtbot, log_in(qtbot, app, "counter"))
    scan(qtbot, screen, "BC7-000317-6", "Not known")
    assert tone_of(screen) is Tone.WARN
    primary = screen.primary
    assert primary is not None and primary.isVisible() and primary.accessibleName() == "Serve without a name"
    press(KEY.Key_Return, CTRL)
    has_focus(qtbot, screen.reason)
    type_text("came by boat")
    press(KEY.Key_Return)  # Enter on the last field finishes too
    qtbot.waitUntil(lambda: screen.answer.word() == "Given")
    assert served_today(app, qtbot) == 1


def test_one_fetches_for_the_family_by_tick_boxes(qtbot: QtBot, app: DeskApp, house: House) -> None:
    screen = counter(qtbot, log_in(qtbot, app))
    scan(qtbot, screen, house.number(2, 1), "Given")
    qtbot.waitUntil(lambda: len(screen.family.ticks.ticked()) == 3)
    boxes = screen.family.ticks.boxes()
    assert len(boxes) == 4 and not boxes[0].isEnabled() and "received 12:31" in boxes[0].text()
    press(KEY.Key_Down)
    has_focus(qtbot, boxes[1])
    press(KEY.Key_Space)  # the first of them eats later
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: screen.answer.word() == "2 given")
    has_focus(qtbot, screen.scan)
    qtbot.waitUntil(lambda: screen.count.text() == "Lunch: 3 of 40")
    qtbot.waitUntil(lambda: len(screen.family.ticks.ticked()) == 1)


def test_the_number_of_a_family_leads_to_the_boxes(qtbot: QtBot, app: DeskApp, house: House) -> None:
    screen = counter(qtbot, log_in(qtbot, app))
    type_text(house.families[3].household_number)
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: screen.answer.word() == "Family")
    assert len(screen.family.ticks.ticked()) == 4 and served_today(app, qtbot) == 0
    has_focus(qtbot, screen.family.ticks.boxes()[0])
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: screen.answer.word() == "4 given")
    assert served_today(app, qtbot) == 4


def test_a_name_typed_is_found_and_served(qtbot: QtBot, app: DeskApp, house: House) -> None:
    screen = counter(qtbot, log_in(qtbot, app))
    type_text("hadad")
    qtbot.waitUntil(lambda: len(screen.scan.popup().lines()) == 4)
    chosen = screen.scan.popup().lines()[1]
    press(KEY.Key_Down)
    press(KEY.Key_Down)
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: screen.answer.word() == "Given")
    assert screen.answer._name == chosen.text


def test_enter_on_a_name_of_several_goes_into_the_list_and_typing_on_replaces_it(
    qtbot: QtBot, app: DeskApp, house: House
) -> None:
    screen = counter(qtbot, log_in(qtbot, app))
    type_text("hadad")
    press(KEY.Key_Return)
    popup = screen.scan.popup()
    qtbot.waitUntil(lambda: popup.isVisible() and popup.chosen() is not None)
    qtbot.waitUntil(lambda: not app.worker.is_busy)
    assert len(popup.lines()) == 4
    assert popup.chosen() == popup.lines()[0]
    type_text("quispe")
    assert screen.scan.text() == "quispe"
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: [line.text.split(",")[0] for line in popup.lines()] == ["Quispe"] * 4)
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: screen.answer.word() == "Given")
    assert screen.answer._name.startswith("Quispe")


def test_a_name_nobody_has_is_said_at_the_counter(qtbot: QtBot, app: DeskApp, house: House) -> None:
    window = log_in(qtbot, app)
    counter(qtbot, window)
    type_text("zzzqqq")
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: window.toast.text() == "Not known here: zzzqqq")


def test_f_keys_choose_and_ctrl_z_takes_the_last_back(qtbot: QtBot, app: DeskApp, house: House) -> None:
    window = log_in(qtbot, app)
    screen = counter(qtbot, window)
    press(KEY.Key_F7)
    qtbot.waitUntil(lambda: screen.count.text() == "Dinner: 0 of 40")
    scan(qtbot, screen, house.number(5), "Given")
    assert screen.answer.reason() == "Dinner: give it. Outside its hours, 17:00 to 22:59."
    press(KEY.Key_Z, CTRL)
    qtbot.waitUntil(lambda: screen.count.text() == "Dinner: 0 of 40" and screen._past[0].is_undone)
    assert screen.answer.word() == "" and served_today(app, qtbot, "DINNER") == 0
    assert [row[3] for row in cells(screen.table)] == ["taken back"]
    scan(qtbot, screen, house.number(5), "Given")


def test_what_another_counter_gave_is_seen(
    qtbot: QtBot, app: DeskApp, house: House, station_folder: Path, clock: SetClock
) -> None:
    def other(desk: Desk) -> None:
        serve(desk, "LUNCH", house.number(6), counter="2")

    with_desk(station_folder, clock, other)
    screen = counter(qtbot, log_in(qtbot, app))
    scan(qtbot, screen, house.number(6), "Already")
    assert screen.answer.reason() == "Lunch received 12:31 at counter 2."


def test_a_flag_never_holds_a_meal_back_but_says_its_word(
    qtbot: QtBot, app: DeskApp, house: House, station_folder: Path, clock: SetClock
) -> None:
    def flagged(desk: Desk) -> None:
        with desk.store.write(desk.user) as event:
            event.create(
                KIND_NAMES["flag"],
                {
                    "person": house.ent(7), "name": "Letter", "instruction": "Mail to fetch at the office",
                    "at_counter": True, "holds_back": ["LUNCH"], "from_at": event.now,
                },
            )  # fmt: skip

    with_desk(station_folder, clock, flagged)
    screen = counter(qtbot, log_in(qtbot, app))
    scan(qtbot, screen, house.number(7), "Given")
    assert "Mail to fetch at the office" in screen.answer.reason()
