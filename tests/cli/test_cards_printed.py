"""The cards command: ahead, in other formats, wristbands, going on with a sheet; bound and revoked by command."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

import shelterdesk.cli
from shelterdesk.actions.clock import SetClock
from tests.cli.conftest import Run

FAMILY = (
    '{"given": "Rosa", "birth": "1994", "languages": ["ht"], "household": "H"}\n'
    '{"given": "Luz", "birth": "2024-05", "household": "H"}\n'
)


def codes_of(path: Path) -> list[str]:
    """The codes on the pages of a PDF."""
    document = pypdfium2.PdfDocument(path)
    try:
        pictures = [page.render(scale=150 / 72, grayscale=True).to_pil() for page in document]
        return [found.text for one in pictures for found in zxingcpp.read_barcodes(one)]
    finally:
        document.close()


def test_what_nobody_has_reviewed_is_said_on_stderr_before_anything_is_made(run: Run, tmp_path: Path) -> None:
    run("person", "add", "--json", "-", stdin=FAMILY)
    out = tmp_path / "c.pdf"
    status, said, err = run("cards", "--all-present", "-o", out)
    lines = err.splitlines()
    review = next(n for n, line in enumerate(lines) if "native speaker" in line)
    made = next(n for n, line in enumerate(lines) if "2 cards in" in line)
    assert status == 0 and said == "" and review < made and "kreyòl" in lines[review]
    assert len([line for line in lines if "native speaker" in line]) == 1
    err = run("cards", "--all-present", "--second-language", "none", "-o", out)[2]
    assert "kreyòl" not in err and "español" in err
    assert "native speaker" not in run("cards", "--all-present", "--wristband", "-o", out)[2]


def test_cards_ahead_are_bound_and_revoked(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "blank.pdf"
    status, _, err = run("cards", "--blank", "3", "--paper", "letter", "--start-at", "7", "-o", out)
    assert status == 0 and "3 cards in" in err and "free from place 2 on (--start-at 2)" in err
    codes = codes_of(out)
    assert len(codes) == 3
    answers = run("person", "add", "--json", "-", stdin=FAMILY)[1].splitlines()
    number = json.loads(answers[0])["number"]
    assert run("card", "bind", codes[0], number)[0] == 0
    assert json.loads(run("card", "verify", codes[0], "--json")[1])["verdict"] == "valid"
    status, _, err = run("card", "bind", codes[0], json.loads(answers[1])["number"])
    assert status == 1 and "somebody else's already" in err
    assert run("card", "revoke", codes[0], "--reason", "lost")[0] == 0
    assert json.loads(run("card", "verify", codes[0], "--json")[1])["verdict"] == "revoked"
    assert run("card", "revoke", codes[0], "--reason", "lost")[0] == 1


@pytest.mark.parametrize(
    ("hour", "verdict"), [("2027-02-22T01:00Z", "valid"), ("2027-02-22T05:01Z", "expired")]
)
def test_a_card_is_good_to_the_end_of_its_last_day_on_the_clock_on_the_wall(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hour: str, verdict: str
) -> None:
    """Eight in the evening in Panama is the next day in UTC already."""
    run("cards", "--blank", "1", "-o", tmp_path / "c.pdf")
    (code,) = codes_of(tmp_path / "c.pdf")
    monkeypatch.setattr(shelterdesk.cli, "clock_given", lambda: SetClock(datetime.fromisoformat(hour)))
    monkeypatch.setenv("TZ", "America/Panama")
    time.tzset()
    try:
        assert json.loads(run("card", "verify", code, "--json")[1])["verdict"] == verdict
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


def test_wristbands_and_the_other_formats(run: Run, tmp_path: Path) -> None:
    run("person", "add", "--json", "-", stdin=FAMILY)
    status, _, err = run("cards", "--all-present", "--wristband", "-o", tmp_path / "w.pdf")
    assert status == 0 and "1 card in" in err
    assert len(codes_of(tmp_path / "w.pdf")) == 1
    for form in ("single", "letter-business", "a4-business", "wristband-letter"):
        assert run("cards", "--blank", "2", "--format", form, "-o", tmp_path / f"{form}.pdf")[0] == 0
        assert len(codes_of(tmp_path / f"{form}.pdf")) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--blank", "0"),
        ("--blank", "1001"),
        ("--blank", "3", "--all-present"),
        ("--blank", "3", "--start-at", "11"),
        ("--blank", "3", "--start-at", "0"),
        ("--blank", "3", "--second-language", "qu"),
        ("--all-present",),
        ("--all-present", "--wristband"),
        ("--blank", "3", "--format", "a3"),
        (),
    ],
)
def test_what_cannot_be_is_one_line_and_leaves_no_file(
    run: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    status, out, err = run("cards", *words, "-o", tmp_path / "c.pdf")
    assert status != 0 and out == "" and len(err.strip().splitlines()) == 1, err
    assert not (tmp_path / "c.pdf").exists()
