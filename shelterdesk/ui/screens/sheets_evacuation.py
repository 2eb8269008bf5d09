"""Papers: the evacuation list, as it also comes by two keys from any screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.evacuation import evacuation_list, may_have_names, print_evacuation
from shelterdesk.actions.papers import MadePaper
from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr
from shelterdesk.db.store import Reader
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.sheets_lists import Drawn, ListPaper, drawn
from shelterdesk.ui.widgets import Choice, ChoiceField, LabelledField, Tone
from shelterdesk.ui.widgets.key_hint import key_words
from shelterdesk.ui.widgets.keymap import EVACUATION
from shelterdesk.ui.worker import DeskWorker

NAMES, NUMBERS = "names", "numbers"


class EvacuationPaper(ListPaper):
    """Everybody to be found outside; with names for who may have them."""

    name = "evacuation"
    kinds = frozenset({"person", "arrival_group", "movement", "stay", "place", "same_as", "foreign"})

    @staticmethod
    def heading() -> str:
        return tr("Evacuation list")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._may = worker.desk is not None and may_have_names(worker.desk)
        self.names = ChoiceField(
            [
                Choice(NAMES, tr("Names"), tr("with names")),
                Choice(NUMBERS, tr("Numbers"), tr("numbers and places only")),
            ]
        )
        self.names.set_value(NAMES if self._may else NUMBERS)
        self.names_field = LabelledField(tr("Show"), self.names, reading=lambda _: self.names.words())
        self.names_field.setProperty("not_kept", True)
        for field in (self.names_field, self.paper_field, self.printer_field):
            self.flow.addWidget(field)
        self.names_field.setVisible(self._may)
        self.names_field.changed.connect(self.on_choice)

    def drawing(self, now: datetime, by: str) -> Callable[[Reader], Drawn]:
        paper, named = self.paper_name(), self._named()

        def draw(reader: Reader) -> Drawn:
            from shelterdesk.reports.evacuation import write_evacuation_list

            made = evacuation_list(reader, now, by, with_names=named)
            people = made.to_find + len(made.outside)
            return drawn(lambda out: write_evacuation_list(made, out, paper=paper), people)

        return draw

    def file_word(self) -> str:
        return tr("evacuation")

    def notes_of(self, made: Drawn) -> list[Line]:
        said = tr(
            "From any screen, also while the desk is locked: {key}, then Enter.", key=key_words(EVACUATION)
        )
        return [*super().notes_of(made), Line(Tone.NEUTRAL, said)]

    def make(self, done: Callable[[MadePaper], object], failed: Callable[[WorldError], object]) -> None:
        self.start_making(
            tr("Making the list"),
            print_evacuation,
            done=done,
            failed=failed,
            paper=self.paper_name(),
            names=self._named(),
        )

    def _named(self) -> bool:
        return self._may and self.names.value() != NUMBERS
