"""Where a scan leads: the open screen is asked first, then the screen that shows what was scanned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QObject, Signal

from shelterdesk.actions.access import note_search
from shelterdesk.actions.bearers import card_known
from shelterdesk.actions.people import find_people
from shelterdesk.actions.receipt_slip import ReceiptScanned, scan_receipt
from shelterdesk.actions.shift import is_staff_code
from shelterdesk.core.blank_cards import read_blank_number
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import Clock, service_day
from shelterdesk.core.mrz import MrzUnreadable, read_zone
from shelterdesk.core.number import BadNumber, Counted, parse_number
from shelterdesk.core.table_code import BadTableCode, is_table_code, read_table_code
from shelterdesk.core.words import tr
from shelterdesk.db.people import PersonLine, entity_of
from shelterdesk.db.store import Reader
from shelterdesk.keys.cardclaim import CardUnreadable
from shelterdesk.keys.cardtoken import PREFIX, read_token
from shelterdesk.keys.receiptcode import is_receipt_code
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.record_ways import show_record
from shelterdesk.ui.scans import Scan, ScanKind, TakesScans
from shelterdesk.ui.widgets import Found, Tone
from shelterdesk.ui.widgets.scan_field import not_known
from shelterdesk.ui.worker import DeskWorker

KIND_OF = {Counted.PERSON: "person", Counted.HOUSEHOLD: "household", Counted.TOKEN: "arrival_group"}
MOST_FOUND = 20


def read_scan(text: str, prefix: str, today: date) -> Scan:
    """Tell a card, a passport, a number of the house and plain words apart.

    ``prefix`` is the desk's own (``LB1``). Raises ``CardUnreadable``, ``MrzUnreadable`` or ``BadNumber`` with a
    sentence (``BadTableCode`` too) when it is clearly one of these and cannot be read.
    """
    typed = text.strip()
    if typed.upper().startswith(PREFIX):
        read_token(typed)
        return Scan(ScanKind.CARD, typed.upper())
    if is_table_code(typed):
        read_table_code(typed)
        return Scan(ScanKind.TABLE, typed.upper())
    if "<" in typed:
        read_zone(typed, today)
        return Scan(ScanKind.DOCUMENT, typed.upper())
    if read_blank_number(typed) is not None:
        return Scan(ScanKind.CARD, typed.upper())  # a card printed ahead, where the scanner is broken
    try:
        number = parse_number(typed, prefix)
    except BadNumber:
        if typed.upper().startswith(f"{prefix}-"):
            raise
        return Scan(ScanKind.WORDS, typed)
    return Scan(ScanKind.NUMBER, str(number), number.counted)


def record_of(reader: Reader, scan: Scan) -> tuple[str, str] | None:
    """The kind and id of the record that a card or a number names, None when nothing here goes by it."""
    if scan.kind is ScanKind.CARD:
        card = card_known(reader.conn, reader.roster, scan.text)
        if card is None:
            return None
        if card.person is not None:
            return "person", card.person
        return None if card.arrival_group is None else ("arrival_group", card.arrival_group)
    if scan.counted is None:
        return None
    ent = entity_of(reader.conn, scan.counted, scan.text, reader.who.slot)
    return None if ent is None else (KIND_OF[scan.counted], ent.hex())


class ScanRouter(QObject):
    """Stands between the field on top and the screens of one window.

    Signals: ``staff_card(str)`` with the code of a card of the staff, which is nobody's record.
    """

    staff_card = Signal(str)

    def __init__(self, window: MainWindow, worker: DeskWorker, clock: Clock) -> None:
        super().__init__(window)
        self._window, self._worker, self._clock = window, worker, clock
        self._asked, self._found = "", 0
        window.scanned.connect(self.route)
        window.search_changed.connect(self.search)
        window.result_chosen.connect(self._on_chosen)
        window.scan.not_found.connect(lambda asked: window.say(not_known(asked), Tone.WARN))

    def route(self, text: str) -> None:
        """A code was scanned, or typed and finished with Enter."""
        desk = self._worker.desk
        if desk is None:
            return
        if is_staff_code(text):
            self._window.scan.clear()
            self.staff_card.emit(text)
            return
        if is_receipt_code(text):
            self._window.scan.clear()
            self._worker.write(scan_receipt, text, done=self._on_receipt, failed=self._tell)
            return
        try:
            scan = read_scan(text, desk.who.slot, self._today())
        except (CardUnreadable, MrzUnreadable, BadNumber, BadTableCode) as error:
            self._tell(error)
            return
        if self._offer(scan):
            return
        if scan.kind in (ScanKind.NUMBER, ScanKind.CARD):
            self._worker.read(record_of, scan, done=lambda found: self._open(scan, found), failed=self._tell)
        elif scan.kind is ScanKind.TABLE:
            self._window.say(tr("This is the code of a table; your role cannot join one here."), Tone.NEUTRAL)
        elif scan.kind is ScanKind.WORDS:
            self._window.scan.look_for(text)
        else:
            said = tr("This is a travel document; open reception and scan it again.")
            self._window.say(said, Tone.NEUTRAL)

    def _on_receipt(self, done: ReceiptScanned) -> None:
        self._window.say(done.sentence, Tone.WARN if done.is_alarm else Tone.OK)

    def search(self, text: str) -> None:
        """Look for people while one types; the newest text is answered, older ones are let go."""
        desk = self._worker.desk
        if desk is None:
            return
        if len(text.strip()) < 2:
            self._window.scan.show_results(text.strip(), [])
            return
        wanted = text.strip()

        def find(reader: Reader) -> list[PersonLine]:
            return find_people(desk, reader, wanted, MOST_FOUND)

        def show(people: Sequence[PersonLine]) -> None:
            lines = [Found(one.ent, one.name, _detail(one), "people") for one in people]
            self._asked, self._found = wanted, len(lines)
            self._window.scan.show_results(wanted, lines)

        self._worker.read(find, done=show, failed=self._tell, topic="scan-search")

    def _on_chosen(self, value: object) -> None:
        """Somebody was picked from the list: that it was shown for good is kept, and the page opened."""
        if isinstance(value, str):
            self._worker.write(note_search, self._asked, self._found, failed=self._tell)
            self._show("person", value)

    def _offer(self, scan: Scan) -> bool:
        """Give a scan to the open screen, then to those on the rail in their order; whoever takes it is opened."""
        now = self._window.current()
        if _takes(now, scan):
            return True
        # A token is a family's that waits at the reception, wherever it is typed; other numbers have pages.
        if (
            scan.kind not in (ScanKind.CARD, ScanKind.DOCUMENT, ScanKind.TABLE)
            and scan.counted is not Counted.TOKEN
        ):
            return False
        for screen in self._window.screens():
            if screen is not now and _takes(screen, scan):
                self._window.open_screen(screen.name)
                return True
        return False

    def _open(self, scan: Scan, found: tuple[str, str] | None) -> None:
        if found is None and scan.kind is ScanKind.CARD:
            self._window.say(tr("This card is not bound to anybody here."), Tone.WARN)
        elif found is None:
            self._window.say(tr("{number} is not known at this station.", number=scan.text), Tone.WARN)
        else:
            self._show(*found)

    def _show(self, kind: str, ent: str) -> None:
        show_record(self._window, kind, ent)

    def _tell(self, error: WorldError) -> None:
        self._window.say(f"{error.sentence} {error.next_step}".strip(), Tone.WARN)

    def _today(self) -> date:
        desk = self._worker.desk
        zone = desk.who.zone if desk is not None else "UTC"
        return service_day(self._clock.now(), zone, 0)


def _takes(screen: object, scan: Scan) -> bool:
    return isinstance(screen, TakesScans) and screen.take_scan(scan)


def _detail(person: PersonLine) -> str:
    parts = [person.number, person.age_text, " ".join(person.nationality), person.place or ""]
    if not person.is_present:
        parts.append(tr("not in the house"))
    return " · ".join(part for part in parts if part)
