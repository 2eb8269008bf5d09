"""What is left of an erased line counts on the author's or the office's word; anybody else's is kept and waited upon."""

from __future__ import annotations

import gzip
from pathlib import Path

import msgspec
import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.erasing import erase
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.erased import may_be_left
from shelterdesk.core.event import hex16, parse
from shelterdesk.db import receipts as held
from shelterdesk.db.check import check
from shelterdesk.db.erasable import records_about
from shelterdesk.db.statements import statements
from shelterdesk.keys import age
from shelterdesk.sync import manifest as manifests
from shelterdesk.sync.container import unpack
from tests.sync.erasing import every_value, family, must_be_gone, names_in
from tests.sync.worlds import World, at, carry, given_names, join, parts_in, register


@pytest.fixture
def second(world: World, clock: SetClock, tmp_path: Path) -> Path:
    """A second desk of station LB."""
    folder = tmp_path / "lb2"
    join(world.lb, folder, clock)
    return folder


def all_about(desk: Desk, *persons: str) -> list[str]:
    """The ids of all that is held here about some people."""
    return [ent.hex() for ent in records_about(desk.store.conn, {bytes.fromhex(one) for one in persons})]


def order(world: World, clock: SetClock, *ents: str) -> None:
    """The office orders an erasure of what it may not hold yet."""
    with at(world.office, clock) as office:
        erase(office, [], "request 12", ents)


def hear(folder: Path, world: World, clock: SetClock) -> None:
    """A desk hears what the office ordered."""
    with at(world.office, clock) as office:
        said = [s for s in statements(office.store.conn) if s.kind == "erase"]
    with at(folder, clock) as desk:
        desk.store.add_statements(said)


def lines_of(stick: Path, world: World, clock: SetClock) -> list[tuple[int, dict[str, object]]]:
    """What the parts on a stick say: (least reader, line)."""
    found = []
    with at(world.office, clock) as office:
        for path in parts_in(stick):
            members = dict(unpack(age.decrypt(path.read_bytes(), [office.store.keys.age.identity])))
            least = msgspec.json.decode(members["MANIFEST.json"])["min_reader"]
            for name, data in members.items():
                if name.startswith("events-"):
                    found += [
                        (least, msgspec.json.decode(line)) for line in gzip.decompress(data).splitlines()
                    ]
    return found


def test_what_was_erased_goes_as_its_hash(world: World, stick: Path, clock: SetClock) -> None:
    with at(world.lb, clock) as desk:
        ids = family(desk)
        gone, _ = register(desk, "Xochiquetzal", "Carlota")
        about = all_about(desk, gone, ids["gone"])
        dev = hex16(desk.who.dev)
    order(world, clock, *about)
    hear(world.lb, world, clock)
    with at(world.lb, clock) as desk:
        export_bundle(desk, stick)
    lines = lines_of(stick, world, clock)
    assert {least for least, _ in lines} == {2}
    hashes = [line for _, line in lines if "o" not in line]
    assert len(hashes) == 1 and hashes[0].keys() == {"eh", "d", "e", "s", "n", "w"}
    assert hashes[0]["d"] == dev and hashes[0]["n"] == 1
    in_part = [line for _, line in lines if "eh" in line and "o" in line]
    assert len(in_part) == 2 and all(line["x"] == "0" * 32 for line in in_part)
    assert names_in(msgspec.json.encode([line for _, line in lines]), ["Xochiquetzal"]) == []
    with at(world.office, clock) as office:
        found = import_from(office, stick).result
        assert found.is_clean, found.parts
        assert given_names(office) == {"Benedicta", "Carlota"}
        assert held.gaps(office.store.conn) == []
        upto = [heard.upto for heard in held.confirmable(office.store.conn, int(dev, 16))]
        last = office.store.conn.execute("SELECT max(last_seq) FROM event WHERE dev = ?", (int(dev, 16),))
        assert upto == [last.fetchone()[0]]
        must_be_gone(office, "office")


