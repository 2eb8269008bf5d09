"""The page of the daily sheet that is signed: how it stands, the number, how it balances, who, and where they sleep."""

from __future__ import annotations

from collections.abc import Sequence

from shelterdesk.core.sheet import (
    BlockOccupancy,
    DailySheet,
    Nationalities,
    NationalityCount,
    SheetBand,
    capacity_of_site,
)
from shelterdesk.core.vocabulary import Missing, Sex
from shelterdesk.core.words import ntr, ptr, tr
from shelterdesk.reports.faces import can_set
from shelterdesk.reports.paper import Paper, moment_shown, number_text
from shelterdesk.reports.sheet_blocks import block_table, draw_blocks, draw_share
from shelterdesk.reports.sheet_layout import SheetPages, Stand
from shelterdesk.reports.sheet_words import (
    account_names,
    band_heads,
    day_is_over,
    facility_figures,
    missing_said,
    sex_names,
    silence_said,
)
from shelterdesk.reports.tables import MARK, Column, Table

DESKS_SHOWN = 6
"""Desks named on the one page; the others are one line."""

_LEAST_ROWS = 16
"""Rows the two lists below each other's heads have whatever stands above them."""

LINE, LINE_MOST = 3.9, 5.6
"""Height of a table's line in mm: what a full page leaves, and what reads best."""

_SIGNING_ROOM = 13.0
_GUTTER = 9.0

CAME = ("arrivals", "births", "moved_in", "returned")
LEFT = ("departures_bus", "departures_other", "absences", "deaths", "moved_out")


