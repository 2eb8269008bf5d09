"""From a passphrase to a key (Argon2id, RFC 9106), and small secrets wrapped under a key."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass, field

from argon2.exceptions import HashingError
from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from shelterdesk.core.errors import BadField, DamagedFile, WorldError, WrongPassphrase
from shelterdesk.core.words import tr
from shelterdesk.keys.shape import Members, base64_text

KEY_BYTES = 32
SALT_BYTES = 16
_NONCE_BYTES = 12
_LONGEST_PASSPHRASE = 1024

# Costs travel in statements of other desks, so an absurd one must not freeze or fill this laptop.
_MOST_MEMORY_KIB = 1 << 20
_MOST_PASSES = 20
_MOST_LANES = 16


class OutOfMemory(WorldError):
    """Argon2id could not get the memory it was asked to use."""

    def __init__(self, memory_kib: int) -> None:
        super().__init__(
            tr("This laptop has no {mib} MiB of memory free to check a passphrase.", mib=memory_kib // 1024),
            tr("Close another program and try again."),
        )


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """What one guess costs: memory in KiB, passes over it, lanes in parallel.

    The default, 64 MiB, 3 passes and 4 lanes, is the second choice RFC 9106 §4 recommends; it takes
    about 0.12 s here (TRAPS §2).
    """

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for what Argon2 cannot be asked (RFC 9106 §3.1)."""
        if self.lanes < 1 or self.passes < 1 or self.memory_kib < 8 * self.lanes:
            raise ValueError("Argon2 needs a pass, a lane and 8 KiB for each lane")

    def as_json(self) -> dict[str, object]:
        """The cost as it is stored beside what it protects."""
        return {
            "kdf": "argon2id",
            "v": ARGON2_VERSION,
            "m": self.memory_kib,
            "t": self.passes,
            "p": self.lanes,
        }

    @classmethod
    def from_json(cls, found: Members, what: str) -> Argon2Cost:
        """The stored cost; raises ``DamagedFile`` for another function or a cost beyond reason."""
        if found.text("kdf") != "argon2id":
            raise DamagedFile(what, tr("its passphrase is protected in a way not known here"))
        found.number("v", ARGON2_VERSION, ARGON2_VERSION)
        lanes = found.number("p", 1, _MOST_LANES)
        return cls(found.number("m", 8 * lanes, _MOST_MEMORY_KIB), found.number("t", 1, _MOST_PASSES), lanes)


DEFAULT_COST = Argon2Cost()


@dataclass(frozen=True, slots=True)
class PassphraseWrap:
    """A small secret wrapped under a passphrase, with the salt and cost that open it again."""

    salt: bytes
    cost: Argon2Cost
    blob: bytes = field(repr=False)

    def as_json(self) -> dict[str, object]:
        """The wrap as a JSON object; it holds nothing that opens without the passphrase."""
        return {"salt": self.salt.hex(), "cost": self.cost.as_json(), "blob": base64_text(self.blob)}

    @classmethod
    def from_json(cls, found: Members, what: str) -> PassphraseWrap:
        """The wrap that :meth:`as_json` wrote; raises ``DamagedFile`` for anything else."""
        cost = Argon2Cost.from_json(found.members("cost"), what)
        return cls(found.hex("salt", SALT_BYTES), cost, found.base64("blob"))


def derive(passphrase: str, salt: bytes, cost: Argon2Cost = DEFAULT_COST) -> bytes:
    """The 32-byte key of a passphrase.

    The passphrase is taken in Unicode form NFC with every kind of space as U+0020 (RFC 8265 §4.2), so that
    it is the same on keyboards that compose letters differently. Raises ``BadField`` for an empty or absurdly
    long one, ``OutOfMemory`` when the cost cannot be paid here.
    """
    if not passphrase or len(passphrase) > _LONGEST_PASSPHRASE:
        raise BadField("passphrase", tr("A passphrase has 1 to {n} characters.", n=_LONGEST_PASSPHRASE))
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in passphrase)
    said = unicodedata.normalize("NFC", spaced).encode("utf-8", "surrogatepass")
    try:
        return hash_secret_raw(said, salt, cost.passes, cost.memory_kib, cost.lanes, KEY_BYTES, Type.ID)
    except HashingError as fault:
        raise OutOfMemory(cost.memory_kib) from fault


def wrap(secret: bytes, key: bytes, purpose: bytes) -> bytes:
    """The secret under a 32-byte key (ChaCha20-Poly1305, RFC 8439): random 12-byte nonce, then ciphertext.

    ``purpose`` is bound in as associated data: a wrap moved to another place does not open there.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, secret, purpose)


def unwrap(blob: bytes, key: bytes, purpose: bytes) -> bytes | None:
    """The wrapped secret, or None when key, purpose or blob are not those of :func:`wrap`."""
    if len(blob) < _NONCE_BYTES:
        return None
    try:
        return ChaCha20Poly1305(key).decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], purpose)
    except InvalidTag:
        return None


def wrap_under(
    passphrase: str, secret: bytes, purpose: bytes, cost: Argon2Cost = DEFAULT_COST
) -> PassphraseWrap:
    """The secret wrapped under a passphrase with a fresh salt; raises as :func:`derive` does."""
    salt = secrets.token_bytes(SALT_BYTES)
    return PassphraseWrap(salt, cost, wrap(secret, derive(passphrase, salt, cost), purpose))


def open_with(passphrase: str, wrapped: PassphraseWrap, purpose: bytes) -> bytes:
    """The secret again; raises ``WrongPassphrase`` when it does not open, ``OutOfMemory`` as :func:`derive`.

    Whether the passphrase was wrong or the wrap was altered cannot be told apart, by design of the cipher.
    """
    if not passphrase or len(passphrase) > _LONGEST_PASSPHRASE:
        raise WrongPassphrase
    secret = unwrap(wrapped.blob, derive(passphrase, wrapped.salt, wrapped.cost), purpose)
    if secret is None:
        raise WrongPassphrase
    return secret
