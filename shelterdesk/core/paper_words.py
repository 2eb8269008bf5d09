"""Words that stand on paper in several languages at once: the lists of them, as the program ships them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shelterdesk.core.cards import FIRST_LANGUAGE
from shelterdesk.core.errors import DamagedFile
from shelterdesk.core.words import tr


@dataclass(frozen=True, slots=True)
class PaperWords:
    """The words of a paper in one language; ``reviewed`` once a native speaker has read them (DOMAIN §8)."""

    language: str
    name: str
    reviewed: bool
    words: Mapping[str, str]


def paper_words(document: object) -> dict[str, PaperWords]:
    """The words by language (ISO 639-1), from the vocabulary file's parsed JSON.

    Every language holds the words that Spanish holds. Raises :class:`DamagedFile` when the file is not of that shape.
    """
    listed = document.get("languages") if isinstance(document, dict) else None
    found: dict[str, PaperWords] = {}
    for language, entry in listed.items() if isinstance(listed, dict) else ():
        match entry:
            case {"name": str(name), "reviewed": bool(reviewed), "words": dict(words)}:
                said = {str(key): str(word) for key, word in words.items()}
                found[str(language)] = PaperWords(str(language), name, reviewed, said)
            case _:
                why = tr("the entry {entry} is not whole", entry=language)
                raise DamagedFile(tr("The list of words on paper"), why)
    first = found.get(FIRST_LANGUAGE)
    if first is None:
        raise DamagedFile(tr("The list of words on paper"), tr("it does not hold Spanish"))
    for one in found.values():
        if one.words.keys() != first.words.keys() or not all(map(str.strip, one.words.values())):
            why = tr("the entry {entry} is not whole", entry=one.language)
            raise DamagedFile(tr("The list of words on paper"), why)
    return found
