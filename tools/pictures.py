"""Draws every screen of the program with practice people in it: ``.venv/bin/python tools/pictures.py``.

Without arguments the pictures of docs/screens are drawn anew. ``--look en,dark,150 --to FOLDER`` draws all of
them in one look, to be judged; of several looks each ends the names of its pictures. The languages are ``es``,
``en``, and the made-up ``en_XA`` (long) and ``ar_XB`` (from the right). The people, the hour and the seed are always
the same, so two runs can be compared.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.counter import serve
from shelterdesk.actions.demo import PASSPHRASE, make_demo
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.offices import accept_reply, enrol, enrol_request, new_office, read_reply
from shelterdesk.actions.people import find_people
from shelterdesk.core.words import tr
from shelterdesk.day.afternoon import exchange, name_a_folder
from shelterdesk.day.hands import CTRL, DayStopped, Hands
from shelterdesk.day.reception import count_a_boat, screen_of
from shelterdesk.db.people import PersonLine
from shelterdesk.keys.passphrase import Argon2Cost
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.first_run import FirstRunPage
from shelterdesk.ui.preferences import FILE, Preferences
from shelterdesk.ui.rail_entries import ALL_SCREENS
from shelterdesk.ui.screens import exchange_table
from shelterdesk.ui.screens.counter import CounterScreen
from shelterdesk.ui.screens.exchange import ExchangeScreen
from shelterdesk.ui.screens.exchange_table import TableSection
from shelterdesk.ui.screens.lodging import LodgingScreen
from shelterdesk.ui.screens.office import OfficeScreen
from shelterdesk.ui.screens.office_intake import IntakeSection
from shelterdesk.ui.screens.people import PeopleScreen
from shelterdesk.ui.screens.settings import SettingsScreen
from shelterdesk.ui.screens.sheets import SheetsScreen
from shelterdesk.ui.screens.sheets_daily import DailyPaper
from shelterdesk.ui.widgets.page_area import PageArea
from tools.written_apart import write_apart

NOON = datetime(2026, 11, 23, 17, 31, tzinfo=UTC)  # 12:31 in Panama
SEED, PEOPLE = 4, 300
QUICK = Argon2Cost(memory_kib=64, passes=1, lanes=1)
SIZE = (1366, 768)
DOCS = Path(__file__).resolve().parents[1] / "docs" / "screens"
STICK = Path("memoria-usb")
KEY = Qt.Key


@dataclass(frozen=True)
class Look:
    """How the pictures of one run look; ``ending`` comes after the name of each."""

    language: str = "es"
    theme: str = "light"
    percent: int = 100
    ending: str = ""
    only: tuple[str, ...] = ()


DOCS_LOOKS = (
    Look(
        only=(
            "first-run", "log-in", "lock", "reception", "reception-mistake", "people", "person", "lodging",
            "counter-given", "counter-already", "counter-family", "sheets", "exchange", "exchange-conflicts", "office",
            "office-matrix",
            "settings", "settings-recovery",
        ),
    ),
    Look(theme="dark", ending="-dark", only=("reception", "lodging", "counter-already")),
    Look(percent=200, ending="-200", only=("reception", "counter-already")),
)  # fmt: skip
"""What docs/screens shows: every screen in Spanish and light, a few in dark, two at 200 % text."""


class Album:
    """Where the pictures go; knows which are wanted."""

    def __init__(self, folder: Path, look: Look) -> None:
        self.folder, self.look = folder, look

    def wants(self, *names: str) -> bool:
        """Whether one of these pictures is to be drawn."""
        return not self.look.only or any(name in self.look.only for name in names)

    def take(self, hands: Hands, name: str) -> None:
        """Draw what is shown now."""
        hands.rest(name)
        page = hands.app.window.stack.currentWidget() if hands.app.window is not None else None
        if isinstance(page, PageArea):
            hands.until(lambda: page.is_laid_out, name)
        hands.come_forward()
        if self.wants(name):
            path = hands.picture(self.folder, f"{name}{self.look.ending}")
            _make_small(path)
            print(path)


def _make_small(path: Path) -> None:
    """256 colours: a window has fewer that one sees, and the file is a third."""
    with Image.open(path) as drawn:
        few = drawn.convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def make_world(folder: Path) -> None:
    """A practice station of 300 people that an office has adopted, on the morning of the pictures."""
    clock = SetClock(NOON - timedelta(hours=5))
    desk = make_demo(folder / "station", PEOPLE, SEED, clock, cost=QUICK).desk
    try:
        office = new_office(
            folder / "office", "Oficina central", "admin", PASSPHRASE, clock, is_practice=True,
            zone="America/Panama", country="PAN", cost=QUICK,
        )  # fmt: skip
        try:
            request, reply = folder / "request.json", folder / "reply.json"
            enrol_request(desk, request)
            enrol(office.desk, request, reply)
            accept_reply(desk, reply, read_reply(reply).words)
        finally:
            office.desk.close()
    finally:
        desk.close()
    write_apart(folder, clock)


def prefer(folder: Path, look: Look) -> None:
    """Let the window of a folder open in a look."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = Preferences(
        language=look.language, theme=look.theme, text_percent=look.percent, still=True,
        practice=(folder / "desk.db").exists() or folder.name != "empty",
    )  # fmt: skip
    (folder / FILE).write_text(json.dumps(asdict(wanted)), encoding="utf-8")


