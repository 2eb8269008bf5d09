"""The world of the exchange, made once for a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from tests.stations import MORNING
from tests.sync.tables import copies, make_three
from tests.sync.worlds import World, copied, make_world


@pytest.fixture(scope="session")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The world all tests copy."""
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(made_world: World, tmp_path: Path) -> World:
    """An office and two stations of this test's own."""
    return copied(made_world, tmp_path)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """An empty stick."""
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def made_three(made_world: World, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three desks of one station, made once."""
    folder = tmp_path_factory.mktemp("three")
    return make_three(copied(made_world, folder), folder, SetClock(MORNING))


@pytest.fixture
def three(made_three: list[Path], tmp_path: Path) -> list[Path]:
    """Three desks of this test's own."""
    return copies(made_three, tmp_path)
