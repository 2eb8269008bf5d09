"""How schedules of the world are shared out over files of tests, so that two workers play them side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.sim.world_run import Player


def play(player: Player, seeds: Iterable[int]) -> Counter[str]:
    """Play these seeds; the first that fails is told with its story."""
    found: Counter[str] = Counter()
    for seed in seeds:
        try:
            found.update(player.play(seed))
        except Exception as fault:
            print("\n".join(getattr(fault, "story", [])))
            print(f"seed {seed}: python -m tests.sim.campaign world --seed {seed}")
            raise
    print(dict(found))
    return found
