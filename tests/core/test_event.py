"""The bytes of the log, frozen: a line, its hash, its chain and the hybrid clock as they were written once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelterdesk.core.event import (
    GENESIS,
    Event,
    OpId,
    absorb_hlc,
    chain_next,
    compose,
    field_op,
    line_hash,
    next_hlc,
    parse,
    read_again,
    row_op,
)

ENT = bytes.fromhex("0199b6f0a1007d3c8b2e5f6071829304")
DAY_MS = 86_400_000


def written() -> Event:
    """A creation and an edit in one event, with everything given."""
    return compose(
        dev=0x51E2145B07581E91, epoch=0, first_seq=7, hlc=0x019AB0C110000001, wall_ms=1_763_905_200_000,
        zone="America/Panama", user="3cf497fa06b12f58", schema=1, merge_rules=1, salt=bytes(range(16)),
        ops=[
            row_op(4, ENT, {2: "LB1-000042-B", 4: "Aña", 10: {"missing": "unknown"}, 11: ["VEN"]}),
            field_op(4, ENT, 4, "Ana", [OpId(0x51E2145B07581E91, 0, 3, bytes.fromhex("0102030405060708"))]),
        ],
    )  # fmt: skip


LINE = (
    '{"d":"51e2145b07581e91","e":0,"s":7,"h":"019ab0c110000001","w":1763905200000,"tz":"America/Panama",'
    '"u":"3cf497fa06b12f58","sv":1,"mv":1,"x":"000102030405060708090a0b0c0d0e0f","o":['
    '[4,"0199b6f0a1007d3c8b2e5f6071829304",0,{"2":"LB1-000042-B","4":"Aña","10":{"missing":"unknown"},"11":["VEN"]},[]],'
    '[4,"0199b6f0a1007d3c8b2e5f6071829304",4,"Ana",[["51e2145b07581e91",0,3,"0102030405060708"]]]]}'
)
EH = "cc678370662b0329d9786d8f3dfbf693eecf04df93ae7b7e517509e126fdbb33"
CHAIN = "426cd2c84df4316a51581b7bf1f5c2f5f120d5471165aa63f2838f54ad5751a5"


def test_a_line_is_written_as_it_was_the_first_time() -> None:
    event = written()
    assert event.line.decode() == LINE
    assert event.eh.hex() == EH == line_hash(LINE.encode()).hex()
    assert chain_next(GENESIS, event.eh).hex() == CHAIN
    assert event.last_seq == 8 and event.op_id(1) == OpId(event.dev, 0, 8, event.eh[:8])


def test_a_line_reads_back_as_it_was_written() -> None:
    event = written()
    assert parse(event.line) == event == read_again(event.line, event.eh)


def test_the_hybrid_clock() -> None:
    now = 1_763_905_200_000
    assert next_hlc(0, now) == now << 16
    assert next_hlc(now << 16, now) == (now << 16) + 1
    assert next_hlc((now << 16) + 5, now - DAY_MS) == (now << 16) + 6, "a clock put back never goes back"
    assert absorb_hlc(0, now << 16, now) == now << 16
    assert absorb_hlc(9 << 16, 5 << 16, now) == 9 << 16
    year_2100 = 4_102_444_800_000 << 16
    assert absorb_hlc(0, year_2100, now) == (now + DAY_MS) << 16, "a poisoned clock is kept and not absorbed"


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 1 << 46), st.integers(0, 1 << 62)), max_size=30))
def test_whatever_was_heard_an_own_entry_comes_after_the_own_before(
    steps: list[tuple[bool, int, int]],
) -> None:
    clock, own = 0, -1
    for heard, now, remote in steps:
        if heard:
            clock = absorb_hlc(clock, remote, now)
        else:
            clock = next_hlc(clock, now)
            assert clock > own
            own = clock


@pytest.mark.parametrize("at", [0, 40, 200, -3])
def test_one_changed_byte_is_another_line(at: int) -> None:
    line = bytearray(LINE.encode())
    line[at] ^= 1
    assert line_hash(bytes(line)).hex() != EH
