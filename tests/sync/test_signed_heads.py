"""Nothing is admitted beyond what its author signed: a desk that passes work on cannot add to it."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.event import Event, compose, row_op
from shelterdesk.core.kinds import MERGE_RULES, PERSON, SCHEMA_VERSION
from shelterdesk.db import chain
from shelterdesk.db.check import check
from shelterdesk.db.statements import statements
from shelterdesk.sync import cutting
from tests.stations import PASSPHRASE
from tests.sync.worlds import World, at, events_of, given_names, join, parts_in, register, state


@pytest.fixture
def second(world: World, clock: SetClock, tmp_path: Path) -> Path:
    """A second desk of station LB, ``LB1A``."""
    join(world.lb, tmp_path / "second", clock)
    return tmp_path / "second"


def forged(desk: Desk, dev: int, given: str, after: int, epoch: int = 0) -> Event:
    """An event of another desk as anybody can write one."""
    rng = random.Random(given)
    op = row_op(PERSON.number, rng.randbytes(16), {4: given, 9: "F"})
    return compose(
        dev=dev, epoch=epoch, first_seq=after + 1, hlc=1 << 60, wall_ms=1, zone="UTC", user=desk.user.id,
        schema=SCHEMA_VERSION, merge_rules=MERGE_RULES, salt=rng.randbytes(16), ops=[op],
    )  # fmt: skip


def aside(desk: Desk) -> list[tuple[str, int]]:
    return desk.store.conn.execute(
        "SELECT reason, count(*) FROM set_aside_op GROUP BY reason ORDER BY reason"
    ).fetchall()


def test_a_range_without_its_authors_head_is_set_aside(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    """The table's other desk adds to what it passes on; the author's own stick puts it right."""
    own = tmp_path / "own"
    own.mkdir()
    with at(second, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick, "LB")
        dev = desk.who.dev
    with at(world.lb, clock) as liar:
        import_from(liar, stick)
        last = chain.last_of(liar.store.conn, dev, 0)
        assert last is not None
        liar.store.take_in([forged(liar, dev, "Nobody", last[0])])
        assert check(liar.store.conn).findings[0].code == "unsigned"
        export_bundle(liar, own)
    with at(world.office, clock) as office:
        found = import_from(office, own).result
        assert found.not_admitted == 1
        assert given_names(office) == {"Ana"} and aside(office) == [("unsigned", 1)]
        assert check(office.store.conn).findings == []
        ends = chain.last_of(office.store.conn, dev, 0)
        assert ends is not None and ends[0] == last[0]  # nor does a receipt speak of it
        # What nobody signed is not passed on either.
        back = tmp_path / "back"
        back.mkdir()
        export_bundle(office, back, "LB")
    with at(second, clock) as desk:
        import_from(desk, back)
        assert given_names(desk) == {"Ana"} and aside(desk) == []
        register(desk, "Berta")
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        import_from(office, stick)
        assert given_names(office) == {"Ana", "Berta"} and aside(office) == [("unsigned", 1)]
        last = chain.last_of(office.store.conn, dev, 0)
        assert last is not None and last[0] > ends[0]  # the author's line is not disturbed
        before = state(office)
        office.store.rebuild()
        assert state(office) == before


def test_forged_work_of_this_very_desk_takes_no_number_away(
    world: World, second: Path, stick: Path, clock: SetClock
) -> None:
    with at(world.lb, clock) as lb:
        dev = lb.who.dev
        register(lb, "Ana")
        last = chain.last_of(lb.store.conn, dev, 0)
        assert last is not None
    with at(second, clock) as liar:
        for n in range(3):
            liar.store.take_in([forged(liar, dev, f"Nobody {n}", last[0] + 20 + n)])
        export_bundle(liar, stick, "LB")
    with at(world.lb, clock) as lb:
        before = events_of(lb)
        import_from(lb, stick)
        assert given_names(lb) == {"Ana"}
        register(lb, "Berta")
        assert given_names(lb) == {"Ana", "Berta"} and set(before) < set(events_of(lb))
        assert check(lb.store.conn).findings == []


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of six ops, so that a few people make several."""
    monkeypatch.setattr(cutting, "MAX_EVENT_OPS", 6)