def with_window(folder: Path, clock: SetClock, work: Callable[[Hands], None], *, user: str = "admin") -> None:
    """Do something in the real window of a folder; a folder without a station stays at its door."""
    app = DeskApp(folder, clock, ALL_SCREENS, idle_seconds=0, cost=QUICK, first_size=SIZE)
    app.start()
    hands = Hands(app)
    try:
        if user:
            hands.log_in(user, PASSPHRASE)
        work(hands)
    finally:
        app.close()
        QApplication.processEvents()


def somebody(folder: Path, clock: SetClock) -> tuple[PersonLine, PersonLine, PersonLine]:
    """Three people the pictures are of: two by name, and the head of the largest family."""
    desk = open_desk(folder, "admin", PASSPHRASE, clock)
    try:
        reader = desk.reader()
        found = [line for line in find_people(desk, reader, "ma") if len(line.name) > 12]
        sizes = Counter(
            line.household for line in found for _ in find_people(desk, reader, line.household or "")
        )
        large = next(line for line in found if line.household == max(sizes, key=lambda one: sizes[one]))
        reader.close()
        return found[0], found[1], large
    finally:
        desk.close()


def serve_some(folder: Path, clock: SetClock) -> None:
    """Lunch for a few before the picture."""
    desk = open_desk(folder, "admin", PASSPHRASE, clock)
    try:
        reader = desk.reader()
        for line in find_people(desk, reader, "jo")[:40]:
            serve(desk, "LUNCH", line.number)
            clock.forward(timedelta(seconds=15))
        reader.close()
    finally:
        desk.close()


def draw(world: Path, folder: Path, look: Look) -> None:
    """Every picture of a look."""
    album = Album(folder, look)
    with tempfile.TemporaryDirectory() as made:
        here = Path(made)
        shutil.copytree(world, here / "w")
        station, office = here / "w" / "station", here / "w" / "office"
        for place in (station, office, here / "empty"):
            prefer(place, look)
        os.chdir(here)  # a folder is shown as it was typed: nothing of this machine is in a picture
        clock = SetClock(NOON)
        if album.wants(
            "first-run",
            "first-run-station",
            "first-run-person",
            "first-run-sheet",
            "first-run-join",
            "first-run-practice",
            "first-run-restore",
        ):
            with_window(here / "empty", clock, lambda h: first_run(h, album), user="")
        if album.wants("log-in", "log-in-wrong"):
            with_window(station, clock, lambda h: log_in(h, album), user="")
        serve_some(station, clock)
        people = somebody(station, clock)
        with_window(station, clock, lambda h: at_station(h, album, people, STICK))
        clock.forward(timedelta(hours=2))
        if album.wants(
            "office", "office-intake", "office-aside", "office-enrol_station", "office-matrix", "office-erase",
            "office-clocks",
        ):  # fmt: skip
            with_window(office, clock, lambda h: at_office(h, album, STICK))


