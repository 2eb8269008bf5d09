"""Papers: blank forms for the intake by hand, each with a token that is reserved once it is made."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.intake_form import (
    FIRST_LANGUAGE,
    MOST_FORMS,
    FormsPrinted,
    form_words,
    print_intake_forms,
    reserved_tokens,
)
from shelterdesk.actions.papers import MadePaper
from shelterdesk.actions.undo import Undone, undo_last
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, ptr, tr
from shelterdesk.reports.paper import PaperName
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.sheets_paper import Paper
from shelterdesk.ui.widgets import EmptyState, LabelledField, PickField, Pill, Tone
from shelterdesk.ui.worker import DeskWorker

USUAL = 20


class IntakePaper(Paper):
    """Forms exist once made, as blank cards do: the preview comes after the making."""

    name = "intake"
    kind = PaperKind.FORMS
    roles = DOES["print intake forms"]
    kinds = frozenset({"arrival_group", "person", "foreign"})

    @staticmethod
    def heading() -> str:
        return tr("Forms for the intake on paper")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), EmptyState("document", ""), parent)
        self._out = 0
        self.state = Pill(ptr("forms", "made"), Tone.OK)
        self.state.hide()
        self.add_beside_title(self.state)
        self.count = QLineEdit(str(USUAL))
        self.count.setMaxLength(3)
        self.count_field = LabelledField(
            tr("How many families"), self.count, hint=tr("at most {n}", n=MOST_FORMS), check=self._check
        )
        languages = [
            (one.language, one.name) for one in form_words().values() if one.language != FIRST_LANGUAGE
        ]
        self.second = PickField([("", tr("Spanish only")), *languages])
        self.second_field = LabelledField(tr("Second language"), self.second)
        for field in (self.count_field, self.second_field):
            field.setProperty("not_kept", True)
        for field in (self.count_field, self.second_field, self.paper_field, self.printer_field):
            self.flow.addWidget(field)
        for field in (self.count_field, self.second_field, self.paper_field):
            field.changed.connect(self._on_choice)
        self._on_choice()

    def refresh(self, changes: Changes | None) -> None:
        if changes is None:
            self.refresh_printers()
        self.worker.read(reserved_tokens, done=self._show_out, failed=self.say_error, topic="paper slips")

    def file_name(self) -> str:
        station = self.worker.desk.who.station if self.worker.desk is not None else ""
        what = tr("intake-forms")
        return f"{what}-{station}"

    def wanted(self) -> int:
        """How many are asked for; 0 for what is no number or too many."""
        typed = self.count.text().strip()
        many = int(typed) if typed.isascii() and typed.isdigit() else 0
        return many if many <= MOST_FORMS else 0

    def is_ready(self) -> bool:
        return bool(self.wanted())

    def not_ready(self) -> str:
        return self._check(self.count.text())

    def forget_made(self) -> None:
        super().forget_made()
        self.state.hide()

    def make(self, done: Callable[[MadePaper], object], failed: Callable[[WorldError], object]) -> None:
        self.start_making(
            tr("Making the forms"),
            print_intake_forms,
            self.wanted(),
            done=done,
            failed=failed,
            second_language=self.second.value() or None,
            paper=self._paper_name(),
        )

    def on_made(self, made: MadePaper) -> None:
        self.state.show()
        self.preview.show_pdf(made.pdf, self.title.text())
        forms = made.result
        if isinstance(forms, FormsPrinted):
            tokens = forms.tokens
            said = ntr("{n} token is reserved: {first}", "{n} tokens are reserved: {first} to {last}", len(tokens),
                       first=tokens[0], last=tokens[-1])  # fmt: skip
            self.show_notes(Line(Tone.OK, said), *(Line(Tone.WARN, one) for one in forms.left_out))
            self.say(said, Tone.OK, lambda: self._give_up(forms.undo))

    def _give_up(self, undo: tuple[bytes, ...]) -> None:
        """Undo: the slips made are worth nothing, the paper is thrown away."""

        def told(undone: Undone) -> None:
            self._on_choice()
            self.say(undone.said)

        self.worker.write(undo_last, undo, done=told, failed=self.say_error)

    def _check(self, _: str) -> str:
        return "" if self.wanted() else tr("Write a number from 1 to {n}.", n=MOST_FORMS)

    def _paper_name(self) -> PaperName:
        return "letter" if self.paper.value() == "letter" else "a4"

    def _show_out(self, tokens: list[str]) -> None:
        self._out = len(tokens)
        if self.made is None:
            self._say_how()

    def _say_how(self) -> None:
        said = [Line(Tone.NEUTRAL, tr(
            "For when the power is gone: write by hand, give the family its slip; later type the number of the slip "
            "at the reception, into the field on top, and then the family."))]  # fmt: skip
        if self._out:
            said.append(Line(Tone.NEUTRAL, ntr(
                "{n} slip is not typed in yet.", "{n} slips are not typed in yet.", self._out)))  # fmt: skip
        self.show_notes(*said)

    def _on_choice(self, *_: object) -> None:
        self.forget_made()
        self._say_how()
        if self.wanted():
            self.preview.show_words(
                ntr("{n} form will be made.", "{n} forms will be made.", self.wanted()),
                tr("Print or save makes them; each has a token of its own."),
            )
        else:
            self.preview.show_words(self._check(""), "")
        self.show_ready()
