"""What every page of the daily sheet has in common: its margins, its head, its foot, and parts that find room."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.core.sheet import STATE_LENGTH, DailySheet
from shelterdesk.core.words import tr
from shelterdesk.reports.faces import can_set
from shelterdesk.reports.paper import Paper, day_text, moment_shown

MARGIN = 14.0
"""Millimetres left white at the sides; printers of the field need 12."""

FOOT_ROOM = 19.0
"""Millimetres at the lower edge that the foot of a page takes."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How a sheet stands: frozen at a moment (RFC 9557) by somebody or, empty, by the program; or not frozen.

    ``other`` are the numbers of the same day that the sheet does not show: what is known now beside a frozen sheet
    or, with ``shows_now``, what was frozen beside what is known now.
    """

    frozen_at: str | None = None
    frozen_by: str = ""
    other: DailySheet | None = None
    shows_now: bool = False

    @property
    def is_frozen(self) -> bool:
        """Whether the numbers shown are those that were frozen."""
        return self.frozen_at is not None and not self.shows_now


class SheetPages:
    """A daily sheet being drawn, page after page.

    ``pages`` is how many there will be: known from a first drawing, 0 during it.
    """

    def __init__(self, sheet: DailySheet, paper: Paper, title: str, pages: int = 0) -> None:
        self.sheet, self.paper, self.title, self.pages = sheet, paper, title, pages
        self.left, self.right = MARGIN, paper.width - MARGIN
        self.width = self.right - self.left
        self.page = 1

    @property
    def floor(self) -> float:
        """The y no part may reach over."""
        return self.paper.height - FOOT_ROOM

    def head(self) -> float:
        """Title, station and the limits of the day; returns the y below."""
        sheet, paper = self.sheet, self.paper
        if sheet.practice:
            paper.practice_mark()
        y = 19.0
        paper.text(self.left, y, self.title, 19, bold=True, width=self.width * 0.62)
        day = day_text(sheet.service_day)
        paper.text(self.right, y, day, 13, bold=True, align="right", width=self.width * 0.35)
        y += 6.2
        paper.text(self.left, y, station_said(sheet, paper), 11, width=self.width * 0.42)
        limits = tr("from {start} to {end}", start=moment_shown(sheet.from_at), end=moment_shown(sheet.to_at))
        paper.text(self.right, y, limits, 9, align="right", width=self.width * 0.56)
        y += 3.2
        paper.rule(self.left, y, self.width, weight=1.2, ink=0.0)
        return y

    def end_page(self) -> None:
        """The foot: who printed it and when, the state of the data, the page; and the page is over."""
        sheet, paper, y = self.sheet, self.paper, self.paper.height - 12.8
        paper.rule(self.left, y - 3.6, self.width)
        by = sheet.generated_by if can_set(sheet.generated_by, paper.faces) else ""
        printed = tr("Printed by {name}, {when}", name=by or "–", when=moment_shown(sheet.generated_at))
        paper.text(self.left, y, printed, 7.5, width=self.width * 0.46)
        middle = [tr("Data {state}", state=sheet.state[:STATE_LENGTH])]
        if sheet.standard_set and can_set(sheet.standard_set, paper.faces):
            middle.append(sheet.standard_set)
        paper.text(self.left + self.width * 0.66, y, " · ".join(middle), 7.5, align="middle", width=60)
        page = tr("Page {page} of {pages}", page=self.page, pages=self.pages or self.page)
        paper.text(self.right, y, page, 7.5, align="right", width=self.width * 0.16)
        paper.next_page()
        self.page += 1

    def room(self, y: float, needed: float) -> float:
        """``y`` if ``needed`` mm fit below it, else the top of a new page with its head."""
        if y + needed <= self.floor:
            return y
        self.end_page()
        return self.head()

    def heading(self, y: float, words: str) -> float:
        """The name of a part; returns the y of its foot."""
        y += 8.5
        self.paper.text(self.left, y, words, 11.5, bold=True, width=self.width)
        return y


def station_said(sheet: DailySheet, paper: Paper) -> str:
    """Code and name of the station, the code alone where the name cannot be set."""
    name = sheet.station_name if can_set(sheet.station_name, paper.faces) else ""
    return f"{sheet.station_code} · {name}" if name else sheet.station_code
