"""The opened records of a class on a real file: one that cannot be read stands alone, all others are there."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shelterdesk.actions.desk import Desk
from shelterdesk.core.event import row_op
from shelterdesk.core.kinds import CARRIERS, NOTE
from shelterdesk.core.vocabulary import Confidentiality
from shelterdesk.db.classes import ClassFile
from shelterdesk.keys.classes import ClassKey, new_class_key, seal

PROTECTION = Confidentiality.PROTECTION
CARRIER = CARRIERS[PROTECTION]
PERSON, TEXT = (str(NOTE.field(name).number) for name in ("person", "text"))
ENT = "a" * 32


@pytest.fixture
def key() -> ClassKey:
    """A class key of this test's own."""
    return new_class_key(PROTECTION)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[ClassFile]:
    """An empty file of the class."""
    opened = ClassFile(tmp_path / "protection.db", bytes(32), PROTECTION)
    yield opened
    opened.close()


def write(desk: Desk, key: ClassKey, record: bytes) -> None:
    """A sealed record as a changed program would write it: carriers are written by the seal alone."""
    sealed = seal(record, key.key.recipient)
    fields = {CARRIER.field("sealed").number: sealed, CARRIER.field("key_version").number: 1}
    with desk.store.write(desk.user) as event:
        event._sealed.add(row_op(CARRIER.number, secrets.token_bytes(16), fields))


def note(fields: Mapping[str, object], ent: str = ENT) -> bytes:
    """A note as it is sealed."""
    return json.dumps({"kind": NOTE.number, "ent": ent, "fields": dict(fields)}).encode()


UNREADABLE = {
    "no JSON": b"{",
    "another shape": b'{"kind":1}',
    "an id that is no hex": note({}, "zz" * 16),
    "an id too short": note({}, "aa"),
    "nested too deep to decode": b'{"kind":%d,"ent":"%s","fields":{"%s":%s}}'
    % (NOTE.number, ENT.encode(), TEXT.encode(), b"[" * 20_000 + b"]" * 20_000),
    "nested too deep to be read again": b'{"kind":%d,"ent":"%s","fields":{"%s":%s}}'
    % (NOTE.number, ENT.encode(), TEXT.encode(), b"[" * 400 + b"]" * 400),
}


@pytest.mark.parametrize("record", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_record_that_cannot_be_read_is_counted_and_the_others_are_there(
    desk: Desk, key: ClassKey, file: ClassFile, record: bytes
) -> None:
    write(desk, key, note({TEXT: "before"}))
    write(desk, key, record)
    write(desk, key, note({TEXT: "after"}))
    assert file.catch_up(desk.store.conn, [key.key.identity]) == 3
    assert {one.values["text"] for one in file.records()} == {"before", "after"}
    assert file.unread() == 1
    assert file.catch_up(desk.store.conn, [key.key.identity]) == 0
    assert file.unread() == 1


def test_what_another_key_opens_is_not_of_this_file(desk: Desk, key: ClassKey, file: ClassFile) -> None:
    write(desk, new_class_key(PROTECTION), note({TEXT: "theirs"}))
    write(desk, key, note({TEXT: "ours", PERSON: None}))
    file.catch_up(desk.store.conn, [key.key.identity])
    assert [one.values["text"] for one in file.records()] == ["ours"] and file.unread() == 0


@pytest.mark.parametrize(
    "fields",
    [{PERSON: "z" * 32}, {PERSON: 5}, {"²": 1}, {"1" * 5_000: 1}],
    ids=["no hex", "a number", "another digit", "endless"],
)
def test_a_field_that_makes_no_sense_takes_nothing_else_with_it(
    desk: Desk, key: ClassKey, file: ClassFile, fields: dict[str, object]
) -> None:
    write(desk, key, note({TEXT: "said"} | fields))
    file.catch_up(desk.store.conn, [key.key.identity])
    (record,) = file.records()
    assert record.values["text"] == "said" and "person" not in record.values
    assert len(record.values) == (1 if PERSON in fields else 2) and file.unread() == 0


def test_a_damaged_line_keeps_only_its_own_record_shut(desk: Desk, key: ClassKey, file: ClassFile) -> None:
    write(desk, key, note({TEXT: "damaged"}))
    write(desk, key, note({TEXT: "whole"}))
    first = desk.store.conn.execute("SELECT min(event) FROM op WHERE kind = ?", (CARRIER.number,)).fetchone()
    desk.store.conn.execute("UPDATE event SET line = x'7b' WHERE id = ?", first)
    file.catch_up(desk.store.conn, [key.key.identity])
    assert [one.values["text"] for one in file.records()] == ["whole"] and file.unread() == 1
