"""How far everybody was heard, what was confirmed by whom, and what is still missing; local, never exchanged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shelterdesk.core.event import GENESIS
from shelterdesk.core.roster import OfficeEntry
from shelterdesk.db import chain, exchange, parts_written
from shelterdesk.db.beside import Author, Beside, Stretch, beside_lines, signed_beside
from shelterdesk.db.connection import Connection
from shelterdesk.db.merge import join_ranges

MAX_JUMP = 10_000_000
"""How far beyond what is held an author's numbers may reach, in a part or in what somebody says (SYNC §2)."""

_NO_END = 1 << 62

MOST_EPOCHS = 100
"""Epochs of one desk that one sender is believed to know of: one comes with each restore of a backup."""


@dataclass(frozen=True, slots=True)
class Heard:
    """How far an author is held whole and may be confirmed, with the chain there and ranges beyond.

    ``head`` is the last head its author signed up to there: number, chain value, signature; ``beside`` is what is
    held beside that line.
    """

    dev: int
    epoch: int
    upto: int
    chain: bytes
    beyond: tuple[tuple[int, int], ...]
    set_aside: tuple[tuple[int, int, str], ...]
    head: tuple[int, bytes, bytes] | None
    beside: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldReceipt:
    """A receipt as it was signed, ours or one we pass on."""

    issuer: int
    dev: int
    number: int
    raw: bytes
    signature: str
    received_ms: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Op numbers of an author that somebody holds and we do not."""

    dev: int
    epoch: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class OnlyHere:
    """What nobody else has confirmed of this desk's own work: events, since when (ms); of them written out somewhere,
    ``on_stick`` on a stick or in a folder, ``at_server`` at a server alone."""

    events: int
    since_ms: int | None
    on_stick: int
    at_server: int = 0


def held_ranges(conn: Connection) -> dict[Author, list[tuple[int, int]]]:
    """Inclusive ranges of op numbers held of every author."""
    found: dict[Author, list[tuple[int, int]]] = {}
    for dev, epoch, low, high in conn.execute(
        "SELECT dev, epoch, from_seq, to_seq FROM seen ORDER BY dev, epoch, from_seq"
    ):
        found.setdefault((dev, epoch), []).append((low, high))
    return found


def note_heard(conn: Connection, authors: Iterable[Author], from_dev: int, now_ms: int) -> None:
    """After a complete part: how far each of its authors is now held whole."""
    for dev, epoch in authors:
        last = chain.last_of(conn, dev, epoch)
        conn.execute(
            "INSERT INTO heard (dev, epoch, from_dev, upto, at_ms) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (dev, epoch, from_dev) DO UPDATE SET upto = max(upto, excluded.upto), at_ms = excluded.at_ms",
            (dev, epoch, from_dev, 0 if last is None else last[0], now_ms),
        )


def note_said(conn: Connection, claims: Iterable[tuple[int, int, int]], by_dev: int, now_ms: int) -> None:
    """How far (desk, epoch, upto) a sender says that desks have written.

    What cannot be is left out: a number further off than any part may jump, a desk of ever more epochs.
    """
    conn.executemany(
        "INSERT INTO said_to_exist (dev, epoch, by_dev, upto, at_ms) SELECT ?1, ?2, ?3, ?4, ?5"
        " WHERE (SELECT count(*) FROM said_to_exist WHERE dev = ?1 AND by_dev = ?3 AND epoch <> ?2) < ?6"
        " ON CONFLICT (dev, epoch, by_dev) DO UPDATE SET upto = max(upto, excluded.upto), at_ms = excluded.at_ms",
        [
            (dev, epoch, by_dev, upto, now_ms, MOST_EPOCHS)
            for dev, epoch, upto in claims
            if upto <= chain.last_seq(conn, dev, epoch) + MAX_JUMP
        ],
    )


def confirmable(
    conn: Connection, dev: int, beside: Mapping[Author, Beside] | None = None, *, is_own: bool = False
) -> list[Heard]:
    """What may be confirmed to a desk, per epoch: complete parts only (SYNC §1.0, *merging in slices*).

    While a part of that very desk is not whole here, nothing beyond its unbroken line is named. Parts of others do
    not count: one that is never finished must not keep everybody from hearing what was received.
    ``beside`` is what lies beside all lines, where it was read before. Of its own line a desk (``is_own``) says how
    far it holds that itself: what it lost, as after a restored backup, must come back to it like anybody's.
    """
    lying = beside_lines(conn) if beside is None else beside
    merging = exchange.is_merging(conn, dev)
    ranges = held_ranges(conn)
    found = []
    for epoch, heard in _own_line(conn, dev) if is_own else _heard_upto(conn, dev):
        upto = min(heard, _before_second_hand(conn, dev, epoch))
        value = GENESIS if upto == 0 else chain.value_at(conn, dev, epoch, upto)
        if value is None:
            continue
        beyond = [] if merging else [r for r in ranges.get((dev, epoch), []) if r[0] > upto]
        aside, head = _set_aside(conn, dev, epoch), _last_signed(conn, dev, epoch, upto)
        apart = lying.get((dev, epoch)) if not merging else None
        named = signed_beside(conn, (dev, epoch), apart) if apart is not None else []
        found.append(Heard(dev, epoch, upto, value, tuple(beyond[:200]), aside, head, tuple(named)))
    return found


def _before_second_hand(conn: Connection, dev: int, epoch: int) -> int:
    """The number before the first event held without its bytes: its author must not think that it is here."""
    row = conn.execute(
        "SELECT min(e.seq) FROM withheld w CROSS JOIN event e ON e.id = w.event WHERE e.dev = ? AND e.epoch = ?",
        (dev, epoch),
    ).fetchone()
    return _NO_END if row[0] is None else int(row[0]) - 1


def _heard_upto(conn: Connection, dev: int) -> list[tuple[int, int]]:
    """How far a desk was heard whole, by complete parts, in each epoch."""
    return conn.execute(
        "SELECT epoch, max(upto) FROM heard WHERE dev = ? GROUP BY epoch ORDER BY epoch", (dev,)
    ).fetchall()


def _own_line(conn: Connection, dev: int) -> list[tuple[int, int]]:
    """How far this desk's own line is here, in each epoch."""
    epochs = conn.execute("SELECT DISTINCT epoch FROM event WHERE dev = ? ORDER BY epoch", (dev,)).fetchall()
    found = [(epoch, chain.last_of(conn, dev, epoch)) for (epoch,) in epochs]
    return [(epoch, 0 if last is None else last[0]) for epoch, last in found]