@pytest.mark.parametrize("seed", range(5))
def test_parts_of_a_relay_in_any_order_come_to_one_state(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path, small_parts: None, seed: int
) -> None:
    """Cut anew by whoever passes them on, most parts end in the middle of what the author signed."""
    rng = random.Random(seed)
    relayed = tmp_path / "relayed"
    relayed.mkdir()
    with at(second, clock) as desk:
        with desk.store.transaction() as conn:
            conn.execute("DELETE FROM signed_head WHERE dev = ?", (desk.who.dev,))
        register(desk, *(f"P{n}" for n in range(20)))
        dev = desk.who.dev
        export_bundle(desk, stick, "LB")
        expected = given_names(desk)
    with at(world.lb, clock) as lb:
        import_from(lb, stick)
        assert given_names(lb) == expected and aside(lb) == []
        keep = lb.store.conn.execute("SELECT max(seq) FROM signed_head WHERE dev = ?", (dev,)).fetchone()[0]
        with lb.store.transaction() as conn:  # only the last head is left: all but one part are without
            conn.execute("DELETE FROM signed_head WHERE dev = ? AND seq < ?", (dev, keep))
        export_bundle(lb, relayed)
    parts = parts_in(relayed)
    assert len(parts) > 4
    with at(world.office, clock) as office:
        import_from(office, relayed)
        assert given_names(office) == expected and aside(office) == []
        whole = state(office)
    rng.shuffle(parts)
    fresh = open_desk(_fresh(world, tmp_path), "chief", PASSPHRASE, clock)
    single = tmp_path / "single"
    was_aside = False
    for path in parts:
        shutil.rmtree(single, ignore_errors=True)
        folder = single / "SHELTERDESK" / path.parent.name
        folder.mkdir(parents=True)
        for one in (path, path.with_name(f"{path.name}.sig"), *path.parent.glob("*.admit*")):
            shutil.copy(one, folder)
        import_from(fresh, single)
        was_aside = was_aside or bool(aside(fresh))
    assert was_aside or parts[0] == parts_in(relayed)[-1]
    assert aside(fresh) == [] and given_names(fresh) == expected and state(fresh) == whole
    assert check(fresh.store.conn).findings == []
    rows = "SELECT count(*) FROM event WHERE chain IS NULL"
    assert fresh.store.conn.execute(rows).fetchone() == (0,)
    fresh.close()


def _fresh(world: World, tmp_path: Path) -> Path:
    """The office as it was before it heard anything."""
    folder = tmp_path / "fresh"
    shutil.copytree(tmp_path / "office-before", folder)
    return folder


@pytest.fixture(autouse=True)
def office_before(world: World, tmp_path: Path) -> None:
    """A copy of the office as each test begins."""
    shutil.copytree(world.office, tmp_path / "office-before")


