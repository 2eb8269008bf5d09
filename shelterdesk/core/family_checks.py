"""What of a family's form or a group's count cannot be, with its field, before it is saved.

Missing answers are no problem of their own: a bed and food need none (DESIGN §2.6). What is only to be looked at
again stands in ``core/family_warnings.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from shelterdesk.core.birth import read_birth
from shelterdesk.core.countries import iso3, issuer_code
from shelterdesk.core.errors import BadField
from shelterdesk.core.people import (
    LONGEST_TEXT,
    ArrivalGroupForm,
    FamilyForm,
    PersonForm,
)
from shelterdesk.core.record_rules import is_readable
from shelterdesk.core.sheet import SheetBand
from shelterdesk.core.vocabulary import DocumentType, HouseholdRole, Missing, Sex
from shelterdesk.core.words import tr

NEEDS_LENGTH = 400
"""Most bytes of a person's specific needs as JSON: the one sealed record has a fixed size (SYNC §1.0)."""

MOST_MEMBERS = 200
"""Most people in one form; more than that come as a counted group."""

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_PAPERLESS = frozenset({DocumentType.NONE, DocumentType.LOST_IN_ROUTE, DocumentType.STOLEN})


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A value that cannot be; ``member`` counts from 0, None for the family as a whole."""

    member: int | None
    field: str
    sentence: str
    next_step: str = ""


class NotThisForm(BadField):
    """A form that cannot be saved as it is; ``problems`` are all of them, the sentence is the first one's."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(first.field, first.sentence, first.next_step)


def why_not(form: FamilyForm, today: date, zone: str = "UTC") -> list[FieldProblem]:
    """Everything in the form that cannot be, member by member; empty when it can be saved.

    ``today`` is the local day at the desk, ``zone`` its IANA time zone; forms are :func:`tidy` already.
    """
    found: list[FieldProblem] = []
    if not form.members:
        found.append(FieldProblem(None, "members", tr("there is nobody in this family yet")))
    if len(form.members) > MOST_MEMBERS:
        found.append(
            FieldProblem(
                None,
                "members",
                tr("a family of more than {n} is a group", n=MOST_MEMBERS),
                tr("Count them as an arrival group and register the families in it."),
            )
        )
    if form.arrived_at is not None and form.arrived_at.astimezone(ZoneInfo(zone)).date() > today:
        found.append(FieldProblem(None, "arrived_at", tr("this arrival is still to come")))
    if len(form.note) > 10 * LONGEST_TEXT:
        found.append(FieldProblem(None, "note", tr("this is longer than a note may be")))
    heads = [at for at, member in enumerate(form.members) if member.role is HouseholdRole.HEAD]
    found += [
        FieldProblem(at, "role", tr("a family has one head and another one is named already"))
        for at in heads[1:]
    ]
    for at, member in enumerate(form.members):
        found += [replace(problem, member=at) for problem in problems_of(member, today)]
    return found


def problems_of(form: PersonForm, today: date) -> list[FieldProblem]:
    """Everything about one person that cannot be."""
    return [
        *_unreadable(form),
        *_name_problems(form),
        *_fact_problems(form, today),
        *_document_problems(form, today),
        *_need_problems(form),
    ]


def _unreadable(form: PersonForm) -> Iterator[FieldProblem]:
    said: dict[str, object] = {one.name: getattr(form, one.name) for one in fields(form)}
    said["documents"] = [(paper.mrz, paper.override_reason) for paper in form.documents]
    said["answers"] = form.answers.needs
    for field, value in said.items():
        if not is_readable(value):
            yield FieldProblem(None, field, tr("this holds control signs, which nobody can see"))


def _name_problems(form: PersonForm) -> Iterator[FieldProblem]:
    reasons = (form.surnames, form.given)
    if not form.name and not any(
        isinstance(said, Missing) and said is not Missing.NOT_ASKED for said in reasons
    ):
        yield FieldProblem(
            None,
            "name",
            tr("a surname, a given name or the name in its own script is needed"),
            tr("If the person does not say a name, choose why; they are registered by their number."),
        )
    for field in (
        "surnames",
        "given",
        "name_native",
        "residence_since",
        "literacy",
        "civil_status",
        "occupation",
        "destination",
        "name_source",
        "name_order",
        "relation_proof",
    ):
        value = getattr(form, field)
        if isinstance(value, str) and not isinstance(value, Missing) and len(value) > LONGEST_TEXT:
            yield FieldProblem(None, field, tr("this is longer than {n} characters", n=LONGEST_TEXT))
    if any(len(name) > LONGEST_TEXT for name in form.also_known_as):
        yield FieldProblem(None, "also_known_as", tr("this is longer than {n} characters", n=LONGEST_TEXT))
    if len(form.note) > 10 * LONGEST_TEXT:
        yield FieldProblem(None, "note", tr("this is longer than a note may be"))


