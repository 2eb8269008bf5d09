"""What was written apart, in the words of the field: severities, records, fields of every kind, answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from shelterdesk.core import countries
from shelterdesk.core.birth import reading
from shelterdesk.core.errors import BadField
from shelterdesk.core.field_words import (
    bed_need_words,
    document_words,
    end_words,
    entry_words,
    field_label,
    kind_words,
    level_words,
    missing_words,
    relation_words,
    route_words,
    sex_words,
)
from shelterdesk.core.languages import language_name
from shelterdesk.core.moment import from_milliseconds, read_moment
from shelterdesk.core.people import birth_of
from shelterdesk.core.severity import Severity
from shelterdesk.core.words import tr


class Named(Protocol):
    """Whose record it is, or what it is called."""

    @property
    def number(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...


def severity_words(grave: Severity) -> str:
    """A severity in a word or two."""
    return tr("conflict") if grave is Severity.CONFLICT else tr("parallel change")


def subject_words(one: Named) -> str:
    """Number and name of whose record it is; what it is called where it is nobody's."""
    return " · ".join(part for part in (one.number, one.name or one.title) if part) or "–"


def record_words(kind: str) -> str:
    """A kind of record, for the line that says where the field stands; nothing for a person's own fields."""
    if kind == "person":
        return ""
    said = {
        "household": lambda: tr("family"),
        "screening": lambda: tr("screening"),
        "dose": lambda: tr("dose of a vaccine"),
        "health_note": lambda: tr("health note"),
        "health_referral": lambda: tr("referral"),
        "intake_answers": lambda: tr("answers at the intake"),
        "specific_need": lambda: tr("specific need"),
        "child_status": lambda: tr("child alone or separated"),
        "referral": lambda: tr("referral"),
        "tracing": lambda: tr("search for family"),
        "note": lambda: tr("protection note"),
        "contact": lambda: tr("way to reach somebody"),
        "place": lambda: tr("place of the site"),
        "arrival_group": lambda: tr("arrival"),
        "service_type": lambda: tr("kind of service"),
        "transfer": lambda: tr("transfer"),
        "facility_day": lambda: tr("day of the site"),
        "daily_sheet": lambda: tr("daily sheet"),
        "setting": lambda: tr("setting"),
        "station": lambda: tr("station"),
    }
    return said[kind]() if kind in said else kind_words(kind)


def field_words(kind: str, name: str) -> str:
    """What a field of any kind is called; a field of a newer program by its number."""
    if name == "void":
        return tr("Whether it counts")
    if name == "sealed":
        return tr("sealed entry")
    if name.startswith("#"):
        return tr("newer field {n}", n=name[1:])
    if kind == "person":
        return field_label(name)
    return _FIELDS[name]() if name in _FIELDS else field_label(name)


_FIELDS: Mapping[str, Callable[[], str]] = {
    "accepted_at": lambda: tr("Accepted"),
    "cause": lambda: tr("Cause"),
    "child_alone": lambda: tr("Child alone"),
    "dose_number": lambda: tr("Dose number"),
    "feels_unsafe": lambda: tr("Feels unsafe"),
    "findings": lambda: tr("Findings"),
    "given_at": lambda: tr("Given"),
    "given_on": lambda: tr("Given"),
    "lot": lambda: tr("Lot"),
    "medical_today": lambda: tr("Needs care today"),
    "mobility": lambda: tr("Mobility"),
    "needs": lambda: tr("Needs"),
    "next_due": lambda: tr("Next due"),
    "pregnant": lambda: tr("Pregnant"),
    "status": lambda: tr("Status"),
    "temperature_c": lambda: tr("Temperature"),
    "text": lambda: tr("Text"),
    "to_agency": lambda: tr("Referred to"),
    "vaccine": lambda: tr("Vaccine"),
    "accessible": lambda: tr("Step-free"),
    "answer": lambda: tr("Answer"),
    "arrival_group": lambda: tr("Arrived with"),
    "arrived_at": lambda: tr("Arrived"),
    "at_counter": lambda: tr("Shown at the counter"),
    "at_entry": lambda: tr("Shown when coming in"),
    "at_exit": lambda: tr("Shown when going out"),
    "bed_need": lambda: tr("Bed need"),
    "blocked_places": lambda: tr("Blocked places"),
    "boarded_at": lambda: tr("Boarded"),
    "bound_at": lambda: tr("Given"),
    "capacity": lambda: tr("Places"),
    "closed": lambda: tr("Closed"),
    "closed_at": lambda: tr("Closed"),
    "code": lambda: tr("Code"),
    "counted": lambda: tr("Counted"),
    "departed_at": lambda: tr("Departed"),
    "destination": lambda: tr("Destination"),
    "document_number": lambda: tr("Document number"),
    "document_type": lambda: tr("Kind of document"),
    "end_reason": lambda: tr("Why it ended"),
    "expires_on": lambda: tr("Good until"),
    "expiry": lambda: tr("Good until"),
    "from_at": lambda: tr("From"),
    "happened_at": lambda: tr("When"),
    "head_count": lambda: tr("Heads counted"),
    "holds_back": lambda: tr("Holds back"),
    "household": lambda: tr("Family"),
    "instruction": lambda: tr("What to do"),
    "issuer": lambda: tr("Issued by"),
    "lifted_by_role": lambda: tr("Lifted by"),
    "movement": lambda: tr("At the gate"),
    "name": lambda: tr("Name"),
    "origin": lambda: tr("From where"),
    "other": lambda: tr("The other person"),
    "parent": lambda: tr("Lies in"),
    "person": lambda: tr("Person"),
    "place": lambda: tr("Bed"),
    "planned_at": lambda: tr("Planned for"),
    "portions": lambda: tr("Portions"),
    "purpose": lambda: tr("Consent for"),
    "quarter": lambda: tr("Quarter"),
    "reason": lambda: tr("Reason"),
    "relation": lambda: tr("Relation"),
    "replaced_by": lambda: tr("Replaced by"),
    "revoked_at": lambda: tr("No longer good since"),
    "revoked_reason": lambda: tr("Why no longer good"),
    "role": lambda: tr("Place in the family"),
    "serial": lambda: tr("Number"),
    "service_day": lambda: tr("Day"),
    "service_type": lambda: tr("Service"),
    "state": lambda: tr("State"),
    "to_at": lambda: tr("Until"),
    "transfer": lambda: tr("Transfer"),
    "until": lambda: tr("Until"),
    "value": lambda: tr("Value"),
    "verdict": lambda: tr("Same person or not"),
    "withdrawn_at": lambda: tr("Withdrawn"),
}


