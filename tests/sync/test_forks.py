"""A desk whose folder was copied: every branch comes to everybody, by whatever way, and is confirmed by its chain."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.exchange import Exported, export_bundle, export_receipts
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.event import chain_next
from shelterdesk.db import beside
from shelterdesk.db import receipts as held
from shelterdesk.db.check import check
from shelterdesk.sync import cutting
from tests.sync.worlds import World, at, carry, events_of, given_names, join, parts_in, register


@pytest.fixture
def second(world: World, clock: SetClock, tmp_path: Path) -> Path:
    """A second desk of station LB, ``LB1A``."""
    join(world.lb, tmp_path / "second", clock)
    return tmp_path / "second"


def receipts_to(from_: Path, to: Path, stick: Path, clock: SetClock) -> None:
    """The receipts of one folder, carried to another."""
    stick.mkdir()
    with at(from_, clock) as desk:
        export_receipts(desk, stick)
    with at(to, clock) as desk:
        import_from(desk, stick)


def written(folder: Path, stick: Path, clock: SetClock, for_: str = "office") -> Exported:
    stick.mkdir(exist_ok=True)
    with at(folder, clock) as desk:
        return export_bundle(desk, stick, for_).result


def line_of(desk: Desk, dev: int) -> list[tuple[int, bytes]]:
    """The places of a desk's main line as they are held here."""
    return desk.store.conn.execute(
        "SELECT last_seq, chain FROM event WHERE dev = ? AND chain IS NOT NULL", (dev,)
    ).fetchall()


def still_to_say(desk: Desk) -> list[beside.Stretch]:
    """What this desk would name in its receipts beside main lines."""
    lying = beside.beside_lines(desk.store.conn)
    return [
        one for author, lines in lying.items() for one in beside.signed_beside(desk.store.conn, author, lines)
    ]


def test_a_second_branch_is_passed_on_though_its_numbers_were_confirmed(
    world: World, second: Path, clock: SetClock, tmp_path: Path
) -> None:
    """The copy hands its work to its fellow desk, and the fellow desk writes the stick of the office."""
    copy = tmp_path / "copy"
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
    shutil.copytree(world.lb, copy)
    with at(world.lb, clock) as desk:
        register(desk, *(f"a{n}" for n in range(6)))
    carry(world.lb, world.office, tmp_path / "s1", clock)
    carry(world.lb, second, tmp_path / "s2", clock)
    receipts_to(world.office, second, tmp_path / "s3", clock)
    with at(copy, clock) as desk:
        register(desk, "b1")
    written(copy, tmp_path / "s4", clock, "LB")
    with at(second, clock) as desk:
        assert "both were kept" in import_from(desk, tmp_path / "s4").result.alarms[0]
        assert "b1" in given_names(desk)
    # Not once only: until the office has said that it has this very branch.
    first, again = (written(second, tmp_path / name, clock) for name in ("s5", "s6"))
    assert len(first.parts) <= len(again.parts)
    with at(world.office, clock) as office:
        assert import_from(office, tmp_path / "s6").result.alarms
        assert given_names(office) == {"Ana", "b1", *(f"a{n}" for n in range(6))}
        assert len(still_to_say(office)) == 1
        assert check(office.store.conn).findings == []
    receipts_to(world.office, second, tmp_path / "s7", clock)
    with at(second, clock) as desk:
        assert "b1" in given_names(desk)
        export_bundle(desk, tmp_path / "s6")
        held_back = export_bundle(desk, tmp_path / "s6").result
        branch = beside.beside_lines(desk.store.conn)
        (ids,) = ({*lines.spans} for lines in branch.values())
        waiting = desk.store.conn.execute("SELECT ids FROM bundle_out WHERE is_waiting = 1").fetchall()
        assert held_back.events < 6
        assert not any(
            low <= id_ <= high for (text,) in waiting for low, high in json.loads(text) for id_ in ids
        )
    # The copy learns that what is a branch at the office is its own line, whole.
    receipts_to(world.office, copy, tmp_path / "s8", clock)
    with at(copy, clock) as desk:
        upto = held.acknowledged_by(desk.store.conn, desk.roster.office.dev)[desk.who.dev, 0]  # type: ignore[union-attr]
        assert upto > 1 and held.only_here(desk.store.conn, desk.who.dev).events < 4