def first_run(hands: Hands, album: Album) -> None:
    """From the first question to the recovery sheet."""
    app = hands.app
    run = app.door.page if app.door is not None else None
    assert isinstance(run, FirstRunPage)
    hands.until(lambda: app.door is not None and app.door.focusWidget() is not None, "first run")
    album.take(hands, "first-run")
    run._on_chosen("practice")
    album.take(hands, "first-run-practice")
    run._to_choice()
    run._on_chosen("restore")
    album.take(hands, "first-run-restore")
    run._to_choice()
    run._on_chosen("join")
    album.take(hands, "first-run-join")
    run._to_choice()
    run._on_chosen("real")
    for text in ("LB", "Lajas Blancas", "pan"):
        hands.enter(text)
    album.take(hands, "first-run-station")
    hands.press(KEY.Key_Return, CTRL)
    hands.type("Ana")
    hands.press(KEY.Key_Return)
    hands.type("four words to type")
    hands.press(KEY.Key_Return)
    hands.type("four words to typ")
    hands.press(KEY.Key_Return)
    album.take(hands, "first-run-person")
    hands.press(KEY.Key_A, CTRL)
    hands.type("four words to type")
    hands.press(KEY.Key_Return, CTRL)
    hands.until(lambda: run.sheet is not None, "sheet")
    album.take(hands, "first-run-sheet")


def log_in(hands: Hands, album: Album) -> None:
    """The door."""
    app = hands.app
    hands.until(lambda: app.door is not None and app.door.focusWidget() is not None, "door")
    album.take(hands, "log-in")
    hands.enter("admin")
    hands.enter("not this one")
    hands.rest()
    album.take(hands, "log-in-wrong")


def at_station(hands: Hands, album: Album, people: tuple[PersonLine, ...], stick: Path) -> None:
    """The screens of a station one after the other."""
    reception(hands, album)
    people_screen(hands, album, people)
    lodging(hands, album)
    counter(hands, album, people)
    sheets(hands, album)
    stick.mkdir()
    exchange_screen(hands, album, stick)
    settings(hands, album)
    hands.app.lock_now()
    album.take(hands, "lock")


def reception(hands: Hands, album: Album) -> None:
    """A family half typed, a mistake, a boat counted, the help, a search."""
    hands.open_screen("reception")
    screen = screen_of(hands)
    album.take(hands, "reception-empty")
    boat = tr("Boat {n}", n=7)
    count_a_boat(hands, 14, boat)
    count_a_boat(hands, 5, boat)
    hands.press(KEY.Key_F4)
    hands.rest()
    album.take(hands, "reception-count")
    hands.press(KEY.Key_Escape)
    first = screen.first_focus()
    first.setFocus(Qt.FocusReason.OtherFocusReason)
    for text in ("Pérez Toussaint", "Ana", "1994-03", "f", "ven"):
        hands.enter(text)
    hands.press(KEY.Key_PageDown, CTRL)
    for text in ("", "Luis"):
        hands.enter(text)
    hands.type("~10")
    album.take(hands, "reception")
    hands.press(KEY.Key_A, CTRL)
    hands.enter("31/2/1990")
    album.take(hands, "reception-mistake")
    hands.press(KEY.Key_Backtab)
    hands.press(KEY.Key_A, CTRL)
    hands.enter("~10")
    hands.press(KEY.Key_F3)
    hands.rest()
    album.take(hands, "reception-scan")
    hands.press(KEY.Key_Escape)
    hands.window.explain()
    album.take(hands, "reception-help")
    hands.window.explain()
    screen.cards.put_out = lambda pages: None
    hands.press(KEY.Key_Return, CTRL)
    hands.until(lambda: not screen.draft(), "saving")
    hands.rest()
    album.take(hands, "reception-saved")
    hands.window.show_keys(True)
    hands.window.scan.take_up()
    hands.type("mar")
    hands.until(lambda: bool(hands.window.scan.popup().lines()), "search")
    album.take(hands, "search")
    hands.window.show_keys(False)
    hands.press(KEY.Key_Escape)
    hands.window.scan.clear()


