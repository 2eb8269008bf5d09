"""How grave it is that two desks wrote apart: a parallel change or a conflict, and which is looked at first.

Pure rules on the kind of record, the field and the values that stand side by side (docs/decisions/0013). In doubt,
and of fields this program does not know, the graver one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

import msgspec

from shelterdesk.core.kinds import CARRIERS, KINDS, VOID
from shelterdesk.core.names import folded_words
from shelterdesk.core.vocabulary import Confidentiality, Missing

RULES = 1
"""Version of what this module says; raised with every change, so that ranks kept in a file are made anew."""


class Severity(IntEnum):
    """Graver first."""

    CONFLICT = 0
    PARALLEL = 1


class FieldClass(IntEnum):
    """What is looked at first (SYNC §1.4): who somebody is, their health, their protection, then the rest."""

    IDENTITY = 0
    HEALTH = 1
    PROTECTION = 2
    FAMILY = 3
    BED = 4
    OTHER = 5


_CLASSES: Mapping[str, FieldClass] = {
    "person": FieldClass.IDENTITY,
    "travel_document": FieldClass.IDENTITY,
    "same_as": FieldClass.IDENTITY,
    "sealed_health": FieldClass.HEALTH,
    "flag": FieldClass.PROTECTION,
    "relation": FieldClass.PROTECTION,
    "consent": FieldClass.PROTECTION,
    "sealed_protection": FieldClass.PROTECTION,
    "household": FieldClass.FAMILY,
    "membership": FieldClass.FAMILY,
    "stay": FieldClass.BED,
    "bed_need": FieldClass.BED,
    "place": FieldClass.BED,
    "card": FieldClass.BED,
}

TRIFLES: Mapping[str, frozenset[str]] = {
    "person": frozenset(
        "also_known_as name_source name_order last_residence residence_since languages literacy interpreter"
        " civil_status occupation destination level entry_route note".split()
    ),
    "travel_document": frozenset("expiry mrz mrz_check override_reason seen_at".split()),
    "household": frozenset({"note"}),
    "membership": frozenset({"relation_proof"}),
    "relation": frozenset({"proof"}),
    "consent": frozenset("method language asked_at".split()),
    "stay": frozenset("reason end_reason until override_reason".split()),
    "place": frozenset("x y note blocked_reason area_m2".split()),
    "arrival_group": frozenset("vehicle mode entry_route closed_reason note".split()),
    "movement": frozenset("reason counterpart note".split()),
    "service_type": frozenset("name source".split()),
    "service": frozenset("counter collected_by override_reason".split()),
    "card": frozenset("printed_at revoked_reason".split()),
    "transfer": frozenset("vehicle driver escort note".split()),
    "transfer_line": frozenset("seat split_reason note".split()),
    "facility_day": frozenset({"note"}),
    "daily_sheet": frozenset({"note"}),
    "same_as": frozenset("reason decided_at".split()),
    "setting": frozenset({"source"}),
    "station": frozenset("address latitude longitude".split()),
    "access": frozenset("detail count".split()),
    "correction": frozenset({"reason"}),
}
"""Fields of which either value does little harm: what somebody noted, not who they are, where, or what is due."""

PROTECTED = frozenset({"flag", "relation", "consent", "sealed_protection"})
"""Kinds of which nobody settles what they wrote themselves (SYNC §2, *insider operator*)."""

_CARRIERS = frozenset(kind.number for kind in CARRIERS.values())


def field_class(kind: int, field: int) -> FieldClass:
    """What a field is about."""
    known = KINDS.get(kind)
    if known is None or _is_trifle(kind, field):
        return FieldClass.OTHER
    return _CLASSES.get(known.name, FieldClass.OTHER)


def is_protected(kind: int) -> bool:
    """Whether nobody may settle a conflict of this kind in which they wrote one of the values."""
    known = KINDS.get(kind)
    return known is not None and known.name in PROTECTED


def severity(kind: int, field: int, values: Sequence[bytes]) -> Severity:
    """How grave it is that these values (raw JSON) stand side by side on a field other than *void*."""
    if kind in _CARRIERS:
        return Severity.CONFLICT  # what they say is for holders of the key to see
    if _is_trifle(kind, field) or _say_the_same(values):
        return Severity.PARALLEL
    return Severity.CONFLICT


def severity_of_void(kind: int, reasons: Collection[str | None], apart: Iterable[int]) -> Severity:
    """How grave it is that a record was marked as a mistake and changed, or marked with different reasons.

    ``reasons`` are those that stand, None for one who says that it counts; ``apart`` the fields changed by whoever
    had not seen it.
    """
    if None not in reasons and all(_is_trifle(kind, field) for field in apart):
        return Severity.PARALLEL
    return Severity.CONFLICT


def rank(grave: Severity, about: FieldClass) -> int:
    """The place in the list: first by severity, then by what it is about."""
    return int(grave) * RANKS + int(about)


def of_rank(place: int) -> tuple[Severity, FieldClass]:
    """What :func:`rank` was made of."""
    return Severity(place // RANKS), FieldClass(place % RANKS)


RANKS = 10
"""Ranks of one severity; those of parallel changes begin here."""


def _is_trifle(kind: int, field: int) -> bool:
    known = KINDS.get(kind)
    one = known.numbered(field) if known is not None and field != VOID else None
    return known is not None and one is not None and one.name in TRIFLES.get(known.name, ())


def _say_the_same(values: Sequence[bytes]) -> bool:
    """Whether they differ only in how they are written: case, spaces, marks, the order of a list.

    A question one desk did not ask says nothing against the answer another one got.
    """
    said = [
        value for value in map(msgspec.json.decode, values) if value != {"missing": Missing.NOT_ASKED.value}
    ]
    if len(said) <= 1:
        return True
    first = _plain(said[0])
    return first is not None and all(_plain(one) == first for one in said[1:])


def _plain(value: Any) -> object:
    """A text or a list of texts without what is only spelling; None for what has no such form."""
    if isinstance(value, str):
        return "".join(folded_words(value)) or None
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return frozenset("".join(folded_words(one)) for one in value)
    return None


def class_of_sealed(kind: int) -> Confidentiality | None:
    """The class of a carrier of sealed records; None for any other kind. Either class may lie in that of protection."""
    return next((name for name, carrier in CARRIERS.items() if carrier.number == kind), None)
