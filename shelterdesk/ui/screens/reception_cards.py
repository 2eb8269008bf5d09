"""Cards of a family just registered: drawn in memory and sent to print in the same key that saved it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.registration import RegisteredFamily
from shelterdesk.core.errors import PrintingStopped, WorldError
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.words import tr
from shelterdesk.ui.print_queue import Outcome, PrintQueue
from shelterdesk.ui.print_ways import way_of
from shelterdesk.ui.print_words import where_they_wait
from shelterdesk.ui.worker import DeskWorker

if TYPE_CHECKING:
    from shelterdesk.actions.cards import CardsPrinted
    from shelterdesk.actions.papers import MadePaper

Done = Callable[["CardsPrinted"], object]
Failed = Callable[[WorldError], object]


class CardsWait(WorldError):
    """The queue goes on without a printer: the cards are made, and none is lost."""

    def __init__(self, fault: WorldError) -> None:
        super().__init__(
            fault.sentence,
            tr("They wait in {place}: printed by themselves later, or saved as a PDF there.",
               place=where_they_wait()),
        )  # fmt: skip


def later() -> str:
    """Where cards are had that did not come out of the printer: no dialogue stands in the way of the queue."""
    return tr("In {place} they can be printed later or saved as a PDF.", place=where_they_wait())


class FamilyCards:
    """Prints a family's cards; first names stand on them, so on the disk they lie encrypted, and only till printed.

    ``put_out`` takes the pages instead of a printer (a played day).
    """

    def __init__(self, screen: QWidget, worker: DeskWorker) -> None:
        self._screen, self._worker = screen, worker
        self.put_out: Callable[[bytes], object] | None = None

    def print_family(self, family: RegisteredFamily, done: Done, failed: Failed) -> None:
        """Cards for everybody of a family; ``done`` hears that they are printed or next in turn.

        ``failed`` hears of a print that was stopped (``PrintingStopped``) and of a printer that is off: the cards are
        made and bound all the same, and wait for it (``CardsWait``).
        """
        from shelterdesk.actions.cards import CardsPrinted, print_cards  # with the first card
        from shelterdesk.actions.papers import in_memory, usual_paper

        desk = self._worker.desk
        if desk is None:
            return
        way = way_of(self._worker.folder, PaperKind.CARDS)

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
                PaperKind.CARDS,
                made.pdf,
                tr("cards"),
                told=told,
                near=self._screen,
                way=way,
                things=cards.cards,
            )

        self._worker.write(
            in_memory, print_cards, persons=tuple(member.ent for member in family.members),
            paper="letter" if (way.size or usual_paper(desk.who.country)) == "letter" else "a4",
            done=drawn, failed=failed,
        )  # fmt: skip
