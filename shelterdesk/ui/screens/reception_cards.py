"""Cards of a family just registered: drawn in memory and put on the usual printer, in the same key that saved it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.registration import RegisteredFamily
from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.worker import DeskWorker, Task

if TYPE_CHECKING:
    from shelterdesk.actions.cards import CardsPrinted
    from shelterdesk.actions.papers import MadePaper
    from shelterdesk.ui.printing import Printers

Done = Callable[["CardsPrinted"], object]
Failed = Callable[[WorldError], object]


class NoPrinterForCards(WorldError):
    """The queue goes on without a printer: no card was made, so none is lost."""

    def __init__(self) -> None:
        super().__init__(
            tr("No printer is set up on this laptop."),
            later(),
        )


def later() -> str:
    """Where cards are had that did not come out of the printer: no dialogue stands in the way of the queue."""
    return tr("In Sheets, Lodging cards, they can be printed later or saved as a PDF.")


class FamilyCards:
    """Prints a family's cards; first names stand on them, so nothing of them lies on the disk, not for a moment.

    ``put_out`` takes the pages instead of a printer (a played day).
    """

    def __init__(self, screen: QWidget, worker: DeskWorker) -> None:
        self._screen, self._worker = screen, worker
        self.put_out: Callable[[bytes], object] | None = None

    @cached_property
    def printers(self) -> Printers:
        """The way to the printers, made with the first card: the desk opens without it."""
        from shelterdesk.ui.printing import Printers

        return Printers(self._screen)

    def print_family(self, family: RegisteredFamily, done: Done, failed: Failed) -> None:
        """Cards for everybody of a family; where there is no printer none are made, and ``failed`` hears it.

        ``failed`` hears of a print that was stopped, too (``PrintingStopped``).
        """
        if self.put_out is not None:
            self._draw(family, "", done, failed)
            return

        def known(names: list[str]) -> None:
            if names:
                self._draw(family, names[0], done, failed)
            else:
                failed(NoPrinterForCards())

        self.printers.look(known)

    def _draw(self, family: RegisteredFamily, printer: str, done: Done, failed: Failed) -> None:
        from shelterdesk.actions.cards import CardsPrinted, print_cards  # with the first card
        from shelterdesk.actions.papers import in_memory, usual_paper

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
            work = LongWork(self._screen, Task(tr("Printing cards")), can_cancel=True)
            self.printers.print_pdf(
                made.pdf, printer, tr("Cards"), work.task,
                work.ended(lambda _: done(cards)), work.ended(failed),
            )  # fmt: skip

        self._worker.write(
            in_memory, print_cards, persons=tuple(member.ent for member in family.members),
            paper=usual_paper(desk.who.country), done=drawn, failed=failed,
        )  # fmt: skip
