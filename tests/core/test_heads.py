"""Heads of random sets of ops against a plain reading of the rule (SYNC §1.4), whatever the order of arrival."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from shelterdesk.core.event import ROW, Op, OpId, row_op
from shelterdesk.core.heads import Head, Logged, heads

ENT = bytes(16)
FIELDS = (2, 3, 4)


def by_the_rule(ops: Sequence[Logged]) -> set[tuple[int, OpId, bytes]]:
    """Every (field, op) that no op on the same field names, said as simply as the rule is."""
    found = set()
    for one in ops:
        given = {n: b'"%d"' % n for n in FIELDS} if one.op.field == ROW else {one.op.field: one.op.value}
        for number, value in given.items():
            named = any(
                one.id in other.op.supersedes
                for other in ops
                if other.op.field == number and other.op.field != ROW
            )
            if not named:
                found.add((number, one.id, value))
    return found


@st.composite
def histories(draw: st.DrawFn) -> list[Logged]:
    """A creation (now and then two or none) and edits that name any ids, their own field's or not."""
    ids = [OpId(1, 0, seq, bytes([seq]) * 8) for seq in range(1, 8)]
    ops = []
    for at, id_ in enumerate(draw(st.permutations(ids))[: draw(st.integers(1, 7))]):
        if draw(st.integers(0, 3)) == 0 or (at == 0 and draw(st.booleans())):
            op = row_op(4, ENT, {n: str(n) for n in FIELDS})
        else:
            above = tuple(
                draw(st.lists(st.sampled_from([i for i in ids if i != id_]), max_size=3, unique=True))
            )
            op = Op(4, ENT, draw(st.sampled_from((*FIELDS, 9))), b'"%d-%d"' % (id_.seq, at), above)
        ops.append(Logged(id_, draw(st.integers(1, 5)), op))
    return ops


@settings(max_examples=600, deadline=None)
@given(histories())
def test_heads_are_what_nobody_superseded(ops: list[Logged]) -> None:
    found = heads(ops)
    assert {
        (number, head.id, head.value) for number, several in found.items() for head in several
    } == by_the_rule(ops)
    assert all(several for several in found.values())
    for several in found.values():
        ranks = [head.rank for head in several]
        assert ranks == sorted(ranks, reverse=True)


@settings(max_examples=200, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_order_and_repetition_make_no_difference(ops: list[Logged], rng: Random) -> None:
    mixed = [*ops, *ops]
    rng.shuffle(mixed)
    assert heads(mixed) == heads(ops)


def test_an_edit_made_apart_is_a_second_head() -> None:
    created = Logged(OpId(1, 0, 1, b"a" * 8), 1, row_op(4, ENT, {2: "x"}))
    seen = Logged(OpId(1, 0, 2, b"b" * 8), 2, Op(4, ENT, 2, b'"y"', (created.id,)))
    apart = Logged(OpId(2, 0, 1, b"c" * 8), 2, Op(4, ENT, 2, b'"z"', (created.id,)))
    blind = Logged(OpId(3, 0, 1, b"d" * 8), 9, Op(4, ENT, 2, b'"w"'))
    assert heads([created, seen]) == {2: [Head(2, 2, seen.id, b'"y"')]}
    assert [head.value for head in heads([created, seen, apart])[2]] == [b'"z"', b'"y"']
    assert [head.value for head in heads([created, blind])[2]] == [b'"w"', b'"x"']
