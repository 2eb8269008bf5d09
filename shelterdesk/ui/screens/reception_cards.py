"""Cards of a family just registered: printed ahead and bound by a scan, or printed in the key that saved the family."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from shelterdesk.actions.registration import RegisteredFamily, RegisteredPerson
from shelterdesk.core.errors import PrintingStopped, WorldError
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.store import Reader
from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.print_outcome import Outcome
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import ButtonRow, PrimaryButton, QuietButton, SecondaryButton, Tone, words
from shelterdesk.ui.widgets.scan_field import ScanField
from shelterdesk.ui.worker import DeskWorker

if TYPE_CHECKING:
    from shelterdesk.actions.card_binding import CardChanged
    from shelterdesk.actions.cards import CardsPrinted
    from shelterdesk.actions.papers import MadePaper
    from shelterdesk.ui.base_screen import Screen

Done = Callable[["CardsPrinted"], object]
Failed = Callable[[WorldError], object]


class CardsWait(WorldError):
    """The queue goes on without a printer: the cards are made, and none is lost."""

    def __init__(self, fault: WorldError) -> None:
        from shelterdesk.ui.print_words import where_they_wait

        super().__init__(
            fault.sentence,
            tr("They wait in {place}: printed by themselves later, or saved as a PDF there.",
               place=where_they_wait()),
        )  # fmt: skip


def later() -> str:
    """Where cards are had that did not come out of the printer: no dialogue stands in the way of the queue."""
    return tr("In Sheets, Cards for people, they can be printed later or saved as a PDF.")


class CardsToScan(QFrame):
    """Whose card is to be scanned now, and the two other ways: print them, or later."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.whose = words("", "strong", wrap=True)
        self.rest = words("", "secondary", wrap=True)
        self.print_button = SecondaryButton(tr("Print them"), "Ctrl+P", icon="print")
        self.later_button = QuietButton(tr("Later"), "Esc", key_inside=True)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self.whose)
        texts.addWidget(self.rest)
        self._row = QHBoxLayout(self)
        self._row.addWidget(IconMark("scan", "accent"))
        self._row.addLayout(texts, 1)
        self._row.addWidget(ButtonRow(self.print_button, self.later_button))
        theme().changed.connect(self._space)
        self._space()
        self.hide()

    def ask_for(self, person: RegisteredPerson, left: int) -> None:
        """Ask for the card of somebody; ``left`` are still to come, this one counted."""
        self.whose.setText(
            tr("Scan a card for {who}", who=" · ".join(filter(None, (person.name, person.number))))
        )
        self.rest.setText(
            ntr("It is the last one.", "{n} people wait for a card.", left)
            + " "
            + tr("F2 goes to the scan field.")
        )
        self.setAccessibleName(self.whose.text())
        self.show()

    def _space(self) -> None:
        t = theme()
        self._row.setContentsMargins(t.gap(16), t.gap(8), t.gap(12), t.gap(8))
        self._row.setSpacing(t.gap(12))


