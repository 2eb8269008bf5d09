"""Taking events into the log and the tables: the one way in, for this desk's own writes and everybody else's.

Merging is a set union (SYNC §0.1): what is already known is skipped, nothing is refused for its clock, a
gap or a missing parent, and the tables follow from the set alone. An entity that so far has only its row
op goes straight into its table; any other is computed anew from all its ops by ``core/heads.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import msgspec

from shelterdesk.core.erased import without
from shelterdesk.core.event import ERASED, ROW, Event, Numbered, Op, Place
from shelterdesk.core.home import OTHER_HOME
from shelterdesk.core.kinds import KINDS
from shelterdesk.core.roster import Roster
from shelterdesk.db import chain, judging, newer_count, tables, vouching
from shelterdesk.db.clocks import Clocks, clocks_of
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.first_edits import Edit, may_be_first, put_first_edits
from shelterdesk.db.standing import Stood, conflict_rows, head_rows, standings


@dataclass(slots=True)
class Taken:
    """What a slice brought: counts, and the names of the kinds whose tables changed."""

    events: int = 0
    ops: int = 0
    already_known: int = 0
    set_aside: int = 0
    forks: int = 0
    forked: set[int] = field(
        default_factory=set
    )  # the desks of which the log holds other entries under the same numbers
    kinds: set[str] = field(default_factory=set)


def take_in(
    conn: Connection,
    events: Sequence[Event],
    roster: Roster,
    unsigned: Collection[bytes] = (),
    apart: Collection[bytes] = (),
    withheld: Collection[Place] = (),
) -> Taken:
    """Add events to the log and bring the tables along, inside the caller's transaction.

    A slice is a few events (SYNC §1.0 caps it at 2,000 ops, so that a waiting save gets its turn).
    Ops that are not admitted stay in the log, out of the tables, with the reason (SYNC §1.10). ``unsigned`` are
    the hashes of events that no head of their author reaches (what this desk writes itself needs none), ``apart``
    of those that do not follow on from their author's main line, ``withheld`` the places of those that came as a hash
    alone from somebody whose word for that is not enough. What was erased is blanked before anything of it is kept.
    """
    taken = Taken()
    fresh = _only_new(conn, events, taken)
    clocks = clocks_of(conn)
    filled = _filled(conn, events, taken, withheld, lambda event: _as_kept(event, roster, clocks))
    if not fresh and not filled:
        return taken
    fresh = [_as_kept(event, roster, clocks) for event in fresh]
    first_id = int(conn.execute("SELECT coalesce(max(id), 0) + 1 FROM event").fetchone()[0])
    placed = filled | {first_id + i: event for i, event in enumerate(fresh)}
    known = _known_entities(conn, {op.ent for event in placed.values() for op in event.ops})
    nobodys = {id_ for id_, event in placed.items() if event.eh in unsigned}
    vouching.note_unsigned(conn, nobodys - filled.keys())
    nobodys |= {id_ for id_, event in placed.items() if withheld and event.place in withheld}
    newer_count.note(conn, fresh)
    _log(conn, fresh, first_id, unsigned, apart)
    conn.executemany(
        "INSERT OR IGNORE INTO withheld (event) VALUES (?)",
        [(id_,) for id_, event in placed.items() if withheld and event.place in withheld],
    )
    judge = judging.Judge(conn, roster, nobodys | _unsigned_among(conn, filled))
    rows: list[tuple[bytes, int, int, int, int]] = []
    aside: list[tuple[int, int, str]] = []
    alone: dict[bytes, tuple[Event, Op] | None] = {}
    edits: dict[bytes, list[Edit] | None] = {}  # of records known before, where nothing else came of them
    for id_, event in placed.items():
        verdict = judge.of(id_, event.dev, event.epoch, event.last_seq, event.user).under(event.merge_rules)
        for pos, op in enumerate(event.ops):
            if op.kind == ERASED:
                continue
            rows.append((op.ent, id_, pos, op.kind, op.field))
            reason = verdict.of(op)
            if reason is not None:
                aside.append((id_, pos, reason))
                alone[op.ent] = edits[op.ent] = None
                continue
            can_stand = op.field == ROW and op.ent not in known and op.ent not in alone
            alone[op.ent] = (event, op) if can_stand and id_ not in filled else None
            if op.ent not in known or id_ in filled or not may_be_first(op):
                edits[op.ent] = None
            elif (several := edits.setdefault(op.ent, [])) is not None:
                several.append(Edit(event, pos, op))
    rows.sort()
    conn.executemany("INSERT INTO op (ent, event, pos, kind, field) VALUES (?, ?, ?, ?, ?)", rows)
    conn.executemany("INSERT INTO set_aside_op (event, pos, reason) VALUES (?, ?, ?)", aside)
    touched = _put_alone(conn, {ent: one for ent, one in alone.items() if one is not None})
    first = {ent: several for ent, several in edits.items() if several}
    left = put_first_edits(conn, first, first_id, roster.homes, touched)
    left += [ent for ent, one in alone.items() if one is None and ent not in first]
    for kind, changed in rematerialise(conn, left, roster.homes, placed).items():
        touched.setdefault(kind, {}).update(changed)
    tables.follow(conn, touched)
    judging.note_turned(conn, [row[0] for row in rows if row[1] in filled and judging.is_carrier([row[3]])])
    taken.events, taken.ops = len(placed), len(rows)
    taken.set_aside = int(
        conn.execute("SELECT count(*) FROM set_aside_op WHERE event >= ?", (first_id,)).fetchone()[0]
    )
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
                chained.get(e.place), e.line or None,
            )
            for i, e in enumerate(fresh)
        ],
    )  # fmt: skip
    for dev, epoch in apart:
        chain.carry_on(conn, dev, epoch)
    _note_seen(conn, ((e.dev, e.epoch, e.first_seq, e.last_seq) for e in authors))


def _only_new(conn: Connection, events: Sequence[Event], taken: Taken) -> list[Event]:
    """Drop what the log already holds; the same numbers with another hash are a second branch, kept."""
    held = _held_places(conn, events)
    fresh: list[Event] = []
    here: set[Place] = set()
    for event in events:
        at_place = held.get((event.dev, event.epoch, event.first_seq), ())
        if event.eh in at_place or event.place in here:
            taken.already_known += 1
            continue
        if at_place:
            taken.forks += 1
            taken.forked.add(event.dev)
        here.add(event.place)
        fresh.append(event)
    return fresh


def are_known(conn: Connection, events: Sequence[Numbered]) -> bool:
    """Whether the log holds all of these whole, so that :func:`take_in` would find nothing to do."""
    held = _held_places(conn, events)
    if any(one.eh not in held.get((one.dev, one.epoch, one.first_seq), ()) for one in events):
        return False
    return {(one.dev, one.epoch) for one in events}.isdisjoint(conn.execute(_LACKING))


def _as_kept(event: Event, roster: Roster, clocks: Clocks) -> Event:
    """An event as it goes into this log: without what was erased, its clock as it counts."""
    return clocks.right(without(event, roster.erased) if roster.erased else event)


def _filled(
    conn: Connection,
    events: Sequence[Event],
    taken: Taken,
    withheld: Collection[Place],
    as_kept: Callable[[Event], Event],
) -> dict[int, Event]:
    """What comes now of events held as a hash alone, or second-hand, and of which something stands: by their id here.

    An event is second-hand no more once its line was here, or somebody who may say so said what is left of it.
    """
    found: dict[int, Event] = {}
    lacking = set(conn.execute(_LACKING)) if taken.already_known else ()
    for event in events if lacking else ():
        if (event.dev, event.epoch) not in lacking:
            continue
        row = conn.execute(
            "SELECT e.id, e.line, w.event IS NOT NULL FROM event e LEFT JOIN withheld w ON w.event = e.id"
            " WHERE e.dev = ? AND e.epoch = ? AND e.seq = ? AND e.eh = ? AND (e.line IS NULL OR w.event IS NOT NULL)",
            (event.dev, event.epoch, event.first_seq, event.eh),
        ).fetchone()
        if row is None or row[0] in found:
            continue
        id_, line, was_second_hand = row
        if event.place not in withheld:
            conn.execute("DELETE FROM withheld WHERE event = ?", (id_,))
        elif line is not None or not was_second_hand:
            continue
        kept = as_kept(event)
        if (kept.line or None) == line:
            if was_second_hand and event.place not in withheld:
                judging.put_off_aside(conn)
            continue
        conn.execute("DELETE FROM op WHERE event = ?", (id_,))
        conn.execute("DELETE FROM set_aside_op WHERE event = ?", (id_,))
        conn.execute(
            "UPDATE event SET hlc = ?, wall_ms = ?, user = ?, line = ? WHERE id = ?",
            (kept.hlc, kept.wall_ms, kept.user, kept.line or None, id_),
        )
        if kept.line:
            found[id_] = kept
            taken.already_known -= 1
    return found


# From the few outwards: left to choose, SQLite goes through the whole log and looks each event up.
_LACKING = (
    "SELECT DISTINCT dev, epoch FROM event INDEXED BY event_blank WHERE line IS NULL"
    " UNION SELECT e.dev, e.epoch FROM withheld w CROSS JOIN event e ON e.id = w.event"
)


def _unsigned_among(conn: Connection, ids: Collection[int]) -> set[int]:
    found: set[int] = set()
    for marks, part in in_parts(sorted(ids)):
        found.update(
            row[0] for row in conn.execute(f"SELECT event FROM unsigned WHERE event IN ({marks})", part)
        )
    return found


def _held_places(conn: Connection, events: Sequence[Numbered]) -> dict[tuple[int, int, int], list[bytes]]:
    """What the log holds where these events begin: hashes by desk, epoch and number."""
    wanted: dict[tuple[int, int], list[int]] = {}
    for event in events:
        wanted.setdefault((event.dev, event.epoch), []).append(event.first_seq)
    held: dict[tuple[int, int, int], list[bytes]] = {}
    for (dev, epoch), numbers in wanted.items():
        for marks, part in in_parts(numbers):
            for seq, eh in conn.execute(
                f"SELECT seq, eh FROM event WHERE dev = ? AND epoch = ? AND seq IN ({marks})",
                (dev, epoch, *part),
            ):
                held.setdefault((dev, epoch, seq), []).append(eh)
    return held


def _known_entities(conn: Connection, ents: set[bytes]) -> set[bytes]:
    """Those of ``ents`` the log already has ops on."""
    found: set[bytes] = set()
    for marks, part in in_parts(sorted(ents)):
        found.update(
            row[0] for row in conn.execute(f"SELECT DISTINCT ent FROM op WHERE ent IN ({marks})", part)
        )
    return found


def _put_alone(conn: Connection, alone: Mapping[bytes, tuple[Event, Op]]) -> tables.Touched:
    """Entities whose only op is a row op: straight into their tables."""
    rows: dict[int, list[tuple[Any, ...]]] = {}
    for ent, (event, op) in alone.items():
        if tables.is_known(op.kind):
            rows.setdefault(op.kind, []).append(lone_row(event, op, ent))
    for kind, ready in rows.items():
        ready.sort(key=itemgetter(0))
        tables.put_rows(conn, kind, ready)
    return {kind: dict.fromkeys(row[0] for row in ready) for kind, ready in rows.items()}


def lone_row(event: Event, op: Op, ent: bytes) -> tuple[Any, ...]:
    """The table row of an entity that has one op, a row op."""
    values = msgspec.json.decode(op.value)
    return tables.table_row(op.kind, ent, values, None, event.dev, event.wall_ms, event.user)


def rematerialise(
    conn: Connection,
    ents: Iterable[bytes],
    homes: Mapping[int, str],
    at_hand: Mapping[int, Event] | None = None,
) -> tables.Touched:
    """Compute entities anew from all their ops; returns what changed of their rows, by kind.

    ``homes`` are the stations of desks, ``at_hand`` events parsed already, by their id in the log.
    """
    touched: tables.Touched = {}
    for _, part in in_parts(sorted(set(ents))):
        _put_anew(conn, dict(standings(conn, part, homes, at_hand)), touched)
    return touched


def _put_anew(conn: Connection, found: Mapping[bytes, Stood], touched: tables.Touched) -> None:
    """Heads, conflicts and table rows of some entities as they stand; adds to ``touched``."""
    conn.executemany("DELETE FROM head WHERE ent = ?", [(ent,) for ent in found])
    conn.executemany("DELETE FROM conflict WHERE ent = ?", [(ent,) for ent in found])
    heads: list[tuple[Any, ...]] = []
    conflicts: list[tuple[bytes, int, int, int]] = []
    rows: dict[int, list[tuple[Any, ...]]] = {}
    for ent, stood in found.items():
        for kind, now in stood.records.items():
            if now is not None:
                heads += head_rows(ent, now)
                conflicts += conflict_rows(ent, now)
                if now.row is not None:
                    rows.setdefault(kind, []).append(now.row)
            elif tables.is_known(kind):
                tables.drop_row(conn, kind, ent)
                touched.setdefault(kind, {})[ent] = None
    conn.executemany(
        "INSERT INTO head (ent, field, hlc, dev, epoch, seq, eh8, kind, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        heads,
    )
    conn.executemany("INSERT INTO conflict (ent, field, kind, rank) VALUES (?, ?, ?, ?)", conflicts)
    for kind, ready in rows.items():
        touched.setdefault(kind, {}).update(tables.put_changed(conn, kind, ready))
    _mark_foreign(conn, found)


def _mark_foreign(conn: Connection, found: Mapping[bytes, Stood]) -> None:
    """Set aside, or no more, what desks of other stations say of these entities."""
    for ent, stood in found.items():
        if stood.foreign == stood.marked:
            continue
        conn.executemany("DELETE FROM set_aside_op WHERE event = ? AND pos = ?", stood.marked)
        conn.executemany(
            "INSERT INTO set_aside_op (event, pos, reason) VALUES (?, ?, ?)",
            [(event, pos, OTHER_HOME) for event, pos in stood.foreign],
        )
        if judging.is_carrier(stood.records):
            judging.note_turned(conn, [ent])


def _note_seen(conn: Connection, fresh: Iterable[tuple[int, int, int, int]]) -> None:
    """Widen the ranges seen of each author by events: desk, epoch, first and last number."""
    authors: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for dev, epoch, first, last in fresh:
        authors.setdefault((dev, epoch), []).append((first, last))
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
    touched = rematerialise(conn, turned, roster.homes)
    tables.follow(conn, touched)
    return {KINDS[kind].name for kind in touched}


def settle(conn: Connection, roster: Roster, devs: Iterable[int]) -> None:
    """After heads or claims of these desks came: what they reach now is the authors' own, and is judged again."""
    ids = vouching.settle(conn, roster, devs)
    for marks, part in in_parts(ids):
        rows = conn.execute(f"SELECT dev, epoch, seq, last_seq FROM event WHERE id IN ({marks})", part)
        _note_seen(conn, rows.fetchall())
    judging.put_off_aside(conn)
