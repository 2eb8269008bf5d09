"""A part this very program cannot digest, by a fault of its own, stands in nobody's way."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.actions import faults
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.exchange import export_bundle, export_receipts
from shelterdesk.actions.exchange_state import exchange_state
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.errors import DiskFull
from shelterdesk.db import tables
from shelterdesk.db.check import check
from shelterdesk.db.connection import Connection, DatabaseError
from shelterdesk.db.store import Store
from shelterdesk.sync import intake
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.reader import Opened
from shelterdesk.sync.receipts import Confirmed
from tests.sync.worlds import World, at, given_names, join, parts_in, register

NAMES = ("Ana", "Berta", "Carla")


@pytest.fixture
def three(world: World, stick: Path, clock: SetClock) -> list[Path]:
    """Three parts on a stick, a person in each."""
    found: list[Path] = []
    for name in NAMES:
        with at(world.lb, clock) as desk:
            register(desk, name)
            export_bundle(desk, stick)
        found += [path for path in parts_in(stick) if path not in found]
    assert len(found) == 3
    return found


def stumble(monkeypatch: pytest.MonkeyPatch, over: str, fault: Exception) -> None:
    """A follower of the table of people with a fault that one name brings out."""

    def follower(conn: Connection, ents: list[bytes]) -> None:
        names = {conn.execute("SELECT given FROM person WHERE ent = ?", (ent,)).fetchone() for ent in ents}
        if (over,) in names:
            raise fault

    monkeypatch.setitem(tables.FOLLOWERS, "person", [*tables.FOLLOWERS["person"], follower])


def test_a_part_the_program_stumbles_over_blocks_nobody(
    world: World, stick: Path, clock: SetClock, three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(world.office, clock) as office:
        with monkeypatch.context() as faulty:
            stumble(faulty, "Berta", TypeError("Berta is not a number"))
            for known in (0, 2):
                found = import_from(office, stick).result
                left = [part for part in found.parts if part.outcome == "set_aside"]
                assert [part.name.split("/")[1] for part in left] == [three[1].name]
                assert "the program's" in left[0].reason and left[0].advice
                assert (found.set_aside, found.refused, found.is_clean) == (1, 0, False)
                assert given_names(office) == {"Ana", "Carla"} and found.known >= known
            assert check(office.store.conn).findings == []
            report = faults.reports(world.office)[0].read_text("utf-8")
            assert json.loads(report)["faults"][0]["type"] == "builtins.TypeError" and "Berta" not in report
            reader = office.reader()
            (kept,) = exchange_state(reader).left_out
            reader.close()
            assert kept.reason == left[0].reason
        assert import_from(office, stick).result.set_aside == 0  # a program without the fault
        assert given_names(office) == set(NAMES)
        assert office.store.conn.execute("SELECT count(*) FROM part_set_aside").fetchone() == (0,)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (DiskFull("here"), DiskFull),
        (DatabaseError("database or disk is full"), DiskFull),
        (OSError(errno.EIO, "the disk"), OSError),
    ],
)
def test_what_is_the_worlds_fault_still_ends_the_import(
    world: World,
    stick: Path,
    clock: SetClock,
    three: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    said: type[Exception],
) -> None:
    stumble(monkeypatch, "Berta", fault)
    with at(world.office, clock) as office:
        with pytest.raises(said):
            import_from(office, stick)
        assert given_names(office) == {"Ana"} and not faults.reports(world.office)


@pytest.mark.parametrize("what", ["take_receipts", "read_signed"])
def test_nor_does_a_receipt_or_an_admission(
    world: World, stick: Path, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    join(world.lb, tmp_path / "second", clock)
    with at(world.office, clock) as office:
        export_bundle(office, stick, "LB")
        export_receipts(office, stick)
    with at(tmp_path / "second", clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick, "LB")
        export_receipts(desk, stick)

    calls: list[object] = []

    def faulty(*given: object) -> Confirmed:
        calls.append(given)
        if what == "read_signed" or len(calls) == 1:  # the receipts in the parts can be read
            raise RecursionError
        return Confirmed()

    room = "shelterdesk.sync.stick" if what == "read_signed" else "shelterdesk.actions.taking_in"
    monkeypatch.setattr(f"{room}.{what}", faulty)
    with at(world.lb, clock) as lb:
        found = import_from(lb, stick).result
        assert given_names(lb) == {"Ana"} and found.set_aside == (2 if what == "read_signed" else 1)
        assert faults.reports(world.lb)


def test_what_is_found_only_while_it_is_merged_leaves_out_that_part(
    world: World, stick: Path, clock: SetClock, three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    merge_part = intake.merge_part

    def unable(store: Store, opened: Opened, *more: Any) -> intake.Counted:
        if three[1].name.startswith(f"{opened.manifest.bundle_no}-"):
            raise SetAside("damaged")
        return merge_part(store, opened, *more)

    monkeypatch.setattr(intake, "merge_part", unable)
    with at(world.office, clock) as office:
        found = import_from(office, stick).result
        assert [part.name.split("/")[1] for part in found.parts if part.reason] == [three[1].name]
        assert (found.set_aside, found.refused) == (1, 0) and given_names(office) == {"Ana", "Carla"}
        assert not faults.reports(world.office)
