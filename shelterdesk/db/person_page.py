"""One person as a page: everything open that is recorded of them, now or as it was known at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shelterdesk.core.birth import age_band, age_range
from shelterdesk.core.counter import ServiceRule
from shelterdesk.core.kinds import (
    BED_NEED,
    CARD,
    CONSENT,
    FLAG,
    HOUSEHOLD,
    MEMBERSHIP,
    MOVEMENT,
    PERSON,
    RELATION,
    SAME_AS,
    SERVICE,
    STAY,
    TRANSFER_LINE,
    TRAVEL_DOCUMENT,
    VOID,
    FieldType,
    Kind,
)
from shelterdesk.core.moment import from_milliseconds, moment_text, read_moment
from shelterdesk.core.names import display_name
from shelterdesk.core.people import birth_of, household_words
from shelterdesk.core.presence import Moved, intervals
from shelterdesk.core.timeline import TimelineEntry
from shelterdesk.core.vocabulary import EntryKind, HouseholdRole, Missing, MovementKind
from shelterdesk.db.history import HistoryEntry, history
from shelterdesk.db.person_records import (
    Conflict,
    Record,
    conflicts_of,
    labelled,
    linked,
    record_at,
    record_now,
    user_name,
)
from shelterdesk.db.services import services
from shelterdesk.db.store import Reader
from shelterdesk.db.travelled import Travelled, travelled

SECTIONS: dict[str, tuple[Kind, str]] = {
    "memberships": (MEMBERSHIP, "person"),
    "documents": (TRAVEL_DOCUMENT, "person"),
    "stays": (STAY, "person"),
    "movements": (MOVEMENT, "person"),
    "services": (SERVICE, "person"),
    "cards": (CARD, "person"),
    "flags": (FLAG, "person"),
    "bed_needs": (BED_NEED, "person"),
    "consents": (CONSENT, "person"),
    "relations": (RELATION, "person"),
    "related_to": (RELATION, "other"),
    "transfers": (TRANSFER_LINE, "person"),
    "same_as": (SAME_AS, "person"),
    "same_as_other": (SAME_AS, "other"),
}
"""Parts of the page, with the kind each shows and the column that names the person."""


ASKED = frozenset(
    {
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
        "entry_route",
    }
)
"""Fields that are questions: without a value and without a reason they were not asked."""


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field of the person: its value, or why there is none (None too for what is no question)."""

    name: str
    value: Any
    missing: str | None


@dataclass(frozen=True, slots=True)
class MemberShown:
    """Somebody in the same household."""

    ent: str
    number: str
    name: str
    role: str
    relation: str | None
    is_head: bool


