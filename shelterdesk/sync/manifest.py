"""The manifest of a part: who wrote it, for whom, which ranges of whose log it holds, and every member.

SYNC §1.6 with §1.0. Canonical JSON, signed as ``MANIFEST.json.sig``; desk ids stand as 16 hex digits, all
other numbers stay below 2^53, so that ``jq`` shows them exactly.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from shelterdesk.core.event import MAX_OPS, hex16
from shelterdesk.core.kinds import MERGE_RULES, SCHEMA_VERSION
from shelterdesk.keys.signing import canonical
from shelterdesk.sync.container import MAX_PART, MAX_UNPACKED, is_within
from shelterdesk.sync.faults import SetAside

FORMAT = 1
"""Version of the container and manifest."""

READER = 2
"""What this program can read: a part whose ``min_reader`` is greater is set aside until an update."""

WHOLE_LINES, ERASED_LINES = 1, 2
"""``min_reader`` of a part whose lines are all as they were written, and of one in which some were erased."""

MAX_MANIFEST = 2 << 20
"""Bytes of a manifest. What this program writes of a part has less, each kind of list being bounded: its ranges
(``cutting.MOST_RUNS``) 0.7 MiB, statements (``parts.STATEMENT_BYTES``) 0.4, what is held (``parts.MOST_HELD``)
0.4, and some hundreds of desks with their recipients 0.3."""

MAX_PARTS = 5_000
"""Parts of a bundle: with their signatures they are all the entries a reader looks at (``stick.MAX_ENTRIES``)."""

MAX_EVENT_OPS = 50_000
"""Ops of one part (SYNC §3, test 12)."""

DEEPEST = 8
LONGEST_TEXT = 64 << 10
GREATEST = 1 << 53
GREATEST_EPOCH = GREATEST


class SignedHead(msgspec.Struct, frozen=True):
    """The author's own signature under its chain up to ``seq`` (SYNC §1.0, *signatures*)."""

    seq: int
    chain: str
    signature: str


class Range(msgspec.Struct, frozen=True):
    """Consecutive events of one desk and epoch; the chain is null where the sender does not hold it whole."""

    dev: str
    epoch: int
    first: int
    last: int
    events: int
    chain_before: str | None = None
    chain_after: str | None = None
    head: SignedHead | None = None

    @property
    def author(self) -> int:
        """The desk whose events these are."""
        return int(self.dev, 16)


class Held(msgspec.Struct, frozen=True):
    """What the sender holds of one desk and epoch: inclusive ranges of op numbers, so gaps can be seen."""

    dev: str
    epoch: int
    ranges: list[tuple[int, int]]


class Member(msgspec.Struct, frozen=True):
    """One member of the tar: size as it lies there and unpacked, SHA-256 as it lies there, its events."""

    name: str
    bytes: int
    unpacked: int
    sha256: str
    events: int = 0


class Counts(msgspec.Struct, frozen=True):
    """How much the part holds, for a cross-check; ``kinds`` maps the number of a kind to its ops."""

    events: int
    ops: int
    kinds: dict[str, int]


class Manifest(msgspec.Struct, frozen=True):
    """Everything ``MANIFEST.json`` says."""

    format: int
    min_reader: int
    dev: str
    epoch: int
    station: str
    practice: bool
    audience: str
    bundle_no: int
    part: int
    parts: int
    prev_manifest_sha256: str | None
    made_ms: int
    schema: int
    merge_rules: int
    recipients: list[str]
    ranges: list[Range]
    have: list[Held]
    counts: Counts
    members: list[Member]

    @property
    def sender(self) -> int:
        """The desk that wrote the part."""
        return int(self.dev, 16)

    def raw(self) -> bytes:
        """The exact bytes of ``MANIFEST.json``."""
        return canonical(msgspec.to_builtins(self))


