"""Opening a part that somebody brought: every check in its order, nothing handed on before all have passed.

SYNC §1.6. Size, name, outer signature, decryption whole in memory, inner signature and addressee, members,
bounded unpacking, JSON within its caps, events, chain. Whatever is wrong leaves as one :class:`SetAside`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shelterdesk.core.errors import WorldError
from shelterdesk.core.event import chain_next
from shelterdesk.db.receipts import MAX_JUMP
from shelterdesk.keys import age
from shelterdesk.keys.desk import desk_id
from shelterdesk.keys.signing import SignedStatement, is_chain_head
from shelterdesk.keys.sshsig import BUNDLE, MANIFEST, claimed_signer, verify
from shelterdesk.sync.container import MAX_PART, MAX_SEALED, PartName, unpack, unzip_lines
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.lines import Entry, Lines
from shelterdesk.sync.manifest import (
    ERASED_LINES,
    Manifest,
    Member,
    Range,
    read_manifest,
    sha256,
    sums,
)
from shelterdesk.sync.receipts import from_member

_ROSTER = re.compile(r"roster-[1-9][0-9]{0,15}\.json", re.A)
_STATEMENT = re.compile(r"statements/([0-9a-f]{64})\.json", re.A)
_EVENTS = re.compile(r"events-([0-9]{5})\.ndjson\.gz", re.A)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who opens: the private age identity and its recipient, and whether this folder is for practice."""

    identity: str
    recipient: str
    is_practice: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the log already says, asked while checking: signing keys, how far held, chain values, signed heads.

    ``chain_at(dev, epoch, seq)`` is None where it is not held; ``heads(dev, epoch, first, last)`` are the
    chain values the author signed, by number.
    """

    signers: Mapping[int, bytes]
    held_upto: Callable[[int, int], int]
    chain_at: Callable[[int, int, int], bytes | None]
    heads: Callable[[int, int, int, int], Mapping[int, set[bytes]]]


@dataclass(frozen=True, slots=True)
class Opened:
    """A part that passed every check; ``branches`` are authors whose line here begins from another history.

    What its events say is read again from their ``lines`` when it is wanted.
    """

    manifest: Manifest
    manifest_sha: bytes
    cipher_sha: str
    statements: list[SignedStatement]
    receipts: list[SignedStatement]
    lines: Lines
    branches: list[int]
    schema: bytes = b""

    @property
    def entries(self) -> Sequence[Entry]:
        """Its events in their order, without what they say."""
        return self.lines.entries


def check_outside(name: PartName, folder: int, sealed: bytes, signature: str, known: Known) -> bytes:
    """The public key that signed the ciphertext, the desk's whose folder it lies in.

    Raises :class:`SetAside`: unknown signer, no or wrong signature, another file's name.
    """
    if len(sealed) > MAX_SEALED:
        raise SetAside("too_large")
    if not signature:
        raise SetAside("no_signature")
    try:
        signer = claimed_signer(signature)
    except WorldError:
        raise SetAside("bad_signature") from None
    if known.signers.get(desk_id(signer)) != signer:
        raise SetAside("unknown_signer")
    try:
        verify(sealed, signature, BUNDLE, [signer])
    except WorldError:
        raise SetAside("bad_signature") from None
    if desk_id(signer) != folder or sha256(sealed)[:16] != name.sha16:
        raise SetAside("bad_name")
    return signer


def is_for(me: Recipient, sealed: bytes) -> bool:
    """Whether a part is sealed to this folder; what is too damaged to tell counts as if it were."""
    try:
        age.decrypt(sealed, [me.identity])
    except age.NotForUs:
        return False
    except WorldError:
        return True
    return True


def open_part(
    name: PartName, folder: int, sealed: bytes, signature: str, me: Recipient, known: Known
) -> Opened:
    """The whole content of a part, checked; raises :class:`SetAside` and nothing else."""
    signer = check_outside(name, folder, sealed, signature, known)
    try:
        plain = age.decrypt(sealed, [me.identity])
    except age.NotForUs:
        raise SetAside("not_for_us") from None
    except WorldError:
        raise SetAside("damaged") from None
    if len(plain) > MAX_PART:
        raise SetAside("too_large")
    members = unpack(plain)
    raw = _next(members, "MANIFEST.json")
    inner = _next(members, "MANIFEST.json.sig")
    try:
        verify(raw, inner.decode("ascii"), MANIFEST, [signer])
    except (WorldError, UnicodeError):
        raise SetAside("sender") from None
    manifest = read_manifest(raw)
    if manifest.sender != desk_id(signer):
        raise SetAside("sender")
    if (manifest.bundle_no, manifest.part, manifest.parts) != (name.bundle_no, name.part, name.parts):
        raise SetAside("manifest", what="name")
    if me.recipient not in manifest.recipients:
        raise SetAside("not_for_us")
    if manifest.practice != me.is_practice:
        raise SetAside("other_kind")
    check_members(manifest.members)
    if _next(members, "SHA256SUMS") != sums(manifest.members, raw, inner):
        raise SetAside("members", what="SHA256SUMS")
    content = _content(members, manifest)
    del plain, members
    lines = _events(content, manifest)
    _check_counts(manifest, lines)
    branches = _check_ranges(manifest, lines.entries, known)
    statements = _statements(content, manifest.members)
    receipts = from_member(content["receipts.json"])
    return Opened(
        manifest, bytes.fromhex(sha256(raw)), sha256(sealed), statements, receipts, lines, branches,
        content["schema.json"],
    )  # fmt: skip


def _next(members: Iterator[tuple[str, bytes]], wanted: str) -> bytes:
    found = next(members, None)
    if found is None or found[0] != wanted:
        raise SetAside("members", what=wanted)
    return found[1]


def check_members(members: Sequence[Member]) -> None:
    """Raise :class:`SetAside` unless these are exactly the names a part may have, in their order."""
    names = [member.name for member in members]
    if len(names) < 4 or names[0] != "receipts.json" or not _ROSTER.fullmatch(names[1]):
        raise SetAside("members", what=names[0][:40] if names else "")
    if names[2] != f"{names[1]}.sig":
        raise SetAside("members", what=names[2][:40])
    at = 3
    while at + 1 < len(names) and (found := _STATEMENT.fullmatch(names[at])):
        if names[at + 1] != f"{names[at]}.sig" or members[at].sha256 != found[1]:
            raise SetAside("members", what=names[at][:40])
        at += 2
    if at >= len(names) or names[at] != "schema.json" or len(set(names)) != len(names):
        raise SetAside("members", what=names[min(at, len(names) - 1)][:40])
    for number, member in enumerate(members[at + 1 :], 1):
        found = _EVENTS.fullmatch(member.name)
        if found is None or int(found[1]) != number or member.events < 1:
            raise SetAside("members", what=member.name[:40])
    if any(member.events or member.unpacked != member.bytes for member in members[: at + 1]):
        raise SetAside("manifest", what="events")


def _content(members: Iterator[tuple[str, bytes]], manifest: Manifest) -> dict[str, bytes]:
    """Every member by name, with the size and hash the manifest gives it, and nothing after the last."""
    content: dict[str, bytes] = {}
    for member in manifest.members:
        data = _next(members, member.name)
        if len(data) != member.bytes or sha256(data) != member.sha256:
            raise SetAside("members", what=member.name[:60])
        content[member.name] = data
    if next(members, None) is not None:
        raise SetAside("members", what="more")
    return content


def _statements(content: Mapping[str, bytes], members: Sequence[Member]) -> list[SignedStatement]:
    found = []
    for member in members:
        if _ROSTER.fullmatch(member.name) or _STATEMENT.fullmatch(member.name):
            try:
                signature = content[f"{member.name}.sig"].decode("ascii")
            except UnicodeError:
                raise SetAside("statement", what="signature") from None
            found.append(SignedStatement(content[member.name], signature))
    return found


def _events(content: dict[str, bytes], manifest: Manifest) -> Lines:
    """The lines of all members, examined; what was packed is let go of on the way."""
    found = Lines()
    is_older = manifest.min_reader < ERASED_LINES
    for member in manifest.members:
        if member.events:
            found.examine(unzip_lines(content.pop(member.name), member.unpacked), member.events, is_older)
    return found


def _check_counts(manifest: Manifest, lines: Lines) -> None:
    """The cross-check of how much there is of each kind, and the caps on every value."""
    lines.check()
    if lines.ops != manifest.counts.ops or lines.kinds != manifest.counts.kinds:
        raise SetAside("manifest", what="counts")


def _check_ranges(manifest: Manifest, entries: Sequence[Entry], known: Known) -> list[int]:
    """Events follow one another as the ranges say and their authors signed; returns authors that branch off."""
    at = 0
    branches = []
    for range_ in manifest.ranges:
        if range_.last > known.held_upto(range_.author, range_.epoch) + MAX_JUMP:
            raise SetAside("jump")
        mine = entries[at : at + range_.events]
        at += range_.events
        if _check_range(range_, mine, known, manifest.sender):
            branches.append(range_.author)
        elif range_.chain_before is not None and range_.first > 1:
            ours = known.chain_at(range_.author, range_.epoch, range_.first - 1)
            if ours is not None and ours.hex() != range_.chain_before:
                branches.append(range_.author)
    return branches


def _check_range(range_: Range, entries: Sequence[Entry], known: Known, sender: int) -> bool:
    """Check one range; True when its author is known to have signed another history (a copied desk).

    Both histories are kept then, with an alarm (SYNC §1.0, *op id*), but only on the author's own word. What
    another desk passes on against a signed head, and without one, is kept and counts once a head reaches it: so
    comes the beginning of a branch whose head is in the next part.
    """
    author, expected = range_.author, range_.first
    for event in entries:
        if (event.dev, event.epoch, event.first_seq) != (author, range_.epoch, expected):
            raise SetAside("manifest", what="ranges")
        expected = event.last_seq + 1
    if expected != range_.last + 1:
        raise SetAside("manifest", what="ranges")
    head = range_.head
    if range_.chain_before is None or range_.chain_after is None:
        if head is not None:
            raise SetAside("manifest", what="head")
        return False
    chain = bytes.fromhex(range_.chain_before)
    signed = known.heads(author, range_.epoch, range_.first, range_.last)
    head_fits, is_branch = head is None, False
    for event in entries:
        chain = chain_next(chain, event.eh)
        if head is not None and event.last_seq == head.seq:
            head_fits = chain.hex() == head.chain
        is_branch = is_branch or chain not in signed.get(event.last_seq, {chain})
    if not head_fits or chain.hex() != range_.chain_after:
        raise SetAside("chain")
    key = known.signers.get(author)
    if head is not None and key is not None:
        value, signature = bytes.fromhex(head.chain), bytes.fromhex(head.signature)
        if not is_chain_head(key, range_.epoch, head.seq, value, signature):
            raise SetAside("chain")
    return is_branch and (sender == author or (head is not None and key is not None))