def _fact_problems(form: PersonForm, today: date) -> Iterator[FieldProblem]:
    if not isinstance(form.birth, Missing):
        try:
            read_birth(form.birth, today)
        except BadField as bad:
            yield FieldProblem(None, "birth", bad.sentence, bad.next_step)
    countries = [("birth_country", form.birth_country), ("last_residence", form.last_residence)]
    if not isinstance(form.nationality, Missing):
        countries += [("nationality", code) for code in form.nationality]
    for field, code in countries:
        if not isinstance(code, Missing) and iso3(code) is None:
            yield FieldProblem(
                None,
                field,
                tr("{text} is not a country", text=code[:40]),
                tr("Three letters, for example VEN."),
            )
    if not isinstance(form.languages, Missing):
        for text in form.languages:
            if not _LANGUAGE.fullmatch(text):
                yield FieldProblem(
                    None,
                    "languages",
                    tr("{text} is not a language code", text=text[:40]),
                    tr("Two or three letters, for example es or ht."),
                )


def _document_problems(form: PersonForm, today: date) -> Iterator[FieldProblem]:
    for paper in form.documents:
        if paper.document_type in _PAPERLESS and not isinstance(paper.number, Missing):
            yield FieldProblem(
                None,
                "documents",
                tr("a paper that is not there has no number"),
                tr("Choose which paper it is."),
            )
        if not isinstance(paper.number, Missing) and len(paper.number) > LONGEST_TEXT:
            yield FieldProblem(None, "documents", tr("this is longer than {n} characters", n=LONGEST_TEXT))
        if not isinstance(paper.issuer, Missing) and issuer_code(paper.issuer) is None:
            yield FieldProblem(
                None,
                "documents",
                tr("{text} does not issue documents", text=paper.issuer[:40]),
                tr("Three letters, for example VEN."),
            )
        if not isinstance(paper.expiry, Missing) and expiry_of(paper.expiry) is None:
            yield FieldProblem(
                None,
                "documents",
                tr("{text} is not a date", text=paper.expiry[:40]),
                tr("Write it like 2028-01-15."),
            )


def expiry_of(text: str) -> str | None:
    """A partial ISO date (``2028``, ``2028-01``, ``2028-01-15``) as it is, None for anything else."""
    try:
        date.fromisoformat(
            f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01" if len(text) == 7 else text
        )
    except ValueError:
        return None
    return text if re.fullmatch(r"\d{4}(-\d\d){0,2}", text) else None


def _need_problems(form: PersonForm) -> Iterator[FieldProblem]:
    if any(not re.fullmatch(r"[A-Z_]{2,40}", need) for need in form.bed_needs):
        yield FieldProblem(None, "needs", tr("a bed need is a code in capital letters"))
    if (
        len(msgspec.json.encode([need.encode("utf-8", "replace").decode() for need in form.answers.needs]))
        > NEEDS_LENGTH
    ):
        yield FieldProblem(
            None,
            "needs",
            tr("this is more than the sealed questions can hold"),
            tr("Note the codes only; the rest is for the protection officer."),
        )


def group_problems(form: ArrivalGroupForm, today: date, zone: str = "UTC") -> list[FieldProblem]:
    """Everything in the count of a group that cannot be; heads of unknown sex and age need no row."""
    found = []
    if not 1 <= form.head_count <= 10_000:
        found.append(FieldProblem(None, "head_count", tr("a group has between 1 and {n} people", n=10_000)))
    sexes, bands = {sex.value for sex in Sex}, {band.value for band in SheetBand}
    counts = [count for row in form.counted.values() for count in row.values()]
    if not set(form.counted) <= sexes or any(not set(row) <= bands for row in form.counted.values()):
        found.append(FieldProblem(None, "counted", tr("counts are by sex and age band")))
    elif any(isinstance(count, bool) or count < 0 for count in counts):
        found.append(FieldProblem(None, "counted", tr("a count is a whole number, 0 or more")))
    elif sum(counts) > form.head_count:
        found.append(
            FieldProblem(
                None,
                "counted",
                tr(
                    "the counts by sex and age add up to {n}, more than {heads} people",
                    n=sum(counts),
                    heads=form.head_count,
                ),
            )
        )
    if form.arrived_at is not None and form.arrived_at.astimezone(ZoneInfo(zone)).date() > today:
        found.append(FieldProblem(None, "arrived_at", tr("this arrival is still to come")))
    return found
