"""The recovery sheet: a code typed back from paper, from which an age identity follows.

160 random bits in eight groups of five characters, the fifth of each being its check character:
``7K3MQ-…``. The letters are Crockford's Base32 (no I, L, O, U; typed I and L count as 1, O as 0). The
check binds the place of the group, so a typing mistake or two groups exchanged are told by group.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import ntr, tr
from shelterdesk.keys import age
from shelterdesk.keys.age import SCALAR_BYTES, AgeKey
from shelterdesk.keys.ed25519 import SEED_BYTES, SigningKey

GROUPS = 8
GROUP_LENGTH = 5
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DATA = GROUP_LENGTH - 1
_PURPOSE = b"recovery.v1@shelterdesk"
_SIGNING = b"recovery-sign.v1@shelterdesk"
_VALUES = {character: value for value, character in enumerate(ALPHABET)} | {"I": 1, "L": 1, "O": 0}
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212.]+")  # every dash an office program may make of one


class RecoveryTypo(WorldError):
    """A recovery code that is not one; ``groups`` are the numbers (from 1) of the groups to look at again."""

    def __init__(self, groups: tuple[int, ...]) -> None:
        self.groups = groups
        if groups:
            sentence = ntr(
                "One group of the recovery code is not as on the sheet: number {groups}.",
                "{n} groups of the recovery code are not as on the sheet: numbers {groups}.",
                len(groups),
                groups=", ".join(str(group) for group in groups),
            )
        else:
            sentence = tr(
                "A recovery code is made of {groups} groups of {length} characters.",
                groups=GROUPS,
                length=GROUP_LENGTH,
            )
        super().__init__(sentence, tr("Compare it with the sheet and type it again; nothing was lost."))


@dataclass(frozen=True, slots=True)
class Recovery:
    """A new recovery code, to be printed once and kept on paper, and the recipient to seal to."""

    code: str = field(repr=False)
    recipient: str


def new_recovery() -> Recovery:
    """A fresh random code with its recipient."""
    values = [secrets.randbelow(len(ALPHABET)) for _ in range(GROUPS * _DATA)]
    code = "-".join(
        _group_text(place, values[place * _DATA : (place + 1) * _DATA]) for place in range(GROUPS)
    )
    return Recovery(code, recipient_of(code))


def recipient_of(code: str) -> str:
    """The age recipient of a typed code; raises ``RecoveryTypo``."""
    return _key(code).recipient


def identity_of(code: str) -> str:
    """The age identity of a typed code; raises ``RecoveryTypo``."""
    return _key(code).identity


def signing_key_of(code: str) -> SigningKey:
    """The key by which the holder of the sheet hands class keys on; raises ``RecoveryTypo``."""
    return SigningKey(HKDF(SHA256(), SEED_BYTES, salt=None, info=_SIGNING).derive(_material(code)))


def as_printed(code: str) -> str:
    """A typed code in the one form that is printed; raises ``RecoveryTypo``."""
    return "-".join(_group_text(place, values) for place, values in enumerate(_checked(code)))


def _key(code: str) -> AgeKey:
    return age.derived(HKDF(SHA256(), SCALAR_BYTES, salt=None, info=_PURPOSE).derive(_material(code)))


def _material(code: str) -> bytes:
    """The 160 bits of a typed code."""
    number = 0
    for values in _checked(code):
        for value in values:
            number = number << 5 | value
    return number.to_bytes(GROUPS * _DATA * 5 // 8, "big")


def _checked(code: str) -> list[list[int]]:
    """The data values of each group, once every group's check character fits."""
    groups = _split(code)
    wrong = tuple(place + 1 for place, group in enumerate(groups) if not _fits(place, group))
    if wrong:
        raise RecoveryTypo(wrong)
    return [[_VALUES[character] for character in group[:_DATA]] for group in groups]


def _split(code: str) -> list[str]:
    """The eight groups as typed, with or without anything between them."""
    groups = [group for group in _BETWEEN.split(code[:1000].upper()) if group]
    if len(groups) == GROUPS:
        return groups
    joined = "".join(groups)
    if len(joined) != GROUPS * GROUP_LENGTH:
        raise RecoveryTypo(())
    return [joined[at : at + GROUP_LENGTH] for at in range(0, len(joined), GROUP_LENGTH)]


def _fits(place: int, group: str) -> bool:
    if len(group) != GROUP_LENGTH or any(character not in _VALUES for character in group):
        return False
    values = [_VALUES[character] for character in group]
    return _check(place, values[:_DATA]) == values[_DATA]


def _group_text(place: int, values: list[int]) -> str:
    return "".join(ALPHABET[value] for value in [*values, _check(place, values)])


def _check(place: int, values: list[int]) -> int:
    """Sum of the values weighted with powers of x in GF(2^5), begun with the place of the group.

    Every single wrong character, every exchange of two neighbours and every exchange of two groups
    changes it, because the weights, and the places, all differ and none is zero.
    """
    check = place + 1
    for value in values:
        check = _times_x(check) ^ value
    return _times_x(check)


def _times_x(value: int) -> int:
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled  # x^5 + x^2 + 1, primitive
