"""What lists on paper share: a preview that follows what is known, and the way out of every paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import BinaryIO
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.papers import MadePaper
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.store import Reader
from shelterdesk.reports.paper import PaperName, Written
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.sheets_paper import Paper
from shelterdesk.ui.widgets import EmptyState, Tone
from shelterdesk.ui.worker import DeskWorker


@dataclass(frozen=True, slots=True)
class Drawn:
    """A list as it would be printed now, how many stand on it, and sentences on what could not be set."""

    pdf: bytes
    people: int
    pages: int
    left_out: tuple[str, ...]


def drawn(write: Callable[[BinaryIO], Written], people: int) -> Drawn:
    """A list drawn in memory by ``write``."""
    out = BytesIO()
    written = write(out)
    return Drawn(out.getvalue(), people, written.pages, tuple(written.left_out))


class ListPaper(Paper):
    """A list with its preview. A kind of list overrides :meth:`drawing`, :meth:`file_word` and :meth:`make`."""

    def __init__(self, worker: DeskWorker, title: str, parent: QWidget | None = None) -> None:
        super().__init__(worker, title, EmptyState("document", tr("The list is being drawn.")), parent)
        self.drawn: Drawn | None = None
        self.show_notes()
        self.show_ready()
        self.paper_field.changed.connect(self.on_choice)

    def drawing(self, now: datetime, by: str) -> Callable[[Reader], Drawn]:
        """What draws the list the choices ask for, on the reading thread."""
        raise NotImplementedError

    def file_word(self) -> str:
        """The first word of the file's name."""
        raise NotImplementedError

    def notes_of(self, made: Drawn) -> list[Line]:
        """What to say above the preview."""
        people = ntr("{n} person", "{n} people", made.people)
        pages = ntr("{n} page", "{n} pages", made.pages)
        return [Line(Tone.NEUTRAL, tr("{people} on {pages}.", people=people, pages=pages))]

    def paper_name(self) -> PaperName:
        """The paper chosen."""
        return "letter" if self.paper.value() == "letter" else "a4"

    def file_name(self) -> str:
        desk = self.worker.desk
        if desk is None:
            return self.file_word()
        at = self.worker.clock.now().astimezone(ZoneInfo(desk.who.zone))
        return f"{self.file_word()}-{desk.who.station}-{at:%Y-%m-%d-%H%M}"

    def is_ready(self) -> bool:
        return self.drawn is not None

    def not_ready(self) -> str:
        return tr("The list is being drawn.")

    def refresh(self, changes: Changes | None) -> None:
        if changes is None:
            self.refresh_printers()
        self.draw()

    def draw(self) -> None:
        """Draw the list that the choices ask for, as things stand now."""
        desk = self.worker.desk
        if desk is None:
            return
        self.forget_made()
        self.worker.read(
            self.drawing(self.worker.clock.now(), desk.user.name),
            done=self._show,
            failed=self._on_not_drawn,
            topic=f"paper {self.name}",
        )

    def on_choice(self, *_: object) -> None:
        """The list asked for is another one."""
        self.draw()

    def on_made(self, made: MadePaper) -> None:
        self.preview.show_pdf(made.pdf, self.title.text())

    def _show(self, made: Drawn) -> None:
        is_new = self.drawn is None or self.drawn.pdf != made.pdf or not self.preview.has_pdf
        self.drawn = made
        if is_new:
            self.preview.show_pdf(made.pdf, self.title.text())
        self.show_notes(*self.notes_of(made), *(Line(Tone.WARN, said) for said in made.left_out))
        self.show_ready()

    def _on_not_drawn(self, error: WorldError) -> None:
        self.drawn = None
        self.show_notes()
        self.preview.show_words(error.sentence, error.next_step)
        self.show_ready()
