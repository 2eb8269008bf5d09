"""What holders of a class key see: the sealed records of that class in a second encrypted file, made from the log.

The file (``health-….db``, ``protection-….db``) is a view of what is sealed to one version of the class key: its
key is known to holders of that version only, and it can be thrown away and made again from the log at any time
(DESIGN §6).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from shelterdesk.core.errors import WorldError
from shelterdesk.core.event import BadLine
from shelterdesk.core.heads import void_reason
from shelterdesk.core.kinds import CARRIERS, KINDS, VOID, Field, FieldType, Kind
from shelterdesk.core.vocabulary import Confidentiality
from shelterdesk.db import tables
from shelterdesk.db.connection import Connection, DatabaseError, cut_log, in_parts, open_file, writing
from shelterdesk.db.standing import heads_of
from shelterdesk.keys.classes import unseal


class _Sealed(msgspec.Struct):
    """The record inside a sealed value."""

    kind: int
    ent: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """An opened record. ``ent`` is its own id, ``carrier`` the entity of the log that carries it."""

    kind: str
    ent: str
    carrier: str
    values: Mapping[str, Any]
    missing: Mapping[str, str]
    is_conflict: bool


class ClassFile:
    """The opened records of one version of a class key. Belongs to the thread that opened it."""

    def __init__(self, path: Path, key: bytes, confidentiality: Confidentiality) -> None:
        self.confidentiality = confidentiality
        self.conn: Connection = open_file(path, key, fast=True)
        with writing(self.conn):
            self.conn.execute(
                "CREATE TABLE IF NOT EXISTS record (carrier BLOB NOT NULL, n INTEGER NOT NULL, kind TEXT NOT NULL,"
                " ent BLOB NOT NULL, person BLOB, vals TEXT NOT NULL, several INTEGER NOT NULL,"
                " PRIMARY KEY (carrier, n)) WITHOUT ROWID"
            )
            self.conn.execute("CREATE INDEX IF NOT EXISTS record_person ON record (person)")
            self.conn.execute("CREATE INDEX IF NOT EXISTS record_kind ON record (kind, ent)")
            # What opened with this key and says nothing this program can read; the log keeps it (SYNC §0.3).
            self.conn.execute(
                "CREATE TABLE IF NOT EXISTS unread (carrier BLOB NOT NULL, versions INTEGER NOT NULL,"
                " PRIMARY KEY (carrier)) WITHOUT ROWID"
            )
            self.conn.execute(
                "CREATE TABLE IF NOT EXISTS done (upto INTEGER NOT NULL, turned INTEGER NOT NULL)"
            )

    def catch_up(self, log: Connection, identities: Sequence[str]) -> int:
        """Open what came into the log, or was admitted or set aside, since the last time; returns how many carriers.

        A value that does not open (sealed to another version of the key) is not of this file.
        """
        upto, turned = self.conn.execute(
            "SELECT coalesce(max(upto), 0), coalesce(max(turned), 0) FROM done"
        ).fetchone()
        last = int(log.execute("SELECT coalesce(max(id), 0) FROM event").fetchone()[0])
        last_turned = int(log.execute("SELECT coalesce(max(n), 0) FROM turned_carrier").fetchone()[0])
        carrier_kind = CARRIERS[self.confidentiality].number
        carriers = [
            r[0]
            for r in log.execute(
                "SELECT ent FROM op WHERE kind = ?1 AND event > ?2 AND event <= ?3 UNION"
                " SELECT o.ent FROM turned_carrier t JOIN op o ON o.ent = t.ent"
                " WHERE t.n > ?4 AND t.n <= ?5 AND o.kind = ?1 UNION"
                " SELECT t.ent FROM turned_carrier t WHERE t.n > ?4 AND t.n <= ?5"
                " AND NOT EXISTS (SELECT 1 FROM op o WHERE o.ent = t.ent)",
                (carrier_kind, upto, last, turned, last_turned),
            )
        ]
        with writing(self.conn):
            for carrier in carriers:
                self._open(log, carrier, identities)
            self.conn.execute("DELETE FROM done")
            self.conn.execute("INSERT INTO done (upto, turned) VALUES (?, ?)", (last, last_turned))
        if last_turned > turned:  # some of them may have been erased: not beside the file either
            cut_log(self.conn)
        return len(carriers)

    def carriers_about(self, persons: Collection[bytes]) -> set[str]:
        """The random ids under which the log carries what is sealed about some people (32 hex digits)."""
        found: set[str] = set()
        for marks, part in in_parts(sorted(persons)):
            rows = self.conn.execute(f"SELECT DISTINCT carrier FROM record WHERE person IN ({marks})", part)
            found.update(row[0].hex() for row in rows)
        return found

    def _open(self, log: Connection, carrier: bytes, identities: Sequence[str]) -> None:
        self.conn.execute("DELETE FROM record WHERE carrier = ?", (carrier,))
        self.conn.execute("DELETE FROM unread WHERE carrier = ?", (carrier,))
        opened: list[_Sealed] = []
        rows: dict[int, tuple[object, ...]] = {}
        unread = 0
        try:
            texts = self._sealed(log, carrier)
        except BadLine:  # a damaged line is for the check to find and to say
            texts, unread = [], 1
        for sealed in texts:
            try:
                record = unseal(sealed, identities)
            except (WorldError, ValueError):
                continue
            # Whoever sealed it may have written anything, and nothing it says may keep the others shut.
            try:
                one = msgspec.json.decode(record, type=_Sealed)
                # Two versions that say the same are one: only holders can see that (SYNC §1.0, sealed ops).
                if one not in opened:
                    opened.append(one)
                    row = self._row(one)
                    if row is not None:
                        rows[len(opened)] = row
            except _UNREADABLE:
                unread += 1
        for n, row in rows.items():
            self.conn.execute(
                "INSERT INTO record (carrier, n, kind, ent, person, vals, several) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (carrier, n, *row, int(len(opened) > 1)),
            )
        if unread:
            self.conn.execute("INSERT INTO unread (carrier, versions) VALUES (?, ?)", (carrier, unread))

    def _sealed(self, log: Connection, carrier: bytes) -> list[str]:
        """The sealed texts a carrier holds now: one, or those nobody has decided between; none when it is void."""
        kind = CARRIERS[self.confidentiality]
        found = heads_of(log, carrier, kind.number)
        if void_reason(found) is not None:
            return []
        values = [msgspec.json.decode(head.value) for head in found.get(kind.field("sealed").number, [])]
        return [value for value in values if isinstance(value, str)]

    def _row(self, one: _Sealed) -> tuple[object, ...] | None:
        """Kind, entity, person and values of a record; None for a kind that is not of this class, or newer."""
        kind = KINDS.get(one.kind)
        if kind is None or kind.confidentiality is not self.confidentiality:
            return None
        ent = tables.reference(one.ent)
        if ent is None:
            raise ValueError("a record whose id is none")
        values = named_values(kind, one.fields)
        if not _is_within(values, _DEEPEST):
            raise ValueError("nested too deep")
        person = values.get("person")
        return (
            kind.name,
            ent,
            tables.reference(person) if isinstance(person, str) else None,
            msgspec.json.encode(values).decode(),
        )

    def unread(self) -> int:
        """How many sealed values opened with this key and cannot be read by this program; they stay in the log."""
        return _unread(self.conn)

    def records(
        self, kind: Kind | None = None, person: str | None = None, ent: str | None = None
    ) -> list[SealedRecord]:
        """Opened records, of a kind, about a person, or one of them; oldest first."""
        wanted: list[tuple[str, Any]] = []
        if kind is not None:
            wanted.append(("kind", kind.name))
        if person is not None:
            wanted.append(("person", bytes.fromhex(person)))
        if ent is not None:
            wanted.append(("ent", bytes.fromhex(ent)))
        where = " AND ".join(f"{column} = ?" for column, _ in wanted) or "1"
        rows = self.conn.execute(
            f"SELECT kind, ent, carrier, vals, several FROM record WHERE {where} ORDER BY ent, n",
            [value for _, value in wanted],
        )
        return [_record(*row) for row in rows]

    def close(self) -> None:
        """Let the file go."""
        self.conn.close()


def unread_in(path: Path, key: bytes) -> int:
    """The same of a file as it lies there, waiting for nobody who writes to it; none of one that does not open.

    Such a file is made again from the log, and whoever opens it to read hears what it has.
    """
    try:
        with closing(open_file(path, key, read_only=True)) as conn:
            return _unread(conn)
    except (WorldError, DatabaseError):
        return 0


def _unread(conn: Connection) -> int:
    return int(conn.execute("SELECT coalesce(sum(versions), 0) FROM unread").fetchone()[0])


def together(files: Sequence[Sequence[SealedRecord]]) -> list[SealedRecord]:
    """The records of the files of several versions of a key, oldest first.

    One carrier in two of them holds two versions nobody has decided between, sealed to different keys.
    """
    found = [record for records in files for record in records]
    times: dict[str, int] = {}
    for records in files:
        for carrier in {record.carrier for record in records}:
            times[carrier] = times.get(carrier, 0) + 1
    found = [replace(r, is_conflict=True) if times[r.carrier] > 1 else r for r in found]
    return sorted(found, key=lambda record: record.ent)


def _record(kind: str, ent: bytes, carrier: bytes, vals: str, several: int) -> SealedRecord:
    values: dict[str, Any] = msgspec.json.decode(vals)
    missing = {n: str(v["missing"]) for n, v in values.items() if isinstance(v, dict) and "missing" in v}
    shown = {n: v for n, v in values.items() if n not in missing}
    return SealedRecord(kind, ent.hex(), carrier.hex(), shown, missing, bool(several))


def named_values(kind: Kind, numbered: Mapping[str, Any]) -> dict[str, Any]:
    """Values by field name; those of a newer program keep their number.

    A reference that is none is not shown, as in the open tables; it stays in the log.
    """
    found: dict[str, Any] = {}
    for number, value in numbered.items():
        field = kind.numbered(int(number)) if number in _PLAIN else None
        if field is None:
            found[f"#{number}"] = value
        elif field.number != VOID and not _is_bad_reference(field, value):
            found[field.name] = value
    return found


def _is_bad_reference(field: Field, value: Any) -> bool:
    if field.type is not FieldType.REF or value is None or (isinstance(value, dict) and "missing" in value):
        return False
    return not isinstance(value, str) or tables.reference(value) is None


def _is_within(value: Any, depth: int) -> bool:
    """Whether lists and objects lie at most so deep in each other."""
    if not isinstance(value, list | dict):
        return True
    inside = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(_is_within(one, depth - 1) for one in inside)


_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
_DEEPEST = 64
"""Deeper than anybody nests on purpose, and shallow enough to be read again wherever a screen asks."""

# As the log writes field numbers: other signs are digits too, and a number of thousands of them is no int.
_PLAIN = frozenset(str(number) for number in range(1, 200))
