"""The sheet's copies and its numbers as files, by the command line."""

from __future__ import annotations

import csv
from pathlib import Path

import pypdfium2
import pytest

from tests.cli.conftest import Run
from tests.reports.test_workbook import read_workbook

DAY = "2026-11-23"


def words(pdf: Path) -> str:
    """The words of the first page."""
    document = pypdfium2.PdfDocument(pdf)
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    return str(text)


@pytest.mark.parametrize(
    ("option", "said"), [("--posting", "People in the house"), ("--internal", "NOT TO BE POSTED")]
)
def test_the_other_copies_are_written(run: Run, tmp_path: Path, option: str, said: str) -> None:
    out = tmp_path / "copy.pdf"
    status, _, told = run("sheet", "--date", DAY, option, "-o", out)
    assert status == 0 and str(out) in told
    assert said in words(out)


def test_the_numbers_are_written_by_the_ending_of_the_file(run: Run, tmp_path: Path) -> None:
    book, table = tmp_path / "n.xlsx", tmp_path / "n.csv"
    assert run("sheet", "--date", DAY, "-o", book)[0] == 0
    assert run("sheet", "--date", DAY, "-o", table)[0] == 0
    assert {row[0] for row in read_workbook(book)["Balance"] if row} >= {"Present", "Arrivals", "Difference"}
    with table.open(encoding="utf-8", newline="") as file:
        tags = next(csv.DictReader(file))
    assert tags["station"] == "#loc+code"


@pytest.mark.parametrize(
    "asked",
    [("--posting", "--internal"), ("--posting", "--as-known-on", "2026-11-23T07:00"), ("--internal", "--differences")],
)  # fmt: skip
def test_what_says_nothing_together_is_refused(run: Run, tmp_path: Path, asked: tuple[str, ...]) -> None:
    assert run("sheet", "--date", DAY, *asked, "-o", tmp_path / "x.pdf")[0] == 2
    assert not (tmp_path / "x.pdf").exists()


@pytest.mark.parametrize("option", ["--posting", "--internal"])
def test_a_copy_is_no_workbook(run: Run, tmp_path: Path, option: str) -> None:
    assert run("sheet", "--date", DAY, option, "-o", tmp_path / "x.xlsx")[0] == 2


def test_a_counter_writes_none(run: Run, tmp_path: Path) -> None:
    for name in ("x.xlsx", "x.csv", "x.pdf"):
        assert run("sheet", "--date", DAY, "-o", tmp_path / name, user="counter")[0] == 1
        assert not (tmp_path / name).exists()
