"""What must be gone of somebody erased: words that stand in their records alone, looked for where they could be left.

In every page of a file, free ones too, in backups made afterwards, and in the parts of bundles written afterwards.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path

import pyrage

from shelterdesk.startup import FILE
from tests.sync.erasing import plain_pages

_LETTERS = "bcdfghjklmnpqrstvwxz"
_BLOCK = 512


def word_of(ent: str) -> str:
    """A word that tells of one record and of nothing else, the same whenever it is asked; ``ent`` is the record's id."""
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in hashlib.sha256(ent.encode()).digest()[:14])


def left_in_file(folder: Path, key: bytes, ents: Collection[bytes]) -> set[bytes]:
    """The records of which a word stands somewhere in a desk's file, or in a backup of it."""
    return _found(plain_pages(folder / FILE, key), ents) if ents else set()


def left_in_parts(parts: Iterable[Path], identity: str, ents: Collection[bytes]) -> set[bytes]:
    """The records of which a word stands in one of these sealed parts."""
    found: set[bytes] = set()
    opener = pyrage.x25519.Identity.from_str(identity)
    for part in parts if ents else ():
        found |= _found(_members(pyrage.decrypt(part.read_bytes(), [opener])), ents)
    return found


def _members(tar: bytes) -> bytes:
    """Everything in a part, entries unpacked; read by hand, headers and all."""
    out, at = [tar], 0
    while tar[at : at + 1] not in (b"\0", b""):
        size = int(tar[at + 124 : at + 135], 8)
        if tar[at : at + 100].rstrip(b"\0").endswith(b".gz"):
            out.append(gzip.decompress(tar[at + _BLOCK : at + _BLOCK + size]))
        at += _BLOCK + -(-size // _BLOCK) * _BLOCK
    return b"".join(out)


def _found(text: bytes, ents: Collection[bytes]) -> set[bytes]:
    return {ent for ent in ents if word_of(ent.hex()).encode() in text}
