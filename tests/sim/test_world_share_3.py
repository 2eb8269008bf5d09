"""Schedules of the world on the real store, share 3 of four (tests/sim/shares.py)."""

from __future__ import annotations

import pytest

from tests.sim.shares import play
from tests.sim.world_run import Player

FIRST = 150


@pytest.mark.parametrize("first", range(FIRST, FIRST + 25, 25))
def test_nothing_is_lost_and_all_agree(player: Player, first: int) -> None:
    assert play(player, range(first, first + 25))["schedules"] == 25
