"""The people screen by keyboard alone, with a real desk of forty people behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from shelterdesk.actions.access import who_looked
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.person_changes import EditedPerson
from shelterdesk.core.changes import Done
from shelterdesk.core.errors import DiskFull
from shelterdesk.core.paper_kinds import PaperKind, PrintWay, Way
from shelterdesk.core.print_jobs import PrintState
from shelterdesk.db.person_records import Conflict
from shelterdesk.db.store import Reader
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.preferences import changed
from shelterdesk.ui.print_queue import PrintQueue
from shelterdesk.ui.print_ways import write_way
from shelterdesk.ui.screens import people_edit
from shelterdesk.ui.screens.counter import CounterScreen
from shelterdesk.ui.screens.lodging_give import GivePlace
from shelterdesk.ui.screens.people import PeopleScreen
from shelterdesk.ui.screens.people_details import PersonDetails
from shelterdesk.ui.screens.people_family import Ticked
from shelterdesk.ui.tables.person_entries import Words
from shelterdesk.ui.widgets import Tone
from tests.stations import PASSPHRASE
from tests.ui.desk_windows import CTRL, KEY, hold, line_of, log_in, press, program, stop_printing, type_text
from tests.ui.full_house import SCREENS, House, cells, fill, has_focus
from tests.ui.people_at_work import find, open_found, open_found_again, people_of
from tests.ui.test_print_queue import Laptop, at_rest


@pytest.fixture
def house(station_folder: Path, clock: SetClock) -> House:
    return fill(station_folder, clock)


@pytest.fixture
def app(qtbot: QtBot, station_folder: Path, clock: SetClock, house: House) -> Iterator[DeskApp]:
    with program(qtbot, station_folder, clock, SCREENS) as started:
        yield started


def looks(app: DeskApp, qtbot: QtBot) -> list[str]:
    found: list[list[str]] = []
    desk = app.worker.desk
    assert desk is not None

    def ask(reader: Reader) -> list[str]:
        return [one.access for one in who_looked(desk, reader)]

    app.worker.read(ask, done=found.append)
    qtbot.waitUntil(lambda: bool(found))
    return found[0]


def test_nobody_is_listed_before_something_is_typed_and_a_sound_finds_them(
    qtbot: QtBot, app: DeskApp, house: House
) -> None:
    screen = people_of(log_in(qtbot, app))
    assert screen.search.model.rowCount() == 0
    find(qtbot, screen, "tusaint", 4)
    shown = cells(screen.search.table)
    assert {row[1] for row in shown} == {f"Toussaint, {given}0" for given in ("Ana", "Luis", "Marie", "Noor")}
    by_name = {row[1]: row for row in shown}
    number, _, sex, age, nationality, family, place, here = by_name["Toussaint, Luis0"]
    assert number == house.number(0, 1) and family == house.families[0].household_number
    assert (sex, age, nationality, place, here) == ("male", "38", "Venezuela", "A01", "present")
    press(KEY.Key_Return)  # several: Enter stands on the first
    has_focus(qtbot, screen.search.table.view)
    press(KEY.Key_Escape)
    has_focus(qtbot, screen.search.line)
    assert screen.search.model.rowCount() == 0


def test_opening_a_page_is_kept_once_and_shows_the_family(qtbot: QtBot, app: DeskApp, house: House) -> None:
    screen = people_of(log_in(qtbot, app))
    open_found(qtbot, screen, house.number(2))
    assert screen.header.title.text() == "Diallo, Ana2"
    assert [tile.text() for tile in screen.header.family.tiles] == [
        f"Diallo, {given}2" for given in ("Ana", "Luis", "Marie", "Noor")
    ]
    assert looks(app, qtbot) == ["opened", "searched"]
    happened = [row[1] for row in cells(screen.view.table)]
    assert {"Registered", "Arrived", "Lodged in A03"} < set(happened) and len(happened) == 4
    screen.refresh(None)
    qtbot.waitUntil(lambda: not app.worker.is_busy)
    assert looks(app, qtbot) == ["opened", "searched"], "asking again is no new look"


def test_the_record_is_put_right_in_place_and_taken_back(qtbot: QtBot, app: DeskApp, house: House) -> None:
    window = log_in(qtbot, app)
    screen = people_of(window)
    open_found(qtbot, screen, house.number(1))
    press(KEY.Key_E, CTRL)
    surnames, birth = screen.edit.fields["surnames"], screen.edit.fields["birth"]
    has_focus(qtbot, surnames.editor)
    press(KEY.Key_A, CTRL)
    type_text("Perez Luna")
    press(KEY.Key_Return)  # given names
    press(KEY.Key_Return)  # born
    has_focus(qtbot, birth.editor)
    press(KEY.Key_A, CTRL)
    type_text("32/13/1990")
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: bool(birth.mistake.text()))
    has_focus(qtbot, birth.editor)
    press(KEY.Key_A, CTRL)
    type_text("?")
    assert birth.aside.text() == "→ asked, not known"
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: screen.header.title.text() == "Perez Luna, Ana1")
    assert window.toast.text() == "Saved: Surnames, Born."
    assert screen.shown is not None and screen.shown.record.missing["birth"] == "unknown"
    assert any(row[1].startswith("Changed: Surnames Perez Luna") for row in cells(screen.view.table))
    press(KEY.Key_Z, CTRL)
    qtbot.waitUntil(lambda: screen.header.title.text() == "Pérez, Ana1")
    assert screen.shown.record.values["birth"] == "1990"


def test_what_was_typed_stays_when_stepped_out(qtbot: QtBot, app: DeskApp, house: House) -> None:
    screen = people_of(log_in(qtbot, app))
    open_found(qtbot, screen, house.number(4))
    press(KEY.Key_E, CTRL)
    has_focus(qtbot, screen.edit.fields["surnames"].editor)
    type_text(" Sayegh")
    press(KEY.Key_Escape)
    qtbot.waitUntil(screen.view.isVisible)
    press(KEY.Key_E, CTRL)
    qtbot.waitUntil(screen.edit.isVisible)
    editor = screen.edit.fields["surnames"].editor
    assert isinstance(editor, QLineEdit) and editor.text() == "Haddad Sayegh"


def test_cards_of_the_whole_family_in_one_key(
    qtbot: QtBot, app: DeskApp, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They go to the printer of cards, not to the usual one; which is off, they wait for it."""
    laptop = Laptop(tmp_path, monkeypatch)
    window = log_in(qtbot, app)
    write_way(app.worker.folder, PaperKind.CARDS, PrintWay(Way.PRINTER, printer="Old"))
    screen, queue = people_of(window), PrintQueue.of(app.worker)
    open_found(qtbot, screen, house.number(3))
    press(KEY.Key_P, CTRL)
    qtbot.waitUntil(lambda: "4 cards go to print." in window.toast.text(), timeout=10_000)
    at_rest(qtbot, queue, app.worker)
    assert laptop.printed("Old") == [1] and laptop.printed() == []
    qtbot.waitUntil(lambda: any(row[1].startswith("Card ") for row in cells(screen.view.table)))
    laptop.off = {"Old"}
    press(KEY.Key_P, CTRL)
    qtbot.waitUntil(lambda: "The printer Old is off" in window.toast.text(), timeout=10_000)
    assert "Waiting prints" in window.toast.text()
    at_rest(qtbot, queue, app.worker)
    assert [one.job.things for one in queue.prints() if one.state is PrintState.WAITING] == [4]


