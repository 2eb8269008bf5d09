"""Office: the posts, each with what was heard, how far its work is here, and what to ask for."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.offices import posts
from shelterdesk.actions.papers import MadePaper, in_memory, usual_paper
from shelterdesk.actions.receipt_slip import print_receipts
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.office.posts import Post
from shelterdesk.ui.print_queue import PrintQueue
from shelterdesk.ui.print_ways import way_of
from shelterdesk.ui.print_words import outcome_said
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_words import Line, moment_said
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.tables.posts import post_said, posts_columns
from shelterdesk.ui.widgets import ButtonRow, EmptyState, RowsModel, RowsTable, SecondaryButton, Tone
from shelterdesk.ui.worker import DeskWorker


class PostsSection(Section):
    """One row for each station; below the table what is not well with the one stood on."""

    name = "posts"
    roles = DOES["see the posts"]
    kinds = frozenset({"status", "roster", "foreign"})

    @staticmethod
    def heading() -> str:
        return tr("Posts")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.model: RowsModel[Post] = RowsModel(posts_columns(self._when), key=lambda one: one.station)
        empty = EmptyState(
            "office",
            tr("No station is enrolled yet."),
            tr("A station writes its request on its exchange screen; answer it under “Enrol a station”."),
        )
        self.table = RowsTable(
            self.model,
            empty,
            name=tr("Posts"),
            count=lambda shown, total: (
                ntr("{n} station", "{n} stations", total)
                if shown == total
                else tr("{shown} of {total} stations", shown=shown, total=total)
            ),
        )
        self.reading = Lines(tr("The station chosen"))
        self.receipt_button = SecondaryButton(tr("Receipt on paper"), "Ctrl+R")
        self.receipt_button.setEnabled(False)
        self.add(self.table, 1)
        self.add(self.reading)
        self.add(ButtonRow(self.receipt_button))
        self.receipt_button.clicked.connect(self._on_receipt)
        self.table.current_changed.connect(self._on_current)

    def refresh(self, changes: Changes | None) -> None:
        self.worker.read(posts, done=self._show, topic="posts")

    def _show(self, found: list[Post]) -> None:
        self.model.set_rows(found)
        if self.table.current() is None and found:
            self.table.select_key(found[0].station)

    def _when(self, at_ms: int | None) -> str:
        desk = self.worker.desk
        return moment_said(at_ms, self.worker.clock.now(), desk.who.zone) if desk is not None else ""

    def _on_receipt(self) -> None:
        row, desk = self.table.current(), self.worker.desk
        if not isinstance(row, Post) or desk is None:
            return
        self.receipt_button.setEnabled(False)
        size = way_of(desk.folder, PaperKind.LETTERS).size or usual_paper(desk.who.country)
        self.worker.write(
            in_memory,
            print_receipts,
            row.station,
            paper="letter" if size == "letter" else "a4",
            done=self._on_made,
            failed=self._on_not_made,
        )

    def _on_made(self, paper: MadePaper) -> None:
        self.receipt_button.setEnabled(True)
        PrintQueue.of(self.worker).add(
            PaperKind.LETTERS,
            paper.pdf,
            tr("receipt"),
            told=lambda done: self.say(*outcome_said(done)),
            near=self,
        )

    def _on_not_made(self, error: WorldError) -> None:
        self.receipt_button.setEnabled(True)
        self.say_error(error)

    def _on_current(self, row: object) -> None:
        self.receipt_button.setEnabled(isinstance(row, Post) and row.last_heard_ms is not None)
        if not isinstance(row, Post):
            self.reading.show_lines([])
            return
        said = post_said(row)
        if said:
            self.reading.show_lines([Line(Tone.WARN, sentence) for sentence in said])
        elif row.last_heard_ms is None:
            self.reading.show_lines([Line(Tone.NEUTRAL, tr("{name} was not heard yet.", name=row.name))])
        else:
            self.reading.show_lines(
                [Line(Tone.OK, tr("Everything {name} has brought so far is here.", name=row.name))]
            )
