"""Scripts by their letters: which face a letter wants, and whether it stands as it is or has to be shaped.

The Unicode name of a letter names its script; the standard library holds no other word on it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

HAN = "HAN"
"""Chinese, Japanese and Korean together: one face serves all of them."""

_SAME = {
    "EXTENDED": "ARABIC",  # EXTENDED ARABIC-INDIC DIGIT
    "CJK": HAN, "HIRAGANA": HAN, "KATAKANA": HAN, "HANGUL": HAN, "BOPOMOFO": HAN, "IDEOGRAPHIC": HAN,
    "FULLWIDTH": HAN, "HALFWIDTH": HAN, "VERTICAL": HAN,
}  # fmt: skip

_OF_THE_MAIN_FACE = frozenset(
    {"LATIN", "GREEK", "CYRILLIC", "MODIFIER", "FEMININE", "MASCULINE", "COMBINING", "DIGIT", "SUPERSCRIPT",
     "SUBSCRIPT", "VULGAR", "KELVIN", "ANGSTROM", "OHM", "MICRO", "ROMAN", "DOTLESS", "VARIATION"}
)  # fmt: skip

SHAPED_BY: dict[str, frozenset[str]] = {
    "ARABIC": frozenset({"arab"}),
    "SYRIAC": frozenset({"syrc"}),
    "MONGOLIAN": frozenset({"mong"}),
    "DEVANAGARI": frozenset({"deva", "dev2", "dev3"}),
    "BENGALI": frozenset({"beng", "bng2", "bng3"}),
    "GURMUKHI": frozenset({"guru", "gur2", "gur3"}),
    "GUJARATI": frozenset({"gujr", "gjr2", "gjr3"}),
    "ORIYA": frozenset({"orya", "ory2", "ory3"}),
    "TAMIL": frozenset({"taml", "tml2", "tml3"}),
    "TELUGU": frozenset({"telu", "tel2", "tel3"}),
    "KANNADA": frozenset({"knda", "knd2", "knd3"}),
    "MALAYALAM": frozenset({"mlym", "mlm2", "mlm3"}),
    "SINHALA": frozenset({"sinh"}),
    "KHMER": frozenset({"khmr"}),
    "MYANMAR": frozenset({"mymr", "mym2"}),
    "TIBETAN": frozenset({"tibt"}),
}
"""Scripts that a face can only set with rules of its own, and the tags these stand under (OpenType, script tags)."""

_AS_THEY_STAND = frozenset({HAN, "ETHIOPIC", "ARMENIAN", "GEORGIAN", "CHEROKEE", "HEBREW"})
"""Scripts besides the main face's whose letters have one shape each; marks on them are shaped all the same."""

_SHARED = frozenset("\u0964\u0965")
"""Danda and double danda: named for Devanagari, and written in every script of the family."""


@lru_cache(maxsize=8192)
def script_of(letter: str) -> str | None:
    """The script a letter asks a face of its own for; None for what the main face or any other may set.

    Latin, Greek and Cyrillic belong to the main face; signs, ASCII and marks without a script to any.
    """
    if letter.isascii() or letter in _SHARED:
        return None
    word = unicodedata.name(letter, "").replace("-", " ").partition(" ")[0]
    script = _SAME.get(word, word)
    if script in _OF_THE_MAIN_FACE:
        return None
    if script == HAN or script in SHAPED_BY:
        return script
    return script if unicodedata.category(letter)[0] in "LMN" else None


@lru_cache(maxsize=8192)
def stands_as_it_is(letter: str) -> bool:
    """Whether a letter has one shape and its place after the one before: nothing to join, move or stack."""
    if unicodedata.category(letter)[0] in "MC":
        return False
    script = script_of(letter)
    return script is None or script in _AS_THEY_STAND
