"""The sheet's numbers as files: both read back, and every number in them is the sheet's."""

from __future__ import annotations

import csv
import re
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from shelterdesk.core.sheet import DailySheet, FacilityFigures, NationalityCount, SheetBand
from shelterdesk.core.vocabulary import PRACTICE_ON_PAPER, Missing, Sex
from shelterdesk.reports.daily_sheet import Behind
from shelterdesk.reports.matrix_csv import as_meant, is_formula
from shelterdesk.reports.sheet_blocks import neutral_name
from shelterdesk.reports.sheet_hxl import BALANCE, PLACES, cell_name, write_hxl
from shelterdesk.reports.sheet_layout import Stand
from shelterdesk.reports.sheet_tables import write_sheet_workbook
from shelterdesk.reports.sheet_words import facility_figures
from tests.made_sheets import days_chart, standards_of_day, then_and_now
from tests.reports.made import daily_sheet
from tests.reports.test_workbook import read_workbook

TAGSPEC = re.compile(r"#[A-Za-z][A-Za-z0-9_]*(\+[A-Za-z][A-Za-z0-9_]*)*")
ASOF = date(2026, 11, 24)
FROZEN = "2026-11-24T06:10:00-05:00[America/Panama]"


def full_sheet() -> DailySheet:
    """A sheet with everything on it, a dangerous name and a block that tells what it is for."""
    nations = (NationalityCount("VEN", "=Venezuela", 512), NationalityCount("HTI", "@Haiti", 188))
    made = daily_sheet(
        nationalities=nations, block_codes=("+1", "UAC-GIRLS"), station_name="=HYPERLINK(1)",
        facilities=FacilityFigures(taps=0, toilets_f=24),
    )  # fmt: skip
    return replace(made, standards=standards_of_day())


