"""The disk refuses a call: a calm sentence, nothing called done that is not there, and on it goes (SYNC §3, row 5)."""

from __future__ import annotations

import pytest

from tests.faults import sweep
from tests.faults.conftest import some
from tests.faults.every import ALONE
from tests.faults.lab import Lab
from tests.faults.sweep import ERRORS

POINTS = 3
"""Of each workflow; ``python -m tests.faults.campaign errors`` takes all of them."""


@pytest.mark.parametrize("name", ALONE)
def test_an_error_is_said_and_loses_nothing(bench: Lab, seed: int, name: str) -> None:
    points = some(bench.points(name), POINTS, seed)
    for n, point in enumerate(points):
        error = ERRORS[(seed + n) % len(ERRORS)]
        lasting = n % 2 == 1 and point.call != "openat"
        done, wrong = sweep.fail(bench, name, point, error, lasting)
        assert not wrong, (point, error, lasting, wrong)
        assert done.finished or done.faults, "no end and no sentence"


def test_a_disk_that_refuses_for_good_finishes_nothing(bench: Lab) -> None:
    """And says what it is: a full disk is not a failing one."""
    first = next(one for one in bench.points("save") if one.call == "pwrite64")
    for error, kind in (("ENOSPC", "DiskFull"), ("EIO", "DiskFails")):
        done, wrong = sweep.fail(bench, "save", first, error, lasting=True)
        assert not wrong and not done.finished
        assert set(done.faults) == {kind}


def test_a_save_on_a_full_disk_uses_the_room_kept_back(bench: Lab, seed: int) -> None:
    """The page that finds no room is written once more where the reserve was: nobody at the desk sees a refusal."""
    pages = [one for one in bench.points("reserve") if one.call == "pwrite64"]
    used = 0
    for point in some(pages, 8, seed):
        done, wrong = sweep.fail(bench, "reserve", point, "ENOSPC")
        assert not wrong, (point, wrong)
        if any(one[0] == "used up" for one in done.said):
            used += 1
            assert not done.faults, "said to the person though the reserve was there"
    assert used, "no save met the full disk"


@pytest.mark.parametrize("name", ["save", "import", "backup", "passphrase"])
def test_a_limit_on_files_is_met_calmly(bench: Lab, seed: int, name: str) -> None:
    """``RLIMIT_FSIZE``: no file grows beyond it, of whatever call."""
    for n in range(3):
        limit = (seed * (n + 1) * 7919) % 600_000
        done, wrong = sweep.limited(bench, name, limit)
        assert not wrong, (limit, wrong)
