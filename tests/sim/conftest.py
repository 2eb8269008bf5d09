"""The template of the simulated worlds, made once for each file of schedules."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sim.seeded import quick_folder
from tests.sim.world_run import Player


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    """Plays worlds; their files lie in memory where there is room for them."""
    where = quick_folder(tmp_path_factory.mktemp("worlds"))
    with tempfile.TemporaryDirectory(prefix="shelterdesk-sim-", dir=where) as folder:
        yield Player(Path(folder))