@pytest.fixture
def rows(tmp_path: Path) -> list[dict[str, str]]:
    """The rows of the sheet's CSV."""
    write_hxl(full_sheet(), tmp_path / "s.csv", asof=ASOF, is_frozen=False)
    with (tmp_path / "s.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of_kind(rows: list[dict[str, str]], kind: str) -> list[dict[str, str]]:
    return [row for row in rows if row["row"] == kind]


def test_the_second_row_holds_a_good_tag_for_every_column(rows: list[dict[str, str]]) -> None:
    tags = list(rows[0].values())
    assert all(TAGSPEC.fullmatch(tag) for tag in tags)
    assert len(set(tags)) == len(tags)
    for tag in ("#date+start", "#loc+code", "#affected+ind", "#affected+f+infants+age0_4", "#indicator+code"):
        assert tag in tags


def test_every_number_of_the_sheet_comes_back_from_the_csv(rows: list[dict[str, str]]) -> None:
    sheet = full_sheet()
    (station,) = of_kind(rows, "station")
    assert {name: int(station[name]) for name in BALANCE} == {name: getattr(sheet, name) for name in BALANCE}
    for sex in Sex:
        for band in SheetBand:
            assert int(station[cell_name(sex, band)]) == sheet.sex_age.cell(sex, band)
    nations = [
        (row["code"], as_meant(row["name"]), int(row["value"])) for row in of_kind(rows, "nationality")
    ]
    assert nations == [(one.code, one.name, one.count) for one in sheet.nationalities.shown]
    for place, (row, block) in enumerate(zip(of_kind(rows, "block"), sheet.blocks, strict=True), 1):
        assert as_meant(row["code"]) == neutral_name(block.block, place)
        assert [int(row[name]) for name in PLACES] == [getattr(block.places, name) for name in PLACES]
    assert sheet.standards is not None
    for row, line in zip(of_kind(rows, "standard"), sheet.standards.lines, strict=True):
        assert row["code"] == line.indicator.code and row["verdict"] == line.verdict.value
        for name in ("value", "numerator", "denominator"):
            wanted = getattr(line.measured, name)
            assert (float(row[name]) if row[name] else None) == wanted
        assert (float(row["target"]) if row["target"] else None) == line.indicator.target


def test_what_was_not_measured_is_no_zero_in_the_csv(rows: list[dict[str, str]]) -> None:
    site = {row["code"]: row for row in of_kind(rows, "site")}
    assert list(site) == [one.name for one in fields(FacilityFigures)]
    assert (site["taps"]["value"], site["taps"]["status"]) == ("0", "PR"), (
        "a measured zero, of a sheet not frozen"
    )
    for code in ("toilets_m", "meals_lunch"):
        assert (site[code]["value"], site[code]["status"]) == ("", "ND")
        assert site[code]["note"] == "not measured"
    (water,) = [row for row in of_kind(rows, "standard") if row["code"] == "WS1"]
    assert (water["value"], water["status"], water["note"]) == ("", "ND", "water not counted")


def test_no_cell_of_the_csv_is_a_formula(rows: list[dict[str, str]]) -> None:
    for row in rows:
        for name, cell in row.items():
            assert not is_formula(cell) or re.fullmatch(r"-\d+(\.\d+)?", cell), f"{name}: {cell}"
    assert as_meant(rows[1]["station_name"]) == "=HYPERLINK(1)"
    assert not any("UAC" in cell for row in rows for cell in row.values())


def test_a_frozen_sheet_is_not_provisional(tmp_path: Path) -> None:
    write_hxl(full_sheet(), tmp_path / "s.csv", asof=ASOF, is_frozen=True)
    with (tmp_path / "s.csv").open(encoding="utf-8", newline="") as file:
        assert {row["status"] for row in csv.DictReader(file)} == {"#status+code", "", "ND"}


def test_every_number_of_the_sheet_comes_back_from_the_workbook(tmp_path: Path) -> None:
    sheet = full_sheet()
    behind = Behind(
        Stand(FROZEN, "Marta"), days_chart().points, then_and_now(sheet, replace(sheet, arrivals=43)).differences
    )  # fmt: skip
    write_sheet_workbook(sheet, tmp_path / "s.xlsx", behind)
    book = read_workbook(tmp_path / "s.xlsx")
    assert list(book) == [
        "Balance", "Sex and age", "Nationality", "Blocks", "Site", "Standards", "Last days", "Then and now",
    ]  # fmt: skip
    balance = {cast(str, row[0]): row[1] for row in book["Balance"] if len(row) > 1}
    for name, wanted in (
        ("Present", sheet.present), ("Not yet named", sheet.of_which_unnamed), ("Day before", sheet.present_prev),
        ("Arrivals", sheet.arrivals), ("Births", sheet.births), ("Moved in", sheet.moved_in),
        ("Returned", sheet.returned), ("Left by bus", sheet.departures_bus), ("Left otherwise", sheet.departures_other),
        ("Absent", sheet.absences), ("Deaths", sheet.deaths), ("Moved out", sheet.moved_out), ("Came", sheet.came),
        ("Left", sheet.left), ("Corrections", sheet.corrections), ("Gives", sheet.expected),
        ("Difference", sheet.difference),
    ):  # fmt: skip
        assert balance[name] == wanted, name
    said = [row[0] for row in book["Balance"] if row]
    assert "Frozen 24 November 2026, 06:10 by Marta." in said and "LB1-4: never" in said
    cells = [row[1:] for row in book["Sex and age"][1:5]]
    assert cells == [
        [*(sheet.sex_age.cell(sex, band) for band in SheetBand), sheet.sex_age.of_sex(sex)] for sex in Sex
    ]
    assert book["Nationality"][1] == ["VEN", "=Venezuela", 512]
    for place, (row, block) in enumerate(zip(book["Blocks"][1:], sheet.blocks, strict=False), 1):
        assert row[0] == neutral_name(block.block, place)
        assert row[1:] == [
            getattr(block.places, name)
            for name in ("capacity", "blocked", "occupied", "free", "excess", "percent")
        ]
    site = {row[0]: row[1] for row in book["Site"][1:]}
    for label, figure in facility_figures(sheet.facilities):
        assert site[label] == ("not measured" if isinstance(figure, Missing) else figure)
    assert sheet.standards is not None
    lines = [row for row in book["Standards"] if len(row) > 4 and row[0] != "Code"]
    for row, line in zip(lines, sheet.standards.lines, strict=True):
        value = line.measured.value
        assert row[0] == line.indicator.code
        assert row[4] == ("not measured: water not counted" if value is None else value)
        assert row[2] == line.measured.numerator and row[3] == line.measured.denominator
    days = book["Last days"][1:]
    assert len(days) == 14 and days[0][1:4] == ["not known"] * 3
    assert [row[1] for row in days[3:]] == [point.present for point in days_chart().points[3:]]
    assert book["Then and now"][1] == ["Arrivals", 41, 43, 2]
    assert book["Then and now"][3][:3] == ["Taps", "not measured", 6]


def test_a_practice_station_says_so_in_every_row_and_on_every_tab(tmp_path: Path) -> None:
    sheet = replace(full_sheet(), practice=True)
    write_hxl(sheet, tmp_path / "s.csv", asof=ASOF, is_frozen=False)
    with (tmp_path / "s.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[1:]
    assert all(row["note"].startswith(PRACTICE_ON_PAPER) for row in rows)
    assert any(row["note"] == f"{PRACTICE_ON_PAPER} · not measured" for row in rows)
    write_sheet_workbook(sheet, tmp_path / "s.xlsx")
    for name, page in read_workbook(tmp_path / "s.xlsx").items():
        assert page[0] == [PRACTICE_ON_PAPER], name
