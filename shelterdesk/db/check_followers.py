"""What follows from the tables themselves: presence intervals, search keys, heads without a name, the index of words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from operator import itemgetter
from typing import Any

from shelterdesk.core.kinds import PERSON
from shelterdesk.db import presence, search, tables, unnamed
from shelterdesk.db.connection import Busy, Connection, DatabaseError, file_of, in_parts, said

_COLUMNS = tables.columns(PERSON)
_OF_PRESENCE = itemgetter(*(_COLUMNS.index(name) for name in presence.FOLLOWED))
_OF_KEYS = itemgetter(*(_COLUMNS.index(name) for name in search.FOLLOWED))
_VOID = _COLUMNS.index("void")
_AT_ONCE = 400


class Followers:
    """Compared person by person as their rows come by in a check, so that none is read twice."""

    def __init__(self, conn: Connection) -> None:
        #: Table name → how many of its entries are not what they should be.
        self.wrong: dict[str, int] = {}
        self._conn = conn
        self._intervals = self._keys = 0

    def persons(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """The rows of some persons as they stand in their table."""
        left = iter(rows)
        for marks, ents in in_parts([row[0] for row in rows]):
            part = list(islice(left, len(ents)))
            self._compare_intervals(marks, ents, part)
            self._compare_keys(marks, ents, part)

    def _compare_intervals(self, marks: str, ents: Sequence[bytes], rows: Sequence[tuple[Any, ...]]) -> None:
        held: dict[bytes, list[tuple[Any, ...]]] = {}
        for row in self._conn.execute(
            "SELECT person, from_ms, to_ms, how_in, how_out, in_ent, out_ent, station, n FROM presence"
            f" WHERE person IN ({marks}) ORDER BY person, n",
            ents,
        ):
            held.setdefault(row[0], []).append(row)
            self._intervals += 1
        wanted = presence.expected_of(self._conn, [_OF_PRESENCE(row) for row in rows])
        for person, (station, spans) in wanted.items():
            if held.get(person, []) != presence.interval_rows(person, station, spans):
                self._count("presence")

    def _compare_keys(self, marks: str, ents: Sequence[bytes], rows: Sequence[tuple[Any, ...]]) -> None:
        held: dict[bytes, tuple[str, str]] = {}
        for ent, key, family in self._conn.execute(
            f"SELECT ent, key, family FROM person_key WHERE ent IN ({marks})", ents
        ):
            held[ent] = (key, family)
            self._keys += 1
        for row in rows:
            wanted = search.keys_of(*_OF_KEYS(row)) if row[_VOID] is None else None
            if held.get(row[0]) != (wanted if wanted and wanted[0] else None):
                self._count("person_key")

    def everybody(self) -> None:
        """All persons of the file, where none came by."""
        rows = self._conn.execute(f"SELECT {', '.join(_COLUMNS)} FROM person ORDER BY ent")
        while part := rows.fetchmany(_AT_ONCE):
            self.persons(part)

    def finish(self) -> None:
        """What nobody's row accounts for, and what follows from many rows."""
        conn = self._conn
        for table, seen in (("presence", self._intervals), ("person_key", self._keys)):
            self._count(table, int(conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) - seen)
        wanted = (
            "SELECT ent, arrival_group, coalesce(arrived_at_ms, entered_ms) FROM person"
            " WHERE arrival_group IS NOT NULL AND void IS NULL"
        )
        named = set(conn.execute("SELECT person, arrival_group, at_ms FROM named_head").fetchall())
        self._count("named_head", len(named ^ set(conn.execute(wanted).fetchall())))
        groups = [row[0] for row in conn.execute("SELECT ent FROM arrival_group")]
        expected_groups = set(unnamed.expected_groups(conn, groups).values())
        held_groups = set(
            conn.execute(
                "SELECT arrival_group, station, heads, from_ms, to_ms, closed_reason, unnamed, last_ms"
                " FROM counted_group"
            ).fetchall()
        )
        self._count("counted_group", len(expected_groups ^ held_groups))

    def _count(self, table: str, count: int = 1) -> None:
        if count:
            self.wrong[table] = self.wrong.get(table, 0) + count


def words_are_indexed(conn: Connection) -> bool:
    """Whether the index of words agrees with the keys; true where it cannot be asked, in a file only to be read.

    Raises what the world did where another process keeps the file for itself.
    """
    try:
        conn.execute("INSERT INTO person_search (person_search, rank) VALUES ('integrity-check', 1)")
    except DatabaseError as error:
        if "readonly" in str(error) or "read-only" in str(error):
            return True
        known = said(error, file_of(conn))
        if isinstance(known, Busy):
            raise known from None
        return False
    return True
