"""The container of a part: its name, a plain POSIX tar in one exact form, and gzip that cannot explode.

SYNC §1.6. The tar is written and read by the same few lines: a header is accepted only if it is, byte for
byte, the one this program would write for that name and size. So links, folders, devices, extensions and
second spellings do not exist, and nothing is ever extracted to a path.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from shelterdesk.sync.faults import SetAside

FOLDER = "SHELTERDESK"
"""The one folder of a stick that is ours."""

MAX_PART = 16 << 20
"""Bytes of a part before it is sealed (SYNC §0.5)."""

MAX_SEALED = MAX_PART + (1 << 20)
"""Bytes of a sealed part: age adds 16 bytes per 64 KiB and about 100 per recipient."""

MAX_UNPACKED = 64 << 20
"""Bytes all entries of a part may have after unpacking (SYNC §2)."""

MAX_RATIO = 200
"""How many times its packed size a member may have; ours have 2.4 to 5 (SYNC §2, measured)."""

MAX_MEMBERS = 20_000
_SAFE_RATIO = 100
_BLOCK = 512
TAR_END = bytes(2 * _BLOCK)
_PART_NAME = re.compile(r"([1-9][0-9]{0,9})-([1-9][0-9]{0,5})of([1-9][0-9]{0,5})-([0-9a-f]{16})\.age", re.A)
_DESK_FOLDER = re.compile(r"[0-7][0-9a-f]{15}", re.A)
_ADMIT_NAME = re.compile(r"([0-7][0-9a-f]{15})\.admit", re.A)
_RECEIPT_NAME = re.compile(r"([0-7][0-9a-f]{15})-([0-7][0-9a-f]{15})\.json", re.A)
_SIZE = re.compile(rb"[0-7]{11}\0")
_TAR_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,90}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,90})?", re.A)


@dataclass(frozen=True, slots=True, order=True)
class PartName:
    """The name of a part's file: ``41-1of3-9f86d081884c7d65.age``; ``sha16`` is of the ciphertext."""

    bundle_no: int
    part: int
    parts: int
    sha16: str

    def __str__(self) -> str:
        return f"{self.place}-{self.sha16}.age"

    @property
    def place(self) -> str:
        """Which part of which bundle it is, whatever copy: ``41-1of3``."""
        return f"{self.bundle_no}-{self.part}of{self.parts}"


def read_part_name(name: str) -> PartName | None:
    """A file name taken apart, None for one that is not a part's."""
    found = _PART_NAME.fullmatch(name)
    if found is None:
        return None
    part, parts = int(found[2]), int(found[3])
    return PartName(int(found[1]), part, parts, found[4]) if part <= parts else None


def read_desk_folder(name: str) -> int | None:
    """The desk whose folder this is, None for another name."""
    return int(name, 16) if _DESK_FOLDER.fullmatch(name) else None


def read_admit_name(name: str) -> int | None:
    """The desk an admission ``<dev>.admit`` speaks of, None for another name."""
    found = _ADMIT_NAME.fullmatch(name)
    return int(found[1], 16) if found else None


def read_receipt_name(name: str) -> tuple[int, int] | None:
    """Issuer and desk of a receipt ``<issuer>-<dev>.json``, None for another name."""
    found = _RECEIPT_NAME.fullmatch(name)
    return (int(found[1], 16), int(found[2], 16)) if found else None


def header(name: str, size: int) -> bytes:
    """The 512-byte ustar header (POSIX.1-1988) of a regular file, owner 0, mode 600, time 0."""
    if not _TAR_NAME.fullmatch(name) or len(name) > 100 or not 0 <= size < 1 << 33:
        raise ValueError(f"no member can be called {name[:40]!r} with {size} bytes")
    before = name.encode("ascii").ljust(100, b"\0") + b"0000600\0" + b"0000000\0" * 2
    before += b"%011o\0" % size + b"00000000000\0"
    after = b"0" + bytes(100) + b"ustar\00000" + bytes(64) + b"0000000\0" * 2 + bytes(167)
    return before + b"%06o\0 " % (sum(before) + sum(after) + 8 * 0x20) + after


