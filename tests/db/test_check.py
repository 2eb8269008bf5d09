"""The check finds what was damaged on purpose and says what to do; its repair brings tables back from the log."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shelterdesk.actions.checking import check_folder, state
from shelterdesk.actions.desk import Desk, open_desk, sign_head
from shelterdesk.core.kinds import ARRIVAL_GROUP, INTAKE_ANSWERS, MEMBERSHIP, MOVEMENT, PERSON, PLACE, STAY
from shelterdesk.db import check as check_module
from shelterdesk.db.check import check
from shelterdesk.db.check_beside import FollowersBeside
from tests.stations import PASSPHRASE


@pytest.fixture
def busy_desk(desk: Desk) -> Desk:
    """A desk with people, an edited one, a void one, movements and sealed answers."""
    rng = random.Random(7)
    people = []
    with desk.store.write(desk.user) as event:
        group = event.create(ARRIVAL_GROUP, {"head_count": 4, "arrived_at": event.now, "station": "LB"})
        event.create(PERSON, {"given": "Named", "arrival_group": group, "arrived_at": event.now})
    for n in range(30):
        with desk.store.write(desk.user) as event:
            person = event.create(
                PERSON, {"given": f"Ana {n}", "surnames": rng.choice("PQR"), "arrived_at": event.now}
            )
            event.create(MEMBERSHIP, {"person": person, "role": "HEAD"})
            event.create(INTAKE_ANSWERS, {"person": person})
            people.append(person)
    with desk.store.write(desk.user) as event:
        place = event.create(PLACE, {"code": "A-1"})
        event.create(STAY, {"person": people[0], "place": place, "from_at": event.now})
        event.create(MOVEMENT, {"person": people[1], "movement": "DEPARTED_BUS", "happened_at": event.now})
    for person in people[:5]:
        with desk.store.write(desk.user) as event:
            event.set(PERSON, person, "given", "Luz")
    with desk.store.write(desk.user) as event:
        event.void(PERSON, people[6], "twice")
    sign_head(desk.store)
    return desk


def run(sql: str) -> Callable[[Desk], None]:
    """A damage made by one statement."""

    def damage(desk: Desk) -> None:
        changed = desk.store.conn.execute(sql).rowcount
        assert changed > 0, "the damage did not happen"

    return damage


FROM_LOG = {
    "person": "UPDATE person SET given = 'Eva' WHERE ent = (SELECT ent FROM person LIMIT 1)",
    "person gone": "DELETE FROM person WHERE ent = (SELECT ent FROM person ORDER BY ent DESC LIMIT 1)",
    "person invented": "INSERT INTO person (ent, given) VALUES (x'00112233445566778899aabbccddeeff', 'Nobody')",
    "membership": "UPDATE membership SET role = 'MEMBER' WHERE ent = (SELECT ent FROM membership LIMIT 1)",
    "place": "UPDATE place SET capacity = 99",
    "head": "DELETE FROM head",
    "head value": "UPDATE head SET value = x'3122' WHERE ent = (SELECT ent FROM head LIMIT 1)",
    "conflict": "INSERT INTO conflict (ent, field, kind) SELECT ent, 3, 4 FROM head LIMIT 1",
    "head of what nobody edited": "INSERT INTO head SELECT p.ent, h.field, h.hlc, h.dev, h.epoch, h.seq, h.eh8, h.kind,"
    " h.value FROM head h, person p WHERE p.ent NOT IN (SELECT ent FROM head) LIMIT 1",
    "op of an edit gone": "DELETE FROM op WHERE (ent, event) = (SELECT ent, max(event) FROM op WHERE field > 0)",
    "op of a creation gone": "DELETE FROM op WHERE (ent, event) = (SELECT ent, max(event) FROM op WHERE field = 0)",
    "op of no event": "INSERT INTO op SELECT ent, 99999, 0, kind, 3 FROM op WHERE kind = 4 LIMIT 1",
    "op invented": "INSERT INTO op SELECT ent, event, 99, kind, 3 FROM op WHERE kind = 4 LIMIT 1",
    "presence": "UPDATE presence SET to_ms = 5 WHERE n = 0 AND to_ms IS NULL",
    "presence gone": "DELETE FROM presence WHERE person = (SELECT person FROM presence LIMIT 1)",
    "presence invented": "INSERT INTO presence SELECT x'00112233445566778899aabbccddeeff', from_ms, to_ms, how_in, how_out,"
    " in_ent, out_ent, station, n FROM presence LIMIT 1",
    "person_key invented": "INSERT INTO person_key (ent, key, family) VALUES (x'00112233445566778899aabbccddeeff', 'x', '')",
    "person_key": "UPDATE person_key SET key = 'other' WHERE id = (SELECT max(id) FROM person_key)",
    "named_head": "DELETE FROM named_head",
    "counted_group": "UPDATE counted_group SET unnamed = 99",
    "carrier": "DELETE FROM sealed_protection WHERE ent = (SELECT ent FROM sealed_protection LIMIT 1)",
}

NOT_FROM_LOG = {
    "line": "UPDATE event SET line = CAST(replace(line, 'Ana 3', 'Ana 4') AS BLOB) WHERE instr(line, 'Ana 3')",
    "hash": "UPDATE event SET eh = zeroblob(32) WHERE id = 9",
    "event gone": "DELETE FROM event WHERE id = 9",
    "chain": "UPDATE event SET chain = zeroblob(32) WHERE id = 9",
    "altered into another shape": "UPDATE event SET line = CAST(replace(line, ',4,\"Luz\"', ',0,\"Luz\"') AS BLOB)"
    " WHERE instr(line, ',4,\"Luz\"')",
    "not a line": "UPDATE event SET line = x'7b7d' WHERE id = 9",
    "signed head": "UPDATE signed_head SET signature = zeroblob(64)",
    "signed head of another chain": "UPDATE signed_head SET chain = zeroblob(32)",
    "statement": "UPDATE statement SET raw = CAST(replace(raw, 'operator', 'admin') AS BLOB) WHERE kind = 'user'",
    "acknowledged": "INSERT INTO acknowledged VALUES ((SELECT dev FROM event LIMIT 1), 0, 1, 12, zeroblob(32), 0)",
}


def test_a_whole_folder_has_no_findings(busy_desk: Desk) -> None:
    report = check(busy_desk.store.conn)
    assert report.is_whole, report.findings
    assert report.events > 60 and report.rows > 90


@pytest.mark.parametrize("name", FROM_LOG)
def test_what_follows_from_the_log_is_found_and_repaired(busy_desk: Desk, name: str) -> None:
    before = state(busy_desk)
    run(FROM_LOG[name])(busy_desk)
    found = check(busy_desk.store.conn)
    assert not found.is_whole
    assert all(f.said and f.risk and f.advice for f in found.findings)
    done = check_folder(busy_desk, repair=True).result
    assert done.is_whole and done.copy is not None and done.copy.exists()
    assert state(busy_desk) == before


@pytest.mark.parametrize("name", NOT_FROM_LOG)
def test_what_is_the_log_is_found_and_never_touched(busy_desk: Desk, name: str) -> None:
    run(NOT_FROM_LOG[name])(busy_desk)
    done = check_folder(busy_desk, repair=True).result
    assert not done.is_whole
    assert all(f.said and f.risk and f.advice for f in done.before.findings)


def test_a_flipped_byte_in_the_file_is_found(busy_desk: Desk, tmp_path: Path) -> None:
    busy_desk.store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = busy_desk.store.path
    busy_desk.close()
    data = bytearray(path.read_bytes())
    data[len(data) * 2 // 3] ^= 0x10
    path.write_bytes(data)
    again = open_desk(busy_desk.folder, "admin", PASSPHRASE, busy_desk.clock)
    try:
        found = check(again.store.conn)
        assert not found.is_whole and found.findings[0].code == "file"
    finally:
        again.close()


FOLLOWING = [
    name for name in FROM_LOG if name.startswith(("presence", "person_key", "named", "counted", "op "))
]


@pytest.mark.parametrize("python", [sys.executable, "/bin/false", "/bin/echo"])
@pytest.mark.parametrize("name", ["", *FOLLOWING])
def test_a_process_beside_finds_the_same_and_is_done_without_where_it_fails(
    busy_desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str, python: str
) -> None:
    if name:
        run(FROM_LOG[name])(busy_desk)
    store = busy_desk.store
    alone = [(one.code, one.count) for one in check(store.conn).findings]
    assert bool(alone) is bool(name)
    monkeypatch.setattr(check_module, "MANY", 0)
    monkeypatch.setattr(sys, "executable", python)
    found = check(store.conn, key=store.file_key)
    assert [(one.code, one.count) for one in found.findings] == alone


def test_the_process_beside_ends_with_a_check_that_does_not(
    busy_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[FollowersBeside] = []

    class Watched(FollowersBeside):
        def __init__(self, path: Path, key: bytes, upto: int) -> None:
            super().__init__(path, key, upto)
            started.append(self)

    def progress(done: int, total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check_module, "MANY", 0)
    monkeypatch.setattr(check_module, "_EVENTS_AT_ONCE", 1)
    monkeypatch.setattr(check_module, "FollowersBeside", Watched)
    with pytest.raises(KeyboardInterrupt):
        check(busy_desk.store.conn, progress, key=busy_desk.store.file_key)
    (process,) = started
    assert process._process.poll() is not None and not busy_desk.store.conn.in_transaction
