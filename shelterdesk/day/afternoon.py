"""The rest of the day: a family moved, somebody looked up, lunch, the sheet at six, the stick and the office."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from shelterdesk.actions.cards import print_cards
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.demo import PASSPHRASE
from shelterdesk.actions.desk import open_desk
from shelterdesk.actions.offices import publish_matrix
from shelterdesk.actions.people import find_people
from shelterdesk.core.words import tr
from shelterdesk.day.hands import CTRL, DayStopped, Hands, at_the_desk
from shelterdesk.day.journal import Journal
from shelterdesk.db.people import PersonLine
from shelterdesk.db.store import Reader
from shelterdesk.ui.screens.exchange import ExchangeScreen
from shelterdesk.ui.screens.exchange_stick import StickSection
from shelterdesk.ui.screens.office import OfficeScreen
from shelterdesk.ui.screens.office_intake import IntakeSection
from shelterdesk.ui.screens.people import PeopleScreen
from shelterdesk.ui.screens.sheets import SheetsScreen
from shelterdesk.ui.screens.sheets_paper import Paper

_KEY = Qt.Key


def people_here(hands: Hands) -> list[PersonLine]:
    """Some of the people registered, as the search finds them."""
    desk = hands.app.worker.desk
    if desk is None:
        raise DayStopped(tr("no desk is open"))
    found: list[list[PersonLine]] = []

    def ask(reader: Reader) -> list[PersonLine]:
        return [line for letter in "aemlj" for line in find_people(desk, reader, letter)]

    hands.app.worker.read(ask, done=found.append)
    hands.until(lambda: bool(found), tr("finding people"))
    return list({line.ent: line for line in found[0]}.values())


def move_a_family(hands: Hands, journal: Journal, clock: SetClock) -> None:
    """The lodging screen, looked at; beds were given with the registration."""
    clock.forward(timedelta(minutes=20))
    hands.open_screen("lodging")
    hands.press(_KEY.Key_Down)
    hands.rest()
    hands.picture(journal.screenshots, "05-lodging")
    journal.note("lodging_seen")


def look_somebody_up(hands: Hands, journal: Journal) -> None:
    """Type the beginning of a name, open the first person found."""
    hands.open_screen("people")
    somebody = people_here(hands)[0]
    screen = hands.window.screen_named("people")
    if not isinstance(screen, PeopleScreen):
        raise DayStopped("people")
    hands.type(somebody.name[:4])
    hands.until(lambda: screen.search.model.rowCount() > 0, tr("finding people"))
    hands.picture(journal.screenshots, "06-people-search")
    hands.press(_KEY.Key_Down)
    hands.press(_KEY.Key_Return)
    hands.until(lambda: screen.pages.current() is screen.person, tr("opening a person"))
    hands.picture(journal.screenshots, "07-person")
    hands.press(_KEY.Key_Escape)
    journal.note("person_opened")


def lunch(hands: Hands, journal: Journal, clock: SetClock) -> None:
    """Noon at the counter: everybody found once, one of them twice."""
    noon = clock.now().replace(hour=17, minute=5)  # 12:05 in Panama
    if noon > clock.now():
        clock.set(noon)
    hands.open_screen("counter")
    hands.rest()
    served = people_here(hands)[:20]
    for line in served:
        hands.enter(line.number)
        hands.rest(tr("lunch"))
        clock.forward(timedelta(seconds=20))
    hands.picture(journal.screenshots, "08-counter-given")
    hands.enter(served[0].number)
    hands.rest(tr("lunch"))
    hands.picture(journal.screenshots, "09-counter-received")
    journal.note("lunch_served", people=len(served))


def morning_sheet(hands: Hands, journal: Journal, clock: SetClock, target: Path) -> None:
    """Six in the morning of the next day: the sheet on the screen, saved as a PDF; cards of everybody."""
    day_ends = (clock.now() + timedelta(days=1)).replace(hour=11, minute=1)  # 06:01 in Panama
    clock.set(day_ends)
    hands.open_screen("sheets")
    hands.rest(tr("the daily sheet"))
    paper = paper_of(hands)
    hands.until(lambda: paper.preview.view.is_sharp, tr("the preview"))
    hands.picture(journal.screenshots, "10-daily-sheet")
    save_paper(hands, target / "daily-sheet.pdf")
    journal.note("sheet_saved")
    printed: list[object] = []
    hands.app.worker.write(print_cards, target / "cards.pdf", all_present=True, done=printed.append)
    hands.until(lambda: bool(printed), tr("the cards"))
    journal.note("cards_printed")


def paper_of(hands: Hands) -> Paper:
    """The paper now shown on the sheets screen."""
    screen = hands.window.screen_named("sheets")
    if not isinstance(screen, SheetsScreen):
        raise DayStopped("sheets")
    section = screen.current()
    if not isinstance(section, Paper):
        raise DayStopped("sheets")
    return section


def save_paper(hands: Hands, path: Path) -> None:
    """Ctrl+S, and the file named in the dialogue."""
    section = paper_of(hands)
    hands.until(section.save_button.isEnabled, tr("the daily sheet"))
    section.save_button.setFocus(Qt.FocusReason.OtherFocusReason)
    hands.press(_KEY.Key_S, CTRL)
    hands.until(lambda: section.chooser is not None and section.chooser.isVisible(), tr("naming the file"))
    if section.chooser is not None:
        section.chooser.fileSelected.emit(str(path))
        section.chooser.done(0)
    hands.until(path.exists, tr("saving a paper"))
    hands.rest()


def exchange_with_office(hands: Hands, journal: Journal, clock: SetClock, target: Path, office: Path) -> None:
    """The stick out, the office's import, the receipt home: *only here* falls to nothing."""
    stick = target / "stick"
    stick.mkdir()
    exchange(hands, stick)
    hands.picture(journal.screenshots, "11-exchange-written")
    journal.note("stick_written")
    shutil.copytree(office, target / "office-before")
    clock.forward(timedelta(hours=3))
    with at_the_desk(office, clock, "admin", PASSPHRASE) as central:
        central.open_screen("office")
        intake = central.window.screen_named("office")
        if not isinstance(intake, OfficeScreen):
            raise DayStopped("office")
        section = intake.sections["intake"]
        if not isinstance(section, IntakeSection):
            raise DayStopped("office")
        intake.open_section("intake")
        name_a_folder(central, section.folder.line, stick)
        receipts = stick / "SHELTERDESK" / "receipts"
        central.until(lambda: receipts.is_dir() and any(receipts.iterdir()), tr("the office's receipts"))
        central.picture(journal.screenshots, "12-office")
    journal.note("office_took_in")
    publish(office, clock, target)
    journal.note("matrix_published")
    clock.forward(timedelta(hours=3))
    exchange(hands, stick)
    hands.picture(journal.screenshots, "13-exchange-receipt")
    journal.note("receipt_home")


