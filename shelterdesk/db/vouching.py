"""What somebody vouches for: an author by the heads it signed, a revocation by the places it names.

SYNC §1.0, *signatures*, and §0.6. A signature under a chain value speaks for the whole line that ends in it. On
the main line (``event.chain``) that is everything below; of an event that has no place there, behind a gap or on
a second branch, ``claim`` keeps the chain value before it as a part said it, and a claim that leads to a vouched
value is proved by it. ``unsigned`` are the events no head of their author reaches yet: kept, not admitted, not
in the main line, not passed on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from shelterdesk.core.event import GENESIS, MAX_OPS, Numbered, chain_next
from shelterdesk.core.roster import Roster
from shelterdesk.db import chain
from shelterdesk.db.connection import Connection
from shelterdesk.keys.signing import is_chain_head

Place = tuple[int, bytes]
"""An op number and the chain value after it."""

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Reach:
    """What of an author's epoch some places vouch for: the main line up to a number, and events beside it."""

    upto: int
    beside: frozenset[int]

    def has(self, event: int, last_seq: int, is_main: bool) -> bool:
        """Whether an event (by its id in the log) is among it."""
        return event in self.beside or (is_main and last_seq <= self.upto)


def reach(conn: Connection, dev: int, epoch: int, places: Iterable[Place]) -> Reach:
    """Everything the lines hold that end in those places; linear in what lies beside the main line."""
    upto, beside = 0, set[int]()
    todo, seen = list(places), set[Place]()
    while todo:
        place = todo.pop()
        if place in seen or place[0] < 1:
            continue
        seen.add(place)
        seq, value = place
        if chain.value_at(conn, dev, epoch, seq) == value:
            upto = max(upto, seq)
            continue
        for id_, first, eh, before in conn.execute(
            "SELECT e.id, e.seq, e.eh, c.before FROM event e JOIN claim c ON c.event = e.id"
            " WHERE e.dev = ? AND e.epoch = ? AND e.seq > ? AND e.seq <= ? AND e.last_seq = ?",
            (dev, epoch, seq - MAX_OPS, seq, seq),
        ).fetchall():
            if chain_next(before, eh) == value:
                beside.add(id_)
                todo.append((first - 1, before))
    return Reach(upto, frozenset(beside))


def signed_places(conn: Connection, dev: int, epoch: int, key: bytes, above: int = 0) -> list[Place]:
    """The heads an author signed at or beyond a number, each signature checked."""
    return [
        (seq, chain_value)
        for seq, chain_value, signature in conn.execute(
            "SELECT seq, chain, signature FROM signed_head WHERE dev = ? AND epoch = ? AND seq >= ?",
            (dev, epoch, above),
        ).fetchall()
        if is_chain_head(key, epoch, seq, chain_value, signature)
    ]


def note_unsigned(conn: Connection, ids: Iterable[int]) -> None:
    """Remember events that no head of their author reaches."""
    conn.executemany("INSERT OR IGNORE INTO unsigned (event) VALUES (?)", [(id_,) for id_ in ids])


def unsigned_of(conn: Connection, dev: int) -> dict[int, dict[int, int]]:
    """The unsigned events of a desk: by epoch, id with first number."""
    found: dict[int, dict[int, int]] = {}
    for id_, epoch, seq in conn.execute(
        "SELECT u.event, e.epoch, e.seq FROM unsigned u CROSS JOIN event e ON e.id = u.event WHERE e.dev = ?",
        (dev,),
    ):
        found.setdefault(epoch, {})[id_] = seq
    return found


def goes_on(conn: Connection, dev: int, epoch: int, events: Sequence[Numbered], before: bytes) -> bool:
    """Whether events follow on from the end of the main line, by their chain and not by their number alone."""
    upto, end = chain.last_of(conn, dev, epoch) or (0, GENESIS)
    value, at = before, events[0].first_seq - 1
    for event in events:
        if at >= upto:
            break
        value, at = chain_next(value, event.eh), event.last_seq
    return (at, value) == (upto, end)


def note_claims(
    conn: Connection, dev: int, epoch: int, events: Sequence[Numbered], before: bytes, after: bytes
) -> None:
    """Keep what a part says of the chain around events that are in the log and not so in the main line.

    Whether the main line goes on through them is seen once everything the part says is kept (``chain.carry_on``).
    """
    if not events or chain.value_at(conn, dev, epoch, events[-1].last_seq) == after:
        return
    wanted: dict[bytes, bytes] = {}
    value = before
    for event in events:
        wanted[event.eh] = value
        value = chain_next(value, event.eh)
    rows = []
    for start in range(0, len(events), _CHUNK):
        part = events[start : start + _CHUNK]
        for id_, eh, main in conn.execute(
            "SELECT id, eh, chain FROM event WHERE dev = ? AND epoch = ? AND seq BETWEEN ? AND ?",
            (dev, epoch, part[0].first_seq, part[-1].first_seq),
        ):
            said = wanted.get(eh)
            if said is not None and (main is None or chain_next(said, eh) != main):
                rows.append((id_, said))
    conn.executemany("INSERT OR IGNORE INTO claim (event, before) VALUES (?, ?)", rows)


def claims_of(conn: Connection, event: int) -> list[bytes]:
    """The chain values said to stand before an event, in order."""
    return [
        bytes(row[0])
        for row in conn.execute("SELECT before FROM claim WHERE event = ? ORDER BY before", (event,))
    ]


def settle(conn: Connection, roster: Roster, devs: Iterable[int]) -> list[int]:
    """Take events off the list of the unsigned that a head now reaches; returns their ids.

    They get their place in the main line where it goes on through them.
    """
    found: list[int] = []
    for dev in devs:
        desk = roster.desks.get(dev)
        waiting = unsigned_of(conn, dev) if desk is not None else {}
        for epoch, ids in waiting.items():
            assert desk is not None
            places = signed_places(conn, dev, epoch, desk.sign, min(ids.values()))
            now = sorted(reach(conn, dev, epoch, places).beside & ids.keys())
            if now:
                conn.executemany("DELETE FROM unsigned WHERE event = ?", [(id_,) for id_ in now])
                chain.carry_on(conn, dev, epoch)
                found += now
    return found


def forget_false_heads(conn: Connection, roster: Roster, devs: Collection[int]) -> None:
    """Heads kept while their author was not known, and not signed by it, are no heads."""
    for dev in devs:
        desk = roster.desks.get(dev)
        if desk is None:
            continue
        for epoch, seq, value, signature in conn.execute(
            "SELECT epoch, seq, chain, signature FROM signed_head WHERE dev = ?", (dev,)
        ).fetchall():
            if not is_chain_head(desk.sign, epoch, seq, value, signature):
                conn.execute(
                    "DELETE FROM signed_head WHERE dev = ? AND epoch = ? AND seq = ? AND chain = ?",
                    (dev, epoch, seq, value),
                )


def bounds_now(conn: Connection, dev: int) -> dict[int, Place]:
    """How far a desk is held whole, per epoch: what a revocation made here lets stand."""
    found: dict[int, Place] = {}
    for (epoch,) in conn.execute(
        "SELECT DISTINCT epoch FROM seen WHERE dev = ? ORDER BY epoch", (dev,)
    ).fetchall():
        last = chain.last_of(conn, dev, epoch)
        if last is not None:
            found[epoch] = last
    return found


def before_first(conn: Connection, dev: int, epoch: int, first: int) -> bytes | None:
    """The chain value of the main line before a number, None where it does not reach there."""
    return GENESIS if first == 1 else chain.value_at(conn, dev, epoch, first - 1)
