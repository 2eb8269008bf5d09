"""People and families as they stand at the desk: the form of a registration, ages in words, who is a child.

Nothing here is made up: a field of the form is a value or the reason why there is none, and an answer nobody
asked for says so. What is checked of a form stands in ``core/family_checks.py`` and ``core/family_warnings.py``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from shelterdesk.core.birth import (
    ADULT_AT,
    MAX_AGE,
    UNKNOWN,
    Birth,
    Precision,
    age_range,
    from_stored,
    is_minor,
    treat_as_child,
)
from shelterdesk.core.errors import BadField
from shelterdesk.core.names import display_name, is_placeholder
from shelterdesk.core.vocabulary import (
    DocumentType,
    EntryKind,
    EntryRoute,
    HouseholdRole,
    Level,
    Missing,
    Relation,
    Sex,
)
from shelterdesk.core.words import ntr, ptr, tr

LONGEST_TEXT = 200
"""Most characters of a name or another short text of the form."""


class BedNeed(StrEnum):
    """What a bed must offer; open, because whoever gives a bed has to know it (DOMAIN §5)."""

    LOWER_BUNK = "LOWER_BUNK"
    STEP_FREE = "STEP_FREE"
    NEAR_TOILET = "NEAR_TOILET"
    QUIET = "QUIET"
    COT = "COT"
    POWER = "POWER"
    WIDE = "WIDE"


class Answer(StrEnum):
    """What somebody answered to a question of the intake."""

    YES = "yes"
    NO = "no"


Said = Answer | Missing


@dataclass(frozen=True, slots=True)
class IntakeAnswers:
    """The sealed questions of the quick registration, and specific-need codes noted with them (DOMAIN §5)."""

    pregnant: Said = Missing.NOT_ASKED
    mobility: Said = Missing.NOT_ASKED
    medical_today: Said = Missing.NOT_ASKED
    child_alone: Said = Missing.NOT_ASKED
    feels_unsafe: Said = Missing.NOT_ASKED
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentForm:
    """A paper a person carries; ``expiry`` is a partial ISO date, ``mrz`` the zone's lines as read."""

    document_type: DocumentType
    number: str | Missing = Missing.NOT_ASKED
    issuer: str | Missing = Missing.NOT_ASKED
    expiry: str | Missing = Missing.NOT_ASKED
    mrz: str = ""
    override_reason: str = ""


@dataclass(frozen=True, slots=True)
class PersonForm:
    """One person as the form holds them.

    ``birth`` is a stored form of ``core/birth.py``; countries are ISO 3166 alpha-3 or ICAO's XX codes;
    languages ISO 639. ``place`` is the code or id of a bed, room or block to lodge them in at once.
    """

    surnames: str | Missing = ""
    given: str | Missing = ""
    name_native: str = ""
    also_known_as: tuple[str, ...] = ()
    single_name: bool | None = None
    name_source: str = ""
    name_order: str = ""
    sex: Sex | Missing = Missing.NOT_ASKED
    birth: str | Missing = Missing.NOT_ASKED
    nationality: tuple[str, ...] | Missing = Missing.NOT_ASKED
    birth_country: str | Missing = Missing.NOT_ASKED
    last_residence: str | Missing = Missing.NOT_ASKED
    languages: tuple[str, ...] | Missing = Missing.NOT_ASKED
    residence_since: str | Missing = ""
    literacy: str | Missing = ""
    interpreter: bool | Missing | None = None
    civil_status: str | Missing = ""
    occupation: str | Missing = ""
    destination: str | Missing = ""
    note: str = ""
    level: Level | None = None
    entry_kind: EntryKind = EntryKind.ARRIVED
    documents: tuple[DocumentForm, ...] = ()
    role: HouseholdRole | None = None
    relation: Relation | Missing = Missing.NOT_ASKED
    relation_proof: str = ""
    bed_needs: tuple[str, ...] = ()
    answers: IntakeAnswers = IntakeAnswers()
    place: str | None = None

    @property
    def name(self) -> str:
        """The name as shown; empty when nobody has said one."""
        return display_name(said_text(self.surnames), said_text(self.given), self.name_native)


