"""What is looked for of somebody erased is found where it is: in files, backups and parts made before."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from shelterdesk.actions.backups import make_backup
from shelterdesk.actions.exchange import export_bundle
from tests.sim import world_run
from tests.sim.payload import left_in_file, left_in_parts
from tests.sim.schedule import Schedule
from tests.sim.seeded import determined
from tests.sim.template import OFFICE
from tests.sim.world import World, Wrong
from tests.sim.world_run import Player

_PARTS = "SHELTERDESK/*/*.age"


def test_words_of_somebody_are_seen_until_they_are_erased(player: Player, tmp_path: Path) -> None:
    rng = random.Random("words")
    with determined(rng):
        world = World(tmp_path / "world", player.template, [OFFICE, "LB1"], rng)
        schedule = Schedule(world, {}, is_poisoned=False)
        desk = world.places[1]
        schedule.register(desk)
        schedule.document(desk)
        words = set(world.worded)
        assert words
        identity = world.office.store.keys.age.identity

        def looked(at: str) -> tuple[set[bytes], set[bytes], set[bytes]]:
            stick = tmp_path / at
            stick.mkdir()
            with world.saving(desk):
                export_bundle(desk.desk, stick, "office", everything=True)
            backup = make_backup(desk.desk, tmp_path / f"{at}-backup").result.folder
            parts = left_in_parts(stick.glob(_PARTS), identity, words)
            return (
                left_in_file(desk.folder, desk.made.key, words),
                left_in_file(backup, desk.made.key, words),
                parts,
            )

        assert looked("before") == (words, words, words)
        world_run._round(world, schedule, is_open=False)
        for (ent,) in world.office.store.conn.execute("SELECT ent FROM person").fetchall():
            schedule.orders.erase_one(world.office, ent)
        with pytest.raises(Wrong):  # it is there, and that it is erased is known at the office alone
            world.same(desk, "erased", left_in_file(desk.folder, desk.made.key, words), set())
        world_run._round(world, schedule, is_open=False)
        assert words <= desk.desk.roster.erased
        assert looked("after") == (set(), set(), set())
        assert left_in_parts((tmp_path / "before").glob(_PARTS), identity, words) == words
        world.close()
