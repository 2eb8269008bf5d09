"""Wrong tries wait, whatever the clock does, and nobody is locked out for good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelterdesk.keys import tries
from shelterdesk.keys.tries import Tries, WaitFirst, wait_seconds

NOON = 1_795_449_600.0
HASH = bytes(32)


def test_the_schedule() -> None:
    assert [wait_seconds(n) for n in range(12)] == [0, 0, 0, 2, 5, 10, 30, 60, 120, 300, 300, 300]


def _tried(folder: Path, times: int, now: float) -> Tries:
    counter = Tries(folder, HASH)
    for _ in range(times):
        now += 300
        assert counter.begin(now) > 0
    return counter


def test_the_count_survives_a_restart(tmp_path: Path) -> None:
    _tried(tmp_path, 9, NOON)
    with pytest.raises(WaitFirst) as said:
        Tries(tmp_path, HASH).begin(NOON + 9 * 300 + 1)
    assert said.value.seconds == 299


def test_somebody_elses_right_passphrase_does_not_wipe_out_the_count(tmp_path: Path) -> None:
    counter = _tried(tmp_path, 9, NOON)
    other = Tries(tmp_path, b"\1" * 32)
    assert other.begin(NOON) == 1
    other.right()
    with pytest.raises(WaitFirst):
        counter.begin(NOON + 9 * 300 + 1)
    assert other.begin(NOON) == 1


def test_a_clock_set_back_locks_for_one_wait_at_most(tmp_path: Path) -> None:
    counter = _tried(tmp_path, 9, NOON)
    year_before = NOON - 365 * 86_400
    with pytest.raises(WaitFirst) as said:
        counter.begin(year_before)
    assert said.value.seconds == 300
    with pytest.raises(WaitFirst):
        counter.begin(year_before + 299)
    assert counter.begin(year_before + 300) == 10


@settings(max_examples=30)
@given(st.lists(st.floats(0, 4e9), min_size=1, max_size=20))
def test_whatever_the_clock_does_one_wait_is_enough(folder_of_tries: Path, moments: list[float]) -> None:
    counter = Tries(folder_of_tries, HASH)
    for now in moments:
        try:
            counter.begin(now)
        except WaitFirst as early:
            assert 0 < early.seconds <= 300
    last = moments[-1]
    assert counter.begin(last + 301) > 0
    counter.right()
    assert counter.begin(last) == 1
    counter.right()


@pytest.fixture(scope="module")
def folder_of_tries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples of a property; each ends with the count at nothing."""
    return tmp_path_factory.mktemp("tries")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"0": 5}',
        '{"0": [1]}',
        '{"0": ["x", "y"]}',
        '{"0": [9, 1e999]}',
        '{"0": [9, NaN]}',
        "[" * 9999,
    ],
)
def test_a_damaged_count_locks_nobody_out(tmp_path: Path, content: str) -> None:
    (tmp_path / tries.FILE_NAME).write_text(content)
    assert Tries(tmp_path, HASH).begin(NOON) == 1


def test_a_clock_set_back_on_a_disk_that_cannot_be_written_does_not_lock(tmp_path: Path) -> None:
    counter = _tried(tmp_path, 9, NOON)
    (tmp_path / f"{tries.FILE_NAME}.partial").mkdir()
    with pytest.raises(WaitFirst):
        counter.begin(NOON + 9 * 300 + 1)
    assert counter.begin(NOON - 86_400) == 10


def test_the_count_never_grows_beyond_its_slots(tmp_path: Path) -> None:
    for name in range(256):
        Tries(tmp_path, bytes([name])).begin(NOON + name * 1000)
    assert len(json.loads((tmp_path / tries.FILE_NAME).read_text())) == 64
