"""Two keys print the evacuation list from any screen, also behind the lock: then no name is on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shelterdesk.actions.access import who_looked
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.core.errors import CannotWrite
from shelterdesk.core.paper_kinds import PaperKind, PrintWay, Way
from shelterdesk.ui import evacuation as keys
from shelterdesk.ui import printing
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.evacuation import put_in_first
from shelterdesk.ui.print_ways import write_way
from tests.stations import make_template
from tests.ui.desk_windows import CTRL, KEY, SHIFT, hold, log_in, press, program, type_text
from tests.ui.full_house import SCREENS, fill, with_desk
from tests.ui.printed import words_of_pages
from tests.ui.test_lock import lock, unlock

BOTH = CTRL | SHIFT


def text_of(pdf: bytes | Path) -> str:
    """Everything written on a paper."""
    return "\n".join(words_of_pages(pdf if isinstance(pdf, bytes) else pdf.read_bytes()))


def names_of(folder: Path, clock: SetClock) -> list[str]:
    """Every part of every name of the house."""
    found: list[str] = []

    def look(desk: Desk) -> None:
        for row in desk.store.conn.execute("SELECT surnames, given FROM person"):
            found.extend(part for part in row if part)

    with_desk(folder, clock, look)
    return found


Noted = list[tuple[str, str | None, int | None]]


def notes(app: DeskApp) -> Noted:
    """What was noted as printed, by whom, the newest first."""
    desk = app.worker.desk
    assert desk is not None
    return printed_by(desk)


def printed_by(desk: Desk) -> Noted:
    """The same of a desk whose user may look at who looked."""
    reader = desk.reader()
    try:
        looked = who_looked(desk, reader)
    finally:
        reader.close()
    return [(one.user, one.detail, one.count) for one in looked if one.access == "printed"]


@pytest.fixture
def no_printer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop without a printer."""
    monkeypatch.setattr(printing, "printer_names", list)


def ask_and_go(qtbot: QtBot, app: DeskApp) -> None:
    """The two keys, one after the other, and wait until it is told what became of it."""
    press(KEY.Key_X, BOTH)
    panel = app.evacuation.panel
    assert panel.isVisible() and QApplication.focusWidget() is panel.print_button
    press(KEY.Key_Return)
    qtbot.waitUntil(lambda: not app.evacuation.is_busy, timeout=10_000)
    qtbot.waitUntil(lambda: not app.worker.is_busy)


@pytest.mark.usefixtures("no_printer")
def test_without_a_printer_it_lies_in_a_folder_and_has_names(
    qtbot: QtBot, station_folder: Path, clock: SetClock, tmp_path: Path
) -> None:
    fill(station_folder, clock)
    with program(qtbot, station_folder, clock, SCREENS) as app:
        log_in(qtbot, app)
        app.evacuation.folders = (tmp_path / "gone", tmp_path)
        press(KEY.Key_3, CTRL)  # any screen
        ask_and_go(qtbot, app)
        (made,) = tmp_path.glob("*.pdf")
        assert made.name == "evacuation-LB-2026-11-23-0800.pdf"
        assert str(made) in app.evacuation.panel.said.accessibleName()
        text = text_of(made)
        assert "Toussaint, Marie0" in text and "Printed by admin" in text and "40" in text
        assert notes(app)[0] == ("admin", "evacuation list", 40)
        press(KEY.Key_Return)
        assert app.evacuation.panel.isHidden()


@pytest.mark.usefixtures("no_printer")
def test_behind_the_lock_it_has_numbers_and_places_and_no_name(
    qtbot: QtBot, station_folder: Path, clock: SetClock, tmp_path: Path
) -> None:
    house = fill(station_folder, clock)
    names = names_of(station_folder, clock)
    with program(qtbot, station_folder, clock, SCREENS) as app:
        log_in(qtbot, app)
        app.evacuation.folders = (tmp_path,)
        lock(qtbot, app)
        assert app.lock is not None
        typed = app.lock.page.form.passphrase
        type_text("half a pass")
        ask_and_go(qtbot, app)
        assert app.lock.is_locked
        (made,) = tmp_path.glob("*.pdf")
        text = text_of(made)
        assert house.number(0) in text and "A01" in text and "Printed while locked" in text
        assert not [name for name in [*names, "admin"] if name in text]
        press(KEY.Key_Escape)
        assert app.evacuation.panel.isHidden() and typed.hasFocus() and typed.text() == "half a pass"
        assert notes(app)[0] == ("admin", "evacuation list, printed while locked", 40)
        typed.clear()
        unlock(qtbot, app)


