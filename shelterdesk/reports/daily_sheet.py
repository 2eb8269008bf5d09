"""The daily occupancy sheet on one page: the number of the morning, how it balances, what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from shelterdesk.core.cards import bed_code_for_card
from shelterdesk.core.sheet import (
    STATE_LENGTH,
    BlockOccupancy,
    Capacity,
    DailySheet,
    Nationalities,
    SheetBand,
    capacity_of_site,
)
from shelterdesk.core.vocabulary import Missing, Sex
from shelterdesk.core.words import ntr, ptr, tr
from shelterdesk.reports.faces import Faces, can_set, find_faces
from shelterdesk.reports.paper import (
    GREY,
    Paper,
    PaperName,
    Written,
    day_text,
    moment_shown,
    number_text,
)
from shelterdesk.reports.sheet_words import (
    band_heads,
    facility_figures,
    missing_said,
    sex_names,
    silence_said,
)
from shelterdesk.reports.tables import Column, Table
from shelterdesk.reports.target import write_whole

BLOCKS_SHOWN = 12
NATIONALITIES_SHOWN = 15
DESKS_SHOWN = 4
"""Lines each list may take on the one page; what is over is summed in a line of its own."""

_MARGIN = 14.0
_SIGNING_ROOM = 13.0
_GUTTER = 9.0
_LINE, _LINE_MOST = 3.9, 5.6
"""Height of a table's line in mm: what a full page leaves, and what reads best."""


def write_daily_sheet(
    sheet: DailySheet, target: Path | BinaryIO, *, paper: PaperName = "a4", faces: Faces | None = None
) -> Written:
    """Write the sheet as a PDF of one page, in the language now spoken.

    Raises :class:`DiskFull` or :class:`CannotWrite`. What the faces cannot set is replaced by its code and
    named in the result; ask :func:`sheet_warnings` before printing.
    """
    found = faces or find_faces()
    title = tr("Daily occupancy sheet")
    tried = _Drawing(sheet, Paper(paper, found, title), _LINE)
    tried.draw()
    drawing = _Drawing(sheet, Paper(paper, found, title), min(_LINE_MOST, _LINE + tried.room_per_line))
    drawing.draw()
    write_whole(target, drawing.paper.finished())
    return Written(pages=1, left_out=sheet_warnings(sheet, found))


def sheet_warnings(sheet: DailySheet, faces: Faces | None = None) -> list[str]:
    """What the sheet will not show as it is written, for want of a face for its script."""
    found = faces or find_faces()
    said = []
    if not can_set(sheet.station_name, found):
        said.append(
            tr("The name of the station cannot be printed on this laptop: {name}", name=sheet.station_name)
        )
    if not can_set(sheet.generated_by, found):
        said.append(tr("Your name cannot be printed on this laptop; sign the sheet by hand."))
    codes = [one.code for one in sheet.nationalities.shown if not can_set(one.name, found)]
    if codes:
        said.append(tr("Some nationalities are printed by their code: {codes}", codes=", ".join(codes)))
    if any(not can_set(block.block, found) for block in sheet.blocks):
        said.append(tr("Some block names cannot be printed on this laptop; they are numbered instead."))
    return said


