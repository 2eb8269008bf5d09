"""One schedule of the merge core: a history, arriving at several replicas in different orders, against the oracle."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from unittest.mock import patch

import msgspec

from shelterdesk.core.event import Event
from shelterdesk.core.kinds import HOUSEHOLD, PERSON
from shelterdesk.db import tables
from shelterdesk.db.connection import Connection
from shelterdesk.db.state import state_of
from tests.sim import oracle
from tests.sim.core_events import GATE, STRANGER, History, make_history
from tests.sim.core_store import CoreStore, roster_of
from tests.sim.oracle import Said, Verdict, View

COLUMNS = {
    PERSON.number: ("person", {3: "surnames", 4: "given", 9: "sex", 28: "note"}),
    HOUSEHOLD.number: ("household", {2: "number", 4: "note"}),
}
NOT_AT_THE_GATE = frozenset({4, 5, 17})
"""Of the kinds in play: people, households, transfers."""

EVERY_STEP, EVERY_REBUILD = 10, 50
"""One schedule in so many is compared with the oracle after every slice; one with what a rebuild makes of its log."""

DERIVED = {
    name: f"SELECT * FROM {name}"
    for name in ("person", "household", "presence", "head", "conflict", "set_aside_op", "op")
} | {"person_key": "SELECT ent, key, family FROM person_key"}
"""Everything that follows from the log, each with how it is read; the numbers of the search index follow arrival."""


class Wrong(AssertionError):
    """A replica that does not say what the oracle says; ``str`` names the seed and what differs."""


def verdict_for(history: History, *, has_stranger: bool, knows_late: bool) -> Verdict:
    """What the rosters of :func:`roster_of` mean for an op, told anew."""

    def verdict(one: Said) -> str | None:
        if one.dev == history.late_desk and not knows_late:
            return "unknown_desk"
        if one.user == STRANGER and not has_stranger:
            return "unknown_operator"
        return "role" if one.user == GATE and one.kind in NOT_AT_THE_GATE else None

    return verdict


def run(
    seed: int, conn: Connection, *, is_watched: bool | None = None, is_whole: bool | None = None
) -> Counter[str]:
    """Play the schedule of a seed on one connection, replica after replica; raises :class:`Wrong`.

    ``is_watched`` compares after every slice too; ``is_whole`` lets search and presence follow, and compares with a
    rebuild. Left out, the seed decides.
    """
    history = make_history(seed)
    rng = random.Random(f"{seed} arrivals")
    watched = seed % EVERY_STEP == 0 if is_watched is None else is_watched
    whole = seed % EVERY_REBUILD == 0 if is_whole is None else is_whole
    found = Counter(history.counts)
    found.update(schedules=1, events=len(history.events), ops=sum(len(e.ops) for e in history.events))
    followers = {} if not whole else dict(tables.FOLLOWERS)
    with patch.dict(tables.FOLLOWERS, followers, clear=True):
        states = {
            _replica(history, rng, CoreStore(conn), n, n == 0 and watched, n == 0 and whole, found)
            for n in range(2)
        }
    if len(states) != 1:
        raise Wrong(f"seed {seed}: the order of arrival decides: {sorted(states)}")
    return found


def _replica(
    history: History,
    rng: random.Random,
    store: CoreStore,
    n: int,
    is_watched: bool,
    is_whole: bool,
    found: Counter[str],
) -> str:
    """Let everything arrive in some order, some of it twice, and hear of the whole roster on the way; the state at the end."""
    has_stranger, knows_late = rng.random() < 0.5, rng.random() < 0.5
    without = None if knows_late else history.late_desk
    store.begin(roster_of(history.stations, has_stranger=has_stranger, without=without))
    slices = arrivals(history.events, rng)
    learns_at = rng.randrange(len(slices) + 1)
    have: dict[bytes, bytes] = {}
    for at, some in enumerate(slices):
        if at == learns_at:
            store.learn(roster_of(history.stations, has_stranger=True))
            has_stranger = knows_late = True
        found["forks"] += store.take(some).forks
        have.update((event.eh, event.line) for event in some)
        if is_watched:
            view = _look(history, have.values(), has_stranger, knows_late)
            compare(history.seed, f"replica {n}, slice {at}", store.conn, view, len(have))
    if learns_at == len(slices):
        store.learn(roster_of(history.stations, has_stranger=True))
    view = _look(history, have.values(), True, True)
    said = compare(history.seed, f"replica {n}, at the end", store.conn, view, len(history.events))
    if n == 0:
        found["conflicts"] += len(view.conflicts())
        found["set_aside"] += len(view.aside)
        found["won"] += _last_words_stand(history.seed, view)
    if is_whole:
        before = derived(store.conn)
        store.rebuild_tables()
        _same(history.seed, "tables and what a rebuild makes of the log", before, derived(store.conn))
    return said


def arrivals(events: Sequence[Event], rng: random.Random) -> list[list[Event]]:
    """The events in any order, in slices of one to sixteen, some of them twice, some slices again."""
    order = [*events, *rng.sample(events, rng.randint(0, len(events) // 3))]
    how = rng.random()
    if how < 0.6:
        rng.shuffle(order)
    elif how < 0.8:
        order.reverse()
    slices: list[list[Event]] = []
    at = 0
    while at < len(order):
        size = rng.choice((1, 2, 4, 8, 16))
        slices.append(order[at : at + size])
        at += size
    if rng.random() < 0.3:
        slices.insert(rng.randrange(len(slices) + 1), rng.choice(slices))
    return slices


def _look(history: History, lines: Iterable[bytes], has_stranger: bool, knows_late: bool) -> View:
    homes = {dev: s for dev, s in history.stations.items() if knows_late or dev != history.late_desk}
    verdict = verdict_for(history, has_stranger=has_stranger, knows_late=knows_late)
    return oracle.look(lines, verdict, homes)


def compare(seed: int, where: str, conn: Connection, view: View, events: int) -> str:
    """Everything a replica says of its log against the oracle; returns its state."""
    said = state_of(conn)
    _same(seed, f"{where}: state", said, oracle.state(view))
    held = conn.execute("SELECT count(*), count(DISTINCT eh) FROM event").fetchone()
    _same(seed, f"{where}: events held", held, (events, events))
    conflicts = set(conn.execute("SELECT ent, kind, field FROM conflict"))
    _same(seed, f"{where}: conflicts", conflicts, view.conflicts())
    aside = {
        (eh, pos): reason
        for eh, pos, reason in conn.execute(
            "SELECT e.eh, s.pos, s.reason FROM set_aside_op s JOIN event e ON e.id = s.event"
        )
    }
    _same(seed, f"{where}: set aside", aside, view.aside)
    for kind, (table, names) in COLUMNS.items():
        columns = ", ".join(names.values())
        rows = {
            row[0]: row[1:]
            for row in conn.execute(f"SELECT ent, dev, entered_ms, entered_by, void, {columns} FROM {table}")
        }
        _same(seed, f"{where}: table {table}", rows, rows_by_hand(view, kind, names))
    return said


def rows_by_hand(view: View, kind: int, names: Mapping[int, str]) -> dict[bytes, tuple[object, ...]]:
    """The rows of a table as the oracle sees them: who entered, when, void, and the shown value of each field."""
    rows: dict[bytes, tuple[object, ...]] = {}
    for record, fields in view.heads.items():
        if record[1] != kind:
            continue
        by = view.author(record)
        shown = [msgspec.json.decode(fields[n][0].values[n]) if n in fields else None for n in names]
        rows[record[0]] = (by.dev, by.wall_ms, by.user, view.void(record), *shown)
    return rows


def _last_words_stand(seed: int, view: View) -> int:
    """Whoever saw everything else said of a field and wrote last is its only head, whatever the clocks; how many did."""
    last = view.last_words()
    for record, number, one in last:
        _same(
            seed, f"head of {record[0].hex()}.{number}", [h.id for h in view.heads[record][number]], [one.id]
        )
    return len(last)


def derived(conn: Connection) -> dict[str, list[str]]:
    """Everything derived, to compare."""
    return {name: sorted(map(repr, conn.execute(query))) for name, query in DERIVED.items()}


def _same(seed: int, what: str, found: object, expected: object) -> None:
    if found != expected:
        raise Wrong(f"seed {seed}: {what}\n{apart(found, expected)}")


def apart(found: object, expected: object) -> str:
    """Where two answers differ, in few lines."""
    if isinstance(found, dict) and isinstance(expected, dict):
        keys = [key for key in {**found, **expected} if found.get(key) != expected.get(key)]
        return "\n".join(f"{key!r}: {apart(found.get(key), expected.get(key))}" for key in keys[:4])
    if isinstance(found, set | list) and isinstance(expected, set | list):
        more = [one for one in found if one not in expected]
        less = [one for one in expected if one not in found]
        return f"  only found {more!r:.1500}\n  not found  {less!r:.1500}"
    return f"  found    {found!r:.1500}\n  expected {expected!r:.1500}"