@pytest.mark.usefixtures("no_printer")
def test_what_was_asked_in_the_open_is_not_answered_behind_the_lock(
    qtbot: QtBot, station_folder: Path, clock: SetClock, tmp_path: Path
) -> None:
    with program(qtbot, station_folder, clock, SCREENS) as app:
        log_in(qtbot, app)
        app.evacuation.folders = (tmp_path,)
        press(KEY.Key_X, BOTH)
        assert app.evacuation.panel.isVisible()
        with qtbot.waitSignal(app.locked):
            app.lock_now()
        assert app.evacuation.panel.isHidden()


@pytest.mark.usefixtures("no_printer")
def test_a_counter_gets_numbers_and_an_import_holds_nothing_up(
    qtbot: QtBot, station_folder: Path, clock: SetClock, tmp_path: Path
) -> None:
    fill(station_folder, clock)
    noted: Noted = []
    with program(qtbot, station_folder, clock, SCREENS) as app:
        log_in(qtbot, app, "counter")
        app.evacuation.folders = (tmp_path,)
        gate = hold(app.worker)
        press(KEY.Key_X, BOTH)
        press(KEY.Key_Return)
        qtbot.waitUntil(lambda: not app.evacuation.is_busy, timeout=10_000)
        assert not gate.is_set(), "the list is there while the desk still writes"
        text = text_of(next(tmp_path.glob("*.pdf")))
        assert "Toussaint" not in text and "Numbers and places only" in text
        gate.set()
        qtbot.waitUntil(lambda: not app.worker.is_busy)
    with_desk(station_folder, clock, lambda desk: noted.extend(printed_by(desk)))
    assert noted == [("counter", "evacuation list", 40)]


@pytest.mark.parametrize(
    ("chosen", "printer"), [("", "Desk printer"), ("Other", "Other"), ("Gone", "Desk printer")]
)
def test_the_printer_of_lists_or_the_usual_one_gets_it_at_once(
    qtbot: QtBot,
    station_folder: Path,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    chosen: str,
    printer: str,
) -> None:
    if chosen:
        write_way(station_folder, PaperKind.LISTS, PrintWay(Way.PRINTER, printer=chosen))
    sent: list[tuple[str, str]] = []

    def take(data: bytes, name: str, title: str, *_: object) -> int:
        sent.append((name, text_of(data)))
        return 2

    monkeypatch.setattr(printing, "printer_names", lambda: ["Desk printer", "Other"])
    monkeypatch.setattr(printing, "print_pdf", take)
    with program(qtbot, station_folder, clock, SCREENS) as app:
        log_in(qtbot, app)
        app.evacuation.folders = (tmp_path,)
        ask_and_go(qtbot, app)
        assert [name for name, _ in sent] == [printer] and "Nobody is in the house." in sent[0][1]
        assert f"2 pages went to the printer {printer}." in app.evacuation.panel.said.text()
        assert not list(tmp_path.glob("*.pdf")), "a list that is on paper lies nowhere else"


