"""Six spoken words for a public key, so that two people can compare it by voice or by radio.

The words are made of two open syllables each (``limo``, ``dafe``): they can be said and heard alike in
Spanish, English and French, which no list of dictionary words can. 4,096 words give 12 bits each,
six of them 72 bits of a SHA-256.
"""

from __future__ import annotations

import hashlib
from functools import cache

WORDS = 6
_BITS = 12
_PURPOSE = b"fingerprint.v1@shelterdesk\0"
_CONSONANTS = ("b", "ch", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t")
_VOWELS = "aeiou"
# Nobody should have to say these to an official over the radio; some name a people or an illness.
_UNSAID = frozenset(
    "bicha bicho china chocho chola cholo chota choto dago dika dike diko fuka fuki fuko kaga kago kako "
    "kike koka kona kono kula kule kulo kuni loka loko mata mate mato mona mono mora moro nasi niga "
    "paki peda pedo pene pito pota puta puto pusi rata sida siki suka teta tona".split()
)


def fingerprint_words(public: bytes) -> tuple[str, str, str, str, str, str]:
    """The six words of a 32-byte public key; the same everywhere and for ever."""
    number = int.from_bytes(hashlib.sha256(_PURPOSE + public).digest(), "big") >> 256 - WORDS * _BITS
    words = word_list()
    a, b, c, d, e, f = (words[number >> _BITS * (WORDS - 1 - place) & 0xFFF] for place in range(WORDS))
    return a, b, c, d, e, f


@cache
def word_list() -> tuple[str, ...]:
    """The 4,096 words in their order, which is part of the format and never changes."""
    syllables = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
    words = (
        first + second
        for first in syllables
        for second in syllables
        if first != second and first + second not in _UNSAID
    )
    return tuple(words)[: 1 << _BITS]
