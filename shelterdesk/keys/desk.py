"""A desk's own keys: Ed25519 to sign, an age identity to receive, and the desk id that follows from them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from shelterdesk.core.words import tr
from shelterdesk.keys import age
from shelterdesk.keys.age import AgeKey
from shelterdesk.keys.ed25519 import SEED_BYTES, SigningKey
from shelterdesk.keys.fingerprint import fingerprint_words
from shelterdesk.keys.shape import read_json

_VERSION = 1


def desk_id(public: bytes) -> int:
    """``dev``: the first 63 bits of SHA-256 of the 32-byte Ed25519 public key (SYNC §1.1)."""
    return int.from_bytes(hashlib.sha256(public).digest()[:8], "big") >> 1


def desk_hex(dev: int) -> str:
    """A desk id as JSON, file names and the log write it: 16 lower-case hex digits."""
    if not 0 <= dev < 1 << 63:
        raise ValueError("a desk id has 63 bits")
    return f"{dev:016x}"


@dataclass(frozen=True, slots=True)
class DeskKeys:
    """The private halves of a desk (or of an office); they live inside the encrypted station file only."""

    signing: SigningKey
    age: AgeKey

    @classmethod
    def new(cls) -> DeskKeys:
        """Fresh random keys."""
        return cls(SigningKey.new(), age.new_identity())

    @property
    def public(self) -> bytes:
        """The 32-byte Ed25519 public key."""
        return self.signing.public

    @property
    def recipient(self) -> str:
        """The age recipient ``age1…`` others seal to."""
        return self.age.recipient

    @property
    def dev(self) -> int:
        """The desk id as tables keep it."""
        return desk_id(self.public)

    @property
    def words(self) -> tuple[str, str, str, str, str, str]:
        """The six words read aloud when the desk is admitted (SYNC §1.10)."""
        return fingerprint_words(self.public)

    def stored(self) -> bytes:
        """Both private halves as JSON bytes, to be kept inside the encrypted station file only."""
        return json.dumps(
            {"v": _VERSION, "ed25519": self.signing.seed().hex(), "age": self.age.identity}
        ).encode("ascii")

    @classmethod
    def from_stored(cls, data: bytes) -> DeskKeys:
        """The keys that :meth:`stored` wrote; raises ``DamagedFile`` for anything else."""
        found = read_json(data, tr("The keys of this desk"))
        found.number("v", _VERSION, _VERSION)
        return cls(SigningKey(found.hex("ed25519", SEED_BYTES)), age.key_of(found.text("age")))
