"""The merge core on tables in memory: any order of arrival, copies, hostile hands, clocks near the end of numbers."""

from __future__ import annotations

from collections import Counter

from tests.sim import core_store
from tests.sim.core_run import run

SEEDS = range(1_000)


def test_a_thousand_histories_in_memory() -> None:
    conn = core_store.memory()
    found: Counter[str] = Counter()
    for seed in SEEDS:
        found.update(run(seed, conn))
    conn.close()
    print(f"seeds {SEEDS.start} to {SEEDS.stop - 1}: {dict(found)}")
    for what in ("conflicts", "won", "forks", "restores", "copies", "set_aside", "poisoned"):
        assert found[what] > 50, f"{what} hardly ever happens"
