"""Bech32 text of raw keys (BIP 173), so that an age identity can be derived instead of drawn."""

from __future__ import annotations

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def encoded(prefix: str, data: bytes) -> str:
    """The bytes under a lower-case human-readable prefix, with the six check characters of BIP 173."""
    values = _five_bits(data)
    spread = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = _remainder([*spread, *values, 0, 0, 0, 0, 0, 0]) ^ 1
    values += [(check >> 5 * (5 - place)) & 31 for place in range(6)]
    return prefix + "1" + "".join(_ALPHABET[value] for value in values)


def _five_bits(data: bytes) -> list[int]:
    """The bytes regrouped in fives of bits, the last padded with zeros."""
    bits = len(data) * 8
    short = -bits % 5
    number = int.from_bytes(data, "big") << short
    groups = (bits + short) // 5
    return [(number >> 5 * (groups - 1 - place)) & 31 for place in range(groups)]


def _remainder(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(_GENERATOR):
            if top >> bit & 1:
                check ^= term
    return check
