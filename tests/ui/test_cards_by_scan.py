"""Cards printed ahead become somebody's by a scan: at the reception after saving, on a person's page, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shelterdesk.actions.bearers import local_today
from shelterdesk.actions.card_binding import find_card
from shelterdesk.actions.cards import print_blank_cards
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import open_desk
from shelterdesk.core.blank_cards import blank_number
from shelterdesk.keys.cardclaim import CardVerdict
from shelterdesk.keys.cardtoken import make_token
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screens.people import PeopleScreen
from shelterdesk.ui.screens.reception import ReceptionScreen
from tests.stations import PASSPHRASE
from tests.ui.desk_windows import CTRL, KEY, log_in, press, program, type_text
from tests.ui.people_at_work import open_found, people_of

AHEAD = 6


@pytest.fixture
def codes(station_folder: Path, clock: SetClock) -> list[str]:
    """The codes of cards printed ahead at the station."""
    desk = open_desk(station_folder, "admin", PASSPHRASE, clock)
    done = print_blank_cards(desk, AHEAD, BytesIO()).result
    until = local_today(desk.who, clock.now()) + timedelta(days=90)
    made = [make_token(desk.store.keys.signing, serial, until, False) for serial in done.serials]
    desk.close()
    return made


@pytest.fixture
def app(qtbot: QtBot, station_folder: Path, clock: SetClock) -> Iterator[DeskApp]:
    with program(qtbot, station_folder, clock, (ReceptionScreen, PeopleScreen)) as started:
        yield started


def at_reception(qtbot: QtBot, app: DeskApp, user: str = "operator") -> tuple[MainWindow, ReceptionScreen]:
    """The window with the reception open; what is printed is kept, not put on paper."""
    window = log_in(qtbot, app, user)
    screen = window.screen_named("reception")
    assert isinstance(screen, ReceptionScreen)
    screen.cards.put_out = lambda _: None
    rest(qtbot, app)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is screen.first_focus())
    return window, screen


def rest(qtbot: QtBot, app: DeskApp) -> None:
    """Wait until nothing asked of the desk is open."""
    qtbot.waitUntil(lambda: not app.worker.is_busy, timeout=10_000)


def save_family(qtbot: QtBot, app: DeskApp, *given: str) -> None:
    """Type a family of such people, and Ctrl+Enter."""
    for n, name in enumerate(given):
        if n:
            press(KEY.Key_PageDown, CTRL)
        type_text("Vega")
        press(KEY.Key_Return)
        type_text(name)
    press(KEY.Key_Return, CTRL)
    rest(qtbot, app)


def scan(qtbot: QtBot, app: DeskApp, code: str) -> None:
    """What a scanner does: the code, and Enter, into what has the focus."""
    type_text(code)
    press(KEY.Key_Return)
    rest(qtbot, app)


def bearer(station_folder: Path, clock: SetClock, code: str) -> tuple[CardVerdict, str | None]:
    """What a card is worth, and the name of whose it is."""
    desk = open_desk(station_folder, "admin", PASSPHRASE, clock)
    reader = desk.reader()
    try:
        seen = find_card(reader, code, local_today(desk.who, clock.now()))
        person = seen.record.person if seen.record is not None else None
        if person is None:
            return seen.verdict, None
        row = reader.conn.execute(
            "SELECT given FROM person WHERE ent = ?", (bytes.fromhex(person),)
        ).fetchone()
        return seen.verdict, row[0]
    finally:
        reader.close()
        desk.close()


def test_after_saving_each_member_gets_a_scanned_card(
    qtbot: QtBot, app: DeskApp, codes: list[str], station_folder: Path, clock: SetClock
) -> None:
    window, screen = at_reception(qtbot, app)
    assert screen.family.foot.save.words == "Save family and scan cards"
    save_family(qtbot, app, "Ana", "Luz")
    strip = screen.cards.strip
    assert strip.isVisible() and "Ana" in strip.whose.text() and "2 people wait" in strip.rest.text()
    assert QApplication.focusWidget() is window.scan, "a scanner types where the focus is"
    scan(qtbot, app, codes[0])
    assert "Luz" in strip.whose.text() and "last one" in strip.rest.text()
    scan(qtbot, app, codes[0])  # the same once more: it is Ana's
    assert "somebody else's already" in window.toast.text() and "Luz" in strip.whose.text()
    scan(qtbot, app, codes[1])
    assert not strip.isVisible() and screen.cards.waiting == ()
    assert QApplication.focusWidget() is screen.first_focus(), "the next family"
    assert "The card is that of" in window.toast.text()
    app.close()
    assert bearer(station_folder, clock, codes[0]) == (CardVerdict.VALID, "Ana")
    assert bearer(station_folder, clock, codes[1]) == (CardVerdict.VALID, "Luz")


def test_the_number_on_a_card_is_typed_where_the_scanner_is_broken(
    qtbot: QtBot, app: DeskApp, codes: list[str], station_folder: Path, clock: SetClock
) -> None:
    window, screen = at_reception(qtbot, app)
    save_family(qtbot, app, "Ana")
    scan(qtbot, app, blank_number("LB1", 4))
    assert screen.cards.waiting == ()
    press(KEY.Key_F2)
    scan(qtbot, app, blank_number("LB1", 4).lower())  # nobody waits any more: it opens its bearer
    qtbot.waitUntil(lambda: people_of(window).shown is not None)
    app.close()
    assert bearer(station_folder, clock, codes[3]) == (CardVerdict.VALID, "Ana")


def test_a_bound_card_is_taken_back(
    qtbot: QtBot, app: DeskApp, codes: list[str], station_folder: Path, clock: SetClock
) -> None:
    at_reception(qtbot, app)
    save_family(qtbot, app, "Ana")
    scan(qtbot, app, codes[2])
    press(KEY.Key_Z, CTRL)
    rest(qtbot, app)
    app.close()
    assert bearer(station_folder, clock, codes[2])[1] is None


def test_escape_puts_it_off_and_says_where_cards_are_had(
    qtbot: QtBot, app: DeskApp, codes: list[str]
) -> None:
    window, screen = at_reception(qtbot, app)
    save_family(qtbot, app, "Ana", "Luz", "Eva")
    press(KEY.Key_Escape)  # out of the empty scan field, then put off
    if screen.cards.waiting:
        press(KEY.Key_Escape)
    assert not screen.cards.strip.isVisible()
    assert "3 people have no card yet. In Sheets, Cards for people" in window.toast.text()
    assert QApplication.focusWidget() is screen.first_focus()


def test_ctrl_p_prints_them_instead(qtbot: QtBot, app: DeskApp, codes: list[str]) -> None:
    printed: list[bytes] = []
    window, screen = at_reception(qtbot, app)
    screen.cards.put_out = printed.append
    save_family(qtbot, app, "Ana", "Luz")
    screen.first_focus().setFocus()
    press(KEY.Key_P, CTRL)
    rest(qtbot, app)
    qtbot.waitUntil(lambda: bool(printed))
    assert "2 cards go to print" in window.toast.text()
    assert "No native speaker" in window.toast.text(), "said with the first print of this desk"
    assert not screen.cards.strip.isVisible()


def test_the_next_family_can_be_typed_while_cards_wait(qtbot: QtBot, app: DeskApp, codes: list[str]) -> None:
    window, screen = at_reception(qtbot, app)
    save_family(qtbot, app, "Ana")
    screen.first_focus().setFocus()
    save_family(qtbot, app, "Eva")
    assert [one.name for one in screen.cards.waiting] == ["Vega, Ana", "Vega, Eva"]
    press(KEY.Key_F2)
    scan(qtbot, app, codes[0])
    scan(qtbot, app, codes[1])
    assert screen.cards.waiting == ()


def test_without_cards_ahead_they_are_printed(qtbot: QtBot, app: DeskApp) -> None:
    printed: list[bytes] = []
    window, screen = at_reception(qtbot, app)
    screen.cards.put_out = printed.append
    assert screen.family.foot.save.words == "Save family and print cards"
    save_family(qtbot, app, "Ana")
    qtbot.waitUntil(lambda: bool(printed))
    assert "1 card goes to print" in window.toast.text()
    assert "No native speaker has read the sentence on the card yet: español." in window.toast.text()
    save_family(qtbot, app, "Eva")
    qtbot.waitUntil(lambda: len(printed) == 2)
    assert "native speaker" not in window.toast.text(), "the same is not said with every family"


def test_when_the_last_card_is_used_the_next_family_is_printed(
    qtbot: QtBot, app: DeskApp, codes: list[str]
) -> None:
    printed: list[bytes] = []
    window, screen = at_reception(qtbot, app)
    screen.cards.put_out = printed.append
    save_family(qtbot, app, *(f"P{n}" for n in range(AHEAD)))
    for code in codes:
        scan(qtbot, app, code)
    rest(qtbot, app)
    assert screen.family.foot.save.words == "Save family and print cards"
    save_family(qtbot, app, "Eva")
    qtbot.waitUntil(lambda: bool(printed))


def test_on_a_persons_page_a_blank_card_becomes_theirs(
    qtbot: QtBot, app: DeskApp, codes: list[str], station_folder: Path, clock: SetClock
) -> None:
    window, screen = at_reception(qtbot, app)
    save_family(qtbot, app, "Ana")
    scan(qtbot, app, codes[0])
    save_family(qtbot, app, "Eva")
    press(KEY.Key_Escape)
    press(KEY.Key_2, CTRL)
    people = people_of(window)
    open_found(qtbot, people, "Eva")
    press(KEY.Key_F2)
    scan(qtbot, app, codes[0])  # Ana's: it opens her page
    qtbot.waitUntil(lambda: people.shown is not None and "Ana" in people.shown.name)
    press(KEY.Key_F2)
    scan(qtbot, app, codes[3])  # lost hers: a new one
    assert "The card is that of" in window.toast.text()
    app.close()
    assert bearer(station_folder, clock, codes[3]) == (CardVerdict.VALID, "Ana")
    assert bearer(station_folder, clock, codes[0]) == (CardVerdict.REVOKED, "Ana")
