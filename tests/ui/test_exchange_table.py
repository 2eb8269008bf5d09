"""The desks of one table from the window: one listens by keyboard, others call it, a laptop is admitted, the code is scanned."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shelterdesk.actions.admission import Joined
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.table import lay_out_table
from shelterdesk.actions.table_choice import Table
from shelterdesk.actions.table_joining import join_at_table, knock_at_table
from shelterdesk.core.errors import WorldError
from shelterdesk.core.table_code import TableCode, read_table_code
from shelterdesk.db.store import Reader
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.lane_keeper import _Wish
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screens import exchange_table
from shelterdesk.ui.screens.exchange import ExchangeScreen
from shelterdesk.ui.screens.exchange_table import TableSection
from tests.sync.tables import seated
from tests.sync.worlds import World, at, join, register
from tests.ui.desk_windows import CTRL, KEY, SHIFT, press, type_text
from tests.ui.stick_world import EXCHANGE, at_work, full_world, still


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> World:
    """A station with forty people."""
    return full_world(tmp_path_factory.mktemp("full"), tmp_path)


@pytest.fixture(autouse=True)
def on_one_laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The only network of a test is the laptop itself."""
    monkeypatch.setattr(exchange_table, "own_addresses", lambda: ["127.0.0.1"])


def section_of(qtbot: QtBot, app: DeskApp, window: MainWindow) -> TableSection:
    """The part of the table, opened by keys."""
    screen = window.current()
    assert isinstance(screen, ExchangeScreen)
    qtbot.waitUntil(lambda: app.worker.table is not None, timeout=10_000)
    press(KEY.Key_Escape)
    for _ in screen.sections:
        if screen.current().name == "table":
            break
        press(KEY.Key_Down)
    section = screen.current()
    assert isinstance(section, TableSection)
    still(qtbot, app)
    return section


def listening(qtbot: QtBot, section: TableSection) -> TableCode:
    """Join by keyboard as the desk that listens; the code it shows."""
    section.way.setFocus()
    press(KEY.Key_Return, CTRL)
    qtbot.waitUntil(lambda: bool(section.code_words.text()), timeout=20_000)
    return read_table_code(section.code_words.text())


def people(reader: Reader) -> int:
    return int(reader.rows("SELECT count(*) FROM person")[0][0])


def test_the_table_by_keyboard(qtbot: QtBot, world: World, tmp_path: Path, clock: SetClock) -> None:
    join(world.lb, tmp_path / "lb2", clock)
    with at(tmp_path / "lb2", clock) as other, at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        section = section_of(qtbot, app, window)
        code = listening(qtbot, section)
        assert section.qr.text == code.scanned
        sitting = seated(other, Table("call", code=str(code)))
        known: list[int] = []

        def window_sees() -> None:
            app.worker.read(people, done=known.append)

        window_sees()
        qtbot.waitUntil(lambda: bool(known))
        register(other, "Ana", "Eva")

        def both_there() -> bool:
            sitting.round()
            window_sees()
            return known[-1] == known[0] + 2

        qtbot.waitUntil(both_there, timeout=30_000)
        qtbot.waitUntil(lambda: "At the table with LB1A." in section.standing.said()[0], timeout=20_000)
        sitting.close()
        assert QApplication.focusWidget() is section.leave_button, (
            "the button that hid did not send typing to the search"
        )
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(
            lambda: not section.standing.said() and section.join_button.isVisible(), timeout=20_000
        )
        assert not section.code_box.isVisible()
        qtbot.waitUntil(lambda: section.isAncestorOf(QApplication.focusWidget() or window))


def test_a_new_laptop_is_admitted_once_its_words_are_compared(
    qtbot: QtBot, world: World, tmp_path: Path, clock: SetClock
) -> None:
    new = tmp_path / "new"
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        section = section_of(qtbot, app, window)
        guest, words = knock_at_table(new, listening(qtbot, section))
        knocks = section.knocks
        qtbot.waitUntil(lambda: knocks.isVisible(), timeout=20_000)
        assert knocks.six.words() == list(words)
        assert not knocks.admit_button.isEnabled()
        knocks.same.setFocus()
        press(KEY.Key_Space)
        knocks.admit_button.setFocus()
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: not knocks.isVisible(), timeout=20_000)
        found: list[Joined | None] = []

        def answered() -> bool:
            found.append(join_at_table(new, guest, clock))
            return found[-1] is not None

        qtbot.waitUntil(answered, timeout=20_000)
        guest.close()
        assert found[-1] is not None and found[-1].desk == "LB1A"
        assert "LB1A is admitted" in window.toast.text()