class SignedPage(SheetPages):
    """The first page, its tables' lines ``line`` mm high."""

    def __init__(
        self, sheet: DailySheet, stand: Stand, paper: Paper, line: float = LINE, pages: int = 0
    ) -> None:
        super().__init__(sheet, paper, tr("Daily occupancy sheet"), pages)
        self.stand, self.line = stand, line
        self.blocks: list[BlockOccupancy] = []
        self.nationalities = Nationalities()
        """What of the two lists finds room on the page; what is over is summed in a line and written out later."""
        self.has_marks = False
        """Whether a number was marked that is another then and now."""
        self.room_per_line = 0.0
        """Millimetres each line could still grow, known once drawn."""

    @property
    def _signature_line(self) -> float:
        return self.paper.height - 25.0

    def draw(self) -> None:
        """Everything, in reading order."""
        y = self._standing(self.head())
        y = max(self._hero(y), self._balance(y))
        y = self._sex_age(y + 7.0)
        self._fit_lists(y + 7.0)
        y = max(self._blocks(y + 7.0), self._nationalities(y + 7.0))
        y = self._facilities(y + 6.0)
        y = self._marks_said(y)
        stretching = max(len(self.blocks) + 1, len(self.nationalities.shown)) + 2 + len(Sex) + 1
        self.room_per_line = max(0.0, self._signature_line - _SIGNING_ROOM - y) / stretching
        self._signatures()
        self.end_page()

    @property
    def sums_blocks(self) -> bool:
        """Whether not every block stood on the page."""
        return len(self.blocks) < len(self.sheet.blocks)

    @property
    def sums_nationalities(self) -> bool:
        """Whether not every nationality stood on the page."""
        return bool(self.nationalities.rest)

    def _fit_lists(self, y: float) -> None:
        """As many blocks and nationalities as there are lines between ``y`` and the room for signing."""
        below = (
            1.6 + 6.0 + 7.0 + 5.5
        )  # the rule under the heads, the figures of the site, what the mark means
        rows = int((self._signature_line - _SIGNING_ROOM - below - y) / LINE)
        rows = max(_LEAST_ROWS, rows)
        self.blocks = _blocks_within(self.sheet.blocks, rows - 3)
        counted = self.sheet.nationalities
        fits = len(counted.shown) + (1 if counted.rest else 0) <= rows - 1
        self.nationalities = counted.within(len(counted.shown) if fits else rows - 2)

    def _standing(self, y: float) -> float:
        """Frozen when and by whom; else PROVISIONAL, large, and the desks whose work may be missing."""
        paper, x = self.paper, self.left
        if self.stand.is_frozen:
            paper.text(x, y + 6.5, frozen_said(self.stand), 11, bold=True, width=self.width)
            return self._silent(x, y + 6.5, self.width)
        words, size = tr("AS KNOWN NOW") if self.stand.shows_now else tr("PROVISIONAL"), 21.0
        wide = min(paper.text_width(words, size, bold=True), self.width * 0.4)
        start = x + 3.5 + wide + 7.0
        first = y + 6.3
        paper.text(start, first, self._why_provisional(), 9, width=self.right - start - 3)
        foot = max(self._silent(start, first, self.right - start - 3), y + 11.0)
        high = foot - y + 0.4
        paper.text(x + 3.5, y + 1.6 + high / 2 + 2.6, words, size, bold=True, width=wide + 0.5)
        self._frame(y + 2.2, high)
        return y + 2.2 + high - 1.0

    def _frame(self, y: float, high: float) -> None:
        """A heavy frame across the page, to be seen before anything else."""
        for edge in (y, y + high):
            self.paper.rule(self.left, edge, self.width, weight=1.4, ink=0.0)
        for edge in (self.left, self.right):
            self.paper.upright(edge, y, high, weight=1.4)

    def _why_provisional(self) -> str:
        """Why the numbers may still change, or what they stand beside."""
        if self.stand.shows_now and self.stand.other is not None:
            then = ntr("{n} person then.", "{n} people then.", self.stand.other.present)
            return f"{frozen_said(self.stand)} {then}"
        if day_is_over(self.sheet):
            return tr("Nobody has frozen this sheet yet; the numbers may still change.")
        return tr("The day is not over yet; the numbers will still change.")

    def _silent(self, x: float, y: float, width: float) -> float:
        """The desks not heard from, since when; or that none is missing. ``y`` is the foot of the line before."""
        paper, silent = self.paper, self.sheet.silent_desks
        if not silent:
            said = tr("All desks of the station are in these numbers.")
            paper.text(x, y + 4.4, said, 9, width=width)
            return y + 4.4
        y += 4.4
        paper.text(x, y, tr("Not heard from, their work is not in these numbers:"), 9, bold=True, width=width)
        told = [silence_said(desk) for desk in silent[:DESKS_SHOWN]]
        if len(silent) > DESKS_SHOWN:
            more = len(silent) - DESKS_SHOWN + 1
            told[-1] = ntr("{n} more desk", "{n} more desks", more)
        for place, line in enumerate(told):
            at = x + (width / 2) * (place % 2)
            paper.text(at, y + 4.2 * (1 + place // 2), line, 8.5, width=width / 2 - 3)
        return y + 4.2 * ((len(told) + 1) // 2)

    def _mark(self, name: str) -> str:
        """The sign behind a number of the sheet that is another then and now."""
        other = self.stand.other
        return self._marked(other is not None and getattr(other, name) != getattr(self.sheet, name))

    def _marked(self, differs: bool) -> str:
        self.has_marks = self.has_marks or differs
        return MARK if differs else ""

    def _marks_said(self, y: float) -> float:
        """What the sign behind a number means, and the numbers in full are on a later page."""
        if not self.has_marks:
            return y
        said = tr("* is another number then and now: the table on a later page shows both.")
        self.paper.text(self.left, y + 5.5, said, 8.5, bold=True, width=self.width)
        return y + 5.5

    def _hero(self, y: float) -> float:
        """The number that matters, large, and beneath it what qualifies it."""
        sheet, paper, width = self.sheet, self.paper, 54.0
        paper.text(self.left, y + 6.5, tr("People in the house"), 9.5, bold=True, width=width)
        wide = paper.text(self.left - 0.6, y + 23.0, number_text(sheet.present), 48, bold=True, width=width)
        if self._mark("present"):
            paper.text(self.left + wide, y + 23.0, MARK, 24, bold=True)
        usable = sheet.site.capacity - sheet.site.blocked
        notes = [
            tr("of which {n} not yet named", n=number_text(sheet.of_which_unnamed))
            + self._mark("of_which_unnamed")
        ]
        percent = sheet.occupancy_percent
        if percent is not None and usable > 0:
            notes.append(tr("{percent} % of {places} places", percent=percent, places=number_text(usable)))
        else:
            notes.append(tr("no places recorded"))
        foot = y + 29.0
        for note in notes:
            paper.text(self.left, foot, note, 9.5, width=width)
            foot += 4.6
        return foot

    def _balance(self, y: float) -> float:
        """Three columns: who came, who left, and what that gives against who is there."""
        sheet, names = self.sheet, account_names()
        start = self.left + 60.0
        width = (self.right - start - 2 * 6.0) / 3
        feet = []
        for place, (head, parts, total) in enumerate(
            (
                (ptr("daily sheet", "Came"), CAME, number_text(sheet.came) + self._mark("came")),
                (ptr("daily sheet", "Left"), LEFT, number_text(sheet.left) + self._mark("left")),
            )
        ):
            rows = [(names[name], number_text(getattr(sheet, name)) + self._mark(name)) for name in parts]
            feet.append(self._account(start + place * (width + 6), y, width, head, rows, total))
        feet.append(self._result(start + 2 * (width + 6), y, width))
        return max(feet)

    def _account(
        self, x: float, y: float, width: float, head: str, rows: Sequence[tuple[str, str]], total: str
    ) -> float:
        self.paper.text(x, y + 6.5, head, 9.5, bold=True, width=width)
        foot = y + 8.3
        self.paper.rule(x, foot, width, weight=0.6, ink=0.0)
        for label, count in rows:
            foot = self._account_row(x, foot, width, label, count)
        foot = y + 8.3 + 4.7 * 5
        self.paper.rule(x, foot + 1.3, width)
        return self._account_row(x, foot + 1.0, width, tr("Sum"), total, bold=True)

    def _account_row(
        self, x: float, y: float, width: float, label: str, value: str, bold: bool = False
    ) -> float:
        y += 4.7
        said = value.removesuffix(MARK)
        self.paper.text(x, y, label, 8.5, bold=bold, width=width - 13)
        self.paper.text(x + width, y, said, 8.5, bold=bold, align="right", width=12)
        if said != value:
            self.paper.text(x + width + 0.3, y, MARK, 8.5, bold=True)
        return y

    def _result(self, x: float, y: float, width: float) -> float:
        """The arithmetic, ending in the difference: boxed when it is not zero, always written."""
        sheet, paper = self.sheet, self.paper
        paper.text(x, y + 6.5, tr("Balance"), 9.5, bold=True, width=width)
        foot = y + 8.3
        paper.rule(x, foot, width, weight=0.6, ink=0.0)
        for label, value in (
            (tr("Day before"), number_text(sheet.present_prev) + self._mark("present_prev")),
            (tr("Came less left"), number_text(sheet.came - sheet.left, signed=True)),
            (tr("Corrections"), number_text(sheet.corrections, signed=True) + self._mark("corrections")),
            (ptr("daily sheet", "Gives"), number_text(sheet.expected)),
            (ptr("daily sheet", "Present"), number_text(sheet.present) + self._mark("present")),
        ):
            foot = self._account_row(x, foot, width, label, value)
        paper.rule(x, foot + 1.3, width)
        foot = self._account_row(
            x,
            foot + 1.0,
            width,
            tr("Difference"),
            number_text(sheet.difference, signed=True) + self._mark("difference"),
            bold=True,
        )
        if sheet.difference:
            paper.box(x - 1.2, foot - 3.7, width + 2.4, 5.2)
            foot += 4.6
            paper.text(x + width + 1.2, foot, tr("does not balance"), 8, align="right", width=width)
        return foot

    def _sex_age(self, y: float) -> float:
        """Sex × age of those present, with who is not in the table said below it."""
        counts, paper, other = self.sheet.sex_age, self.paper, self.stand.other
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
            cells = [
                number_text(counts.cell(sex, band))
                + self._marked(other is not None and other.sex_age.cell(sex, band) != counts.cell(sex, band))
                for band in SheetBand
            ]
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
        width = (self.width - _GUTTER) * 0.63
        y = draw_blocks(
            self.paper, self.left, y, width, self.blocks, self.sheet.site, self.line, self._mark_of_block
        )
        table, bar = block_table(self.paper, self.left, width, self.line)
        share, percent = self.left + width - bar + 2, self.sheet.occupancy_percent
        away = self.sheet.without_a_place
        label = tr("Without a place") if away >= 0 else tr("Placed, not present")
        y = table.row(y, [label, "", "", number_text(abs(away)), "", "", "", ""])
        # People for all usable places, those without one among them (OC1): apart, it is no sum of the column.
        draw_share(self.paper, share, y, bar - 2, percent, self.line)
        said = "–" if percent is None else str(percent)
        return table.row(y, [tr("Present"), "", "", number_text(self.sheet.present), "", "", said, ""])

    def _mark_of_block(self, block: BlockOccupancy, name: str) -> str:
        """The sign behind a number of a block, or of the blocks summed in the last line, that is another then and now."""
        other = self.stand.other
        if other is None:
            return ""
        own = {one.block for one in self.sheet.blocks}
        codes = {block.block} if block.block in own else own - {one.block for one in self.blocks}
        known = sum(getattr(one.places, name) for one in other.blocks if one.block in codes)
        return self._marked(known != getattr(block.places, name))

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
            y = table.row(y, [name, number_text(one.count) + self._mark_of_nation(one)])
        if counted.rest:
            said = ntr("{n} other nationality", "{n} other nationalities", counted.rest_kinds)
            y = table.row(y, [said, number_text(counted.rest)])
        return table.row(y, [ptr("total of a column", "All"), number_text(counted.total)], last=True)

    def _mark_of_nation(self, one: NationalityCount) -> str:
        other = self.stand.other
        if other is None:
            return ""
        known = {each.code: each.count for each in other.nationalities.shown}
        return self._marked(known.get(one.code, 0) != one.count)

    def _facilities(self, y: float) -> float:
        """What was counted of the site, in one line of figures; each absence is said in words."""
        shown, other = facility_figures(self.sheet.facilities), self.stand.other
        known = shown if other is None else facility_figures(other.facilities)
        step = self.width / len(shown)
        for place, (label, value) in enumerate(shown):
            x = self.left + place * step
            mark = self._marked(known[place][1] != value)
            lines = self.paper.lines(label, step - 1.5, 6.8)[:2]
            for line, words in enumerate(lines):
                self.paper.text(
                    x, y + 2.6 * line + (0 if len(lines) > 1 else 2.6), words, 6.8, width=step - 1.5
                )
            if isinstance(value, Missing):
                said = missing_said(value) + mark
                self.paper.text(x, y + 6.8, said, 6.8, width=step - 1.5, ink=0.35)
            else:
                self.paper.text(x, y + 7.0, number_text(value) + mark, 10, bold=True, width=step - 1.5)
        return y + 7.0

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


def frozen_said(stand: Stand) -> str:
    """When and by whom a sheet was frozen, in a sentence; nothing for one that was not."""
    if stand.frozen_at is None:
        return ""
    when = moment_shown(stand.frozen_at)
    if not stand.frozen_by:
        return tr("Frozen {when} by the program; nobody had signed.", when=when)
    return tr("Frozen {when} by {name}.", when=when, name=stand.frozen_by)


def _blocks_within(blocks: Sequence[BlockOccupancy], limit: int) -> list[BlockOccupancy]:
    """The blocks in at most ``limit`` lines, the last of them the sum of those that do not fit."""
    if len(blocks) <= limit:
        return list(blocks)
    rest = blocks[limit - 1 :]
    summed = capacity_of_site(block.places for block in rest)
    name = ntr("{n} more block", "{n} more blocks", len(rest))
    return [*blocks[: limit - 1], BlockOccupancy(name, summed)]
