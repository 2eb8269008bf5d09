"""What two desks wrote apart and nobody has chosen between: in pages, counted, and side by side with who wrote it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from shelterdesk.core.errors import Refused
from shelterdesk.core.event import MAX_OPS, ROW, BadLine, Event, OpId, read_again, row_values
from shelterdesk.core.heads import Head, unseen_by_voids, void_said
from shelterdesk.core.kinds import CARRIERS, VOID
from shelterdesk.core.severity import RANKS, RULES, Severity
from shelterdesk.core.words import tr
from shelterdesk.db import meta
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.standing import Standing, conflict_rows, heads_of

PAGE = 100
"""Conflicts listed at once."""

_LOOKED_AT = 30  # versions of one field that a line of the list is made of
_RULES = "severity_rules"
_CARRIERS = ", ".join(str(number) for number in sorted({kind.number for kind in CARRIERS.values()}))
_OPEN = f"kind NOT IN ({_CARRIERS})"


class ConflictRow(NamedTuple):
    """A field of a record, in the order of the list."""

    rank: int
    ent: bytes
    kind: int
    field: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many wait: of each severity in the open, and sealed entries with two versions."""

    conflicts: int = 0
    parallel: int = 0
    sealed: int = 0


@dataclass(frozen=True, slots=True)
class Wrote:
    """Who wrote a value: user id, desk, its clock (UTC ms, zone), and whether that clock was doubted."""

    user: str
    dev: int
    at_ms: int
    zone: str
    clock_doubt: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One of the values that stand (raw JSON), the one shown now first in a list of them.

    ``wrote`` are all who wrote it, the newest first; ``writers`` the users who ever stood for it. ``apart`` are,
    for a record that was voided elsewhere, the fields changed by who had not seen that.
    """

    value: bytes
    wrote: tuple[Wrote, ...]
    writers: frozenset[str]
    apart: Mapping[int, bytes]


def align(conn: Connection) -> None:
    """Rank all conflicts anew, inside the caller's transaction, in a file that another program ranked last."""
    if meta.get(conn, _RULES) == str(RULES).encode():
        return
    ents = [
        row[0]
        for row in conn.execute(
            "SELECT ent FROM conflict UNION SELECT ent FROM head WHERE field = ?", (VOID,)
        )
    ]
    for marks, part in in_parts(ents):
        found: list[tuple[bytes, int, int, int]] = []
        edited: dict[tuple[bytes, int], dict[int, list[Head]]] = {}
        for ent, kind, field, hlc, dev, epoch, seq, eh8, value in conn.execute(
            f"SELECT ent, kind, field, hlc, dev, epoch, seq, eh8, value FROM head WHERE ent IN ({marks})"
            " ORDER BY hlc DESC, dev DESC, epoch DESC, seq DESC, eh8 DESC",
            part,
        ):
            head = Head(field, hlc, OpId(dev, epoch, seq, bytes(eh8)), bytes(value))
            edited.setdefault((ent, kind), {}).setdefault(field, []).append(head)
        for (ent, kind), fields in edited.items():
            found += conflict_rows(ent, Standing(kind, fields, None))
        conn.execute(f"DELETE FROM conflict WHERE ent IN ({marks})", part)
        conn.executemany("INSERT INTO conflict (ent, field, kind, rank) VALUES (?, ?, ?, ?)", found)
    meta.put(conn, _RULES, str(RULES).encode())


def counts(conn: Connection) -> Counts:
    """How many conflicts there are; of sealed entries only that, whatever they are about."""
    grave, parallel = conn.execute(
        f"SELECT coalesce(sum(rank < ?1), 0), coalesce(sum(rank >= ?1), 0) FROM conflict WHERE {_OPEN}",
        (RANKS,),
    ).fetchone()
    sealed = conn.execute(f"SELECT count(DISTINCT ent) FROM conflict WHERE NOT {_OPEN}").fetchone()[0]
    return Counts(int(grave), int(parallel), int(sealed))


def page(
    conn: Connection,
    after: ConflictRow | None = None,
    grave: Severity | None = None,
    ents: Sequence[bytes] = (),
    limit: int = PAGE,
) -> list[ConflictRow]:
    """The next conflicts of the list, gravest first, of one severity or some records alone where asked for."""
    low, high = (0, 2 * RANKS) if grave is None else (int(grave) * RANKS, (int(grave) + 1) * RANKS)
    where = [f"{_OPEN} AND rank >= ? AND rank < ?"]
    given: list[int | bytes] = [low, high]
    if after is not None:
        where.append("(rank, ent, kind, field) > (?, ?, ?, ?)")
        given += [*after]
    if ents:
        where.append(f"ent IN ({','.join('?' * len(ents))})")
        given += [*ents]
    rows = conn.execute(
        f"SELECT rank, ent, kind, field FROM conflict WHERE {' AND '.join(where)}"
        " ORDER BY rank, ent, kind, field LIMIT ?",
        (*given, limit),
    )
    return [ConflictRow(*row) for row in rows]


