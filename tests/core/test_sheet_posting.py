"""What hangs on the wall: no number under five, and none that the rest of its table gives away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.sheet import Nationalities, NationalityCount
from shelterdesk.core.sheet_posting import (
    LEAST_SHOWN,
    PostedCell,
    PostedLine,
    _of_named,
    held_line,
    posting_copy,
    put_together,
)
from tests.reports.made import daily_sheet

COUNTS = st.lists(st.one_of(st.integers(0, 9), st.integers(0, 900)), min_size=2, max_size=6)


def possible(line: PostedLine) -> list[set[int]]:
    """Which values each cell may have for somebody who reads the table and its marks, and counts (all of them tried).

    A cell marked small is one of 1 to 4, any other held back 0 or more; a sum held back is one of 1 to 4.
    """
    held = [at for at, cell in enumerate(line.cells) if cell.count is None]
    shown = sum(cell.count or 0 for cell in line.cells)
    found: list[set[int]] = [set() if at in held else {cell.count or 0} for at, cell in enumerate(line.cells)]
    for total in range(1, LEAST_SHOWN) if line.total is None else [line.total]:
        for way in ways([line.cells[at].small for at in held], total - shown):
            for at, value in zip(held, way, strict=True):
                found[at].add(value)
    return found


def ways(small: list[bool], left: int) -> Iterator[tuple[int, ...]]:
    """Ways to fill the held cells so that they sum up to ``left``; at most a thousand, the ends of each range first."""
    if left < 0:
        return
    if not small:
        if left == 0:
            yield ()
        return
    values = (
        range(1, LEAST_SHOWN)
        if small[0]
        else [*range(min(left, 12) + 1), *range(max(13, left - 30), left + 1)]
    )
    for value in values:
        for rest in ways(small[1:], left - value):
            yield (value, *rest)


@given(COUNTS)
def test_no_held_back_number_follows_from_the_table(counts: list[int]) -> None:
    line = held_line([(str(n), count) for n, count in enumerate(counts)])
    for cell, count, may_be in zip(line.cells, counts, possible(line), strict=True):
        assert cell.count in (None, count) and count in may_be
        if 0 < count < LEAST_SHOWN:
            assert cell.count is None
        if cell.small:
            assert may_be == set(range(1, LEAST_SHOWN)), "more is known of it than that it is small"
        elif cell.count is None:
            assert len(may_be) > 1
    assert line.total == (sum(counts) if not 0 < sum(counts) < LEAST_SHOWN else None)


@given(COUNTS)
def test_no_more_is_held_back_than_that_takes(counts: list[int]) -> None:
    line = held_line([(str(n), count) for n, count in enumerate(counts)])
    held = [count for cell, count in zip(line.cells, counts, strict=True) if cell.count is None]
    large = [count for count in counts if count >= LEAST_SHOWN]
    if all(count == 0 or count >= LEAST_SHOWN for count in counts):
        assert not held
    elif large:
        assert sorted(count for count in held if count >= LEAST_SHOWN) == [min(large)] and 0 not in held


@given(
    st.dictionaries(st.sampled_from("VEN HTI CUB COL ECU CHN XXX".split()), st.integers(0, 40)),
    st.integers(0, 9),
)
def test_nationalities_are_put_together_and_add_up(counts: dict[str, int], rest: int) -> None:
    nations = Nationalities(
        tuple(NationalityCount(c, c, n) for c, n in counts.items()), rest, 1 if rest else 0
    )
    line = put_together(nations)
    whole = sum(counts.values()) + rest
    if 0 < whole < LEAST_SHOWN:
        assert line == PostedLine((PostedCell("", None),), None)
        return
    assert line.total == whole == sum(cell.count or 0 for cell in line.cells)
    assert all(cell.count and cell.count >= LEAST_SHOWN for cell in line.cells)
    for cell in line.cells:
        assert cell.name == "" or counts[cell.name] == cell.count


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([3, 40, 12], [None, 40, None]),
        ([3, 0, 2], [None, None, None]),
        ([0, 0, 6], [0, 0, 6]),
        ([4, 4], [None, None]),
        ([0, 0], [0, 0]),
    ],
)
def test_which_are_held_back(counts: list[int], shown: list[int | None]) -> None:
    line = held_line([(str(n), count) for n, count in enumerate(counts)])
    assert [cell.count for cell in line.cells] == shown


@given(COUNTS, st.integers(0, 30))
def test_the_few_who_are_not_named_do_not_follow_from_all_present(counts: list[int], unnamed: int) -> None:
    """Whoever adds a table up and takes it from the people in the house learns no number of 1 to 4."""
    present = sum(counts) + unnamed
    if 0 < present < LEAST_SHOWN:
        return  # not written either
    line = _of_named([(str(n), count) for n, count in enumerate(counts)], unnamed)
    # Those who are not named stand in no line: for the reader they are one more number that is held back.
    seen = PostedLine((*line.cells, PostedCell("", None)), present)
    for count, may_be in zip((*counts, unnamed), possible(seen), strict=True):
        assert count in may_be
        if 0 < count < LEAST_SHOWN:
            assert may_be >= set(range(1, LEAST_SHOWN)), "it can be worked out"


def test_a_sum_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError):
        held_line([("F", 3), ("M", 9)], 13)


def test_the_copy_of_a_sheet_names_no_small_number() -> None:
    copy = posting_copy(daily_sheet())
    for line in (copy.sexes, copy.ages, copy.nationalities, copy.movements):
        assert all(cell.count is None or cell.count == 0 or cell.count >= LEAST_SHOWN for cell in line.cells)
