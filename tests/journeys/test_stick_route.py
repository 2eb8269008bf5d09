"""The way of a stick, by keyboard alone: station, office, receipts, and home again, until nothing is only here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange_state import ExchangeState
from shelterdesk.office.posts import Post
from shelterdesk.ui.screens.exchange import ExchangeScreen
from shelterdesk.ui.screens.exchange_stick import StickSection
from shelterdesk.ui.screens.office import OfficeScreen
from shelterdesk.ui.screens.office_intake import IntakeSection
from shelterdesk.ui.screens.office_posts import PostsSection
from tests.sync.worlds import World
from tests.ui.desk_windows import CTRL, KEY, press, type_text
from tests.ui.stick_world import EXCHANGE, OFFICE, at_work, full_world, still


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> World:
    """An office, and a station with forty people."""
    return full_world(tmp_path_factory.mktemp("full"), tmp_path)


@dataclass(frozen=True)
class Exchanged:
    """What the exchange screen shows afterwards."""

    state: ExchangeState
    outcome: list[str]
    standing: list[str]


def exchange(qtbot: QtBot, world: World, clock: SetClock, stick: Path, stem: str) -> Exchanged:
    """At the station: the screen, the folder typed, the one big button."""
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        screen = window.current()
        assert isinstance(screen, ExchangeScreen)
        section = screen.current()
        assert isinstance(section, StickSection)
        press(KEY.Key_A, CTRL)
        type_text(str(stick))
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: any(stem in line for line in section.outcome.said()), timeout=20_000)
        qtbot.waitUntil(section.exchange_button.isEnabled)
        still(qtbot, app)
        assert section.state is not None
        return Exchanged(section.state, section.outcome.said(), section.standing.said())


def test_a_stick_goes_round_and_nothing_is_only_here_any_more(
    qtbot: QtBot, world: World, clock: SetClock, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()

    out = exchange(qtbot, world, clock, stick, "Written and read back")
    written = out.state.only_here
    assert written > 20
    assert out.state.on_stick == written, "it is on the stick, and nobody confirmed it"

    clock.forward(timedelta(hours=3))
    with at_work(qtbot, world.office, clock, OFFICE) as (app, window):
        screen = window.current()
        assert isinstance(screen, OfficeScreen)
        press(KEY.Key_Down)  # from the posts to the taking in
        press(KEY.Key_Return)
        intake = screen.current()
        assert isinstance(intake, IntakeSection)
        type_text(str(stick))
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: any("for the way back" in s for s in intake.outcome.said()), timeout=20_000)
        still(qtbot, app)
        assert f"{written} new records" in intake.outcome.said()[0]
        press(KEY.Key_Escape)
        press(KEY.Key_Up)
        posts = screen.current()
        assert isinstance(posts, PostsSection)
        qtbot.waitUntil(lambda: isinstance(posts.table.current(), Post))
        still(qtbot, app)
        rows = [posts.model.row_at(line) for line in range(posts.model.rowCount())]
        assert [(row.station, bool(row.last_heard_ms), row.gaps) for row in rows] == [
            ("LB", True, ()),
            ("MT", False, ()),
        ]
        assert posts.reading.said() == ["Everything Lajas Blancas has brought so far is here."]

    clock.forward(timedelta(hours=3))
    home = exchange(qtbot, world, clock, stick, "everything is confirmed")
    assert "1 receipt" in home.outcome[0]
    assert home.state.only_here == 0
    assert home.state.last_receipt_ms is not None
    assert home.standing[0] == "Nothing exists only on this desk."
