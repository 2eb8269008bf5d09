"""The words shown to people: English source text here, other languages from the one catalogue.

The catalogue itself is a file, so it is read by ``startup`` and installed here with :func:`speak`;
core, reports, the command line and the window then all ask the same :func:`tr`. A sentence is marked
where it is shown, never at import time, so that the language of the moment applies.
"""

from __future__ import annotations

from typing import Protocol


class Catalogue(Protocol):
    """What a set of translations must offer (``gettext.NullTranslations`` does)."""

    def gettext(self, message: str) -> str: ...

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str: ...

    def pgettext(self, context: str, message: str) -> str: ...


class _Source:
    """The source language: every sentence is returned as it was written."""

    def gettext(self, message: str) -> str:
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if n == 1 else msgid2

    def pgettext(self, context: str, message: str) -> str:
        return message


_current: Catalogue = _Source()
_language = "en"


def speak(language: str, catalogue: Catalogue | None = None) -> None:
    """Set the language of everything shown from now on; without a catalogue, the source English."""
    global _current, _language
    _current = catalogue if catalogue is not None else _Source()
    _language = language


def language() -> str:
    """The language now spoken, as ISO 639-1 with an optional region (``es``, ``en``, ``en_XA``)."""
    return _language


def tr(message: str, **parts: object) -> str:
    """The sentence in the language now spoken, its ``{parts}`` filled in."""
    said = _current.gettext(message)
    return said.format(**parts) if parts else said


def ntr(one: str, many: str, n: int, **parts: object) -> str:
    """The sentence for a number of things; ``{n}`` is filled in with the number."""
    return _current.ngettext(one, many, n).format(n=n, **parts)


def ptr(context: str, message: str, **parts: object) -> str:
    """A word that needs its context to be translated (``ptr("button", "Open")``)."""
    said = _current.pgettext(context, message)
    return said.format(**parts) if parts else said


def catalogue_in_use() -> Catalogue:
    """The translations now spoken, for a short change of language (a card in the person's own)."""
    return _current
