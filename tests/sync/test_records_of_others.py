"""A record is changed where it was made; and no kind, no desk and no order of arrival makes another's vanish."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.core.event import Event, Op, OpId, compose, field_op, hex16, parse, row_op
from shelterdesk.core.home import OTHER_HOME
from shelterdesk.core.kinds import ACCESS, PERSON, PLACE, TRANSFER_LINE, VOID, Kind
from shelterdesk.db.as_known import known_at
from shelterdesk.db.check import check
from shelterdesk.db.standing import heads_of
from shelterdesk.db.undoing import is_voided
from tests.stations import MORNING
from tests.sync.worlds import World, at, copied, register, state

GIVEN = PERSON.field("given").number
SEEDS = [secrets.randbits(32) for _ in range(6)]
AN_HOUR = 3_600_000 << 16


class Hand:
    """A desk whose program writes whatever it likes under its own name."""

    def __init__(self, desk: Desk, hlc: int) -> None:
        self.dev, self.hlc, self.seq = desk.who.dev, hlc, 1_000
        self.user = desk.user.id

    def write(self, *ops: Op, hlc: int | None = None) -> Event:
        event = compose(
            dev=self.dev, epoch=9, first_seq=self.seq, hlc=hlc or self.hlc, wall_ms=(hlc or self.hlc) >> 16,
            zone="America/Panama", user=self.user, schema=1, merge_rules=1,
            salt=secrets.token_bytes(16), ops=ops,
        )  # fmt: skip
        self.hlc += 1 << 16
        self.seq += len(ops)
        return event


@pytest.fixture
def hands(world: World, clock: SetClock) -> dict[str, Hand]:
    """One hand at each desk of the world."""
    found = {}
    start = int(MORNING.timestamp() * 1000) << 16
    for name, folder in (("LB", world.lb), ("MT", world.mt), ("office", world.office)):
        with at(folder, clock) as desk:
            found[name] = Hand(desk, start)
    return found


def tables_of(desk: Desk) -> dict[str, list[Any]]:
    """What follows from the log, without the numbers that arrival gives."""
    conn = desk.store.conn
    found = {
        name: conn.execute(f"SELECT * FROM {name} ORDER BY 1, 2, 3, 4").fetchall()
        for name in ("person", "place", "transfer_line", "head", "presence")
    }
    found["conflict"] = conn.execute("SELECT ent, kind, field FROM conflict ORDER BY 1, 2, 3").fetchall()
    found["aside"] = conn.execute(
        "SELECT e.eh, s.pos, s.reason FROM set_aside_op s JOIN event e ON e.id = s.event ORDER BY 1, 2"
    ).fetchall()
    return found


def findings(desk: Desk) -> list[str]:
    """What the check finds, but that these hands signed no head."""
    return [f.code for f in check(desk.store.conn).findings if f.code != "unsigned"]


def reasons(desk: Desk) -> list[str]:
    return [row[0] for row in desk.store.conn.execute("SELECT reason FROM set_aside_op")]


def test_a_desk_of_another_station_changes_nothing(
    world: World, clock: SetClock, hands: dict[str, Hand]
) -> None:
    ent = secrets.token_bytes(16)
    made = hands["LB"].write(row_op(PERSON.number, ent, {GIVEN: "Ana"}))
    edit = field_op(PERSON.number, ent, GIVEN, "Changed", [made.op_id(0)])
    with at(world.office, clock) as desk:
        desk.store.take_in([made])
        desk.store.take_in([hands["MT"].write(edit)])
        assert desk.store.conn.execute("SELECT given FROM person").fetchall() == [("Ana",)]
        assert reasons(desk) == [OTHER_HOME]
        assert findings(desk) == []
        own = field_op(PERSON.number, ent, GIVEN, "Ana Luz", [made.op_id(0)])
        desk.store.take_in([hands["LB"].write(own)])
        assert desk.store.conn.execute("SELECT given FROM person").fetchall() == [("Ana Luz",)]
        desk.store.conn.execute("DELETE FROM set_aside_op")
        assert "table:set_aside_op" in findings(desk)
        desk.store.rebuild()
        assert findings(desk) == [] and reasons(desk) == [OTHER_HOME]


def test_what_two_stations_write_together_is_open_to_both(
    world: World, clock: SetClock, hands: dict[str, Hand]
) -> None:
    ent = secrets.token_bytes(16)
    made = hands["LB"].write(row_op(TRANSFER_LINE.number, ent, {}))
    arrived = TRANSFER_LINE.field("state").number
    came = hands["MT"].write(field_op(TRANSFER_LINE.number, ent, arrived, "ARRIVED", []))
    with at(world.office, clock) as desk:
        desk.store.take_in([came])
        desk.store.take_in([made])
        assert desk.store.conn.execute("SELECT state FROM transfer_line").fetchall() == [("ARRIVED",)]
        assert reasons(desk) == []


def test_what_nobody_signed_was_not_known_then_either(
    world: World, clock: SetClock, hands: dict[str, Hand]
) -> None:
    ent = secrets.token_bytes(16)
    made = hands["LB"].write(row_op(PERSON.number, ent, {GIVEN: "Ana"}))
    forged = hands["LB"].write(field_op(PERSON.number, ent, GIVEN, "Forged", [made.op_id(0)]))
    with at(world.office, clock) as desk:
        desk.store.take_in([made])
        desk.store.take_in([forged], unsigned={forged.eh})
        with known_at(desk.store.conn, desk.roster, forged.wall_ms) as past:
            assert past.execute("SELECT given FROM person").fetchall() == [("Ana",)]


@pytest.mark.parametrize("turn", [1, -1])
def test_another_kind_under_the_same_id_takes_nothing_away(
    world: World, clock: SetClock, hands: dict[str, Hand], turn: int
) -> None:
    with at(world.lb, clock) as desk:
        ent = bytes.fromhex(register(desk, "Ana")[0])
        lines = [parse(row[0]) for row in desk.store.conn.execute("SELECT line FROM event").fetchall()]
    made = next(event for event in lines if any(op.ent == ent for op in event.ops))
    odd = hands["LB"].write(row_op(ACCESS.number, ent, {}), hlc=1 << 16)
    with at(world.office, clock) as desk:
        for event in [made, odd][::turn]:
            desk.store.take_in([event])
        assert desk.store.conn.execute("SELECT given FROM person").fetchall() == [("Ana",)]
        assert desk.store.conn.execute("SELECT count(*) FROM presence").fetchone() == (1,)
        assert findings(desk) == []
        assert not is_voided(desk.store.conn, ent, PERSON.number)


def events_at_random(rng: random.Random, hands: dict[str, Hand]) -> list[Event]:
    """Creations, edits and voids of a few ids by everybody, honest or not."""
    ents = [rng.randbytes(16) for _ in range(3)]
    kinds: Sequence[Kind] = (PERSON, PERSON, PLACE, TRANSFER_LINE, ACCESS)
    written: list[Event] = []
    known: list[OpId] = []
    for _ in range(rng.randint(8, 30)):
        ops = []
        for _ in range(rng.randint(1, 3)):
            kind, ent, field = rng.choice(kinds), rng.choice(ents), rng.randint(2, 4)
            value = rng.choice(["a", "b", {"missing": "unknown"}])
            above = rng.sample(known, min(len(known), rng.randint(0, 2)))
            if rng.random() < 0.15:
                saw = [[hex16(i.dev), i.epoch, i.seq, i.eh8.hex()] for i in known]
                ops.append(field_op(kind.number, ent, VOID, {"reason": "x", "saw": saw}, []))
                continue
            is_creation = rng.random() < 0.4
            ops.append(
                row_op(kind.number, ent, {field: value, 5: "x"})
                if is_creation
                else field_op(kind.number, ent, field, value, above)
            )
        hand = hands[rng.choice(["LB", "LB", "MT", "office"])]
        hlc = hand.hlc + rng.choice([0, 0, AN_HOUR, -AN_HOUR])
        written.append(hand.write(*ops, hlc=hlc))
        known += [written[-1].op_id(at) for at in range(len(ops))]
    return written


@pytest.mark.parametrize("n", range(len(SEEDS)))
def test_the_order_of_arrival_decides_nothing(
    world: World, clock: SetClock, hands: dict[str, Hand], tmp_path: Path, n: int
) -> None:
    print(f"seed {SEEDS[n]}")
    rng = random.Random(SEEDS[n])
    events = events_at_random(rng, hands)
    seen: list[tuple[str, dict[str, list[Any]]]] = []
    for turn in range(3):
        (tmp_path / str(turn)).mkdir()
        with at(copied(world, tmp_path / str(turn)).office, clock) as desk:
            rng.shuffle(events)
            size = rng.choice([1, 2, 5, 50])
            for start in range(0, len(events), size):
                desk.store.take_in(events[start : start + size])
            seen.append((state(desk), tables_of(desk)))
            assert findings(desk) == []
            desk.store.rebuild()
            assert (state(desk), tables_of(desk)) == seen[-1]
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize("is_void", [False, True])
@pytest.mark.parametrize("turn", [1, -1])
def test_a_station_that_makes_a_record_of_another_anew_cannot_make_it_vanish(
    world: World, clock: SetClock, hands: dict[str, Hand], turn: int, is_void: bool
) -> None:
    """A creation under the other's id made it a maker; an edit that named both creations then took the record over."""
    ent = secrets.token_bytes(16)
    made = hands["LB"].write(row_op(PERSON.number, ent, {GIVEN: "Ana"}))
    again = hands["MT"].write(row_op(PERSON.number, ent, {GIVEN: "Taken"}))
    both = [made.op_id(0), again.op_id(0)]
    over = field_op(PERSON.number, ent, GIVEN, "Over", both)
    if is_void:
        saw = [[hex16(i.dev), i.epoch, i.seq, i.eh8.hex()] for i in both]
        over = field_op(PERSON.number, ent, VOID, {"reason": "x", "saw": saw}, [])
    last = hands["MT"].write(over)
    with at(world.office, clock) as desk:
        for event in [made, again, last][::turn]:
            desk.store.take_in([event])
        assert desk.store.conn.execute("SELECT void FROM person").fetchall() == [(None,)]
        assert {head.value for head in heads_of(desk.store.conn, ent, PERSON.number)[GIVEN]} == {
            b'"Ana"',
            b'"Taken"',
        }
        assert desk.store.conn.execute("SELECT field FROM conflict").fetchall() == [(GIVEN,)]
        assert reasons(desk) == [OTHER_HOME] and findings(desk) == []
        desk.store.rebuild()
        assert reasons(desk) == [OTHER_HOME] and findings(desk) == []
        # Each may go on with what is its own, and the office decides.
        desk.store.take_in([hands["MT"].write(field_op(PERSON.number, ent, GIVEN, "Mine", [again.op_id(0)]))])
        assert {head.value for head in heads_of(desk.store.conn, ent, PERSON.number)[GIVEN]} == {
            b'"Ana"',
            b'"Mine"',
        }