def _last_signed(conn: Connection, dev: int, epoch: int, upto: int) -> tuple[int, bytes, bytes] | None:
    """The last head an author signed on its main line up to a number."""
    for seq, value, signature in conn.execute(
        "SELECT seq, chain, signature FROM signed_head WHERE dev = ? AND epoch = ? AND seq <= ? ORDER BY seq DESC",
        (dev, epoch, upto),
    ):
        if chain.value_at(conn, dev, epoch, seq) == value:
            return int(seq), bytes(value), bytes(signature)
    return None


def _set_aside(conn: Connection, dev: int, epoch: int) -> tuple[tuple[int, int, str], ...]:
    """Op numbers of an author that are kept and not admitted, with the reason, as ranges (200 at most)."""
    found: list[tuple[int, int, str]] = []
    for seq, reason in conn.execute(
        "SELECT e.seq + s.pos, s.reason FROM set_aside_op s CROSS JOIN event e ON e.id = s.event"
        " WHERE e.dev = ? AND e.epoch = ? ORDER BY 1",
        (dev, epoch),
    ):
        if found and found[-1][1] >= seq - 1 and found[-1][2] == reason:
            found[-1] = (found[-1][0], seq, reason)
        elif len(found) < 200:
            found.append((seq, seq, reason))
    return tuple(found)