def test_a_print_that_was_stopped_is_not_told_as_done_and_is_found_again(
    qtbot: QtBot, app: DeskApp, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_printing(monkeypatch)
    window = log_in(qtbot, app)
    screen = people_of(window)
    open_found(qtbot, screen, house.number(3))
    press(KEY.Key_P, CTRL)
    qtbot.waitUntil(lambda: "Printing was stopped after 1 of 2 pages." in window.toast.text(), timeout=10_000)
    assert "It is in Sheets, Waiting prints" in window.toast.text()
    assert window.toast.property("message") == Tone.WARN.value and "go to print" not in window.toast.text()


def test_their_own_record_goes_to_print_and_waits_for_its_maker_alone(
    qtbot: QtBot, app: DeskApp, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop = Laptop(tmp_path, monkeypatch)
    window = log_in(qtbot, app)
    screen, queue = people_of(window), PrintQueue.of(app.worker)
    open_found(qtbot, screen, house.number(3))
    press(KEY.Key_R, CTRL)
    qtbot.waitUntil(lambda: "went to the printer" in window.toast.text(), timeout=10_000)
    assert "Hand it to them and to nobody else" in window.toast.text()
    at_rest(qtbot, queue, app.worker)
    assert laptop.printed() == [1]
    assert looks(app, qtbot).count("printed") == 1
    laptop.off = {"Laser"}
    press(KEY.Key_R, CTRL)
    qtbot.waitUntil(lambda: "The printer Laser is off" in window.toast.text(), timeout=10_000)
    at_rest(qtbot, queue, app.worker)
    desk = app.worker.desk
    assert desk is not None
    waiting = [one for one in queue.prints() if one.state is PrintState.WAITING]
    assert [(one.owner, one.job.kind) for one in waiting] == [(desk.user.id, PaperKind.PERSON)]


def test_who_may_not_print_a_record_cannot(qtbot: QtBot, app: DeskApp, house: House) -> None:
    screen = people_of(log_in(qtbot, app, "counter"))
    open_found(qtbot, screen, house.number(3))
    assert not screen.record_button.isEnabled()


def test_who_left_is_no_longer_present_and_ctrl_z_brings_them_back(
    qtbot: QtBot, app: DeskApp, house: House
) -> None:
    screen = people_of(log_in(qtbot, app))
    open_found(qtbot, screen, house.number(5, 1))
    press(KEY.Key_D, CTRL)
    has_focus(qtbot, screen.leave.reason)
    assert screen.leave.people.ticked() == (house.ent(5, 1),)
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: screen.header.present.text() == "not here")
    assert screen.header.place.text() == "no place"
    press(KEY.Key_Z, CTRL)
    qtbot.waitUntil(lambda: screen.header.present.text() == "present")
    assert screen.header.place.text() == "bed A06"


def test_two_answers_are_told_by_word_and_icon(qtbot: QtBot, clock: SetClock) -> None:
    details = PersonDetails()
    qtbot.addWidget(details)
    conflict = Conflict("person", "00" * 16, "birth", ("1990", "1991"))
    details._show_conflicts([conflict], Words("America/Panama", clock.now()))
    (line,) = details._conflicts
    assert [mark.name for mark in line.findChildren(IconMark)] == ["warn"]
    assert line.told.text() == "Two answers for Born: 1990, year only / 1991, year only"


def test_a_counter_may_look_but_not_change(qtbot: QtBot, app: DeskApp, house: House) -> None:
    screen = people_of(log_in(qtbot, app, "counter"))
    open_found(qtbot, screen, house.number(0))
    assert not screen.edit_button.isEnabled() and not screen.bed_button.isEnabled()
    press(KEY.Key_E, CTRL)
    qtbot.waitUntil(lambda: not app.worker.is_busy)
    assert screen.view.isVisible()


def test_typing_that_goes_on_while_a_save_waits_stays_in_the_form(
    qtbot: QtBot, app: DeskApp, house: House
) -> None:
    screen = people_of(log_in(qtbot, app))
    open_found(qtbot, screen, house.number(1))
    press(KEY.Key_E, CTRL)
    has_focus(qtbot, screen.edit.fields["surnames"].editor)
    gate = hold(app.worker)
    type_text(" Luna")
    press(KEY.Key_Return, CTRL)
    assert not screen.edit.save_button.isEnabled()
    press(KEY.Key_Return)  # given names
    type_text("Ana1 Sol")
    gate.set()
    qtbot.waitUntil(lambda: screen.header.title.text() == "Pérez Luna, Ana1")
    assert screen.edit.isVisible() and screen.edit.fields["given"].text() == "Ana1 Sol"
    qtbot.waitUntil(screen.edit.save_button.isEnabled)
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: screen.header.title.text() == "Pérez Luna, Ana1 Sol")
    qtbot.waitUntil(screen.view.isVisible)