def sealed_rows(conn: Connection, kind: int, field: int) -> list[ConflictRow]:
    """The sealed entries of a class of which several versions stand; the first few hundred."""
    rows = conn.execute(
        "SELECT rank, ent, kind, field FROM conflict WHERE kind = ? AND field = ? ORDER BY rank, ent LIMIT ?",
        (kind, field, 3 * PAGE),
    )
    return [ConflictRow(*row) for row in rows]


def rows_of(conn: Connection, ent: bytes) -> list[ConflictRow]:
    """The conflicts of one record."""
    return page(conn, ents=[ent], limit=10 * PAGE)


def values_of(conn: Connection, row: ConflictRow, most: int) -> tuple[list[bytes], int]:
    """The different values that stand, the one shown first, ``most`` of them; and how many there are."""
    record = (row.ent, row.field, row.kind)
    found = conn.execute(
        "SELECT value FROM head WHERE ent = ? AND field = ? AND kind = ?"
        " ORDER BY hlc DESC, dev DESC, epoch DESC, seq DESC, eh8 DESC LIMIT ?",
        (*record, _LOOKED_AT),
    ).fetchall()
    values = list(dict.fromkeys(bytes(value) for (value,) in found))
    many = len(values)
    if len(found) == _LOOKED_AT:
        many = conn.execute(
            "SELECT count(DISTINCT value) FROM head WHERE ent = ? AND field = ? AND kind = ?", record
        ).fetchone()[0]
    return values[:most], int(many)


def sides(conn: Connection, ent: bytes, kind: int, field: int) -> list[Side]:
    """The values that stand, the one shown first, each with who wrote it; fewer than two where nothing is to choose."""
    found = heads_of(conn, ent, kind)
    log = _Log(conn, kind, ent)
    if field == VOID:
        return _void_sides(found, log)
    together: dict[bytes, list[Head]] = {}
    for head in found.get(field, ()):
        together.setdefault(head.value, []).append(head)
    return [_side(log, field, value, several) for value, several in together.items()]


def chosen_by(conn: Connection, ent: bytes, kind: int, field: int) -> bytes | None:
    """The hash of the entry that chose between several values of a field and has stood alone since; None without one."""
    standing = heads_of(conn, ent, kind).get(field, ())
    place = _Log(conn, kind, ent).at(standing[0].id) if len(standing) == 1 else None
    if place is None:
        return None
    saw = place[0].ops[place[1]].supersedes
    # Whether a record counts is written apart from changes to it: one reason, and edits that did not know of it.
    return place[0].eh if len(saw) > 1 or (field == VOID and saw) else None


def refuse_own(standing: Sequence[Side], person: frozenset[str]) -> None:
    """Raise :class:`Refused` where one of the values is the user's own (``person``: the ids they have worked under)."""
    if any(side.writers & person for side in standing):
        raise Refused(
            tr("You wrote one of these answers yourself; about protection somebody else chooses."),
            tr("Ask another supervisor or the protection officer; both answers stay meanwhile."),
        )


def _void_sides(found: Mapping[int, Sequence[Head]], log: _Log) -> list[Side]:
    """Whether a record counts: a side for each reason why not, and one for those who say or wrote that it does."""
    together: dict[str | None, list[Head]] = {}
    for head in found.get(VOID, ()):
        together.setdefault(void_said(head.value), []).append(head)
    apart = unseen_by_voids(found) if any(reason is not None for reason in together) else {}
    counts = together.pop(None, [])
    made = [_side(log, VOID, several[0].value, several) for several in together.values()]
    later = sorted(
        (one for several in apart.values() for one in several), key=lambda one: one.rank, reverse=True
    )
    if not counts and not later:
        return made
    shown = {number: several[0].value for number, several in apart.items()}
    wrote = [one for head in (*counts, *later) for one in log.wrote(head.field, head.id, head.value)]
    writers = frozenset().union(*(log.writers(head.field, head.id, head.value) for head in (*counts, *later)))
    return [Side(b"null", tuple(dict.fromkeys(wrote)), writers, shown), *made]


