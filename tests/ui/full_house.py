"""A station with a site plan and forty people for tests of screens: families of four, most of them lodged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.lodging import give_place
from shelterdesk.actions.places import import_plan
from shelterdesk.actions.registration import RegisteredFamily, register_family
from shelterdesk.core.people import FamilyForm, PersonForm
from shelterdesk.core.vocabulary import Sex
from shelterdesk.ui.screen_making import ScreenMaker
from shelterdesk.ui.screens.counter import CounterScreen
from shelterdesk.ui.screens.lodging import LodgingScreen
from shelterdesk.ui.screens.people import PeopleScreen
from shelterdesk.ui.screens.settings import SettingsScreen
from shelterdesk.ui.widgets import RowsTable
from tests.stations import PASSPHRASE

SCREENS: tuple[ScreenMaker, ...] = (PeopleScreen, LodgingScreen, CounterScreen, SettingsScreen)
PLAN = "\n".join(
    ["code,parent,kind,quarter,capacity", "A,,block,,", "B,,block,,"]
    + [f"A{n:02},A,room,FAMILY,4" for n in range(1, 9)]
    + ["B01,B,room,UAC_GIRLS,4", "B02,B,room,,6"]
    + [f"B02-{n},B02,bed,,1" for n in range(1, 7)]
)
SURNAMES = (
    "Toussaint",
    "Pérez",
    "Diallo",
    "Okafor",
    "Haddad",
    "Nguyen",
    "Alvarado",
    "Ferreira",
    "Mensah",
    "Quispe",
)


@dataclass(frozen=True)
class House:
    """The families as registered; the last two have no place."""

    families: tuple[RegisteredFamily, ...]

    def number(self, family: int, member: int = 0) -> str:
        """The number of a person."""
        return self.families[family].members[member].number

    def ent(self, family: int, member: int = 0) -> str:
        """The id of a person."""
        return self.families[family].members[member].ent


def with_desk(folder: Path, clock: SetClock, work: Callable[[Desk], None]) -> None:
    """Do something at the desk before or after its window is open."""
    desk = open_desk(folder, "admin", PASSPHRASE, clock)
    try:
        work(desk)
    finally:
        desk.close()


def fill(folder: Path, clock: SetClock) -> House:
    """Ten families of four; eight of them fill the rooms A01 to A08, the others have no place."""
    families: list[RegisteredFamily] = []

    def work(desk: Desk) -> None:
        import_plan(desk, PLAN)
        for at, surname in enumerate(SURNAMES):
            form = FamilyForm(
                tuple(
                    PersonForm(surname, given, sex=sex, birth=born, nationality=("VEN",))
                    for given, sex, born in (
                        (f"Ana{at}", Sex.F, "1990"), (f"Luis{at}", Sex.M, "1988-03-02"),
                        (f"Marie{at}", Sex.F, "2015"), (f"Noor{at}", Sex.F, "2024-05"),
                    )
                )
            )  # fmt: skip
            family = register_family(desk, form).result
            families.append(family)
            if at < 8:
                give_place(desk, family.household_number, f"A{at + 1:02}")

    with_desk(folder, clock, work)
    return House(tuple(families))


def cells(table: RowsTable) -> list[list[str]]:
    """Everything a list shows, row by row."""
    model = table.model
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def has_focus(qtbot: QtBot, widget: object) -> None:
    """Wait until typing goes to a widget."""
    qtbot.waitUntil(lambda: QApplication.focusWidget() is widget)
