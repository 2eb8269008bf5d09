"""What holders of a class key see: the sealed records of that class in a second encrypted file, made from the log.

The file (``health-….db``, ``protection-….db``) is a view of what is sealed to one version of the class key: its
key is known to holders of that version only, and it can be thrown away and made again from the log at any time
(DESIGN §6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from shelterdesk.core.errors import WorldError
from shelterdesk.core.heads import Logged, heads, void_reason
from shelterdesk.core.kinds import CARRIERS, KINDS, VOID, Kind, sealed_kinds
from shelterdesk.core.vocabulary import Confidentiality
from shelterdesk.db.connection import Connection, open_file, writing
from shelterdesk.db.standing import logged_ops
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
                " WHERE t.n > ?4 AND t.n <= ?5 AND o.kind = ?1",
                (carrier_kind, upto, last, turned, last_turned),
            )
        ]
        with writing(self.conn):
            for carrier in carriers:
                self._open(log, carrier, identities)
            self.conn.execute("DELETE FROM done")
            self.conn.execute("INSERT INTO done (upto, turned) VALUES (?, ?)", (last, last_turned))
        return len(carriers)

    def _open(self, log: Connection, carrier: bytes, identities: Sequence[str]) -> None:
        self.conn.execute("DELETE FROM record WHERE carrier = ?", (carrier,))
        logged = [
            Logged(e.op_id(p), e.hlc, e.ops[p]) for e, p, reason in logged_ops(log, carrier) if reason is None
        ]
        found = heads(logged)
        if void_reason(found) is not None:
            return
        sealed = found.get(CARRIERS[self.confidentiality].field("sealed").number, [])
        opened: list[_Sealed] = []
        for head in sealed:
            try:
                text = msgspec.json.decode(head.value, type=str)
                one = msgspec.json.decode(unseal(text, identities), type=_Sealed)
            except (WorldError, msgspec.MsgspecError, ValueError):
                continue
            # Two versions that say the same are one: only holders can see that (SYNC §1.0, sealed ops).
            if one not in opened:
                opened.append(one)
        for n, one in enumerate(opened):
            kind = KINDS.get(one.kind)
            if kind is None or kind.confidentiality is not self.confidentiality:
                continue
            values = named_values(kind, one.fields)
            person = values.get("person")
            self.conn.execute(
                "INSERT INTO record (carrier, n, kind, ent, person, vals, several) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    carrier,
                    n,
                    kind.name,
                    bytes.fromhex(one.ent),
                    bytes.fromhex(person) if isinstance(person, str) and len(person) == 32 else None,
                    msgspec.json.encode(values).decode(),
                    int(len(opened) > 1),
                ),
            )

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
    """Values by field name; those of a newer program keep their number."""
    found: dict[str, Any] = {}
    for number, value in numbered.items():
        field = kind.numbered(int(number)) if number.isdigit() else None
        if field is None or field.number != VOID:
            found[field.name if field is not None else f"#{number}"] = value
    return found


def class_kinds(confidentiality: Confidentiality) -> tuple[Kind, ...]:
    """The kinds that live in the file of a class."""
    return sealed_kinds(confidentiality)
