"""Signed statements held in this file, and the roster that follows from them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from shelterdesk.core.belief import fold
from shelterdesk.core.roster import Roster, Statement
from shelterdesk.db.connection import Connection


def read_statement(raw: bytes, signature: str, is_pinned: bool = False) -> Statement:
    """A statement from its bytes; raises ``ValueError`` for what is not one. The signature is not checked here."""
    try:
        body: Mapping[str, Any] = msgspec.json.decode(raw, type=dict[str, Any])
        return Statement(
            kind=str(body["statement"]),
            issuer=int(str(body["issuer"]), 16),
            number=int(body["number"]),
            body=body["body"],
            raw=raw,
            signature=signature,
            sha=hashlib.sha256(raw).digest(),
            is_pinned=is_pinned,
        )
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a statement: {error}") from None


def add_statement(conn: Connection, statement: Statement, now_ms: int) -> bool:
    """Keep a statement whose signature was checked; False when it was already held."""
    done = conn.execute(
        "INSERT OR IGNORE INTO statement (sha, kind, issuer, number, raw, signature, received_ms, is_pinned)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            statement.sha,
            statement.kind,
            statement.issuer,
            statement.number,
            statement.raw,
            statement.signature,
            now_ms,
            int(statement.is_pinned),
        ),
    )
    return done.rowcount > 0


def statements(conn: Connection) -> list[Statement]:
    """All statements held, in a fixed order."""
    return [
        read_statement(raw, signature, bool(is_pinned))
        for raw, signature, is_pinned in conn.execute(
            "SELECT raw, signature, is_pinned FROM statement ORDER BY kind, issuer, number, sha"
        )
    ]


def statement_count(conn: Connection) -> int:
    """How many are held; they are never taken away, so the number tells whether the roster may have changed."""
    return int(conn.execute("SELECT count(*) FROM statement").fetchone()[0])


def next_number(conn: Connection, issuer: int) -> int:
    """The next number of a series; call inside the transaction that adds the statement."""
    return int(
        conn.execute(
            "SELECT coalesce(max(number), 0) + 1 FROM statement WHERE issuer = ?", (issuer,)
        ).fetchone()[0]
    )


def roster_of(conn: Connection) -> Roster:
    """The roster that follows from the statements held."""
    return fold(statements(conn))
