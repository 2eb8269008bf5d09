"""A family as it is typed at the desk: plain values that can be kept as a draft, and the form they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from shelterdesk.core.birth import Precision, read_birth, reading
from shelterdesk.core.errors import BadField
from shelterdesk.core.family_tidy import tidy
from shelterdesk.core.people import (
    Answer,
    DocumentForm,
    FamilyForm,
    IntakeAnswers,
    PersonForm,
    Said,
    age_words,
    birth_of,
    said_text,
)
from shelterdesk.core.vocabulary import DocumentType, EntryRoute, Missing, Relation, Sex
from shelterdesk.core.words import ptr, tr
from shelterdesk.ui.screens.people_words import sex_words

NAMES = ("surnames", "given", "name_native")
CODED = ("nationality", "birth_country", "last_residence", "languages", "relation", "document_type")
QUESTIONS = ("pregnant", "mobility", "medical_today", "feels_unsafe", "child_alone")
FIELDS = (*NAMES, "birth", "sex", *CODED, "document_number", *QUESTIONS)
"""Everything of one person that is typed, in the order of typing."""

PAPERLESS = frozenset({DocumentType.NONE, DocumentType.LOST_IN_ROUTE, DocumentType.STOLEN})

_REASONS = frozenset({Missing.UNKNOWN, Missing.REFUSED, Missing.NOT_ASKED})
Code = TypeVar("Code", Sex, Relation, DocumentType, EntryRoute)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in one field: the text, the codes it was understood as, or the reason why there is none.

    ``proposed`` says that nobody typed it: the program put it there and it may be overwritten.
    """

    text: str = ""
    codes: tuple[str, ...] = ()
    reason: Missing | None = None
    proposed: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed here: no text, no reason, or only a proposal."""
        return self.proposed or (not self.text.strip() and not self.codes and self.reason is None)

    def as_plain(self) -> dict[str, Any]:
        """As JSON values, without what is not there."""
        plain: dict[str, Any] = {}
        if self.text:
            plain["text"] = self.text
        if self.codes:
            plain["codes"] = list(self.codes)
        if self.reason is not None:
            plain["reason"] = self.reason.value
        if self.proposed:
            plain["proposed"] = True
        return plain

    @classmethod
    def from_plain(cls, plain: object) -> Typed:
        """From what :meth:`as_plain` gave; anything else is an empty field."""
        if not isinstance(plain, Mapping):
            return EMPTY
        reason = plain.get("reason")
        return cls(
            str(plain.get("text", "")),
            tuple(str(code) for code in plain.get("codes", ())),
            Missing(reason) if reason in {one.value for one in _REASONS} else None,
            plain.get("proposed") is True,
        )


EMPTY = Typed()


@dataclass(frozen=True, slots=True)
class Zone:
    """What a scanned document said beyond the fields of the form; goes with the number it was read with."""

    lines: str
    number: str
    issuer: str
    expiry: str
    single_name: bool
    mistake: str = ""

    def as_plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_plain(cls, plain: object) -> Zone | None:
        """From what :meth:`as_plain` gave; None for anything else."""
        if not isinstance(plain, Mapping) or not plain.get("lines"):
            return None
        texts = {
            name: str(plain.get(name, "")) for name in ("lines", "number", "issuer", "expiry", "mistake")
        }
        return cls(single_name=plain.get("single_name") is True, **texts)


@dataclass(frozen=True, slots=True)
class TypedPerson:
    """One member of the family as typed: :data:`FIELDS` by name, and the document read by the scanner."""

    fields: Mapping[str, Typed] = field(default_factory=dict)
    zone: Zone | None = None

    def __getitem__(self, name: str) -> Typed:
        return self.fields.get(name, EMPTY)

    @property
    def is_blank(self) -> bool:
        """Whether nothing of this person was typed; a proposal is nothing typed."""
        return self.zone is None and all(self[name].is_empty for name in FIELDS)

    @property
    def name(self) -> str:
        """The name for a tile, given names first as it is called out; empty when there is none."""
        parts = [self["given"].text.strip(), self["surnames"].text.strip()]
        return " ".join(part for part in parts if part) or self["name_native"].text.strip()

    def as_plain(self) -> dict[str, Any]:
        """As JSON values, without what is not there."""
        plain: dict[str, Any] = {name: said for name, one in self.fields.items() if (said := one.as_plain())}
        if self.zone is not None:
            plain["zone"] = self.zone.as_plain()
        return plain

    @classmethod
    def from_plain(cls, plain: object) -> TypedPerson:
        """From what :meth:`as_plain` gave; fields it does not know are left out."""
        if not isinstance(plain, Mapping):
            return cls()
        fields = {name: Typed.from_plain(plain[name]) for name in FIELDS if name in plain}
        return cls(fields, Zone.from_plain(plain.get("zone")))


def person_form(typed: TypedPerson, place: str | None = None, *, is_first: bool = False) -> PersonForm:
    """The form of a registration that the typed values mean; ``is_first`` has no relation to anybody."""
    zone = typed.zone
    return PersonForm(
        surnames=_text(typed["surnames"]),
        given=_text(typed["given"]),
        name_native=typed["name_native"].text.strip(),
        single_name=True if zone is not None and zone.single_name else None,
        sex=_code(typed["sex"], Sex),
        birth=typed["birth"].reason or typed["birth"].text.strip() or Missing.NOT_ASKED,
        nationality=_several(typed["nationality"]),
        birth_country=_one(typed["birth_country"]),
        last_residence=_one(typed["last_residence"]),
        languages=_several(typed["languages"]),
        documents=_documents(typed),
        relation=Missing.NOT_ASKED if is_first else _code(typed["relation"], Relation),
        answers=IntakeAnswers(
            pregnant=_said(typed["pregnant"]),
            mobility=_said(typed["mobility"]),
            medical_today=_said(typed["medical_today"]),
            child_alone=_said(typed["child_alone"]),
            feels_unsafe=_said(typed["feels_unsafe"]),
        ),
        place=place,
    )


def family_form(
    people: Sequence[TypedPerson],
    places: Sequence[str] = (),
    *,
    household: str | None = None,
    group: str | None = None,
    arrived_at: Any = None,
    route: str = "",
) -> FamilyForm:
    """The whole family; ``places`` has a code for each, the last one holding for all after it."""
    given = [places[min(at, len(places) - 1)] if places else None for at in range(len(people))]
    return FamilyForm(
        tuple(
            person_form(one, place, is_first=at == 0)
            for at, (one, place) in enumerate(zip(people, given, strict=True))
        ),
        household,
        group,
        arrived_at,
        EntryRoute(route) if route in set(EntryRoute) else Missing.NOT_ASKED,
    )


def _text(typed: Typed) -> str | Missing:
    return typed.reason or typed.text.strip()


def _code(typed: Typed, codes: type[Code]) -> Code | Missing:
    if typed.codes and typed.codes[0] in {one.value for one in codes}:
        return codes(typed.codes[0])
    return typed.reason or Missing.NOT_ASKED


def _several(typed: Typed) -> tuple[str, ...] | Missing:
    left = tuple(part for part in (part.strip() for part in typed.text.split(",")) if part)
    return typed.codes or typed.reason or left or Missing.NOT_ASKED


def _one(typed: Typed) -> str | Missing:
    return typed.codes[0] if typed.codes else typed.reason or typed.text.strip() or Missing.NOT_ASKED


def _said(typed: Typed) -> Said:
    return Answer(typed.codes[0]) if typed.codes else typed.reason or Missing.NOT_ASKED


def _documents(typed: TypedPerson) -> tuple[DocumentForm, ...]:
    number = typed["document_number"]
    kind = _code(typed["document_type"], DocumentType)
    if isinstance(kind, Missing):
        if not number.text.strip():
            return ()
        kind = DocumentType.OTHER
    if kind in PAPERLESS:
        return (DocumentForm(kind, Missing.NOT_APPLICABLE),)
    said = number.reason or number.text.strip() or Missing.NOT_ASKED
    zone = typed.zone
    if zone is None:
        return (DocumentForm(kind, said),)
    return (
        DocumentForm(kind, said, zone.issuer or Missing.UNKNOWN, zone.expiry or Missing.UNKNOWN, zone.lines),
    )


def birth_aside(text: str, today: date) -> str:
    """How a birth was understood, short enough for a label's end: ``→ 2016, year only``, ``→ about 2016``."""
    if not text.strip():
        return ""
    try:
        birth = read_birth(text, today)
    except BadField:
        return ""
    if birth.precision is Precision.AGE_EST and birth.stored is not None:
        years = birth.stored.removeprefix("~").partition("/")[0]
        first, _, last = years.partition("..")
        if not last:
            said = tr("about {year}", year=first)
        elif (age := age_words(birth.stored, today)) and not age[0].isdigit():
            said = age
        else:
            said = tr("{first} to {last}", first=first, last=last)
    elif birth.precision is Precision.MONTH:
        said = reading(birth).partition(",")[0]
    else:
        said = reading(birth)
    return tr("→ {reading}", reading=said)