def desks_heard(conn: Connection) -> list[int]:
    """Desks of which something was heard from others."""
    return [row[0] for row in conn.execute("SELECT DISTINCT dev FROM heard ORDER BY dev")]


def newest_receipt(conn: Connection, issuer: int, dev: int) -> HeldReceipt | None:
    """The newest receipt held of an issuer for a desk."""
    row = conn.execute(
        "SELECT issuer, dev, number, raw, signature, received_ms FROM receipt WHERE issuer = ? AND dev = ?",
        (issuer, dev),
    ).fetchone()
    return None if row is None else HeldReceipt(*row)


def keep_receipt(conn: Connection, receipt: HeldReceipt) -> bool:
    """Keep the newest receipt of an issuer for a desk; False for one that is not newer (an old one is no news)."""
    done = conn.execute(
        "INSERT INTO receipt (issuer, dev, number, raw, signature, received_ms) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (issuer, dev) DO UPDATE SET number = excluded.number, raw = excluded.raw,"
        " signature = excluded.signature, received_ms = excluded.received_ms WHERE excluded.number > number",
        (receipt.issuer, receipt.dev, receipt.number, receipt.raw, receipt.signature, receipt.received_ms),
    )
    return done.rowcount > 0


def receipts_held(conn: Connection) -> list[HeldReceipt]:
    """The newest receipt of every issuer for every desk, ours and those we pass on."""
    return [
        HeldReceipt(*row)
        for row in conn.execute(
            "SELECT issuer, dev, number, raw, signature, received_ms FROM receipt ORDER BY issuer, dev"
        )
    ]


def acknowledge(
    conn: Connection, dev: int, epoch: int, issuer: int, upto: int, value: bytes, now_ms: int
) -> bool:
    """Note what an issuer confirmed, where it is more than before. Returns whether it grew."""
    done = conn.execute(
        "INSERT INTO acknowledged (dev, epoch, issuer, upto, chain, received_ms) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (dev, epoch, issuer) DO UPDATE SET upto = excluded.upto, chain = excluded.chain,"
        " received_ms = excluded.received_ms WHERE excluded.upto > upto",
        (dev, epoch, issuer, upto, value, now_ms),
    )
    return done.rowcount > 0


def confirm_no_more(conn: Connection, dev: int, issuer: int, says: Mapping[int, int]) -> None:
    """An issuer's newest receipt says less of a desk than those before: its own file was put back.

    ``says`` is how far in each epoch. What it has lost counts as confirmed no more, so that it is sent again.
    """
    for epoch, upto in conn.execute(
        "SELECT epoch, upto FROM acknowledged WHERE dev = ? AND issuer = ?", (dev, issuer)
    ).fetchall():
        if says.get(epoch, 0) < upto:
            conn.execute(
                "DELETE FROM acknowledged WHERE dev = ? AND epoch = ? AND issuer = ?", (dev, epoch, issuer)
            )


def acknowledged_by(conn: Connection, issuer: int) -> dict[Author, int]:
    """How far an issuer confirmed every author."""
    return {
        (dev, epoch): upto
        for dev, epoch, upto in conn.execute(
            "SELECT dev, epoch, upto FROM acknowledged WHERE issuer = ?", (issuer,)
        )
    }


def last_receipt_ms(conn: Connection, issuer: int | None = None) -> int | None:
    """When something was last confirmed, by one issuer or anybody; None if never."""
    row = conn.execute(
        "SELECT max(received_ms) FROM acknowledged WHERE ?1 IS NULL OR issuer = ?1", (issuer,)
    ).fetchone()
    return None if row[0] is None else int(row[0])


def office_receipt_ms(conn: Connection, office: OfficeEntry | None) -> int | None:
    """When the office last confirmed something; None if never, or without an office.

    What a desk of the table confirms is no office's word: the line that says how far the office has come must not lie.
    """
    return None if office is None else last_receipt_ms(conn, office.dev)


