"""Making parts: what nobody confirmed yet, cut at fixed places, each part the same bytes whenever it is made.

A bundle is planned once: its manifests are signed and kept, its events are named by their rows in the log.
A second stick gets the same parts, made again from the log and compared with the manifest (SYNC §1.7).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

import msgspec

from shelterdesk.core.event import hex16
from shelterdesk.core.kinds import KINDS, MERGE_RULES, SCHEMA_VERSION
from shelterdesk.core.moment import to_milliseconds
from shelterdesk.core.roster import Statement
from shelterdesk.db import chain, exchange, meta, newer, statements
from shelterdesk.db import receipts as held
from shelterdesk.db.beside import Author, Beside, beside_lines
from shelterdesk.db.connection import Connection
from shelterdesk.db.exchange import PartOut
from shelterdesk.db.store import Store
from shelterdesk.keys.signing import canonical, sign_chain_head
from shelterdesk.keys.sshsig import MANIFEST, sign
from shelterdesk.sync.container import MAX_PART, pack, zip_lines
from shelterdesk.sync.cutting import AT_HAND, Draft, drafts, ndjson
from shelterdesk.sync.manifest import (
    ERASED_LINES,
    MAX_MANIFEST,
    WHOLE_LINES,
    Counts,
    Held,
    Manifest,
    Member,
    Range,
    new_manifest,
    sha256,
    sums,
)
from shelterdesk.sync.receipts import as_member, desks_of, receipts_for

STATEMENT_BYTES = 2 << 20
MOST_HELD = 10_000
"""Ranges a manifest says are held, of all authors; where there are more, the last of each author is what is said."""
MOST_ALIKE = 8
"""Bundles of about one size that wait for a receipt; beyond this they are rolled into one."""

_LARGE = 1 << 15
"""Events of a bundle that is never rolled into another: it would have several parts, and nothing is gained."""


class CannotRemake(Exception):
    """A part made before cannot be made again to the byte (an upgrade, a blanked record): it is planned anew."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an export is for: its name, who can open it, whose events it holds, what they confirmed.

    ``station`` is the code of the station whose desks' events go. ``acknowledged`` is how far on each main line,
    ``beside`` the ids of confirmed events beside them. ``authors`` are the only desks whose events go, None for all;
    ``is_standing`` says that the parts lie where desks look again and again: nothing is written without news, and the
    newest bundle stays, since it says who belongs.
    """

    name: str
    recipients: tuple[str, ...]
    station: str
    acknowledged: dict[tuple[int, int], int] = field(default_factory=dict)
    beside: frozenset[int] = frozenset()
    authors: frozenset[int] | None = None
    is_standing: bool = False

    def upto(self, author: tuple[int, int]) -> int:
        """How far an author's main line is confirmed."""
        return self.acknowledged.get(author, 0)


def plan(store: Store, audience: Audience) -> list[PartOut]:
    """Every part that audience should have now: those waiting, and a new bundle for what is in none of them.

    A new bundle is made when there are events in no other, or when none carries every statement that is known now:
    an erasure or a revocation does not wait for somebody to enter something.
    """
    receipts = as_member(receipts_for(store, _receivers(store, audience)))
    with store.transaction() as conn:
        lying = beside_lines(conn)
        kept = _still_good(store, conn, audience, lying)
        covered = sorted({span for part in kept for span in part.ids})
        ids: set[int] = set()
        for author in exchange.authors(conn):
            if _goes(store, audience, author[0]):
                ids.update(exchange.event_ids_after(conn, *author, audience.upto(author)))
                # What lies beside the main line is not confirmed by a number: the same one stands on the line.
                if (apart := lying.get(author)) is not None:
                    ids.update(apart.spans.keys() - exchange.second_hand(conn))
        new = _not_covered(sorted(ids - audience.beside), covered)
        if new or not _says_who_belongs(store, audience, kept):
            kept += _new_bundle(store, conn, audience, new, receipts)
    return kept


def _receivers(store: Store, audience: Audience) -> set[int] | None:
    """The desks whose receipts go along: all for the office, a station's own desks for a station."""
    return desks_of(store, audience.station) if store.who.is_office else None


