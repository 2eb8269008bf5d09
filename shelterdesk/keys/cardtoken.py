"""The card token, the text in the QR of a lodging card: made, read and verified (SYNC §1.0).

``SDC1`` and then, in Base32 (RFC 4648 §6, no padding), 15 bytes and the Ed25519 signature over them:

====== ===== ==============================================================================
offset bytes
====== ===== ==============================================================================
0      1     high half: version, 1; low half: flags, bit 0 = made at a practice station
1      6     key id: the first 6 bytes of SHA-256 of the signing desk's Ed25519 public key
7      6     serial of the card at that desk, unsigned, big-endian
13     2     last day of validity, as days since 2020-01-01, unsigned, big-endian
15     64    Ed25519 over ``card.v1@shelterdesk``, a zero byte and the 15 bytes above
====== ===== ==============================================================================

131 characters, all of QR's alphanumeric set, so version 6-M (154 characters) holds them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Container, Mapping
from datetime import date, timedelta

from shelterdesk.keys.cardclaim import CardClaim, CardUnreadable, CardVerdict
from shelterdesk.keys.ed25519 import SIGNATURE_BYTES, SigningKey, is_signed_by

PREFIX = "SDC1"
TOKEN_LENGTH = 131
_PURPOSE = b"card.v1@shelterdesk\0"
_VERSION = 1
_PRACTICE = 1
_KEY_ID_BYTES = 6
_SERIAL_BYTES = 6
_BODY_BYTES = 15
_FIRST_DAY = date(2020, 1, 1)
_BASE32 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_AROUND = " \t\r\n"  # what a reader may send before and after a code


def key_id(public: bytes) -> str:
    """The 12 hex digits by which a card names the desk that signed it."""
    return hashlib.sha256(public).digest()[:_KEY_ID_BYTES].hex()


def key_id_of_desk(dev: int) -> str:
    """The same from a desk id, whose 63 bits begin with those 48."""
    return f"{dev >> 63 - 8 * _KEY_ID_BYTES:0{2 * _KEY_ID_BYTES}x}"


def make_token(key: SigningKey, serial: int, expiry: date, practice: bool = False) -> str:
    """The token of a card; ``serial`` is 0 to 2^48-1 and never used twice by a desk.

    Raises ``ValueError`` for a serial or day that cannot be written (2020-01-01 to 2199-06-06).
    """
    days = (expiry - _FIRST_DAY).days
    if not (0 <= serial < 1 << 8 * _SERIAL_BYTES and 0 <= days < 1 << 16):
        raise ValueError("serial or expiry out of range")
    body = (
        bytes([_VERSION << 4 | (_PRACTICE if practice else 0)])
        + bytes.fromhex(key_id(key.public))
        + serial.to_bytes(_SERIAL_BYTES, "big")
        + days.to_bytes(2, "big")
    )
    return _text(body + key.sign(_PURPOSE + body))


def read_token(text: str) -> CardClaim:
    """What a scanned or typed token says; nothing is verified yet.

    A reader set to lower case and white space around the code are forgiven, nothing else is. Raises
    ``CardUnreadable``, and nothing but that, whatever the text.
    """
    typed = text.strip(_AROUND)
    if len(typed) != TOKEN_LENGTH or not typed.isascii():
        raise CardUnreadable
    typed = typed.upper()
    if not typed.startswith(PREFIX) or not _BASE32.issuperset(typed[len(PREFIX) :]):
        raise CardUnreadable
    try:
        data = base64.b32decode(typed[len(PREFIX) :] + "=")
    except binascii.Error as fault:
        raise CardUnreadable from fault
    if len(data) != _BODY_BYTES + SIGNATURE_BYTES or _text(data) != typed:  # the three spare bits are zero
        raise CardUnreadable
    return _claim(data[:_BODY_BYTES], data[_BODY_BYTES:])


def verify(
    claim: CardClaim,
    keys: Mapping[str, bytes],
    today: date,
    revoked: Container[tuple[str, int]],
    practice: bool = False,
) -> CardVerdict:
    """What to think of a card, from roster and revocations alone, without the database of its station.

    ``keys`` are the public keys of all desks known, by :func:`key_id`; ``revoked`` holds (key id, serial);
    ``practice`` says whether this station is one. A card is good through the whole of its last day.
    """
    public = keys.get(claim.key_id)
    if public is None:
        return CardVerdict.UNKNOWN_STATION
    if not is_signed_by(public, _PURPOSE + claim.body, claim.signature) or not _says(claim):
        return CardVerdict.FORGED
    if claim.practice and not practice:
        return CardVerdict.PRACTICE
    if claim.card in revoked:
        return CardVerdict.REVOKED
    if today > claim.expiry:
        return CardVerdict.EXPIRED
    return CardVerdict.VALID


def _claim(body: bytes, signature: bytes) -> CardClaim:
    version, flags = body[0] >> 4, body[0] & 0xF
    if version != _VERSION or flags & ~_PRACTICE:
        raise CardUnreadable(newer=True)
    serial_at = 1 + _KEY_ID_BYTES
    day_at = serial_at + _SERIAL_BYTES
    return CardClaim(
        key_id=body[1:serial_at].hex(),
        serial=int.from_bytes(body[serial_at:day_at], "big"),
        expiry=_FIRST_DAY + timedelta(days=int.from_bytes(body[day_at:], "big")),
        practice=bool(flags & _PRACTICE),
        body=body,
        signature=signature,
    )


def _says(claim: CardClaim) -> bool:
    """Whether the fields of the claim are those of its signed bytes, and not put together by hand."""
    return claim == _claim(claim.body, claim.signature)


def _text(data: bytes) -> str:
    return PREFIX + base64.b32encode(data).decode("ascii").rstrip("=")
