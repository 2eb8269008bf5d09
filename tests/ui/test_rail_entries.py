"""Screens that stand on the rail before they are made: complete, made when asked for, whatever was typed put back."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.core.vocabulary import Role
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.icons import names as icon_names
from shelterdesk.ui.rail_entries import ALL_SCREENS, OFFICE, RECEPTION, RailEntry
from tests.ui.desk_windows import NoteScreen, log_in, note_of, program, type_text


class LaterNote(RailEntry):
    """The form of two fields, promised instead of made."""

    def load(self) -> type[Screen]:
        return NoteScreen


def promised() -> RailEntry:
    """An entry whose screen is the form of two fields."""
    return LaterNote("note", "edit", lambda: "Later", "NoteScreen", kinds_of_folder=frozenset({"station"}))


@pytest.mark.parametrize("entry", ALL_SCREENS, ids=lambda entry: entry.name)
def test_every_entry_leads_to_its_screen(entry: RailEntry) -> None:
    screen = entry.load()
    assert screen.entry is entry and screen.name == entry.name and entry.icon in icon_names()
    assert entry.title().strip()


def test_an_entry_is_for_its_folder_and_its_roles(desk: Desk) -> None:
    assert RECEPTION.is_for(desk) and not OFFICE.is_for(desk)
    nurse = cast("Desk", _As(desk, frozenset({Role.HEALTH})))
    assert not RECEPTION.is_for(nurse)


class _As:
    """A desk as somebody of other roles sees it."""

    def __init__(self, desk: Desk, roles: frozenset[Role]) -> None:
        self.who, self.user = desk.who, replace(desk.user, roles=roles)


def test_the_first_screen_is_made_and_the_others_wait(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock, ALL_SCREENS) as app:
        made: list[str] = []
        window = log_in(qtbot, app)
        window.screen_made.connect(lambda screen: made.append(screen.name))
        names = [entry.name for entry in ALL_SCREENS if entry is not OFFICE]
        assert list(window.names()) == names
        now = window.current()
        assert now is not None and now.name == "reception" and len(window.made()) == 1
        window.open_screen("lodging")
        assert made == ["lodging"]
        qtbot.waitUntil(lambda: len(window.made()) == len(names))
        assert len(made) == len(set(made)) == len(names) - 1 and not window.make_next()
        assert [screen.name for screen in window.screens()] == names


def test_what_was_typed_in_a_screen_made_later_is_back(
    qtbot: QtBot, station_folder: Path, clock: SetClock
) -> None:
    with program(qtbot, station_folder, clock) as app:
        log_in(qtbot, app)
        type_text("Toussaint")
        qtbot.waitUntil(lambda: not app.worker.is_busy)
    with program(qtbot, station_folder, clock, (ALL_SCREENS[1], promised())) as app:
        window = log_in(qtbot, app)
        assert [screen.name for screen in window.made()] == ["people"]
        qtbot.waitUntil(lambda: len(window.made()) == 2)
        assert note_of(window).surnames.text() == "Toussaint"
        assert "What you were typing is back" in window.toast.text()


def test_the_reception_needs_no_paper_before_the_first_card() -> None:
    asked = (
        "import sys, shelterdesk.__main__, shelterdesk.ui.screens.reception;"
        "print(*[m for m in sys.modules if m.split('.')[0] in ('reportlab', 'pypdfium2', 'qrcode')"
        " or m in ('PySide6.QtPrintSupport', 'shelterdesk.reports.daily_sheet')])"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.split() == []


def test_the_log_in_page_needs_no_screen_and_no_paper() -> None:
    asked = (
        "import sys, shelterdesk.__main__, shelterdesk.ui.app, shelterdesk.ui.rail_entries;"
        "print(*[m for m in sys.modules if m.split('.')[0] in ('reportlab', 'pypdfium2', 'qrcode')"
        " or m.startswith(('shelterdesk.ui.screens.', 'shelterdesk.cli.s'))])"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.split() == []
