"""The played day: a subprocess plays it through the real window; its papers, stick and office are looked into."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtCore import qInstallMessageHandler, qWarning

from shelterdesk.day.offscreen import NO_HINTS, without_hints
from shelterdesk.reports.matrix_csv import COLUMNS, HXL_TAGS
from tests.leak_scan import scan


@dataclass(frozen=True)
class Day:
    """The folder of a day and the station it was played on."""

    out: Path
    station: Path
    said: str = ""

    def command(self, *words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        """A command on the station (or the folder given) as its admin."""
        given = {**os.environ, "SHELTERDESK_USER": "admin", "SHELTERDESK_PASSPHRASE": "demo"}
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "shelterdesk",
                "--data",
                str(folder or self.station),
                "--language",
                "en",
                *words,
            ],
            capture_output=True,
            text=True,
            env=given,
            check=False,
        )


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """One day, played once for all tests of this file."""
    folder = tmp_path_factory.mktemp("day")
    played = Day(folder / "out", folder / "station")
    done = played.command("day", "--out", str(played.out), "--seed", "3")
    assert done.returncode == 0, done.stderr[-2000:]
    return replace(played, said=done.stderr)


def test_it_is_played_without_a_word_of_qt(day: Day) -> None:
    assert not day.said


def test_one_line_of_qt_is_left_out_and_every_other_one_goes_where_it_went(
    capfd: pytest.CaptureFixture[str],
) -> None:
    heard: list[str] = []
    kept = qInstallMessageHandler(lambda level, context, message: heard.append(message))
    try:
        with without_hints():
            for line in (NO_HINTS, f"{NO_HINTS} more", "something else"):
                qWarning(line)
        qWarning(NO_HINTS)
        assert heard == [f"{NO_HINTS} more", "something else", NO_HINTS]
        qInstallMessageHandler(None)
        with without_hints():
            for line in (NO_HINTS, "something else"):
                qWarning(line)
        assert capfd.readouterr().err == "something else\n"
    finally:
        qInstallMessageHandler(kept)


def test_it_leaves_what_it_promises(day: Day) -> None:
    there = {path.name for path in day.out.iterdir()}
    promised = {
        "cards.pdf",
        "daily-sheet.pdf",
        "stick",
        "office-before",
        "office",
        "matrix.csv",
        "names.txt",
        "day.log",
    }
    assert promised <= there
    assert len(list((day.out / "screenshots").glob("*.png"))) >= 10
    log = (day.out / "day.log").read_text()
    assert log.count("family_registered") == 12
    assert (
        sum(int(line.rpartition("people=")[2]) for line in log.splitlines() if "family_registered" in line)
        >= 40
    )


def test_the_sheet_counts_everybody_and_two_without_a_name(day: Day) -> None:
    text = subprocess.run(
        ["pdftotext", "-layout", str(day.out / "daily-sheet.pdf"), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    status = json.loads(day.command("status", "--json").stdout)
    assert status["unnamed"] == 2
    assert f"{status['present']}" in text and "of which 2 not yet named" in text
    assert "does not balance" not in text


def test_office_and_station_hold_the_same_and_nothing_is_only_here(day: Day) -> None:
    assert json.loads(day.command("status", "--json").stdout)["only_here"] == 0
    here, there = day.command("state"), day.command("state", folder=day.out / "office")
    assert here.returncode == there.returncode == 0
    before = day.command("state", folder=day.out / "office-before")
    assert before.stdout not in ("", there.stdout)
    assert day.command("check").returncode == day.command("check", folder=day.out / "office").returncode == 0
    again = day.command("import", str(day.out / "stick"), "--json", folder=day.out / "office-before")
    assert json.loads(again.stdout)["new"] > 0
    assert day.command("state", folder=day.out / "office-before").stdout == there.stdout


def test_the_matrix_is_the_long_form(day: Day) -> None:
    rows = list(csv.reader((day.out / "matrix.csv").read_text("utf-8").splitlines()))
    assert tuple(rows[0]) == tuple(COLUMNS) and tuple(rows[1]) == tuple(HXL_TAGS)
    at = {name: n for n, name in enumerate(rows[0])}
    named = json.loads(day.command("status", "--json").stdout)
    assert sum(int(row[at["total"]] or 0) for row in rows[2:]) == named["present"] - named["unnamed"]
    assert all(row[at["uac"]] == "" and row[at["note"]] for row in rows[2:])
    assert all("PRÁCTICA" in row[at["source"]] for row in rows[2:]), "it never passes for a real one"


def test_no_name_lies_in_clear_anywhere(day: Day) -> None:
    """First names of grown-ups stand on their cards by design; everything else must hold none at all."""
    names = (day.out / "names.txt").read_text("utf-8").splitlines()
    assert len(names) > 100
    leaks = scan(day.out.parent, names, leave_out=["out/names.txt", "out/cards.pdf"])
    assert leaks == []
    whole = [name for name in names if ", " in name]
    assert scan(day.out, whole, leave_out=["names.txt"]) == []
