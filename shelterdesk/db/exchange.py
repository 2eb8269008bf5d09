"""What was written for others and taken in from them: bundles, parts, what was set aside; local, never exchanged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

import msgspec

from shelterdesk.core.erased import hash_line, is_in_part
from shelterdesk.db import meta
from shelterdesk.db.beside import branch_by_branch
from shelterdesk.db.connection import Connection
from shelterdesk.db.merge import join_ranges

MOST_LISTED = 100
"""Missing parts of one desk that are named one by one; more than that nobody looks for one by one."""

_CHUNK = 400
_NONE = frozenset[bytes]()


class LogLine(msgspec.Struct, frozen=True, gc=False):
    """An event as a part needs it: its place, the chain value after it if it is on the main line, what goes of it.

    ``claims`` are the chain values said to stand before one that is not.
    """

    id: int
    dev: int
    epoch: int
    seq: int
    last_seq: int
    eh: bytes
    chain: bytes | None
    line: bytes
    claims: frozenset[bytes] = frozenset()
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class PartOut:
    """A part made once and written again for as long as nobody confirmed it; ``ids`` are of its whole bundle.

    ``packed`` are members of entries as they were packed a moment ago, by name: never kept, and empty for a part of before.
    """

    bundle_no: int
    part: int
    manifest: bytes
    manifest_sha: bytes
    signature: str
    receipts: bytes
    ids: tuple[tuple[int, int], ...]
    skip: int
    events: int
    packed: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PartIn:
    """A part that was opened here, complete or begun."""

    manifest_sha: bytes
    cipher_sha: str
    sender: int
    bundle_no: int
    part: int
    parts: int
    events: int
    ops: int


@dataclass(frozen=True, slots=True)
class SetAsidePart:
    """A part that could not be taken in: its file name, why, and when it was last seen (Unix milliseconds)."""

    name: str
    sender: int | None
    code: str
    parts: dict[str, str]
    seen_ms: int


def authors(conn: Connection) -> list[tuple[int, int]]:
    """Every (desk, epoch) the log holds events of, in order."""
    return [
        (dev, epoch)
        for dev, epoch in conn.execute("SELECT DISTINCT dev, epoch FROM seen ORDER BY dev, epoch")
    ]


def event_ids_after(conn: Connection, dev: int, epoch: int, upto: int) -> list[int]:
    """Ids of the events of an author that begin after ``upto``, of erased ones too: their hashes go.

    Nothing is passed on that no head of the author reaches, or that came here without its bytes: its author brings it.
    """
    return [
        row[0]
        for row in conn.execute(
            "SELECT id FROM event WHERE dev = ? AND epoch = ? AND seq > ?"
            " AND id NOT IN (SELECT event FROM unsigned) AND id NOT IN (SELECT event FROM withheld)",
            (dev, epoch, upto),
        )
    ]


def second_hand(conn: Connection) -> set[int]:
    """Ids of the events that came without the bytes their hash is of, on nobody's word that would be enough."""
    return {row[0] for row in conn.execute("SELECT event FROM withheld")}


def in_log_order(conn: Connection, ids: Iterable[tuple[int, int]]) -> list[int]:
    """The event ids of some ranges in the order of a part: by author, epoch, number and hash.

    What lies beside an author's main line follows it, branch by branch, so that none is torn to pieces.
    """
    found: list[tuple[int, int, int, int, bytes, int]] = []
    for low, high in ids:
        found += conn.execute(
            "SELECT dev, epoch, chain IS NULL, seq, eh, id FROM event WHERE id BETWEEN ? AND ?"
            " AND id NOT IN (SELECT event FROM withheld)",
            (low, high),
        )
    branches = branch_by_branch(conn, (row[5] for row in found if row[2]))
    found.sort(key=lambda row: (*row[:3], branches.get(row[5], 0), *row[3:]))
    return [row[5] for row in found]


