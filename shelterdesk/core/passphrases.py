"""How good a new passphrase or PIN is, by its text alone; what is asked of it is a setting of the station."""

from __future__ import annotations

from enum import Enum

SHORTEST, LONGEST_ASKED = 4, 32
"""Bounds of the length a station may ask for; shorter is no obstacle at all, whoever asks."""

USUAL_LENGTH = 8
"""Signs asked of a new passphrase at a real station that has set nothing (NIST SP 800-63B-3 §5.1.1.1: at least 8)."""

PIN_LENGTHS = (4, 6)
"""Fewest and most digits of a PIN: it opens for a shift, and five wrong ones end it (DESIGN §6)."""

_GOOD_LENGTH, _FAIR_LENGTH = 16, 10
_GOOD_WORDS, _FAIR_WORDS = 4, 3
_FEWEST_SIGNS = 5


class Strength(Enum):
    """What to say of a passphrase while it is typed."""

    WEAK = "weak"
    FAIR = "fair"
    GOOD = "good"


def strength(text: str) -> Strength:
    """A rough estimate by length and words; it advises, a person decides.

    Few different signs, however often, are weak. Words count, as they are long and easy to remember: four of them are
    good, three are fair; so are sixteen signs, and ten. A word said again adds nothing.
    """
    different = dict.fromkeys(text.casefold().split())
    words, length = [word for word in different if len(word) >= 3], len(" ".join(different))
    if len(set(text.casefold())) < _FEWEST_SIGNS:
        return Strength.WEAK
    if len(words) >= _GOOD_WORDS or length >= _GOOD_LENGTH:
        return Strength.GOOD
    if len(words) >= _FAIR_WORDS or length >= _FAIR_LENGTH:
        return Strength.FAIR
    return Strength.WEAK


def is_pin(text: str) -> bool:
    """Whether a text is a PIN by its shape: 4 to 6 digits 0 to 9."""
    return text.isascii() and text.isdigit() and PIN_LENGTHS[0] <= len(text) <= PIN_LENGTHS[1]


def is_first_guess(pin: str) -> bool:
    """Whether a PIN is among those everybody tries first: one digit over and over, or digits in a row (4321)."""
    steps = {(int(b) - int(a)) % 10 for a, b in zip(pin, pin[1:], strict=False)}
    return steps in ({0}, {1}, {9})
