"""The page of a person and what is sealed: nothing shown, nothing hinted, and what holders are told of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from shelterdesk.actions.class_keys import class_identities
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.person_changes import answer_again
from shelterdesk.actions.records import open_class_file, sealed_unread, show_records, unread_words
from shelterdesk.actions.users import add_user
from shelterdesk.core.kinds import KIND_NAMES
from shelterdesk.core.people import Answer, IntakeAnswers
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.db.classes import ClassFile
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.screens import people
from tests.stations import CHEAP, PASSPHRASE, Template, seal_nonsense
from tests.ui.desk_windows import KEY, log_in, press, program
from tests.ui.full_house import SCREENS, House, cells, fill, has_focus, with_desk
from tests.ui.people_at_work import open_found, open_found_again, people_of


@pytest.fixture
def house(station_folder: Path, clock: SetClock) -> House:
    return fill(station_folder, clock)


@pytest.fixture
def app(qtbot: QtBot, station_folder: Path, clock: SetClock, house: House) -> Iterator[DeskApp]:
    with program(qtbot, station_folder, clock, SCREENS) as started:
        yield started


def test_sealed_answers_are_neither_shown_nor_hinted(
    qtbot: QtBot, app: DeskApp, house: House, station_folder: Path, clock: SetClock
) -> None:
    def answer(desk: Desk) -> None:
        answer_again(desk, house.number(6), IntakeAnswers(pregnant=Answer.YES, needs=("WR-UW",)))

    with_desk(station_folder, clock, answer)
    screen = people_of(log_in(qtbot, app, "operator"))
    open_found(qtbot, screen, house.number(6))
    said = " ".join(cell for row in cells(screen.view.table) for cell in row)
    parts = [tile.text() for tile in screen.view.parts.tiles]
    press(KEY.Key_Escape)
    has_focus(qtbot, screen.search.table.view)
    press(KEY.Key_Escape)
    screen.shown = None
    open_found(qtbot, screen, house.number(7))
    assert parts == [tile.text() for tile in screen.view.parts.tiles], (
        "who has an answer looks like who has none"
    )
    assert "WR-UW" not in said and "sealed" not in said


def test_a_holder_is_told_on_the_page_how_many_sealed_entries_could_not_be_read(
    qtbot: QtBot,
    app: DeskApp,
    house: House,
    station_folder: Path,
    clock: SetClock,
    station_template: Template,
) -> None:
    def spoil(desk: Desk) -> None:
        code = station_template.recovery_code
        add_user(desk, "guard", frozenset({Role.PROTECTION}), PASSPHRASE, recovery_code=code, cost=CHEAP)
        seal_nonsense(desk)
        guard = open_desk(station_folder, "guard", PASSPHRASE, clock)
        show_records(guard, KIND_NAMES["child_status"])
        guard.close()

    with_desk(station_folder, clock, spoil)
    screen = people_of(log_in(qtbot, app, "guard"))
    open_found(qtbot, screen, house.number(6))
    qtbot.waitUntil(lambda: not app.worker.is_busy)
    said = [label.text() for label in screen.view.details.findChildren(QLabel) if label.isVisible()]
    assert unread_words(1) in said


@pytest.mark.parametrize("is_damaged", [True, False], ids=["damaged", "somebody writes to it"])
def test_the_file_of_a_class_keeps_nobody_from_a_page_and_is_asked_once(
    qtbot: QtBot,
    app: DeskApp,
    house: House,
    station_folder: Path,
    clock: SetClock,
    station_template: Template,
    monkeypatch: pytest.MonkeyPatch,
    is_damaged: bool,
) -> None:
    def spoil(desk: Desk) -> None:
        code = station_template.recovery_code
        add_user(desk, "guard", frozenset({Role.PROTECTION}), PASSPHRASE, recovery_code=code, cost=CHEAP)
        seal_nonsense(desk)
        guard = open_desk(station_folder, "guard", PASSPHRASE, clock)
        show_records(guard, KIND_NAMES["child_status"])
        (key,) = class_identities(guard, Confidentiality.PROTECTION)
        held.append(open_class_file(guard, key))
        guard.close()

    held: list[ClassFile] = []
    counted: list[int] = []

    def count(desk: Desk) -> int:
        counted.append(sealed_unread(desk))
        return counted[-1]

    monkeypatch.setattr(people, "sealed_unread", count)
    with_desk(station_folder, clock, spoil)
    (file,) = held
    if is_damaged:
        file.close()
        (path,) = station_folder.glob("protection-*.db")
        path.write_bytes(b"no database" * 1000)
    else:
        file.conn.execute("BEGIN EXCLUSIVE")
    window = log_in(qtbot, app, "guard")
    screen = people_of(window)
    for number in (6, 7):
        open_found_again(qtbot, screen, house.number(number))
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        assert "does not open" not in window.toast.text()
    assert counted == [0 if is_damaged else 1]
    file.close()
