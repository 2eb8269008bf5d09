"""Type-ahead search: an FTS5 index over folded name keys, kept beside the persons it finds.

No ranking in SQL: a rank over a million rows costs tens of milliseconds, so at most some hundred rows are
fetched in order of newness and put in order outside (TRAPS §3).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from shelterdesk.core.names import QueryToken, folded_keys
from shelterdesk.db import tables
from shelterdesk.db.connection import Connection

_CHUNK = 400


def align(conn: Connection) -> None:
    """Create the index where it is missing."""
    conn.execute(
        "CREATE TABLE IF NOT EXISTS person_key (id INTEGER PRIMARY KEY, ent BLOB NOT NULL, key TEXT NOT NULL)"
    )
    conn.execute("CREATE INDEX IF NOT EXISTS person_key_ent ON person_key (ent)")
    exists = conn.execute("SELECT 1 FROM sqlite_schema WHERE name = 'person_search'").fetchone()
    if exists is None:
        conn.execute(
            "CREATE VIRTUAL TABLE person_search USING fts5 (key, content='person_key', content_rowid='id',"
            " prefix='2 3 4', tokenize='unicode61 remove_diacritics 2', columnsize=0, detail=none)"
        )


def expected_keys(conn: Connection, persons: Sequence[bytes]) -> dict[bytes, str]:
    """The search key that follows from the tables for some persons; void ones have none."""
    found: dict[bytes, str] = {}
    for start in range(0, len(persons), _CHUNK):
        part = persons[start : start + _CHUNK]
        marks = ",".join("?" * len(part))
        for ent, surnames, given, native, aka in conn.execute(
            f"SELECT ent, surnames, given, name_native, also_known_as FROM person WHERE ent IN ({marks})"
            " AND void IS NULL",
            part,
        ):
            key = folded_keys(surnames or "", given or "", native or "")
            if aka is not None:
                key = " ".join([key, *(folded_keys("", str(name)) for name in msgspec.json.decode(aka))])
            found[ent] = key
    return found


def refresh(conn: Connection, persons: Sequence[bytes]) -> None:
    """Bring the index in line for some persons."""
    wanted = sorted(set(persons))
    ready = expected_keys(conn, wanted)
    held: dict[bytes, tuple[int, str]] = {}
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        marks = ",".join("?" * len(part))
        for id_, ent, key in conn.execute(
            f"SELECT id, ent, key FROM person_key WHERE ent IN ({marks})", part
        ):
            held[ent] = (id_, key)
    gone = [(id_, key) for ent, (id_, key) in held.items() if ready.get(ent) != key]
    conn.executemany("INSERT INTO person_search (person_search, rowid, key) VALUES ('delete', ?, ?)", gone)
    conn.executemany("DELETE FROM person_key WHERE id = ?", [(id_,) for id_, _ in gone])
    new = [(ent, key) for ent, key in ready.items() if key and (ent not in held or held[ent][1] != key)]
    next_id = int(conn.execute("SELECT coalesce(max(id), 0) + 1 FROM person_key").fetchone()[0])
    rows = [(next_id + i, ent, key) for i, (ent, key) in enumerate(new)]
    conn.executemany("INSERT INTO person_key (id, ent, key) VALUES (?, ?, ?)", rows)
    conn.executemany(
        "INSERT INTO person_search (rowid, key) VALUES (?, ?)", [(id_, key) for id_, _, key in rows]
    )


def matching(conn: Connection, tokens: Sequence[QueryToken], limit: int = 200) -> list[bytes]:
    """Persons whose keys answer to every token, at most ``limit``: those that begin as typed first, newest
    first, then those that only sound alike."""
    if not tokens:
        return []
    sure = " ".join(f'"{token.prefix}"*' for token in tokens)
    found = _found_by(conn, sure, limit)
    if len(found) < limit and any(token.starts or token.whole for token in tokens):
        known = set(found)
        alike = " AND ".join(f"({' OR '.join(_alternatives(token))})" for token in tokens)
        found += [ent for ent in _found_by(conn, alike, limit) if ent not in known]
    return found[:limit]


def _alternatives(token: QueryToken) -> list[str]:
    starts = [f'"{start}"*' for start in (token.prefix, *token.starts)]
    return starts + [f'"{whole}"' for whole in token.whole]


def _found_by(conn: Connection, query: str, limit: int) -> list[bytes]:
    return [
        row[0]
        for row in conn.execute(
            "SELECT k.ent FROM person_search s JOIN person_key k ON k.id = s.rowid"
            " WHERE s.person_search MATCH ? ORDER BY s.rowid DESC LIMIT ?",
            (query, limit),
        )
    ]


tables.FOLLOWERS.setdefault("person", []).append(refresh)
