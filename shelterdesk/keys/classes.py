"""Class keys and sealed records: anyone at a desk may write for health or protection, only holders read.

A record is padded to a bucket before it is sealed, and the sealed text is padded again to one length
per bucket, because age itself adds random stanzas of random length. So the text tells the bucket
and nothing else: not the length of what was written, not whether it says anything at all.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shelterdesk.core.errors import DamagedFile, Refused
from shelterdesk.core.vocabulary import Confidentiality
from shelterdesk.core.words import tr
from shelterdesk.keys import age
from shelterdesk.keys.age import AgeKey
from shelterdesk.keys.ed25519 import SigningKey, is_signed_by
from shelterdesk.keys.shape import base64_text, read_json
from shelterdesk.keys.signing import canonical

BUCKETS = (1 << 10, 4 << 10, 16 << 10, 64 << 10)
"""Sizes in bytes to which a record is padded before it is sealed."""

CLASSES = (Confidentiality.HEALTH, Confidentiality.PROTECTION, Confidentiality.SAFEGUARDING)
"""The classes that have a key pair of their own."""

_HANDED = b"class-key.v1@shelterdesk\0"
_FRAME_VERSION = 1
_FRAME_HEADER = 5  # version, then the length of the record in four bytes, big-endian
_AGE_ROOM = 640  # one recipient adds at most 385 bytes (40,000 sealings measured), the random stanza included
_FILLER = "."


class RecordTooLong(Refused):
    """A sealed record that does not fit the bucket it has to fit."""

    def __init__(self, length: int, room: int) -> None:
        super().__init__(
            tr("This entry is too long: {length} bytes, and {room} can be kept.", length=length, room=room),
            tr("Shorten the text, or make a second entry."),
        )


@dataclass(frozen=True, slots=True)
class ClassRecipient:
    """The public half of a class key, which every desk holds; a new version follows a lost holder."""

    name: Confidentiality
    version: int
    recipient: str


@dataclass(frozen=True, slots=True)
class ClassKey:
    """A class key pair, opened; only in the hands of a holder."""

    name: Confidentiality
    version: int
    key: AgeKey

    @property
    def public(self) -> ClassRecipient:
        """The half that may be given to everybody."""
        return ClassRecipient(self.name, self.version, self.key.recipient)


def new_class_key(name: Confidentiality, version: int = 1) -> ClassKey:
    """A fresh key pair of a class; raises ``ValueError`` for ``open``, which has none."""
    if name not in CLASSES or version < 1:
        raise ValueError(f"{name} has no class key, or {version} is not a version")
    return ClassKey(name, version, age.new_identity())


def wrap_class_key(key: ClassKey, recipients: Sequence[str]) -> str:
    """The private half sealed to holders, as base64 of an age file: the recovery sheet, then users."""
    inside = {"class": key.name.value, "version": key.version, "identity": key.key.identity}
    return base64_text(age.encrypt(json.dumps(inside).encode("ascii"), recipients))


def unwrap_class_key(text: str, identities: Sequence[str]) -> ClassKey:
    """The class key in a wrap; raises ``NotForUs`` for somebody who is no holder, ``DamagedFile`` else."""
    what = tr("The key to sealed entries")
    try:
        sealed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise DamagedFile(what, tr("it is damaged or not complete")) from fault
    inside = read_json(age.decrypt(sealed, identities, what), what)
    try:
        name = Confidentiality(inside.text("class"))
    except ValueError as fault:
        raise DamagedFile(what, tr("it belongs to a kind of entry not known here")) from fault
    return ClassKey(name, inside.number("version", 1, 1 << 31), age.key_of(inside.text("identity")))


def sign_class_body(key: SigningKey, body: Mapping[str, object]) -> str:
    """A holder's signature under a class key as a statement carries it, as 128 hex digits (DESIGN §6)."""
    return key.sign(_HANDED + canonical(body)).hex()


def is_class_body(public: bytes, body: Mapping[str, object], signature: str) -> bool:
    """Whether the holder of this public key signed this class key; raises ``ValueError`` for what is no hex."""
    return is_signed_by(public, _HANDED + canonical(body), bytes.fromhex(signature))


def sealed_length(bucket: int) -> int:
    """The length in characters of every sealed text of that bucket."""
    if bucket not in BUCKETS:
        raise ValueError(f"{bucket} is not a bucket")
    return -(-(bucket + _AGE_ROOM) // 3) * 4


LONGEST_SEALED = sealed_length(BUCKETS[-1])
"""The longest sealed text there is, in characters; a reader's cap for sealed values must allow it."""


def bucket_for(length: int) -> int:
    """The smallest bucket a record of that many bytes fits; raises ``RecordTooLong``."""
    for bucket in BUCKETS:
        if length <= bucket - _FRAME_HEADER:
            return bucket
    raise RecordTooLong(length, BUCKETS[-1] - _FRAME_HEADER)


def bucket_of(text: str) -> int | None:
    """The bucket of a sealed text, all that can be seen of it without the key; None if it is not one."""
    return next((bucket for bucket in BUCKETS if len(text) == sealed_length(bucket)), None)


def seal(record: bytes, recipient: str, bucket: int | None = None) -> str:
    """The record sealed to a class: base64 of an age file, filled with dots to the length of its bucket.

    Without a bucket the smallest that fits is taken; where the size itself would tell (the one sealed record
    of every registration, SYNC §1.0) the caller names one. Raises ``RecordTooLong``.
    """
    bucket = bucket if bucket is not None else bucket_for(len(record))
    length = sealed_length(bucket)
    if len(record) > bucket - _FRAME_HEADER:
        raise RecordTooLong(len(record), bucket - _FRAME_HEADER)
    frame = bytes([_FRAME_VERSION]) + len(record).to_bytes(4, "big") + record
    text = base64_text(age.encrypt(frame.ljust(bucket, b"\0"), [recipient]))
    while len(text) > length:  # never seen; the stanza drawn anew makes another length
        text = base64_text(age.encrypt(frame.ljust(bucket, b"\0"), [recipient]))
    return text.ljust(length, _FILLER)


def unseal(text: str, identities: Sequence[str]) -> bytes:
    """The record in a sealed text; raises ``NotForUs`` without the class's key, ``DamagedFile`` else."""
    what = tr("A sealed entry")
    bucket = bucket_of(text)
    if bucket is None:
        raise DamagedFile(what, tr("it is not complete"))
    try:
        sealed = base64.b64decode(text.rstrip(_FILLER), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise DamagedFile(what, tr("it is damaged")) from fault
    frame = age.decrypt(sealed, identities, what)
    end = _FRAME_HEADER + int.from_bytes(frame[1:_FRAME_HEADER], "big")
    if len(frame) != bucket or frame[0] != _FRAME_VERSION or end > bucket or frame[end:].strip(b"\0"):
        raise DamagedFile(what, tr("it was sealed in a way not known here"))
    return frame[_FRAME_HEADER:end]
