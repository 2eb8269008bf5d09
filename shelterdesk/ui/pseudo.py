"""Made-up languages that show a layout's mistakes: ``en_XA`` is long, ``ar_XB`` runs from the right.

A translated sentence is often half as long again; a window that stands in ``en_XA`` at 200 % text and in
``ar_XB`` will stand in Spanish, French or Arabic. Install one with ``core.words.speak("en_XA",
pseudo_catalogue("en_XA"))``. The parts in braces are left alone, so they are still filled in.
"""

from __future__ import annotations

import re

from shelterdesk.core.words import Catalogue

PSEUDO_LANGUAGES = ("en_XA", "ar_XB")

_PLACE = re.compile(r"(\{[^{}]*\}|<[^<>]*>|&\w+;)")
_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ACCENTED = "áƀçđéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ"
_TO_ACCENTED = str.maketrans(_PLAIN, _ACCENTED)
# Unicode UAX #9: right-to-left override and its end; a mark that makes the whole paragraph run from the right
_FROM_RIGHT, _END, _MARK = "\u202e", "\u202c", "\u200f"
_PADDING = "one two three four five six seven eight nine ten eleven twelve"


class _Pseudo:
    """A catalogue that makes each translation out of the English itself."""

    def gettext(self, message: str) -> str:
        return self._twist(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._twist(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self._twist(message)

    def _twist(self, message: str) -> str:
        raise NotImplementedError


class LongAccented(_Pseudo):
    """``en_XA``: accents on every letter, half as long again, in brackets so that a cut end is seen."""

    def _twist(self, message: str) -> str:
        if not message:
            return message
        parts = _PLACE.split(message)
        said = "".join(part if at % 2 else part.translate(_TO_ACCENTED) for at, part in enumerate(parts))
        letters = sum(len(part) for part in parts[::2])
        more = max(1, round(letters * 0.5))
        padding = _PADDING[:more].rsplit(" ", 1)[0] if more < len(_PADDING) else _PADDING
        return f"[{said} {padding}]" if letters > 3 else f"[{said}]"


class FromTheRight(_Pseudo):
    """``ar_XB``: every word written from the right, as Arabic would be, in the same letters."""

    def _twist(self, message: str) -> str:
        parts = _PLACE.split(message)
        said = "".join(part if at % 2 else self._turn(part) for at, part in enumerate(parts))
        return f"{_MARK}{said}" if message else message

    @staticmethod
    def _turn(text: str) -> str:
        return re.sub(r"\w+", lambda word: f"{_FROM_RIGHT}{word[0]}{_END}", text)


def pseudo_catalogue(language: str) -> Catalogue | None:
    """The made-up catalogue of ``en_XA`` or ``ar_XB``; None for a language that is real."""
    if language == "en_XA":
        return LongAccented()
    return FromTheRight() if language == "ar_XB" else None
