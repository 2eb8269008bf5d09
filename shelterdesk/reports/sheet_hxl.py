"""The daily sheet as a file other offices read: CSV with a row of HXL tags, a row for each thing counted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import BinaryIO

from shelterdesk.core.sheet import DailySheet, Measured, SheetBand
from shelterdesk.core.standards import IndicatorOfDay
from shelterdesk.core.vocabulary import PRACTICE_ON_PAPER, Missing, Sex
from shelterdesk.reports.matrix_csv import safe_text
from shelterdesk.reports.sheet_blocks import neutral_name
from shelterdesk.reports.sheet_words import facility_figures, missing_said
from shelterdesk.reports.standard_words import lacking_said, spoken
from shelterdesk.reports.target import write_whole

_BANDS = {
    SheetBand.A0_4: "infants+age0_4",
    SheetBand.A5_11: "children+age5_11",
    SheetBand.A12_17: "adolescents+age12_17",
    SheetBand.A18_59: "adults+age18_59",
    SheetBand.A60_UP: "elderly+age60plus",
    SheetBand.MINOR: "children+age0_17",
    SheetBand.ADULT: "adults+age18plus",
    SheetBand.UNKNOWN: "unknown_age",
}
_SEXES = {Sex.F: "f", Sex.M: "m", Sex.X: "i", Sex.U: "unknown_sex"}

BALANCE = (
    "present", "of_which_unnamed", "present_prev", "arrivals", "births", "moved_in", "returned", "departures_bus",
    "departures_other", "absences", "deaths", "moved_out", "corrections", "difference",
)  # fmt: skip
"""Numbers of the sheet that stand in the row of the station, by their names there."""

PLACES = ("capacity", "blocked", "occupied", "free", "excess", "percent")
STANDARD = ("numerator", "denominator", "target", "target_high", "comparison", "verdict")
PROVISIONAL, NO_DATA = "PR", "ND"

_ABOUT = {
    "station": "#loc+code", "station_name": "#loc+name", "period_start": "#date+start", "period_end": "#date+end",
    "row": "#meta+row", "code": "#indicator+code", "name": "#indicator+name", "value": "#indicator+value+num",
}  # fmt: skip
_END = {
    "status": "#status+code", "note": "#description+notes", "source": "#meta+source", "asof": "#date+reported",
}  # fmt: skip


def cell_name(sex: Sex, band: SheetBand) -> str:
    """The name of the column of one cell of sex × age: ``f_0_4``."""
    return f"{sex.value.lower()}_{band.value}"


def columns() -> dict[str, str]:
    """Every column with its HXL tag, in their order (HXL 1.1; custom attributes as in the matrix)."""
    found = dict(_ABOUT)
    found |= {name: f"#affected+{name}" if name != "present" else "#affected+ind" for name in BALANCE}
    for sex in Sex:
        for band in SheetBand:
            found[cell_name(sex, band)] = f"#affected+{_SEXES[sex]}+{_BANDS[band]}"
    found |= {name: f"#capacity+{name}" for name in PLACES}
    found |= {name: f"#indicator+{name}" for name in STANDARD}
    return found | _END


def write_hxl(sheet: DailySheet, target: Path | BinaryIO, *, asof: date, is_frozen: bool) -> int:
    """Write header, HXL row and the rows (RFC 4180, UTF-8, every cell quoted); returns how many rows.

    One row of the whole station (``row`` is ``station``), one for each nationality, block, figure of the site and
    standard. A figure that was not measured has an empty number, the status ``ND`` and says so in ``note``; other rows
    have ``PR`` (provisional) as long as nobody has frozen the sheet (DOMAIN §3, *absence codes*). ``asof`` is the day
    of this knowledge. Raises :class:`DiskFull` or :class:`CannotWrite`.
    """
    names = columns()
    base = about(sheet, asof, is_frozen)
    rows = [base | row | _both_notes(base, row) for row in sheet_rows(sheet)]
    text = io.StringIO(newline="")
    table = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(names)
    table.writerow(names.values())
    table.writerows([_cell(row.get(name)) for name in names] for row in rows)
    write_whole(target, text.getvalue().encode())
    return len(rows)


Row = dict[str, object]


def about(sheet: DailySheet, asof: date, is_frozen: bool) -> Row:
    """What every row says: which station, which day, how it stands."""
    return {
        "station": sheet.station_code,
        "station_name": sheet.station_name,
        "period_start": sheet.from_at[:10],
        "period_end": sheet.to_at[:10],
        "status": "" if is_frozen else PROVISIONAL,
        "note": PRACTICE_ON_PAPER if sheet.practice else "",
        "asof": asof,
    }


def _both_notes(base: Row, row: Row) -> Row:
    """The note of a row beside that of every row: a practice station's numbers say so wherever they go."""
    return {"note": " · ".join(str(said) for said in (base["note"], row.get("note")) if said)}


def sheet_rows(sheet: DailySheet) -> Iterable[Row]:
    """The rows of a sheet in the order of the paper."""
    station: Row = {"row": "station", "code": "present", "value": sheet.present}
    station |= {name: getattr(sheet, name) for name in BALANCE}
    for sex in Sex:
        station |= {cell_name(sex, band): sheet.sex_age.cell(sex, band) for band in SheetBand}
    yield station
    for one in sheet.nationalities.shown:
        yield {"row": "nationality", "code": one.code, "name": one.name, "value": one.count}
    for place, block in enumerate(sheet.blocks, start=1):
        row: Row = {"row": "block", "code": neutral_name(block.block, place), "value": block.places.occupied}
        yield row | {name: getattr(block.places, name) for name in PLACES}
    codes = list(type(sheet.facilities).__dataclass_fields__)
    for code, (name, figure) in zip(codes, facility_figures(sheet.facilities), strict=True):
        yield {"row": "site", "code": code, "name": name} | _measured(figure)
    for line in sheet.standards.lines if sheet.standards is not None else ():
        yield _standard(line)


def _standard(line: IndicatorOfDay) -> Row:
    """An indicator: its numbers where it was measured, the target with how it is held against it, the verdict."""
    one, measured = line.indicator, line.measured
    row: Row = {"row": "standard", "code": one.code, "name": one.what_in(spoken()), "source": one.source}
    row |= {"numerator": measured.numerator, "denominator": measured.denominator, "target": one.target}
    row |= {"target_high": one.high, "comparison": one.comparison.value, "verdict": line.verdict.value}
    if measured.value is None:
        note = lacking_said(measured.why) or missing_said(Missing.NOT_MEASURED)
        return row | {"value": None, "status": NO_DATA, "note": note}
    return row | {"value": measured.value}


def _measured(figure: Measured) -> Row:
    if isinstance(figure, Missing):
        return {"value": None, "status": NO_DATA, "note": missing_said(figure)}
    return {"value": figure}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    return safe_text(str(value))
