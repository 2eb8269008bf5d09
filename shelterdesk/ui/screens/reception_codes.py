"""What the coded fields of the form offer while one types: countries, languages, relations, papers, ways in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from shelterdesk.core import countries
from shelterdesk.core.languages import language_name
from shelterdesk.core.vocabulary import DocumentType, EntryRoute, Relation
from shelterdesk.core.words import language
from shelterdesk.ui.screens.people_words import document_words, relation_words, route_words
from shelterdesk.ui.widgets.type_ahead import matching, plain

Options = Sequence[tuple[str, str]]

_SPOKEN_HERE = (
    "es", "ht", "fr", "pt", "en", "ar", "zh", "hi", "bn", "ne", "ur", "pa", "ps", "fa", "so", "am", "ti", "ln",
    "sw", "ta", "si", "ru", "uz", "vi", "tr", "wes", "ay", "qu", "guc", "emp", "wo", "ff", "ha", "yo", "ig",
)  # fmt: skip
_OFTEN_HERE = (
    "VEN", "HTI", "ECU", "COL", "CHN", "CUB", "CHL", "BRA", "PER", "IND", "BGD", "NPL", "PAK", "AFG", "CMR",
    "COD", "AGO", "GHA", "SOM", "ERI", "LKA", "VNM", "XXA",
)  # fmt: skip
"""Nationalities and countries of birth on this way, offered before a letter is typed."""

_MOST = 8


@dataclass(frozen=True)
class Codes:
    """A list a field knows: ``find`` gives fitting codes with their words, best first, ``name`` says a code."""

    find: Callable[[str], Options]
    name: Callable[[str], str]
    several: bool = False
    free: bool = False

    def read(self, text: str) -> str | None:
        """The code a text can only mean: the code itself, its words, or the only one that fits."""
        wanted = plain(text.strip())
        found = self.find(text)
        same = [code for code, label in found if wanted in (plain(code), plain(label))]
        if same:
            return same[0]
        return found[0][0] if len(found) == 1 and len(wanted) > 1 else None


def country_codes(*, several: bool = False) -> Codes:
    """Countries by name (Spanish, English, the language spoken) or code, and people without a country."""

    def find(typed: str) -> Options:
        if not typed.strip():
            return [(code, countries.name(code)) for code in _OFTEN_HERE]
        exact = countries.iso3(typed)
        found = [(one.code, one.name) for one in countries.matching(typed, limit=_MOST)]
        # A whole name in another language than the one shown is still that country and no other.
        return sorted(found, key=lambda one: one[0] != exact)

    return Codes(find, countries.name, several)


def language_codes() -> Codes:
    """Languages by name or code, those often heard here before others."""
    return Codes(_languages_fitting, language_name, several=True)


def relation_codes() -> Codes:
    """Relations to the head of the family."""
    return _listed(tuple((one.value, relation_words(one.value)) for one in Relation))


def document_codes() -> Codes:
    """Kinds of papers, and why there is none."""
    return _listed(tuple((one.value, document_words(one.value)) for one in DocumentType))


def route_codes() -> Codes:
    """Ways into the country."""
    return _listed(tuple((one.value, route_words(one.value)) for one in EntryRoute))


def _listed(options: tuple[tuple[str, str], ...]) -> Codes:
    names = dict(options)
    return Codes(lambda typed: matching(options, typed, len(options)), lambda code: names.get(code, code))


def _languages_fitting(typed: str) -> Options:
    if not typed.strip():
        return _languages(language())[: len(_SPOKEN_HERE)]
    found = list(matching(_languages(language()), typed, _MOST))
    others = [one for spoken in ("es", "en") for one in matching(_languages(spoken), typed, _MOST)]
    known = {code for code, _ in found}
    for code, _ in others:
        if code not in known:
            known.add(code)
            found.append((code, language_name(code)))
    return found[:_MOST]


@lru_cache(maxsize=4)
def _languages(spoken: str) -> tuple[tuple[str, str], ...]:
    """Codes and names of all languages in one language, those heard here first."""
    from babel import Locale

    names = {
        code: str(name)
        for code, name in Locale(
            spoken[:2] if spoken[:2] in ("es", "en", "fr", "pt") else "en"
        ).languages.items()
        if code.isascii() and code.isalpha() and 2 <= len(code) <= 3
    }
    first = {code: names.pop(code, code) for code in _SPOKEN_HERE}
    return (*first.items(), *sorted(names.items(), key=lambda one: plain(one[1])))
