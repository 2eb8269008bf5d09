"""Each desk we exchange with: when and through whom it was heard, how far, what is missing, what it has of ours."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from shelterdesk.db import exchange
from shelterdesk.db.connection import Connection
from shelterdesk.db.receipts import Gap, gaps

MOST_BUNDLES = 30
"""Bundles of one desk that are listed, the newest first."""

_MOST_HOLES = 5


@dataclass(frozen=True, slots=True)
class Peer:
    """A desk as it stands to this one; times in UTC ms, None for never.

    ``whole_upto`` is the number up to which its newest line is held without a gap, ``via`` the desk whose bundle
    brought its words last (itself, when it came directly). ``confirmed_upto`` of ours it has, ``ours`` there are.
    """

    dev: int
    heard_ms: int | None
    via: int | None
    whole_upto: int
    missing: tuple[Gap, ...]
    confirmed_upto: int
    confirmed_ms: int | None
    ours: int
    two_histories: bool
    bundles_lacking: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PeerBundle:
    """A bundle that came from a desk: how many of its parts, with how many entries, and when the last of them."""

    number: int
    parts: int
    held: int
    entries: int
    received_ms: int


def peers(conn: Connection, own: tuple[int, int], devs: Collection[int]) -> list[Peer]:
    """Some desks as they stand to this one (``own`` desk and epoch), in the order given."""
    missing: dict[int, list[Gap]] = {}
    for gap in gaps(conn):
        missing.setdefault(gap.dev, []).append(gap)
    ours = conn.execute(
        "SELECT coalesce(max(to_seq), 0) FROM seen WHERE dev = ? AND epoch = ?", own
    ).fetchone()[0]
    forked = _two_histories(conn)
    found = []
    for dev in devs:
        heard = conn.execute(
            "SELECT at_ms, from_dev FROM heard WHERE dev = ? ORDER BY at_ms DESC, from_dev = dev DESC LIMIT 1",
            (dev,),
        ).fetchone()
        whole = conn.execute(
            "SELECT to_seq FROM seen WHERE dev = ? AND from_seq = 1 ORDER BY epoch DESC LIMIT 1", (dev,)
        ).fetchone()
        has = conn.execute(
            "SELECT upto, received_ms FROM acknowledged WHERE dev = ? AND epoch = ? AND issuer = ?",
            (*own, dev),
        ).fetchone()
        lost = tuple(missing.get(dev, ()))
        found.append(
            Peer(
                dev,
                heard[0] if heard is not None else None,
                heard[1] if heard is not None else None,
                int(whole[0]) if whole is not None else 0,
                lost,
                int(has[0]) if has is not None else 0,
                int(has[1]) if has is not None else None,
                int(ours),
                dev in forked,
                bundles_lacking(conn, dev) if lost else (),
            )
        )
    return found


def bundles_of(conn: Connection, dev: int) -> list[PeerBundle]:
    """The bundles that came from a desk, the newest first."""
    return [
        PeerBundle(*row)
        for row in conn.execute(
            "SELECT bundle_no, max(parts), count(*), sum(events), max(received_ms) FROM part_in WHERE sender = ?"
            " AND is_complete = 1 GROUP BY bundle_no ORDER BY bundle_no DESC LIMIT ?",
            (dev, MOST_BUNDLES),
        )
    ]


def bundles_lacking(conn: Connection, dev: int) -> tuple[int, ...]:
    """The numbers of a desk's bundles that never came, or of which a part is missing; the first few.

    One of them may have been for somebody else: a number is where to look, and proves nothing.
    """
    held = [
        row[0]
        for row in conn.execute(
            "SELECT DISTINCT bundle_no FROM part_in WHERE sender = ? AND is_complete = 1 ORDER BY bundle_no",
            (dev,),
        )
    ]
    holes: list[int] = []
    # What was written before the first that came may lie in it; what came and was forgotten is no hole.
    upto = exchange.forgotten_upto(conn, dev)
    for low, high in pairwise([max(number, upto) for number in held]):
        holes += range(low + 1, min(high, low + 1 + _MOST_HOLES))
        if len(holes) >= _MOST_HOLES:
            break
    begun = [number for number, _, _ in exchange.parts_missing(conn, dev)]
    return tuple(sorted({*holes, *begun})[:_MOST_HOLES])


def _two_histories(conn: Connection) -> set[int]:
    """Desks of which entries lie beside the main line under numbers that it has too (SYNC §1.0, *op id*)."""
    return {
        row[0]
        for row in conn.execute(
            "SELECT DISTINCT e.dev FROM claim c JOIN event e ON e.id = c.event WHERE EXISTS (SELECT 1 FROM event m"
            " WHERE m.dev = e.dev AND m.epoch = e.epoch AND m.seq = e.seq AND m.id <> e.id AND m.chain IS NOT NULL)"
        )
    }
