"""An older desk between two newer ones: what it does not know it keeps, counts, names and passes on, byte for byte."""

from __future__ import annotations

import secrets
from pathlib import Path

import msgspec
import pytest

from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.desk import Desk, sign_head
from shelterdesk.actions.exchange import export_bundle
from shelterdesk.actions.newer import newer_fields, waiting_for_update
from shelterdesk.actions.taking_in import import_from
from shelterdesk.core import kinds, roster
from shelterdesk.core.event import Op, compose, field_op, next_hlc, row_op
from shelterdesk.core.identity import new_entity
from shelterdesk.core.kinds import NEWER_RULES, PERSON
from shelterdesk.db import judging, meta
from shelterdesk.db.chain import last_of
from shelterdesk.db.check import check
from shelterdesk.db.newer import kept_schema, newer_counts
from shelterdesk.keys.signing import canonical
from shelterdesk.sync import parts
from tests.sync.worlds import World, at, carry, given_names, join, state

NEWER_KIND = 900
NEWER_FIELD = 150


def write_newer(desk: Desk, *ops: Op, rules: int = kinds.MERGE_RULES, schema: int = 2) -> bytes:
    """An entry as a newer program on this desk would write it; its line."""
    with desk.store.transaction() as conn:
        last = last_of(conn, desk.who.dev, desk.who.epoch)
        hlc = next_hlc(meta.get_hlc(conn), int(desk.clock.now().timestamp() * 1000))
        event = compose(
            dev=desk.who.dev, epoch=desk.who.epoch, first_seq=1 if last is None else last[0] + 1, hlc=hlc,
            wall_ms=hlc >> 16, zone=desk.who.zone, user=desk.user.id, schema=schema, merge_rules=rules,
            salt=secrets.token_bytes(16), ops=ops,
        )  # fmt: skip
        meta.put_hlc(conn, hlc)
    desk.store.take_in([event])
    sign_head(desk.store)
    return event.line


def newer_schema(schema: int = 2) -> bytes:
    """The list of a newer program: one more field of a person, one more kind."""
    found = msgspec.json.decode(canonical({"schema": schema, "merge_rules": 2, "kinds": {}}))
    fields = {str(f.number): [f.name, f.type.value] for f in PERSON.fields}
    fields[str(NEWER_FIELD)] = ["blood_group", "text"]
    found["kinds"]["4"] = {"name": "person", "confidentiality": "open", "fields": fields}
    found["kinds"][str(NEWER_KIND)] = {
        "name": "luggage", "confidentiality": "open", "fields": {"2": ["pieces", "int"]},
    }  # fmt: skip
    return canonical(found)


def lines_of(desk: Desk) -> set[bytes]:
    return {row[0] for row in desk.store.conn.execute("SELECT line FROM event WHERE line IS NOT NULL")}


@pytest.fixture
def second(world: World, clock: SetClock, tmp_path: Path) -> Path:
    folder = tmp_path / "lb2"
    join(world.lb, folder, clock)
    return folder


