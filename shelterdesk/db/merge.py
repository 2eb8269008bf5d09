"""Taking events into the log and the tables: the one way in, for this desk's own writes and everybody else's.

Merging is a set union (SYNC §0.1): what is already known is skipped, nothing is refused for its clock, a
gap or a missing parent, and the tables follow from the set alone. An entity that so far has only its row
op goes straight into its table; any other is computed anew from all its ops by ``core/heads.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import msgspec

from shelterdesk.core.event import ROW, Event, Op, OpId, parse, read_again
from shelterdesk.core.heads import Head, Logged, heads, in_conflict, void_reason
from shelterdesk.core.kinds import KINDS
from shelterdesk.core.roster import Roster
from shelterdesk.db import chain, judging, tables, vouching
from shelterdesk.db.connection import Connection

_CHUNK = 400
_MOST_PARSED = 4_000


@dataclass(slots=True)
class Taken:
    """What a slice brought: counts, and the names of the kinds whose tables changed."""

    events: int = 0
    ops: int = 0
    already_known: int = 0
    set_aside: int = 0
    forks: int = 0
    kinds: set[str] = field(default_factory=set)


def take_in(
    conn: Connection,
    events: Sequence[Event],
    roster: Roster,
    unsigned: Collection[bytes] = (),
    apart: Collection[bytes] = (),
) -> Taken:
    """Add events to the log and bring the tables along, inside the caller's transaction.

    A slice is a few events (SYNC §1.0 caps it at 2,000 ops, so that a waiting save gets its turn).
    Ops that are not admitted stay in the log, out of the tables, with the reason (SYNC §1.10). ``unsigned`` are
    the hashes of events that no head of their author reaches (what this desk writes itself needs none), ``apart``
    of those that do not follow on from their author's main line.
    """
    taken = Taken()
    fresh = _only_new(conn, events, taken)
    if not fresh:
        return taken
    known = _known_entities(conn, {op.ent for event in fresh for op in event.ops})
    first_id = int(conn.execute("SELECT coalesce(max(id), 0) + 1 FROM event").fetchone()[0])
    nobodys = {first_id + i for i, event in enumerate(fresh) if event.eh in unsigned}
    vouching.note_unsigned(conn, nobodys)
    _log(conn, fresh, first_id, unsigned, apart)
    judge = judging.Judge(conn, roster, nobodys)
    rows: list[tuple[bytes, int, int, int, int]] = []
    aside: list[tuple[int, int, str]] = []
    alone: dict[bytes, tuple[Event, Op] | None] = {}
    for i, event in enumerate(fresh):
        verdict = judge.of(first_id + i, event.dev, event.epoch, event.last_seq, event.user)
        for pos, op in enumerate(event.ops):
            rows.append((op.ent, first_id + i, pos, op.kind, op.field))
            reason = verdict.of(op.kind)
            if reason is not None:
                aside.append((first_id + i, pos, reason))
                alone[op.ent] = None
            else:
                can_stand = op.field == ROW and op.ent not in known and op.ent not in alone
                alone[op.ent] = (event, op) if can_stand else None
    rows.sort()
    conn.executemany("INSERT INTO op (ent, event, pos, kind, field) VALUES (?, ?, ?, ?, ?)", rows)
    conn.executemany("INSERT INTO set_aside_op (event, pos, reason) VALUES (?, ?, ?)", aside)
    touched = _put_alone(conn, {ent: one for ent, one in alone.items() if one is not None})
    at_hand = {first_id + i: event for i, event in enumerate(fresh)}
    for kind, ents in rematerialise(conn, [e for e, one in alone.items() if one is None], at_hand).items():
        touched.setdefault(kind, []).extend(ents)
    tables.follow(conn, touched)
    taken.events, taken.ops, taken.set_aside = len(fresh), len(rows), len(aside)
    taken.kinds = {KINDS[kind].name for kind in touched}
    return taken


def _log(
    conn: Connection,
    fresh: Sequence[Event],
    first_id: int,
    unsigned: Collection[bytes],
    beside: Collection[bytes],
) -> None:
    """Lines into the log, with their chain values where their line is whole, and the ranges seen.

    An unsigned event is in neither: anybody may have made it.
    """
    authors = [event for event in fresh if event.eh not in unsigned] if unsigned else fresh
    in_line = [event for event in authors if event.eh not in beside] if beside else authors
    chained, apart = chain.continued(conn, in_line)
    conn.executemany(
        "INSERT INTO event (id, dev, epoch, seq, last_seq, hlc, wall_ms, user, eh, chain, line)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                first_id + i, e.dev, e.epoch, e.first_seq, e.last_seq, e.hlc, e.wall_ms, e.user, e.eh,
                chained.get(e.eh), e.line,
            )
            for i, e in enumerate(fresh)
        ],
    )  # fmt: skip
    for dev, epoch in apart:
        chain.carry_on(conn, dev, epoch)
    _note_seen(conn, authors)


def _only_new(conn: Connection, events: Sequence[Event], taken: Taken) -> list[Event]:
    """Drop what the log already holds; the same numbers with another hash are a second branch, kept."""
    held = _held_places(conn, events)
    fresh: list[Event] = []
    here: set[bytes] = set()
    for event in events:
        at_place = held.get((event.dev, event.epoch, event.first_seq), ())
        if event.eh in here or event.eh in at_place:
            taken.already_known += 1
            continue
        if at_place:
            taken.forks += 1
        here.add(event.eh)
        fresh.append(event)
    return fresh


def _held_places(conn: Connection, events: Sequence[Event]) -> dict[tuple[int, int, int], list[bytes]]:
    """What the log holds where these events begin: hashes by desk, epoch and number."""
    wanted: dict[tuple[int, int], list[int]] = {}
    for event in events:
        wanted.setdefault((event.dev, event.epoch), []).append(event.first_seq)
    held: dict[tuple[int, int, int], list[bytes]] = {}
    for (dev, epoch), numbers in wanted.items():
        for marks, part in _in_parts(numbers):
            for seq, eh in conn.execute(
                f"SELECT seq, eh FROM event WHERE dev = ? AND epoch = ? AND seq IN ({marks})",
                (dev, epoch, *part),
            ):
                held.setdefault((dev, epoch, seq), []).append(eh)
    return held


def _in_parts(keys: Sequence[Any]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Keys in parts small enough for one statement, each with its question marks."""
    for start in range(0, len(keys), _CHUNK):
        part = keys[start : start + _CHUNK]
        yield ",".join("?" * len(part)), part


