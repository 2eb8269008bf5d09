"""Taking an opened part in: statements, then its events in slices that give way, then the note that it is whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from shelterdesk.core.erased import may_be_left
from shelterdesk.core.event import Numbered, Place
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.core.roster import Statement
from shelterdesk.db import chain, exchange, merge, newer, statements, vouching
from shelterdesk.db import receipts as held
from shelterdesk.db.exchange import PartIn
from shelterdesk.db.store import GIVE_WAY_S, Store
from shelterdesk.keys.signing import SignedStatement, is_chain_head
from shelterdesk.sync.lines import Entry
from shelterdesk.sync.manifest import Range
from shelterdesk.sync.reader import Known, Opened, Recipient
from shelterdesk.sync.receipts import apply_held, is_newer_by_head, is_newer_by_word, note_said
from shelterdesk.sync.trust import Judged, judge

SLICE_OPS = 500
"""Ops of one transaction: 10 to 40 ms of the write lock (SYNC §1.0 allows 2,000)."""


@dataclass(slots=True)
class Counted:
    """What merging brought: events and ops that were new, events already known, ops not admitted, branches."""

    events: int = 0
    ops: int = 0
    already_known: int = 0
    not_admitted: int = 0
    branches: set[int] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)


_Numbered = TypeVar("_Numbered", bound=Numbered)


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
        lambda dev, epoch, seq: chain.value_at(conn, dev, epoch, seq),
        lambda dev, epoch, first, last: exchange.signed_heads(conn, dev, epoch, first, last),
    )


def take_statements(store: Store, offered: Iterable[SignedStatement]) -> tuple[Judged, set[str]]:
    """Judge statements and keep those believed; also returns the kinds changed."""
    judged = judge(store.who, statements.statements(store.conn), offered)
    return judged, keep_statements(store, judged.new)


def keep_statements(store: Store, new: Sequence[Statement]) -> set[str]:
    """Keep statements that were judged; returns the kinds changed."""
    return store.add_statements(list(new)) if new else set()


def newer_self(store: Store, opened: Opened) -> int | None:
    """The last epoch in which others hold more of this desk's own work than this desk: its file was put back.

    Said by the office of what it holds, or shown by events that this desk's own key signed.
    """
    dev, manifest = store.who.dev, opened.manifest
    said = [
        one.epoch
        for one in manifest.have
        if one.ranges
        and int(one.dev, 16) == dev
        and is_newer_by_word(store, manifest.sender, one.epoch, one.ranges[-1][1])
    ]
    shown = [
        one.epoch
        for one in manifest.ranges
        if one.author == dev and is_newer_by_head(store, one.epoch, one.head)
    ]
    return max(said + shown, default=None)


def signed_upto(store: Store, range_: Range) -> int:
    """The number up to which a range bears its author's signature; 0 for none, or an author not known here."""
    desk, head = store.roster.desks.get(range_.author), range_.head
    if desk is None or head is None or range_.chain_before is None:
        return 0
    value, signature = bytes.fromhex(head.chain), bytes.fromhex(head.signature)
    return head.seq if is_chain_head(desk.sign, range_.epoch, head.seq, value, signature) else 0


def _unsigned(store: Store, opened: Opened) -> set[bytes]:
    """The hashes of the events of a part that lie beyond what their author signed (SYNC §1.0, *signatures*)."""
    found: set[bytes] = set()
    for range_, entries in ranges_of(opened):
        upto = signed_upto(store, range_)
        if entries[-1].last_seq > upto:
            found.update(one.eh for one in entries if one.last_seq > upto)
    return found


def _second_hand(store: Store, opened: Opened) -> set[Place]:
    """The places of events that came without their bytes from somebody whose word for what is left is not enough.

    Enough is that of the author, who can leave out what it likes of its own anyway, and of the office; and of what is
    said to be erased the office must have said so. Anybody else could keep another desk's work from being heard.
    """
    sender, erased = opened.manifest.sender, store.roster.erased
    desk = store.roster.desks.get(sender)
    is_office = desk is not None and desk.is_office
    left = (one for one in opened.entries if one.is_left)
    return {
        event.place
        for event in (opened.lines.read([one])[0] for one in left)  # one at a time: all may be of that kind
        if not ((is_office or event.dev == sender) and may_be_left(event, erased))
    }


def _apart(store: Store, opened: Opened) -> set[bytes]:
    """The hashes of the events of ranges that do not follow on from what is held: a gap, or a second branch.

    Where something lies beside the author's line already, or two ranges go on from one place, numbers do not tell
    what follows what; such events find their place by the chain values said of them (:func:`_settle`).
    """
    conn = store.conn
    found: set[bytes] = set()
    ends: dict[tuple[int, int], tuple[int, str | None]] = {}
    for range_, entries in ranges_of(opened):
        author, before = (range_.author, range_.epoch), range_.chain_before
        if before is None:
            follows = False
        elif author in ends:
            follows = ends[author] == (range_.first - 1, before)
        else:
            last = chain.last_of(conn, *author)
            is_whole = chain.last_seq(conn, *author) <= (0 if last is None else last[0])
            follows = is_whole and vouching.goes_on(conn, *author, entries, bytes.fromhex(before))
        if follows:
            ends[author] = (range_.last, range_.chain_after)
        else:
            found.update(one.eh for one in entries)
    return found


