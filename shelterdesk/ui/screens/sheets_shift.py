"""Papers: the slip by which a shift is handed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.papers import MadePaper
from shelterdesk.actions.shift_slip import USUAL_HOURS, print_shift_slip, shift_slip
from shelterdesk.core.errors import WorldError
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.store import Reader
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.sheets_lists import Drawn, ListPaper, drawn
from shelterdesk.ui.widgets import LabelledField, PickField, Tone
from shelterdesk.ui.worker import DeskWorker

HOURS = (6, 8, 12, 24)


class ShiftPaper(ListPaper):
    """What was done in the last hours, and what is left to do."""

    name = "shift"
    kind = PaperKind.SLIPS
    roles = DOES["print the shift slip"]
    kinds = frozenset(
        {"person", "arrival_group", "movement", "stay", "service", "card", "same_as", "status", "foreign"}
    )

    @staticmethod
    def heading() -> str:
        return tr("Slip of the shift")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.hours = PickField([(str(n), ntr("the last {n} hour", "the last {n} hours", n)) for n in HOURS])
        self.hours.set_value(str(USUAL_HOURS))
        self.hours_field = LabelledField(tr("Shift"), self.hours)
        self.hours_field.setProperty("not_kept", True)
        for field in (self.hours_field, self.paper_field, self.printer_field):
            self.flow.addWidget(field)
        self.hours_field.changed.connect(self.on_choice)

    def drawing(self, now: datetime, by: str) -> Callable[[Reader], Drawn]:
        desk, paper, hours = self.worker.desk, self.paper_name(), self._hours()
        if desk is None:
            raise RuntimeError("no desk is open")

        def draw(reader: Reader) -> Drawn:
            from shelterdesk.reports.shift_slip import write_shift_slip

            slip = shift_slip(desk, reader, hours)
            return drawn(lambda out: write_shift_slip(slip, out, paper=paper), len(slip.worked))

        return draw

    def file_word(self) -> str:
        return tr("shift")

    def notes_of(self, made: Drawn) -> list[Line]:
        said = ntr(
            "{n} person of the staff made entries.", "{n} people of the staff made entries.", made.people
        )
        return [Line(Tone.NEUTRAL, said)]

    def make(self, done: Callable[[MadePaper], object], failed: Callable[[WorldError], object]) -> None:
        self.start_making(
            tr("Making the slip"),
            print_shift_slip,
            done=done,
            failed=failed,
            hours=self._hours(),
            paper=self.paper_name(),
        )

    def _hours(self) -> int:
        return int(self.hours.value() or USUAL_HOURS)