def publish(office: Path, clock: SetClock, target: Path) -> None:
    """The month's matrix, from a copy of the office: publishing is noted there, and ``office`` stays as imported."""
    copy = target / "office-publishing"
    shutil.copytree(office, copy)
    desk = open_desk(copy, "admin", PASSPHRASE, clock)
    try:
        first = (clock.now() - timedelta(days=2)).date().replace(day=1)
        publish_matrix(desk, first, clock.now().date(), target / "matrix.csv")
    finally:
        desk.close()
        shutil.rmtree(copy)


def exchange(hands: Hands, stick: Path) -> None:
    """The exchange screen: name the folder, press the one big button."""
    hands.open_screen("exchange")
    screen = hands.window.screen_named("exchange")
    if not isinstance(screen, ExchangeScreen):
        raise DayStopped("exchange")
    section = screen.current()
    if not isinstance(section, StickSection):
        raise DayStopped("exchange")
    name_a_folder(hands, section.folder.line, stick)
    hands.until(section.exchange_button.isEnabled, tr("the exchange"))
    hands.rest(tr("the exchange"))


def name_a_folder(hands: Hands, line: QLineEdit, folder: Path) -> None:
    """Type a folder into a line and finish with Ctrl+Enter."""
    line.setFocus(Qt.FocusReason.OtherFocusReason)
    hands.press(_KEY.Key_A, CTRL)
    hands.type(str(folder))
    hands.press(_KEY.Key_Return, CTRL)
    hands.rest(tr("the exchange"))
