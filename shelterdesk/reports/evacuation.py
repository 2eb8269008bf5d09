"""The evacuation list: everybody to be found outside, by block, room and bed, with boxes for "out" and "seen"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shelterdesk.core.house_lists import EvacuationList, ListLine, OutsideLine, RoomList
from shelterdesk.core.moment import known_moment
from shelterdesk.core.words import ntr, ptr, tr
from shelterdesk.reports.faces import Faces, find_faces
from shelterdesk.reports.list_pages import ListPages, signature_lines, tick_box
from shelterdesk.reports.paper import Paper, PaperName, Written, number_text
from shelterdesk.reports.tables import Column, Table
from shelterdesk.reports.target import write_whole

_LINE = 5.4
_ROOM = 6.4
_SUM_LINE = 6.0
_GUTTER = 7.0
_TICKS = 12.5
"""Width of the two boxes before a line, in mm."""


def write_evacuation_list(
    house: EvacuationList, target: Path | BinaryIO, *, paper: PaperName = "a4", faces: Faces | None = None
) -> Written:
    """Write the list as a PDF, in the language now spoken; the first page holds the totals.

    Raises :class:`DiskFull` or :class:`CannotWrite`. Names no face here can set are left out and counted.
    """
    pages = ListPages(house.facts, tr("Evacuation list"), paper, faces or find_faces())
    _Drawing(pages, house).draw()
    content, count = pages.finished()
    write_whole(target, content)
    return Written(count, pages.left_out())


@dataclass(frozen=True, slots=True)
class _Drawing:
    pages: ListPages
    house: EvacuationList

    @property
    def _columns(self) -> int:
        """Names need the width of two columns, numbers that of three."""
        return 2 if self.house.with_names else 3

    def draw(self) -> None:
        """Totals first, then the lists that are handed out."""
        self._totals()
        self.pages.new_page()
        is_first = True
        for block in self.house.blocks:
            if block.people:
                self._section(block.block, block.rooms, block.people, is_first)
                is_first = False
        if self.house.without_place:
            rooms = (RoomList(None, self.house.without_place),)
            people = rooms[0].people
            self._section(tr("Without a place"), rooms, people, is_first)
            is_first = False
        if self.house.outside:
            self._outside(is_first)
            is_first = False
        if is_first:
            y = self.pages.take(8.0)
            said = tr("Nobody is in the house.")
            self.pages.draw(lambda paper: paper.text(self.pages.left, y + 6.0, said, 11))

    def _totals(self) -> None:
        pages, house = self.pages, self.house
        pages.new_page()
        y, width = pages.take(33.0), pages.width
        notes = []
        if house.unnamed:
            notes.append(tr("of whom {n} without a name yet (tokens)", n=number_text(house.unnamed)))
        if house.outside:
            notes.append(
                ntr(
                    "{n} person is out of the house: not to be looked for",
                    "{n} people are out of the house: not to be looked for",
                    len(house.outside),
                )
            )
        if not house.with_names:
            notes.append(tr("Numbers and places only, no names."))

        def hero(paper: Paper) -> None:
            paper.text(pages.left, y + 6.5, tr("People to find"), 9.5, bold=True)
            paper.text(pages.left - 0.6, y + 24.0, number_text(house.to_find), 50, bold=True, width=62)
            for at, note in enumerate(notes):
                paper.text(pages.left + 66, y + 12.0 + 6.0 * at, note, 10.5, width=width - 66)

        pages.draw(hero)
        heading = self._sum_heading()
        heading()
        for block in house.blocks:
            self._sum_line(block.block, block.people, heading)
        self._sum_line(tr("Without a place"), sum(one.heads for one in house.without_place), heading)
        self._sum_line(ptr("total of a column", "All"), house.to_find, heading, last=True)
        pages.take(18.0)
        signature_lines(
            pages,
            (tr("Counted by: name, signature"), tr("Taken over by: name, signature")),
            pages.bottom - 6.0,
        )

    def _sum_table(self, paper: Paper) -> Table:
        left, right = self.pages.left, self.pages.right
        columns = [
            Column(left, tr("Block"), 70, "left"),
            Column(left + 100, tr("People to find"), 27),
            Column(left + 135, tr("Counted outside"), 32),
            Column(right, tr("Missing"), 32),
        ]
        return Table(paper, columns, _SUM_LINE)

    def _sum_heading(self) -> Callable[[], None]:
        def heading() -> None:
            y = self.pages.take(8.0)
            self.pages.draw(lambda paper: self._sum_table(paper).heading(y + 6.0))

        return heading

    def _sum_line(self, label: str, people: int, again: Callable[[], None], *, last: bool = False) -> None:
        y = self.pages.take(_SUM_LINE, again)
        cells = [label, number_text(people), "", ""]
        self.pages.draw(lambda paper: self._sum_table(paper).row(y, cells, last=last))

    def _section(self, name: str, rooms: Sequence[RoomList], people: int, is_first: bool) -> None:
        """A block under its name: on the page begun if it fits there whole, else on one of its own."""
        high = sum(_ROOM + _LINE * len(room.lines) for room in rooms)
        self._begin(name, people, high, is_first)
        for room in rooms:
            label = room.room if room.room is not None else ""
            self._room_heading(label, room.people)()
            again = self._room_heading(label, room.people, goes_on=True)
            for line in room.lines:
                self._line(line, again)

    def _begin(self, name: str, people: int, high: float, is_first: bool) -> None:
        pages = self.pages
        # Each column takes a heading and a line at least: else a short block would begin in the second one.
        each = _ROOM + max(high / self._columns, _LINE)
        if not is_first:
            if pages.lowest + 14.0 + each > pages.bottom:
                pages.new_page()
            else:
                pages.columns(1, 0.0)
                pages.take(4.0)
        y = pages.take(10.0)
        said = ntr("{n} person", "{n} people", people)

        def heading(paper: Paper) -> None:
            paper.text(pages.left, y + 6.6, name, 14, bold=True, width=110)
            paper.text(pages.right, y + 6.6, said, 12, bold=True, align="right")
            paper.rule(pages.left, y + 8.6, pages.right - pages.left, weight=0.8, ink=0.0)

        pages.draw(heading)
        pages.columns(self._columns, _GUTTER, each * self._columns)

    def _room_heading(self, label: str, people: int, goes_on: bool = False) -> Callable[[], None]:
        def heading() -> None:
            y = self.pages.take(_ROOM, keep=_LINE)  # never alone at the foot of a column
            x, width = self.pages.x, self.pages.width
            said = tr("{room}, continued", room=label) if goes_on and label else label

            def drawing(paper: Paper) -> None:
                paper.text(x, y + 4.4, tr("out"), 6.0, width=5.6)
                paper.text(x + 6.2, y + 4.4, tr("seen"), 6.0, width=6.0)
                paper.text(x + _TICKS, y + 4.6, said, 10, bold=True, width=width - _TICKS - 10)
                if not goes_on:
                    paper.text(x + width, y + 4.6, number_text(people), 9, bold=True, align="right")
                paper.rule(x, y + 5.7, width, weight=0.6, ink=0.0)

            self.pages.draw(drawing)

        return heading

    def _line(self, line: ListLine, again: Callable[[], None]) -> None:
        pages = self.pages
        y = pages.take(_LINE, again)
        x, width = pages.x, pages.width
        name = pages.name(line.name) if self.house.with_names else ""
        number = f"{line.number} × {line.heads}" if line.is_token else line.number

        def drawing(paper: Paper) -> None:
            tick_box(paper, x + 0.4, y + 1.0)
            tick_box(paper, x + 6.4, y + 1.0)
            foot, at = y + 4.0, x + _TICKS
            if line.bed is not None:
                paper.text(at, foot, line.bed, 8.5, width=13.5)
                at += 14.5
            if name:
                paper.text(at, foot, number, 8.5, width=24)
                paper.text(at + 25, foot, name, 8.5, width=x + width - at - 25)
            else:
                paper.text(at, foot, number, 8.5, width=x + width - at)
            paper.rule(x, y + _LINE, width, weight=0.25)

        pages.draw(drawing)

    def _outside(self, is_first: bool) -> None:
        """Who is out of the house, apart: nobody goes back in for them."""
        outside = self.house.outside
        name = tr("Out of the house: not to be looked for")
        self._begin(name, len(outside), _LINE * len(outside), is_first)
        for one in outside:
            self._outside_line(one)

    def _outside_line(self, one: OutsideLine) -> None:
        pages = self.pages
        y = pages.take(_LINE)
        x, width = pages.x, pages.width
        name = pages.name(one.name) if self.house.with_names else ""
        said = tr("since {time}", time=_since(one.since, self.house.facts.printed_at))

        def drawing(paper: Paper) -> None:
            paper.text(x, y + 4.0, one.number, 8.5, width=25)
            if name:
                paper.text(x + 26, y + 4.0, name, 8.5, width=width - 26 - 32)
                paper.text(x + width, y + 4.0, said, 7, align="right", width=30)
            else:
                paper.text(x + width, y + 4.0, said, 7, align="right", width=width - 26)
            paper.rule(x, y + _LINE, width, weight=0.25)

        pages.draw(drawing)


def _since(moment: str, printed_at: str) -> str:
    """The hour of a stored moment of the day of printing, with the day (ISO 8601) before it on another; short enough
    for the line, where the hour must not be what is cut off."""
    at, now = known_moment(moment, "UTC"), known_moment(printed_at, "UTC")
    if at is None:
        return "–"
    return f"{at:%H:%M}" if now is not None and at.date() == now.date() else f"{at:%Y-%m-%d %H:%M}"
