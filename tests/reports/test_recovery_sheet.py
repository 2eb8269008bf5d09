"""The recovery sheet: the code exactly as it is typed, and nowhere else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shelterdesk.core.errors import Refused
from shelterdesk.keys.fingerprint import fingerprint_words
from shelterdesk.keys.recovery import new_recovery
from shelterdesk.reports.paper import PaperName
from shelterdesk.reports.recovery_sheet import RecoverySheet, write_recovery_sheet
from tests.reports.made import pages, text_of, words_of


def sheet(
    groups: tuple[str, ...], *, station_name: str = "Lajas Blancas", practice: bool = False
) -> RecoverySheet:
    """A sheet with these groups."""
    words = fingerprint_words(bytes(32))
    return RecoverySheet("LB1", station_name, date(2026, 11, 23), groups, words, practice)


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_a_real_code_is_on_one_page_with_what_it_is_for(tmp_path: Path, paper: PaperName) -> None:
    code = tuple(new_recovery().code.split("-"))
    made = sheet(code)
    written = write_recovery_sheet(made, tmp_path / "r.pdf", paper=paper)
    assert written.pages == len(pages(tmp_path / "r.pdf", 20)) == 1
    assert written.left_out == []
    said = words_of(text_of(tmp_path / "r.pdf"))
    for place, group in enumerate(code, start=1):
        assert f"{place} {group}" in said
    assert " · ".join(made.check_words) in said
    for words in (
        "Recovery sheet",
        "LB1 · Lajas Blancas",
        "23 November 2026",
        "What it is for",
        "Where to keep it",
    ):
        assert words in said
    assert list(tmp_path.iterdir()) == [tmp_path / "r.pdf"], "no other copy"


def test_the_code_is_in_no_repr() -> None:
    made = sheet(("7K3MQ", "ABCDE"))
    assert "7K3MQ" not in repr(made)
    assert made.check_words[0] not in repr(made)


@pytest.mark.parametrize("groups", [("W" * 12,) * 24, ("7K3MQ",) * 8, ("7K3",)])
def test_a_group_is_never_cut(tmp_path: Path, groups: tuple[str, ...]) -> None:
    write_recovery_sheet(sheet(groups), tmp_path / "r.pdf")
    said = words_of(text_of(tmp_path / "r.pdf"))
    assert said.split().count(groups[0]) == len(groups)


@pytest.mark.parametrize("groups", [(), ("",), ("A" * 13,), ("7K3MQ",) * 25, ("אבגדה",)])
def test_a_code_that_cannot_be_printed_exactly_is_refused(tmp_path: Path, groups: tuple[str, ...]) -> None:
    with pytest.raises(Refused):
        write_recovery_sheet(sheet(groups), tmp_path / "r.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_station_name_that_cannot_be_set_is_left_out_and_said(tmp_path: Path) -> None:
    written = write_recovery_sheet(sheet(("7K3MQ",), station_name="🏕"), tmp_path / "r.pdf")
    assert len(written.left_out) == 1
    assert "LB1" in text_of(tmp_path / "r.pdf")


def test_a_practice_sheet_is_marked(tmp_path: Path) -> None:
    write_recovery_sheet(sheet(("7K3MQ",), practice=True), tmp_path / "r.pdf")
    assert "PRÁCTICA" in "".join(text_of(tmp_path / "r.pdf", "-raw").split())
