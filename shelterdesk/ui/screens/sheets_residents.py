"""Papers: who lives where, of one block or of the whole site."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.papers import MadePaper
from shelterdesk.actions.residents import block_choices, print_residents, resident_list
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import tr
from shelterdesk.db.store import Reader
from shelterdesk.ui.screens.sheets_lists import Drawn, ListPaper, drawn
from shelterdesk.ui.widgets import LabelledField, PickField
from shelterdesk.ui.worker import DeskWorker

WHOLE_SITE = ""


class ResidentsPaper(ListPaper):
    """Bed after bed, with lines for what the pencil finds."""

    name = "residents"
    roles = DOES["print lists of residents"]
    kinds = frozenset(
        {"person", "arrival_group", "movement", "stay", "place", "membership", "same_as", "foreign"}
    )

    @staticmethod
    def heading() -> str:
        return tr("Residents by block")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._blocks: list[tuple[str, str]] = []
        self.block = PickField([(WHOLE_SITE, tr("the whole site"))])
        self.block_field = LabelledField(tr("Block"), self.block)
        self.block_field.setProperty("not_kept", True)
        for field in (self.block_field, self.paper_field, self.printer_field):
            self.flow.addWidget(field)
        self.block_field.changed.connect(self.on_choice)

    def refresh(self, changes: Changes | None) -> None:
        if self.worker.desk is not None and (changes is None or changes.touches(("place", "foreign"))):
            self.worker.read(
                block_choices, done=self._show_blocks, failed=self.say_error, topic="paper blocks"
            )
        super().refresh(changes)

    def drawing(self, now: datetime, by: str) -> Callable[[Reader], Drawn]:
        paper, block = self.paper_name(), self._block()

        def draw(reader: Reader) -> Drawn:
            from shelterdesk.reports.residents import write_residents

            made = resident_list(reader, now, by, block)
            return drawn(lambda out: write_residents(made, out, paper=paper), made.people)

        return draw

    def file_word(self) -> str:
        return tr("residents")

    def make(self, done: Callable[[MadePaper], object], failed: Callable[[WorldError], object]) -> None:
        self.start_making(
            tr("Making the list"),
            print_residents,
            done=done,
            failed=failed,
            block=self._block(),
            paper=self.paper_name(),
        )

    def _block(self) -> str | None:
        return self.block.value() or None

    def _show_blocks(self, blocks: list[tuple[str, str]]) -> None:
        if blocks == self._blocks:
            return
        now, self._blocks = self.block.value(), blocks
        self.block.set_options([(WHOLE_SITE, tr("the whole site")), *blocks])
        self.block.set_value(now if now in dict(blocks) else WHOLE_SITE)