def _known_entities(conn: Connection, ents: set[bytes]) -> set[bytes]:
    """Those of ``ents`` the log already has ops on."""
    found: set[bytes] = set()
    for marks, part in _in_parts(sorted(ents)):
        found.update(
            row[0] for row in conn.execute(f"SELECT DISTINCT ent FROM op WHERE ent IN ({marks})", part)
        )
    return found


def _put_alone(conn: Connection, alone: Mapping[bytes, tuple[Event, Op]]) -> dict[int, list[bytes]]:
    """Entities whose only op is a row op: straight into their tables."""
    rows: dict[int, list[tuple[Any, ...]]] = {}
    for ent, (event, op) in alone.items():
        if tables.is_known(op.kind):
            rows.setdefault(op.kind, []).append(lone_row(event, op, ent))
    for kind, ready in rows.items():
        ready.sort(key=itemgetter(0))
        tables.put_rows(conn, kind, ready)
    return {kind: [row[0] for row in ready] for kind, ready in rows.items()}


def lone_row(event: Event, op: Op, ent: bytes) -> tuple[Any, ...]:
    """The table row of an entity that has one op, a row op."""
    values = msgspec.json.decode(op.value)
    return tables.table_row(op.kind, ent, values, None, event.dev, event.wall_ms, event.user)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the log says of one entity: its kind, heads, which fields were edited, and its table row."""

    kind: int
    heads: Mapping[int, list[Head]]
    edited: frozenset[int]
    row: tuple[Any, ...] | None


def logged_ops(conn: Connection, ent: bytes) -> list[tuple[Event, int, str | None]]:
    """All ops on an entity as (event, position, reason it is set aside), oldest arrival first."""
    return [
        (read_again(line, eh), pos, reason)
        for line, eh, pos, reason in conn.execute(
            "SELECT e.line, e.eh, o.pos, s.reason FROM op o JOIN event e ON e.id = o.event"
            " LEFT JOIN set_aside_op s ON s.event = o.event AND s.pos = o.pos"
            " WHERE o.ent = ? AND e.line IS NOT NULL ORDER BY o.event, o.pos",
            (ent,),
        )
    ]


def standing(conn: Connection, ent: bytes) -> Standing | None:
    """Compute an entity from its admitted ops; None when there are none."""
    return _standing(ent, logged_ops(conn, ent))


def standings(
    conn: Connection, ents: Sequence[bytes], at_hand: Mapping[int, Event] | None = None
) -> Iterator[tuple[bytes, Standing | None]]:
    """The same for many entities; a line that speaks of several of them is read once.

    ``at_hand`` are events parsed already, by their id in the log.
    """
    parsed = dict(at_hand or {})
    for marks, part in _in_parts(ents):
        if len(parsed) > _MOST_PARSED:
            parsed.clear()
        rows = conn.execute(
            "SELECT o.ent, o.event, o.pos, s.reason FROM op o"
            " LEFT JOIN set_aside_op s ON s.event = o.event AND s.pos = o.pos"
            f" WHERE o.ent IN ({marks}) ORDER BY o.ent, o.event, o.pos",
            part,
        ).fetchall()
        for lines, ids in _in_parts(sorted({row[1] for row in rows} - parsed.keys())):
            for id_, line, eh in conn.execute(
                f"SELECT id, line, eh FROM event WHERE id IN ({lines}) AND line IS NOT NULL", ids
            ):
                parsed[id_] = read_again(line, eh)
        found: dict[bytes, list[tuple[Event, int, str | None]]] = {ent: [] for ent in part}
        for ent, id_, pos, reason in rows:
            if id_ in parsed:
                found[ent].append((parsed[id_], pos, reason))
        for ent, ops in found.items():
            yield ent, _standing(ent, ops)


def _standing(ent: bytes, ops: Iterable[tuple[Event, int, str | None]]) -> Standing | None:
    admitted = [(event, event.op_id(pos), event.ops[pos]) for event, pos, reason in ops if reason is None]
    if not admitted:
        return None
    # The first to speak of the entity, by clock and id, says what kind it is and who entered it;
    # its creation counts before any edit, even one that reached us earlier.
    first, _, spoken = min(admitted, key=lambda one: (one[2].field != ROW, one[0].hlc, one[1]))
    kind = spoken.kind
    found = heads([Logged(id_, event.hlc, op) for event, id_, op in admitted if op.kind == kind])
    created = {id_: op for _, id_, op in admitted if op.field == ROW and op.kind == kind}
    several = len(created) > 1
    edited = frozenset(found if several else (o.field for _, _, o in admitted if o.kind == kind and o.field))
    row = None
    if tables.is_known(kind):
        values = _shown_values(found, created)
        row = tables.table_row(kind, ent, values, void_reason(found), first.dev, first.wall_ms, first.user)
    return Standing(kind, found, edited, row)


def _shown_values(found: Mapping[int, list[Head]], created: Mapping[OpId, Op]) -> dict[str, Any]:
    """The shown value of each field, decoded; a creation's are decoded together."""
    given = {id_: msgspec.json.decode(op.value) for id_, op in created.items()}
    values: dict[str, Any] = {}
    for number, several in found.items():
        shown, name = several[0], str(number)
        values[name] = given[shown.id][name] if shown.id in given else msgspec.json.decode(shown.value)
    return values


