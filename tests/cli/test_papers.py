"""The papers from the command line: made, told, refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.actions.at_site import PLAN
from tests.cli.conftest import Run

FAMILY = "\n".join(
    json.dumps(one)
    for one in (
        {
            "surnames": "Toussaint",
            "given": "Ana",
            "sex": "F",
            "birth": "1990",
            "household": "H",
            "role": "HEAD",
        },
        {"given": "Noemí", "sex": "F", "birth": "2020", "household": "H", "relation": "CHILD"},
    )
)


@pytest.fixture
def station(run: Run, tmp_path: Path) -> str:
    """A plan and a family; the number of its head."""
    plan = tmp_path / "plan.csv"
    plan.write_text(PLAN)
    assert run("place", "import", plan)[0] == 0
    status, out, _ = run("person", "add", "--json", "-", stdin=FAMILY)
    assert status == 0
    return str(json.loads(out.splitlines()[0])["number"])


@pytest.mark.parametrize("size", ["a4", "letter"])
def test_every_paper_is_written(run: Run, tmp_path: Path, station: str, size: str) -> None:
    out = tmp_path / "x.pdf"
    for words in (
        ("evacuation",), ("evacuation", "--no-names"), ("residents",), ("residents", "--block", "A"),
        ("shift", "--hours", "8"), ("record", station),
    ):  # fmt: skip
        status, said, told = run("paper", *words, "-o", out, "--paper", size)
        assert (status, said) == (0, "") and str(out) in told, told
        assert out.read_bytes().startswith(b"%PDF")
        out.unlink()


def test_the_tokens_of_forms_are_printed_and_take_a_family(run: Run, tmp_path: Path, station: str) -> None:
    status, said, told = run("paper", "intake", "--forms", "2", "--second", "ht", "-o", tmp_path / "f.pdf")
    tokens = said.split()
    assert status == 0 and len(tokens) == 2 and "native speaker" in told and "2 forms" in told
    line = json.dumps({"given": "Luz", "arrival_group": tokens[1]})
    assert run("person", "add", "--json", "-", stdin=line)[0] == 0
    assert station


@pytest.mark.parametrize(
    ("words", "user"),
    [
        (("residents",), "counter"), (("shift",), "counter"), (("record", "LB1-000001-T"), "counter"),
        (("intake", "--forms", "1"), "counter"), (("intake", "--forms", "0"), "admin"),
        (("intake", "--forms", "1", "--second", "xx"), "admin"), (("residents", "--block", "Q"), "admin"),
        (("record", "LB1-000099-X"), "admin"), (("shift", "--hours", "99"), "admin"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line_and_no_file(
    run: Run, tmp_path: Path, words: tuple[str, ...], user: str
) -> None:
    status, said, told = run("paper", *words, "-o", tmp_path / "x.pdf", user=user)
    assert status == 1 and not said and len(told.strip().splitlines()) == 1
    assert not (tmp_path / "x.pdf").exists()


def test_anybody_prints_the_evacuation_list_and_an_office_has_none(
    run: Run, tmp_path: Path, office_folder: Path
) -> None:
    assert run("paper", "evacuation", "-o", tmp_path / "e.pdf", user="gate")[0] == 0
    for words in (("evacuation",), ("residents",), ("shift",), ("intake", "--forms", "1")):
        assert run("paper", *words, "-o", tmp_path / "o.pdf", folder=office_folder)[0] == 1
    assert not (tmp_path / "o.pdf").exists()
