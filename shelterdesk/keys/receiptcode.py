"""A receipt in a QR code: it travels on paper, or by phone as a photo, where no stick goes back (SYNC §1.7, §5).

``SDR1`` and then, in Base32 (RFC 4648 §6, no padding), the bytes below and the Ed25519 signature over
``receipt-code.v1@shelterdesk``, a zero byte and them:

====== ===== ==================================================================================
offset bytes
====== ===== ==================================================================================
0      1     high half: version, 1; low half: flags, bit 0 = of practice
1      8     the desk or office that confirms
9      4     when it was made, seconds since 2020-01-01T00:00Z
13     1     number of lines, at least 1
14     ...   each line: desk (8), epoch (7), upto (5), the first 16 bytes of the chain value there
====== ===== ==================================================================================

Fifteen lines are 993 characters, within the kilobyte of SYNC §5. All of them are in QR's alphanumeric set, and come
through a keyboard-wedge reader whatever layout the laptop has.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from shelterdesk.core.errors import Refused
from shelterdesk.core.words import tr
from shelterdesk.keys.ed25519 import SIGNATURE_BYTES, SigningKey, is_signed_by

PREFIX = "SDR1"
MOST_LINES = 15
CHAIN_BYTES = 16
_PURPOSE = b"receipt-code.v1@shelterdesk\0"
_VERSION = 1
_PRACTICE = 1
_HEAD, _LINE = 14, 36
_SINCE = 1_577_836_800  # 2020-01-01T00:00Z in Unix seconds


class BadReceiptCode(Refused):
    """What was scanned is no receipt, or was damaged on the way."""

    def __init__(self) -> None:
        super().__init__(
            tr("This code is no receipt that can be read."),
            tr("Scan it again from the paper; if it does not help, ask the office for a new one."),
        )


@dataclass(frozen=True, slots=True)
class ConfirmedUpto:
    """One line: all of a desk's epoch up to a number, with the beginning of the chain value there."""

    dev: int
    epoch: int
    upto: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class ReceiptCode:
    """A receipt taken apart; nothing is believed before :meth:`is_signed_by` says so."""

    issuer: int
    made_s: int
    is_practice: bool
    lines: tuple[ConfirmedUpto, ...]
    body: bytes
    signature: bytes

    def is_signed_by(self, public: bytes) -> bool:
        """Whether the desk of this public key signed these very bytes."""
        return is_signed_by(public, _PURPOSE + self.body, self.signature)


def make_receipt_code(
    key: SigningKey, issuer: int, made_s: int, lines: Sequence[ConfirmedUpto], is_practice: bool
) -> str:
    """The text of the code; raises ``ValueError`` for more than :data:`MOST_LINES` lines, none, or numbers too wide."""
    if not 0 < len(lines) <= MOST_LINES:
        raise ValueError("a receipt code has 1 to 15 lines")
    try:
        body = bytes([_VERSION << 4 | (_PRACTICE if is_practice else 0)]) + issuer.to_bytes(8, "big")
        body += max(0, made_s - _SINCE).to_bytes(4, "big") + bytes([len(lines)])
        for line in lines:
            body += line.dev.to_bytes(8, "big") + line.epoch.to_bytes(7, "big") + line.upto.to_bytes(5, "big")
            body += line.chain[:CHAIN_BYTES]
    except OverflowError:
        raise ValueError("a number too wide for a receipt code") from None
    return PREFIX + base64.b32encode(body + key.sign(_PURPOSE + body)).decode("ascii").rstrip("=")


def is_receipt_code(text: str) -> bool:
    """Whether a scanned text announces itself as a receipt."""
    return text.strip().upper().startswith(PREFIX)


def read_receipt_code(text: str) -> ReceiptCode:
    """A scanned code taken apart. Raises :class:`BadReceiptCode`, and nothing but that, whatever the text."""
    typed = text.strip().upper()
    if not typed.startswith(PREFIX) or not typed.isascii() or len(typed) > 1_000:
        raise BadReceiptCode
    signs = typed[len(PREFIX) :]
    try:
        data = base64.b32decode(signs + "=" * (-len(signs) % 8))
    except (binascii.Error, ValueError):
        raise BadReceiptCode from None
    if (
        base64.b32encode(data).decode("ascii").rstrip("=") != signs
        or len(data) < _HEAD + _LINE + SIGNATURE_BYTES
    ):
        raise BadReceiptCode
    body, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
    version, flags, count = body[0] >> 4, body[0] & 0xF, body[13]
    if version != _VERSION or flags & ~_PRACTICE or len(body) != _HEAD + _LINE * count:
        raise BadReceiptCode
    return ReceiptCode(
        int.from_bytes(body[1:9], "big"),
        int.from_bytes(body[9:13], "big") + _SINCE,
        bool(flags & _PRACTICE),
        tuple(_line(body[at : at + _LINE]) for at in range(_HEAD, len(body), _LINE)),
        body,
        signature,
    )


def _line(raw: bytes) -> ConfirmedUpto:
    return ConfirmedUpto(
        int.from_bytes(raw[:8], "big"),
        int.from_bytes(raw[8:15], "big"),
        int.from_bytes(raw[15:20], "big"),
        raw[20:],
    )
