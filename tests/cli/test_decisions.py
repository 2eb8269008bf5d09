"""Commands that decide for good: nobody is erased or revoked unasked, and two admins decide together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from tests.actions.test_two_persons import let_in
from tests.cli.conftest import Run
from tests.sync.erasing import family
from tests.sync.worlds import World, at, carry, copied, make_world


@pytest.fixture(scope="module")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(made_world: World, tmp_path: Path) -> World:
    return copied(made_world, tmp_path)


@pytest.fixture
def number(world: World, clock: SetClock, tmp_path: Path) -> str:
    """Somebody the office holds, by id."""
    with at(world.lb, clock) as desk:
        ent = family(desk)["gone"]
    carry(world.lb, world.office, tmp_path / "stick", clock)
    return ent


def test_erasing_asks_first_and_then_is_done(run: Run, world: World, number: str) -> None:
    status, _, said = run(
        "office", "erase", number, "--ground", "request 12", folder=world.office, user="chief"
    )
    assert status == 1 and "--yes" in said
    status, _, said = run(
        "office", "erase", number, "--ground", "of Xochiquetzal", "--yes", folder=world.office, user="chief"
    )
    assert status == 1 and "names the person" in said
    status, _, said = run(
        "office", "erase", number, "--ground", "request 12", "--yes", folder=world.office, user="chief"
    )
    assert status == 0 and "Erased: 1 person, 5 records" in said and "sealed-ids" in said
    assert run("find", "xochi", folder=world.office, user="chief")[1] == ""
    assert run("check", folder=world.office, user="chief")[0] == 0


def test_the_second_admin_confirms(run: Run, world: World, number: str, clock: SetClock) -> None:
    with at(world.office, clock) as office:
        let_in(office, "second")
    say = ("office", "erase", number, "--ground", "request 12", "--yes")
    status, _, said = run(*say, folder=world.office, user="chief")
    assert status == 0 and "waits for a second person" in said
    found = json.loads(run("office", "proposals", "--json", folder=world.office, user="second")[1])
    assert (found["what"], found["by"], found["persons"], found["ground"]) == (
        "erase",
        "chief",
        1,
        "request 12",
    )
    n = str(found["number"])
    assert run("office", "confirm", n, "--yes", folder=world.office, user="chief")[0] == 1
    assert run("office", "confirm", n, folder=world.office, user="second")[0] == 1, "nobody was asked"
    assert run("office", "confirm", n, "--yes", folder=world.office, user="second")[0] == 0
    assert run("find", "xochi", folder=world.office, user="second")[1] == ""
    assert run("office", "withdraw", n, folder=world.office, user="second")[0] == 1


def test_desks_are_revoked_and_reinstated(run: Run, world: World) -> None:
    assert run("office", "revoke", "MT1", folder=world.office, user="chief")[0] == 1
    assert run("office", "revoke", "MT1", "--yes", folder=world.office, user="chief")[0] == 0
    assert run("office", "reinstate", "MT1", folder=world.office, user="chief")[0] == 0
    assert run("office", "revoke", "XX9", "--yes", folder=world.office, user="chief")[0] == 1
    assert run("station", "revoke", "LB1", "--yes")[0] == 1, "no desk revokes itself"


def test_clocks_are_corrected_and_the_desks_own_is_said(run: Run, world: World, number: str) -> None:
    fix = ("office", "clock-fix", "LB1", "--from", "1", "--to", "900", "--by")
    status, _, said = run(*fix, "+3h", folder=world.office, user="chief")
    assert status == 0 and "of LB1 count from 2026-11-23 16:00Z" in said
    assert run(*fix, "soon", folder=world.office, user="chief")[0] == 1
    assert run("check", folder=world.office, user="chief")[0] == 0
    status, told, said = run("station", "clock")
    assert status == 0 and told.startswith("2026-11-23T08:00") and said == ""
    assert run("station", "clock", "--now", "2026-11-23T09:00")[0] == 1, "it is not in doubt"
    assert number


def test_only_holders_list_sealed_ids(run: Run, number: str, world: World) -> None:
    assert number and run("person", "sealed-ids", folder=world.lb)[0] == 1