def tile_detail(typed: TypedPerson, today: date) -> str:
    """The line below a name on its tile: ``M · 2016 · CHL``."""
    form = tidy(person_form(typed), today)
    parts = ["" if isinstance(form.sex, Missing) else str(form.sex)]
    if not isinstance(form.birth, Missing):
        birth = birth_of(form.birth)
        if birth.precision is Precision.AGE_EST:
            parts.append(age_words(form.birth, today))
        elif birth.stored is not None:
            parts.append(birth.stored)
    if not isinstance(form.nationality, Missing):
        parts.append(" ".join(form.nationality))
    return " · ".join(part for part in parts if part)


def proposed_surnames(people: Iterable[TypedPerson]) -> str:
    """What a further member is probably called: as the first one is."""
    return next((text for one in people if (text := said_text(_text(one["surnames"])))), "")


def yes_no() -> tuple[tuple[str, str, str], ...]:
    """Value, sign to type and words of the answers to a sealed question."""
    return (
        (Answer.YES.value, ptr("sign", "Y"), tr("yes")),
        (Answer.NO.value, ptr("sign", "N"), tr("no")),
    )


def sexes() -> tuple[tuple[str, str, str], ...]:
    """Value, sign to type and words of the sexes."""
    return tuple((sex.value, sex.value, sex_words(sex.value)) for sex in Sex)


def question_words(name: str) -> str:
    """A sealed question as its label, short enough for a quarter of the form."""
    said: dict[str, Callable[[], str]] = {
        "pregnant": lambda: tr("Pregnant"),
        "mobility": lambda: tr("Needs help walking"),
        "medical_today": lambda: tr("Needs care today"),
        "feels_unsafe": lambda: tr("Feels unsafe"),
        "child_alone": lambda: tr("Child alone"),
    }
    return said[name]()
