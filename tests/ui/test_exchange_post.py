"""To the office by network from the window: the server's key is compared, then the outbox goes by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_receipts
from shelterdesk.actions.taking_in import import_from
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screens.exchange import ExchangeScreen
from shelterdesk.ui.screens.exchange_post import PostSection
from tests.sync.sftp_house import sftp_server
from tests.sync.worlds import World, at
from tests.ui.desk_windows import CTRL, KEY, press, type_text
from tests.ui.stick_world import EXCHANGE, at_work, full_world, still


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> World:
    """An office, and a station with forty people."""
    return full_world(tmp_path_factory.mktemp("full"), tmp_path)


def section_of(qtbot: QtBot, app: DeskApp, window: MainWindow) -> PostSection:
    """The part of the network, opened by keys."""
    screen = window.current()
    assert isinstance(screen, ExchangeScreen)
    qtbot.waitUntil(lambda: app.worker.post is not None, timeout=10_000)
    press(KEY.Key_Escape)
    for _ in screen.sections:
        if screen.current().name == "post":
            break
        press(KEY.Key_Down)
    section = screen.current()
    assert isinstance(section, PostSection)
    still(qtbot, app)
    return section


def test_the_outbox_goes_by_itself_once_the_key_was_compared(
    qtbot: QtBot, world: World, tmp_path: Path, clock: SetClock
) -> None:
    (tmp_path / "ssh").mkdir()
    with (
        sftp_server(tmp_path / "ssh") as server,
        at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window),
    ):
        section = section_of(qtbot, app, window)
        section.url.setFocus()
        type_text(server.place().url)
        section.key_file.set_path(str(server.key_file))
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(section.same.isVisible, timeout=20_000)
        assert server.host_key in section.problem.said()[0] and not list(server.root.iterdir())
        press(KEY.Key_Space)
        assert section.same.isChecked()
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(
            lambda: "Everything is at the server" in " ".join(section.standing.said()), timeout=60_000
        )
        with at(world.office, clock) as office:
            import_from(office, server.root)
            export_receipts(office, server.root)
        section.look_button.click()
        qtbot.waitUntil(
            lambda: "The office has confirmed everything." in section.standing.said(), timeout=60_000
        )
        section.end_button.click()
        qtbot.waitUntil(section.form.isVisible, timeout=20_000)
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        assert section_of(qtbot, app, window).form.isVisible()


def test_what_is_no_address_or_does_not_answer_is_said_where_it_was_typed(
    qtbot: QtBot, world: World, clock: SetClock
) -> None:
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        section = section_of(qtbot, app, window)
        section.url.setFocus()
        type_text("server of the office")
        press(KEY.Key_Return, CTRL)
        assert "is no address" in section.url.mistake.text()
        section.url.set_text("sftp://somebody@127.0.0.1:9/in")
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: "does not answer" in " ".join(section.problem.said()), timeout=30_000)
        assert section.send_button.isEnabled() and section.url.text().endswith("/in")
        section.url.setFocus()
        press(KEY.Key_End)
        type_text("box")
        assert section.problem.said() == [], "what another address did is nothing to this one"