def ranges_of(opened: Opened) -> Iterator[tuple[Range, Sequence[Entry]]]:
    """The ranges of a part with their events."""
    at = 0
    for range_ in opened.manifest.ranges:
        yield range_, opened.entries[at : at + range_.events]
        at += range_.events


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
        len(opened.entries),
        ops,
    )
    unsigned, apart, second_hand = (
        _unsigned(store, opened),
        _apart(store, opened),
        _second_hand(store, opened),
    )
    with store.transaction():
        exchange.begin_part(conn, part, now)
        _keep_heads(store, opened)
        newer.keep_schema(conn, opened.schema)
    done = 0
    # What is apart comes after the rest: a slice that goes on with a line must not find what only stands near it.
    for some in (*slices(_those(opened, apart, False)), *slices(_those(opened, apart, True))):
        if cancelled is not None and cancelled():
            raise Stopped
        if merge.are_known(conn, some):
            counted.already_known += len(some)
        else:
            if done:
                time.sleep(GIVE_WAY_S)
            _count(counted, store.take_in(opened.lines.read(some), unsigned, apart, second_hand))
        done += len(some)
        if told is not None:
            told(done)
    counted.kinds |= _settle(store, opened)
    _complete(store, opened, now)
    return counted


def _count(counted: Counted, taken: merge.Taken) -> None:
    counted.events += taken.events
    counted.ops += taken.ops
    counted.already_known += taken.already_known
    counted.not_admitted += taken.set_aside
    counted.kinds |= taken.kinds
    counted.branches |= taken.forked


def _those(opened: Opened, apart: set[bytes], are_apart: bool) -> Sequence[Entry]:
    """The events of a part that are apart, or the others."""
    if not apart:
        return [] if are_apart else opened.entries
    return [one for one in opened.entries if (one.eh in apart) is are_apart]


def _keep_heads(store: Store, opened: Opened) -> None:
    """Heads that their author signed, and those of authors not known here, whose signature can be checked later."""
    for range_ in opened.manifest.ranges:
        head = range_.head
        if head is not None and (range_.author not in store.roster.desks or signed_upto(store, range_)):
            value, signature = bytes.fromhex(head.chain), bytes.fromhex(head.signature)
            chain.add_signed_head(store.conn, range_.author, range_.epoch, head.seq, value, signature)


def _settle(store: Store, opened: Opened) -> set[str]:
    """Keep what the part says of chains beside main lines; admit what is signed now, or heard up to there now."""
    conn = store.conn
    with store.transaction():
        for range_, entries in ranges_of(opened):
            if range_.chain_before is not None and range_.chain_after is not None:
                before, after = bytes.fromhex(range_.chain_before), bytes.fromhex(range_.chain_after)
                vouching.note_claims(conn, range_.author, range_.epoch, entries, before, after)
        for dev, epoch in sorted({(range_.author, range_.epoch) for range_ in opened.manifest.ranges}):
            chain.carry_on(conn, dev, epoch)
        authors = {range_.author for range_ in opened.manifest.ranges}
        desks = [store.roster.desks[dev] for dev in authors if dev in store.roster.desks]
        waiting = [d.dev for d in desks if d.is_revoked or vouching.unsigned_of(conn, d.dev)]
    return store.settle(waiting) if waiting else store.judge_waiting()


def _complete(store: Store, opened: Opened, now: int) -> None:
    """One transaction: how far heard, what the sender says exists, the part itself."""
    manifest, conn = opened.manifest, store.conn
    with store.transaction():
        heard = {(r.author, r.epoch) for r in manifest.ranges} | {(manifest.sender, manifest.epoch)}
        others = [author for author in sorted(heard) if author[0] != store.who.dev]
        held.note_heard(conn, others, manifest.sender, now)
        claims = [(int(one.dev, 16), one.epoch, one.ranges[-1][1]) for one in manifest.have if one.ranges]
        note_said(store, claims, manifest.sender, now)
        apply_held(store, {author for author, _ in others})
        exchange.complete_part(conn, opened.manifest_sha, opened.cipher_sha, now)
        own = [
            (one.epoch, *span)
            for one in manifest.have
            if int(one.dev, 16) == manifest.sender
            for span in one.ranges
        ]
        exchange.forget_overtaken(conn, manifest.sender, manifest.bundle_no, own)
        prefix = f"{manifest.bundle_no}-{manifest.part}of{manifest.parts}"
        exchange.taken_after_all(conn, manifest.dev, prefix)


def slices(events: Sequence[_Numbered], most: int = SLICE_OPS) -> Iterator[list[_Numbered]]:
    """Whole events, so many ops at a time (one event has at most 500)."""
    some: list[_Numbered] = []
    ops = 0
    for event in events:
        many = event.last_seq - event.first_seq + 1
        if some and ops + many > most:
            yield some
            some, ops = [], 0
        some.append(event)
        ops += many
    if some:
        yield some
