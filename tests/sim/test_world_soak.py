"""Twenty thousand schedules of the world on the real store (``make soak``); a range of them is a test."""

from __future__ import annotations

import pytest

from tests.sim.shares import play
from tests.sim.world_run import Player

FIRST, ALL, AT_ONCE = 1_000, 20_000, 100


@pytest.mark.soak
@pytest.mark.parametrize("first", range(FIRST, FIRST + ALL, AT_ONCE))
def test_nothing_is_lost_and_all_agree(player: Player, first: int) -> None:
    assert play(player, range(first, first + AT_ONCE))["schedules"] == AT_ONCE
