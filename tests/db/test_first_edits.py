"""First edits of fields go straight into rows and heads: they must stand as if everything had been read again."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pytest

from shelterdesk.actions.desk import Desk
from shelterdesk.core.event import ROW, Op, OpId, compose, field_op, parse
from shelterdesk.core.kinds import MERGE_RULES, PERSON, SCHEMA_VERSION, VOID, FieldType, Kind
from shelterdesk.core.names import query_tokens
from shelterdesk.core.roles import may_write
from shelterdesk.db import first_edits, merge, search, tables
from shelterdesk.db.check import check
from shelterdesk.db.connection import Connection
from shelterdesk.db.first_edits import Edit
from shelterdesk.db.state import state_of
from tests.db.test_odd_values import ODD, OPEN, said
from tests.db.test_store import tables as all_tables

VALUES: list[Any] = [
    *ODD.values(),
    None,
    {"missing": "refused"},
    {"missing": "not_known"},
    "2026-11-23",
    "a" * 32,
]
STRANGER = OpId(5, 0, 1, bytes(8))


class Made:
    """Ops of this desk, written one event at a time as another program might, and the ids they got."""

    def __init__(self, desk: Desk, rng: random.Random) -> None:
        self.desk, self.rng = desk, rng
        self.ids: dict[bytes, list[tuple[int, OpId]]] = {}

    def write(self, ops: Iterable[Op]) -> None:
        with self.desk.store.write(self.desk.user) as event:
            for op in ops:
                event._ops.add(op)
        for (line,) in self.desk.store.conn.execute("SELECT line FROM event ORDER BY id DESC LIMIT 1"):
            written = parse(line)
            for pos, op in enumerate(written.ops):
                self.ids.setdefault(op.ent, []).append((op.field, written.op_id(pos)))

    def saw(self, ent: bytes, field: int) -> Collection[OpId]:
        """What the writer of an edit says to have seen: the creation mostly, or nothing, or something else."""
        made = [id_ for number, id_ in self.ids[ent] if number == ROW]
        edited = [id_ for number, id_ in self.ids[ent] if number == field]
        return self.rng.choice([made, made, (), (), [*made, *edited], edited, [STRANGER], [*made, STRANGER]])


def a_creation(rng: random.Random, kind: Kind) -> Op:
    given = {
        str(one.number): rng.choice(VALUES)
        for one in kind.fields
        if one.number != VOID and one.type is not FieldType.SEALED and rng.random() < 0.6
    }
    return Op(kind.number, rng.randbytes(16), ROW, json.dumps(given).encode())


@pytest.mark.parametrize("seed", range(6))
def test_they_stand_as_if_all_had_been_read_again(
    desk: Desk, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"seed {seed}")
    rng = random.Random(seed)
    kinds = [kind for kind in OPEN if may_write(desk.user.roles, kind.name)]
    straight = spied(monkeypatch)
    made = Made(desk, rng)
    records: dict[bytes, Kind] = {}
    for _ in range(4):
        ops = [a_creation(rng, kind) for kind in kinds for _ in range(2)]
        records |= {op.ent: kind for op, kind in zip(ops, (k for k in kinds for _ in range(2)), strict=True)}
        made.write(ops)
    for _ in range(25):
        ops = []
        for ent in rng.sample(sorted(records), 12):
            kind = records[ent] if rng.random() < 0.95 else rng.choice(kinds)
            for one in rng.sample(kind.fields, rng.randint(1, 3)):
                if one.number != VOID and one.type is not FieldType.SEALED:
                    saw = made.saw(ent, one.number)
                    ops.append(field_op(kind.number, ent, one.number, rng.choice(VALUES), saw))
                elif one.number == VOID and rng.random() < 0.3:
                    ops.append(field_op(kind.number, ent, VOID, {"reason": "twice", "saw": []}, ()))
        if ops:
            made.write(ops)
    assert len(straight) > 40, "hardly any went straight in: nothing is tried here"
    before, state = all_tables(desk.store), state_of(desk.store.conn)
    assert [one.code for one in check(desk.store.conn).findings] == []
    desk.store.rebuild()
    assert all_tables(desk.store) == before
    assert state_of(desk.store.conn) == state


def spied(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The records whose edits went straight in."""
    put = first_edits.put_first_edits
    straight: list[bytes] = []

    def watched(
        conn: Connection,
        edits: Mapping[bytes, list[Edit]],
        before: int,
        homes: Mapping[int, str],
        touched: tables.Touched,
    ) -> list[bytes]:
        left = put(conn, edits, before, homes, touched)
        straight.extend(edits.keys() - set(left))
        return left

    monkeypatch.setattr(merge, "put_first_edits", watched)
    return straight


