"""The list of residents: a page for each block, bed after bed, with room to write corrections by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shelterdesk.core.house_lists import ListLine, ResidentList, RoomList
from shelterdesk.core.words import ntr, tr
from shelterdesk.reports.faces import Faces, find_faces
from shelterdesk.reports.list_pages import ListPages
from shelterdesk.reports.paper import Paper, PaperName, Written, number_text
from shelterdesk.reports.target import write_whole

BLANK_LINES = 8
"""Lines left empty below each block at least: who is there and on no list is written there."""

_LINE = 6.2
_ROOM = 7.4


def write_residents(
    house: ResidentList, target: Path | BinaryIO, *, paper: PaperName = "a4", faces: Faces | None = None
) -> Written:
    """Write the list as a PDF, in the language now spoken.

    Raises :class:`DiskFull` or :class:`CannotWrite`. Names no face here can set are left out and counted.
    """
    pages = ListPages(house.facts, tr("Residents"), paper, faces or find_faces())
    drawing = _Drawing(pages)
    for block in house.blocks:
        drawing.block(block.block, block.rooms, block.people)
    if house.without_place or not house.blocks:
        rest = RoomList(None, house.without_place)
        drawing.block(tr("Without a place"), (rest,), rest.people)
    content, count = pages.finished()
    write_whole(target, content)
    return Written(count, pages.left_out())


@dataclass(frozen=True, slots=True)
class _Drawing:
    pages: ListPages

    def block(self, name: str, rooms: Sequence[RoomList], people: int) -> None:
        """The pages of a block; its name stands large on each of them."""
        pages = self.pages
        pages.new_page(name)
        y = pages.take(9.0)
        said = ntr("{n} person", "{n} people", people)
        pages.draw(lambda paper: paper.text(pages.left, y + 5.6, said, 12, bold=True))
        self._heads()
        for room in rooms:
            if room.room is not None:
                self._room(room)
            for line in room.lines:
                self._line(line)
        self._blank()

    def _places(self) -> tuple[float, float, float, float, float]:
        """Left edges of bed, number, first name, family and corrections; mm from the edge of the sheet."""
        left = self.pages.left
        return left, left + 24, left + 58, left + 100, left + 114

    def _heads(self) -> None:
        pages = self.pages
        y = pages.take(_LINE)
        bed, number, name, family, written = self._places()

        def drawing(paper: Paper) -> None:
            for x, said, wide in (
                (bed, tr("Bed"), 22), (number, tr("Number"), 32), (name, tr("First name"), 40),
                (family, tr("Family"), 13), (written, tr("Correction by hand"), 60),
            ):  # fmt: skip
                paper.text(x, y + 4.2, said, 8, bold=True, width=wide)
            paper.rule(pages.left, y + 5.8, pages.right - pages.left, weight=0.8, ink=0.0)

        pages.draw(drawing)

    def _room(self, room: RoomList) -> None:
        pages = self.pages
        y = pages.take(_ROOM, self._heads, keep=_LINE)
        people = number_text(room.people)

        def drawing(paper: Paper) -> None:
            paper.text(pages.left, y + 5.6, room.room or "", 10, bold=True, width=90)
            paper.text(pages.right, y + 5.6, people, 10, bold=True, align="right")
            paper.rule(pages.left, y + _ROOM, pages.right - pages.left, weight=0.6, ink=0.0)

        pages.draw(drawing)

    def _line(self, line: ListLine) -> None:
        pages = self.pages
        y = pages.take(_LINE, self._heads)
        bed, number, first_name, family, _ = self._places()
        said = f"{line.number} × {line.heads}" if line.is_token else line.number
        name = pages.name(line.name)
        size = "" if line.group_size is None else number_text(line.group_size)

        def drawing(paper: Paper) -> None:
            foot = y + 4.4
            paper.text(bed, foot, line.bed or "", 9, width=22)
            paper.text(number, foot, said, 9, width=32)
            paper.text(first_name, foot, name, 9, width=40)
            paper.text(family + 9, foot, size, 9, align="right", width=9)
            paper.rule(pages.left, y + _LINE, pages.right - pages.left, weight=0.25)

        pages.draw(drawing)

    def _blank(self) -> None:
        """Empty lines to the foot of the page, and never fewer than a handful."""
        pages = self.pages
        y = pages.take(_ROOM, self._heads, keep=_LINE * BLANK_LINES)
        said = tr("Written by hand: who is here and not on the list")
        pages.draw(lambda paper: paper.text(pages.left, y + 5.4, said, 8, width=120))
        while pages.y + _LINE <= pages.bottom:
            foot = pages.take(_LINE) + _LINE
            pages.draw(
                lambda paper, foot=foot: paper.rule(  # type: ignore[misc]
                    pages.left, foot, pages.right - pages.left, weight=0.4
                )
            )
