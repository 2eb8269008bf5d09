"""Taking an opened part in: statements, then its events in slices that give way, then the note that it is whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from shelterdesk.core.event import Event
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.core.roster import Statement
from shelterdesk.db import chain, exchange, statements
from shelterdesk.db import receipts as held
from shelterdesk.db.exchange import PartIn
from shelterdesk.db.store import Store
from shelterdesk.keys.signing import SignedStatement, is_chain_head
from shelterdesk.sync.reader import Known, Opened, Recipient
from shelterdesk.sync.trust import Judged, judge

SLICE_OPS = 500
"""Ops of one transaction: 10 to 40 ms of the write lock (SYNC §1.0 allows 2,000)."""

_GIVE_WAY_S = 0.0015
"""How long the lock stays free between two slices: one who waits asks for it again every millisecond."""


@dataclass(slots=True)
class Counted:
    """What merging brought: events and ops that were new, events already known, ops not admitted, branches."""

    events: int = 0
    ops: int = 0
    already_known: int = 0
    not_admitted: int = 0
    branches: set[int] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)


class Stopped(Exception):
    """The user stopped the import; what was merged stays, and the part counts as not complete."""


def me_of(store: Store) -> Recipient:
    """This folder as one who opens parts."""
    return Recipient(store.keys.age.identity, store.keys.recipient, store.who.is_practice)


def known_of(store: Store) -> Known:
    """What this log says already, for the checks of a reader."""
    conn = store.conn
    return Known(
        {desk.dev: desk.sign for desk in store.roster.desks.values()},
        lambda dev, epoch: chain.last_seq(conn, dev, epoch),
        lambda dev, epoch, seq: exchange.chain_at(conn, dev, epoch, seq),
        lambda dev, epoch, first, last: exchange.signed_heads(conn, dev, epoch, first, last),
    )


def take_statements(store: Store, offered: Iterable[SignedStatement]) -> tuple[Judged, set[str]]:
    """Judge statements and keep those believed; also returns the kinds changed."""
    judged = judge(store.who, statements.statements(store.conn), offered)
    return judged, keep_statements(store, judged.new)


def keep_statements(store: Store, new: Sequence[Statement]) -> set[str]:
    """Keep statements that were judged; returns the kinds changed."""
    return store.add_statements(list(new)) if new else set()


def is_newer_self(store: Store, opened: Opened) -> bool:
    """Whether the sender holds more of this desk's present epoch than this desk: its file was put back."""
    who = store.who
    return any(
        (int(one.dev, 16), one.epoch) == (who.dev, who.epoch)
        and one.ranges
        and one.ranges[-1][1] > chain.last_seq(store.conn, who.dev, who.epoch)
        for one in opened.manifest.have
    )


def merge_part(
    store: Store,
    opened: Opened,
    told: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Counted:
    """Merge a part's events in slices and note it as complete; raises :class:`Stopped` between two slices.

    ``told`` hears how many events are done. Merging is idempotent: a part begun and not finished is simply
    taken in again.
    """
    manifest, conn = opened.manifest, store.conn
    counted = Counted(branches=set(opened.branches))
    now = to_milliseconds(store.now)
    ops = manifest.counts.ops
    part = PartIn(
        opened.manifest_sha,
        opened.cipher_sha,
        manifest.sender,
        manifest.bundle_no,
        manifest.part,
        manifest.parts,
        len(opened.events),
        ops,
    )
    with store.transaction():
        exchange.begin_part(conn, part, now)
    done = 0
    for some in slices(opened.events):
        if cancelled is not None and cancelled():
            raise Stopped
        if done:
            time.sleep(_GIVE_WAY_S)
        taken = store.take_in(some)
        counted.events += taken.events
        counted.ops += taken.ops
        counted.already_known += taken.already_known
        counted.not_admitted += taken.set_aside
        counted.kinds |= taken.kinds
        if taken.forks:
            counted.branches |= {event.dev for event in some}
        done += len(some)
        if told is not None:
            told(done)
    _complete(store, opened, now)
    return counted


def _complete(store: Store, opened: Opened, now: int) -> None:
    """One transaction: signed heads, how far heard, what the sender says exists, the part itself."""
    manifest, conn = opened.manifest, store.conn
    signers = {desk.dev: desk.sign for desk in store.roster.desks.values()}
    with store.transaction():
        for range_ in manifest.ranges:
            head, key = range_.head, signers.get(range_.author)
            if head is None or key is None:
                continue
            value, signature = bytes.fromhex(head.chain), bytes.fromhex(head.signature)
            if is_chain_head(key, range_.epoch, head.seq, value, signature):
                chain.add_signed_head(conn, range_.author, range_.epoch, head.seq, value, signature)
        heard = {(r.author, r.epoch) for r in manifest.ranges} | {(manifest.sender, manifest.epoch)}
        others = [author for author in sorted(heard) if author[0] != store.who.dev]
        held.note_heard(conn, others, manifest.sender, now)
        claims = [(int(one.dev, 16), one.epoch, one.ranges[-1][1]) for one in manifest.have if one.ranges]
        held.note_said(conn, claims, manifest.sender, now)
        exchange.complete_part(conn, opened.manifest_sha, opened.cipher_sha, now)
        prefix = f"{manifest.bundle_no}-{manifest.part}of{manifest.parts}"
        exchange.taken_after_all(conn, manifest.dev, prefix)


def slices(events: Sequence[Event], most: int = SLICE_OPS) -> Iterator[list[Event]]:
    """Whole events, so many ops at a time (one event has at most 500)."""
    some: list[Event] = []
    ops = 0
    for event in events:
        if some and ops + len(event.ops) > most:
            yield some
            some, ops = [], 0
        some.append(event)
        ops += len(event.ops)
    if some:
        yield some