def _goes(store: Store, audience: Audience, dev: int) -> bool:
    """Whether a desk's events are for this audience: its own station's, and those of desks not known yet."""
    if audience.authors is not None and dev not in audience.authors:
        return False
    desk = store.roster.desks.get(dev)
    if desk is None:
        return not store.who.is_office
    return not desk.is_office and desk.station == audience.station


def _still_good(
    store: Store, conn: Connection, audience: Audience, lying: Mapping[Author, Beside]
) -> list[PartOut]:
    """Waiting parts that are worth writing again; the others wait no more and their events go anew."""
    waiting = exchange.parts_waiting(conn, audience.name)
    manifests = [msgspec.json.decode(part.manifest, type=Manifest) for part in waiting]
    open_ = [any(_is_open(conn, audience, lying, r) for r in manifest.ranges) for manifest in manifests]
    unconfirmed = {manifest.bundle_no for manifest, is_open in zip(manifests, open_, strict=True) if is_open}
    crowded = _crowded([part for part in waiting if part.bundle_no in unconfirmed])
    newest = max((part.bundle_no for part in waiting), default=0) if audience.is_standing else 0
    kept, gone = [], []
    for part, manifest, is_open in zip(waiting, manifests, open_, strict=True):
        is_ours = (manifest.sender, manifest.epoch) == (store.who.dev, store.who.epoch)
        is_same = is_ours and manifest.recipients == list(audience.recipients)
        is_open = is_open or not manifest.ranges
        is_wanted = is_open and part.bundle_no in unconfirmed and part.bundle_no not in crowded
        if is_same and (is_wanted or part.bundle_no == newest):
            kept.append(part)
        else:
            gone.append((part.bundle_no, part.part))
    exchange.wait_no_more(conn, audience.name, gone)
    return kept


