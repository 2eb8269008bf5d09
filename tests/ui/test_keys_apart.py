"""No key means two things where both could be meant: every screen, part and paper of a station and of an office."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.db.store import Reader
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.rail_entries import ALL_SCREENS
from shelterdesk.ui.screens.exchange_parts import PartsScreen
from shelterdesk.ui.screens.people import PeopleScreen
from shelterdesk.ui.screens.settings import SettingsScreen
from shelterdesk.ui.widgets import SecondaryButton
from tests.sync.worlds import World
from tests.ui.desk_windows import log_in, program
from tests.ui.stick_world import full_world, still

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Heard = tuple[QWidget, Qt.ShortcutContext, str]


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> World:
    """An office, and a station with forty people."""
    return full_world(tmp_path_factory.mktemp("full"), tmp_path)


def heard(window: QWidget) -> Iterator[tuple[str, Heard]]:
    """Each key that something visible in the window listens to now: where, how far, and what it is called."""
    for shortcut in window.findChildren(QShortcut):
        near = shortcut.parent()
        if isinstance(near, QWidget) and near.isVisible() and shortcut.isEnabled():
            name = near.words if isinstance(near, SecondaryButton) else near.accessibleName()
            for key in shortcut.keys():
                yield key.toString(), (near, shortcut.context(), f"{type(near).__name__} {name}")
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and not button.shortcut().isEmpty():
            yield (
                button.shortcut().toString(),
                (button, Qt.ShortcutContext.WindowShortcut, f"{type(button).__name__} {button.text()}"),
            )


def clashes(window: QWidget) -> list[str]:
    """Keys that two things hear at once, with what they are."""
    by_key: dict[str, list[Heard]] = defaultdict(list)
    for key, one in heard(window):
        by_key[key].append(one)
    found = []
    for key, several in by_key.items():
        for at, one in enumerate(several):
            found += [f"{key}: {one[2]} / {other[2]}" for other in several[at + 1 :] if _meet(one, other)]
    return found


def _meet(one: Heard, other: Heard) -> bool:
    """Whether there is a place for the focus where both hear the key."""
    reaches = [
        where
        for where, context, _ in (one, other)
        if context is Qt.ShortcutContext.WidgetWithChildrenShortcut
    ]
    if len(reaches) < 2:
        return True
    return (
        reaches[0] is reaches[1] or reaches[0].isAncestorOf(reaches[1]) or reaches[1].isAncestorOf(reaches[0])
    )


def walk(window: MainWindow, settle: Callable[[], None]) -> Iterator[str]:
    """Each screen, and each of its parts."""
    for name in window.names():
        window.open_screen(name)
        settle()
        screen = window.screen_named(name)
        if not isinstance(screen, PartsScreen | SettingsScreen):
            yield name
            continue
        for part in screen.sections:
            screen.open_section(part)
            settle()
            yield f"{name} / {part}"


@pytest.mark.parametrize(("place", "user"), [("lb", "admin"), ("office", "chief")])
def test_no_key_means_two_things_at_once(
    qtbot: QtBot, world: World, clock: SetClock, place: str, user: str
) -> None:
    with program(qtbot, getattr(world, place), clock, ALL_SCREENS) as app:
        window = log_in(qtbot, app, user)
        found, seen, keys = [], [], set()
        for where in walk(window, lambda: still(qtbot, app)):
            seen.append(where)
            keys |= {key for key, _ in heard(window)}
            found += [f"{where}: {one}" for one in clashes(window)]
        assert found == []
        assert (
            len(seen) > (20 if place == "lb" else 8)
            and {"Ctrl+Shift+X", "F2", "Ctrl+P" if place == "lb" else "F1"} <= keys
        )


def _somebody(reader: Reader) -> str:
    return bytes(reader.conn.execute("SELECT ent FROM person LIMIT 1").fetchone()[0]).hex()


def test_an_opened_person_and_what_is_done_with_them(qtbot: QtBot, world: World, clock: SetClock) -> None:
    with program(qtbot, world.lb, clock, ALL_SCREENS) as app:
        window = log_in(qtbot, app)
        window.open_screen("people")
        still(qtbot, app)
        people = window.screen_named("people")
        assert isinstance(people, PeopleScreen)
        found: list[str] = []
        ents: list[str] = []
        app.worker.read(_somebody, done=ents.append)
        still(qtbot, app)
        for button in (None, people.edit_button, people.bed_button, people.leave_button):
            people.open_person(ents[0])
            still(qtbot, app)
            assert people.body.current() is people.view
            if button is not None:
                button.click()
                still(qtbot, app)
                assert people.body.current() not in (None, people.view)
            found += clashes(window)
            if button is not None:
                people.step_out()
                still(qtbot, app)
        assert found == []


def test_the_walk_sees_a_clash(qtbot: QtBot) -> None:
    """A key heard by a window and by a button in it, by two buttons, by a part and by what is around it."""
    window = QWidget()
    qtbot.addWidget(window)
    inner, apart, within = QWidget(window), QWidget(window), None
    within = QPushButton("within", inner)
    for near, key in ((window, "Ctrl+K"), (inner, "Ctrl+K"), (inner, "Del"), (apart, "Del"), (within, "Del")):
        shortcut = QShortcut(QKeySequence(key), near)
        if near is not window:
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    window.show()
    found = sorted(one.split(":")[0] for one in clashes(window))
    assert found == ["Ctrl+K", "Del"]