def rematerialise(
    conn: Connection, ents: Iterable[bytes], at_hand: Mapping[int, Event] | None = None
) -> dict[int, list[bytes]]:
    """Compute entities anew from all their ops; returns those whose table changed, by kind.

    ``at_hand`` are events parsed already, by their id in the log.
    """
    touched: dict[int, list[bytes]] = {}
    wanted = sorted(set(ents))
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        _put_anew(conn, dict(standings(conn, part, at_hand)), touched)
    return touched


def _put_anew(
    conn: Connection, found: Mapping[bytes, Standing | None], touched: dict[int, list[bytes]]
) -> None:
    """Heads, conflicts and table rows of some entities as they stand; adds to ``touched``."""
    conn.executemany("DELETE FROM head WHERE ent = ?", [(ent,) for ent in found])
    conn.executemany("DELETE FROM conflict WHERE ent = ?", [(ent,) for ent in found])
    heads_of: list[tuple[Any, ...]] = []
    conflicts: list[tuple[bytes, int, int]] = []
    rows: dict[int, list[tuple[Any, ...]]] = {}
    for ent, now in found.items():
        if now is None:
            _drop(conn, ent, touched)
            continue
        heads_of += head_rows(ent, now)
        conflicts += conflict_rows(ent, now)
        if now.row is not None:
            rows.setdefault(now.kind, []).append(now.row)
            touched.setdefault(now.kind, []).append(ent)
    conn.executemany(
        "INSERT INTO head (ent, field, hlc, dev, epoch, seq, eh8, kind, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        heads_of,
    )
    conn.executemany("INSERT INTO conflict (ent, field, kind) VALUES (?, ?, ?)", conflicts)
    for kind, ready in rows.items():
        tables.put_rows(conn, kind, ready)


