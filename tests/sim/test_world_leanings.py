"""Worlds in which much of one sort happens: copies, revocations, restores, erasures, newcomers; seeds that once failed too."""

from __future__ import annotations

import pytest

from tests.sim.world_run import Player

LEANINGS: dict[str, tuple[tuple[int, ...], dict[str, int]]] = {
    "copied and revoked": ((31, 32), {"copy": 20, "revoke": 20}),
    "forgotten": ((78,), {"gather": 1, "copy": 20, "put_back": 10, "revoke": 20}),
    "put back": ((40, 41), {"gather": 1, "copy": 10, "revoke": 10, "put_back": 20}),
    "erased": (
        (50, 51, 52),
        {"erase": 15, "document": 10, "correct_clock": 6, "second_admin": 5, "meet": 10},
    ),
    "erased and put back": (
        (60, 61),
        {"gather": 1, "erase": 10, "document": 5, "put_back": 10, "back_up_and_restore": 10},
    ),
    "joined": ((200102, 70, 71), {"join": 15, "enrol": 5, "erase": 6}),
}


@pytest.mark.parametrize("name", LEANINGS)
def test_nothing_is_lost_and_all_agree(player: Player, name: str) -> None:
    seeds, leaning = LEANINGS[name]
    for seed in seeds:
        print(f"{name}: seed {seed}, {leaning}: {dict(player.play(seed, leaning=leaning))}")