def test_a_printer_that_takes_nothing_and_one_that_never_answers_end_in_a_file(
    qtbot: QtBot, station_folder: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(_: bytes, name: str, *__: object) -> int:
        raise printing.PrinterFailed(name)

    monkeypatch.setattr(printing, "printer_names", lambda: ["Desk printer"])
    monkeypatch.setattr(printing, "print_pdf", refuse)
    with program(qtbot, station_folder, clock, SCREENS) as app:
        log_in(qtbot, app)
        app.evacuation.folders = (tmp_path,)
        ask_and_go(qtbot, app)
        (first,) = tmp_path.glob("*.pdf")
        assert "did not take the pages" in app.evacuation.panel.said.text()
        first.unlink()
        press(KEY.Key_Escape)
        monkeypatch.setattr(app.evacuation.printers, "look", lambda _: None)
        app.evacuation.set_wait(20)
        ask_and_go(qtbot, app)
        assert len(list(tmp_path.glob("*.pdf"))) == 1


def test_a_printer_that_takes_the_list_and_never_ends_holds_nothing_up(
    qtbot: QtBot, station_folder: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A queue can hang in the middle of a job: the list lies in a folder then, and can be asked for again."""
    hangs, asked = threading.Event(), []

    def hang(_: bytes, name: str, *__: object) -> int:
        asked.append(name)
        hangs.wait(20)
        return 1

    monkeypatch.setattr(printing, "printer_names", lambda: ["Desk printer"])
    monkeypatch.setattr(printing, "print_pdf", hang)
    with program(qtbot, station_folder, clock, SCREENS) as app:
        log_in(qtbot, app)
        app.evacuation.folders = (tmp_path,)
        app.evacuation.set_patience(50)
        try:
            for tries in (1, 2):
                ask_and_go(qtbot, app)
                (saved,) = tmp_path.glob("*.pdf")
                assert "Nobody is in the house." in text_of(saved) and len(asked) == tries
                said = app.evacuation.panel.said.text()
                assert "Desk printer does not answer" in said and "saved" in said
                saved.unlink()
                press(KEY.Key_Escape)
        finally:
            hangs.set()
        qtbot.waitUntil(lambda: not app.worker.is_busy)
        QApplication.processEvents()
        assert app.evacuation.panel.isHidden() and not app.evacuation.is_busy, (
            "an answer that late is for nobody"
        )


def test_a_printer_that_goes_on_is_waited_for(
    qtbot: QtBot, station_folder: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def slow(_: bytes, name: str, title: str, progress: Callable[[int, int], None], __: object) -> int:
        for page in range(1, 5):
            progress(page, 4)
            threading.Event().wait(0.3)
        return 4

    monkeypatch.setattr(printing, "printer_names", lambda: ["Desk printer"])
    monkeypatch.setattr(printing, "print_pdf", slow)
    with program(qtbot, station_folder, clock, SCREENS) as app:
        log_in(qtbot, app)
        app.evacuation.folders = (tmp_path,)
        app.evacuation.set_patience(900)
        ask_and_go(qtbot, app)
        assert "4 pages went to the printer" in app.evacuation.panel.said.text()
        assert not list(tmp_path.glob("*.pdf"))


def test_no_key_reaches_what_lies_below(qtbot: QtBot, station_folder: Path, clock: SetClock) -> None:
    with program(qtbot, station_folder, clock, SCREENS) as app:
        window = log_in(qtbot, app)
        press(KEY.Key_X, BOTH)
        panel = app.evacuation.panel
        for key in (KEY.Key_A, KEY.Key_Tab, KEY.Key_Down, KEY.Key_Tab, KEY.Key_Tab):
            press(key)
            assert panel.isVisible() and panel.isAncestorOf(QApplication.focusWidget() or window)
        press(KEY.Key_Escape)
        QTest.keyClick(window, KEY.Key_X, BOTH)
        assert app.evacuation.panel.isVisible()


@pytest.mark.parametrize("practice", [True, False])
def test_the_page_bears_the_stripe_of_a_practice_station(
    qtbot: QtBot, tmp_path: Path, clock: SetClock, practice: bool
) -> None:
    folder = make_template(tmp_path / "station", practice=practice).folder
    with program(qtbot, folder, clock, SCREENS) as app:
        log_in(qtbot, app)
        press(KEY.Key_X, BOTH)
        assert app.evacuation.panel.isVisible() and app.evacuation.panel.stripe.isVisible() is practice


def test_a_folder_that_takes_nothing_is_passed_over(tmp_path: Path) -> None:
    shut, open_ = tmp_path / "shut", tmp_path / "open"
    (shut / "x.pdf").mkdir(parents=True)
    open_.mkdir()
    assert put_in_first((tmp_path / "none", shut, open_), "x.pdf", b"1") == open_ / "x.pdf"
    with pytest.raises(CannotWrite):
        put_in_first((tmp_path / "none", shut), "x.pdf", b"1")
    assert keys.usual_folders()
