"""The code a desk shows so that others find it at the table: where it listens, and what pins its key.

15 bytes in Base32 (A–Z, 2–7) and a check character: 25 signs, typed in five groups or scanned as ``SDT1`` and the
signs. Half of a code is 72 bits of a SHA-256, as many as the six words have (``keys/fingerprint.py``): whoever answers at
that address with another key is not believed.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from dataclasses import dataclass

from shelterdesk.core.errors import Refused
from shelterdesk.core.number import check_character
from shelterdesk.core.words import tr

PREFIX = "SDT1"
PIN_BYTES = 9
_SIGNS = 24
_GROUP = 5
_LOOK_ALIKES = str.maketrans("0189", "OIBG")


class BadTableCode(Refused):
    """What was typed or scanned is no table code."""

    def __init__(self) -> None:
        super().__init__(
            tr("This is not the code of a table."),
            tr("Type the 25 signs again as the listening desk shows them, or scan its code."),
        )


@dataclass(frozen=True, slots=True)
class TableCode:
    """An IPv4 address, a port, and the first bytes of the key's hash. ``str()`` writes it as it is shown."""

    address: str
    port: int
    pin: bytes

    def __str__(self) -> str:
        signs = self.signs
        return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))

    @property
    def signs(self) -> str:
        """The 25 signs without hyphens."""
        packed = self.pin + ipaddress.IPv4Address(self.address).packed + self.port.to_bytes(2, "big")
        text = base64.b32encode(packed).decode("ascii")
        return text + check_character(text)

    @property
    def scanned(self) -> str:
        """What stands in the QR code."""
        return PREFIX + self.signs


def is_table_code(text: str) -> bool:
    """Whether a scanned text announces itself as a table code."""
    return text.strip().upper().startswith(PREFIX)


def read_table_code(text: str) -> TableCode:
    """A code typed or scanned: spaces, hyphens and small letters do not matter, nor signs that look like others.

    Raises :class:`BadTableCode`.
    """
    signs = "".join(c for c in text.upper() if c.isascii() and c.isalnum())
    if len(signs) == len(PREFIX) + _SIGNS + 1:
        signs = signs.removeprefix(PREFIX)
    body, check = signs[:_SIGNS].translate(_LOOK_ALIKES), signs[_SIGNS:]
    try:
        if len(signs) != _SIGNS + 1 or check_character(body) != check:
            raise BadTableCode
        packed = base64.b32decode(body)
        address = str(ipaddress.IPv4Address(packed[PIN_BYTES : PIN_BYTES + 4]))
    except (ValueError, binascii.Error):
        raise BadTableCode from None
    port = int.from_bytes(packed[PIN_BYTES + 4 :], "big")
    if not port:
        raise BadTableCode
    return TableCode(address, port, packed[:PIN_BYTES])
