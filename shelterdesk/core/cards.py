"""What a lodging card shows: a number and, of an adult with their family, a first name; what never is in paper_rules.

A card buys a bed, meals and care; whoever finds one learns a number and, of an adult with their family, a first name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shelterdesk.core.errors import BadField, DamagedFile
from shelterdesk.core.place_codes import tells_whom
from shelterdesk.core.words import tr

NUMBER_LENGTH = 16
"""Most characters of a number that still stand 9 mm high on a card of 85.60 mm (DOMAIN §8)."""

TOKEN_LENGTH = 154
"""Alphanumeric characters a QR of version 6, level M, holds (ISO/IEC 18004, table 7)."""

FIRST_LANGUAGE = "es"
"""The language every card speaks; the person's own stands below it (DOMAIN §8)."""

_NUMBER = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
_TOKEN = re.compile(r"SDC1[A-Z2-7]+")
_NAME_LENGTH = 25
_JOINERS = frozenset("\u200c\u200d")
_NO_LETTERS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "So"})
_PICTURE_PARTS = frozenset({"\ufe0e", "\ufe0f", "\u20e3", *map(chr, range(0x1F3FB, 0x1F400))})

_SAME_SENTENCE = {"prs": "fa", "pes": "fa", "cmn": "zh", "arb": "ar", "npi": "ne", "pbt": "ps", "hat": "ht"}
"""Languages (ISO 639-3) whose readers read the sentence of another code: Dari is written as Persian (DOMAIN §8)."""


@dataclass(frozen=True, slots=True)
class LodgingCard:
    """One card as it is printed; nothing else about its bearer is known to the printing.

    ``first_name`` is None for children and in doubt and who is alone (:func:`first_name_on_paper`), ``bed_code`` says where,
    never what for (:func:`bed_code_for_card`); ``second_language`` is ISO 639-1; ``group_size`` counts
    people, None on a card printed ahead (a line to write on). Raises :class:`BadField` for what cannot be printed
    readably.
    """

    number: str
    serial: int
    token: str
    first_name: str | None
    bed_code: str | None
    group_size: int | None
    issued_on: date
    expires_on: date
    second_language: str | None
    station_name: str
    practice: bool

    def __post_init__(self) -> None:
        _check(self.number, self.serial, self.token)
        if self.group_size is not None and self.group_size < 1:
            raise BadField("group_size", tr("A card is for at least one person."))
        if self.expires_on < self.issued_on:
            raise BadField("expires_on", tr("A card cannot expire before it is issued."))


@dataclass(frozen=True, slots=True)
class Wristband:
    """A band for a small child, in the place of a card: a number and its code, no name, bed or word (DOMAIN §8).

    Any child under five may get one; that a child does says nothing about it. Raises :class:`BadField`.
    """

    number: str
    serial: int
    token: str
    practice: bool

    def __post_init__(self) -> None:
        _check(self.number, self.serial, self.token)


def _check(number: str, serial: int, token: str) -> None:
    if not _NUMBER.fullmatch(number) or len(number) > NUMBER_LENGTH:
        raise BadField("number", tr("{number} is not a number a card can carry.", number=number[:40]))
    if not _TOKEN.fullmatch(token) or len(token) > TOKEN_LENGTH:
        raise BadField("token", tr("The code of card {number} is not a card code.", number=number))
    if serial < 0:
        raise BadField("serial", tr("A card's serial number cannot be negative."))


@dataclass(frozen=True, slots=True)
class CardSentence:
    """What a card says in one language; ``reviewed`` once a native speaker has read it (DOMAIN §8)."""

    language: str
    name: str
    text: str
    reviewed: bool


def sentence_language(spoken: str | None, sentences: Mapping[str, CardSentence]) -> str | None:
    """The second language of a card for somebody who speaks ``spoken``; None for Spanish and for one without."""
    language = (spoken or "").lower().partition("-")[0]
    language = _SAME_SENTENCE.get(language, language)
    return language if language in sentences and language != FIRST_LANGUAGE else None


def number_parts(number: str) -> tuple[str, str, str]:
    """A number as (station part, counter, check part), joined again by nothing: ``LB1-``, ``000042``, ``-B``.

    The counter is what a volunteer calls out; a number of another form is all counter.
    """
    pieces = number.split("-")
    if len(pieces) != 3:
        return "", number, ""
    return f"{pieces[0]}-", pieces[1], f"-{pieces[2]}"


def first_name_on_paper(given: str | None, is_child: bool | None, group_size: int) -> str | None:
    """The first given name of an adult whose family is in the house; nobody else has one on a card or a list.

    A child has a number only, and in doubt (``is_child`` None) it is a child (DOMAIN §8). Were adults who are alone
    named, a card for one person or a line without a name would be that of a child alone (DOMAIN §6), and a room of such
    lines the quarter of such children; so they have a number only too. ``group_size`` counts the family with them.

    A first word of up to three letters keeps its second (``Md. Rahim``, ``Ana María``). Pictures and signs that
    turn or hide what stands around them are no part of a name (:func:`letters_of`).
    """
    words = [word for word in letters_of(given or "").split() if any(map(str.isalpha, word))]
    if is_child is not False or group_size < 2 or not words:
        return None
    name = " ".join(words[:2]) if len(words[0].rstrip(".")) <= 3 else words[0]
    return shortened(name, _NAME_LENGTH)


def letters_of(text: str) -> str:
    """``text`` in one line without what cannot be read from paper: control and turning signs, pictures, boxes.

    The joiners stay, Persian and the scripts of India are written with them.
    """
    kept = (
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", text)
        if letter.isspace()
        or letter in _JOINERS
        or unicodedata.category(letter) not in _NO_LETTERS
        and letter not in _PICTURE_PARTS
    )
    words = (word.strip("\u200c\u200d") for word in "".join(kept).split())
    return unicodedata.normalize("NFC", " ".join(filter(None, words)))


def shortened(name: str, most: int) -> str:
    """At most so many signs of a name, with an ellipsis where it goes on, never between a letter and the marks or
    joiners that belong to it."""
    if len(name) <= most:
        return name
    end = most - 1
    while end > 1 and (unicodedata.category(name[end])[0] == "M" or _JOINERS & {name[end], name[end - 1]}):
        end -= 1
    return name[:end].rstrip() + "…"


def bed_code_for_card(code: str | None) -> str | None:
    """A bed's code if it says only where it is; None when it tells whom that is for (:mod:`place_codes`).

    A code such as ``UAC-3`` or ``Enfermería`` would mark its bearer (DESIGN §2.3); the desk says the way.
    """
    code = letters_of(code or "")
    return None if not code or tells_whom(code) else code


def card_sentences(document: object) -> dict[str, CardSentence]:
    """The sentences by language (ISO 639-1), from the vocabulary file's parsed JSON.

    Raises :class:`DamagedFile` when the file is not of that shape or does not hold Spanish.
    """
    listed = document.get("sentences") if isinstance(document, dict) else None
    found: dict[str, CardSentence] = {}
    for language, entry in listed.items() if isinstance(listed, dict) else ():
        match entry:
            case {"name": str(name), "text": str(text), "reviewed": bool(reviewed)} if text.strip():
                found[str(language)] = CardSentence(str(language), name, text, reviewed)
            case _:
                why = tr("the entry {entry} is not whole", entry=language)
                raise DamagedFile(tr("The list of card sentences"), why)
    if FIRST_LANGUAGE not in found:
        raise DamagedFile(tr("The list of card sentences"), tr("it does not hold Spanish"))
    return found