def _side(log: _Log, field: int, value: bytes, several: Sequence[Head]) -> Side:
    wrote = dict.fromkeys(one for head in several for one in log.wrote(field, head.id, value))
    writers = frozenset().union(*(log.writers(field, head.id, value) for head in several))
    return Side(value, tuple(wrote), writers, {})


class _Log:
    """Who wrote what of one record, traced back through what was taken back."""

    def __init__(self, conn: Connection, kind: int, ent: bytes) -> None:
        self._conn, self._kind, self._ent = conn, kind, ent
        self._known: dict[OpId, tuple[Event, int] | None] = {}
        self._events: dict[tuple[int, int, bytes], tuple[Event, Counter[tuple[int, bytes, int]]]] = {}

    def wrote(self, field: int, op_id: OpId, value: bytes) -> list[Wrote]:
        """Who wrote a value: of one that a taking back put beside others again, who wrote it before."""
        found: list[Wrote] = []
        todo, seen = [op_id], set[OpId]()
        while todo:
            one = todo.pop(0)
            place = self.at(one) if one not in seen else None
            seen.add(one)
            if place is None:
                continue
            event, pos = place
            before = self._put_back_from(event, pos, field, value)
            todo += before
            if not before:
                found.append(Wrote(event.user, event.dev, event.wall_ms, event.zone, event.clock_doubt))
        return found

    def writers(self, field: int, op_id: OpId, value: bytes) -> frozenset[str]:
        """Everybody who stood for a value: who wrote it, and who wrote it before it was chosen again."""
        found: set[str] = set()
        todo, seen = [op_id], set[OpId]()
        while todo:
            one = todo.pop()
            place = self.at(one) if one not in seen else None
            seen.add(one)
            if place is None:
                continue
            event, pos = place
            before = self._put_back_from(event, pos, field, value)
            todo += before or self._same_below(event, pos, field, value)
            if not before:
                found.add(event.user)
        return frozenset(found)

    def _put_back_from(self, event: Event, pos: int, field: int, value: bytes) -> list[OpId]:
        """The ops with that value below the choice that an op took back; none for an op that took nothing back.

        Only a taking back says several things of one field in one event, or repeats a reason with all that whoever
        voided a record had seen.
        """
        mine = event.ops[pos]
        if mine.field == ROW:
            return []
        together = self._events[event.dev, event.epoch, event.eh8][1][field, mine.ent, mine.kind]
        if together < 2 and (field != VOID or void_said(value) is None):
            return []
        found: list[OpId] = []
        for above in mine.supersedes:
            place = self.at(above)
            if place is not None:
                found += self._same_below(*place, field, value)
        return found

    def _same_below(self, event: Event, pos: int, field: int, value: bytes) -> list[OpId]:
        """The ops an op superseded that said the same."""
        found = []
        for above in event.ops[pos].supersedes if event.ops[pos].field != ROW else ():
            place = self.at(above)
            if place is None:
                continue
            op = place[0].ops[place[1]]
            said = row_values(op).get(field) if op.field == ROW else op.value if op.field == field else None
            if said == value:
                found.append(above)
        return found

    def at(self, op_id: OpId) -> tuple[Event, int] | None:
        """The op of that id, if the log has it whole and it is of this record."""
        if op_id not in self._known:
            self._known[op_id] = self._look(op_id)
        return self._known[op_id]

    def _look(self, op_id: OpId) -> tuple[Event, int] | None:
        key = (op_id.dev, op_id.epoch, op_id.eh8)
        if key not in self._events and not self._read(op_id):
            return None
        event = self._events[key][0]
        pos = op_id.seq - event.first_seq
        if not 0 <= pos < len(event.ops):
            return None
        return (event, pos) if (event.ops[pos].ent, event.ops[pos].kind) == (self._ent, self._kind) else None

    def _read(self, op_id: OpId) -> bool:
        """Read the event of an op and count what it says of each field; False where the log has it not, or damaged."""
        for line, eh in self._conn.execute(
            "SELECT line, eh FROM event WHERE dev = ? AND epoch = ? AND seq <= ? AND last_seq >= ? AND seq > ?"
            " AND line IS NOT NULL ORDER BY seq DESC",
            (op_id.dev, op_id.epoch, op_id.seq, op_id.seq, op_id.seq - MAX_OPS),
        ):
            if bytes(eh)[:8] != op_id.eh8:
                continue
            with suppress(BadLine):  # a damaged line is for the check to find
                event = read_again(line, eh)
                about = Counter((op.field, op.ent, op.kind) for op in event.ops)
                self._events[op_id.dev, op_id.epoch, op_id.eh8] = (event, about)
                return True
        return False