OPEN_FIELDS = (
    "surnames",
    "given",
    "name_native",
    "also_known_as",
    "single_name",
    "name_source",
    "name_order",
    "sex",
    "birth",
    "nationality",
    "birth_country",
    "last_residence",
    "languages",
    "residence_since",
    "literacy",
    "interpreter",
    "civil_status",
    "occupation",
    "destination",
    "note",
)
"""Fields of the form that are fields of the record, under the same name."""


@dataclass(frozen=True, slots=True)
class FamilyForm:
    """People registered together.

    ``household`` is the number or id of a household they join, None for a new one; ``arrival_group`` the
    token or id they are named out of; ``arrived_at`` an aware time, None for now.
    """

    members: tuple[PersonForm, ...]
    household: str | None = None
    arrival_group: str | None = None
    arrived_at: datetime | None = None
    entry_route: EntryRoute | Missing = Missing.NOT_ASKED
    note: str = ""


@dataclass(frozen=True, slots=True)
class ArrivalGroupForm:
    """People counted before anybody is named: ``counted`` maps sex to age band (as on the sheet) to heads."""

    head_count: int
    counted: Mapping[str, Mapping[str, int]]
    arrived_at: datetime | None = None
    mode: str = ""
    vehicle: str = ""
    entry_route: EntryRoute | Missing = Missing.NOT_ASKED
    note: str = ""


def said_text(value: str | Missing) -> str:
    """A text, or nothing where a reason stands instead."""
    return "" if isinstance(value, Missing) else value


def tidy_text(text: str) -> str:
    """A typed text, composed (NFC), without control signs, direction marks and doubled spaces.

    Joiners stay: Persian, Bengali and others are written with them.
    """
    if text.isascii() and text.isprintable():  # most texts: nothing but spaces to look at
        return " ".join(text.split())
    kept = (
        " " if sign.isspace() else sign
        for sign in unicodedata.normalize("NFC", text)
        if sign.isspace() or (unicodedata.category(sign) not in ("Cc", "Cs") and sign not in TURNING)
    )
    return " ".join("".join(kept).split())


def isolated(name: str) -> str:
    """A name to be set among other words of a line on the screen: one written from the right keeps to itself.

    Without the isolates numbers beside it change sides (UAX #9 §2.7). Other names are returned as they are.
    """
    is_from_right = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name)
    return f"\u2068{name}\u2069" if is_from_right else name


TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the direction of what stands around them: a name must not turn its card."""


def tidy_name(text: str) -> str:
    """A part of a name as stored: FNU, LNU and dashes that stand for no name become nothing."""
    clean = tidy_text(text)
    return "" if is_placeholder(clean) else clean


def document_key(number: str) -> str:
    """A document number as stored and looked up: letters and digits in capitals, without spaces and signs."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", number).upper() if sign.isalnum())


def person_values(form: PersonForm) -> dict[str, Any]:
    """The fields of the record that a form gives: values, reasons, and nothing for what is left empty."""
    values: dict[str, Any] = {}
    for name in OPEN_FIELDS:
        value = getattr(form, name)
        if isinstance(value, Missing):
            values[name] = value
        elif isinstance(value, tuple):
            if value:
                values[name] = list(value)
        elif isinstance(value, StrEnum):
            values[name] = value.value
        elif value not in ("", None):
            values[name] = value
    return values


def level_of(form: PersonForm) -> Level:
    """How far the registration has come: complete once everything of the full form was at least asked."""
    if form.level is not None:
        return form.level
    asked = (form.sex, form.birth, form.nationality, form.birth_country, form.last_residence, form.languages)
    whole = bool(form.documents) and all(value is not Missing.NOT_ASKED for value in asked)
    return Level.COMPLETE if whole else Level.QUICK


