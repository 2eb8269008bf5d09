"""The merge core on a real encrypted file, by the very schedules that are played in memory by the million."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.sim import core_store
from tests.sim.core_run import run

SEEDS = range(100, 1_000)


def test_seven_hundred_histories_in_a_file(tmp_path: Path) -> None:
    conn = core_store.file(tmp_path / "core.db")
    found: Counter[str] = Counter()
    for seed in SEEDS:
        found.update(run(seed, conn))
    conn.close()
    print(f"seeds {SEEDS.start} to {SEEDS.stop - 1}: {dict(found)}")
    assert found["schedules"] == 900
