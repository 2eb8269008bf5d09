"""Lodging cards in one key: to the printer of cards, where they wait if it is off; one that was scanned is bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from shelterdesk.actions.bearers import card_known
from shelterdesk.actions.card_binding import CardChanged, bind_card
from shelterdesk.actions.cards import CardsPrinted, card_print_warnings, print_cards
from shelterdesk.actions.papers import MadePaper, in_memory
from shelterdesk.core.errors import PrintingStopped, WorldError
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.cards import CardRow
from shelterdesk.db.store import Reader
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.card_memory import usual_format
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.print_outcome import Outcome
from shelterdesk.ui.print_queue import PrintQueue
from shelterdesk.ui.print_words import held_said, outcome_said
from shelterdesk.ui.screens.people_undo import way_back
from shelterdesk.ui.widgets import Tone
from shelterdesk.ui.worker import DeskWorker, Task


class CardPrinting:
    """Prints cards for people of one screen; what no printer takes lies encrypted among the waiting prints."""

    def __init__(self, screen: Screen, worker: DeskWorker) -> None:
        self._screen, self._worker = screen, worker
        self._is_busy = False
        self._told: set[str] = set()
        self._notes: list[str] = []

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
            PrintQueue.of(self._worker).add(
                PaperKind.CARDS, made.pdf, tr("cards"), told=partial(self._on_told, made), near=self._screen,
                things=_cards(made).cards,
            )  # fmt: skip

        self._worker.write(
            in_memory, print_cards, persons=ents, form=usual_format(desk.folder, desk.who.country),
            progress=work.task.progress, done=drawn, failed=work.ended(self._failed),
        )  # fmt: skip

    def _on_told(self, made: MadePaper, outcome: Outcome) -> None:
        if outcome.fault is None:
            cards = _cards(made).cards
            self._say_of(made, ntr("{n} card goes to print.", "{n} cards go to print.", cards), Tone.OK)
        elif isinstance(outcome.fault, PrintingStopped):
            self._say_of(made, held_said(outcome.fault), Tone.WARN)
        else:
            self._say_of(made, *outcome_said(outcome))

    def _say_of(self, made: MadePaper, said: str, tone: Tone) -> None:
        self._is_busy = False
        done = _cards(made)
        if done.replaced:
            said += " " + ntr("{n} earlier card is no longer good.", "{n} earlier cards are no longer good.",
                              done.replaced)  # fmt: skip
        notes = list(dict.fromkeys([*done.left_out, *self._notes]))
        back = way_back(self._screen, self._worker, done.undo)
        self._screen.say(" ".join([said, *notes]), Tone.WARN if notes and tone is Tone.OK else tone, back)

    def _failed(self, error: WorldError) -> None:
        self._is_busy = False
        self._screen.say_error(error)


def _cards(made: MadePaper) -> CardsPrinted:
    if not isinstance(made.result, CardsPrinted):
        raise TypeError(type(made.result).__name__)
    return made.result