def test_an_old_desk_between_two_newer_ones(
    world: World, second: Path, stick: Path, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(world.lb, clock) as desk:
        ent, bag = (new_entity(int(clock.now().timestamp() * 1000), secrets.token_bytes(10)) for _ in "ab")
        made = row_op(PERSON.number, ent, {4: "Ana", 9: "F", NEWER_FIELD: "0-"})
        written = {
            write_newer(desk, made),
            write_newer(desk, field_op(PERSON.number, ent, NEWER_FIELD + 1, {"deep": ["é", 1.5]}, ())),
            write_newer(desk, row_op(NEWER_KIND, bag, {2: 3})),
        }
        monkeypatch.setattr(parts, "schema_member", lambda _: newer_schema())
        export_bundle(desk, stick, "LB")
        monkeypatch.undo()
    with at(second, clock) as desk:
        assert import_from(desk, stick).result.is_clean
        assert given_names(desk) == {"Ana"} and written <= lines_of(desk)
        reader = desk.reader()
        found = newer_fields(desk, reader, [ent.hex(), bag.hex()])
        reader.close()
        assert [(f.name, f.value) for f in found[ent.hex()]] == [
            ("blood group", "0-"),
            ("", {"deep": ["é", 1.5]}),
        ]
        assert [(f.kind, f.name, f.value) for f in found[bag.hex()]] == [(NEWER_KIND, "pieces", 3)]
        assert newer_counts(desk.store.conn, [ent.hex(), "0" * 32]) == {ent.hex(): 2}
        assert check(desk.store.conn).findings == []
        before = state(desk)
        desk.store.rebuild()
        assert state(desk) == before
        with desk.store.write(desk.user) as event:  # an edit of what is known leaves the rest alone
            event.set(PERSON, ent.hex(), "given", "Anabel")
        assert newer_counts(desk.store.conn, [ent.hex()]) == {ent.hex(): 2}
    carry(second, world.office, tmp_path / "on", clock)
    with at(world.office, clock) as office:
        assert written <= lines_of(office) and given_names(office) == {"Anabel"}
        assert kept_schema(office.store.conn) == newer_schema(), "the names of what is passed on go along"


def test_what_newer_rules_decide_waits_for_the_update(
    world: World, stick: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(world.lb, clock) as desk:
        ent = new_entity(int(clock.now().timestamp() * 1000), secrets.token_bytes(10))
        line = write_newer(desk, row_op(PERSON.number, ent, {4: "Ana"}), rules=kinds.MERGE_RULES + 1)
        assert given_names(desk) == set()
        export_bundle(desk, stick)
    with at(world.office, clock) as office:
        found = import_from(office, stick).result
        assert found.not_admitted == 1 and not found.set_aside and line in lines_of(office)
        conn = office.store.conn
        assert given_names(office) == set()
        assert conn.execute("SELECT DISTINCT reason FROM set_aside_op").fetchall() == [(NEWER_RULES,)]
        reader = office.reader()
        assert waiting_for_update(reader) == 1
        reader.close()
        assert check(conn).findings == []
        office.store.rebuild()
        assert given_names(office) == set() and check(conn).findings == []
    with monkeypatch.context() as updated:
        for module in (kinds, roster, judging):
            updated.setattr(
                module, "MERGE_RULES", kinds.MERGE_RULES + 1 if module is kinds else kinds.MERGE_RULES
            )
        with at(world.office, clock) as office:
            assert given_names(office) == {"Ana"}
            assert office.store.conn.execute("SELECT count(*) FROM set_aside_op").fetchone() == (0,)
            assert check(office.store.conn).findings == []


@pytest.mark.parametrize(
    "raw",
    [b"", b"7", b"[]", b'{"schema":9}', b'{"schema":9,"merge_rules":1,"kinds":{"4":{"name":"a\\nb","fields":{}}}}',
     b'{"schema":9,"merge_rules":1,"kinds":{"x":7}}', b"[" * 5000, b"x" * (1 << 19)],
)  # fmt: skip
def test_a_list_of_fields_that_is_none_changes_nothing(world: World, clock: SetClock, raw: bytes) -> None:
    from shelterdesk.db.newer import keep_schema

    with at(world.lb, clock) as desk:
        with desk.store.transaction() as conn:
            assert not keep_schema(conn, raw)
        assert kept_schema(desk.store.conn) is None


def test_an_older_list_does_not_take_the_place_of_a_newer_one(world: World, clock: SetClock) -> None:
    from shelterdesk.db.newer import keep_schema

    with at(world.lb, clock) as desk, desk.store.transaction() as conn:
        assert keep_schema(conn, newer_schema(3)) and not keep_schema(conn, newer_schema(2))
        assert kept_schema(conn) == newer_schema(3)
