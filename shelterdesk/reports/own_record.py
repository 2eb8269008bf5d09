"""The page a person is given on request: what the station holds of them in the open, and what it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from shelterdesk.core.own_record import OwnRecord, Said
from shelterdesk.core.words import tr
from shelterdesk.reports.faces import Faces, can_set, find_faces
from shelterdesk.reports.list_pages import ListPages, printable, signature_lines
from shelterdesk.reports.paper import Paper, PaperName, Written
from shelterdesk.reports.target import write_whole

_LABEL = 52.0
_LEAD = 4.6
_MOST_LETTERS = 400


def write_own_record(
    record: OwnRecord, target: Path | BinaryIO, *, paper: PaperName = "a4", faces: Faces | None = None
) -> Written:
    """Write the page (or pages) as a PDF, in the language now spoken, its headline also in the person's own.

    Raises :class:`DiskFull` or :class:`CannotWrite`. What no face here can set is said to be so on the page.
    """
    pages = ListPages(record.facts, tr("My record at this station"), paper, faces or find_faces())
    drawing = _Drawing(pages, record)
    drawing.draw()
    content, count = pages.finished()
    write_whole(target, content)
    return Written(count, [*pages.left_out(), *drawing.left_out])


@dataclass(slots=True)
class _Drawing:
    pages: ListPages
    record: OwnRecord
    left_out: list[str] = field(default_factory=list)

    def draw(self) -> None:
        """Headline, what is known, what this page is not, and room to sign."""
        record = self.record
        self.pages.new_page(record.number)
        self._headline()
        self._section(tr("Who you are"), record.about, tr("Nothing is written down."))
        self._section(tr("Documents"), record.documents, tr("No document is noted."))
        self._section(tr("Where you stayed"), record.stays, tr("No bed is noted."))
        self._section(tr("What you received"), record.services, tr("Nothing is noted."))
        self._section(tr("What you agreed to"), record.consents, tr("Nobody has asked you yet."))
        self._words(tr("What is not on this page"), _not_on_it())
        self._words(tr("What you can ask for"), _rights())
        self.pages.take(16.0)
        signature_lines(
            self.pages, (tr("Handed over by"), tr("Received: signature or thumb")), self.pages.bottom - 5.0
        )

    def _headline(self) -> None:
        pages, record = self.pages, self.record
        name = printable(record.name, _MOST_LETTERS)  # as much of it as the line holds
        if not can_set(name, pages.faces):
            name = record.number
            self.left_out.append(tr("The name cannot be printed on this laptop; write it by hand."))
        y = pages.take(11.0)
        pages.draw(lambda paper: paper.text(pages.left, y + 7.0, name, 15, bold=True, width=pages.width))
        own = record.headline
        if own is not None:
            said = [own.words["title"], own.words["not"]]
            if all(can_set(one, pages.faces) for one in said):
                self._lines(" · ".join(said), 9.5)
                if not own.reviewed:
                    self.left_out.append(
                        tr(
                            "The words in {language} have not been read by a native speaker.",
                            language=own.name,
                        )
                    )
            else:
                self.left_out.append(
                    tr("{language} cannot be printed on this laptop; it is left out.", language=own.name)
                )
        self._lines(tr("This is not an identity or migration document."), 9.5, bold=True)

    def _lines(self, text: str, size: float, *, bold: bool = False) -> None:
        pages = self.pages
        for line in pages.paper.lines(text, pages.width, size, bold):
            y = pages.take(_LEAD + 0.4)

            def drawing(paper: Paper, y: float = y, line: str = line) -> None:
                paper.line(pages.left, y + 3.8, pages.width, line, size, bold=bold)

            pages.draw(drawing)

    def _title(self, title: str) -> None:
        pages = self.pages
        y = pages.take(10.5, keep=2 * _LEAD)

        def drawing(paper: Paper) -> None:
            paper.text(pages.left, y + 7.4, title, 10.5, bold=True, width=pages.width)
            paper.rule(pages.left, y + 9.2, pages.width, weight=0.6, ink=0.0)

        pages.draw(drawing)

    def _section(self, title: str, said: Sequence[Said], nothing: str) -> None:
        self._title(title)
        if not said:
            self._lines(nothing, 9)
        for label, value in said:
            self._fact(label, value)

    def _fact(self, label: str, value: str) -> None:
        """A value beside its name, in as many lines as it takes."""
        pages = self.pages
        shown = printable(value, _MOST_LETTERS)
        if not can_set(shown, pages.faces):
            shown = tr("(written in a script this laptop cannot print)")
            pages.not_set += 1
        for at, line in enumerate(pages.paper.lines(shown, pages.width - _LABEL, 9) or ["–"]):
            y = pages.take(_LEAD + 0.3)

            def drawing(paper: Paper, y: float = y, line: str = line, at: int = at) -> None:
                if at == 0:
                    paper.text(pages.left, y + 3.8, label, 9, width=_LABEL - 2, ink=0.35)
                paper.text(pages.left + _LABEL, y + 3.8, line, 9, width=pages.width - _LABEL)

            pages.draw(drawing)

    def _words(self, title: str, body: str) -> None:
        self._title(title)
        self._lines(body, 9)


def _not_on_it() -> str:
    return tr(
        "Health and protection entries are sealed and are not on this page; who works there tells you what they "
        "hold. The vaccination record is a paper of its own. Left out too are notes for the desk, what a bed must "
        "offer, and what is written about others."
    )


def _rights() -> str:
    return tr(
        "You can have a mistake put right, take back what you agreed to, and ask who has seen your record. "
        "Ask at the desk; it costs nothing and changes nothing about your bed, your food and your care."
    )
