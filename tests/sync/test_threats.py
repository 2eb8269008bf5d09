"""Threats of SYNC section 2 whose amount no other test plays: a stolen desk that goes on, and sticks from long ago."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.revoking import revoke_desk
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.kinds import PERSON
from shelterdesk.db.check import check
from tests.sync.worlds import World, at, carry, given_names, join, register, state

AFTER = 1_000
"""Entries the thief makes (SYNC section 2, revoked device)."""


def test_of_a_thousand_entries_after_the_revocation_none_counts_and_all_are_kept(
    world: World, tmp_path: Path, stick: Path, clock: SetClock
) -> None:
    stolen = tmp_path / "second"
    join(world.lb, stolen, clock)
    with at(stolen, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        revoke_desk(office, "LB1A")
    with at(stolen, clock) as desk:
        desk.store.conn.execute("PRAGMA synchronous = OFF")  # nobody pulls a plug here
        for number in range(AFTER):
            with desk.store.write(desk.user) as event:
                event.create(PERSON, {"given": f"Zoe {number}", "station": "LB"})
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        taken = import_from(office, stick).result
        conn = office.store.conn
        assert (
            given_names(office) == {"Ana"} and taken.not_admitted >= AFTER
        )  # and the note of the export before
        ((reason, number),) = conn.execute("SELECT reason, count(*) FROM set_aside_op GROUP BY reason")
        assert (reason, number) == ("revoked_desk", taken.not_admitted)
        assert conn.execute("SELECT count(*) FROM person WHERE given LIKE 'Zoe%'").fetchone() == (0,)
        assert check(conn).findings == []


@pytest.mark.parametrize("seed", range(2))
def test_all_old_sticks_again_in_any_order_change_nothing(
    world: World, tmp_path: Path, clock: SetClock, seed: int
) -> None:
    rng = random.Random(seed)
    sticks = []
    for number in range(6):
        stick = tmp_path / f"stick {number}"
        stick.mkdir()
        sticks.append(stick)
        for station in (world.lb, world.mt):
            with at(station, clock) as desk:
                register(desk, f"{station.name} {number}")
            carry(station, world.office, stick, clock)
        with at(world.office, clock) as office:
            for code in ("LB", "MT"):
                export_bundle(office, stick, code)
    folders = (world.office, world.lb, world.mt)
    held: dict[Path, str] = {}
    for folder in folders:
        with at(folder, clock) as desk:
            for stick in sticks:
                import_from(desk, stick)
            held[folder] = state(desk)
    assert given_names_of(world.office, clock) >= {"lb 0", "mt 5"}
    for folder in folders:
        with at(folder, clock) as desk:
            for stick in rng.sample(sticks * 2, 2 * len(sticks)):
                import_from(desk, stick)
                assert state(desk) == held[folder], f"seed {seed}"
            assert check(desk.store.conn).findings == []


def given_names_of(folder: Path, clock: SetClock) -> set[str]:
    """The given names a folder knows."""
    with at(folder, clock) as desk:
        return given_names(desk)