@dataclass(frozen=True, slots=True)
class HouseholdShown:
    """The household on a page; ``words`` is its size in a line."""

    ent: str
    number: str
    words: str
    members: tuple[MemberShown, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the person or a record of theirs, with the names of who made it and at which desk."""

    at_ms: int
    user: str
    desk: str
    kind: str
    ent: str
    is_creation: bool
    values: Mapping[str, Any]
    set_aside: str | None
    clock_doubt: bool
    is_clock_corrected: bool = False


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything open about one person; ``sections`` by the names of :data:`SECTIONS`."""

    ent: str
    number: str
    name: str
    record: Record
    fields: tuple[FieldShown, ...]
    is_present: bool
    age_at_arrival: tuple[int, int] | None
    age_band: str
    household: HouseholdShown | None
    sections: Mapping[str, tuple[Record, ...]]
    timeline: tuple[TimelineEntry, ...]
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    services: Mapping[str, ServiceRule]
    """The services there are by their codes, for the names of what was received."""
    travelled: Travelled | None = None
    """How far the entries on this page have come; None for a page of the past."""


def person_page(reader: Reader, ent: bytes, upto_ms: int | None = None) -> PersonPage | None:
    """The page of a person; None for one not there (or not yet, at ``upto_ms``, UTC milliseconds)."""
    conn, roster = reader.conn, reader.roster
    found = (
        record_now(conn, PERSON, ent, roster)
        if upto_ms is None
        else record_at(conn, PERSON, ent, upto_ms, roster)
    )
    if found is None:
        return None
    record = labelled(conn, [found])[0]
    sections = {
        name: tuple(labelled(conn, linked(conn, kind, column, ent, roster, upto_ms)))
        for name, (kind, column) in SECTIONS.items()
    }
    arrived = _arrival_day(record, reader.who.zone)
    ents = [record.ent, *dict.fromkeys(one.ent for part in sections.values() for one in part)]
    birth = birth_of(record.values.get("birth"))
    return PersonPage(
        ent=record.ent,
        number=record.text("number"),
        name=_name(record),
        record=record,
        fields=_fields(record),
        is_present=record.void is None and _is_present(record, sections["movements"]),
        age_at_arrival=age_range(birth, arrived) if arrived is not None else None,
        age_band=age_band(birth, arrived) if arrived is not None else "unk",
        household=_household(reader, sections["memberships"], arrived, upto_ms),
        sections=sections,
        timeline=_timeline(record, sections, reader.who.zone),
        changes=_changes(reader, ents, upto_ms),
        conflicts=tuple(conflicts_of(conn, ents)) if upto_ms is None else (),
        services=services(conn).rules if sections["services"] else {},
        travelled=_travelled(reader, ents) if upto_ms is None else None,
    )


def _travelled(reader: Reader, ents: Sequence[str]) -> Travelled:
    office = reader.roster.office
    who = reader.who
    return travelled(
        reader.conn, [bytes.fromhex(ent) for ent in ents], who.dev, None if office is None else office.dev
    )


def _name(record: Record) -> str:
    return display_name(record.text("surnames"), record.text("given"), record.text("name_native"))


def _arrival_day(record: Record, zone: str) -> date | None:
    """The local day of arrival, as the stored moment itself shows it."""
    said = record.text("arrived_at")
    if not said or record.ms("arrived_at") is None:
        return None
    return read_moment(said, zone).date()


def _fields(record: Record) -> tuple[FieldShown, ...]:
    shown = []
    for one in PERSON.fields:
        if one.number == VOID:
            continue
        value = record.values.get(one.name)
        if one.type is FieldType.REF and value is not None:
            value = record.labels.get(one.name, value)
        not_asked = Missing.NOT_ASKED.value if one.name in ASKED else None
        reason = None if value is not None else record.missing.get(one.name, not_asked)
        shown.append(FieldShown(one.name, value, reason))
    return tuple(shown)


_MOVEMENTS = frozenset(kind.value for kind in MovementKind)
_ENTRIES = frozenset(kind.value for kind in EntryKind)


def _is_present(record: Record, movements: Sequence[Record]) -> bool:
    moves = [
        Moved(at, MovementKind(one.text("movement")), bytes.fromhex(one.ent))
        for one in movements
        if one.text("movement") in _MOVEMENTS and (at := one.ms("happened_at")) is not None
    ]
    began = record.ms("arrived_at")
    said = record.text("entry_kind")
    entry = EntryKind(said) if said in _ENTRIES else EntryKind.ARRIVED
    spans = intervals(began if began is not None else record.entered_ms, entry, moves)
    return bool(spans) and spans[-1].to_ms is None


def _household(
    reader: Reader, memberships: Sequence[Record], on: date | None, upto_ms: int | None
) -> HouseholdShown | None:
    """The household joined last, with everybody in it at that moment, the head first."""
    now = [one for one in memberships if "to_at" not in one.values and "household" in one.values]
    if not now:
        return None
    conn, roster = reader.conn, reader.roster
    ent = bytes.fromhex(now[-1].text("household"))
    own = _record(reader, HOUSEHOLD, ent, upto_ms)
    births: list[str | None] = []
    shown: list[MemberShown] = []
    seen: set[str] = set()
    for one in sorted(linked(conn, MEMBERSHIP, "household", ent, roster, upto_ms), key=_head_first):
        who = one.text("person")
        person = _record(reader, PERSON, bytes.fromhex(who), upto_ms) if who and who not in seen else None
        if person is None or person.void is not None or "to_at" in one.values:
            continue
        seen.add(who)
        births.append(person.values.get("birth"))
        role = one.text("role") or HouseholdRole.MEMBER.value
        is_head = role == HouseholdRole.HEAD and not shown
        relation = one.values.get("relation")
        shown.append(MemberShown(who, person.text("number"), _name(person), role, relation, is_head))
    number = own.text("number") if own is not None else ""
    words = household_words(births, on) if on is not None else ""
    return HouseholdShown(ent.hex(), number, words, tuple(shown))


def _head_first(membership: Record) -> tuple[bool, int, str]:
    is_other = membership.text("role") != HouseholdRole.HEAD
    # Of two heads named in the same moment all replicas must choose the same; others stay as written down.
    return (is_other, membership.entered_ms, "" if is_other else membership.ent)


def _record(reader: Reader, kind: Kind, ent: bytes, upto_ms: int | None) -> Record | None:
    if upto_ms is None:
        return record_now(reader.conn, kind, ent, reader.roster)
    return record_at(reader.conn, kind, ent, upto_ms, reader.roster)


_LABEL_FIELDS = {
    "membership": "household",
    "stay": "place",
    "service": "service_type",
    "movement": "external",
    "card": "serial",
    "flag": "name",
    "bed_need": "bed_need",
    "travel_document": "document_type",
    "consent": "purpose",
    "transfer_line": "transfer",
    "same_as": "other",
}


def _timeline(
    record: Record, sections: Mapping[str, tuple[Record, ...]], zone: str
) -> tuple[TimelineEntry, ...]:
    """Everything that happened to the person, oldest first; planned ends and expiry dates are no events."""
    entered = record.entered_ms
    at = moment_text(from_milliseconds(entered), zone)
    found = [TimelineEntry(entered, at, "person", "entered", record.ent, "", record.entered_by, entered)]
    found += _entries(record, "")
    for name, part in sections.items():
        if name in ("relations", "related_to", "same_as_other"):
            continue
        for one in part:
            field = _LABEL_FIELDS.get(one.kind, "")
            found += _entries(one, one.labels.get(field) or one.text(field))
    return tuple(
        sorted(found, key=lambda entry: (entry.at_ms, entry.event != "arrived_at", entry.ent, entry.event))
    )


def _entries(record: Record, label: str) -> Iterable[TimelineEntry]:
    for name in record.values:
        at = record.ms(name)
        if at is not None and not name.endswith("_ms"):
            event = record.text("movement") if record.kind == "movement" else name
            yield TimelineEntry(
                at,
                record.text(name),
                record.kind,
                event,
                record.ent,
                label,
                record.entered_by,
                record.entered_ms,
            )


def _changes(reader: Reader, ents: list[str], upto_ms: int | None) -> tuple[Change, ...]:
    entries = [one for one in history(reader.conn, ents) if upto_ms is None or one.at_ms <= upto_ms]
    return tuple(_change(reader, one) for one in entries)


def _change(reader: Reader, one: HistoryEntry) -> Change:
    desk = reader.roster.desks.get(one.dev)
    return Change(
        one.at_ms,
        user_name(reader.roster, one.user),
        desk.slot if desk is not None else f"{one.dev:016x}",
        one.kind,
        one.ent,
        one.is_creation,
        one.values,
        one.set_aside,
        one.clock_doubt,
        one.is_clock_corrected,
    )