def _drop(conn: Connection, ent: bytes, touched: dict[int, list[bytes]]) -> None:
    """Take an entity without an admitted op out of its table."""
    for (kind,) in conn.execute("SELECT DISTINCT kind FROM op WHERE ent = ?", (ent,)).fetchall():
        if tables.is_known(kind):
            tables.drop_row(conn, kind, ent)
            touched.setdefault(kind, []).append(ent)


def head_rows(ent: bytes, now: Standing) -> list[tuple[Any, ...]]:
    """Rows of ``head``: only fields somebody edited; the others are implied by the creation (SYNC §1.0)."""
    return [
        (ent, number, head.hlc, *tables.op_id_key(head.id), now.kind, head.value)
        for number in sorted(now.edited)
        for head in now.heads.get(number, ())
    ]


def conflict_rows(ent: bytes, now: Standing) -> list[tuple[bytes, int, int]]:
    """Rows of ``conflict``: edited fields with more than one value."""
    return [
        (ent, number, now.kind) for number in sorted(now.edited) if in_conflict(now.heads.get(number, []))
    ]


def _note_seen(conn: Connection, fresh: Sequence[Event]) -> None:
    """Widen the ranges seen of each author."""
    authors: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for event in fresh:
        authors.setdefault((event.dev, event.epoch), []).append((event.first_seq, event.last_seq))
    for (dev, epoch), new in authors.items():
        held = conn.execute(
            "SELECT from_seq, to_seq FROM seen WHERE dev = ? AND epoch = ?", (dev, epoch)
        ).fetchall()
        joined = join_ranges([*held, *new])
        if joined != held:
            conn.execute("DELETE FROM seen WHERE dev = ? AND epoch = ?", (dev, epoch))
            conn.executemany(
                "INSERT INTO seen (dev, epoch, from_seq, to_seq) VALUES (?, ?, ?, ?)",
                [(dev, epoch, low, high) for low, high in joined],
            )


def join_ranges(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Inclusive ranges joined where they touch or overlap, in order."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return joined


def reconsider(conn: Connection, roster: Roster) -> set[str] | None:
    """Judge one slice of what waits to be judged again, and bring the tables along, inside the caller's transaction.

    Returns the names of kinds changed; None when nothing waits.
    """
    turned = judging.judge_some(conn, roster)
    if turned is None:
        return None
    touched = rematerialise(conn, turned)
    tables.follow(conn, touched)
    return {KINDS[kind].name for kind in touched}


def settle(conn: Connection, roster: Roster, devs: Iterable[int]) -> None:
    """After heads or claims of these desks came: what they reach now is the authors' own, and is judged again."""
    ids = vouching.settle(conn, roster, devs)
    for marks, part in _in_parts(ids):
        rows = conn.execute(f"SELECT line FROM event WHERE id IN ({marks}) AND line IS NOT NULL", part)
        _note_seen(conn, [parse(row[0]) for row in rows.fetchall()])
    judging.put_off_aside(conn)
