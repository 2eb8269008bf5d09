"""The page of threats names tests that exist, and at least one for each threat."""

from __future__ import annotations

import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def missing(page: str) -> list[str]:
    """What the page names and nobody wrote; rows without a test."""
    found = [
        f"{file}::{name}"
        for file, name in NAMED.findall(page)
        if not (TOP / file).is_file() or f"def {name}(" not in (TOP / file).read_text("utf-8")
    ]
    rows = [line for line in page.splitlines() if line.startswith("| ")][1:]
    return found + [row.split("|")[1].strip() for row in rows if NAMED.search(row) is None]


def test_every_threat_has_a_test_that_exists() -> None:
    page = (TOP / "docs" / "threats.md").read_text("utf-8")
    assert page.count("\n| ") > 20 and missing(page) == []


def test_a_name_that_is_gone_is_noticed() -> None:
    page = (
        "| a | b |\n|---|---|\n| Lost | `tests/sync/test_stick.py::test_never_written` |\n| Bare | none |\n"
    )
    assert missing(page) == ["tests/sync/test_stick.py::test_never_written", "Bare"]