def test_the_work_of_a_desk_not_known_yet_is_admitted_with_its_admission(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    """Its signature cannot be checked before; nor is it believed unchecked afterwards."""
    with at(second, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick, "LB")
        dev, said = desk.who.dev, statements(desk.store.conn)
    with at(world.lb, clock) as lb:
        import_from(lb, stick)
        last = chain.last_of(lb.store.conn, dev, 0)
        assert last is not None
        lb.store.take_in([forged(lb, dev, "Nobody", last[0])])
        export_bundle(lb, tmp_path)
        false = chain.last_of(lb.store.conn, dev, 0)
        assert false is not None
    with at(world.office, clock) as office:
        admission = next(s for s in said if s.kind == "admit")
        with office.store.transaction() as conn:  # as if the admission had never come along
            conn.execute(
                "CREATE TEMP TRIGGER late BEFORE INSERT ON statement WHEN new.kind = 'admit'"
                " BEGIN SELECT raise(IGNORE); END"
            )
        import_from(office, tmp_path)
        assert dev not in office.roster.desks
        assert given_names(office) == set() and {r for r, _ in aside(office)} == {"unknown_desk"}
        office.store.conn.execute("DROP TRIGGER late")
        with office.store.transaction() as conn:  # as a part that lies would have left it
            chain.add_signed_head(conn, dev, 0, *false, bytes(64))
        office.store.add_statements([replace(admission, is_pinned=False)])
        assert given_names(office) == {"Ana"} and aside(office) == [("unsigned", 1)]
        assert check(office.store.conn).findings == []


def test_a_lying_claim_proves_nothing(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    """Forged events that stand where a genuine head, heard beyond a gap, looks for its line."""
    own = tmp_path / "own"
    own.mkdir()
    lying: list[Path] = []
    with at(second, clock) as desk:
        dev = desk.who.dev
        register(desk, "Ana")
        export_bundle(desk, stick, "LB")
    with at(world.lb, clock) as liar:
        import_from(liar, stick)
        for n in range(4):
            last = chain.last_of(liar.store.conn, dev, 0)
            assert last is not None
            liar.store.take_in([forged(liar, dev, f"Nobody {n}", last[0])])
        export_bundle(liar, own)
    other = tmp_path / "other"
    other.mkdir()
    for name in ("Berta", "Carla"):
        with at(second, clock) as desk:
            register(desk, name)
            export_bundle(desk, other)
        lying += [path for path in parts_in(other) if path not in lying]
    lying[-2].unlink()  # what holds Berta is lost
    with at(world.office, clock) as office:
        import_from(office, own)
        assert given_names(office) == {"Ana"} and aside(office) == [("unsigned", 4)]
        import_from(office, other)
        assert given_names(office) == {"Ana", "Carla"} and aside(office) == [("unsigned", 4)]
        assert check(office.store.conn).findings == []


def test_a_head_that_could_not_be_checked_at_first_is_checked_before_it_counts(
    world: World, second: Path, stick: Path, clock: SetClock
) -> None:
    """The author's admission lies in the very part that brings a false head of it."""
    with at(second, clock) as desk:
        dev = desk.who.dev
    with at(world.lb, clock) as liar:
        liar.store.take_in([forged(liar, dev, "Nobody", 0)])
        last = chain.last_of(liar.store.conn, dev, 0)
        assert last is not None
        with liar.store.transaction() as conn:
            chain.add_signed_head(conn, dev, 0, *last, bytes(64))
        export_bundle(liar, stick)
    for path in stick.rglob("*.admit*"):
        path.unlink()
    with at(world.office, clock) as office:
        assert dev not in office.roster.desks
        import_from(office, stick)
        assert dev in office.roster.desks
        assert given_names(office) == set() and aside(office) == [("unsigned", 1)]
        assert check(office.store.conn).findings == []


def test_a_desk_with_a_gap_passes_on_what_its_author_signed(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    parts: list[Path] = []
    for name in ("Ana", "Berta"):
        with at(second, clock) as desk:
            register(desk, name)
            export_bundle(desk, stick, "LB")
        parts += [path for path in parts_in(stick) if path not in parts]
    parts[0].unlink()
    relayed = tmp_path / "relayed"
    relayed.mkdir()
    with at(world.lb, clock) as lb:
        import_from(lb, stick)
        assert given_names(lb) == {"Berta"}
        export_bundle(lb, relayed)
    with at(world.office, clock) as office:
        import_from(office, relayed)
        assert given_names(office) == {"Berta"} and aside(office) == []


def test_what_somebody_says_this_desk_wrote_takes_no_number(world: World, clock: SetClock) -> None:
    with at(world.lb, clock) as lb:
        register(lb, "Ana")
        last = chain.last_of(lb.store.conn, lb.who.dev, 0)
        assert last is not None
        false = forged(lb, lb.who.dev, "Nobody", last[0] + 40)
        lb.store.take_in([false], unsigned={false.eh})
        register(lb, "Berta")
        now = chain.last_of(lb.store.conn, lb.who.dev, 0)
        assert now is not None and now[0] == last[0] + 1 and given_names(lb) == {"Ana", "Berta"}


def test_a_head_of_a_branch_that_never_came_is_no_damage(
    world: World, stick: Path, clock: SetClock, tmp_path: Path
) -> None:
    """An import was stopped when only its head was noted; then the laptop was put back and wrote something else."""
    shutil.copytree(world.lb, tmp_path / "image")
    with at(world.lb, clock) as desk:
        register(desk, "Ana")
        export_bundle(desk, stick)
        dev = desk.who.dev
    asked: list[int] = []

    def at_the_first_slice() -> bool:
        asked.append(1)
        return len(asked) > 1

    with at(world.office, clock) as office:
        assert import_from(office, stick, cancelled=at_the_first_slice).result.was_cancelled
        assert given_names(office) == set()
    shutil.rmtree(world.lb)
    shutil.copytree(tmp_path / "image", world.lb)
    with at(world.lb, clock) as desk:
        register(desk, "Berta", "Carla")
        (tmp_path / "later").mkdir()
        export_bundle(desk, tmp_path / "later")
    with at(world.office, clock) as office:
        import_from(office, tmp_path / "later")
        assert given_names(office) == {"Berta", "Carla"}
        assert check(office.store.conn).findings == []
        # Where no head of that desk stands by the main line any more, its line is not what was signed.
        with office.store.transaction() as conn:
            newest = conn.execute("SELECT max(seq) FROM signed_head WHERE dev = ?", (dev,)).fetchone()[0]
            conn.execute("DELETE FROM signed_head WHERE dev = ? AND seq = ?", (dev, newest))
        assert "signed_head" in {one.code for one in check(office.store.conn).findings}
