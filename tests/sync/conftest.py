"""The world of the exchange, made once for a run."""

from __future__ import annotations

from pathlib import Path

import pytest

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
