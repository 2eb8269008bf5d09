"""What to look at again in a family's form: advice before or after saving that never stands in the way (DESIGN §2.6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from shelterdesk.core.birth import age_range
from shelterdesk.core.mrz import MrzUnreadable, read_zone
from shelterdesk.core.people import (
    DocumentForm,
    FamilyForm,
    PersonForm,
    birth_of,
    is_child,
    is_surely_adult,
)
from shelterdesk.core.vocabulary import HouseholdRole, Missing, Relation
from shelterdesk.core.words import tr

_OLD = 100
_ELDERS = frozenset({Relation.FTH, Relation.MTH, Relation.GRPRN})
_YOUNGER = frozenset({Relation.CHILD, Relation.GRNDCHILD})


@dataclass(frozen=True, slots=True)
class FormWarning:
    """Something to look at again before or after saving; ``code`` tells it apart without words."""

    member: int | None
    code: str
    sentence: str


def warnings_of(
    form: FamilyForm, today: date, others: Sequence[str | None] = (), zone: str = "UTC"
) -> list[FormWarning]:
    """What should be looked at again. ``others`` are the stored births of those already in the household."""
    arrived = form.arrived_at.astimezone(ZoneInfo(zone)).date() if form.arrived_at is not None else today
    found: list[FormWarning] = []
    if (today - arrived).days > 365:
        found.append(
            FormWarning(None, "long_ago", tr("They arrived more than a year ago: is the date right?"))
        )
    births: list[str | Missing | None] = [member.birth for member in form.members]
    has_adult = any(is_surely_adult(birth, arrived) for birth in (*births, *others))
    for at, member in enumerate(form.members):
        found += [FormWarning(at, code, sentence) for code, sentence in _of_member(member, arrived, today)]
        asked = member.answers.child_alone is not Missing.NOT_ASKED
        if is_child(member.birth, arrived) and not has_adult and not asked:
            found.append(FormWarning(at, "child_alone", _child_alone(member, arrived)))
    return found + _between_members(form, arrived)


def _child_alone(member: PersonForm, arrived: date) -> str:
    """The question as far as it is known: in doubt about age a child (DESIGN §2.6), and the doubt is said."""
    if age_range(birth_of(member.birth), arrived) is None:
        return tr("The age is not known, and nobody here is surely an adult: ask whether a child is alone.")
    return tr("No adult is in this family: ask whether the child is alone.")


def _of_member(form: PersonForm, arrived: date, today: date) -> Iterator[tuple[str, str]]:
    birth = birth_of(form.birth)
    ages = age_range(birth, today)
    if ages is not None and ages[0] > _OLD:
        yield "very_old", tr("More than {age} years old: is the birth date right?", age=_OLD)
    if birth.earliest is not None and birth.earliest > arrived:
        yield "born_after_arrival", tr("Born after the arrival: was the child born here?")
    if isinstance(form.surnames, Missing) or isinstance(form.given, Missing):
        if not form.name:
            yield "no_name", tr("Registered without a name, by the number alone.")
    for paper in form.documents:
        yield from _of_document(paper, form, today)


def _of_document(paper: DocumentForm, form: PersonForm, today: date) -> Iterator[tuple[str, str]]:
    if not isinstance(paper.expiry, Missing) and len(paper.expiry) == 10 and paper.expiry < today.isoformat():
        yield "document_expired", tr("A document has expired on {date}.", date=paper.expiry)
    if not paper.mrz:
        return
    try:
        zone = read_zone(paper.mrz, today)
    except MrzUnreadable:
        yield "mrz_unreadable", tr("The document's zone cannot be read; it is kept as it was typed.")
        return
    if not zone.valid and not paper.override_reason:
        fields = ", ".join(check.field for check in zone.checks if not check.ok)
        yield (
            "mrz_check",
            tr(
                "A check digit of the document does not fit ({fields}): compare with the page.", fields=fields
            ),
        )
    if (
        zone.birth
        and not isinstance(form.birth, Missing)
        and not form.birth.startswith(("~", zone.birth[:4]))
    ):
        yield "mrz_birth", tr("The birth date is another one than in the document.")


def _between_members(form: FamilyForm, arrived: date) -> list[FormWarning]:
    """Heads and relations that do not fit the ages."""
    head = next((member for member in form.members if member.role is HouseholdRole.HEAD), None)
    if head is None:
        return []
    found = []
    adults = any(is_surely_adult(member.birth, arrived) for member in form.members)
    if adults and is_child(head.birth, arrived) and not isinstance(head.birth, Missing):
        at = form.members.index(head)
        found.append(
            FormWarning(at, "head_is_child", tr("A child is named as head although adults are there."))
        )
    born = birth_of(head.birth)
    for at, member in enumerate(form.members):
        other = birth_of(member.birth)
        older = other.latest is not None and born.earliest is not None and other.latest < born.earliest
        younger = other.earliest is not None and born.latest is not None and other.earliest > born.latest
        if (member.relation in _YOUNGER and older) or (member.relation in _ELDERS and younger):
            found.append(
                FormWarning(
                    at, "relation_age", tr("Relation and ages do not fit together: look at both again.")
                )
            )
    return found
