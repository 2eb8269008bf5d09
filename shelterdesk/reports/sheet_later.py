"""The pages after the one that is signed: the standards, the last days, then and now, the lists in full."""

from __future__ import annotations

from collections.abc import Sequence

from shelterdesk.core.sheet import DailySheet, Nationalities
from shelterdesk.core.sheet_days import DayPoint
from shelterdesk.core.sheet_difference import Difference
from shelterdesk.core.standards import IndicatorOfDay, Verdict
from shelterdesk.core.words import ntr, ptr, tr
from shelterdesk.reports.chart import draw_days
from shelterdesk.reports.faces import can_set
from shelterdesk.reports.paper import Paper, moment_shown, number_text
from shelterdesk.reports.sheet_blocks import draw_blocks
from shelterdesk.reports.sheet_layout import SheetPages, Stand
from shelterdesk.reports.sheet_page import SignedPage
from shelterdesk.reports.sheet_words import figure_said, measured_said
from shelterdesk.reports.standard_words import StandardCells, set_said, standard_cells
from shelterdesk.reports.tables import Column, Table

_LINE, _SMALL_LINE = 5.0, 4.1
_CHART = 62.0


class LaterPages(SheetPages):
    """What stands behind the ``signed`` page, once that is drawn."""

    def __init__(
        self, sheet: DailySheet, stand: Stand, paper: Paper, *,
        days: Sequence[DayPoint], changed: Sequence[Difference], signed: SignedPage, pages: int = 0,
    ) -> None:  # fmt: skip
        super().__init__(sheet, paper, tr("Daily occupancy sheet"), pages)
        self.stand, self.days, self.changed, self.signed = stand, days, changed, signed
        self.page = 2

    def draw(self) -> int:
        """Everything, on as many pages as it takes; returns the number of the last page, 1 for none."""
        parts = (self._standards, self._chart, self._then_and_now, self._blocks, self._nationalities)
        y = self.head()
        for part in parts:
            y = part(y)
        self.end_page()
        return self.page - 1

    def _standards(self, y: float) -> float:
        """The indicators of the chosen set, what was measured, and the verdict in a word."""
        standards = self.sheet.standards
        if standards is None or not standards.lines:
            said = tr("No set of standards is chosen for this station; an admin chooses one in the settings.")
            y = self.heading(y, tr("Standards"))
            self.paper.text(self.left, y + 6.0, said, 9, width=self.width)
            return y + 6.0
        y = self.heading(y, tr("Standards: {name}", name=set_said(standards)))
        if standards.measured:
            y = self._measured(y, standards.measured)
        lacking = [one for one in standards.lines if one.verdict is Verdict.NOT_MEASURED]
        return self._not_measured(y, lacking) if lacking else y

    def _measured(self, y: float, lines: Sequence[IndicatorOfDay]) -> float:
        """What was measured, against its target."""
        table = self._standards_table()
        y = table.heading(y + 6.0)
        for line in lines:
            if y + _LINE > self.floor:
                y = table.heading(self.room(y, _LINE) + 7.0)
            y = self._standard(table, y, line)
        said = tr("The number of people is that of those present at the end of the day.")
        self.paper.text(self.left, y + 4.2, said, 8, width=self.width)
        return y + 4.2

    def _not_measured(self, y: float, lines: Sequence[IndicatorOfDay]) -> float:
        """What nobody measured, apart from every zero: two columns of names, what is lacking, the target."""
        y = self.room(y, 16.0 + _SMALL_LINE * 4)
        y += 7.0
        words = tr("Not measured")
        self.paper.text(self.left, y, words, 9.5, bold=True, width=self.width)
        self.paper.rule(self.left, y + 1.6, self.width, weight=0.6, ink=0.0)
        y += 1.6
        half, wide = (len(lines) + 1) // 2, (self.width - 8.0) / 2
        rows = [(lines[n], lines[n + half] if n + half < len(lines) else None) for n in range(half)]
        for pair in rows:
            y = self.room(y, _SMALL_LINE)
            for column, line in enumerate(pair):
                if line is not None:
                    self._lacking(self.left + column * (wide + 8.0), y, wide, standard_cells(line))
            y += _SMALL_LINE
            self.paper.rule(self.left, y, self.width, weight=0.25)
        return y

    def _lacking(self, x: float, y: float, width: float, said: StandardCells) -> None:
        """The target takes what it needs, what is lacking stands before it, and the name has the rest of the line."""
        foot, paper, gap = y + _SMALL_LINE * 0.74, self.paper, 2.0
        end = x + width
        end -= paper.text(end, foot, said.target, 7.5, align="right", width=width * 0.42) + gap
        if said.parts:
            end -= paper.text(end, foot, said.parts, 7.5, align="right", width=width * 0.26, ink=0.35) + gap
        paper.text(x, foot, said.name, 7.5, width=end - x)

    def _standards_table(self) -> Table:
        shares = (0.0, 0.385, 0.448, 0.64, 0.662, 0.785)  # numbers end there, words begin there
        at = [self.left + self.width * share for share in shares]
        widths = [self.width * share for share in (0.275, 0.105, 0.06, 0.182, 0.115, 0.215)]
        heads = (
            tr("Indicator"), tr("Measured"), tr("Value"), tr("Target"), tr("Verdict"), tr("Source"),
        )  # fmt: skip
        columns = [Column(at[0], heads[0], widths[0], "left")]
        columns += [Column(at[n], heads[n], widths[n]) for n in (1, 2, 3)]
        columns += [Column(at[n], heads[n], widths[n], "left") for n in (4, 5)]
        return Table(self.paper, columns, _LINE, to=self.right)

    def _standard(self, table: Table, y: float, line: IndicatorOfDay) -> float:
        """One indicator; a verdict that is off is framed, and in a word as everywhere."""
        said = standard_cells(line)
        foot = table.row(y, [said.name, said.parts, said.value, said.target, "", ""])
        paper, base = self.paper, y + _LINE * 0.76
        verdict, source = table.columns[4], table.columns[5]
        bold = line.verdict is Verdict.BEYOND
        wide = paper.text(verdict.at, base, said.verdict, 8.5, bold=bold, width=verdict.width)
        if line.verdict in (Verdict.WORSE, Verdict.BEYOND):
            paper.box(verdict.at - 1.2, y + 0.6, wide + 2.4, _LINE - 1.2)
        if can_set(said.source, paper.faces):
            self._source(source.at, y, base, source.width, said.source)
        return foot

    def _source(self, x: float, y: float, base: float, width: float, said: str) -> None:
        """Where the target was read: in one line, or in two smaller ones."""
        lines = self.paper.lines(said, width, 7)
        if len(lines) <= 1:
            self.paper.text(x, base, said, 7, width=width)
            return
        lines = self.paper.lines(said, width * 1.15, 5.6)
        if len(lines) == 1:
            self.paper.text(x, base, said, 6.2, width=width)
            return
        for place, line in enumerate((lines[0], " ".join(lines[1:]))):
            self.paper.text(x, y + 2.1 + 2.2 * place, line, 5.6, width=width)

    def _chart(self, y: float) -> float:
        """The last days beside each other."""
        if not self.days:
            return y
        y = self.room(y, _CHART + 12.0)
        y = self.heading(y, ntr("The last {n} day", "The last {n} days", len(self.days)))
        return draw_days(self.paper, self.left, y + 4.0, self.width, _CHART, self.days)

    def _then_and_now(self, y: float) -> float:
        """What was frozen beside what is known now; the signed page keeps what was frozen."""
        if not self.changed:
            return y
        y = self.room(y, 14.0 + 3 * _LINE)
        y = self.heading(y, tr("Then and now"))
        columns = [
            Column(self.left, tr("Number"), self.width * 0.46, "left"),
            Column(self.left + self.width * 0.62, ptr("daily sheet", "Then"), 22),
            Column(self.left + self.width * 0.80, ptr("daily sheet", "Now"), 22),
            Column(self.right, tr("Difference"), 22),
        ]
        table = Table(self.paper, columns, _LINE)
        y = table.heading(y + 6.0)
        for one in self.changed:
            if y + _LINE > self.floor:
                y = table.heading(self.room(y, _LINE) + 7.0)
            by = "" if one.by is None else number_text(one.by, signed=True)
            y = table.row(
                y,
                [
                    figure_said(one.number),
                    measured_said(one.then),
                    measured_said(one.now),
                    by,
                ],
            )
        known = self.sheet if self.stand.shows_now else self.stand.other
        if known is not None and self.stand.frozen_at is not None:
            said = tr(
                "Then: as frozen {then}. Now: as known {now}.",
                then=moment_shown(self.stand.frozen_at),
                now=moment_shown(known.generated_at),
            )
            self.paper.text(self.left, y + 4.4, said, 8, width=self.width)
            y += 4.4
        return y

    def _blocks(self, y: float) -> float:
        """Every block, where the signed page had to sum some."""
        blocks = self.sheet.blocks
        if not self.signed.sums_blocks:
            return y
        width = self.width * 0.75
        line = min(_LINE, (self.floor - 50.0) / (len(blocks) + 3))
        y = self.room(y, 20.0 + (len(blocks) + 2) * line)
        y = self.heading(y, tr("All blocks"))
        return draw_blocks(self.paper, self.left, y + 6.0, width, blocks, self.sheet.site, line)

    def _nationalities(self, y: float) -> float:
        """Every nationality in two columns, where the signed page had to sum some."""
        counted: Nationalities = self.sheet.nationalities
        every = counted.within(len(counted.shown)).shown
        if not self.signed.sums_nationalities:
            return y
        half = (len(every) + 1) // 2
        line = min(_LINE, (self.floor - 50.0) / (half + 2))
        y = self.room(y, 20.0 + half * line)
        y = self.heading(y, tr("All nationalities")) + 6.0
        wide = (self.width - 10.0) / 2
        feet = []
        for column, part in enumerate((every[:half], every[half:])):
            x = self.left + column * (wide + 10.0)
            columns = [
                Column(x, tr("Nationality"), wide - 15, "left"),
                Column(x + wide, tr("People"), 13),
            ]
            table = Table(self.paper, columns, line)
            foot = table.heading(y)
            for one in part:
                name = one.name if can_set(one.name, self.paper.faces) else one.code
                foot = table.row(foot, [name, number_text(one.count)])
            feet.append(foot)
        return max(feet)
