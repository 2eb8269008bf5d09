"""Somebody about to be registered who may be here already: asked as a question, never a reason to refuse.

People are given food and a bed also in doubt (DESIGN §2.6); who they are is for the desk to look at again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shelterdesk.core.birth import Precision
from shelterdesk.core.family_warnings import FormWarning
from shelterdesk.core.names import folded_words, is_placeholder
from shelterdesk.core.people import DocumentForm, PersonForm, birth_of, said_text
from shelterdesk.core.vocabulary import Missing
from shelterdesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Double:
    """The record that may be the same person's; ``left_on`` is the day they left, None while they are here."""

    number: str
    by_document: bool
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """Names (folded, in any order), full birth date and sex: what two records of one person have in common."""

    words: tuple[str, ...]
    birth: str
    sex: str


def likeness_of(form: PersonForm) -> Likeness | None:
    """By what somebody is told from others of the same name; None where too little was said to ask anything."""
    words = name_words(said_text(form.surnames), said_text(form.given), form.name_native)
    if not words or isinstance(form.birth, Missing) or isinstance(form.sex, Missing):
        return None
    if birth_of(form.birth).precision is not Precision.DAY:
        return None
    return Likeness(words, form.birth, form.sex.value)


def name_words(surnames: str, given: str, native: str) -> tuple[str, ...]:
    """The words of a name as the search folds them, sorted; those of its own script when there are no others."""
    said = [part for part in (surnames, given) if part and not is_placeholder(part)]
    return tuple(sorted(word for part in said or [native] for word in folded_words(part)))


def is_same_document(one: DocumentForm, other: DocumentForm) -> bool:
    """Whether two papers have one number, and one country where both say it."""
    if isinstance(one.number, Missing) or one.number != other.number:
        return False
    return isinstance(one.issuer, Missing) or isinstance(other.issuer, Missing) or one.issuer == other.issuer


def among_themselves(members: Sequence[PersonForm], numbers: Sequence[str]) -> list[Double | None]:
    """Of each member of a form: the first before them in it who may be the same person."""
    found: list[Double | None] = []
    alike = [likeness_of(member) for member in members]
    for at, member in enumerate(members):
        double = None
        for before in range(at):
            if any(is_same_document(a, b) for a in member.documents for b in members[before].documents):
                double = Double(numbers[before], by_document=True)
            elif alike[at] is not None and alike[at] == alike[before]:
                double = Double(numbers[before], by_document=False)
            if double is not None:
                break
        found.append(double)
    return found


def warning_of(member: int, double: Double) -> FormWarning:
    """The question to look at again before or after saving."""
    number = double.number
    if not double.by_document:
        said = tr("{number} has the same name and birth date: the same person?", number=number)
        return FormWarning(member, "same_name", said)
    if double.left_on is None:
        said = tr("{number} holds this document already: the same person?", number=number)
    else:
        said = tr(
            "{number} holds this document already and left on {date}: perhaps returned?",
            number=number,
            date=double.left_on.isoformat(),
        )
    return FormWarning(member, "same_document", said)
