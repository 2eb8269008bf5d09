"""The supervisor's page behind the sheet: who is overdue, who stays long, what is blocked, meals against people."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from shelterdesk.core.sheet_internal import InternalPage, StayBand
from shelterdesk.core.words import ntr, tr
from shelterdesk.reports.faces import Faces, can_set, find_faces
from shelterdesk.reports.paper import Paper, PaperName, Written, day_text, moment_shown, number_text
from shelterdesk.reports.sheet_blocks import block_name
from shelterdesk.reports.sheet_layout import MARGIN
from shelterdesk.reports.sheet_words import measured_said
from shelterdesk.reports.tables import Column, Table
from shelterdesk.reports.target import write_whole

_LINE = 6.0
_FOOT = 19.0


def write_internal(
    page: InternalPage, target: Path | BinaryIO, *, paper: PaperName = "a4", faces: Faces | None = None
) -> Written:
    """Write the page as a PDF, marked as not to be posted, in the language now spoken.

    Counts only; a second page only for more blocked places than one holds. Raises :class:`DiskFull` or
    :class:`CannotWrite`.
    """
    found = faces or find_faces()
    tried = _Internal(page, Paper(paper, found, tr("Internal page")), 0)
    pages = tried.draw()
    drawn = _Internal(page, Paper(paper, found, tr("Internal page")), pages)
    drawn.draw()
    write_whole(target, drawn.paper.finished())
    return Written(pages=pages, left_out=[])


class _Internal:
    """The page being drawn."""

    def __init__(self, page: InternalPage, paper: Paper, pages: int) -> None:
        self.page, self.paper, self.pages, self.number = page, paper, pages, 1
        self.left, self.right = MARGIN, paper.width - MARGIN
        self.width = self.right - self.left

    def draw(self) -> int:
        """Everything; returns how many pages it took."""
        y = self._counts(self._head())
        half = (self.width - 10.0) / 2
        y = max(self._stays(y, half), self._meals(y, self.left + half + 10.0, half))
        self._blocked(y)
        self._foot()
        return self.number

    def _head(self) -> float:
        """That it is internal, larger than anything else; then station, day and moment."""
        page, paper = self.page, self.paper
        if page.practice:
            paper.practice_mark()
        paper.box(self.left, 13.5, self.width, 12.0, fill=0.0)
        paper.text(
            paper.width / 2, 22.3, tr("INTERNAL · NOT TO BE POSTED"), 19, bold=True, align="middle",
            width=self.width - 6, ink=1.0,
        )  # fmt: skip
        name = page.station_name if can_set(page.station_name, paper.faces) else ""
        station = f"{page.station_code} · {name}" if name else page.station_code
        paper.text(self.left, 33.5, station, 12, bold=True, width=self.width * 0.6)
        day = day_text(page.service_day)
        paper.text(self.right, 33.5, day, 12, bold=True, align="right", width=self.width * 0.38)
        said = tr("At the end of the day: {when}", when=moment_shown(page.to_at))
        if page.provisional:
            said = " · ".join((tr("PROVISIONAL"), said))
        paper.text(self.left, 39.0, said, 9, width=self.width)
        paper.rule(self.left, 41.5, self.width, weight=1.2, ink=0.0)
        return 41.5

    def _counts(self, y: float) -> float:
        """The numbers that ask for something to be done, each with what it counts."""
        page = self.page
        y = self._heading(y, tr("To look into"))
        for count, said in (
            (page.stay_over, tr("are past the last day of their stay")),
            (
                page.outside,
                ntr(
                    "are out of the gate for more than {n} hour, hospital not counted",
                    "are out of the gate for more than {n} hours, hospital not counted",
                    page.outside_hours,
                ),
            ),
            (
                page.long_stay,
                ntr(
                    "have been here for more than {n} day",
                    "have been here for more than {n} days",
                    page.long_stay_days,
                ),
            ),
            (page.without_place, tr("are present without a place to sleep")),
            (page.two_places, tr("have two places at once")),
        ):
            y += 8.2
            self.paper.text(self.left + 20, y, number_text(count), 16, bold=True, align="right", width=20)
            self.paper.text(self.left + 25, y, said, 11, width=self.width - 25)
            self.paper.rule(self.left, y + 2.4, self.width, weight=0.25)
        return y + 2.4

    def _stays(self, y: float, width: float) -> float:
        """How long people have been here, in bands."""
        y = self._heading(y, tr("How long they have been here"))
        columns = [
            Column(self.left, tr("Days"), width - 20, "left"),
            Column(self.left + width, tr("People"), 18),
        ]
        table = Table(self.paper, columns, _LINE)
        y = table.heading(y + 6.5)
        for band in self.page.bands:
            y = table.row(y, [_band_said(band), number_text(band.count)])
        outside = self.page.present - sum(band.count for band in self.page.bands)
        if outside > 0:
            said = ntr(
                "{n} person present is counted but not in this table.",
                "{n} people present are counted but not in this table.",
                outside,
            )
            y += 4.0
            self.paper.text(self.left, y, said, 8, width=width)
        return y

    def _meals(self, y: float, x: float, width: float) -> float:
        """Portions served against the people present."""
        y = self._heading(y, tr("Meals against the people present"), x)
        columns = [
            Column(x, tr("Meal"), width * 0.34, "left"),
            Column(x + width * 0.58, tr("Portions"), 24),
            Column(x + width * 0.8, tr("People"), 16),
            Column(x + width, "%", 14),
        ]
        table = Table(self.paper, columns, _LINE)
        y = table.heading(y + 6.5)
        names = {"BREAKFAST": tr("Breakfasts"), "LUNCH": tr("Lunches"), "DINNER": tr("Dinners")}
        for meal in self.page.meals:
            percent = "–" if meal.percent is None else number_text(meal.percent)
            cells = [measured_said(meal.served), number_text(meal.present), percent]
            y = table.row(y, [names.get(meal.meal, meal.meal), *cells])
        return y

    def _blocked(self, y: float) -> float:
        """Places nobody may be given, and those still in them."""
        y = self._heading(y, tr("Blocked and closed places"))
        if not self.page.blocked:
            self.paper.text(self.left, y + 6.5, tr("No place is blocked or closed."), 9.5, width=self.width)
            return y + 6.5
        table = self._blocked_table()
        y = table.heading(y + 6.5)
        for place, one in enumerate(self.page.blocked, start=1):
            if y + _LINE > self.paper.height - _FOOT:
                self._foot()
                self.number += 1
                y = table.heading(self._head() + 7.0)
            state = tr("closed") if one.closed else number_text(one.blocked)
            reason = one.reason or ""
            shown = reason if can_set(reason, self.paper.faces) else "–"
            y = table.row(
                y, [block_name(one.code, place, self.paper), state, number_text(one.occupied), shown]
            )
        return y

    def _blocked_table(self) -> Table:
        columns = [
            Column(self.left, tr("Place"), self.width * 0.26, "left"),
            Column(self.left + self.width * 0.40, tr("Blocked"), 22),
            Column(self.left + self.width * 0.55, tr("People in it"), 25),
            Column(self.left + self.width * 0.58, tr("Reason"), self.width * 0.42, "left"),
        ]
        return Table(self.paper, columns, _LINE, to=self.right)

    def _heading(self, y: float, words: str, x: float | None = None) -> float:
        y += 10.0
        start = self.left if x is None else x
        wide = self.width if x is None and y < 60 else self.right - start
        self.paper.text(start, y, words, 11.5, bold=True, width=wide)
        return y

    def _foot(self) -> None:
        page, paper, y = self.page, self.paper, self.paper.height - 12.8
        paper.rule(self.left, y - 3.6, self.width)
        by = page.generated_by if can_set(page.generated_by, paper.faces) else ""
        printed = tr("Printed by {name}, {when}", name=by or "–", when=moment_shown(page.generated_at))
        paper.text(self.left, y, printed, 7.5, width=self.width * 0.7)
        said = tr("Page {page} of {pages}", page=self.number, pages=self.pages or self.number)
        paper.text(self.right, y, said, 7.5, align="right", width=self.width * 0.2)
        paper.next_page()


def _band_said(band: StayBand) -> str:
    """``2 to 5``, ``31 and more``, ``0``."""
    if band.high is None:
        return tr("{n} and more", n=band.low)
    if band.high == band.low:
        return str(band.low)
    return tr("{low} to {high}", low=band.low, high=band.high)
