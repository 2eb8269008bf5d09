"""Killed in the middle of a call that writes: what was called done is there, and the work goes on (SYNC §3, row 3)."""

from __future__ import annotations

import pytest

from tests.faults import sweep
from tests.faults.conftest import some
from tests.faults.every import EVERY
from tests.faults.lab import Lab

POINTS = 5
"""Of each workflow; ``python -m tests.faults.campaign kill`` takes all of them."""

POINTS_BESIDE = 2
"""Of those with another process beside them."""


@pytest.mark.parametrize("name", EVERY)
def test_a_kill_loses_nothing(bench: Lab, seed: int, name: str) -> None:
    points = some(bench.points(name), POINTS if EVERY[name].is_alone else POINTS_BESIDE, seed)
    killed = 0
    for point in points:
        done, wrong = sweep.kill(bench, name, point)
        assert not wrong, (point, wrong)
        killed += done.killed or ["gone"] in done.said  # the other side was killed, and this one saw it
    assert killed, "none of the points was reached"


def test_the_sweep_sees_what_was_called_done_and_is_not_there(bench: Lab) -> None:
    place = bench.place("save")
    done = bench.run("save", place)
    for file in (place / "lb").glob("station.db*"):
        file.unlink()
    ready = bench.prepared("save") / "lb" / "station.db"
    (place / "lb" / "station.db").write_bytes(ready.read_bytes())
    found = bench.look("save", place, done.said).problems
    assert any("Flor" in one and "not there" in one for one in found), found
    assert any("the surname of Gil" in one for one in found)


def test_the_sweep_sees_a_backup_that_is_none(bench: Lab) -> None:
    place = bench.place("backup")
    done = bench.run("backup", place)
    (made,) = (place / "disk").iterdir()
    with (made / "station.db").open("rb+") as stream:
        stream.seek(8192)
        stream.write(bytes(512))
    assert bench.look("backup", place, done.said).problems
    (made / "backup.json").unlink()
    assert any("is none" in one for one in bench.look("backup", place, done.said).problems)
