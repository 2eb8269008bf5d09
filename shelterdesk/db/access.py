"""Who opened, searched, printed or exported what: the access records as a supervisor reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shelterdesk.core.names import display_name
from shelterdesk.core.vocabulary import AccessKind
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.person_records import user_name
from shelterdesk.db.store import Reader


@dataclass(frozen=True, slots=True)
class Looked:
    """One access. ``at`` is the stored moment, ``subject`` the number or name of what was looked at."""

    ent: str
    at_ms: int
    at: str
    user: str
    desk: str
    access: str
    subject_kind: str | None
    subject_ent: str | None
    subject: str | None
    detail: str | None
    count: int | None
    authority: str | None
    legal_basis: str | None


def who_looked(
    reader: Reader, ent: bytes | None = None, since_ms: int | None = None, limit: int = 1000
) -> list[Looked]:
    """Accesses to one record or to all, since a moment (UTC milliseconds), the newest first."""
    wanted: list[tuple[str, bytes | int]] = []
    if ent is not None:
        wanted.append(("a.subject = ?", ent))
    if since_ms is not None:
        wanted.append(("coalesce(a.happened_at_ms, a.entered_ms) >= ?", since_ms))
    where = "".join(f" AND {clause}" for clause, _ in wanted)
    rows = reader.conn.execute(
        "SELECT a.ent, coalesce(a.happened_at_ms, a.entered_ms), a.happened_at, a.entered_by, a.dev,"
        " a.access,"
        " a.subject_kind, a.subject, a.detail, a.count, a.authority, a.legal_basis, p.number, p.surnames,"
        " p.given, p.name_native, h.number FROM access a LEFT JOIN person p ON p.ent = a.subject"
        f" LEFT JOIN household h ON h.ent = a.subject WHERE a.void IS NULL{where}"
        " ORDER BY coalesce(a.happened_at_ms, a.entered_ms) DESC, a.ent DESC LIMIT ?",
        (*(value for _, value in wanted), limit),
    )
    roster = reader.roster
    return [
        Looked(
            ent=row[0].hex(),
            at_ms=row[1],
            at=row[2] or "",
            user=user_name(roster, row[3]),
            desk=roster.desks[row[4]].slot if row[4] in roster.desks else f"{row[4]:016x}",
            access=row[5] or "",
            subject_kind=row[6],
            subject_ent=row[7].hex() if row[7] is not None else None,
            subject=row[12] or display_name(row[13] or "", row[14] or "", row[15] or "") or row[16],
            detail=row[8],
            count=row[9],
            authority=row[10],
            legal_basis=row[11],
        )
        for row in rows
    ]


def left_on_paper_since(conn: Connection, ents: Sequence[bytes], event_id: int) -> set[str]:
    """How some records left this desk after an event of the log: ``printed``, ``exported`` or both."""
    found: set[str] = set()
    for marks, part in in_parts(ents):
        found.update(
            row[0]
            for row in conn.execute(
                f"SELECT DISTINCT a.access FROM access a WHERE a.subject IN ({marks}) AND a.void IS NULL"
                " AND a.access IN (?, ?) AND EXISTS (SELECT 1 FROM op o WHERE o.ent = a.ent AND o.event > ?)",
                (*part, AccessKind.PRINTED.value, AccessKind.EXPORTED.value, event_id),
            )
        )
    return found
