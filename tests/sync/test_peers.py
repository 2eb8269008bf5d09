"""Each other desk as it stands to this one: heard when and through whom, what came, what is missing and how to ask."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.peers import PeerState, aside_entries, asking_words, bundles_from, peer_states
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core.aside_words import aside_words
from shelterdesk.core.event import compose, parse, row_op
from shelterdesk.core.home import OTHER_HOME
from shelterdesk.core.kinds import KINDS, PERSON, SCHEMA_VERSION
from shelterdesk.db.newer_count import newer_fields
from shelterdesk.db.peers import PeerBundle
from tests.apart import Table, make_table
from tests.sync.worlds import World, at, carry, register


@pytest.fixture
def table(world: World, tmp_path: Path, clock: SetClock) -> Table:
    """Two desks of one table."""
    return make_table(world.lb, tmp_path, clock)


def peers(desk: Desk) -> dict[str, PeerState]:
    """Every desk listed, by name."""
    reader = desk.reader()
    try:
        return {one.name: one for one in peer_states(reader, desk.clock.now())}
    finally:
        reader.close()


def _bundles(desk: Desk, dev: int) -> list[PeerBundle]:
    reader = desk.reader()
    try:
        return bundles_from(reader, dev)
    finally:
        reader.close()


def test_the_table_comes_first_and_says_what_it_has_of_ours(table: Table, clock: SetClock) -> None:
    with table.both() as (one, two):
        register(one, "Ana", "Luz")
        register(two, "Eva")
        table.meet(one, two)
        found = peers(one)
        assert list(found) == ["LB1A", "Central"]
        other, office = found["LB1A"], found["Central"]
        assert (other.via, other.missing, other.asks, other.alarms) == ("", 0, (), ())
        assert other.whole_upto > 0 and other.heard_ms is not None and not other.is_office
        assert (office.is_office, office.heard_ms, office.confirmed_upto) == (True, None, 0)
        table.meet(one, two)  # the receipts of the last time come home
        assert peers(one)["LB1A"].confirmed_upto > 0
        bundles = _bundles(one, other.dev)
        assert [one.number for one in bundles] == sorted((one.number for one in bundles), reverse=True)
        assert all(one.held == one.parts == 1 and one.received_ms for one in bundles)


def test_what_came_through_another_says_through_whom(
    table: Table, world: World, tmp_path: Path, clock: SetClock
) -> None:
    with at(table.two, clock) as two:
        register(two, "Eva")
    stick = tmp_path / "relay"
    stick.mkdir()
    with table.both() as (one, two):
        table.meet(one, two)
    carry(table.one, world.office, stick, clock)
    with at(world.office, clock) as office:
        found = peers(office)
        assert found["LB1A"].via == "LB1" and found["LB1"].via == ""


def test_a_gap_is_named_with_the_bundle_that_never_came_and_closes_by_itself(
    table: Table, tmp_path: Path, clock: SetClock
) -> None:
    sticks = []
    with table.both() as (one, two):
        for n in range(3):
            register(two, f"A{n}", f"B{n}")
            stick = tmp_path / f"gap-{n}"
            stick.mkdir()
            export_bundle(two, stick, "LB")
            sticks.append(stick)
            clock.forward(timedelta(minutes=1))
        parts = sorted(
            (sticks[2] / "SHELTERDESK").glob("*/*.age"), key=lambda part: int(part.name.split("-")[0])
        )
        lost = [part for part in parts if part != parts[-1]]
        for part in lost:
            part.unlink()
            part.with_suffix(".age.sig").unlink()
        import_from(one, sticks[2])
        state = peers(one)["LB1A"]
        assert state.missing >= 4 and len(state.asks) == 1
        assert (
            state.asks[0].startswith("Desk LB1A: entries ")
            and "Ask there to write a stick again for LB." in state.asks[0]
        )
        held = {one.number for one in _bundles(one, state.dev)}
        never = sorted({int(part.name.split("-")[0]) for part in lost} - held)
        assert f"(bundles {', '.join(map(str, never))})" in state.asks[0]
        import_from(one, sticks[1])
        assert peers(one)["LB1A"].missing == 0


def test_the_words_of_a_gap() -> None:
    assert asking_words("LB1A", 8001, 9120, (41,), "") == (
        "Desk LB1A: entries 8,001–9,120 are missing (bundle 41). Ask there to write again for the office."
    )
    assert asking_words("LB1A", 7, 7, (), "LB") == (
        "Desk LB1A: entry 7 is missing. Ask there to write a stick again for LB."
    )


def test_fourteen_days_of_silence_are_said(table: Table, clock: SetClock) -> None:
    with table.both() as (one, two):
        register(two, "Eva")
        table.meet(one, two)
        clock.forward(timedelta(days=13, hours=23))
        assert peers(one)["LB1A"].alarms == ()
        clock.forward(timedelta(hours=1))
        (alarm,) = peers(one)["LB1A"].alarms
        assert alarm.startswith("Nothing was heard of LB1A for 14 days")
        assert peers(one)["Central"].alarms == (), "who was never heard is not silent"


def test_every_reason_has_a_sentence_and_advice() -> None:
    reasons = [
        "revoked_desk",
        "unsigned",
        "unknown_desk",
        "unknown_operator",
        "other_station",
        "role",
        OTHER_HOME,
    ]
    said = [aside_words(reason) for reason in reasons]
    assert all(reason and advice for reason, advice in said) and len(set(said)) == len(said)
    assert "later_rule" in aside_words("later_rule")[0]


def test_fields_of_a_newer_program_are_counted_as_they_come(table: Table) -> None:
    with table.both() as (one, two):
        ops = [
            row_op(PERSON.number, bytes([n] * 16), {4: f"P{n}", 930: "new", 931: "newer"})
            for n in range(1, 4)
        ]
        first = two.store.conn.execute(
            "SELECT max(last_seq) FROM event WHERE dev = ? AND epoch = ?", (two.who.dev, two.who.epoch)
        ).fetchone()[0]

        def event(schema: int, seq: int, op_at: int) -> bytes:
            return compose(
                dev=two.who.dev, epoch=two.who.epoch, first_seq=seq, hlc=1 << 58, wall_ms=1, zone="UTC",
                user=two.user.id, schema=schema, merge_rules=1, salt=bytes(16), ops=[ops[op_at]],
            ).line  # fmt: skip

        lines = [event(SCHEMA_VERSION + 1, first + 1 + n, n) for n in range(2)]
        one.store.take_in([parse(line) for line in (*lines, event(SCHEMA_VERSION, first + 3, 2))])
        reader = one.reader()
        assert newer_fields(reader.conn) == (2, 4), "an entry of this version has no newer fields"
        one.store.take_in([parse(line) for line in lines])
        assert newer_fields(reader.conn) == (2, 4), "the same again is none"
        assert (aside_entries(reader).newer_fields, aside_entries(reader).newer_entries) == (2, 4)
        reader.close()
        assert 930 not in {field.number for field in KINDS[PERSON.number].fields}