def _crowded(waiting: Sequence[PartOut]) -> set[int]:
    """Bundles to be rolled into one: more of about one size than anybody should have to carry.

    By size, so that an entry is written again once for each eightfold and not each time: a table that writes every
    second while one of its desks is away would else write its whole past again and again.
    """
    events: dict[int, int] = {}
    for part in waiting:
        events[part.bundle_no] = events.get(part.bundle_no, 0) + part.events
    alike: dict[int, list[int]] = {}
    for number, many in events.items():
        if many < _LARGE:
            alike.setdefault(many.bit_length() // 3, []).append(number)
    return {number for several in alike.values() if len(several) > MOST_ALIKE for number in several}


def _says_who_belongs(store: Store, audience: Audience, kept: Sequence[PartOut]) -> bool:
    """Whether the newest of these bundles carries every statement that it would carry if it were made now."""
    newest = max((part.bundle_no for part in kept), default=0)
    carried = {
        member.name if member.name.startswith("statements/") else member.sha256
        for part in kept
        if part.bundle_no == newest
        for member in msgspec.json.decode(part.manifest, type=Manifest).members
        if member.name.endswith(".json")
    }
    roster, chunks = _statements_for(store, audience)
    now = {f"statements/{one.sha.hex()}.json" for chunk in chunks for one in chunk}
    return now <= carried and roster.sha.hex() in carried


def _is_open(conn: Connection, audience: Audience, lying: Mapping[Author, Beside], range_: Range) -> bool:
    """Whether an audience has not confirmed all of a range: by its number on the main line, by its events beside it."""
    author = (range_.author, range_.epoch)
    is_beyond = range_.last > audience.upto(author)
    value = chain.value_at(conn, *author, range_.last)
    if value is not None and value.hex() == range_.chain_after:
        return is_beyond
    inside = lying.get(author, Beside()).within(range_.first, range_.last)
    return bool(inside - audience.beside) or (is_beyond and not inside)


def forget(store: Store, audience: Audience, bundles: Collection[int]) -> None:
    """Bundles that cannot be made again wait no more; the next plan takes their events anew."""
    with store.transaction() as conn:
        parts = [(p.bundle_no, p.part) for p in exchange.parts_waiting(conn, audience.name)]
        exchange.wait_no_more(conn, audience.name, [one for one in parts if one[0] in bundles])


def _not_covered(ids: Sequence[int], covered: Sequence[tuple[int, int]]) -> list[int]:
    """Those of sorted ids that lie in none of the sorted ranges."""
    left, at = [], 0
    for id_ in ids:
        while at < len(covered) and covered[at][1] < id_:
            at += 1
        if at == len(covered) or id_ < covered[at][0]:
            left.append(id_)
    return left


def _new_bundle(
    store: Store, conn: Connection, audience: Audience, ids: Sequence[int], receipts: bytes
) -> list[PartOut]:
    """Plan, sign and remember the parts of a new bundle, inside the caller's transaction."""
    spans = exchange.as_ranges(ids)
    order = exchange.in_log_order(conn, spans)
    cut = list(drafts(exchange.log_lines(conn, order)))
    roster, chunks = _statements_for(store, audience)
    while len(cut) < len(chunks):
        cut.append(Draft())
    cut = cut or [Draft()]
    number = meta.next_count(conn, "bundle")
    before = exchange.last_manifest(conn, audience.name)
    have = _version_vector(store, conn, audience)
    _sign_ends(store, conn, cut)
    made: list[PartOut] = []
    skip, room = 0, AT_HAND
    for at, draft in enumerate(cut):
        head = [Member("receipts.json", len(receipts), len(receipts), sha256(receipts))]
        chunk = chunks[0] if len(chunks) == 1 else chunks[at] if at < len(chunks) else []
        head += [_plain(name, data) for name, data in _roster_members(roster)]
        head += [_plain(name, data) for one in chunk for name, data in _statement_members(one)]
        head.append(_plain("schema.json", schema_member(store.conn)))
        manifest = new_manifest(
            dev=store.who.dev,
            epoch=store.who.epoch,
            station=store.who.station,
            practice=store.who.is_practice,
            audience=audience.name,
            bundle_no=number,
            part=at + 1,
            parts=len(cut),
            prev_manifest_sha256=None if before is None else before.hex(),
            made_ms=to_milliseconds(store.now),
            recipients=list(audience.recipients),
            ranges=[one.closed(conn) for one in draft.runs],
            have=have,
            min_reader=WHOLE_LINES if draft.is_whole else ERASED_LINES,
            counts=Counts(draft.events, draft.ops, {str(k): n for k, n in sorted(draft.kinds.items())}),
            members=head + draft.members,
        ).raw()
        before = bytes.fromhex(sha256(manifest))
        signature = sign(store.keys.signing, manifest, MANIFEST)
        room -= draft.packed
        packed = draft.at_hand if room >= 0 else {}
        part = PartOut(
            number, at + 1, manifest, before, signature, receipts, spans, skip, draft.events, packed
        )
        skip += draft.events
        exchange.add_part_out(conn, audience.name, part)
        made.append(part)
    return made


def _sign_ends(store: Store, conn: Connection, cut: Sequence[Draft]) -> None:
    """This desk signs its line at the end of each part, so that no part has to wait for the next to be admitted."""
    for draft in cut:
        for run in draft.runs:
            last = run.last
            if last.dev == store.who.dev and last.chain is not None:
                signature = sign_chain_head(store.keys.signing, last.epoch, last.last_seq, last.chain)
                chain.add_signed_head(conn, last.dev, last.epoch, last.last_seq, last.chain, signature)


def _plain(name: str, data: bytes) -> Member:
    return Member(name, len(data), len(data), sha256(data))


def _version_vector(store: Store, conn: Connection, audience: Audience) -> list[Held]:
    found = {
        author: spans for author, spans in held.held_ranges(conn).items() if _goes(store, audience, author[0])
    }
    each = max(1, min(1000, MOST_HELD // max(1, len(found))))
    return [Held(hex16(dev), epoch, spans[-each:]) for (dev, epoch), spans in sorted(found.items())]


def _statements_for(store: Store, audience: Audience) -> tuple[Statement, list[list[Statement]]]:
    """The ruling roster, and the other statements in chunks, one chunk a part (a single one goes in each)."""
    roster = store.roster
    known = statements.statements(store.conn)
    ruling = next(
        s for s in known if s.kind == "roster" and (s.issuer, s.number) == (roster.issuer, roster.number)
    )
    office = None if roster.office is None else roster.office.dev
    chunks: list[list[Statement]] = [[]]
    room = STATEMENT_BYTES
    for one in known:
        if one is ruling or (one.kind == "roster" and one.issuer == office):
            continue  # an older roster of the office says nothing more
        desk = roster.desks.get(one.issuer)
        if (
            store.who.is_office
            and desk is not None
            and not desk.is_office
            and desk.station != audience.station
        ):
            continue
        if room < len(one.raw) and chunks[-1]:
            chunks.append([])
            room = STATEMENT_BYTES
        chunks[-1].append(one)
        room -= len(one.raw) + 2048
    return ruling, chunks


def _roster_members(roster: Statement) -> list[tuple[str, bytes]]:
    name = f"roster-{roster.number}.json"
    return [(name, roster.raw), (f"{name}.sig", roster.signature.encode("ascii"))]


def _statement_members(one: Statement) -> list[tuple[str, bytes]]:
    name = f"statements/{one.sha.hex()}.json"
    return [(name, one.raw), (f"{name}.sig", one.signature.encode("ascii"))]


def schema_member(conn: Connection) -> bytes:
    """``schema.json``: kinds and fields by their numbers, so that an older desk can name what it does not know.

    Where a newer program's came, that one goes on: what it says of newer entries is true of those passed on here.
    """
    return newer.kept_schema(conn) or _own_schema()


@cache
def _own_schema() -> bytes:
    """This program's own, the same in every part."""
    return canonical(
        {
            "schema": SCHEMA_VERSION,
            "merge_rules": MERGE_RULES,
            "kinds": {
                str(kind.number): {
                    "name": kind.name,
                    "confidentiality": kind.confidentiality.value,
                    "fields": {str(f.number): [f.name, f.type.value] for f in kind.fields},
                }
                for kind in KINDS.values()
            },
        }
    )


def part_size(part: PartOut) -> int:
    """About how many bytes the sealed part and its signature will have."""
    manifest = msgspec.json.decode(part.manifest, type=Manifest)
    return sum(member.bytes + 1024 for member in manifest.members) + len(part.manifest) + 24_000


def remake(store: Store, part: PartOut, orders: dict[int, list[int]], *, is_fresh: bool = False) -> bytes:
    """The tar of a planned part; raises :class:`CannotRemake` when a byte would differ from its manifest.

    ``orders`` keeps the order of a bundle's events from one of its parts to the next. A part that ``is_fresh`` was planned
    a moment ago and nothing was said since that could blank one of its lines: what was packed then is what is written.
    """
    manifest = msgspec.json.decode(part.manifest, type=Manifest)
    by_name = {"receipts.json": part.receipts, "schema.json": schema_member(store.conn)}
    for statement in statements.statements(store.conn):
        members = _statement_members(statement)
        if statement.kind == "roster":
            by_name.setdefault(f"{statement.sha.hex()}", statement.raw)
            by_name.setdefault(f"{statement.sha.hex()}.sig", statement.signature.encode("ascii"))
        by_name.update(members)
    packed = part.packed if is_fresh else {}
    if not packed and part.bundle_no not in orders:
        orders.clear()
        orders[part.bundle_no] = exchange.in_log_order(store.conn, part.ids)
    order = [] if packed else orders[part.bundle_no][part.skip : part.skip + part.events]
    lines = exchange.log_lines(store.conn, order)
    signature = part.signature.encode("ascii")
    out = [("MANIFEST.json", part.manifest), ("MANIFEST.json.sig", signature)]
    out.append(("SHA256SUMS", sums(manifest.members, part.manifest, signature)))
    ruling = next((m.sha256 for m in manifest.members if _is_roster(m.name)), "")
    for member in manifest.members:
        if member.name in packed:
            data = packed[member.name]
        elif member.events:
            data = zip_lines(ndjson([line.line for line in islice(lines, member.events)]))
        elif member.name.startswith("roster-"):
            data = by_name.get(ruling if _is_roster(member.name) else f"{ruling}.sig", b"")
        else:
            data = by_name.get(member.name, b"")
        if sha256(data) != member.sha256:
            raise CannotRemake(member.name)
        out.append((member.name, data))
    made = pack(out)
    if len(made) > MAX_PART or len(part.manifest) > MAX_MANIFEST:
        raise ValueError("a part that nobody could take in")
    return made


def _is_roster(name: str) -> bool:
    return name.startswith("roster-") and name.endswith(".json")