def test_a_laptop_that_knocks_is_told_on_every_screen_and_one_key_leads_to_it(
    qtbot: QtBot, world: World, tmp_path: Path, clock: SetClock
) -> None:
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        section = section_of(qtbot, app, window)
        code = listening(qtbot, section)
        press(KEY.Key_1, CTRL)
        assert "asks to join" not in window.status.text()
        guest, _ = knock_at_table(tmp_path / "new", code)
        qtbot.waitUntil(
            lambda: "a new laptop asks to join (Ctrl+Shift+J)" in window.status.text(), timeout=20_000
        )
        press(KEY.Key_J, CTRL | SHIFT)
        still(qtbot, app)
        assert window.current() is window.screen_named("exchange") and section.isVisible()
        assert QApplication.focusWidget() is section.knocks.same
        keeper = app.worker.table
        assert keeper is not None
        section.knocks.refuse_button.setFocus()
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: "asks to join" not in window.status.text(), timeout=20_000)
        guest.close()


def test_what_a_lane_left_behind_still_wishes_is_not_done(
    qtbot: QtBot, world: World, clock: SetClock
) -> None:
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        listening(qtbot, section_of(qtbot, app, window))
        keeper = app.worker.table
        assert keeper is not None
        assert not keeper.grant(_Wish(object(), lay_out_table, (frozenset(),)))


def test_a_laptop_whose_words_differ_is_turned_away(
    qtbot: QtBot, world: World, tmp_path: Path, clock: SetClock
) -> None:
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        section = section_of(qtbot, app, window)
        guest, _ = knock_at_table(tmp_path / "new", listening(qtbot, section))
        qtbot.waitUntil(lambda: section.knocks.isVisible(), timeout=20_000)
        section.knocks.refuse_button.setFocus()
        press(KEY.Key_Return)
        assert "was turned away" in window.toast.text()
        qtbot.waitUntil(lambda: not section.knocks.isVisible(), timeout=20_000)
        with pytest.raises(WorldError, match="did not admit"):
            guest.fetch(tmp_path / "reply")
        guest.close()


def test_a_code_is_scanned_anywhere_and_a_wrong_one_is_told_at_its_field(
    qtbot: QtBot, world: World, clock: SetClock
) -> None:
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        section_of(qtbot, app, window)
        press(KEY.Key_1, CTRL)  # another screen
        code = TableCode("127.0.0.1", 9, bytes(range(9)))
        window.scan.setFocus()
        window.scanned.emit(code.scanned)
        screen = window.current()
        assert isinstance(screen, ExchangeScreen)
        section = screen.current()
        assert isinstance(section, TableSection)
        assert (section.way.value(), read_table_code(section.code.text())) == ("call", code)
        section.code.set_text("ABCDE FGHIJ")
        section.code.setFocus()
        press(KEY.Key_Return, CTRL)
        assert "not the code of a table" in section.code.mistake.text()
        section.code.set_text(str(code))
        press(KEY.Key_Return, CTRL)
        # Nobody listens there: it is said, and the desk goes on trying by itself.
        qtbot.waitUntil(
            lambda: any("tried again by itself" in said for said in section.standing.said()), timeout=30_000
        )
        window.scanned.emit(code.scanned[:-1] + "9")
        assert "not the code of a table" in window.toast.text()


def test_without_a_network_it_says_what_to_do(
    qtbot: QtBot, world: World, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange_table, "own_addresses", list)
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        section = section_of(qtbot, app, window)
        assert section.no_address.isVisible()
        section.way.setFocus()
        press(KEY.Key_Return, CTRL)
        still(qtbot, app)
        assert section.join_button.isVisible() and not section.standing.said()


def test_a_shared_folder_is_joined_and_kept_over_a_new_start(
    qtbot: QtBot, world: World, tmp_path: Path, clock: SetClock
) -> None:
    shared = tmp_path / "share"
    shared.mkdir()
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        section = section_of(qtbot, app, window)
        section.way.set_value("folder")
        section.folder.line.setFocus()
        type_text(str(shared))
        press(KEY.Key_Return, CTRL)
        qtbot.waitUntil(lambda: any(shared.rglob("*.age.sig")), timeout=20_000)
    with at_work(qtbot, world.lb, clock, EXCHANGE) as (app, window):
        section = section_of(qtbot, app, window)
        qtbot.waitUntil(lambda: "At the table" in " ".join(section.standing.said()), timeout=20_000)
        assert str(shared) in " ".join(section.standing.said())