def log_lines(conn: Connection, ids: Sequence[int]) -> Iterator[LogLine]:
    """The events of those ids, in that order."""
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        marks = ",".join("?" * len(part))
        claims: dict[int, frozenset[bytes]] = {}
        for id_, before in conn.execute(f"SELECT event, before FROM claim WHERE event IN ({marks})", part):
            claims[id_] = claims.get(id_, _NONE) | {bytes(before)}
        rows = {
            id_: LogLine(
                id_,
                dev,
                epoch,
                seq,
                last,
                eh,
                value,
                line or hash_line(dev, epoch, seq, last, eh, wall),
                said if value is None else _NONE,
                line is not None and not is_in_part(line, eh),
            )
            for id_, dev, epoch, seq, last, eh, value, line, wall in conn.execute(
                f"SELECT id, dev, epoch, seq, last_seq, eh, chain, line, wall_ms FROM event WHERE id IN ({marks})",
                part,
            )
            for said in [claims.get(id_, _NONE)]
        }
        yield from (rows[id_] for id_ in part if id_ in rows)


def as_ranges(ids: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Numbers as inclusive ranges, in order."""
    return tuple(join_ranges((id_, id_) for id_ in ids))


def read_ids(text: str) -> tuple[tuple[int, int], ...]:
    """Ranges of event ids as they are kept."""
    return tuple(msgspec.json.decode(text, type=list[tuple[int, int]]))


def heads_within(
    conn: Connection, dev: int, epoch: int, first: int, last: int
) -> list[tuple[int, bytes, bytes]]:
    """(seq, chain, signature) of the heads an author signed between two numbers, the last first."""
    return [
        (int(seq), bytes(value), bytes(signature))
        for seq, value, signature in conn.execute(
            "SELECT seq, chain, signature FROM signed_head WHERE dev = ? AND epoch = ? AND seq BETWEEN ? AND ?"
            " ORDER BY seq DESC, chain",
            (dev, epoch, first, last),
        )
    ]


def signed_heads(conn: Connection, dev: int, epoch: int, first: int, last: int) -> dict[int, set[bytes]]:
    """The chain values an author signed between two numbers, by number."""
    found: dict[int, set[bytes]] = {}
    for seq, chain in conn.execute(
        "SELECT seq, chain FROM signed_head WHERE dev = ? AND epoch = ? AND seq BETWEEN ? AND ?",
        (dev, epoch, first, last),
    ):
        found.setdefault(seq, set()).add(bytes(chain))
    return found


def add_part_out(conn: Connection, audience: str, part: PartOut) -> None:
    """Remember a part that was made."""
    conn.execute(
        "INSERT INTO bundle_out (audience, bundle_no, part, manifest, manifest_sha, signature, receipts, ids, skip,"
        " events, is_waiting) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        (
            audience,
            part.bundle_no,
            part.part,
            part.manifest,
            part.manifest_sha,
            part.signature,
            part.receipts,
            msgspec.json.encode(part.ids).decode(),
            part.skip,
            part.events,
        ),
    )


def parts_waiting(conn: Connection, audience: str) -> list[PartOut]:
    """The parts for an audience that nobody confirmed yet, in order."""
    return [
        PartOut(row[0], row[1], row[2], row[3], row[4], row[5], read_ids(row[6]), row[7], row[8])
        for row in conn.execute(
            "SELECT bundle_no, part, manifest, manifest_sha, signature, receipts, ids, skip, events FROM bundle_out"
            " WHERE audience = ? AND is_waiting = 1 ORDER BY bundle_no, part",
            (audience,),
        )
    ]


def last_manifest(conn: Connection, audience: str) -> bytes | None:
    """Hash of the manifest made last for an audience."""
    row = conn.execute(
        "SELECT manifest_sha FROM bundle_out WHERE audience = ? ORDER BY bundle_no DESC, part DESC LIMIT 1",
        (audience,),
    ).fetchone()
    return None if row is None else bytes(row[0])


def wait_no_more(conn: Connection, audience: str, bundles: Collection[tuple[int, int]]) -> None:
    """Parts (bundle number, part) that need not be written again: confirmed, or made anew."""
    conn.executemany(
        "UPDATE bundle_out SET is_waiting = 0 WHERE audience = ? AND bundle_no = ? AND part = ?",
        [(audience, *one) for one in bundles],
    )


def begin_part(conn: Connection, part: PartIn, now_ms: int) -> None:
    """Note that a part is being merged: until it is complete, nothing of it is confirmed."""
    conn.execute(
        "INSERT OR IGNORE INTO part_in (manifest_sha, cipher_sha, sender, bundle_no, part, parts, received_ms, events,"
        " ops, is_complete) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        (
            part.manifest_sha,
            part.cipher_sha,
            part.sender,
            part.bundle_no,
            part.part,
            part.parts,
            now_ms,
            part.events,
            part.ops,
        ),
    )


def complete_part(conn: Connection, manifest_sha: bytes, cipher_sha: str, now_ms: int) -> None:
    """Note that all of a part is merged, and that this very file need not be opened again."""
    conn.execute(
        "UPDATE part_in SET is_complete = 1, received_ms = ?, cipher_sha = ? WHERE manifest_sha = ?",
        (now_ms, cipher_sha, manifest_sha),
    )


def entries_of_file(conn: Connection, cipher_sha: str) -> int | None:
    """How many entries (events) are in this very file, merged whole before; None if it was not."""
    row = conn.execute(
        "SELECT events FROM part_in WHERE cipher_sha = ? AND is_complete = 1", (cipher_sha,)
    ).fetchone()
    return None if row is None else int(row[0])


def is_merging(conn: Connection, sender: int) -> bool:
    """Whether some part of a desk was begun and not finished."""
    row = conn.execute("SELECT 1 FROM part_in WHERE is_complete = 0 AND sender = ? LIMIT 1", (sender,))
    return row.fetchone() is not None


def forget_overtaken(
    conn: Connection, sender: int, bundle_no: int, wrote: Iterable[tuple[int, int, int]]
) -> None:
    """Forget parts a desk began here, up to a bundle, that were never finished, if all it wrote since is held.

    ``wrote`` are ranges (epoch, first, last) of its own, as that bundle says it holds them. A sender that plans its
    parts anew never sends the old ones again: nothing else would end them.
    """
    lacks = (
        conn.execute(
            "SELECT 1 FROM seen WHERE dev = ? AND epoch = ? AND from_seq <= ? AND to_seq >= ?",
            (sender, epoch, first, last),
        ).fetchone()
        is None
        for epoch, first, last in wrote
    )
    if not any(lacks):
        conn.execute(
            "DELETE FROM part_in WHERE is_complete = 0 AND sender = ? AND bundle_no <= ?", (sender, bundle_no)
        )


def forget_oldest_parts(conn: Connection, most: int) -> None:
    """Forget all but the ``most`` parts of each sender that came last, whole bundles at a time.

    A bundle of which a part is missing or unfinished stays. A file that still lies somewhere and is forgotten is opened
    once more when it is met, and nothing in it is news.
    """
    many = conn.execute("SELECT sender FROM part_in GROUP BY sender HAVING count(*) > ?", (most,)).fetchall()
    for (sender,) in many:
        row = conn.execute(
            "SELECT received_ms, bundle_no FROM part_in WHERE sender = ? ORDER BY received_ms DESC, bundle_no DESC"
            " LIMIT 1 OFFSET ?",
            (sender, most),
        ).fetchone()
        gone = conn.execute(
            "DELETE FROM part_in WHERE sender = ?1 AND bundle_no IN (SELECT bundle_no FROM part_in WHERE sender = ?1"
            " GROUP BY bundle_no HAVING (max(received_ms), max(bundle_no)) <= (?2, ?3) AND min(is_complete) = 1"
            " AND count(DISTINCT part) >= max(parts)) RETURNING bundle_no",
            (sender, *row),
        ).fetchall()
        upto = max([forgotten_upto(conn, sender), *(number for (number,) in gone)])
        meta.put(conn, f"{_FORGOTTEN}{sender}", b"%d" % upto)


_FORGOTTEN = "parts forgotten of "


def forgotten_upto(conn: Connection, sender: int) -> int:
    """The greatest number of a bundle of a sender that came and is forgotten; up to there nothing is known to lack."""
    return int(meta.get(conn, f"{_FORGOTTEN}{sender}") or 0)


def parts_missing(conn: Connection, sender: int) -> list[tuple[int, int, int]]:
    """(bundle number, part, parts) of a sender's bundles of which only some parts came; the first ``MOST_LISTED``.

    How many parts a bundle has is its sender's word: it can make people count, not fill their screens.
    """
    lacking = (
        (number, part, parts)
        for (number, parts), there in sorted(_parts_held(conn, sender).items())
        for part in range(1, parts + 1)
        if part not in there
    )
    return list(islice(lacking, MOST_LISTED))


def parts_missing_count(conn: Connection, sender: int) -> int:
    """How many parts are missing of a sender's bundles of which only some came."""
    return sum(parts - len(there) for (_, parts), there in _parts_held(conn, sender).items())


def _parts_held(conn: Connection, sender: int) -> dict[tuple[int, int], set[int]]:
    """The parts that came, by bundle number and how many parts the bundle is said to have."""
    held: dict[tuple[int, int], set[int]] = {}
    for number, part, parts in conn.execute(
        "SELECT bundle_no, part, parts FROM part_in WHERE sender = ? AND is_complete = 1", (sender,)
    ):
        held.setdefault((number, parts), set()).add(part)
    return held


def put_aside(
    conn: Connection, sha: str, name: str, sender: int | None, code: str, parts: dict[str, str], now_ms: int
) -> None:
    """Remember a part that could not be taken in; the same file again only moves the time."""
    conn.execute(
        "INSERT OR REPLACE INTO part_set_aside (sha, name, sender, reason, parts, seen_ms) VALUES (?, ?, ?, ?, ?, ?)",
        (sha, name, sender, code, msgspec.json.encode(parts).decode(), now_ms),
    )


def taken_after_all(conn: Connection, folder: str, prefix: str) -> None:
    """Forget what was set aside of a part (``41-1of3``) of a desk's folder once a good copy of it came."""
    start = f"{folder}/{prefix}-"
    conn.execute(
        "DELETE FROM part_set_aside WHERE name >= ? AND name < ?", (start, start[:-1] + chr(ord("-") + 1))
    )


def forget_what_came(conn: Connection) -> None:
    """Forget what was set aside of parts that were taken in whole: their damaged copies are nobody's loss."""
    conn.execute(
        "DELETE FROM part_set_aside WHERE EXISTS (SELECT 1 FROM part_in p WHERE p.sender = part_set_aside.sender"
        " AND p.is_complete = 1 AND part_set_aside.name LIKE"
        " '%/' || p.bundle_no || '-' || p.part || 'of' || p.parts || '-%')"
    )


def set_aside_parts(conn: Connection) -> list[SetAsidePart]:
    """Every part that could not be taken in and never came in a good copy, newest first."""
    return [
        SetAsidePart(name, sender, code, msgspec.json.decode(parts, type=dict[str, str]), seen_ms)
        for name, sender, code, parts, seen_ms in conn.execute(
            "SELECT name, sender, reason, parts, seen_ms FROM part_set_aside ORDER BY seen_ms DESC, name"
        )
    ]


def holes(ranges: Sequence[tuple[int, int]], upto: int) -> list[tuple[int, int]]:
    """What lacks of 1…``upto`` in inclusive ranges that are in order."""
    edges = [(0, 0), *ranges, (upto + 1, upto + 1)]
    return [(a[1] + 1, b[0] - 1) for a, b in pairwise(edges) if a[1] + 1 <= b[0] - 1 and a[1] < upto]