def last_heard_ms(conn: Connection) -> dict[int, int]:
    """When each desk was last heard, directly or through another (Unix milliseconds)."""
    return dict(conn.execute("SELECT dev, max(at_ms) FROM heard GROUP BY dev").fetchall())


def only_here(conn: Connection, dev: int) -> OnlyHere:
    """This desk's own events that nobody confirmed, how many of them lie on a stick that was read back."""
    count, since, on_stick, anywhere = 0, None, 0, 0
    sticks, written = on_sticks(conn), written_out(conn)
    for (epoch,) in conn.execute("SELECT DISTINCT epoch FROM seen WHERE dev = ?", (dev,)).fetchall():
        upto = conn.execute(
            "SELECT coalesce(max(upto), 0) FROM acknowledged WHERE dev = ? AND epoch = ?", (dev, epoch)
        ).fetchone()[0]
        author = (dev, epoch, upto)
        rest = "FROM event WHERE dev = ? AND epoch = ? AND seq > ?"
        oldest = conn.execute(f"SELECT wall_ms {rest} ORDER BY seq LIMIT 1", author).fetchone()
        if oldest is None:
            continue
        since = oldest[0] if since is None else min(since, oldest[0])
        count += conn.execute(f"SELECT count(*) {rest}", author).fetchone()[0]
        here = _within(conn, rest, author, sticks)
        on_stick += here
        anywhere += here if written == sticks else _within(conn, rest, author, written)
    return OnlyHere(count, since, on_stick, anywhere - on_stick)


def _within(conn: Connection, rest: str, author: tuple[int, int, int], spans: list[tuple[int, int]]) -> int:
    """How many of an author's events lie within some spans of ids."""
    counted = (
        conn.execute(f"SELECT count(*) {rest} AND id BETWEEN ? AND ?", (*author, low, high)).fetchone()[0]
        for low, high in spans
    )
    return sum(map(int, counted))


def on_sticks(conn: Connection) -> list[tuple[int, int]]:
    """Ids of events in bundles all of whose waiting parts were written to sticks or folders and read back."""
    return _written(conn, parts_written.ON_STICK)


def written_out(conn: Connection) -> list[tuple[int, int]]:
    """Ids of events in bundles all of whose waiting parts left this laptop: to a stick, a folder or a server."""
    return _written(conn, f"target <> '{parts_written.OWN_DISK}'")


def _written(conn: Connection, where: str) -> list[tuple[int, int]]:
    waiting: dict[tuple[str, int], tuple[bool, str]] = {}
    for audience, number, ids, written in conn.execute(
        "SELECT audience, bundle_no, ids, EXISTS (SELECT 1 FROM part_written w WHERE w.manifest_sha = b.manifest_sha"
        f" AND {where}) FROM bundle_out b WHERE is_waiting = 1"
    ):
        so_far = waiting.get((audience, number), (True, ids))[0]
        waiting[audience, number] = (so_far and bool(written), ids)
    found = [r for whole, ids in waiting.values() if whole for r in exchange.read_ids(ids)]
    return join_ranges(found)


def gaps(conn: Connection) -> list[Gap]:
    """What others say exists, or what lies before something held, and is not here."""
    ranges = held_ranges(conn)
    upto: dict[Author, int] = {author: spans[-1][1] for author, spans in ranges.items()}
    for dev, epoch, said in conn.execute(
        "SELECT dev, epoch, max(upto) FROM said_to_exist s WHERE upto <= ? + coalesce((SELECT max(to_seq)"
        " FROM seen WHERE dev = s.dev AND epoch = s.epoch), 0) GROUP BY dev, epoch",
        (MAX_JUMP,),
    ):
        upto[dev, epoch] = max(upto.get((dev, epoch), 0), said)
    return [
        Gap(dev, epoch, first, last)
        for (dev, epoch), end in sorted(upto.items())
        for first, last in exchange.holes(ranges.get((dev, epoch), []), end)
    ]
