"""Which screens the rail has, in its order; a screen that names roles or a kind of folder shows itself only there."""

from __future__ import annotations

from collections.abc import Sequence

from shelterdesk.ui.app import ScreenMaker
from shelterdesk.ui.screens.counter import CounterScreen
from shelterdesk.ui.screens.exchange import ExchangeScreen
from shelterdesk.ui.screens.lodging import LodgingScreen
from shelterdesk.ui.screens.office import OfficeScreen
from shelterdesk.ui.screens.people import PeopleScreen
from shelterdesk.ui.screens.reception import ReceptionScreen
from shelterdesk.ui.screens.settings import SettingsScreen
from shelterdesk.ui.screens.sheets import SheetsScreen


def all_screens() -> Sequence[ScreenMaker]:
    """Makers of every screen of the program."""
    return (
        ReceptionScreen,
        PeopleScreen,
        LodgingScreen,
        CounterScreen,
        SheetsScreen,
        ExchangeScreen,
        OfficeScreen,
        SettingsScreen,
    )
