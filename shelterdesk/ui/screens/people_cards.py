"""Lodging cards in one key: on the usual printer, or into a file where there is none; one that was scanned is bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from shelterdesk.actions.bearers import card_known
from shelterdesk.actions.card_binding import CardChanged, bind_card
from shelterdesk.actions.cards import CardsPrinted, card_print_warnings, print_cards
from shelterdesk.actions.papers import MadePaper, in_memory, keep_file
from shelterdesk.core.errors import PrintingStopped, WorldError
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.cards import CardRow
from shelterdesk.db.store import Reader
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.card_memory import usual_format
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.printing import Printers
from shelterdesk.ui.screens.people_undo import way_back
from shelterdesk.ui.widgets import Tone
from shelterdesk.ui.worker import DeskWorker, Task


def _ask_for_file(near: QWidget, name: str) -> Path | None:
    chosen, _ = QFileDialog.getSaveFileName(
        near, tr("Save the cards to print them elsewhere"), name, "PDF (*.pdf)"
    )
    return Path(chosen) if chosen else None


class CardPrinting:
    """Prints cards for people of one screen; nothing of them stays on this laptop's disk by itself.

    ``choose_file`` is asked where the file goes when there is no printer.
    """

    def __init__(self, screen: Screen, worker: DeskWorker) -> None:
        self._screen, self._worker = screen, worker
        self._is_busy = False
        self._told: set[str] = set()
        self._notes: list[str] = []
        self.printers = Printers(screen)
        self.choose_file: Callable[[QWidget, str], Path | None] = _ask_for_file

    def print_for(self, persons: Sequence[str]) -> None:
        """Cards for these people (ids), told in the message line with a way back; one print at a time."""
        desk = self._worker.desk
        if desk is None or not persons or self._is_busy:
            return
        self._is_busy = True
        ents = tuple(persons)

        def warned(said: list[str]) -> None:
            self._notes = [one for one in said if one not in self._told]
            self._told.update(said)
            if self._notes:
                self._screen.say(" ".join(self._notes), Tone.WARN)
            self._draw(ents)

        def ask(reader: Reader) -> list[str]:
            return card_print_warnings(desk, reader, ents)

        self._worker.read(ask, done=warned, failed=self._failed)

    def take_card(self, text: str, person: str, number: str, elsewhere: Callable[[str], object]) -> None:
        """A card was scanned while a person is shown: one that is nobody's yet becomes theirs.

        ``elsewhere`` hears the id of a person whose card it is already.
        """

        def known(found: CardRow | None) -> None:
            if found is not None and found.person is not None:
                elsewhere(found.person)
            else:
                self._worker.write(bind_card, text, person, done=bound, failed=self._screen.say_error)

        def bound(change: CardChanged) -> None:
            back = way_back(self._screen, self._worker, change.undo)
            self._screen.say(tr("The card is that of {number}.", number=number), Tone.OK, back)

        def ask(reader: Reader) -> CardRow | None:
            return card_known(reader.conn, reader.roster, text)

        self._worker.read(ask, done=known, failed=self._screen.say_error)

    def _draw(self, ents: tuple[str, ...]) -> None:
        desk = self._worker.desk
        if desk is None:
            self._is_busy = False
            return
        work = LongWork(self._screen, Task(tr("Drawing cards")))

        def drawn(made: MadePaper) -> None:
            work.end()
            self.printers.look(lambda names: self._put_out(made, names))

        self._worker.write(
            in_memory, print_cards, persons=ents, form=usual_format(desk.folder, desk.who.country),
            progress=work.task.progress, done=drawn, failed=work.ended(self._failed),
        )  # fmt: skip

    def _put_out(self, made: MadePaper, printers: list[str]) -> None:
        if not printers:
            self._save(made)
            return
        work = LongWork(self._screen, Task(tr("Printing cards")), can_cancel=True)

        def printed(_: int) -> None:
            work.end()
            self._tell(made, tr("on {printer}", printer=printers[0]))

        def not_printed(error: WorldError) -> None:
            work.end()
            if isinstance(error, PrintingStopped):
                self._save(made, error)
                return
            self._screen.say_error(error)
            self._save(made)

        self.printers.print_pdf(made.pdf, printers[0], tr("Cards"), work.task, printed, not_printed)

    def _save(self, made: MadePaper, stopped: PrintingStopped | None = None) -> None:
        """Offer a file for them; what was stopped on its way to the printer is told with where the rest is."""
        name = f"cards-{self._worker.clock.now():%Y%m%d-%H%M%S}.pdf"
        path = self.choose_file(self._screen, name)
        before = stopped.sentence if stopped is not None else ""
        if path is None and stopped is not None:
            missing = tr("What is missing was neither printed nor saved.")
            self._say_of(made, f"{before} {missing}", Tone.WARN)
            return
        if path is None:
            self._tell(made, tr("nowhere yet: they were neither printed nor saved"), Tone.WARN)
            return

        def kept(file: Path) -> None:
            self._tell(made, tr("in {file}", file=file.name), Tone.WARN if before else Tone.OK, before)

        self._worker.write(keep_file, path, made.pdf, done=kept, failed=self._failed)

    def _tell(self, made: MadePaper, where: str, tone: Tone = Tone.OK, before: str = "") -> None:
        said = ntr("{n} card {where}.", "{n} cards {where}.", _cards(made).cards, where=where)
        self._say_of(made, f"{before} {said}".strip(), tone)

    def _say_of(self, made: MadePaper, said: str, tone: Tone) -> None:
        self._is_busy = False
        done = _cards(made)
        if done.replaced:
            said += " " + ntr("{n} earlier card is no longer good.", "{n} earlier cards are no longer good.",
                              done.replaced)  # fmt: skip
        notes = list(dict.fromkeys([*done.left_out, *self._notes]))
        back = way_back(self._screen, self._worker, done.undo)
        self._screen.say(" ".join([said, *notes]), Tone.WARN if notes else tone, back)

    def _failed(self, error: WorldError) -> None:
        self._is_busy = False
        self._screen.say_error(error)


def _cards(made: MadePaper) -> CardsPrinted:
    if not isinstance(made.result, CardsPrinted):
        raise TypeError(type(made.result).__name__)
    return made.result