def test_an_older_reader_waits_for_its_update(
    world: World, stick: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(world.lb, clock) as desk:
        gone, _ = register(desk, "Xochiquetzal", "Carlota")
    order(world, clock, gone)
    hear(world.lb, world, clock)
    with at(world.lb, clock) as desk:
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        monkeypatch.setattr(manifests, "READER", 1)
        found = import_from(office, stick).result
        assert found.set_aside == 1 and given_names(office) == set()
        monkeypatch.undo()
        assert import_from(office, stick).result.is_clean and given_names(office) == {"Carlota"}


def test_a_part_that_says_it_is_whole_may_not_hold_hashes(
    world: World, stick: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(world.lb, clock) as desk:
        gone, _ = register(desk, "Xochiquetzal", "Carlota")
    order(world, clock, gone)
    hear(world.lb, world, clock)
    with at(world.lb, clock) as desk:
        monkeypatch.setattr("shelterdesk.sync.parts.ERASED_LINES", 1)
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        found = import_from(office, stick).result
        assert (found.set_aside + found.refused, given_names(office)) == (1, set())


def test_nobody_hides_the_work_of_another_desk(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    with at(world.lb, clock) as desk:
        ids = family(desk)
        about = all_about(desk, ids["gone"], *register(desk, "Xochiquetzal"))
        dev = desk.who.dev
    carry(world.lb, second, stick, clock)
    order(world, clock, *about)
    hear(second, world, clock)
    with at(second, clock) as desk:
        must_be_gone(desk, "second desk")
    carry(second, world.office, tmp_path / "of-second", clock)
    with at(world.office, clock) as office:
        conn = office.store.conn
        # Kept, and not counted: only the author and the office can say what is left of a line.
        assert given_names(office) == set()
        assert conn.execute("SELECT count(*) FROM withheld").fetchone()[0] == 3
        assert {r[0] for r in conn.execute("SELECT DISTINCT reason FROM set_aside_op")} == {"unsigned"}
        first = conn.execute("SELECT min(e.seq) FROM withheld w JOIN event e ON e.id = w.event").fetchone()[0]
        assert [heard.upto for heard in held.confirmable(conn, dev)] == [first - 1]
        assert check(conn).findings == []
    (tmp_path / "relayed").mkdir()
    with at(world.office, clock) as office:
        export_bundle(office, tmp_path / "relayed", "LB")
    assert not [line for _, line in lines_of(tmp_path / "relayed", world, clock) if "eh" in line]
    (tmp_path / "of-author").mkdir()
    with at(world.lb, clock) as desk:
        export_bundle(desk, tmp_path / "of-author")
    with at(world.office, clock) as office:
        assert import_from(office, tmp_path / "of-author").result.is_clean
        conn = office.store.conn
        assert names_in(every_value(conn)) == [], "not for a moment, and not only once it is opened again"
        assert conn.execute("SELECT count(*) FROM withheld").fetchone()[0] == 0
        assert given_names(office) == {"Benedicta"}
        must_be_gone(office, "office")
        last = conn.execute("SELECT max(last_seq) FROM event WHERE dev = ?", (dev,)).fetchone()[0]
        assert [heard.upto for heard in held.confirmable(conn, dev)] == [last]


def test_an_author_that_erased_first_is_believed(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    with at(world.lb, clock) as desk:
        ids = family(desk)
        about = all_about(desk, ids["gone"], *register(desk, "Xochiquetzal"))
    carry(world.lb, second, stick, clock)
    order(world, clock, *about)
    hear(second, world, clock)
    hear(world.lb, world, clock)
    carry(second, world.office, tmp_path / "of-second", clock)
    carry(world.lb, world.office, tmp_path / "of-author", clock)
    with at(world.office, clock) as office:
        assert office.store.conn.execute("SELECT count(*) FROM withheld").fetchone()[0] == 0
        assert given_names(office) == {"Benedicta"}
        must_be_gone(office, "office")


def test_what_is_said_to_be_left_is_left_only_of_what_was_ordered_to_go(
    world: World, clock: SetClock
) -> None:
    with at(world.lb, clock) as desk:
        about = all_about(desk, family(desk)["gone"])
    order(world, clock, *about)
    hear(world.lb, world, clock)
    with at(world.lb, clock) as desk:
        lines = [r[0] for r in desk.store.conn.execute("SELECT line FROM event WHERE line IS NOT NULL")]
        in_part = [event for event in map(parse, lines) if event.is_in_part]
        assert len(in_part) == 2
        for event in in_part:
            assert may_be_left(event, desk.roster.erased) and not may_be_left(event, frozenset())
