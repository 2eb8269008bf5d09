"""Type-ahead search: an FTS5 index over folded name keys, kept beside the persons it finds.

No ranking in SQL: a rank over a million rows costs tens of milliseconds, so at most some hundred rows are
fetched in order of newness and put in order outside (TRAPS §3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from shelterdesk.core.names import QueryToken, folded_keys, folded_words
from shelterdesk.db import tables
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.tables import text_list

_SLICE = 2_000
_ENOUGH = 60


@dataclass(frozen=True, slots=True)
class Match:
    """A person found: all the keys, and the folded words of the surnames, each divided by spaces."""

    ent: bytes
    key: str
    family: str


def align(conn: Connection) -> None:
    """Create the index where it is missing, filled from the persons there are; make one of another shape anew."""
    shape = [row[1] for row in conn.execute("PRAGMA table_info(person_key)")]
    if shape == ["id", "ent", "key", "family"]:
        return
    conn.execute("DROP TABLE IF EXISTS person_search")
    conn.execute("DROP TABLE IF EXISTS person_key")
    # What ranks a match stands beside its key: looking up 200 persons for it took most of a query's time.
    conn.execute(
        "CREATE TABLE person_key (id INTEGER PRIMARY KEY, ent BLOB NOT NULL, key TEXT NOT NULL, family TEXT NOT NULL)"
    )
    conn.execute("CREATE INDEX person_key_ent ON person_key (ent)")
    # Queries are single words and their beginnings: without positions the index is half as large (detail=none).
    conn.execute(
        "CREATE VIRTUAL TABLE person_search USING fts5 (key, content='person_key', content_rowid='id',"
        " prefix='2 3 4', tokenize='unicode61 remove_diacritics 2', columnsize=0, detail=none)"
    )
    persons = [row[0] for row in conn.execute("SELECT ent FROM person ORDER BY ent")]
    for start in range(0, len(persons), _SLICE):
        refresh(conn, persons[start : start + _SLICE])


FOLLOWED = ("surnames", "given", "name_native", "also_known_as")
"""The columns of a person's row that a search finds them by."""


def expected_keys(conn: Connection, persons: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
    """The search key and folded surnames that follow from the tables for some persons; void ones have none."""
    found: dict[bytes, tuple[str, str]] = {}
    for marks, part in in_parts(persons):
        for ent, *names in conn.execute(
            f"SELECT ent, {', '.join(FOLLOWED)} FROM person WHERE ent IN ({marks}) AND void IS NULL", part
        ):
            found[ent] = keys_of(*names)
    return found


def keys_of(surnames: str | None, given: str | None, native: str | None, aka: str | None) -> tuple[str, str]:
    """The search key and folded surnames of somebody with those names; ``aka`` as its column holds it."""
    key = folded_keys(surnames or "", given or "", native or "")
    if aka is not None:
        key = " ".join([key, *(folded_keys("", name) for name in text_list(aka))])
    return key, " ".join(folded_words(surnames)) if surnames else ""


def refresh(conn: Connection, persons: Sequence[bytes]) -> None:
    """Bring the index in line for some persons; who is called otherwise keeps the place of who came when."""
    wanted = sorted(set(persons))
    ready = expected_keys(conn, wanted)
    held: dict[bytes, tuple[int, tuple[str, str]]] = {}
    for marks, part in in_parts(wanted):
        for id_, ent, key, family in conn.execute(
            f"SELECT id, ent, key, family FROM person_key WHERE ent IN ({marks})", part
        ):
            held[ent] = (id_, (key, family))
    words: list[tuple[str | None, int, str]] = []
    other: list[tuple[str, str, int]] = []
    gone: list[int] = []
    for ent, (id_, before) in held.items():
        now = ready.get(ent)
        if now == before:
            continue
        words.append(("delete", id_, before[0]))
        if now is not None and now[0]:
            words.append((None, id_, now[0]))
            other.append((*now, id_))
        else:
            gone.append(id_)
    next_id = int(conn.execute("SELECT coalesce(max(id), 0) + 1 FROM person_key").fetchone()[0])
    new = [keys for keys in ready.items() if keys[1][0] and keys[0] not in held]
    rows = [(next_id + i, ent, *keys) for i, (ent, keys) in enumerate(new)]
    # In rising order, the new words of a row straight after its old ones: whatever goes back begins a piece of its own.
    words.sort(key=itemgetter(1))
    words += [(None, row[0], row[2]) for row in rows]
    conn.executemany("INSERT INTO person_search (person_search, rowid, key) VALUES (?, ?, ?)", words)
    conn.executemany("UPDATE person_key SET key = ?, family = ? WHERE id = ?", other)
    conn.executemany("DELETE FROM person_key WHERE id = ?", [(id_,) for id_ in gone])
    conn.executemany("INSERT INTO person_key (id, ent, key, family) VALUES (?, ?, ?, ?)", rows)


def matching(conn: Connection, tokens: Sequence[QueryToken], limit: int = 200) -> list[bytes]:
    """The ids of :func:`matches`."""
    return [match.ent for match in matches(conn, tokens, limit)]


def matches(conn: Connection, tokens: Sequence[QueryToken], limit: int = 200) -> list[Match]:
    """Persons whose keys answer to every token, at most ``limit``: those that begin as typed first, newest first.

    Where these are few, those that only sound alike follow: three lists' worth in all is enough to choose from.
    """
    if not tokens:
        return []
    ids = _ids_of(conn, " ".join(f'"{token.prefix}"*' for token in tokens), limit)
    enough = min(limit, _ENOUGH)
    if len(ids) < enough and any(token.starts or token.whole for token in tokens):
        alike = " AND ".join(f"({' OR '.join(_alternatives(token))})" for token in tokens)
        known = set(ids)
        ids += [id_ for id_ in _ids_of(conn, alike, enough) if id_ not in known]
    return _matches_of(conn, ids[:limit])


def _alternatives(token: QueryToken) -> list[str]:
    starts = [f'"{start}"*' for start in (token.prefix, *token.starts)]
    return starts + [f'"{whole}"' for whole in token.whole]


def _ids_of(conn: Connection, query: str, limit: int) -> list[int]:
    """Rows of the index that fit, newest first; what is in them is read only of those that are wanted."""
    return [
        row[0]
        for row in conn.execute(
            "SELECT rowid FROM person_search WHERE person_search MATCH ? ORDER BY rowid DESC LIMIT ?",
            (query, limit),
        )
    ]


def _matches_of(conn: Connection, ids: Sequence[int]) -> list[Match]:
    found: dict[int, Match] = {}
    for marks, part in in_parts(ids):
        for id_, *row in conn.execute(
            f"SELECT id, ent, key, family FROM person_key WHERE id IN ({marks})", part
        ):
            found[id_] = Match(*row)
    return [found[id_] for id_ in ids if id_ in found]


tables.hang_on("person", refresh, (*FOLLOWED, "void"))
