"""What stands on the rail: name, icon, words and for whom, known before the screen itself is loaded and made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from shelterdesk.actions.desk import Desk
from shelterdesk.core.roles import DOES
from shelterdesk.core.vocabulary import Role
from shelterdesk.core.words import tr

if TYPE_CHECKING:
    from shelterdesk.ui.base_screen import Screen


@dataclass(frozen=True, slots=True)
class RailEntry:
    """One place on the rail. The module of its screen in ``ui/screens`` has its name.

    ``title`` is called when shown; ``key`` empty takes the next free one; ``kinds_of_folder`` says whether a
    station, an office or both have it; ``roles`` empty means everybody.
    """

    name: str
    icon: str
    title: Callable[[], str]
    screen: str
    key: str = ""
    at_foot: bool = False
    kinds_of_folder: frozenset[str] = frozenset({"station"})
    roles: frozenset[Role] = frozenset()

    def is_for(self, desk: Desk) -> bool:
        """Whether it has something to do in this kind of folder for who is logged in."""
        if desk.who.folder_kind not in self.kinds_of_folder:
            return False
        return not self.roles or not self.roles.isdisjoint(desk.user.roles)

    def load(self) -> type[Screen]:
        """The screen's class; its module, and all the libraries it needs, are loaded by asking."""
        module = import_module(f"shelterdesk.ui.screens.{self.name}")
        return cast("type[Screen]", getattr(module, self.screen))


_OFFICE = frozenset({"office"})
_BOTH = frozenset({"station", "office"})

RECEPTION = RailEntry(
    "reception",
    "reception",
    lambda: tr("Reception"),
    "ReceptionScreen",
    key="Ctrl+1",
    roles=frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN, Role.PROTECTION}),
)
PEOPLE = RailEntry("people", "people", lambda: tr("People"), "PeopleScreen", kinds_of_folder=_BOTH)
LODGING = RailEntry("lodging", "lodging", lambda: tr("Lodging"), "LodgingScreen")
COUNTER = RailEntry("counter", "counter", lambda: tr("Counter"), "CounterScreen")
SHEETS = RailEntry(
    "sheets",
    "sheets",
    lambda: tr("Sheets"),
    "SheetsScreen",
    kinds_of_folder=_BOTH,
    roles=DOES["print the daily sheet"]
    | DOES["print cards"]
    | DOES["print a person's own record"]
    | DOES["publish matrices"],
)
EXCHANGE = RailEntry(
    "exchange",
    "exchange",
    lambda: tr("Exchange"),
    "ExchangeScreen",
    roles=DOES["write a bundle"] | DOES["take in bundles"] | DOES["settle what was written apart"],
)
OFFICE = RailEntry(
    "office",
    "office",
    lambda: tr("Office"),
    "OfficeScreen",
    kinds_of_folder=_OFFICE,
    roles=DOES["see the posts"]
    | DOES["take in bundles"]
    | DOES["enrol a station"]
    | DOES["publish matrices"],
)
SETTINGS = RailEntry(
    "settings", "settings", lambda: tr("Settings"), "SettingsScreen", at_foot=True, kinds_of_folder=_BOTH
)

ALL_SCREENS = (RECEPTION, PEOPLE, LODGING, COUNTER, SHEETS, EXCHANGE, OFFICE, SETTINGS)
"""Every screen of the program, in the order of the rail."""
