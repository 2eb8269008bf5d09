"""A person's own record in one key: made for them, noted as printed, and on its way to the printer of such papers."""

from __future__ import annotations

from shelterdesk.actions.own_record import print_own_record
from shelterdesk.actions.paper_facts import ListPrinted
from shelterdesk.actions.papers import MadePaper, in_memory, usual_paper
from shelterdesk.core.errors import WorldError
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.words import tr
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.print_outcome import Outcome
from shelterdesk.ui.print_queue import PrintQueue
from shelterdesk.ui.print_ways import way_of
from shelterdesk.ui.print_words import outcome_said
from shelterdesk.ui.widgets import Tone
from shelterdesk.ui.worker import DeskWorker, Task


class RecordPrinting:
    """Prints the own record of one person at a time; it waits for its maker alone where no printer takes it."""

    def __init__(self, screen: Screen, worker: DeskWorker) -> None:
        self._screen, self._worker = screen, worker
        self._is_busy = False

    def print_for(self, person: str) -> None:
        """Make and print the record of a person (id or number), told in the message line."""
        desk = self._worker.desk
        if desk is None or self._is_busy:
            return
        self._is_busy = True
        size = way_of(desk.folder, PaperKind.PERSON).size or usual_paper(desk.who.country)
        work = LongWork(self._screen, Task(tr("Making the page")))

        def made(paper: MadePaper) -> None:
            PrintQueue.of(self._worker).add(
                PaperKind.PERSON,
                paper.pdf,
                tr("own-record"),
                told=lambda outcome: self._on_told(paper, outcome),
                near=self._screen,
            )

        self._worker.write(
            in_memory,
            print_own_record,
            person,
            paper="letter" if size == "letter" else "a4",
            done=work.ended(made),
            failed=work.ended(self._failed),
        )

    def _on_told(self, paper: MadePaper, outcome: Outcome) -> None:
        self._is_busy = False
        said, tone = outcome_said(outcome)
        left_out = paper.result.left_out if isinstance(paper.result, ListPrinted) else ()
        hand_on = tr("Hand it to them and to nobody else; that it was made is noted.")
        self._screen.say(
            " ".join((said, hand_on, *left_out)), Tone.WARN if left_out and tone is Tone.OK else tone
        )

    def _failed(self, error: WorldError) -> None:
        self._is_busy = False
        self._screen.say_error(error)