def member(name: str, data: bytes) -> bytes:
    """One member as it stands in a tar: header, bytes, filled up to whole blocks."""
    return header(name, len(data)) + data + bytes(-len(data) % _BLOCK)


def pack(members: Iterable[tuple[str, bytes]]) -> bytes:
    """The tar of these members, in this order, ended by two empty blocks."""
    out = bytearray()
    for name, data in members:
        out += member(name, data)
    return bytes(out + TAR_END)


def unpack(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The members one after the other; raises :class:`SetAside` for anything :func:`pack` would not write."""
    at, count = 0, 0
    while True:
        block = data[at : at + _BLOCK]
        if block == bytes(_BLOCK):
            if data[at:] != TAR_END:
                raise SetAside("damaged")
            return
        name, size = read_header(block)
        at += _BLOCK
        end = at + size
        count += 1
        if end > len(data) or count > MAX_MEMBERS or any(data[end : end + -size % _BLOCK]):
            raise SetAside("damaged")
        yield name, data[at:end]
        at = end + -size % _BLOCK


def unpack_from(stream: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """The same from a file too large to hold, one member in memory at a time, each no larger than a sealed part."""
    while True:
        block = stream.read(_BLOCK)
        if block == bytes(_BLOCK):
            if block + stream.read(2 * _BLOCK) != TAR_END:
                raise SetAside("damaged")
            return
        name, size = read_header(block)
        if size > MAX_SEALED:
            raise SetAside("too_large")
        data = stream.read(size)
        if len(data) != size or any(stream.read(-size % _BLOCK)):
            raise SetAside("damaged")
        yield name, data


def read_header(block: bytes) -> tuple[str, int]:
    """Name and size of a member; raises :class:`SetAside` unless the header is exactly one of ours."""
    if len(block) != _BLOCK or not _SIZE.fullmatch(block[124:136]):
        raise SetAside("damaged")
    try:
        name = block[:100].rstrip(b"\0").decode("ascii")
        size = int(block[124:135], 8)
        if header(name, size) != block:
            raise SetAside("members", what=name[:60])
    except ValueError:
        raise SetAside("damaged") from None
    return name, size


def zip_lines(raw: bytes) -> bytes:
    """The bytes as one gzip member with time 0; stored unpacked where packing would look like a bomb."""
    packed = gzip.compress(raw, 6, mtime=0)
    return packed if len(raw) <= _SAFE_RATIO * len(packed) else gzip.compress(raw, 0, mtime=0)


def unzip_lines(packed: bytes, unpacked: int) -> bytes:
    """Exactly ``unpacked`` bytes from one gzip member; never holds more. Raises :class:`SetAside`."""
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * len(packed):
        raise SetAside("bomb")
    opener = zlib.decompressobj(wbits=31)
    try:
        raw = opener.decompress(packed, unpacked + 1)
    except zlib.error:
        raise SetAside("damaged") from None
    if len(raw) > unpacked:
        raise SetAside("bomb")
    if len(raw) != unpacked or not opener.eof or opener.unused_data:
        raise SetAside("damaged")
    return raw


# Possessive: a text may have megabytes, and a pattern that could go back would keep a state for every character.
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.S)
_BRACKETS = re.compile(rb"[\[\]{}]")


def is_within(raw: bytes, deepest: int, longest: int) -> bool:
    """Whether JSON bytes that decode keep to so many levels and so many bytes a text; quick for what is small."""
    if len(raw) > longest and any(len(found[0]) - 2 > longest for found in _STRINGS.finditer(raw)):
        return False
    if raw.count(b"[") + raw.count(b"{") <= deepest:
        return True
    depth = 0
    for bracket in _BRACKETS.finditer(_STRINGS.sub(b"", raw)):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > deepest:
            return False
    return True
