"""The lab of a file of sweeps, and which points it takes: others each time, by a seed that is printed."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator, Sequence

import pytest

from tests.faults.lab import Lab, Point, cannot_trace, lab


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab of one file's own."""
    if cannot_trace():
        pytest.skip(cannot_trace())
    with lab(tmp_path_factory.mktemp("lab")) as opened:
        yield opened


@pytest.fixture
def seed() -> int:
    """A seed of this test's own; a failing test shows it."""
    found = secrets.randbelow(1 << 32)
    print(f"seed {found}")
    return found


def some(points: Sequence[Point], count: int, seed: int) -> list[Point]:
    """So many points of a sweep: half of them of the calls that are rare, among many writes of pages."""
    rng = random.Random(seed)
    pages = [one for one in points if one.call == "pwrite64"]
    others = [one for one in points if one.call != "pwrite64"]
    taken = rng.sample(others, min(len(others), count // 2))
    return taken + rng.sample(pages, min(len(pages), count - len(taken)))
