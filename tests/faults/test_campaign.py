"""The sweeps at full size, as ``python -m tests.faults.campaign`` runs them; ``make soak`` plays them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults import campaign
from tests.faults.campaign import Count
from tests.faults.every import ALONE, EVERY
from tests.faults.lab import Lab

pytestmark = [pytest.mark.soak, pytest.mark.timeout(0)]
CUT = [name for name in ALONE if name != "reserve"]


@pytest.mark.parametrize("name", EVERY)
def test_every_kill(bench: Lab, name: str) -> None:
    count = campaign.kill(bench, name, 1)
    assert count.became and not count.wrong, count.wrong


@pytest.mark.parametrize("name", ALONE)
@pytest.mark.parametrize("sweep", [campaign.errors, campaign.room])
def test_every_point(bench: Lab, sweep: Callable[[Lab, str, int], Count], name: str) -> None:
    count = sweep(bench, name, 1)
    assert count.became and not count.wrong, count.wrong


@pytest.mark.parametrize("name", CUT)
def test_a_thousand_power_cuts(bench: Lab, seed: int, name: str) -> None:
    count = campaign.power(bench, name, seed, 1000)
    assert sum(count.became.values()) == 1000 and not count.wrong, count.wrong