@pytest.mark.parametrize("seed", range(4))
def test_many_branches_come_whole_through_a_relay(
    world: World, second: Path, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Copies of copies, carried in any order to a fellow desk that cuts what it passes on anew."""
    rng = random.Random(seed)
    print(f"seed {seed}")
    folders = [world.lb]
    everybody = set()
    for n in range(9):
        folder = rng.choice(folders)
        if len(folders) < 4:
            shutil.copytree(folder, tmp_path / f"copy-{n}")
            folders.append(tmp_path / f"copy-{n}")
        names = [f"{n}-{m}" for m in range(rng.randrange(1, 6))]
        everybody.update(names)
        with at(rng.choice(folders), clock) as desk:
            register(desk, *names)
    rng.shuffle(folders)
    for n, folder in enumerate(folders):
        written(folder, tmp_path / f"in-{n}", clock, "LB")
        with at(second, clock) as desk:
            import_from(desk, tmp_path / f"in-{n}")
            if n == 0:
                receipts = tmp_path / "early"
                written(second, receipts, clock)
                with at(world.office, clock) as office:
                    import_from(office, receipts)
                receipts_to(world.office, second, tmp_path / "back", clock)
    real = set()
    for folder in folders:
        with at(folder, clock) as desk:
            real.update(line_of(desk, desk.who.dev))
            dev = desk.who.dev
    monkeypatch.setattr(cutting, "MAX_EVENT_OPS", rng.choice((4, 50_000)))
    with at(second, clock) as desk:
        assert given_names(desk) == everybody
        export_bundle(desk, tmp_path / "early")
    parts = parts_in(tmp_path / "early")
    rng.shuffle(parts)
    with at(world.office, clock) as office:
        single = tmp_path / "single"
        for path in parts:
            folder = single / "SHELTERDESK" / path.parent.name
            shutil.rmtree(single, ignore_errors=True)
            folder.mkdir(parents=True)
            for one in (path, path.with_name(f"{path.name}.sig"), *path.parent.glob("*.admit*")):
                shutil.copy(one, folder)
            import_from(office, single)
        assert given_names(office) == everybody
        assert office.store.conn.execute("SELECT count(*) FROM set_aside_op").fetchone() == (0,)
        assert set(line_of(office, dev)) <= real  # no line that nobody wrote, of pieces of several
        assert check(office.store.conn).findings == []
    receipts_to(world.office, second, tmp_path / "late", clock)
    with at(second, clock) as desk, at(world.office, clock) as office:
        assert set(events_of(office)) <= set(events_of(desk))
        before = desk.store.conn.execute("SELECT max(id) FROM event").fetchone()[0]
        export_bundle(desk, tmp_path / "late")
        rest = desk.store.conn.execute("SELECT ids FROM bundle_out WHERE is_waiting = 1").fetchall()
        assert all(low > before - 2 for (text,) in rest for low, _ in json.loads(text))


def test_a_line_put_together_from_two_branches_is_found(
    world: World, second: Path, clock: SetClock, tmp_path: Path
) -> None:
    """Every link fits the one before, and both branches are proved: nobody signed this one all the same."""
    copy = tmp_path / "copy"
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
    shutil.copytree(world.lb, copy)
    for folder, names in ((world.lb, ("a1", "a2", "a3")), (copy, ("b1",))):
        with at(folder, clock) as desk:
            dev = desk.who.dev
            register(desk, *names)
        written(folder, tmp_path / folder.name, clock, "LB")
        with at(second, clock) as desk:
            import_from(desk, tmp_path / folder.name)
    with at(second, clock) as desk:
        conn = desk.store.conn
        assert check(conn).findings == []
        put, seq, eh, before = conn.execute(
            "SELECT e.id, e.seq, e.eh, c.before FROM event e JOIN claim c ON c.event = e.id"
            " WHERE e.dev = ? AND e.chain IS NULL ORDER BY e.seq",
            (dev,),
        ).fetchone()
        with desk.store.transaction():
            main = conn.execute(
                "SELECT id, seq, eh, chain FROM event WHERE dev = ? AND chain IS NOT NULL AND seq >= ? ORDER BY seq",
                (dev, seq),
            ).fetchall()
            said, value = before, chain_next(before, eh)
            conn.execute("UPDATE event SET chain = ? WHERE id = ?", (value, put))
            for id_, at_seq, their, chain in main:
                conn.execute("INSERT INTO claim (event, before) VALUES (?, ?)", (id_, said))
                said = chain
                value = chain_next(value, their) if at_seq > seq else value
                conn.execute(
                    "UPDATE event SET chain = ? WHERE id = ?", (value if at_seq > seq else None, id_)
                )
        assert "unsigned" in {finding.code for finding in check(conn).findings}


def test_only_the_desk_that_was_copied_is_said_to_be(
    world: World, second: Path, clock: SetClock, tmp_path: Path
) -> None:
    """Whoever else stood in the same slice of a stick was once said to have two histories as well."""
    copy = tmp_path / "copy"
    with at(second, clock) as desk:
        register(desk, "Ana")
    shutil.copytree(second, copy)
    for folder, name in ((second, "a1"), (copy, "b1")):
        with at(folder, clock) as desk:
            register(desk, name)
    written(second, tmp_path / "s1", clock)
    with at(world.office, clock) as office:
        import_from(office, tmp_path / "s1")
    written(copy, tmp_path / "s2", clock, "LB")
    with at(world.lb, clock) as desk:
        register(desk, "Berta")
    written(world.lb, tmp_path / "lost", clock)
    with at(world.lb, clock) as desk:
        import_from(desk, tmp_path / "s2")
        register(desk, "Carla")
    written(world.lb, tmp_path / "s3", clock)
    first, _ = parts_in(tmp_path / "s3")
    first.unlink()  # so that what LB1 wrote last stands behind a gap, beside the second history of its fellow desk
    with at(world.office, clock) as office:
        alarms = import_from(office, tmp_path / "s3").result.alarms
        copied = [alarm.split()[0] for alarm in alarms if "two histories" in alarm]
        assert copied == ["LB1A"]
        assert given_names(office) == {"Ana", "a1", "b1", "Carla"}
