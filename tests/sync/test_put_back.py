"""Who was put back from a backup gets again what it had confirmed, also from those who hear of it by clear receipts alone."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

import pytest

from shelterdesk.actions.backups import make_backup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.restoring import restore
from shelterdesk.actions.revoking import revoke_desk
from shelterdesk.actions.taking_in import import_from
from shelterdesk.db.check import check
from tests.stations import PASSPHRASE
from tests.sync.worlds import World, at, carry, events_of, given_names, join, register


@pytest.fixture
def second(world: World, clock: SetClock, tmp_path: Path) -> Path:
    """A second desk of station LB, ``LB1A``, which the office knows."""
    join(world.lb, tmp_path / "second", clock)
    carry(world.lb, world.office, tmp_path / "first", clock)
    return tmp_path / "second"


class _Sticks:
    """A new stick for each way."""

    def __init__(self, folder: Path, clock: SetClock) -> None:
        self._folder, self._clock, self._numbers = folder, clock, count()

    def __call__(self, from_: Path, to: Path, for_: str) -> Path:
        stick = self._folder / f"way-{next(self._numbers)}"
        carry(from_, to, stick, self._clock, for_)
        return stick


def test_a_revoked_desk_writes_again_what_the_office_lost(
    world: World, second: Path, clock: SetClock, tmp_path: Path
) -> None:
    """The parts are sealed to it no more; receipts lie beside them in clear."""
    way = _Sticks(tmp_path, clock)
    with at(world.office, clock) as office:
        backup = make_backup(office, tmp_path / "backups").result
    with at(second, clock) as desk:
        register(desk, "Zoe")
        saved = set(events_of(desk))
    way(second, world.office, "office")
    way(world.office, second, "LB")  # confirmed
    with at(world.office, clock) as office:
        assert saved <= set(events_of(office))
    shutil.rmtree(world.office)
    restore(backup.folder, world.office, "chief", PASSPHRASE, clock).close()
    with at(world.office, clock) as office:
        revoke_desk(office, "LB1A")
        stick = tmp_path / "answer"
        stick.mkdir()
        export_bundle(office, stick, "LB")
        before = {path: path.stat().st_mtime_ns for path in stick.rglob("*.json*")}
        assert before
        export_bundle(office, stick, "LB")
        assert {path: path.stat().st_mtime_ns for path in before} == before  # the same are not written again
    with at(second, clock) as desk:
        found = import_from(desk, stick).result
        assert (found.new, found.elsewhere) == (0, len(found.parts))
    way(second, world.office, "office")
    with at(world.office, clock) as office:
        assert saved <= set(events_of(office))  # there again, set aside with the reason
        assert "Zoe" not in given_names(office)
        reasons = office.store.conn.execute("SELECT DISTINCT reason FROM set_aside_op").fetchall()
        assert reasons == [("revoked_desk",)]
        assert check(office.store.conn).findings == []


def test_a_station_without_a_revoked_desk_gets_no_receipts_in_clear(
    world: World, second: Path, stick: Path, clock: SetClock
) -> None:
    with at(world.office, clock) as office:
        export_bundle(office, stick, "LB")
    assert not (stick / "SHELTERDESK" / "receipts").exists()


def test_what_lay_on_another_branch_than_the_one_an_office_got_back_is_sent_again(
    world: World, second: Path, clock: SetClock, tmp_path: Path
) -> None:
    """Its receipt names a number beyond what is held here, of the other branch: that says nothing of this one.

    Who is revoked hears the receipt and not the branch, so no entry ever comes that would settle it.
    """
    way = _Sticks(tmp_path, clock)
    with at(world.office, clock) as office:
        backup = make_backup(office, tmp_path / "backups").result
    twin = tmp_path / "twin"
    shutil.copytree(world.lb, twin)
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
    way(world.lb, world.office, "office")
    way(world.lb, second, "LB")  # and that laptop is seen no more
    way(world.office, second, "LB")
    with at(world.office, clock) as office:
        assert "Ana" in given_names(office)
    shutil.rmtree(world.office)
    restore(backup.folder, world.office, "chief", PASSPHRASE, clock).close()
    with at(twin, clock) as desk:
        register(desk, "Berta", "Clara", "Dora", "Elsa")
    way(twin, world.office, "office")
    with at(world.office, clock) as office:
        revoke_desk(office, "LB1A")
    way(world.office, second, "LB")
    way(second, world.office, "office")
    with at(world.office, clock) as office:
        assert given_names(office) == {"Ana", "Berta", "Clara", "Dora", "Elsa"}
        assert check(office.store.conn).findings == []


def test_what_a_desk_it_does_not_know_any_more_wrote_is_asked_for_too(
    world: World, clock: SetClock, tmp_path: Path
) -> None:
    """The office was put back to before it heard of that desk, and revoked the one that let it in."""
    way = _Sticks(tmp_path, clock)
    with at(world.office, clock) as office:
        backup = make_backup(office, tmp_path / "backups").result
    second = tmp_path / "second"
    join(world.lb, second, clock)
    with at(second, clock) as desk:
        register(desk, "Zoe")
        saved = set(events_of(desk))
    way(second, world.lb, "LB")  # and that laptop is seen no more
    way(world.lb, world.office, "office")
    way(world.office, world.lb, "LB")  # confirmed
    shutil.rmtree(world.office)
    restore(backup.folder, world.office, "chief", PASSPHRASE, clock).close()
    with at(world.office, clock) as office:
        revoke_desk(office, "LB1")
    way(world.lb, world.office, "office")  # brings who let that desk in, which is not believed
    way(world.office, world.lb, "LB")
    way(world.lb, world.office, "office")
    with at(world.office, clock) as office:
        assert saved <= set(events_of(office))
        assert given_names(office) == set()
        assert check(office.store.conn).findings == []