def test_a_save_that_waited_leaves_the_form_of_somebody_else_alone(
    qtbot: QtBot, app: DeskApp, house: House
) -> None:
    window = log_in(qtbot, app)
    screen = people_of(window)
    open_found(qtbot, screen, house.number(1))
    first = screen.shown
    open_found_again(qtbot, screen, house.number(4))
    second = screen.shown
    assert first is not None and second is not None
    gate = hold(app.worker)
    for page, more in ((first, " Luna"), (second, " Sayegh")):
        screen.shown = page
        press(KEY.Key_E, CTRL)
        has_focus(qtbot, screen.edit.fields["surnames"].editor)
        type_text(more)
        if page is first:
            press(KEY.Key_Return, CTRL)
            press(KEY.Key_Escape)
            qtbot.waitUntil(screen.view.isVisible)
    assert screen.edit.save_button.isEnabled(), "it is the other one's that waits"
    gate.set()
    qtbot.waitUntil(lambda: "Saved: Surnames" in window.toast.text())
    assert screen.edit.isVisible() and screen.edit.fields["surnames"].text() == "Haddad Sayegh"
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: screen.header.title.text() == "Haddad Sayegh, Ana4")


@pytest.mark.parametrize(
    ("key", "said"),
    [(KEY.Key_B, "4 people now have A02"), (KEY.Key_D, "Noted for 1 person")],
    ids=["give", "leave"],
)
def test_an_answer_that_comes_late_leaves_the_search_alone(
    qtbot: QtBot, app: DeskApp, house: House, key: Qt.Key, said: str
) -> None:
    window = log_in(qtbot, app)
    screen = people_of(window)
    open_found(qtbot, screen, house.number(5, 1))
    press(key, CTRL)
    if key is KEY.Key_B:
        has_focus(qtbot, screen.give.place)
        screen.give.place.set_value("A02")
        screen.give.reason.setText("as asked")
    else:
        has_focus(qtbot, screen.leave.reason)
    gate = hold(app.worker)
    press(KEY.Key_Return, CTRL)
    for _ in range(2):
        press(KEY.Key_Escape)
    qtbot.waitUntil(screen.search.isVisible)
    gate.set()
    qtbot.waitUntil(lambda: said in window.toast.text())
    assert screen.search.isVisible() and not screen.person.isVisible()


