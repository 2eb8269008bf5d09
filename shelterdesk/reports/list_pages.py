"""Lists on paper: a head and a foot on every page, lines that flow through columns and pages, boxes to tick."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from shelterdesk.core.cards import shortened
from shelterdesk.core.house_lists import PaperFacts
from shelterdesk.core.people import tidy_text
from shelterdesk.core.sheet import STATE_LENGTH
from shelterdesk.core.words import ntr, tr
from shelterdesk.reports.faces import Faces, can_set
from shelterdesk.reports.paper import Paper, PaperName, moment_shown

MARGIN = 14.0
TOP = 31.0
"""Where the body of a page begins, in mm from its upper edge."""

_FOOT = 18.0
_LONGEST_NAME = 60
_NEVER = frozenset({"So", "Sk", "Cc", "Cf", "Co", "Cn", "Cs"})
"""Unicode categories that are no part of a name on paper: pictures, and signs nobody can see."""

Drawing = Callable[[Paper], object]


@dataclass
class _Page:
    beside: str
    drawings: list[Drawing] = field(default_factory=list)


class ListPages:
    """A paper of as many pages as it takes; nothing is drawn before their number is known.

    ``y`` is where the next line begins, mm from the upper edge; ``beside`` stands large at the right of the head
    (a block). Columns are numbered from 0; :meth:`columns` sets how many there are from here on.
    """

    def __init__(
        self, facts: PaperFacts, title: str, paper: PaperName, faces: Faces, below: float = 0.0
    ) -> None:
        """``below`` mm at the lower edge are left to what is torn off there."""
        self.facts, self.title, self.faces = facts, title, faces
        self.paper = Paper(paper, faces, title)
        self.left, self.right = MARGIN, self.paper.width - MARGIN
        self._below = below
        self.bottom = self.paper.height - below - _FOOT
        self.not_set = 0
        """How many names could not be set in any face found here."""
        self._pages: list[_Page] = []
        self._count, self._gutter, self._at, self._start = 1, 0.0, 0, TOP
        self._floor, self._lowest = self.bottom, TOP
        self.y = TOP

    @property
    def width(self) -> float:
        """Width of a column in mm."""
        return (self.right - self.left - self._gutter * (self._count - 1)) / self._count

    @property
    def x(self) -> float:
        """Left edge of the column now filled."""
        return self.left + self._at * (self.width + self._gutter)

    @property
    def lowest(self) -> float:
        """The y below everything that stands on this page."""
        return self._lowest

    def new_page(self, beside: str = "") -> None:
        """Begin a page."""
        self._pages.append(_Page(beside))
        self._count, self._gutter, self._at, self._start, self.y = 1, 0.0, 0, TOP, TOP
        self._floor, self._lowest = self.bottom, TOP

    def columns(self, count: int, gutter: float, high: float | None = None) -> None:
        """Let what follows on this page stand in so many columns, below all that is there.

        Of something ``high`` mm in all the columns are made equally long, where the page has room for it.
        """
        self.y = self._lowest
        self._count, self._gutter, self._at, self._start = count, gutter, 0, self.y
        self._floor = self.bottom if high is None else min(self.bottom, self.y + high / count)

    def take(self, high: float, again: Callable[[], object] | None = None, keep: float = 0.0) -> float:
        """Room for something so high: where it begins. Goes on in the next column or page where it does not fit.

        ``again`` repeats a heading there; ``keep`` is the height of what must not be parted from it.
        """
        is_last = self._at + 1 == self._count
        if self.y + high + keep > (self.bottom if is_last else self._floor) + 0.01:
            if is_last:
                count, gutter = self._count, self._gutter
                self.new_page(self._pages[-1].beside)
                self.columns(count, gutter)
            else:
                self._at, self.y = self._at + 1, self._start
            if again is not None:
                again()
        begins, self.y = self.y, self.y + high
        self._lowest = max(self._lowest, self.y)
        return begins

    def draw(self, drawing: Drawing) -> None:
        """Put a drawing on the page now filled."""
        self._pages[-1].drawings.append(drawing)

    def name(self, text: str | None) -> str:
        """A name as it can be printed; empty, and counted, when no face here has its script."""
        if not text:
            return ""
        shown = printable(text)
        for tried in (shown, shown.translate(_NO_JOINING)):  # what joined two pictures joins nothing now
            if tried and can_set(tried, self.faces):
                return tried
        self.not_set += 1
        return ""

    def left_out(self) -> list[str]:
        """Sentences on what was not printed as it is written."""
        said = []
        if self.not_set:
            said.append(
                ntr(
                    "{n} name cannot be printed on this laptop; its number stands alone.",
                    "{n} names cannot be printed on this laptop; their numbers stand alone.",
                    self.not_set,
                )
            )
        if not can_set(self.facts.station_name, self.faces):
            name = self.facts.station_name
            said.append(tr("The name of the station cannot be printed on this laptop: {name}", name=name))
        return said

    def finished(self) -> tuple[bytes, int]:
        """The PDF and how many pages it has."""
        for number, page in enumerate(self._pages, start=1):
            if self.facts.practice:
                self.paper.practice_mark()
            self._head(page.beside)
            for drawing in page.drawings:
                drawing(self.paper)
            self._foot(number)
            self.paper.next_page()
        return self.paper.finished(), len(self._pages)

    def _head(self, beside: str) -> None:
        paper, facts, width = self.paper, self.facts, self.right - self.left
        paper.text(self.left, 19.0, self.title, 17, bold=True, width=width * 0.6)
        if beside:
            paper.text(self.right, 19.0, beside, 17, bold=True, align="right", width=width * 0.37)
        name = facts.station_name if can_set(facts.station_name, self.faces) else ""
        station = " · ".join(part for part in (facts.station_code, name) if part)  # an office has no code
        paper.text(self.left, 24.8, station, 10.5, width=width * 0.55)
        paper.text(self.right, 24.8, moment_shown(facts.printed_at), 10.5, bold=True, align="right")
        paper.rule(self.left, 27.2, width, weight=1.2, ink=0.0)

    def _foot(self, number: int) -> None:
        paper, facts, y = self.paper, self.facts, self.paper.height - self._below - 11.0
        width = self.right - self.left
        paper.rule(self.left, y - 3.6, width)
        by = facts.printed_by if can_set(facts.printed_by, self.faces) else ""
        when = moment_shown(facts.printed_at)
        said = (
            tr("Printed by {name}, {when}", name=by or "–", when=when)
            if facts.printed_by
            else tr("Printed while locked, {when}", when=when)
        )
        paper.text(self.left, y, said, 7.5, width=width * 0.52)
        state = tr("Data {state}", state=facts.state[:STATE_LENGTH])
        paper.text(self.left + width * 0.66, y, state, 7.5, align="middle", width=45)
        page = tr("Page {page} of {pages}", page=number, pages=len(self._pages))
        paper.text(self.right, y, page, 7.5, align="right", width=width * 0.2)


def printable(text: str, longest: int = _LONGEST_NAME) -> str:
    """A text as it may stand on paper: no pictures, no signs that turn or hide what stands around them, not too long.

    A name of 300 letters must not hold up 5,000 others. That something is cut off is said by an ellipsis: narrow letters
    fit a column, and the list would hold another name.
    """
    if text.isascii() and text.isprintable():
        return shortened(text, longest)
    kept = (sign for sign in tidy_text(text) if sign in _JOINING or unicodedata.category(sign) not in _NEVER)
    return shortened(" ".join("".join(kept).split()), longest)


_JOINING = frozenset("\u200c\u200d")
_NO_JOINING = {ord(sign): None for sign in _JOINING}
"""Persian, Bengali and others are written with them."""


def tick_box(paper: Paper, x: float, y: float, size: float = 3.3) -> None:
    """An empty box to tick."""
    paper.box(x, y, size, size)


def signature_lines(pages: ListPages, labels: tuple[str, ...], y: float) -> None:
    """Lines to sign on, side by side over the width of the sheet, with their foot at ``y``."""
    step = (pages.right - pages.left - 10.0 * (len(labels) - 1)) / len(labels)
    for place, label in enumerate(labels):
        x = pages.left + place * (step + 10.0)

        def line(paper: Paper, x: float = x, label: str = label) -> None:
            paper.rule(x, y, step, weight=0.6, ink=0.0)
            paper.text(x, y + 3.8, label, 8, width=step)

        pages.draw(line)
