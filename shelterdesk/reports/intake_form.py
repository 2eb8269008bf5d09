"""Blank forms for the intake on paper: a family of six on a sheet, with a slip to tear off that has their token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shelterdesk.core.house_lists import PaperFacts
from shelterdesk.core.paper_words import PaperWords
from shelterdesk.core.words import tr
from shelterdesk.reports.faces import Faces, can_set, find_faces
from shelterdesk.reports.list_pages import TOP, ListPages
from shelterdesk.reports.paper import Paper, PaperName, Written
from shelterdesk.reports.target import write_whole

PEOPLE = 6
"""People on a sheet; a larger family takes a second one and its token."""

_SLIP = 36.0
_ARRIVAL = 12.5
_Cells = Sequence[tuple[str, float]]


def write_intake_forms(
    facts: PaperFacts,
    tokens: Sequence[str],
    first: PaperWords,
    second: PaperWords | None,
    target: Path | BinaryIO,
    *,
    paper: PaperName = "a4",
    faces: Faces | None = None,
) -> Written:
    """Write a form for each token as a PDF, its labels in the first language and, smaller, in the second.

    Raises :class:`DiskFull` or :class:`CannotWrite`. A second language no face here can set is left out, and said.
    """
    found = faces or find_faces()
    pages = ListPages(facts, first.words["title"], paper, found, below=_SLIP)
    said = []
    if second is not None and not all(can_set(word, found) for word in second.words.values()):
        said.append(tr("{language} cannot be printed on this laptop; it is left out.", language=second.name))
        second = None
    elif second is not None and not second.reviewed:
        said.append(
            tr("The words in {language} have not been read by a native speaker.", language=second.name)
        )
    for token in tokens:
        _Form(pages, token, first, second).draw()
    content, count = pages.finished()
    write_whole(target, content)
    return Written(count, [*pages.left_out(), *said])


@dataclass(frozen=True, slots=True)
class _Form:
    pages: ListPages
    token: str
    first: PaperWords
    second: PaperWords | None

    def draw(self) -> None:
        """The sheet of one family."""
        self.pages.new_page(self.token)
        self.pages.draw(self._arrival)
        self.pages.draw(self._people)
        self.pages.draw(self._slip)

    def _label(self, key: str) -> str:
        """A label in both languages, once where they have the same word."""
        here = self.first.words[key]
        there = self.second.words[key] if self.second is not None else here
        return here if here == there else f"{here} / {there}"

    def _cells(self, paper: Paper, y: float, high: float, cells: _Cells, left: float) -> None:
        """Boxes side by side, each as broad as its part of the line, with its label inside on top."""
        wide = self.pages.right - left
        whole = sum(part for _, part in cells)
        for key, part in cells:
            width = wide * part / whole
            paper.box(left, y, width, high)
            self._in_cell(paper, left, y, width, high, key)
            left += width

    def _in_cell(self, paper: Paper, x: float, y: float, width: float, high: float, key: str) -> None:
        room = width - 2.0
        if paper.fits(self._label(key), room, 5.6) or self.second is None:
            paper.text(x + 1.0, y + 2.5, self._label(key), 5.6, width=room)
        else:
            paper.text(x + 1.0, y + 2.4, self.first.words[key], 5.6, width=room)
            paper.text(x + 1.0, y + 4.5, self.second.words[key], 5.2, width=room, ink=0.35)
        if key == "sex":
            step = (width - 3.0) / 3
            for place, word in enumerate(("woman", "man", "other")):
                at = x + 2.0 + place * step
                paper.box(at, y + high - 5.0, 3.4, 3.4)
                paper.text(at + 4.4, y + high - 2.1, self.first.words[word], 8.5, width=step - 4.6)

    def _arrival(self, paper: Paper) -> None:
        cells = (("arrived", 42), ("boat", 38), ("route", 38), ("people", 28), ("written_by", 36))
        self._cells(paper, TOP, _ARRIVAL - 3.0, cells, self.pages.left)
        said = self._label("unknown")
        paper.text(self.pages.left, TOP + _ARRIVAL + 0.4, said, 6.6, width=self.pages.right - self.pages.left)

    def _people(self, paper: Paper) -> None:
        top = TOP + _ARRIVAL + 2.6
        each = (self.pages.bottom - top) / PEOPLE
        for person in range(PEOPLE):
            self._person(paper, top + person * each, each - 2.0, person)

    def _person(self, paper: Paper, y: float, high: float, person: int) -> None:
        left, third = self.pages.left + 8.0, high / 3
        paper.box(self.pages.left, y, 8.0, high)
        paper.text(self.pages.left + 4.0, y + 7.0, str(person + 1), 15, bold=True, align="middle")
        role = "head" if person == 0 else "relation"
        self._cells(paper, y, third, (("surnames", 64), ("given", 64), ("sex", 38)), left)
        self._cells(
            paper, y + third, third,
            (("day", 23), ("month", 13), ("year", 19), ("about", 29), ("nationality", 30), ("born_in", 30), (role, 34)),
            left,
        )  # fmt: skip
        self._cells(
            paper, y + 2 * third, third,
            (("document", 35), ("document_number", 44), ("issuer", 30), ("expiry", 25), ("languages", 38)),
            left,
        )  # fmt: skip

    def _slip(self, paper: Paper) -> None:
        """What the family keeps: its token, large, and what it is good for."""
        pages = self.pages
        cut = paper.height - _SLIP
        width = paper.width
        paper.canvas.saveState()
        paper.canvas.setDash(3, 2)
        paper.rule(4.0, cut, width - 8.0, weight=0.8, ink=0.0)
        paper.canvas.restoreState()
        paper.text(pages.left, cut + 14.5, self.token, 30, bold=True, width=84)
        station = pages.facts.station_name
        station = (
            f"{pages.facts.station_code} · {station}"
            if can_set(station, pages.faces)
            else pages.facts.station_code
        )
        paper.text(pages.left, cut + 21.5, station, 9.5, width=84)
        paper.text(pages.left, cut + 27.0, f"{self._label('people')}: ________", 8, width=84)
        x = pages.left + 92
        y = cut + 8.0
        for one in (self.first, self.second):
            if one is not None:
                y = paper.paragraph(x, y, pages.right - x, one.words["slip"], 8.5, lead=4.1) + 1.4