@pytest.mark.parametrize("form", ["give", "leave"])
def test_an_answer_that_comes_late_leaves_the_form_of_somebody_else_alone(
    qtbot: QtBot, app: DeskApp, house: House, form: str
) -> None:
    screen = people_of(log_in(qtbot, app))
    open_found(qtbot, screen, house.number(1))
    part = screen.give if form == "give" else screen.leave
    part.start([Ticked(house.ent(1), "Ana")], {house.ent(1)})
    screen._show_mode(part)
    gate = hold(app.worker)
    if isinstance(part, GivePlace):
        part.place.set_value("A02")
        part.give()
    else:
        part.end()
    part.start([Ticked(house.ent(4), "Eva")], {house.ent(4)})
    assert not (part.give_button if isinstance(part, GivePlace) else part.end_button).isEnabled()
    gate.set()
    qtbot.waitUntil(lambda: not app.worker.is_busy)
    assert part.isVisible() and part.people.ticked() == (house.ent(4),)
    assert not part.reason_field.mistake.text()
    assert (part.give_button if isinstance(part, GivePlace) else part.end_button).isEnabled()


def test_what_could_not_be_saved_of_somebody_left_stands_there_again(
    qtbot: QtBot, app: DeskApp, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Desk, __: str, ___: object) -> Done[EditedPerson]:
        raise DiskFull("the disk")

    monkeypatch.setattr(people_edit, "edit_person", refuse)
    window = log_in(qtbot, app)
    screen = people_of(window)
    open_found(qtbot, screen, house.number(1))
    gate = hold(app.worker)
    press(KEY.Key_E, CTRL)
    has_focus(qtbot, screen.edit.fields["surnames"].editor)
    type_text(" Luna")
    press(KEY.Key_Return, CTRL)
    press(KEY.Key_Escape)
    qtbot.waitUntil(screen.view.isVisible)
    gate.set()
    qtbot.waitUntil(lambda: "of Pérez, Ana1 is not saved" in window.toast.text())
    press(KEY.Key_E, CTRL)
    has_focus(qtbot, screen.edit.fields["surnames"].editor)
    assert screen.edit.fields["surnames"].text() == "Pérez Luna" and screen.edit.save_button.isEnabled()


