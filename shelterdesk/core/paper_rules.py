"""What may never stand on paper about a person, and the few papers that say such a thing with a reason.

Asked of every report by the tests, and by every list whose columns can be chosen (DOMAIN §6, *Never on card…*).
"""

from __future__ import annotations

from collections.abc import Mapping

from shelterdesk.core.vocabulary import Confidentiality

NEVER_CLASSES = frozenset({Confidentiality.HEALTH, Confidentiality.PROTECTION, Confidentiality.SAFEGUARDING})
"""Fields of these classes never reach a card, a wall plan, a bed label, a manifest or an extract."""

NEVER_ON_PAPER: Mapping[str, tuple[str, ...]] = {
    "illness": ("diagnosis", "illness", "hiv", "tb", "screening", "findings", "temperature", "medical"),
    "pregnancy": ("pregnant", "pregnancy", "postnatal"),
    "disability": ("disability", "disabled", "mobility"),
    "specific need": ("need", "needs", "vulnerable", "vulnerability"),
    "child alone": ("uac", "uasc", "unaccompanied", "separated", "alone", "carer", "guardian"),
    "belief and origin": ("religion", "belief", "ethnicity", "race", "politics", "union"),
    "nationality": ("nationality", "nationalities", "citizenship"),
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
"""Why, and the words of field names that say so (DOMAIN §6; nationality: §8 lets a manifest alone name it;
quarters: DESIGN §2.3)."""

COUNTS = "counts of the whole house or of a month: they name nobody"

THEIRS = "a person's own record, handed to that person, whose right it is to see what is written of them (DOMAIN §6)"

MAY_ON_PAPER: Mapping[tuple[str, str], str] = {
    ("DailySheet", "nationalities"): COUNTS,
    ("PostingCopy", "nationalities"): COUNTS,
    ("MatrixRow", "nationality_iso3"): COUNTS,
    ("MatrixRow", "nationality_name"): COUNTS,
    ("MatrixRow", "uac"): COUNTS,
    ("MatrixRow", "separated"): COUNTS,
    ("OwnRecord", "documents"): THEIRS,
}
"""The exceptions: (what a paper is made of, its field) and why it may be there all the same."""


def forbidden_on_paper(field: str) -> str | None:
    """Why a field of this name may not be printed about a person, or None when it may."""
    words = set(field.lower().split("_"))
    words |= {one for word in words for one in _singular(word)}
    return next((why for why, named in NEVER_ON_PAPER.items() if words & set(named)), None)


def _singular(word: str) -> tuple[str, ...]:
    """What a word may be several of: many documents are no more for paper than one."""
    endings = (("ies", "y"), ("es", ""), ("es", "is"), ("s", ""))
    return tuple(word.removesuffix(end) + one for end, one in endings if word.endswith(end))


def refused_on_paper(holder: str, field: str) -> str | None:
    """As :func:`forbidden_on_paper`, of a field of ``holder``; None too where it is a reasoned exception."""
    return None if (holder, field) in MAY_ON_PAPER else forbidden_on_paper(field)