class _Drawing:
    """One sheet being drawn from top to foot, its tables' lines ``line`` mm high."""

    def __init__(self, sheet: DailySheet, paper: Paper, line: float) -> None:
        self.sheet, self.paper = sheet, paper
        self.left, self.right = _MARGIN, paper.width - _MARGIN
        self.width = self.right - self.left
        self.blocks = _blocks_within(sheet.blocks, BLOCKS_SHOWN)
        self.nationalities = sheet.nationalities.within(NATIONALITIES_SHOWN)
        self.line = line
        self.room_per_line = 0.0
        """Millimetres each line could still grow, known once drawn."""

    @property
    def _signature_line(self) -> float:
        return self.paper.height - 25.0

    def draw(self) -> None:
        """Everything, in reading order."""
        if self.sheet.practice:
            self.paper.practice_mark()
        y = self._head()
        y = max(self._hero(y), self._balance(y))
        y = self._sex_age(y + 7.0)
        y = max(self._blocks(y + 7.0), self._nationalities(y + 7.0))
        y = self._facilities(y + 6.0)
        y = self._desks(y + 5.5)
        stretching = max(len(self.blocks) + 1, len(self.nationalities.shown)) + 2 + len(Sex) + 1
        self.room_per_line = max(0.0, self._signature_line - _SIGNING_ROOM - y) / stretching
        self._signatures()
        self._foot()
        self.paper.next_page()

    def _head(self) -> float:
        """Title, station and the limits of the day; returns the y below."""
        sheet, paper = self.sheet, self.paper
        y = 19.0
        paper.text(self.left, y, tr("Daily occupancy sheet"), 19, bold=True, width=self.width * 0.57)
        day = day_text(sheet.service_day)
        paper.text(self.right, y, day, 13, bold=True, align="right", width=self.width * 0.4)
        y += 6.2
        name = sheet.station_name if can_set(sheet.station_name, paper.faces) else ""
        station = f"{sheet.station_code} · {name}" if name else sheet.station_code
        paper.text(self.left, y, station, 11, width=self.width * 0.42)
        limits = tr("from {start} to {end}", start=moment_shown(sheet.from_at), end=moment_shown(sheet.to_at))
        paper.text(self.right, y, limits, 9, align="right", width=self.width * 0.56)
        y += 3.2
        paper.rule(self.left, y, self.width, weight=1.2, ink=0.0)
        return y

    def _hero(self, y: float) -> float:
        """The number that matters, large, and beneath it what qualifies it."""
        sheet, paper, width = self.sheet, self.paper, 54.0
        paper.text(self.left, y + 6.5, tr("People in the house"), 9.5, bold=True, width=width)
        paper.text(self.left - 0.6, y + 23.0, number_text(sheet.present), 48, bold=True, width=width)
        usable = sheet.site.capacity - sheet.site.blocked
        notes = [tr("of which {n} not yet named", n=number_text(sheet.of_which_unnamed))]
        percent = sheet.occupancy_percent
        if percent is not None and usable > 0:
            notes.append(tr("{percent} % of {places} places", percent=percent, places=number_text(usable)))
        else:
            notes.append(tr("no places recorded"))
        foot = y + 29.0
        for note in notes:
            paper.text(self.left, foot, note, 9.5, width=width)
            foot += 4.6
        if sheet.provisional:
            paper.text(self.left, foot + 0.6, tr("PROVISIONAL"), 9.5, bold=True, width=width)
            foot += 5.0
        return foot

    def _balance(self, y: float) -> float:
        """Three columns: who came, who left, and what that gives against who is there."""
        sheet = self.sheet
        came = [
            (tr("Arrivals"), sheet.arrivals),
            (tr("Births"), sheet.births),
            (tr("Moved in"), sheet.moved_in),
            (tr("Returned"), sheet.returned),
        ]
        left = [
            (tr("Left by bus"), sheet.departures_bus),
            (tr("Left otherwise"), sheet.departures_other),
            (ptr("daily sheet", "Absent"), sheet.absences),
            (tr("Deaths"), sheet.deaths),
            (tr("Moved out"), sheet.moved_out),
        ]
        start = self.left + 60.0
        width = (self.right - start - 2 * 6.0) / 3
        feet = [
            self._account(start, y, width, ptr("daily sheet", "Came"), came, sheet.came),
            self._account(start + width + 6, y, width, ptr("daily sheet", "Left"), left, sheet.left),
            self._result(start + 2 * (width + 6), y, width),
        ]
        return max(feet)

    def _account(
        self, x: float, y: float, width: float, head: str, rows: Sequence[tuple[str, int]], total: int
    ) -> float:
        self.paper.text(x, y + 6.5, head, 9.5, bold=True, width=width)
        foot = y + 8.3
        self.paper.rule(x, foot, width, weight=0.6, ink=0.0)
        for label, count in rows:
            foot = self._account_row(x, foot, width, label, number_text(count))
        foot = y + 8.3 + 4.7 * 5
        self.paper.rule(x, foot + 1.3, width)
        return self._account_row(x, foot + 1.0, width, tr("Sum"), number_text(total), bold=True)

    def _account_row(
        self, x: float, y: float, width: float, label: str, value: str, bold: bool = False
    ) -> float:
        y += 4.7
        self.paper.text(x, y, label, 8.5, bold=bold, width=width - 13)
        self.paper.text(x + width, y, value, 8.5, bold=bold, align="right", width=12)
        return y

    def _result(self, x: float, y: float, width: float) -> float:
        """The arithmetic, ending in the difference: boxed when it is not zero, always written."""
        sheet, paper = self.sheet, self.paper
        paper.text(x, y + 6.5, tr("Balance"), 9.5, bold=True, width=width)
        foot = y + 8.3
        paper.rule(x, foot, width, weight=0.6, ink=0.0)
        for label, value in (
            (tr("Day before"), number_text(sheet.present_prev)),
            (tr("Came less left"), number_text(sheet.came - sheet.left, signed=True)),
            (tr("Corrections"), number_text(sheet.corrections, signed=True)),
            (ptr("daily sheet", "Gives"), number_text(sheet.expected)),
            (ptr("daily sheet", "Present"), number_text(sheet.present)),
        ):
            foot = self._account_row(x, foot, width, label, value)
        paper.rule(x, foot + 1.3, width)
        foot = self._account_row(
            x, foot + 1.0, width, tr("Difference"), number_text(sheet.difference, signed=True), bold=True
        )
        if sheet.difference:
            paper.box(x - 1.2, foot - 3.7, width + 2.4, 5.2)
            foot += 4.6
            paper.text(x + width + 1.2, foot, tr("does not balance"), 8, align="right", width=width)
        return foot

    def _sex_age(self, y: float) -> float:
        """Sex × age of those present, with who is not in the table said below it."""
        counts, paper = self.sheet.sex_age, self.paper
        heads = band_heads()
        first = 40.0
        step = (self.width - first) / (len(SheetBand) + 1)
        columns = [Column(self.left, tr("Sex and age"), first - 2, "left")]
        for place, band in enumerate(SheetBand, start=1):
            columns.append(Column(self.left + first + place * step, heads[band], step - 1.5))
        columns.append(Column(self.right, ptr("total of a row", "All"), step - 1.5))
        table = Table(self.paper, columns, self.line)
        y = table.heading(y)
        names = sex_names()
        for sex in Sex:
            cells = [number_text(counts.cell(sex, band)) for band in SheetBand]
            y = table.row(y, [names[sex], *cells, number_text(counts.of_sex(sex))])
        sums = [number_text(counts.of_band(band)) for band in SheetBand]
        y = table.row(y, [ptr("total of a column", "All"), *sums, number_text(counts.total)], last=True)
        outside = self.sheet.present - counts.total
        if outside > 0:
            said = ntr(
                "{n} person present is counted but not in this table.",
                "{n} people present are counted but not in this table.",
                outside,
            )
            y += 4.0
            paper.text(self.left, y, said, 8, width=self.width)
        elif outside < 0:
            y += 4.0
            said = tr("This table holds {n} more than are present.", n=number_text(-outside))
            paper.text(self.left, y, said, 8, width=self.width)
        return y

    def _blocks(self, y: float) -> float:
        """Places by block, with a bar for the share taken and its value beside it."""
        x, width = self.left, (self.width - _GUTTER) * 0.63
        first, bar = width * 0.2, width * 0.14
        step = (width - first - bar) / 6
        heads = (
            tr("Places"),
            tr("Blocked"),
            ptr("daily sheet", "Taken"),
            ptr("daily sheet", "Free"),
            ptr("daily sheet", "Over"),
            tr("% full"),
        )
        columns = [Column(x, tr("Block"), first - 2, "left")]
        for place, head in enumerate(heads, start=1):
            columns.append(Column(x + first + place * step, head, step - 0.8))
        columns.append(Column(x + width, "", bar))
        table = Table(self.paper, columns, self.line)
        y = table.heading(y)
        for place, block in enumerate(self.blocks, start=1):
            self._bar(x + width - bar + 2, y, bar - 2, block.places.percent)
            y = table.row(y, [self._block_name(block.block, place), *_places(block.places), ""])
        site, percent = self.sheet.site, self.sheet.occupancy_percent
        self._bar(x + width - bar + 2, y, bar - 2, site.percent)
        y = table.row(y, [ptr("total of a column", "All"), *_places(site), ""], last=True)
        away = self.sheet.without_a_place
        label = tr("Without a place") if away >= 0 else tr("Placed, not present")
        y = table.row(y, [label, "", "", number_text(abs(away)), "", "", "", ""])
        # People for all usable places, those without one among them (OC1): apart, it is no sum of the column.
        self._bar(x + width - bar + 2, y, bar - 2, percent)
        share = "–" if percent is None else str(percent)
        return table.row(y, [tr("Present"), "", "", number_text(self.sheet.present), "", "", share, ""])

    def _block_name(self, code: str, place: int) -> str:
        """The code where it says only where; a number where it would tell what kind of quarter that is."""
        neutral = bed_code_for_card(code)
        if neutral is None or not can_set(neutral, self.paper.faces):
            return tr("Block {n}", n=place)
        return neutral

    def _bar(self, x: float, y: float, width: float, percent: int | None) -> None:
        """A bar of the share taken; three quarters of ``width`` are 100 %, what is above it is black."""
        if percent is None:
            return
        full, top, high = width * 0.75, y + self.line * 0.32, self.line * 0.36
        self.paper.box(x, top, max(0.2, full * min(percent, 100) / 100), high, fill=GREY)
        if percent > 100:
            self.paper.box(x + full, top, min(width - full, full * (percent - 100) / 100), high, fill=0.0)
        self.paper.upright(x + full, y + self.line * 0.2, self.line * 0.6, weight=0.6)

    def _nationalities(self, y: float) -> float:
        x = self.left + (self.width - _GUTTER) * 0.63 + _GUTTER
        columns = [
            Column(x, tr("Nationality"), self.right - x - 14, "left"),
            Column(self.right, tr("People"), 13),
        ]
        table = Table(self.paper, columns, self.line)
        y = table.heading(y)
        counted: Nationalities = self.nationalities
        for one in counted.shown:
            name = one.name if can_set(one.name, self.paper.faces) else one.code
            y = table.row(y, [name, number_text(one.count)])
        if counted.rest:
            said = ntr("{n} other nationality", "{n} other nationalities", counted.rest_kinds)
            y = table.row(y, [said, number_text(counted.rest)])
        return table.row(y, [ptr("total of a column", "All"), number_text(counted.total)], last=True)

    def _facilities(self, y: float) -> float:
        """What was counted of the site, in one line of figures; each absence is said in words."""
        shown = facility_figures(self.sheet.facilities)
        step = self.width / len(shown)
        for place, (label, value) in enumerate(shown):
            x = self.left + place * step
            lines = self.paper.lines(label, step - 1.5, 6.8)[:2]
            for line, words in enumerate(lines):
                self.paper.text(
                    x, y + 2.6 * line + (0 if len(lines) > 1 else 2.6), words, 6.8, width=step - 1.5
                )
            if isinstance(value, Missing):
                self.paper.text(x, y + 6.8, missing_said(value), 6.8, width=step - 1.5, ink=0.35)
            else:
                self.paper.text(x, y + 7.0, number_text(value), 10, bold=True, width=step - 1.5)
        return y + 7.0

    def _desks(self, y: float) -> float:
        """The desks whose work may be missing above, since when; or that none is."""
        paper, silent = self.paper, self.sheet.silent_desks
        if not silent:
            paper.text(
                self.left, y, tr("All desks of the station are in these numbers."), 8.5, width=self.width
            )
            return y
        paper.text(self.left, y, tr("Not heard from, their work is not in these numbers:"), 8.5, bold=True)
        told = [silence_said(desk) for desk in silent[:DESKS_SHOWN]]
        if len(silent) > DESKS_SHOWN:
            told.append(ntr("{n} more desk", "{n} more desks", len(silent) - DESKS_SHOWN))
        for place, line in enumerate(told[:DESKS_SHOWN]):
            extra = f" · {told[DESKS_SHOWN]}" if place == DESKS_SHOWN - 1 and len(told) > DESKS_SHOWN else ""
            x = self.left + (self.width / 2) * (place % 2)
            paper.text(x, y + 4.2 * (1 + place // 2), line + extra, 8.5, width=self.width / 2 - 3)
        return y + 4.2 * ((min(len(told), DESKS_SHOWN) + 1) // 2)

    def _signatures(self) -> None:
        """Two lines to sign on, at the foot whatever stands above."""
        paper, y = self.paper, self._signature_line
        width = (self.width - 12) / 2
        for place, label in enumerate(
            (tr("Supervisor: name, signature"), tr("Received by: name, signature"))
        ):
            x = self.left + place * (width + 12)
            paper.rule(x, y, width, weight=0.6, ink=0.0)
            paper.text(x, y + 3.6, label, 8, width=width)

    def _foot(self) -> None:
        """Page, who printed it and when, and the state of the data."""
        sheet, paper, y = self.sheet, self.paper, self.paper.height - 12.8
        paper.rule(self.left, y - 3.6, self.width)
        by = sheet.generated_by if can_set(sheet.generated_by, paper.faces) else ""
        printed = tr("Printed by {name}, {when}", name=by or "–", when=moment_shown(sheet.generated_at))
        paper.text(self.left, y, printed, 7.5, width=self.width * 0.46)
        middle = [tr("Data {state}", state=sheet.state[:STATE_LENGTH])]
        if sheet.standard_set and can_set(sheet.standard_set, paper.faces):
            middle.append(sheet.standard_set)
        paper.text(self.left + self.width * 0.66, y, " · ".join(middle), 7.5, align="middle", width=60)
        page = tr("Page {page} of {pages}", page=1, pages=1)
        paper.text(self.right, y, page, 7.5, align="right", width=self.width * 0.16)


def _places(places: Capacity) -> list[str]:
    counts = (places.capacity, places.blocked, places.occupied, places.free, places.excess)
    return [*map(number_text, counts), "–" if places.percent is None else str(places.percent)]


def _blocks_within(blocks: Sequence[BlockOccupancy], limit: int) -> list[BlockOccupancy]:
    """The blocks in at most ``limit`` lines, the last of them the sum of those that do not fit."""
    if len(blocks) <= limit:
        return list(blocks)
    rest = blocks[limit - 1 :]
    summed = capacity_of_site(block.places for block in rest)
    name = ntr("{n} more block", "{n} more blocks", len(rest))
    return [*blocks[: limit - 1], BlockOccupancy(name, summed)]