class FamilyCards:
    """Gives a family its cards: by scans as long as cards printed ahead are there, else printed at once.

    First names stand on printed ones, so on the disk they lie encrypted, and only till they are printed. ``put_out`` takes the
    pages instead of a printer (a played day).
    """

    def __init__(self, screen: Screen, worker: DeskWorker) -> None:
        self._screen, self._worker = screen, worker
        self._waiting: deque[RegisteredPerson] = deque()
        self._binding = False
        self._told: set[str] = set()
        self.put_out: Callable[[bytes], object] | None = None

    @cached_property
    def strip(self) -> CardsToScan:
        """What asks for scans, made with the first that is asked for and put above the form."""
        strip = CardsToScan()
        self._screen.page.insertWidget(0, strip)
        strip.print_button.clicked.connect(self._print_waiting)
        strip.later_button.clicked.connect(self.put_off)
        return strip

    @property
    def waiting(self) -> tuple[RegisteredPerson, ...]:
        """Who is still to get a card by a scan, the next one first."""
        return tuple(self._waiting)

    def give(self, family: RegisteredFamily, done: Done, failed: Failed) -> None:
        """Cards for everybody of a family: asked for one by one where cards are ready, else :meth:`print_family`."""

        def known(count: int) -> None:
            if not count:
                self.print_family(family, done, failed)
                return
            self._waiting.extend(family.members)
            self._ask()
            scan = self._scan_field()
            if scan is not None and len(self._waiting) == len(family.members):
                scan.take_up()  # a scanner types where the focus is

        self._count_ready(known, failed)

    def look(self) -> None:
        """Say on the primary button how the next family gets its cards."""
        self._count_ready(self._show_way, lambda _: None)

    def _count_ready(self, known: Callable[[int], object], failed: Failed) -> None:
        from shelterdesk.actions.card_binding import cards_ready

        def ready(reader: Reader) -> int:
            return cards_ready(reader, self._worker.clock.now())

        if self._worker.desk is not None:
            self._worker.read(ready, done=known, failed=failed)

    def _show_way(self, count: int) -> None:
        button = self._screen.primary
        if isinstance(button, PrimaryButton):
            button.set_words(tr("Save family and scan cards") if count else tr("Save family and print cards"))

    def _scan_field(self) -> ScanField | None:
        window = self._screen.window()
        return window.scan if isinstance(window, MainWindow) else None

    def take_card(self, text: str) -> bool:
        """A card was scanned: it is that of who waits first; False when nobody waits."""
        from shelterdesk.actions.card_binding import bind_card

        if not self._waiting or self._binding:
            return bool(self._waiting)
        self._binding = True
        person = self._waiting[0]

        def bound(change: CardChanged) -> None:
            self._bound(person, change)

        self._worker.write(bind_card, text, person.number, done=bound, failed=self._not_bound)
        return True

    def put_off(self) -> bool:
        """Esc: who waits gets a card another time; False when nobody waits."""
        if not self._waiting:
            return False
        many = len(self._waiting)
        self._end()
        said = ntr("{n} person has no card yet.", "{n} people have no card yet.", many)
        self._screen.say(f"{said} {later()}", Tone.NEUTRAL)
        return True

    def _bound(self, person: RegisteredPerson, change: CardChanged) -> None:
        from shelterdesk.ui.screens.people_undo import way_back

        self._binding = False
        if self._waiting and self._waiting[0] is person:
            self._waiting.popleft()
        back = way_back(self._screen, self._worker, change.undo)
        self._screen.say(tr("The card is that of {number}.", number=person.number), Tone.OK, back)
        if self._waiting:
            self._ask()
        else:
            self._end()

    def _not_bound(self, error: WorldError) -> None:
        self._binding = False
        self._screen.say_error(error)

    def _ask(self) -> None:
        self.strip.ask_for(self._waiting[0], len(self._waiting))

    def _end(self) -> None:
        self._waiting.clear()
        scan, first = self._scan_field(), self._screen.first_focus()
        in_strip = self.strip.isAncestorOf(self._screen.focusWidget() or self._screen)
        self.strip.hide()
        if first is not None and (in_strip or (scan is not None and scan.hasFocus())):
            first.setFocus(Qt.FocusReason.OtherFocusReason)  # the next family
        self.look()

    def _print_waiting(self) -> None:
        people = tuple(self._waiting)
        if not people:
            return
        self._end()

        def done(cards: CardsPrinted) -> None:
            told = ntr("{n} card goes to print.", "{n} cards go to print.", cards.cards)
            self._screen.say(" ".join([told, *cards.left_out]), Tone.OK)

        def failed(error: WorldError) -> None:
            self._screen.say_error(error)

        self._draw(people, done, failed)

    def print_family(self, family: RegisteredFamily, done: Done, failed: Failed) -> None:
        """Cards for everybody of a family; ``done`` hears that they are printed or next in turn.

        ``failed`` hears of a print that was stopped (``PrintingStopped``) and of a printer that is off: the cards are
        made and bound all the same, and wait for it (``CardsWait``).
        """
        self._draw(family.members, done, failed)

    def _draw(self, people: tuple[RegisteredPerson, ...], done: Done, failed: Failed) -> None:
        """Say what nobody has reviewed, the first time it is met, then draw and print."""
        from shelterdesk.actions.cards import card_print_warnings  # with the first card

        desk = self._worker.desk
        if desk is None:
            return
        ents = tuple(one.ent for one in people)

        def warned(said: list[str]) -> None:
            new = [one for one in said if one not in self._told]
            self._told.update(new)
            if new:
                self._screen.say(" ".join(new), Tone.WARN)
            self._make(ents, lambda cards: done(with_notes(cards, new)), failed)

        def ask(reader: Reader) -> list[str]:
            return card_print_warnings(desk, reader, ents)

        self._worker.read(ask, done=warned, failed=failed)

    def _make(self, ents: tuple[str, ...], done: Done, failed: Failed) -> None:
        from shelterdesk.actions.cards import CardsPrinted, print_cards
        from shelterdesk.actions.papers import in_memory
        from shelterdesk.ui.card_memory import usual_format
        from shelterdesk.ui.print_queue import PrintQueue

        desk = self._worker.desk
        if desk is None:
            return

        def drawn(made: MadePaper) -> None:
            cards = made.result
            if not isinstance(cards, CardsPrinted):
                raise TypeError(type(cards).__name__)
            if self.put_out is not None:
                self.put_out(made.pdf)
                done(cards)
                return

            def told(outcome: Outcome) -> None:
                fault = outcome.fault
                if fault is None:
                    done(cards)
                else:
                    failed(fault if isinstance(fault, PrintingStopped) else CardsWait(fault))

            PrintQueue.of(self._worker).add(
                PaperKind.CARDS, made.pdf, tr("cards"), told=told, near=self._screen, things=cards.cards
            )

        # A fresh sheet: in this key nobody has a hand free to feed the one that was left.
        self._worker.write(
            in_memory, print_cards, persons=ents, form=usual_format(desk.folder, desk.who.country),
            done=drawn, failed=failed,
        )  # fmt: skip


def with_notes(cards: CardsPrinted, notes: Sequence[str]) -> CardsPrinted:
    """The outcome with what was said before it, each sentence once."""
    return replace(cards, left_out=tuple(dict.fromkeys([*cards.left_out, *notes])))
