"""Cutting the log into parts: always at the same places for the same entries, without holding them in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from shelterdesk.core.erased import is_hash_line
from shelterdesk.core.event import ERASED, chain_next, hex16
from shelterdesk.db import chain, exchange, vouching
from shelterdesk.db.connection import Connection
from shelterdesk.db.exchange import LogLine
from shelterdesk.sync.container import zip_lines
from shelterdesk.sync.manifest import MAX_EVENT_OPS, Member, Range, SignedHead, sha256

MEMBER_BYTES = 4 << 20
"""Bytes of entries after which a member is closed."""

AT_HAND = 64 << 20
"""Packed bytes of a bundle that are kept in memory until they are written; what is more is packed once more."""

PART_PACKED = 9 << 20
PART_UNPACKED = 40 << 20
MOST_RUNS = 1_500
"""Ranges of one part: each is half a kilobyte of its manifest, which has a cap (``manifest.MAX_MANIFEST``)."""


@dataclass(slots=True)
class Run:
    """Consecutive events of one author, as they will stand in ``ranges``: all on its main line, or all beside it."""

    first: LogLine
    last: LogLine
    events: int = 1
    beside: list[tuple[int, bytes]] = field(
        default_factory=list
    )  # last number and hash of each, beside the line
    values: frozenset[bytes] = frozenset()
    """What the chain may be after the last, beside the line."""

    def __post_init__(self) -> None:
        if self.first.chain is None:
            self.beside.append((self.first.last_seq, self.first.eh))
            self.values = frozenset(chain_next(before, self.first.eh) for before in self.first.claims)

    def goes_on_with(self, line: LogLine) -> bool:
        """Whether a line is the next of the same author, held as whole as the last, and of the same branch."""
        last = self.last
        same = (line.dev, line.epoch, line.seq) == (last.dev, last.epoch, last.last_seq + 1)
        if not same or (line.chain is None) != (last.chain is None):
            return False
        return self.values == line.claims or not self.values.isdisjoint(line.claims)

    def add(self, line: LogLine) -> None:
        """Add the next line."""
        if line.chain is None:
            self.beside.append((line.last_seq, line.eh))
            self.values = frozenset(chain_next(one, line.eh) for one in self.values & line.claims)
        self.last = line
        self.events += 1

    def closed(self, conn: Connection) -> Range:
        """The range, with the chain around it and the last head its author signed in it."""
        first, last = self.first, self.last
        if last.chain is not None:
            before = vouching.before_first(conn, first.dev, first.epoch, first.seq)
            after: bytes | None = last.chain
            head = _signed_on_main(conn, first, last)
        else:
            before, after, head = self._proved(conn)
        return Range(
            hex16(first.dev),
            first.epoch,
            first.seq,
            last.last_seq,
            self.events,
            None if before is None or after is None else before.hex(),
            None if before is None or after is None else after.hex(),
            None if before is None else head,
        )

    def _proved(self, conn: Connection) -> tuple[bytes | None, bytes | None, SignedHead | None]:
        """Chain before and after of events beside the main line: as was claimed and, where it can be, proved."""
        first, last = self.first, self.last
        heads = {
            (seq, value): signature
            for seq, value, signature in exchange.heads_within(
                conn, first.dev, first.epoch, first.seq, last.last_seq
            )
        }
        best: tuple[bytes | None, bytes | None, SignedHead | None] = (None, None, None)
        for before in vouching.claims_of(conn, first.id):
            value, head = before, None
            for seq, eh in self.beside:
                value = chain_next(value, eh)
                if (seq, value) in heads:
                    head = SignedHead(seq, value.hex(), heads[seq, value].hex())
            if head is not None:
                return before, value, head
            best = (before, value, None)
        return best


def _signed_on_main(conn: Connection, first: LogLine, last: LogLine) -> SignedHead | None:
    """The last head its author signed on the main line between two events."""
    found = exchange.heads_within(conn, first.dev, first.epoch, first.seq, last.last_seq)
    for seq, value, signature in found:
        if chain.value_at(conn, first.dev, first.epoch, seq) == value:
            return SignedHead(seq, value.hex(), signature.hex())
    return None


class _OpKinds(msgspec.Struct):
    o: list[tuple[int, str, int, msgspec.Raw, msgspec.Raw]]


_op_kinds = msgspec.json.Decoder(_OpKinds)


def _kinds_of(line: LogLine) -> list[int]:
    """The kind of every op of an event; :data:`ERASED` for those of which nothing is left."""
    if is_hash_line(line.line):
        return [ERASED] * (line.last_seq - line.seq + 1)
    return [op[0] for op in _op_kinds.decode(line.line).o]


@dataclass(slots=True)
class Draft:
    """A part being planned: what it will hold, without holding it."""

    runs: list[Run] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    kinds: dict[int, int] = field(default_factory=dict)
    events: int = 0
    ops: int = 0
    packed: int = 0
    unpacked: int = 0
    is_whole: bool = True
    """Whether every line is as it was written: an older reader takes no part with one that was erased."""
    packers: ThreadPoolExecutor | None = None

    _open: list[bytes] = field(default_factory=list)
    _open_bytes: int = 0
    _packing: deque[_Packing] = field(default_factory=deque)
    at_hand: dict[str, bytes] = field(default_factory=dict)
    """The members as packed: to be written now they need not be packed again."""

    def has_room(self, ops: int, size: int) -> bool:
        """Whether an event of so many ops and bytes still fits."""
        if not self.events:
            return True
        full = self.unpacked + self._open_bytes + size > PART_UNPACKED or len(self.runs) >= MOST_RUNS
        return not full and self.ops + ops <= MAX_EVENT_OPS and not self._is_packed_full()

    def is_busy(self) -> bool:
        """Whether it is known only once a member is packed if there is room, and it is not packed yet."""
        return bool(self._packing) and self._may_be_full() and not self._packing[0].packed.done()

    def _is_packed_full(self) -> bool:
        """Whether the closed members fill the part; waits for those that decide about it."""
        while self._packing and self._may_be_full():
            self._keep_first()
        return self.packed >= PART_PACKED

    def _may_be_full(self) -> bool:
        """Whether the closed members would fill the part if those being packed could not be made any smaller."""
        most = sum(one.size + _GZIP_MORE for one in self._packing)
        return self.packed < PART_PACKED <= self.packed + most

    def add(self, line: LogLine) -> None:
        """Add an event."""
        if self.runs and self.runs[-1].goes_on_with(line):
            self.runs[-1].add(line)
        else:
            self.runs.append(Run(line, line))
        for kind in _kinds_of(line):
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
        self.is_whole = self.is_whole and line.is_whole
        self.events += 1
        self.ops += line.last_seq - line.seq + 1
        self._open.append(line.line)
        self._open_bytes += len(line.line) + 1
        if self._open_bytes >= MEMBER_BYTES:
            self.close()

    def close(self) -> None:
        """Close the open member and have it packed."""
        if not self._open:
            return
        done: Future[bytes] = Future()
        if self.packers is None:
            done.set_result(_packed(self._open))
        else:
            done = self.packers.submit(_packed, self._open)
        self._packing.append(_Packing(self._open_bytes, len(self._open), done))
        self.unpacked += self._open_bytes
        self._open, self._open_bytes = [], 0

    def finish(self) -> None:
        """Close the part: no more is added, every member is packed."""
        self.close()
        while self._packing:
            self._keep_first()

    def _keep_first(self) -> None:
        """Wait for the first member that is being packed."""
        one = self._packing.popleft()
        packed = one.packed.result()
        name = event_member(len(self.members) + 1)
        self.members.append(Member(name, len(packed), one.size, sha256(packed), one.lines))
        self.at_hand[name] = packed
        self.packed += len(packed)


class _Packing(NamedTuple):
    """A member on its way: its size in bytes and lines, and what comes of packing it."""

    size: int
    lines: int
    packed: Future[bytes]


_GZIP_MORE = 1 << 16
"""More than gzip can add to what cannot be made smaller: 5 bytes for each 16 KiB and a few around it."""


def _packed(lines: Sequence[bytes]) -> bytes:
    return zip_lines(ndjson(lines))


def drafts(lines: Iterator[LogLine]) -> Iterator[Draft]:
    """Cut the lines into parts: always at the same places for the same lines.

    Members are packed on two threads beside, which zlib leaves to themselves, while further lines are read.
    """
    with ThreadPoolExecutor(2) as packers:
        draft = Draft(packers=packers)
        ahead: deque[LogLine] = deque()
        held = 0
        while line := ahead.popleft() if ahead else next(lines, None):
            held = max(0, held - len(line.line))
            while held < MEMBER_BYTES and draft.is_busy() and (more := next(lines, None)):
                ahead.append(
                    more
                )  # read while a member is being packed on which it depends where the part ends
                held += len(more.line)
            if not draft.has_room(line.last_seq - line.seq + 1, len(line.line)):
                draft.finish()
                yield draft
                draft = Draft(packers=packers)
            draft.add(line)
        draft.finish()
        if draft.events:
            yield draft


def event_member(number: int) -> str:
    """The name of the n-th member of entries."""
    return f"events-{number:05d}.ndjson.gz"


def ndjson(lines: Sequence[bytes]) -> bytes:
    """Lines, each ended by one newline."""
    return b"\n".join(lines) + b"\n"
