"""Kinds of paper, pages as they are typed, and what is said of papers that stand still."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.paper_kinds import (
    ALL_PAGES,
    PageRange,
    PaperKind,
    is_never_kept,
    kind_words,
    may_be_fitted,
    pages_typed,
    read_pages,
)
from shelterdesk.core.print_jobs import (
    Print,
    PrintJob,
    PrintState,
    Sides,
    Why,
    pages_in,
    standing_said,
    why_said,
)

JOB = PrintJob(PaperKind.CARDS, "cards-MT1", things=12, pages=2)

ranges = st.builds(
    lambda first, more: PageRange(first, 0 if more is None else first + more),
    st.integers(1, 9999), st.none() | st.integers(0, 99),
)  # fmt: skip
jobs = st.builds(
    PrintJob, kind=st.sampled_from(PaperKind), title=st.text(max_size=9), printer=st.text(max_size=9),
    folder=st.text(max_size=9), copies=st.integers(1, 99), first=st.integers(1, 99), last=st.integers(0, 99),
    sides=st.sampled_from(Sides), fit=st.booleans(), things=st.integers(0, 99), pages=st.integers(0, 99),
    done=st.integers(0, 99), why=st.sampled_from(Why),
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", ALL_PAGES), (" 3 - 7 ", PageRange(3, 7)), ("4", PageRange(4, 4)), ("3-", PageRange(3)),
        ("-7", PageRange(1, 7)), ("3–7", PageRange(3, 7)),
    ],
)  # fmt: skip
def test_pages_are_read_as_people_write_them(typed: str, meant: PageRange) -> None:
    assert read_pages(typed) == meant


@pytest.mark.parametrize("typed", ["0", "7-3", "-", "a", "1,3", "3-7-9", "-0", "١"])
def test_what_cannot_be_meant_is_no_range(typed: str) -> None:
    assert read_pages(typed) is None


@given(ranges)
def test_a_range_is_read_back_as_it_is_written(pages: PageRange) -> None:
    assert read_pages(pages_typed(pages)) == pages


@given(ranges, st.integers(0, 300))
def test_a_range_never_leaves_the_paper(pages: PageRange, there: int) -> None:
    assert all(0 <= page < there for page in pages.of(there))


@given(jobs)
def test_a_job_is_read_back_as_it_was_kept(job: PrintJob) -> None:
    assert PrintJob.from_json(job.as_json()) == job


@pytest.mark.parametrize(
    "spoilt", [{"kind": "poster"}, {"copies": 0}, {"pages": "3"}, {"why": "?"}, {"first": -1}, {"new": 1}]
)
def test_a_spoilt_job_is_refused(spoilt: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        PrintJob.from_json({**JOB.as_json(), **spoilt})


def test_what_is_cut_or_worn_is_never_made_smaller() -> None:
    assert {kind for kind in PaperKind if not may_be_fitted(kind)} == {PaperKind.CARDS, PaperKind.WRISTBANDS}
    assert {kind for kind in PaperKind if is_never_kept(kind)} == {PaperKind.RECOVERY}
    assert "never made smaller" in why_said(replace(JOB, why=Why.SIZE))
    assert "made to fit" in why_said(replace(JOB, kind=PaperKind.LISTS, why=Why.SIZE))


def test_every_kind_and_every_reason_has_words() -> None:
    assert all(map(kind_words, PaperKind))
    assert [why for why in Why if not why_said(replace(JOB, why=why))] == [Why.NONE]


def test_the_status_bar_counts_cards_by_the_card() -> None:
    off, none = replace(JOB, why=Why.OFF), replace(JOB, why=Why.NO_PRINTER)
    held = Print(3, 0, 0, PrintState.HELD, replace(JOB, why=Why.CUT_SHORT))

    def waiting(*jobs: PrintJob) -> list[Print]:
        return [Print(1, 0, 0, PrintState.WAITING, job) for job in jobs]

    assert standing_said(waiting(off)) == "printer off: 12 cards waiting"
    assert standing_said(waiting(none)) == "no printer: 12 cards waiting"
    assert standing_said([*waiting(off), held]) == "printer off: 24 cards waiting"
    assert standing_said([held]) == "12 cards to look at before printing"
    sheet = replace(off, kind=PaperKind.DAILY_SHEET, things=0, pages=1)
    assert standing_said(waiting(off, sheet)) == "printer off: 3 pages waiting"
    assert standing_said(waiting(JOB)) == "", "what is in its turn stands in nobody's way"


def test_pages_are_counted_in_a_paper() -> None:
    assert pages_in(b"<< /Type /Pages >> << /Type /Page >> <</Type/Page/Parent 1 0 R>>") == 2
    assert pages_in(b"") == 1