def sha256(data: bytes) -> str:
    """SHA-256 as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def sums(members: list[Member], manifest: bytes, signature: bytes) -> bytes:
    """The member ``SHA256SUMS``, in the form ``sha256sum -c`` reads, for everything but itself."""
    lines = [f"{sha256(manifest)}  MANIFEST.json", f"{sha256(signature)}  MANIFEST.json.sig"]
    lines += [f"{member.sha256}  {member.name}" for member in members]
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def read_manifest(raw: bytes) -> Manifest:
    """A manifest whose signature was checked; raises :class:`SetAside` for what cannot be true."""
    if len(raw) > MAX_MANIFEST:
        raise SetAside("manifest", what="length")
    try:
        format_, min_reader = _versions(msgspec.json.decode(raw, type=dict[str, msgspec.Raw]))
        if format_ > FORMAT or min_reader > READER:
            raise SetAside("newer")
        if not is_within(raw, DEEPEST, LONGEST_TEXT):
            raise SetAside("manifest", what="depth")
        found = msgspec.json.decode(raw, type=Manifest)
        _check(found)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise SetAside("manifest", what=str(error)[:120]) from None
    except ValueError as error:
        raise SetAside("manifest", what=str(error)[:120]) from None
    return found


def _versions(members: dict[str, msgspec.Raw]) -> tuple[int, int]:
    found = [msgspec.json.decode(members.get(name, msgspec.Raw(b"0")), type=int) for name in _FIRST]
    return found[0], found[1]


_FIRST = ("format", "min_reader")


def _check(found: Manifest) -> None:
    """Raise ``ValueError`` naming the first member whose value cannot be."""
    check_desk(found.dev)
    _below("epoch", found.epoch, GREATEST_EPOCH)
    for name in ("bundle_no", "part", "parts", "format", "min_reader", "schema", "merge_rules"):
        number: int = getattr(found, name)
        if not 0 < number < 1 << 40:
            raise ValueError(name)
    _below("made_ms", found.made_ms, GREATEST)
    if not found.part <= found.parts <= MAX_PARTS:
        raise ValueError("part")
    if not found.recipients or len(found.recipients) > 10_000:
        raise ValueError("recipients")
    if found.prev_manifest_sha256 is not None:
        check_hex("prev_manifest_sha256", found.prev_manifest_sha256, 32)
    for range_ in found.ranges:
        _check_range(range_)
    for held in found.have:
        check_desk(held.dev)
        _below("have", held.epoch, GREATEST_EPOCH)
        for low, high in held.ranges:
            if not 0 < low <= high < GREATEST:
                raise ValueError("have")
    for member in found.members:
        check_hex("sha256", member.sha256, 32)
        if not 0 <= member.bytes <= MAX_PART or not 0 <= member.unpacked <= MAX_UNPACKED or member.events < 0:
            raise ValueError(f"size of {member.name[:60]}")
    events = sum(member.events for member in found.members)
    if found.counts.events != events or sum(r.events for r in found.ranges) != events:
        raise ValueError("counts")
    if found.counts.ops > MAX_EVENT_OPS or sum(found.counts.kinds.values()) != found.counts.ops:
        raise ValueError("counts")
    if sum(member.unpacked for member in found.members) > MAX_UNPACKED:
        raise SetAside("bomb")


def _check_range(range_: Range) -> None:
    check_desk(range_.dev)
    _below("range", range_.epoch, GREATEST_EPOCH)
    if not 0 < range_.first <= range_.last < GREATEST or range_.events < 1:
        raise ValueError("range")
    ops = range_.last - range_.first + 1
    if not range_.events <= ops <= range_.events * MAX_OPS:
        raise ValueError("range")
    for name, text in (("chain_before", range_.chain_before), ("chain_after", range_.chain_after)):
        if text is not None:
            check_hex(name, text, 32)
    if range_.head is not None:
        check_head(range_.head)


def check_head(head: SignedHead) -> None:
    """Raise ``ValueError`` for what can be no signed head; the signature itself is not checked."""
    _below("head", head.seq, GREATEST)
    check_hex("chain", head.chain, 32)
    check_hex("signature", head.signature, 64)


def check_desk(text: str) -> None:
    """Raise ``ValueError`` unless a text is a desk's id, 16 lower-case hex digits of 63 bits."""
    number = bytes.fromhex(text)
    if len(number) != 8 or number[0] > 0x7F or number.hex() != text:
        raise ValueError("dev")


def check_hex(name: str, text: str, length: int) -> None:
    """Raise ``ValueError`` naming what is not so many bytes as lower-case hex digits."""
    if len(text) != 2 * length or bytes.fromhex(text).hex() != text:
        raise ValueError(name)


def _below(name: str, number: int, limit: int) -> None:
    if not 0 <= number < limit:
        raise ValueError(name)


def new_manifest(**members: Any) -> Manifest:
    """A manifest in this program's own versions; ``dev`` may be given as a number.

    A part asks for no newer reader than what is in it needs.
    """
    dev = members.pop("dev")
    members.setdefault("min_reader", WHOLE_LINES)
    return Manifest(
        format=FORMAT,
        dev=hex16(dev),
        schema=SCHEMA_VERSION,
        merge_rules=MERGE_RULES,
        **members,
    )