def test_an_edit_older_than_the_creation_it_had_not_seen_is_kept_beside_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is shown goes by the clock, not by what came last."""
    straight = spied(monkeypatch)
    (ana,) = said(desk, [(PERSON, {"given": "Ana", "note": "tall"})])
    for n, field in enumerate(("note", "surnames")):
        event = compose(
            dev=desk.who.dev, epoch=desk.who.epoch, first_seq=1000 + n, hlc=5 + n, wall_ms=5, zone="UTC",
            user=desk.user.id, schema=SCHEMA_VERSION, merge_rules=MERGE_RULES, salt=bytes(16),
            ops=[field_op(PERSON.number, ana, PERSON.field(field).number, "early", ())],
        )  # fmt: skip
        desk.store.take_in([event])
    conn = desk.store.conn
    row = conn.execute("SELECT note, surnames FROM person WHERE ent = ?", (ana,)).fetchone()
    assert row == ("tall", "early") and straight == [ana, ana]
    assert conn.execute("SELECT count(*) FROM conflict").fetchone() == (1,)
    before = all_tables(desk.store)
    desk.store.rebuild()
    assert all_tables(desk.store) == before


def test_only_what_changed_is_written(desk: Desk) -> None:
    """No index of the table is written for a field that stands in none, and what hangs on others is not asked."""
    (ana,) = said(
        desk, [(PERSON, {"given": "Ana", "number": "LB-1", "arrived_at": "2026-11-23T08:00:00-05:00"})]
    )
    asked: list[str] = []
    conn = desk.store.conn
    conn.set_trace_callback(asked.append)
    try:
        with desk.store.write(desk.user) as event:
            event.set(PERSON, ana.hex(), "note", "tall")
    finally:
        conn.set_trace_callback(None)
    wrote = [sql for sql in asked if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert any(sql.startswith("UPDATE person SET note = ") for sql in wrote)
    assert not [sql for sql in wrote if "REPLACE INTO person" in sql or "presence" in sql or "person_" in sql]


def test_who_is_called_otherwise_is_found_where_they_were(desk: Desk) -> None:
    """The newest come first in a search: by when they came, not by when a name was corrected."""
    first, second = said(desk, [(PERSON, {"given": "Ana", "surnames": "Mora"}), (PERSON, {"given": "Ana"})])
    with desk.store.write(desk.user) as event:
        event.set(PERSON, first.hex(), "surnames", "Moreno")
    conn = desk.store.conn
    found = conn.execute("SELECT ent FROM person_key ORDER BY id").fetchall()
    assert sorted([first, second]) == sorted(row[0] for row in found)
    place = {row[0]: n for n, row in enumerate(found)}
    assert search.matching(conn, query_tokens("moreno")) == [first]
    assert search.matching(conn, query_tokens("mora")) == []
    with desk.store.write(desk.user) as event:
        event.set(PERSON, found[0][0].hex(), "given", "Anabel")
    again = conn.execute("SELECT ent FROM person_key ORDER BY id").fetchall()
    assert {row[0]: n for n, row in enumerate(again)} == place
    assert [one.code for one in check(conn).findings] == []


def test_an_edit_of_a_record_that_lacks_its_row_puts_the_row_there(desk: Desk) -> None:
    """A table that is newer than the entries, or was damaged: what comes must not stumble over it for ever."""
    (ana,) = said(desk, [(PERSON, {"given": "Ana", "note": "tall"})])
    before = all_tables(desk.store)
    with desk.store.transaction() as conn:
        conn.execute("DELETE FROM person")
    with desk.store.write(desk.user) as event:
        event.set(PERSON, ana.hex(), "note", "small")
    assert desk.store.conn.execute("SELECT given, note FROM person").fetchall() == [("Ana", "small")]
    after = all_tables(desk.store)
    desk.store.rebuild()
    assert all_tables(desk.store) == after != before
