"""A check while something is under way, and of damage in what it looks at first: findings that are true, never a crash."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

import pytest

from shelterdesk.actions.desk import Desk, changed_user
from shelterdesk.core.event import field_op, parse, row_op
from shelterdesk.core.kinds import CARRIERS, MOVEMENT, PERSON
from shelterdesk.core.roster import user_body
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.db import judging
from shelterdesk.db.check import check
from shelterdesk.db.check_histories import Histories
from shelterdesk.db.connection import Busy, open_file
from shelterdesk.db.standing import Standing, heads_of
from shelterdesk.db.statements import read_statement
from shelterdesk.keys.signing import sign_statement
from tests.db.test_check import busy_desk

__all__ = ["busy_desk"]


def codes(desk: Desk) -> set[str]:
    return {finding.code for finding in check(desk.store.conn).findings}


def test_what_is_being_judged_again_is_no_damage(busy_desk: Desk) -> None:
    """A role was taken away by a statement just committed; the events follow slice by slice."""
    entry = changed_user(busy_desk.roster.users[busy_desk.user.id], roles=frozenset({Role.GATE}))
    store = busy_desk.store
    body = {
        "statement": "user",
        "issuer": f"{store.who.dev:016x}",
        "number": 900,
        "body": {"user": user_body(entry)},
    }
    signed = sign_statement(store.keys.signing, body)
    with store.transaction():
        store._add([read_statement(signed.body, signed.signature)])
    assert judging.is_waiting(store.conn)
    assert codes(busy_desk) == set()
    store.judge_waiting()
    assert codes(busy_desk) == set()
    assert store.conn.execute("SELECT count(*) FROM set_aside_op").fetchone()[0] > 30


@pytest.mark.parametrize("pos", [0, 7])
def test_a_mark_on_a_damaged_line_or_beyond_it(busy_desk: Desk, pos: int) -> None:
    conn = busy_desk.store.conn
    conn.execute("INSERT INTO set_aside_op (event, pos, reason) VALUES (9, ?, 'role')", (pos,))
    assert "table:set_aside_op" in codes(busy_desk)
    busy_desk.store.rebuild()
    assert codes(busy_desk) == set()
    conn.execute("INSERT INTO set_aside_op (event, pos, reason) VALUES (9, ?, 'role')", (pos,))
    conn.execute("UPDATE event SET line = x'7b7d' WHERE id = 9")
    assert "line" in codes(busy_desk)


def test_a_mark_on_an_erased_line_says_nothing(busy_desk: Desk) -> None:
    conn = busy_desk.store.conn
    conn.execute("INSERT INTO set_aside_op (event, pos, reason) VALUES (9, 0, 'role')")
    conn.execute("UPDATE event SET line = NULL WHERE id = 9")
    busy_desk.store.rebuild()
    assert codes(busy_desk) == set()
    conn.execute("INSERT INTO set_aside_op (event, pos, reason) VALUES (9, 0, 'role')")
    assert codes(busy_desk) == set()


def test_a_file_another_process_keeps_is_busy_and_not_damaged(busy_desk: Desk) -> None:
    other = open_file(busy_desk.store.path, busy_desk.store.file_key)
    other.execute("BEGIN IMMEDIATE")
    busy_desk.store.conn.execute("PRAGMA busy_timeout = 20")
    with pytest.raises(Busy):
        check(busy_desk.store.conn)
    other.execute("ROLLBACK")
    other.close()
    assert codes(busy_desk) == set()


def test_of_more_entities_than_are_held_the_others_are_looked_up(busy_desk: Desk) -> None:
    ana, eva = (secrets.token_bytes(16) for _ in range(2))
    with busy_desk.store.write(busy_desk.user) as event:
        for ent in (ana, eva):
            event._ops.add(row_op(PERSON.number, ent, {4: "Ana"}))
    made = parse(busy_desk.store.conn.execute("SELECT line FROM event ORDER BY id DESC").fetchone()[0])
    edits = [field_op(PERSON.number, ent, 4, "Luz", [made.op_id(at)]) for at, ent in enumerate((ana, eva))]
    seen: dict[bytes, Sequence[Standing]] = {}

    def note(found: Mapping[bytes, Sequence[Standing]]) -> None:
        seen.update(found)

    histories = Histories({ana: 2, eva: 2}, busy_desk.roster.homes, note, most_held=1)
    who = (made.dev, made.wall_ms, made.user)
    histories.note(made.line, made.eh, [0, 1], *who)
    for edit in edits:
        with busy_desk.store.write(busy_desk.user) as event:
            event._ops.add(edit)
        line, eh = busy_desk.store.conn.execute("SELECT line, eh FROM event ORDER BY id DESC").fetchone()
        histories.note(line, eh, [0], *who)
        assert not histories._held
    histories.finish()
    assert list(seen) == [ana] and histories.left == {eva}


def test_an_op_of_another_kind_hides_no_sealed_record(busy_desk: Desk) -> None:
    carrier = CARRIERS[Confidentiality.PROTECTION]
    ent = busy_desk.store.conn.execute(f"SELECT ent FROM {carrier.name}").fetchone()[0]
    number = carrier.field("sealed").number
    sealed = heads_of(busy_desk.store.conn, ent, carrier.number)[number]
    with busy_desk.store.write(busy_desk.user) as event:
        event._ops.add(field_op(MOVEMENT.number, ent, number, "x", [sealed[0].id]))
    assert heads_of(busy_desk.store.conn, ent, carrier.number)[number] == sealed
    assert codes(busy_desk) == set()


def test_records_of_a_desk_that_moved_are_computed_anew(busy_desk: Desk) -> None:
    conn, dev = busy_desk.store.conn, busy_desk.store.who.dev
    judging.put_off(conn, "moved", str(dev))
    turned = judging.judge_some(conn, busy_desk.roster)
    known = {row[0] for row in conn.execute("SELECT DISTINCT ent FROM op")}
    assert turned is not None and set(turned) == known