def begin_to_type(qtbot: QtBot, screen: PeopleScreen, number: str) -> None:
    """Open somebody, begin to put the record right, and leave it half typed."""
    open_found(qtbot, screen, number)
    press(KEY.Key_E, CTRL)
    has_focus(qtbot, screen.edit.fields["surnames"].editor)
    type_text(" Sayegh")


def test_a_record_half_typed_is_kept_when_the_language_changes_and_when_another_person_works(
    qtbot: QtBot, app: DeskApp, house: House
) -> None:
    begin_to_type(qtbot, people_of(log_in(qtbot, app)), house.number(4))
    with qtbot.waitSignal(app.opened, timeout=10_000):
        app.take_preferences(changed(app.preferences, language="es"))
    assert app.window is not None
    screen = people_of(app.window)
    qtbot.waitUntil(screen.edit.isVisible)
    assert screen.edit.fields["surnames"].label.text() == "Apellidos"
    assert screen.edit.fields["surnames"].text() == "Haddad Sayegh"
    for user in ("operator", "admin"):
        app.lock_now()
        assert app.lock is not None
        press(KEY.Key_F4)
        qtbot.waitUntil(line_of(app.lock.page.form.name_field).hasFocus)
        type_text(user)
        press(KEY.Key_Return)
        with qtbot.waitSignal(app.opened, timeout=10_000):
            type_text(PASSPHRASE)
            press(KEY.Key_Return)
        screen = people_of(app.window)
        if user == "operator":
            assert not screen.edit.is_at_work() and screen.draft() == {}
    qtbot.waitUntil(screen.edit.isVisible)
    assert screen.edit.fields["surnames"].text() == "Haddad Sayegh"
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: screen.header.title.text() == "Haddad Sayegh, Ana4")
    assert screen.draft() == {}


def test_a_record_put_back_behind_another_screen_takes_no_keys_from_it(
    qtbot: QtBot, station_folder: Path, clock: SetClock, house: House
) -> None:
    """The power went; the day begins at another screen, and typing there stays there."""
    with program(qtbot, station_folder, clock, SCREENS) as app:
        begin_to_type(qtbot, people_of(log_in(qtbot, app)), house.number(4))
    others = (CounterScreen, PeopleScreen)
    with program(qtbot, station_folder, clock, others) as app:
        window = log_in(qtbot, app)
        assert "What you were typing is back: People." in window.toast.text()
        screen = people_of(window)
        qtbot.waitUntil(screen.edit.is_at_work)
        focused = QApplication.focusWidget()
        assert focused is not None and not screen.isAncestorOf(focused)
        window.open_screen("people")
        assert screen.edit.isVisible() and screen.edit.fields["surnames"].text() == "Haddad Sayegh"
        has_focus(qtbot, screen.edit.fields["surnames"].editor)


@pytest.mark.parametrize(
    "draft", [{"people": 3}, {"people": [["x"], [1, {}], "y"]}, {"people": [["nobody", {}]]}]
)
def test_a_draft_of_another_program_does_no_harm(
    qtbot: QtBot, app: DeskApp, house: House, draft: dict[str, object]
) -> None:
    screen = people_of(log_in(qtbot, app))
    screen.take_draft(draft)
    qtbot.waitUntil(lambda: not app.worker.is_busy)
    assert not screen.edit.is_at_work() and screen.draft() == {}
