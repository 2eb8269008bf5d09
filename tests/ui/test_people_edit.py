"""The form of a record, with more than one person half typed: what is typed of each stays theirs until it is saved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.person_changes import EditedPerson, edit_person
from shelterdesk.core.changes import Done
from shelterdesk.core.errors import DiskFull
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.screens import people_edit
from shelterdesk.ui.screens.people import PeopleScreen
from tests.ui.desk_windows import CTRL, KEY, hold, log_in, press, program, type_text
from tests.ui.full_house import SCREENS, House, fill, has_focus
from tests.ui.people_at_work import open_found, open_found_again, people_of


@pytest.fixture
def house(station_folder: Path, clock: SetClock) -> House:
    return fill(station_folder, clock)


@pytest.fixture
def app(qtbot: QtBot, station_folder: Path, clock: SetClock, house: House) -> Iterator[DeskApp]:
    with program(qtbot, station_folder, clock, SCREENS) as started:
        yield started


def begin(qtbot: QtBot, screen: PeopleScreen) -> None:
    """Edit whoever's page stands open."""
    press(KEY.Key_E, CTRL)
    has_focus(qtbot, screen.edit.fields["surnames"].editor)


def step_back(qtbot: QtBot, screen: PeopleScreen) -> None:
    """From the form to the page; the typing stays."""
    press(KEY.Key_Escape)
    has_focus(qtbot, screen.view.table.view)


def surnames(screen: PeopleScreen) -> str:
    return screen.edit.fields["surnames"].text()


def test_what_was_typed_of_somebody_is_there_again_after_another_was_edited(
    qtbot: QtBot, station_folder: Path, clock: SetClock, house: House
) -> None:
    first, second = house.ent(1), house.ent(4)
    with program(qtbot, station_folder, clock, SCREENS) as app:
        screen = people_of(log_in(qtbot, app))
        open_found(qtbot, screen, house.number(1))
        begin(qtbot, screen)
        type_text(" Luna")
        step_back(qtbot, screen)
        open_found_again(qtbot, screen, house.number(4))
        begin(qtbot, screen)
        assert surnames(screen) == "Haddad"
        assert screen.draft() == {"people": [[first, {"surnames": "Pérez Luna"}]]}
        type_text(" Sayegh")
        assert screen.draft()["people"][1] == [second, {"surnames": "Haddad Sayegh"}]
    with program(qtbot, station_folder, clock, SCREENS) as app:  # the power went meanwhile
        screen = people_of(log_in(qtbot, app))
        qtbot.waitUntil(screen.edit.is_at_work)
        qtbot.waitUntil(lambda: surnames(screen) == "Haddad Sayegh")
        window = app.window
        assert window is not None
        window.open_screen("people")
        has_focus(qtbot, screen.edit.fields["surnames"].editor)
        step_back(qtbot, screen)
        open_found_again(qtbot, screen, house.number(1))
        begin(qtbot, screen)
        assert surnames(screen) == "Pérez Luna"
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: screen.header.title.text() == "Pérez Luna, Ana1")
        assert screen.draft() == {"people": [[second, {"surnames": "Haddad Sayegh"}]]}


@pytest.mark.parametrize("is_written", [True, False], ids=["saved", "not saved"])
def test_what_was_typed_on_while_a_save_waits_is_kept_beside_it(
    qtbot: QtBot, app: DeskApp, house: House, monkeypatch: pytest.MonkeyPatch, is_written: bool
) -> None:
    def refuse(_: Desk, __: str, ___: object) -> Done[EditedPerson]:
        raise DiskFull("the disk")

    monkeypatch.setattr(people_edit, "edit_person", edit_person if is_written else refuse)
    window = log_in(qtbot, app)
    screen = people_of(window)
    open_found(qtbot, screen, house.number(1))
    first = screen.shown
    open_found_again(qtbot, screen, house.number(4))
    second = screen.shown
    assert first is not None and second is not None
    gate = hold(app.worker)
    screen.shown = first
    begin(qtbot, screen)
    type_text(" Luna")
    press(KEY.Key_Return, CTRL)
    press(KEY.Key_Return)  # given names
    type_text("Ana1 Sol")
    step_back(qtbot, screen)
    screen.shown = second
    begin(qtbot, screen)
    both = {"surnames": "Pérez Luna", "given": "Ana1 Sol"}
    assert screen.draft() == {"people": [[first.ent, both]]}
    gate.set()
    qtbot.waitUntil(lambda: ("Saved: Surnames" if is_written else "is not saved") in window.toast.text())
    assert surnames(screen) == "Haddad"
    assert screen.draft() == {"people": [[first.ent, {"given": "Ana1 Sol"} if is_written else both]]}
    step_back(qtbot, screen)
    open_found_again(qtbot, screen, house.number(1))
    begin(qtbot, screen)
    assert (surnames(screen), screen.edit.fields["given"].text()) == ("Pérez Luna", "Ana1 Sol")
    assert screen.draft() == {"people": [[first.ent, {"given": "Ana1 Sol"} if is_written else both]]}
