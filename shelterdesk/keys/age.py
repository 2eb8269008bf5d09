"""Sealing bytes to recipients in the age v1 format, always whole and in memory.

Only the whole-in-memory calls of pyrage are used: its streaming call hands out plaintext before it
knows that the file is damaged, and then raises ``OSError`` (SYNC §1.6, measured).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyrage

from shelterdesk.core.errors import DamagedFile, WorldError
from shelterdesk.core.words import tr
from shelterdesk.keys import bech32

SCALAR_BYTES = 32


class NotForUs(WorldError):
    """Sealed to somebody else: none of the keys held opens it."""

    def __init__(self) -> None:
        super().__init__(
            tr("This was sealed for somebody else; no key held here opens it."),
            tr("Ask the sender to seal it for this station as well."),
        )


@dataclass(frozen=True, slots=True)
class AgeKey:
    """An X25519 age key pair: ``AGE-SECRET-KEY-1…`` (never shown) and its recipient ``age1…``."""

    identity: str = field(repr=False)
    recipient: str


def new_identity() -> AgeKey:
    """A fresh random age key pair."""
    return _pair(pyrage.x25519.Identity.generate())


def key_of(identity: str) -> AgeKey:
    """The key pair of an identity's text; raises ``DamagedFile`` when it is not one."""
    try:
        return _pair(pyrage.x25519.Identity.from_str(identity))
    except pyrage.IdentityError as fault:
        raise DamagedFile(tr("A private key"), tr("its text is not complete")) from fault


def derived(scalar: bytes) -> AgeKey:
    """The age key pair of 32 secret bytes (X25519 clamps them itself, RFC 7748 §5)."""
    if len(scalar) != SCALAR_BYTES:
        raise ValueError("an X25519 key has 32 bytes")
    return key_of(bech32.encoded("age-secret-key-", scalar).upper())


def is_recipient(text: str) -> bool:
    """Whether the text is an X25519 recipient ``age1…``, in lower case, whose check characters fit."""
    try:
        return str(pyrage.x25519.Recipient.from_str(text)) == text
    except pyrage.RecipientError:
        return False


def encrypt(data: bytes, recipients: Sequence[str]) -> bytes:
    """The bytes sealed so that any one of the recipients (``age1…``) can open them.

    Raises ``ValueError`` without a recipient (a bug of the caller), ``DamagedFile`` for a recipient that
    is not one, before anything is sealed.
    """
    if not recipients:
        raise ValueError("sealing needs at least one recipient")
    keys = []
    for text in dict.fromkeys(recipients):
        try:
            keys.append(pyrage.x25519.Recipient.from_str(text))
        except pyrage.RecipientError as fault:
            raise DamagedFile(
                tr("The key of a recipient"),
                tr("its text is not complete"),
                tr("Take it in again from the one it belongs to."),
            ) from fault
    sealed: bytes = pyrage.encrypt(bytes(data), keys)
    return sealed


def decrypt(data: bytes, identities: Sequence[str], what: str = "") -> bytes:
    """The bytes that were sealed, whole, or nothing; ``what`` names the file in the sentence.

    Raises ``NotForUs`` when no identity fits, ``DamagedFile`` when the file or an identity is not what it
    should be. Nothing is handed out before the last byte was checked.
    """
    keys = [pyrage.x25519.Identity.from_str(key_of(text).identity) for text in identities]
    if not keys:
        raise NotForUs
    try:
        opened: bytes = pyrage.decrypt(bytes(data), keys)
    except (pyrage.DecryptError, OSError) as fault:
        if str(fault) == "No matching keys found":
            raise NotForUs from fault
        raise DamagedFile(
            what or tr("The sealed file"),
            tr("it is damaged or not complete"),
            tr("Ask for it again; nothing of it was used."),
        ) from fault
    return opened


def _pair(identity: pyrage.x25519.Identity) -> AgeKey:
    return AgeKey(str(identity), str(identity.to_public()))
