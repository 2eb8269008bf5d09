"""Office: a station's request is answered once its six words were compared over voice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.offices import Enrolled, enrol, read_enrol_request
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import tr
from shelterdesk.sync.letter import Letter
from shelterdesk.ui.screens.exchange_letter import AnswerSection
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.widgets import Tone
from shelterdesk.ui.worker import DeskWorker


class EnrolStationSection(AnswerSection):
    """The station's request, its words, the reply; then the office's own words for the station to type."""

    name = "enrol_station"
    roles = DOES["enrol a station"]
    reply_name = "enrol-reply.json"

    @staticmethod
    def heading() -> str:
        return tr("Enrol a station")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(
            worker,
            self.heading(),
            tr(
                "A station writes its request on its exchange screen. Have its six words read to you by telephone "
                "or radio, never from the stick or mail the request came with."
            ),
            tr("The station read these same six words to me"),
            tr("Enrol this station"),
            parent,
        )

    @staticmethod
    def read_request(path: Path) -> Letter:
        return read_enrol_request(path)

    def introduce(self, letter: Letter) -> str:
        return tr("Station {code} asks to be enrolled. These are its words:", code=letter.text("station"))

    def answer(self, request: Path, reply: Path, failed: Callable[[WorldError], object]) -> None:
        self.worker.write(enrol, request, reply, done=self._on_enrolled, failed=failed)

    def _on_enrolled(self, enrolled: Enrolled) -> None:
        self.answered(
            [
                Line(
                    Tone.OK,
                    tr(
                        "{name} ({code}) is enrolled. Send {file} back, and read these words of the office to them:",
                        name=enrolled.name,
                        code=enrolled.station,
                        file=str(enrolled.reply),
                    ),
                )
            ],
            enrolled.office_words,
        )
