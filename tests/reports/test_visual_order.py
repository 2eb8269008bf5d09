"""The runs of a line against python-bidi's own answer, letter by letter."""

from __future__ import annotations

from unicodedata import bidirectional

import pytest
from bidi.algorithm import get_display
from bidi.mirror import MIRRORED
from hypothesis import example, given
from hypothesis import strategies as st

from shelterdesk.reports.visual_order import JOINERS, MARKS, has_two_directions, is_from_right, runs_of

LETTERS = st.sampled_from(
    "abcÑд王አहिবাअأحمدعليپښیگשרה0123456789۰۱٢٣ ()[]<>«».,:;-+/%#\u064e\u0651\u0300\u200c\u200d\u200e\u200f\u061c"
)
ANY = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp")).filter(
    lambda one: "I" not in bidirectional(one) and bidirectional(one)
)


def shown(text: str) -> str:
    """The runs written one letter after the other as they stand, those from the right turned and mirrored."""
    return "".join(
        "".join(MIRRORED.get(letter, letter) for letter in reversed(run.text)) if run.from_right else run.text
        for run in runs_of(text)
    )


def without(text: str, hidden: frozenset[str]) -> str:
    return "".join(letter for letter in text if letter not in hidden)


@given(st.text(LETTERS, max_size=24) | st.text(ANY, max_size=24))
@example("أحمد ABC-42 (علي)")
@example("123 أحمد (12)")
@example("שלום 1-2, 3%")
@example("ا\u200d1")
@example("\u202eabc\u202c أ")
@example(")\u200f(")
def test_runs_stand_where_python_bidi_puts_their_letters(text: str) -> None:
    assert without(shown(text), JOINERS | MARKS) == without(str(get_display(text)), JOINERS | MARKS)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=24))
@example("\U00014647 أ")
@example("\u2067أ\u2069 a")
def test_any_letter_has_a_place(text: str) -> None:
    """Also one that python-bidi stops at: younger than the tables of this Python, or an isolate."""
    assert sorted(without(shown(text), JOINERS)) == sorted(letter for letter in text if is_set(letter))


def is_set(letter: str) -> bool:
    return letter not in MARKS and bidirectional(letter) not in {
        "BN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
    }  # fmt: skip


@given(st.text(LETTERS, max_size=24))
def test_no_letter_is_lost_and_each_run_reads_as_it_was_written(text: str) -> None:
    runs = runs_of(text)
    removed = MARKS | {
        letter for letter in text if bidirectional(letter) in {"BN", "LRE", "RLE", "LRO", "RLO", "PDF"}
    }
    kept = without(text, frozenset(removed) - JOINERS)
    if without(kept, JOINERS):  # joiners alone join nothing
        assert sorted("".join(run.text for run in runs)) == sorted(kept)
    assert all(run.text in kept for run in runs)


@given(st.text(LETTERS, max_size=24))
def test_a_line_without_letters_from_the_right_is_one_run(text: str) -> None:
    if not has_two_directions(text):
        said = without(text, MARKS)
        assert [run.text for run in runs_of(text)] == ([said] if without(said, JOINERS) else [])
        assert not is_from_right(text)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("محمد", [("محمد", True)]),
        ("Ana محمد 42", [("Ana ", False), ("42", False), ("محمد ", True)]),
        ("محمد (12) Ana", [("Ana", False), (") ", True), ("12", False), ("محمد (", True)]),
        ("می\u200cخواهم", [("می\u200cخواهم", True)]),
        ("۱۲۳", [("۱۲۳", False)]),
        ("", []),
        ("\u200f", []),
    ],
)
def test_known_lines(text: str, runs: list[tuple[str, bool]]) -> None:
    found = [(run.text, run.from_right) for run in runs_of(text)]
    assert "".join(said for said, _ in found) == "".join(said for said, _ in runs)
    assert shown(text) == "".join(
        "".join(MIRRORED.get(one, one) for one in reversed(said)) if turned else said for said, turned in runs
    )
