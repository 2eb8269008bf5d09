"""A family of whom one is erased, and what must be gone of her then; for tests of erasures."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from shelterdesk.actions.desk import Desk
from shelterdesk.core.kinds import (
    CONSENT,
    CORRECTION,
    HOUSEHOLD,
    MEMBERSHIP,
    PERSON,
    RELATION,
    TRAVEL_DOCUMENT,
)
from shelterdesk.db.check import check
from shelterdesk.db.connection import Connection
from tests.sync.worlds import state

GIVEN, SURNAMES, DOCUMENT = "Xochiquetzal", "Ahuitzotlzin", "QW7654321"
NEEDLES = (GIVEN, SURNAMES, DOCUMENT, "Zacatecas")


def family(desk: Desk) -> dict[str, str]:
    """Two people of one household in one event: one will be erased, the other must stay whole; ids by name."""
    with desk.store.write(desk.user) as event:
        house = event.create(HOUSEHOLD, {"number": f"LB1-H{event.next_count('h'):04d}"})
        gone = event.create(
            PERSON,
            {
                "given": GIVEN, "surnames": SURNAMES, "sex": "F", "arrived_at": event.now,
                "station": desk.who.station, "number": f"N{event.next_count('n')}",
            },
        )  # fmt: skip
        stays = event.create(
            PERSON,
            {"given": "Benedicta", "sex": "F", "arrived_at": event.now, "station": desk.who.station},
        )
        event.create(MEMBERSHIP, {"household": house, "person": gone, "role": "HEAD"})
        event.create(MEMBERSHIP, {"household": house, "person": stays, "role": "MEMBER"})
        event.create(RELATION, {"person": stays, "other": gone, "relation": "CHILD"})
        event.create(TRAVEL_DOCUMENT, {"person": gone, "document_number": DOCUMENT})
        event.create(CONSENT, {"person": stays, "purpose": "register", "answer": "yes", "given_by": gone})
    with desk.store.write(desk.user) as event:
        event.set(PERSON, gone, "note", "from Zacatecas")
        event.set(PERSON, stays, "note", "of the two who stays")
        event.create(CORRECTION, {"subject_kind": "person", "subject": gone, "reason": f"not {SURNAMES}"})
    return {"gone": gone, "stays": stays, "house": house}


_PAGE, _RESERVED, _IV = 4096, 80, 16
_WAL_HEAD, _FRAME_HEAD = 32, 24


def plain_pages(path: Path, key: bytes) -> bytes:
    """Every page of an encrypted file and of the log beside it as it is once decrypted, free ones too (SQLCipher 4)."""
    out = [_opened(page, key, n == 0) for n, page in enumerate(_cut(path.read_bytes(), 0, 0))]
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists() and wal.stat().st_size:
        out += [_opened(page, key, False) for page in _cut(wal.read_bytes(), _WAL_HEAD, _FRAME_HEAD)]
        out += [_opened(page, key, True) for page in _cut(wal.read_bytes(), _WAL_HEAD, _FRAME_HEAD)]
    return b"".join(out)


def _cut(data: bytes, head: int, each: int) -> list[bytes]:
    size = _PAGE + each
    return [data[at + each : at + size] for at in range(head, len(data) - size + 1, size)]


def _opened(page: bytes, key: bytes, is_first: bool) -> bytes:
    body = page[16 if is_first else 0 : _PAGE - _RESERVED]
    iv = page[_PAGE - _RESERVED : _PAGE - _RESERVED + _IV]
    decryptor = Cipher(AES(key), CBC(iv)).decryptor()
    return decryptor.update(body) + decryptor.finalize()


def every_value(conn: Connection) -> bytes:
    """All that any table of a file holds, in one text."""
    tables = [
        row[0] for row in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    ]
    out = []
    for table in tables:
        for row in conn.execute(f'SELECT * FROM "{table}"').fetchall():
            out += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\n".join(out)


def names_in(text: bytes, names: Collection[str] = NEEDLES) -> list[str]:
    """Those of the names that stand in a text, as written or as folded for the search."""
    low = text.lower()
    return [name for name in names if name.lower().encode() in low]


def must_be_gone(desk: Desk, seed: object) -> None:
    """Nothing of her stands in the file, the other is whole, the check finds nothing and a rebuild changes nothing."""
    conn = desk.store.conn
    assert names_in(every_value(conn)) == [], seed
    row = conn.execute("SELECT note FROM person WHERE given = 'Benedicta'").fetchall()
    assert row == [("of the two who stays",)], (seed, row)
    assert [f.said for f in check(conn).findings] == [], seed
    before = derived(conn), state(desk)
    desk.store.rebuild()
    assert (derived(conn), state(desk)) == before, seed


def derived(conn: Connection) -> dict[str, list[tuple[object, ...]]]:
    """The tables that follow from the log."""
    found = {}
    for table in (
        "op", "head", "conflict", "set_aside_op", "person", "membership", "relation", "travel_document", "consent",
        "household", "presence", "clock_fix", "correction",
    ):  # fmt: skip
        found[table] = sorted(conn.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
    found["person_key"] = sorted(conn.execute("SELECT ent, key FROM person_key").fetchall())
    found["event"] = sorted(
        conn.execute("SELECT eh, hlc, wall_ms, user, line FROM event").fetchall(), key=repr
    )
    return found
