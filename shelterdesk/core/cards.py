"""What a lodging card shows, and what may never stand on paper that leaves the desk.

A card buys a bed, meals and care; whoever finds one learns a number and, of an adult, a first name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shelterdesk.core.errors import BadField, DamagedFile
from shelterdesk.core.vocabulary import Confidentiality, Quarter
from shelterdesk.core.words import tr

NUMBER_LENGTH = 16
"""Most characters of a number that still stand 9 mm high on a card of 85.60 mm (DOMAIN §8)."""

TOKEN_LENGTH = 154
"""Alphanumeric characters a QR of version 6, level M, holds (ISO/IEC 18004, table 7)."""

FIRST_LANGUAGE = "es"
"""The language every card speaks; the person's own stands below it (DOMAIN §8)."""

_NUMBER = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
_TOKEN = re.compile(r"SDC1[A-Z2-7]+")
_NAME_LENGTH = 24

NEVER_CLASSES = frozenset({Confidentiality.HEALTH, Confidentiality.PROTECTION, Confidentiality.SAFEGUARDING})
"""Fields of these classes never reach a card, a wall plan, a bed label, a manifest or an extract."""

NEVER_ON_PAPER: Mapping[str, tuple[str, ...]] = {
    "illness": ("diagnosis", "illness", "hiv", "tb", "screening", "findings", "temperature", "medical"),
    "pregnancy": ("pregnant", "pregnancy", "postnatal"),
    "disability": ("disability", "disabled", "mobility"),
    "specific need": ("need", "needs", "vulnerable", "vulnerability"),
    "child alone": ("uac", "uasc", "unaccompanied", "separated", "alone", "carer", "guardian"),
    "belief and origin": ("religion", "belief", "ethnicity", "race", "politics", "union"),
    "orientation": ("orientation",),
    "violence": ("violence", "trafficking", "torture", "abuse", "survivor"),
    "asylum": ("asylum", "persecution", "unsafe"),
    "accusation": ("accusation", "accused", "suspect", "police"),
    "contact": ("phone", "address", "contact", "relative", "relatives", "email"),
    "photo": ("photo", "portrait"),
    "document": ("document", "passport", "mrz"),
    "body": ("biometric", "fingerprint", "fingerprints", "iris"),
    "kind of quarter": ("quarter",),
}
"""Why, and the words of field names that say so (DOMAIN §6, *Never on card*; quarters: DESIGN §2.3)."""

_QUARTER_STEMS = (
    "famil", "women", "mujer", "hombre", "girl", "boys", "nina", "nino", "minor", "menor",
    "unaccomp", "medic", "isola", "aisla", "cuaren", "quaran", "pregnan", "postnat", "postpart", "embaraz",
    "lactan", "access", "accesi", "discap", "overflow", "protec", "covid", "hospit", "clinic", "salud",
    "health",
)  # fmt: skip
_QUARTER_WORDS = frozenset(
    {"men", "only", "solo", "uac", "uasc", "nna", "iso", "med", "muj", "fam", "hom", "emb", "hiv", "vih"}
    | {word.lower() for quarter in Quarter for word in quarter.split("_")}
)


@dataclass(frozen=True, slots=True)
class LodgingCard:
    """One card as it is printed; nothing else about its bearer is known to the printing.

    ``first_name`` is None for children and in doubt (:func:`first_name_for_card`), ``bed_code`` says where,
    never what for (:func:`bed_code_for_card`); ``second_language`` is ISO 639-1; ``group_size`` counts
    people. Raises :class:`BadField` for what cannot be printed readably.
    """

    number: str
    serial: int
    token: str
    first_name: str | None
    bed_code: str | None
    group_size: int
    issued_on: date
    expires_on: date
    second_language: str | None
    station_name: str
    practice: bool

    def __post_init__(self) -> None:
        if not _NUMBER.fullmatch(self.number) or len(self.number) > NUMBER_LENGTH:
            shown = self.number[:40]
            raise BadField("number", tr("{number} is not a number a card can carry.", number=shown))
        if not _TOKEN.fullmatch(self.token) or len(self.token) > TOKEN_LENGTH:
            raise BadField("token", tr("The code of card {number} is not a card code.", number=self.number))
        if self.serial < 0:
            raise BadField("serial", tr("A card's serial number cannot be negative."))
        if self.group_size < 1:
            raise BadField("group_size", tr("A card is for at least one person."))
        if self.expires_on < self.issued_on:
            raise BadField("expires_on", tr("A card cannot expire before it is issued."))


@dataclass(frozen=True, slots=True)
class CardSentence:
    """What a card says in one language; ``reviewed`` once a native speaker has read it (DOMAIN §8)."""

    language: str
    name: str
    text: str
    reviewed: bool


def number_parts(number: str) -> tuple[str, str, str]:
    """A number as (station part, counter, check part), joined again by nothing: ``LB1-``, ``000042``, ``-B``.

    The counter is what a volunteer calls out; a number of another form is all counter.
    """
    pieces = number.split("-")
    if len(pieces) != 3:
        return "", number, ""
    return f"{pieces[0]}-", pieces[1], f"-{pieces[2]}"


def first_name_for_card(given: str | None, is_child: bool | None) -> str | None:
    """The first given name of an adult; None for a child, and in doubt (None) it is a child (DOMAIN §8).

    A first word of up to three letters keeps its second (``Md. Rahim``, ``Ana María``).
    """
    words = (given or "").split()
    if is_child is not False or not words:
        return None
    name = " ".join(words[:2]) if len(words[0].rstrip(".")) <= 3 else words[0]
    return name[:_NAME_LENGTH].rstrip()


def bed_code_for_card(code: str | None) -> str | None:
    """A bed's code if it says only where it is; None when it tells what kind of quarter that is.

    A code such as ``UAC-3`` or ``Mujeres 2`` would mark its bearer (DESIGN §2.3); the desk says the way.
    """
    if code is None or not code.strip():
        return None
    plain = "".join(
        letter for letter in unicodedata.normalize("NFD", code.lower()) if not unicodedata.combining(letter)
    )
    for word in re.findall(r"[^\W\d_]+", plain):
        if word in _QUARTER_WORDS or word.startswith(_QUARTER_STEMS):
            return None
    return code.strip()


def forbidden_on_paper(field: str) -> str | None:
    """Why a field of this name may not be printed about a person, or None when it may."""
    words = set(field.lower().split("_"))
    return next((why for why, named in NEVER_ON_PAPER.items() if words & set(named)), None)


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