def people_screen(hands: Hands, album: Album, people: tuple[PersonLine, ...]) -> None:
    """The search and one person's page with its parts and forms."""
    hands.open_screen("people")
    album.take(hands, "people-empty")
    screen = hands.window.screen_named("people")
    assert isinstance(screen, PeopleScreen)
    hands.type("mar")
    hands.until(lambda: screen.search.model.rowCount() > 0, "people")
    album.take(hands, "people")
    screen.open_person(people[0].ent)
    hands.until(lambda: screen.pages.current() is screen.person, "person")
    album.take(hands, "person")
    for at in range(1, 4):
        screen.view.next_part(1)
        album.take(hands, f"person-{at}")
    for name, key in (("edit", KEY.Key_E), ("bed", KEY.Key_B), ("leave", KEY.Key_D)):
        hands.press(key, CTRL)
        hands.rest()
        album.take(hands, f"person-{name}")
        hands.press(KEY.Key_Escape)
    hands.press(KEY.Key_Escape)


def lodging(hands: Hands, album: Album) -> None:
    """The site, a place given, a place blocked, who has none."""
    hands.open_screen("lodging")
    screen = hands.window.screen_named("lodging")
    assert isinstance(screen, LodgingScreen)
    hands.press(KEY.Key_Down)
    screen._look_now()
    hands.rest()
    album.take(hands, "lodging")
    for name, key in (
        ("give", KEY.Key_B),
        ("leave", KEY.Key_D),
        ("block", KEY.Key_K),
        ("without", KEY.Key_N),
    ):
        hands.press(key, CTRL)
        hands.rest()
        album.take(hands, f"lodging-{name}")
        hands.press(KEY.Key_Escape)
        hands.rest()


def counter(hands: Hands, album: Album, people: tuple[PersonLine, ...]) -> None:
    """Given, received already, not known."""
    hands.open_screen("counter")
    screen = hands.window.screen_named("counter")
    assert isinstance(screen, CounterScreen)
    album.take(hands, "counter-waiting")
    for name, number in (
        ("counter-given", people[1].number), ("counter-already", people[1].number),
        ("counter-family", people[2].number),
        ("counter-unknown", "BC7-000317-6"),
    ):  # fmt: skip
        hands.enter(number)
        hands.rest()
        album.take(hands, name)
    hands.press(KEY.Key_Escape)
    hands.press(KEY.Key_Escape)


def sheets(hands: Hands, album: Album) -> None:
    """Each paper with its preview."""
    hands.open_screen("sheets")
    screen = hands.window.screen_named("sheets")
    assert isinstance(screen, SheetsScreen)
    for name in screen.sections:
        screen.tiles[name].setFocus()
        screen.tiles[name].click()
        hands.rest()
        paper = screen.current()
        if isinstance(paper, DailyPaper):
            hands.until(partial(_is_sharp, paper), "preview")
        album.take(hands, "sheets" if name == next(iter(screen.sections)) else f"sheets-{name}")


def _is_sharp(paper: DailyPaper) -> bool:
    return paper.preview.view.is_sharp


