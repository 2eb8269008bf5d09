"""Papers: a person's own record, to be handed to them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.own_record import print_own_record
from shelterdesk.actions.paper_facts import ListPrinted
from shelterdesk.actions.papers import MadePaper
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import BadField, NotFound, WorldError
from shelterdesk.core.number import BadNumber, Counted, parse_number
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import tr
from shelterdesk.reports.paper import PaperName
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.sheets_paper import Paper
from shelterdesk.ui.widgets import EmptyState, LabelledField, Tone
from shelterdesk.ui.worker import DeskWorker

_WHOLE = 12
"""Signs of a number as it is printed: from then on it is judged while the field still has the focus."""


class RecordPaper(Paper):
    """What is held of one person in the open; it is made, and noted on them, when it is asked for."""

    name = "record"
    kind = PaperKind.PERSON
    roles = DOES["print a person's own record"]

    @staticmethod
    def heading() -> str:
        return tr("A person's own record")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), EmptyState("portrait", ""), parent)
        self.number = QLineEdit()
        self.number.setMaxLength(24)
        self.number_field = LabelledField(tr("Number"), self.number, check=self._check)
        self.number_field.setProperty("not_kept", True)
        for field in (self.number_field, self.paper_field, self.printer_field):
            self.flow.addWidget(field)
        self.number_field.changed.connect(self._on_choice)
        self.paper_field.changed.connect(self._on_choice)
        self._on_choice()

    def refresh(self, changes: Changes | None) -> None:
        if changes is None:
            self.refresh_printers()

    def file_name(self) -> str:
        what = tr("own-record")
        return f"{what}-{self._read() or ''}".rstrip("-")

    def is_ready(self) -> bool:
        return self._read() is not None

    def not_ready(self) -> str:
        return self._check(self.number.text()) or tr("Type the person's number first.")

    def make(self, done: Callable[[MadePaper], object], failed: Callable[[WorldError], object]) -> None:
        def not_made(error: WorldError) -> None:
            if isinstance(error, NotFound | BadField):
                self.number_field.set_mistake(f"{error.sentence} {error.next_step}".strip())
            failed(error)

        self.start_making(
            tr("Making the page"),
            print_own_record,
            self._read() or "",
            done=done,
            failed=not_made,
            paper=self._paper_name(),
        )

    def on_made(self, made: MadePaper) -> None:
        self.preview.show_pdf(made.pdf, self.title.text())
        if isinstance(made.result, ListPrinted):
            self.show_notes(
                Line(Tone.OK, tr("Hand it to them and to nobody else; that it was made is noted.")),
                *(Line(Tone.WARN, said) for said in made.result.left_out),
            )

    def _read(self) -> str | None:
        """The number as printed, None for what is no person's number."""
        desk = self.worker.desk
        try:
            number = parse_number(self.number.text(), desk.who.slot if desk is not None else "")
        except BadNumber:
            return None
        return str(number) if number.counted is Counted.PERSON else None

    def _check(self, text: str) -> str:
        if not text.strip() or self._read() is not None:
            return ""
        try:
            parse_number(text, "")
        except BadNumber as bad:
            return bad.sentence
        return tr("This is not a person's number.")

    def _paper_name(self) -> PaperName:
        return "letter" if self.paper.value() == "letter" else "a4"

    def _on_choice(self, *_: object) -> None:
        self.forget_made()
        self.show_notes(
            Line(Tone.NEUTRAL, tr("What the station holds of a person in the open, for that person to keep."))
        )
        typed = self.number.text().strip()
        wrong = self._check(typed) if len(typed) >= _WHOLE else ""
        self.preview.show_words(
            wrong or tr("Type the person's number."),
            "" if wrong else tr("Print or save makes the page; it is shown here then."),
        )
        self.show_ready()