def answer_words(kind: str, name: str, value: Any, label: str | None, zone: str) -> str:
    """An answer in words, with the reason where there is none; a reference by what people call it (``label``)."""
    if name == "void":
        if value is None:
            return tr("it counts")
        return tr("entered by mistake: {reason}", reason=_reason(value))
    if value is None or value == "":
        return tr("nothing")
    if name == "sealed" and isinstance(value, Mapping):
        said = (
            f"{field_words(kind, n)}: {answer_words(kind, n, one, None, zone)}" for n, one in value.items()
        )
        return "\n".join(said)
    if isinstance(value, Mapping) and "missing" in value:
        return missing_words(str(value["missing"]))
    if label is not None:
        return label
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, str):
        return _text_words(kind, name, value, zone)
    if isinstance(value, Sequence):
        return ", ".join(_text_words(kind, name, str(one), zone) for one in value) or tr("nothing")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {said}" for key, said in _flat(value))
    return str(value)


def _text_words(kind: str, name: str, value: str, zone: str) -> str:
    if name == "birth":
        return reading(birth_of(value))
    if name in _COUNTRIES:
        return countries.name(value)
    if name == "languages":
        return language_name(value)
    if name.endswith("_at"):
        return _moment(value, zone)
    if name == "role":
        return tr("head of the family") if value == "HEAD" else tr("member")
    if name == "verdict":
        return tr("the same person") if value == "same" else tr("not the same person")
    if name in _CODES:
        return _CODES[name](value)
    if len(value) == 32 and all(sign in "0123456789abcdef" for sign in value):
        return tr("a record that has not arrived yet")
    return value


_COUNTRIES = frozenset({"nationality", "birth_country", "last_residence", "issuer"})
_CODES: Mapping[str, Callable[[str], str]] = {
    "sex": sex_words,
    "level": level_words,
    "entry_route": route_words,
    "entry_kind": entry_words,
    "relation": relation_words,
    "document_type": document_words,
    "bed_need": bed_need_words,
    "end_reason": end_words,
}


def _moment(stored: str, zone: str) -> str:
    try:
        return f"{read_moment(stored, zone):%Y-%m-%d %H:%M}"
    except BadField:
        return stored


def _reason(value: Any) -> str:
    reason = str(value.get("reason", "")) if isinstance(value, Mapping) else ""
    return tr("taken back") if reason == "undo" else reason or "–"


def _flat(value: Mapping[Any, Any], before: str = "") -> Sequence[tuple[str, str]]:
    """The members of an object with the names above them, as deep as they go."""
    found: list[tuple[str, str]] = []
    for key, said in value.items():
        name = f"{before} {key}".strip()
        found += _flat(said, name) if isinstance(said, Mapping) else [(name, str(said))]
    return found


def at_words(at_ms: int, written_in: str, here: str, now: datetime) -> str:
    """When something was written by the clock there: the time today, else the day too; another zone is named."""
    there = from_milliseconds(at_ms).astimezone(ZoneInfo(written_in))
    same_day = there.date() == now.astimezone(ZoneInfo(written_in)).date()
    said = f"{there:%H:%M}" if same_day else f"{there:%Y-%m-%d %H:%M}"
    return said if written_in == here else f"{said} ({written_in})"
