"""The daily sheet as tables of a workbook: the same numbers as on paper, and what was not measured in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from shelterdesk.core.moment import known_moment, read_moment
from shelterdesk.core.sheet import DailySheet, Measured, SheetBand
from shelterdesk.core.vocabulary import PRACTICE_ON_PAPER, Missing
from shelterdesk.core.words import ptr, tr
from shelterdesk.reports.daily_sheet import Behind
from shelterdesk.reports.paper import day_text, moment_shown
from shelterdesk.reports.sheet_blocks import neutral_name
from shelterdesk.reports.sheet_page import CAME, LEFT, frozen_said
from shelterdesk.reports.sheet_words import (
    account_names,
    band_heads,
    facility_figures,
    figure_said,
    missing_said,
    sex_names,
    silence_said,
)
from shelterdesk.reports.standard_words import (
    lacking_said,
    set_said,
    spoken,
    target_said,
    verdict_said,
)
from shelterdesk.reports.workbook import Cell, NumberTable, write_workbook


def write_sheet_workbook(sheet: DailySheet, target: Path | BinaryIO, behind: Behind | None = None) -> None:
    """Write the sheet as a workbook (XLSX), a tab for each table of the paper, in the language now spoken.

    Raises :class:`DiskFull` or :class:`CannotWrite`.
    """
    made = known_moment(sheet.generated_at, "UTC") or read_moment(sheet.to_at, "UTC")
    tables = list(sheet_tables(sheet, behind or Behind()))
    if sheet.practice:
        tables = [replace(table, above=(PRACTICE_ON_PAPER, *table.above)) for table in tables]
    write_workbook(tables, target, made)


def sheet_tables(sheet: DailySheet, behind: Behind) -> Iterator[NumberTable]:
    """The tables in the order of the paper; those with nothing to say are left out."""
    yield _balance(sheet, behind)
    yield _sex_age(sheet)
    people = tr("People")
    nations = tuple((one.code, one.name, one.count) for one in sheet.nationalities.shown)
    yield NumberTable(tr("Nationality"), (), (tr("Code"), tr("Nationality"), people), nations)
    yield _blocks(sheet)
    figures = tuple((name, _figure(value)) for name, value in facility_figures(sheet.facilities))
    yield NumberTable(tr("Site"), (), (tr("Figure"), tr("Number")), figures)
    if sheet.standards is not None:
        yield _standards(sheet)
    if behind.days:
        yield _days(behind)
    if behind.changed:
        heads = (tr("Number"), ptr("daily sheet", "Then"), ptr("daily sheet", "Now"), tr("Difference"))
        rows = tuple(
            (figure_said(one.number), _figure(one.then), _figure(one.now), one.by) for one in behind.changed
        )
        yield NumberTable(tr("Then and now"), (), heads, rows)


def _balance(sheet: DailySheet, behind: Behind) -> NumberTable:
    """How the sheet stands, and every number of the balance with its sums."""
    names = account_names()
    limits = tr("from {start} to {end}", start=moment_shown(sheet.from_at), end=moment_shown(sheet.to_at))
    stands = frozen_said(behind.stand) or tr("PROVISIONAL")
    if behind.stand.shows_now:
        stands = ". ".join((tr("AS KNOWN NOW"), stands))
    above = [
        tr("Daily occupancy sheet"),
        f"{sheet.station_code} · {sheet.station_name}",
        f"{day_text(sheet.service_day)}, {limits}",
        stands,
    ]
    if sheet.silent_desks:
        above.append(tr("Not heard from, their work is not in these numbers:"))
        above += [silence_said(desk) for desk in sheet.silent_desks]
    order = ["present", "of_which_unnamed", "present_prev", *CAME]
    rows: list[tuple[Cell, ...]] = [(names[name], getattr(sheet, name)) for name in order]
    rows.append((ptr("daily sheet", "Came"), sheet.came))
    for name in LEFT:
        rows.append((names[name], getattr(sheet, name)))
    rows.append((ptr("daily sheet", "Left"), sheet.left))
    rows.append((names["corrections"], sheet.corrections))
    rows.append((ptr("daily sheet", "Gives"), sheet.expected))
    rows.append((tr("Difference"), sheet.difference))
    return NumberTable(tr("Balance"), tuple(above), (tr("Number"), tr("People")), tuple(rows))


def _sex_age(sheet: DailySheet) -> NumberTable:
    counts, heads = sheet.sex_age, band_heads()
    rows: list[tuple[Cell, ...]] = [
        (name, *(counts.cell(sex, band) for band in SheetBand), counts.of_sex(sex))
        for sex, name in sex_names().items()
    ]
    sums = (counts.of_band(band) for band in SheetBand)
    rows.append((ptr("total of a column", "All"), *sums, counts.total))
    columns = (tr("Sex and age"), *(heads[band] for band in SheetBand), ptr("total of a row", "All"))
    return NumberTable(tr("Sex and age"), (), columns, tuple(rows))


def _blocks(sheet: DailySheet) -> NumberTable:
    heads = (
        tr("Block"), tr("Places"), tr("Blocked"), ptr("daily sheet", "Taken"), ptr("daily sheet", "Free"),
        ptr("daily sheet", "Over"), tr("% full"),
    )  # fmt: skip
    named = [
        (neutral_name(block.block, place), block.places) for place, block in enumerate(sheet.blocks, start=1)
    ]
    named.append((ptr("total of a column", "All"), sheet.site))
    rows = tuple(
        (name, one.capacity, one.blocked, one.occupied, one.free, one.excess, one.percent)
        for name, one in named
    )
    return NumberTable(tr("Blocks"), (), heads, rows)


def _standards(sheet: DailySheet) -> NumberTable:
    """The indicators; where nothing was measured the value is a word and says what is lacking."""
    if sheet.standards is None:
        raise ValueError("this sheet has no standards")
    heads = (
        tr("Code"), tr("Indicator"), tr("Numerator"), tr("Denominator"), tr("Value"), tr("Unit"), tr("Target"),
        tr("Verdict"), tr("Source"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for line in sheet.standards.lines:
        one, measured = line.indicator, line.measured
        value: Cell = measured.value
        if value is None:
            lacking = lacking_said(measured.why)
            value = missing_said(Missing.NOT_MEASURED) + (f": {lacking}" if lacking else "")
        numbers = (measured.numerator, measured.denominator, value)
        words = (one.unit_in(spoken()), target_said(one), verdict_said(line.verdict), one.source)
        rows.append((one.code, one.what_in(spoken()), *numbers, *words))
    title = tr("Standards: {name}", name=set_said(sheet.standards))
    return NumberTable(tr("Standards"), (title, sheet.standards.source), heads, tuple(rows))


def _days(behind: Behind) -> NumberTable:
    """The last days; a day nobody knows says so in every cell."""
    heads = (
        tr("Day"), tr("People in the house"), ptr("daily sheet", "Came"), ptr("daily sheet", "Left"), tr("State"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for one in behind.days:
        numbers = tuple(
            tr("not known") if n is None else n for n in (one.present, one.arrivals, one.departures)
        )
        state = tr("frozen") if one.frozen else tr("provisional") if one.is_known else ""
        rows.append((one.day, *numbers, state))
    return NumberTable(tr("Last days"), (), heads, tuple(rows))


def _figure(value: Measured) -> Cell:
    return missing_said(value) if isinstance(value, Missing) else value
