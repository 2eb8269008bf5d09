"""Keys on the people screen as journeys press them: find somebody, open the page, go on to somebody else."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screens.people import PeopleScreen
from tests.ui.desk_windows import KEY, press, type_text
from tests.ui.full_house import has_focus


def people_of(window: MainWindow) -> PeopleScreen:
    """The people screen of a window."""
    screen = window.screen_named("people")
    assert isinstance(screen, PeopleScreen)
    return screen


def find(qtbot: QtBot, screen: PeopleScreen, words: str, count: int) -> None:
    """Type into the search, and wait until so many are listed."""
    has_focus(qtbot, screen.search.line)
    type_text(words)
    qtbot.waitUntil(lambda: screen.search.model.rowCount() == count)


def open_found(qtbot: QtBot, screen: PeopleScreen, words: str) -> None:
    """Find somebody by a word only they have, and open the page with Enter."""
    find(qtbot, screen, words, 1)
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: screen.shown is not None and screen.view.isVisible())
    has_focus(qtbot, screen.view.table.view)


def open_found_again(qtbot: QtBot, screen: PeopleScreen, words: str) -> None:
    """Back from a page to an empty search, and to somebody else."""
    for _ in range(2):
        press(KEY.Key_Escape)
    qtbot.waitUntil(screen.search.is_empty)
    open_found(qtbot, screen, words)