def birth_of(stored: str | Missing | None) -> Birth:
    """The birth of a stored text; unknown for a reason, for nothing, and for a form of a newer program."""
    if stored is None or isinstance(stored, Missing) or not stored:
        return UNKNOWN
    try:
        return from_stored(stored)
    except BadField:
        return UNKNOWN


def is_child(stored: str | Missing | None, on: date) -> bool:
    """Whether somebody is treated as a child on a day: in doubt about age, a child (DESIGN §2.6)."""
    return treat_as_child(birth_of(stored), on)


def is_surely_adult(stored: str | Missing | None, on: date) -> bool:
    """Whether somebody is 18 or older on a day beyond doubt."""
    return is_minor(birth_of(stored), on) is False


def age_words(stored: str | Missing | None, on: date) -> str:
    """An age for a list: ``36``, ``about 40``, ``30–40``, ``7 months``, ``adult``, or not known."""
    birth = birth_of(stored)
    ages = age_range(birth, on)
    if ages is None or birth.latest is None:
        return tr("age not known")
    least, most = ages
    if birth.precision is Precision.AGE_EST and ".." in (birth.stored or ""):
        said_least, said_most = _said_years(birth.stored or "")
        if (said_least, said_most) == (ADULT_AT, MAX_AGE):
            return ptr("age", "adult")
        if (said_least, said_most) == (0, ADULT_AT - 1):
            return ptr("age", "child")
        return f"{said_least}–{said_most}"
    if most < 2 and birth.precision is not Precision.YEAR:
        return ntr("{n} month", "{n} months", _months(birth.latest, on))
    if birth.precision is Precision.AGE_EST:
        return tr("about {age}", age=least)
    return str(least) if least == most else f"{least}–{most}"


def _said_years(stored: str) -> tuple[int, int]:
    """The least and the most years of ``~1986..1996/2026-11-23``, as they were said."""
    years, _, said_on = stored.removeprefix("~").partition("/")
    first, _, last = years.partition("..")
    year = int(said_on[:4])
    return year - int(last), year - int(first)


def _months(born: date, on: date) -> int:
    return max(0, (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day))


def household_words(births: Iterable[str | None], on: date) -> str:
    """A household in a line: ``2 adults, 3 children (1 under 1 year), 1 of uncertain age``; nobody gives an empty text.

    Adult, child and under one year are those who surely are; whoever may be either is told apart, for the family reads
    it too (a rule that asks for a child takes them for one: ``treat_as_child``).
    """
    held = [birth_of(birth) for birth in births]
    children = [birth for birth in held if is_minor(birth, on)]
    unknown = sum(is_minor(birth, on) is None for birth in held)
    infants = sum(1 for birth in children if (ages := age_range(birth, on)) is not None and ages[1] < 1)
    parts = []
    if adults := len(held) - len(children) - unknown:
        parts.append(ntr("{n} adult", "{n} adults", adults))
    if children:
        parts.append(ntr("{n} child", "{n} children", len(children)))
    if infants:
        parts[-1] = tr(
            "{children} ({infants})",
            children=parts[-1],
            infants=ntr("{n} under 1 year", "{n} under 1 year", infants),
        )
    if unknown:
        parts.append(ntr("{n} of uncertain age", "{n} of uncertain age", unknown))
    return ", ".join(parts)


def choose_head(members: Iterable[tuple[HouseholdRole | None, str | Missing | None]], on: date) -> int | None:
    """Who of (role, stored birth) becomes head if nobody is named: the first sure adult, else the first.

    An adult who only travels along is not chosen before the family itself.
    """
    ranked = sorted(
        (role is HouseholdRole.ACCOMP_ADULT, not is_surely_adult(birth, on), at)
        for at, (role, birth) in enumerate(members)
    )
    return ranked[0][2] if ranked else None


def unnamed_present(head_count: int | None, named: int, *, is_closed: bool) -> int:
    """Heads of a group still without a name: counted less named, until the group is closed (DOMAIN §2).

    Naming more than were counted leaves none; that the count was wrong is seen from both numbers.
    """
    return 0 if is_closed else max(0, (head_count or 0) - named)
