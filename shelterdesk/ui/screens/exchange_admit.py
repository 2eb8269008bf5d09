"""Exchange: a further or replacement desk is admitted at the table, below this one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.admission import Admitted, admit, read_join_request
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import tr
from shelterdesk.sync.letter import Letter
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.screens.exchange_letter import AnswerSection
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.widgets import Tone
from shelterdesk.ui.worker import DeskWorker, Task


class AdmitSection(AnswerSection):
    """The request made on the new laptop, its words, the answer with everything this station knows."""

    name = "admit"
    station_only = True
    roles = DOES["admit a desk"]
    reply_name = "admission.tar"

    @staticmethod
    def heading() -> str:
        return tr("Admit a desk")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(
            worker,
            self.heading(),
            tr(
                "Start ShelterDesk on the other laptop, choose “Join an existing station”, and bring its request "
                "here on a stick. The answer holds everything this station knows, sealed for that laptop alone."
            ),
            tr("The other laptop shows the same six words"),
            tr("Admit this desk"),
            parent,
        )

    @staticmethod
    def read_request(path: Path) -> Letter:
        return read_join_request(path)

    def introduce(self, letter: Letter) -> str:
        return tr("A new desk asks to join. These are its words:")

    def answer(self, request: Path, reply: Path, failed: Callable[[WorldError], object]) -> None:
        work = LongWork(self, Task(tr("Writing the answer")))
        self.worker.write(
            admit,
            request,
            reply,
            work.task.progress,
            done=work.ended(self._on_admitted),
            failed=work.ended(failed),
        )

    def _on_admitted(self, admitted: Admitted) -> None:
        self.answered(
            [
                Line(
                    Tone.OK,
                    tr(
                        "Desk {desk} is admitted. Carry {file} to it; there these words of this desk must appear:",
                        desk=admitted.desk,
                        file=str(admitted.reply),
                    ),
                )
            ],
            admitted.own_words,
        )