def listening(hands: Hands, album: Album, screen: ExchangeScreen) -> None:
    """The desk that listens, with the code it shows: on this machine alone."""
    vars(exchange_table)["own_addresses"] = lambda: ["127.0.0.1"]
    screen.open_section("table")
    section = screen.current()
    assert isinstance(section, TableSection)
    hands.until(lambda: section.worker.table is not None, "table")
    section.refresh(None)
    section.join_button.click()
    hands.until(lambda: bool(section.code_words.text()), "table")
    album.take(hands, "exchange-listening")
    section.leave_button.click()
    hands.until(lambda: not section.standing.said(), "table")


def exchange_screen(hands: Hands, album: Album, stick: Path) -> None:
    """Before and after the stick, and the other parts."""
    hands.open_screen("exchange")
    album.take(hands, "exchange-before")
    exchange(hands, stick)
    album.take(hands, "exchange")
    screen = hands.window.screen_named("exchange")
    assert isinstance(screen, ExchangeScreen)
    for name in list(screen.sections)[1:]:
        screen.tiles[name].setFocus()
        screen.tiles[name].click()
        hands.rest()
        section = screen.current()
        first = section.first_focus()
        if first is not None:
            first.setFocus()
            hands.rest()
        album.take(hands, f"exchange-{name}")
    if album.wants("exchange-listening"):
        listening(hands, album, screen)


def settings(hands: Hands, album: Album) -> None:
    """Each part of the settings."""
    hands.open_screen("settings")
    screen = hands.window.screen_named("settings")
    assert isinstance(screen, SettingsScreen)
    for name in screen.sections:
        screen.tiles[name].setFocus()
        screen.tiles[name].click()
        hands.rest()
        album.take(hands, "settings" if name == next(iter(screen.sections)) else f"settings-{name}")


def at_office(hands: Hands, album: Album, stick: Path) -> None:
    """The office takes the stick in and looks at its posts."""
    hands.open_screen("office")
    screen = hands.window.screen_named("office")
    assert isinstance(screen, OfficeScreen)
    section = screen.sections["intake"]
    assert isinstance(section, IntakeSection)
    screen.open_section("intake")
    name_a_folder(hands, section.folder.line, stick)
    receipts = stick / "SHELTERDESK" / "receipts"
    hands.until(lambda: receipts.is_dir() and any(receipts.iterdir()), "receipts")
    album.take(hands, "office-intake")
    for name in screen.sections:
        if name != "intake":
            screen.tiles[name].setFocus()
            screen.tiles[name].click()
            hands.rest()
            album.take(hands, "office" if name == next(iter(screen.sections)) else f"office-{name}")


def looks_told(texts: Sequence[str], only: tuple[str, ...]) -> list[Look]:
    """The looks of ``--look``; of several, each says in the names of its pictures which it is."""
    found = []
    for text in texts:
        language, colours, percent = text.split(",")
        ending = f"-{language}-{colours}-{percent}" if len(texts) > 1 else ""
        found.append(Look(language, colours, int(percent), ending, only))
    return found


def main() -> int:
    """Draw what was asked for; returns the exit status."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--look", action="append", help="language,colours,per cent: en,dark,150")
    asked.add_argument("--to", type=Path, help="folder for the pictures of --look")
    asked.add_argument("--only", default="", help="names of pictures, with commas between")
    asked.add_argument("--world", type=Path, help="a folder with the people, made when it is not there")
    told = asked.parse_args()
    target = (told.to or Path("out")).resolve()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    only = tuple(name for name in told.only.split(",") if name)
    with tempfile.TemporaryDirectory() as made:
        world = (told.world or Path(made) / "world").resolve()
        if not world.exists():
            make_world(world)
        try:
            if not told.look:
                for look in DOCS_LOOKS:
                    draw(world, DOCS, look)
            for look in looks_told(told.look or (), only):
                draw(world, target, look)
        except DayStopped as stopped:
            print(
                stopped.sentence, file=sys.stderr
            )  # what to do next is said of a played day, which this is not
            return 1
    del app
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
