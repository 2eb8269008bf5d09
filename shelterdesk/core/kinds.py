"""The field registry: every kind of record with its fields, fixed integers, types and confidentiality.

Numbers are part of the exchange format (SYNC §1.9): additive only, never reused, never given another
type. A kind or field this program does not know is kept in the log byte for byte and forwarded.
Sealed kinds never appear in the log under their own number: they travel inside the one value of
``SEALED_*`` (SYNC §1.0, *sealed ops*).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shelterdesk.core.vocabulary import Confidentiality

SCHEMA_VERSION = 1
"""Version of this registry, written as ``sv`` into every event; every field or kind added raises it (``db/newer_count.py``)."""

MERGE_RULES = 1
"""Version of the rules in ``core/heads.py``, written as ``mv`` into every event (SYNC §1.9)."""

NEWER_RULES = "newer_rules"
"""Why an op waits whose event was written under rules this program does not know: until the program is updated."""

VOID = 1
"""Field 1 of every kind: the record was entered by mistake; its value says why and what was seen."""


class FieldType(StrEnum):
    """How a value looks in JSON and in the tables."""

    TEXT = "text"
    INT = "int"
    REAL = "real"
    BOOL = "bool"
    REF = "ref"  # entity id, 32 hex digits; BLOB in tables
    TIME = "time"  # RFC 9557 text; beside it <name>_ms in tables
    DATE = "date"  # partial date or day, text
    LIST = "list"  # JSON list of texts
    JSON = "json"  # JSON object
    SEALED = "sealed"  # text only holders can open; it stands in the log alone, tables do not repeat it


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind. ``number`` is for ever; ``name`` is its column."""

    number: int
    name: str
    type: FieldType


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record. ``name`` is its table; ``confidentiality`` other than open means sealed."""

    number: int
    name: str
    fields: tuple[Field, ...]
    confidentiality: Confidentiality = Confidentiality.OPEN

    @property
    def is_sealed(self) -> bool:
        """Whether records of this kind exist only inside sealed values."""
        return self.confidentiality is not Confidentiality.OPEN

    def field(self, name: str) -> Field:
        """The field of that name; raises ``KeyError`` for one this kind does not have."""
        found = _BY_NAME[self.number].get(name)
        if found is None:
            raise KeyError(f"{self.name} has no field {name}")
        return found

    def numbered(self, number: int) -> Field | None:
        """The field of that number, or None for one written by a newer program."""
        return _BY_NUMBER[self.number].get(number)


_BY_NAME: dict[int, dict[str, Field]] = {}
_BY_NUMBER: dict[int, dict[int, Field]] = {}
KINDS: dict[int, Kind] = {}
KIND_NAMES: dict[str, Kind] = {}

_TYPES = {t.value: t for t in FieldType}


def _kind(number: int, name: str, spec: str, sealed: Confidentiality = Confidentiality.OPEN) -> Kind:
    """Declare a kind; ``spec`` is ``number:name:type`` words. Called only in this module."""
    fields = [Field(VOID, "void", FieldType.JSON)]
    for word in spec.split():
        num, field_name, type_name = word.split(":")
        fields.append(Field(int(num), field_name, _TYPES[type_name]))
    kind = Kind(number, name, tuple(fields), sealed)
    if number in KINDS or len({f.number for f in fields}) != len(fields):
        raise ValueError(f"number used twice in the registry: {name}")
    KINDS[number] = kind
    KIND_NAMES[name] = kind
    _BY_NAME[number] = {f.name: f for f in fields}
    _BY_NUMBER[number] = {f.number: f for f in fields}
    return kind


STATION = _kind(
    1,
    "station",
    "2:code:text 3:name:text 4:country:text 5:timezone:text 6:standard_set:text 7:change_hour:int 8:address:text"
    " 9:latitude:real 10:longitude:real",
)
PLACE = _kind(
    2,
    "place",
    "2:code:text 3:parent:ref 4:place_kind:text 5:quarter:text 6:capacity:int 7:area_m2:real 8:accessible:bool"
    " 9:blocked_places:int 10:blocked_reason:text 11:closed:bool 12:x:real 13:y:real 14:note:text 15:staging:bool",
)
ARRIVAL_GROUP = _kind(
    3,
    "arrival_group",
    "2:number:text 3:vehicle:text 4:mode:text 5:arrived_at:time 6:entry_route:text 7:head_count:int 8:counted:json"
    " 9:closed_at:time 10:closed_reason:text 11:note:text 12:station:text",
)
PERSON = _kind(
    4,
    "person",
    "2:number:text 3:surnames:text 4:given:text 5:name_native:text 6:also_known_as:list 7:single_name:bool"
    " 8:name_source:text 9:sex:text 10:birth:date 11:nationality:list 12:birth_country:text 13:last_residence:text"
    " 14:languages:list 15:literacy:text 16:interpreter:bool 17:civil_status:text 18:level:text 19:arrived_at:time"
    " 20:entry_kind:text 21:entry_route:text 22:arrival_group:ref 23:station:text 24:destination:text 25:photo:text"
    " 26:name_order:text 27:residence_since:date 28:note:text 29:occupation:text",
)
HOUSEHOLD = _kind(5, "household", "2:number:text 3:arrival_group:ref 4:note:text 5:station:text")
MEMBERSHIP = _kind(
    6,
    "membership",
    "2:household:ref 3:person:ref 4:role:text 5:relation:text 6:relation_proof:text 7:from_at:time 8:to_at:time",
)
RELATION = _kind(
    7, "relation", "2:person:ref 3:other:ref 4:relation:text 5:proof:text 6:from_at:time 7:to_at:time"
)
TRAVEL_DOCUMENT = _kind(
    8,
    "travel_document",
    "2:person:ref 3:document_type:text 4:document_number:text 5:issuer:text 6:expiry:date 7:mrz:text 8:mrz_check:json"
    " 9:override_reason:text 10:seen_at:time",
)
CONSENT = _kind(
    9,
    "consent",
    "2:person:ref 3:purpose:text 4:answer:text 5:method:text 6:language:text 7:asked_at:time 8:withdrawn_at:time"
    " 9:given_by:ref",
)
STAY = _kind(
    10,
    "stay",
    "2:person:ref 3:place:ref 4:from_at:time 5:to_at:time 6:reason:text 7:end_reason:text 8:until:date"
    " 9:override_reason:text 10:arrival_group:ref",
)
MOVEMENT = _kind(
    11,
    "movement",
    "2:person:ref 3:movement:text 4:happened_at:time 5:external:text 6:reason:text 7:counterpart:text 8:note:text",
)
SERVICE_TYPE = _kind(
    12,
    "service_type",
    "2:code:text 3:name:json 4:service_class:text 5:min_interval_minutes:int 6:per_day:int 7:excludes:list"
    " 8:family_pickup:bool 9:present_only:bool 10:from_hour:int 11:to_hour:int 12:inactive:bool 13:source:text",
)
SERVICE = _kind(
    13,
    "service",
    "2:service_type:ref 3:person:ref 4:happened_at:time 5:service_day:date 6:counter:text 7:collected_by:ref"
    " 8:override_reason:text 9:arrival_group:ref 10:portions:int",
)
FLAG = _kind(
    14,
    "flag",
    "2:person:ref 3:name:text 4:instruction:text 5:at_entry:bool 6:at_exit:bool 7:at_counter:bool 8:holds_back:list"
    " 9:lifted_by_role:text 10:from_at:time 11:to_at:time 12:reason:text",
)
BED_NEED = _kind(15, "bed_need", "2:person:ref 3:bed_need:text 4:from_at:time 5:to_at:time")
CARD = _kind(
    16,
    "card",
    "2:serial:int 3:signed_by:text 4:person:ref 5:printed_at:time 6:bound_at:time 7:revoked_at:time"
    " 8:revoked_reason:text 9:replaced_by:ref 10:expires_on:date 11:arrival_group:ref",
)
TRANSFER = _kind(
    17,
    "transfer",
    "2:number:text 3:direction:text 4:origin:text 5:destination:text 6:vehicle:text 7:driver:text 8:capacity:int"
    " 9:planned_at:time 10:departed_at:time 11:arrived_at:time 12:escort:text 13:state:text 14:note:text",
)
TRANSFER_LINE = _kind(
    18,
    "transfer_line",
    "2:transfer:ref 3:person:ref 4:state:text 5:seat:text 6:boarded_at:time 7:departed_at:time 8:arrived_at:time"
    " 9:aid_needed:bool 10:split_reason:text 11:note:text",
)
FACILITY_DAY = _kind(
    19,
    "facility_day",
    "2:day:date 3:place:ref 4:toilets_f:int 5:toilets_m:int 6:toilets_accessible:int 7:showers_f:int 8:showers_m:int"
    " 9:taps:int 10:water_litres:int 11:meals_breakfast:int 12:meals_lunch:int 13:meals_dinner:int 14:note:text",
)
DAILY_SHEET = _kind(
    20,
    "daily_sheet",
    "2:day:date 3:numbers:json 4:frozen_at:time 5:provisional:bool 6:signed_by:text 7:as_known:json 8:note:text"
    " 9:automatic:bool",
)
SAME_AS = _kind(21, "same_as", "2:person:ref 3:other:ref 4:verdict:text 5:reason:text 6:decided_at:time")
ACCESS = _kind(
    22,
    "access",
    "2:access:text 3:subject_kind:text 4:subject:ref 5:happened_at:time 6:detail:text 7:authority:text"
    " 8:legal_basis:text 9:count:int",
)
SETTING = _kind(23, "setting", "2:key:text 3:value:json 4:source:text 5:valid_from:date")
CORRECTION = _kind(
    24, "correction", "2:subject_kind:text 3:subject:ref 4:reason:text 5:undoes:json 6:happened_at:time"
)
CLASS_COUNT = _kind(25, "class_count", "2:confidentiality:text 3:day:date 4:counts:json 5:counted_at:time")

_H, _P, _S = Confidentiality.HEALTH, Confidentiality.PROTECTION, Confidentiality.SAFEGUARDING

SCREENING = _kind(
    50,
    "screening",
    "2:person:ref 3:happened_at:time 4:findings:json 5:temperature_c:real 6:refer:bool 7:note:text 8:pregnant_weeks:int",
    _H,
)
DOSE = _kind(
    51,
    "dose",
    "2:person:ref 3:vaccine:text 4:cvx:text 5:atc:text 6:product:text 7:manufacturer:text 8:lot:text 9:lot_expiry:date"
    " 10:given_at:time 11:dose_number:int 12:series:text 13:site:text 14:route:text 15:volume_ml:real 16:source:text"
    " 17:given_by:text 18:status:text 19:status_reason:text 20:next_due:date 21:reaction:text 22:note:text"
    " 23:given_on:date 24:override_reason:text",
    _H,
)
HEALTH_NOTE = _kind(52, "health_note", "2:person:ref 3:happened_at:time 4:text:text", _H)
HEALTH_REFERRAL = _kind(
    53,
    "health_referral",
    "2:person:ref 3:happened_at:time 4:to_agency:text 5:reason:text 6:state:text 7:accepted_at:time 8:note:text",
    _H,
)
HEALTH_ACCESS = _kind(
    54, "health_access", "2:access:text 3:subject_kind:text 4:subject:ref 5:happened_at:time", _H
)

INTAKE_ANSWERS = _kind(
    70,
    "intake_answers",
    "2:person:ref 3:pregnant:text 4:mobility:text 5:medical_today:text 6:child_alone:text 7:feels_unsafe:text"
    " 8:asked_at:time 9:needs:list",
    _P,
)
SPECIFIC_NEED = _kind(
    71,
    "specific_need",
    "2:person:ref 3:code:text 4:source:text 5:state:text 6:from_at:time 7:to_at:time 8:note:text",
    _P,
)
CHILD_STATUS = _kind(
    72,
    "child_status",
    "2:person:ref 3:status:text 4:cause:text 5:separated_at:time 6:carer:ref 7:released_to:text 8:authority:text"
    " 9:note:text",
    _P,
)
REFERRAL = _kind(
    73,
    "referral",
    "2:person:ref 3:happened_at:time 4:to_agency:text 5:reason:text 6:state:text 7:accepted_at:time 8:note:text",
    _P,
)
TRACING = _kind(
    74,
    "tracing",
    "2:person:ref 3:sought:json 4:sought_person:ref 5:state:text 6:consent_of_sought:text 7:happened_at:time 8:note:text",
    _P,
)
NOTE = _kind(75, "note", "2:person:ref 3:happened_at:time 4:text:text", _P)
PROTECTION_ACCESS = _kind(
    76, "protection_access", "2:access:text 3:subject_kind:text 4:subject:ref 5:happened_at:time", _P
)
CONTACT = _kind(77, "contact", "2:person:ref 3:contact:text 4:contact_type:text 5:purpose:text", _P)

SAFEGUARDING = _kind(
    90,
    "safeguarding",
    "2:happened_at:time 3:text:text 4:about_role:text 5:person:ref 6:wishes_contact:bool",
    _S,
)

SEALED_HEALTH = _kind(100, "sealed_health", "2:sealed:sealed 3:key_version:int")
SEALED_PROTECTION = _kind(101, "sealed_protection", "2:sealed:sealed 3:key_version:int")
# 102 is not to be given: a carrier of its own would show in the log who complained about staff, and when.

CARRIERS = {_H: SEALED_HEALTH, _P: SEALED_PROTECTION, _S: SEALED_PROTECTION}
"""The kind of the log that carries the sealed records of each class. A complaint travels as what every registration
writes; holders of either class find out by trying their key which are theirs."""

LOGGED = tuple(kind for kind in KINDS.values() if not kind.is_sealed)
"""The kinds that stand in the log under their own number."""
