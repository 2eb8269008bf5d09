"""The lodging screen by keyboard alone: the arithmetic of the site, giving over 100 %, moving, blocking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from shelterdesk.actions.arrival_groups import count_group
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.lodging import give_place
from shelterdesk.core.lodging import Place, site_tree
from shelterdesk.core.people import ArrivalGroupForm
from shelterdesk.core.vocabulary import PlaceKind, Quarter
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screens.lodging import LodgingScreen
from shelterdesk.ui.tables.places import place_rows, quarter_words, share_tone, share_words, state_words
from shelterdesk.ui.widgets import Tone
from tests.ui.desk_windows import CTRL, KEY, hold, log_in, press, program, type_text
from tests.ui.full_house import SCREENS, House, cells, fill, has_focus, with_desk


@pytest.fixture
def house(station_folder: Path, clock: SetClock) -> House:
    return fill(station_folder, clock)


@pytest.fixture
def app(qtbot: QtBot, station_folder: Path, clock: SetClock, house: House) -> Iterator[DeskApp]:
    with program(qtbot, station_folder, clock, SCREENS) as started:
        yield started


def lodging(qtbot: QtBot, window: MainWindow) -> LodgingScreen:
    """Open the screen by its key and wait for the site."""
    press(KEY.Key_2, CTRL)
    screen = window.screen_named("lodging")
    assert isinstance(screen, LodgingScreen)
    qtbot.waitUntil(lambda: screen.site.model.total > 0)
    has_focus(qtbot, screen.site.table.view)
    return screen


def stand_on(qtbot: QtBot, screen: LodgingScreen, code: str) -> None:
    """Find a place by typing its code, as the list offers it, and wait for who sleeps there."""
    type_text(code)
    qtbot.waitUntil(lambda: screen.site.model.rowCount() == 1)
    press(KEY.Key_Down)
    qtbot.waitUntil(lambda: (state := screen.site.current()) is not None and state.place.code == code)


def names(screen: LodgingScreen) -> list[str]:
    return [row[0] for row in cells(screen.table)]


def test_who_is_counted_without_a_name_is_said_apart(
    qtbot: QtBot, station_folder: Path, clock: SetClock, house: House
) -> None:
    def count(desk: Desk) -> None:
        count_group(desk, ArrivalGroupForm(19, {}))

    with_desk(station_folder, clock, count)
    with program(qtbot, station_folder, clock, SCREENS) as started:
        screen = lodging(qtbot, log_in(qtbot, started))
        said = "59 people present · 27 without a place, 19 of them counted without a name"
        assert screen.site.population.text() == said
        assert screen.without_button.words == "8 without a place"
        press(KEY.Key_N, CTRL)
        qtbot.waitUntil(lambda: screen.sleepers.total == 8)


def test_the_site_stands_with_its_sums_and_who_has_no_place(qtbot: QtBot, app: DeskApp, house: House) -> None:
    screen = lodging(qtbot, log_in(qtbot, app))
    sums = [label.text() for label in screen.site.sums._labels]
    assert sums == ["42 places", "32 taken", "10 free", "0 blocked", "0 over"]
    assert screen.site.population.text() == "40 people present · 8 without a place"
    by_code = {row[0].strip(" \u2002\u2003▾▸"): row[1:] for row in cells(screen.site.table)}
    assert by_code["A01"] == ["4", "4", "0", "–", "–", "100 % full"]
    assert by_code["B"][:3] == ["10", "0", "10"] and "B02-1" not in by_code
    press(KEY.Key_N, CTRL)
    qtbot.waitUntil(lambda: screen.sleepers.total == 8)
    assert set(names(screen)) == {f"{family}, {given}" for family, at in (("Mensah", 8), ("Quispe", 9))
                                  for given in (f"Ana{at}", f"Luis{at}", f"Marie{at}", f"Noor{at}")}  # fmt: skip


def test_the_arrows_open_a_room_and_stopping_shows_who_sleeps_there(
    qtbot: QtBot, app: DeskApp, house: House
) -> None:
    screen = lodging(qtbot, log_in(qtbot, app))
    press(KEY.Key_Down)  # A01
    qtbot.waitUntil(lambda: screen.sleepers.total == 4)
    assert names(screen)[0].startswith("Toussaint, ") and screen.here.title.text() == "A01"
    press(KEY.Key_Left)  # to the block
    assert screen.sleepers.total == 0 and "Enter shows" in screen._nobody.sentence()
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: screen.sleepers.total == 32)
    press(KEY.Key_Backtab)
    has_focus(qtbot, screen.site.table.view)
    press(KEY.Key_Left)  # closed
    assert [row[0] for row in cells(screen.site.table)][:2] == ["▸ A", "▾ B"]
    press(KEY.Key_Right)
    press(KEY.Key_Right)
    assert screen.site.model.total == 12


def test_a_family_without_a_place_gets_what_is_proposed(qtbot: QtBot, app: DeskApp, house: House) -> None:
    window = log_in(qtbot, app)
    screen = lodging(qtbot, window)
    press(KEY.Key_N, CTRL)
    qtbot.waitUntil(lambda: screen.sleepers.total == 8)
    has_focus(qtbot, screen.table.view)
    press(KEY.Key_Return)
    has_focus(qtbot, screen.give.place)
    assert len(screen.give.people.ticked()) == 4
    qtbot.waitUntil(lambda: screen.give.proposed.text().startswith("Proposed: B02-1, B02-2, B02-3, B02-4"))
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: screen.site.population.text() == "40 people present · 4 without a place")
    assert window.toast.text().startswith("4 people now have B02-1, B02-2, B02-3, B02-4.")
    press(KEY.Key_Z, CTRL)
    qtbot.waitUntil(lambda: screen.site.population.text() == "40 people present · 8 without a place")


def test_a_full_room_is_given_all_the_same_and_said_in_words_and_colour(
    qtbot: QtBot, app: DeskApp, house: House
) -> None:
    window = log_in(qtbot, app)
    screen = lodging(qtbot, window)
    press(KEY.Key_B, CTRL)
    has_focus(qtbot, screen.give.who)
    type_text("Mensah")
    qtbot.waitUntil(lambda: len(screen.give.who.popup().lines()) == 4)
    press(KEY.Key_Down)
    press(KEY.Key_Return)
    has_focus(qtbot, screen.give.place)
    assert len(screen.give.people.ticked()) == 4, "the whole family"
    type_text("A01")
    qtbot.waitUntil(lambda: "It can be given all the same" in screen.give.spoken.text())
    assert screen.give.spoken.property("role") == "warn"
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "A01 has 8 people for 4 places." in window.toast.text())
    state = screen.site.current
    qtbot.waitUntil(lambda: (now := state()) is not None and now.capacity.occupied == 8)
    assert screen.share.text() == "200 % over" and screen.share.tone is Tone.BAD
    qtbot.waitUntil(lambda: screen.sleepers.total == 8)


def test_an_answer_that_comes_late_leaves_the_next_form_alone(
    qtbot: QtBot, app: DeskApp, house: House
) -> None:
    window = log_in(qtbot, app)
    screen = lodging(qtbot, window)
    press(KEY.Key_N, CTRL)
    qtbot.waitUntil(lambda: screen.sleepers.total == 8)
    has_focus(qtbot, screen.table.view)
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: screen.give.proposed.text().startswith("Proposed: B02-1"))
    gate = hold(app.worker)
    press(KEY.Key_Return, CTRL)
    press(KEY.Key_Escape)
    qtbot.waitUntil(screen.here.isVisible)
    press(KEY.Key_D, CTRL)
    has_focus(qtbot, screen.leave.reason)
    gate.set()
    qtbot.waitUntil(lambda: window.toast.text().startswith("4 people now have B02-1"))
    assert screen.leave.isVisible() and screen.leave.reason.hasFocus()


def test_a_family_moves_with_its_reason(qtbot: QtBot, app: DeskApp, house: House) -> None:
    window = log_in(qtbot, app)
    screen = lodging(qtbot, window)
    press(KEY.Key_Down)
    qtbot.waitUntil(lambda: screen.sleepers.total == 4)
    press(KEY.Key_M, CTRL)
    has_focus(qtbot, screen.give.place)
    assert len(screen.give.people.ticked()) == 4
    type_text("B01")
    press(KEY.Key_Return)
    has_focus(qtbot, screen.give.reason)
    type_text("repairs")
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "not for grown-ups" in window.toast.text())
    qtbot.waitUntil(lambda: screen.here.title.text() == "B01" and screen.sleepers.total == 4)
    assert "reserved" in screen.told.text() and "UAC" not in screen.told.text()


def test_blocking_needs_a_reason_and_a_number_that_can_be(qtbot: QtBot, app: DeskApp, house: House) -> None:
    window = log_in(qtbot, app)
    screen = lodging(qtbot, window)
    stand_on(qtbot, screen, "B01")
    press(KEY.Key_K, CTRL)
    has_focus(qtbot, screen.block.number)
    type_text("9")
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: screen.block.number_field.mistake.text() == "B01 has 4 places")
    press(KEY.Key_A, CTRL)
    type_text("2")
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "needs a reason" in screen.block.reason_field.mistake.text())
    has_focus(qtbot, screen.block.reason)
    type_text("wet")
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: (now := screen.site.current()) is not None and now.capacity.blocked == 2)
    assert "2 free, 2 blocked" in screen.told.text() and "wet" in screen.told.text()
    press(KEY.Key_K, CTRL)
    has_focus(qtbot, screen.block.number)
    press(KEY.Key_K, CTRL)
    qtbot.waitUntil(lambda: screen.share.text() == "closed")


@pytest.mark.parametrize("is_refused", [False, True], ids=["done", "refused"])
def test_an_answer_about_a_place_left_behind_does_not_come_forward(
    qtbot: QtBot, app: DeskApp, house: House, is_refused: bool
) -> None:
    window = log_in(qtbot, app)
    screen = lodging(qtbot, window)
    stand_on(qtbot, screen, "B01")
    first = screen.site.current()
    assert first is not None
    press(KEY.Key_K, CTRL)
    has_focus(qtbot, screen.block.number)
    gate = hold(app.worker)
    if is_refused:
        type_text("9")
        press(KEY.Key_Return, CTRL)
    else:
        press(KEY.Key_K, CTRL)  # closes it
    press(KEY.Key_Escape)
    qtbot.waitUntil(screen.here.isVisible)
    press(KEY.Key_K, CTRL)
    has_focus(qtbot, screen.block.number)
    screen.block.reason.setFocus()
    type_text("wet")
    gate.set()
    told = "B01 has 4 places" if is_refused else "B01 is as you said."
    qtbot.waitUntil(lambda: told in window.toast.text())
    assert screen.block.isVisible() and screen.block.reason.hasFocus()
    assert screen.block.reason.text() == "wet" and not screen.block.number_field.mistake.text()
    assert screen.block.is_at_work()


def test_an_operator_may_not_block(qtbot: QtBot, app: DeskApp, house: House) -> None:
    screen = lodging(qtbot, log_in(qtbot, app, "operator"))
    qtbot.waitUntil(lambda: screen.site.current() is not None)
    assert not screen.block_button.isVisible()
    assert screen.give_button.isEnabled()


def test_somebody_given_two_places_is_marked(
    qtbot: QtBot, app: DeskApp, house: House, station_folder: Path, clock: SetClock
) -> None:
    def crowd(desk: Desk) -> None:
        give_place(desk, [house.number(8), house.number(8, 1)], "B02-1")

    with_desk(station_folder, clock, crowd)
    screen = lodging(qtbot, log_in(qtbot, app))
    qtbot.waitUntil(lambda: "bed given twice: B02-1" in screen.site.population.text())


def test_a_station_without_a_plan_says_what_to_do(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock, SCREENS) as app:
        window = log_in(qtbot, app)
        press(KEY.Key_2, CTRL)
        screen = window.screen_named("lodging")
        assert isinstance(screen, LodgingScreen)
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        assert screen.site._empty.isVisible()
        assert "Settings" in screen.site._empty.accessibleDescription()
        assert not screen.give_button.isEnabled()


def test_every_quarter_that_would_mark_people_is_told_alike() -> None:
    kept = (Quarter.UAC_GIRLS, Quarter.UAC_BOYS, Quarter.MEDICAL_ISOLATION, Quarter.PREGNANT_POSTNATAL)
    assert len({quarter_words(quarter) for quarter in kept}) == 1
    assert len({quarter_words(quarter) for quarter in Quarter}) == len(Quarter) - 3


@pytest.mark.parametrize(
    ("capacity", "occupied", "blocked", "said", "tone", "sum_"),
    [
        (4, 0, 0, "0 %", Tone.OK, "0 of 4 taken, 4 free"),
        (4, 4, 0, "100 % full", Tone.WARN, "4 of 4 taken, 0 free"),
        (4, 3, 1, "100 % full", Tone.WARN, "3 of 4 taken, 0 free, 1 blocked"),
        (4, 5, 0, "125 % over", Tone.BAD, "5 of 4 taken, 1 more than places"),
        (0, 2, 0, "people, no places", Tone.BAD, "2 of 0 taken, 2 more than places"),
        (0, 0, 0, "0 %", Tone.OK, "0 of 0 taken, 0 free"),
    ],
)
def test_how_full_a_room_is_has_a_word_with_its_colour(
    capacity: int, occupied: int, blocked: int, said: str, tone: Tone, sum_: str
) -> None:
    room = Place("", "R", None, PlaceKind.ROOM, capacity=capacity, blocked_places=blocked)
    (row,) = place_rows(site_tree([room], {"R": occupied}), ())
    assert (share_words(row.state), share_tone(row.state), state_words(row.state)) == (said, tone, sum_)
