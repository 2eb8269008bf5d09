"""What a record of any kind must hold before it is written: closed lists, codes, dates, ranges, what has to be there.

The forms of the desk check their own fields and say more; these rules hold for every record, from whatever
door it comes. What only the file can tell (a number in use, a reference to nobody) is asked in ``db/records``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from shelterdesk.core.birth import from_stored
from shelterdesk.core.countries import NO_COUNTRY, iso3, issuer_code
from shelterdesk.core.errors import BadField
from shelterdesk.core.kinds import FieldType, Kind
from shelterdesk.core.lodging import EndReason
from shelterdesk.core.people import Answer, BedNeed
from shelterdesk.core.vocabulary import (
    AccessKind,
    DocumentType,
    EntryKind,
    EntryRoute,
    HouseholdRole,
    Level,
    Missing,
    MovementKind,
    PlaceKind,
    Quarter,
    Relation,
    Sex,
)
from shelterdesk.core.words import tr

LISTS: Mapping[tuple[str, str], type[StrEnum]] = {
    ("access", "access"): AccessKind,
    ("arrival_group", "entry_route"): EntryRoute,
    ("bed_need", "bed_need"): BedNeed,
    ("intake_answers", "child_alone"): Answer,
    ("intake_answers", "feels_unsafe"): Answer,
    ("intake_answers", "medical_today"): Answer,
    ("intake_answers", "mobility"): Answer,
    ("intake_answers", "pregnant"): Answer,
    ("membership", "relation"): Relation,
    ("membership", "role"): HouseholdRole,
    ("movement", "movement"): MovementKind,
    ("person", "entry_kind"): EntryKind,
    ("person", "entry_route"): EntryRoute,
    ("person", "level"): Level,
    ("person", "sex"): Sex,
    ("place", "place_kind"): PlaceKind,
    ("place", "quarter"): Quarter,
    ("relation", "relation"): Relation,
    ("stay", "end_reason"): EndReason,
    ("travel_document", "document_type"): DocumentType,
}
"""Fields whose words are the rules' own (``core/vocabulary``). Lists a station may change are not here."""

NEEDED: Mapping[str, tuple[str, ...]] = {
    "bed_need": ("person", "bed_need"),
    "facility_day": ("day",),
    "membership": ("household", "person"),
    "movement": ("person", "movement"),
    "place": ("code", "place_kind"),
    "relation": ("person", "other"),
    "same_as": ("person", "other"),
    "service": ("service_type",),
    "service_type": ("code",),
    "setting": ("key",),
    "station": ("code",),
    "stay": ("place",),
    "transfer_line": ("transfer", "person"),
    "travel_document": ("person", "document_type"),
}
"""Fields without which a record says nothing; a reason does not stand for them."""

MOST_PEOPLE = 99_999
"""Most people a place can hold, as in the file of a site plan."""

LONGEST_TITLE = 80
"""Most signs of the name of a station, an office, a user or an organisation."""

_LONGEST_CODE = 24
_PARTIAL = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def check_record(kind: Kind, values: Mapping[str, Any]) -> None:
    """Raise ``BadField`` naming the first field that cannot be; ``values`` are of the right types already."""
    for name in NEEDED.get(kind.name, ()):
        if values.get(name) is None or isinstance(values[name], Missing):
            raise BadField(name, tr("A record of this kind cannot be without it."))
    if kind.name == "person":
        _check_name(values)
    for name, value in values.items():
        if value is not None and not isinstance(value, Missing):
            _check(kind, name, value)
    blocked, capacity = values.get("blocked_places"), values.get("capacity")
    if isinstance(blocked, int) and isinstance(capacity, int) and blocked > capacity:
        raise BadField("blocked_places", tr("More places are blocked than there are."))


def is_readable(value: Any) -> bool:
    """Whether no text in a value holds a control sign: none can be seen, printed or searched for.

    Line ends and tabs may stand in a text of several lines.
    """
    if isinstance(value, str):
        return value.isprintable() or not any(
            unicodedata.category(sign) == "Cc" and sign not in "\n\r\t" for sign in value
        )
    if isinstance(value, Mapping):
        return all(is_readable(one) for pair in value.items() for one in pair)
    return not isinstance(value, list | tuple) or all(map(is_readable, value))


def check_title(field: str, text: str, without: str) -> None:
    """Raise ``BadField`` for a name that is no name of one line; ``without`` is said where there is none."""
    if not text.strip():
        raise BadField(field, without)
    if len(text) > LONGEST_TITLE or any(unicodedata.category(sign) in _NOT_IN_A_LINE for sign in text):
        raise BadField(field, tr("A name is one line of at most {n} signs.", n=LONGEST_TITLE))


_NOT_IN_A_LINE = frozenset(("Cc", "Cs", "Zl", "Zp"))


def _check_name(values: Mapping[str, Any]) -> None:
    """A name in some form, or a reason why there is none (DOMAIN §5); a blank text is neither."""
    said = [values.get(name) for name in ("surnames", "given", "name_native")]
    if not any(isinstance(one, Missing) or (isinstance(one, str) and one.strip()) for one in said):
        raise BadField(
            "surnames",
            tr("A surname, a given name or the name in its own script is needed."),
            tr('Or give the reason in its place, as in {{"missing": "refused"}}.'),
        )


def _check(kind: Kind, name: str, value: Any) -> None:
    words = LISTS.get((kind.name, name))
    field = kind.field(name)
    if words is not None:
        _check_word(name, value, words)
    elif name in _CHECKS:
        _CHECKS[name](name, value)
    elif name == "code" and kind.name in ("place", "service_type"):
        _check_code(name, value)
    elif field.type is FieldType.DATE:
        _check_date(name, value)
    elif field.type is FieldType.INT:
        _check_count(name, value)


def _check_word(name: str, value: Any, words: type[StrEnum]) -> None:
    if value not in {str(word) for word in words}:
        listed = ", ".join(str(word) for word in words)
        raise BadField(
            name,
            tr("{text} is not on the list.", text=str(value)[:40]),
            tr("It holds one of {list}.", list=listed),
        )


def _check_code(name: str, value: str) -> None:
    if not value.strip() or value != value.strip() or len(value) > _LONGEST_CODE or not value.isprintable():
        raise BadField(name, tr("A code is a short word of at most {n} signs.", n=_LONGEST_CODE))


def _check_date(name: str, value: str) -> None:
    if not _PARTIAL.fullmatch(value):
        raise BadField(
            name,
            tr("{text} is not a date.", text=value[:40]),
            tr("It holds a date, like 2026-11-23 or 2026."),
        )
    try:
        from_stored(value)
    except BadField as bad:
        raise BadField(name, bad.sentence, bad.next_step) from None


def _check_birth(name: str, value: str) -> None:
    from_stored(value)


def _check_count(name: str, value: int) -> None:
    if value < 0:
        raise BadField(name, tr("{text} is less than nothing.", text=value))


def _check_people(name: str, value: int) -> None:
    if not 0 <= value <= MOST_PEOPLE:
        raise BadField(name, tr("{text} is not a number of people from 0 to {n}.", text=value, n=MOST_PEOPLE))


def _check_hour(name: str, value: int) -> None:
    if not 0 <= value <= 24:
        raise BadField(name, tr("An hour is between 0 and 24."))


def _check_change_hour(name: str, value: int) -> None:
    if not 0 <= value <= 12:
        raise BadField(name, tr("The service day changes at an hour between 0 and 12."))


def _check_area(name: str, value: float) -> None:
    if not 0 <= value < 1_000_000:
        raise BadField(name, tr("{text} is not an area in square metres.", text=value))


def _check_angle(most: int) -> Callable[[str, float], None]:
    def check(name: str, value: float) -> None:
        if not -most <= value <= most:
            raise BadField(name, tr("It is between -{n} and {n} degrees.", n=most))

    return check


def _check_country(name: str, value: Any) -> None:
    for code in value if isinstance(value, list) else [value]:
        if not isinstance(code, str) or iso3(code) != code:
            raise BadField(
                name,
                tr("{text} is not the code of a country.", text=str(code)[:40]),
                tr(
                    "It holds three capital letters of ISO 3166, as VEN, or one of {list}.",
                    list=", ".join(NO_COUNTRY),
                ),
            )


def _check_issuer(name: str, value: str) -> None:
    if issuer_code(value) != value and iso3(value) != value:
        raise BadField(name, tr("{text} is not the code of a country or another issuer.", text=value[:40]))


def _check_languages(name: str, value: list[Any]) -> None:
    if any(not isinstance(one, str) or not _LANGUAGE.fullmatch(one) for one in value):
        raise BadField(name, tr("A language is two or three small letters (ISO 639), as es or ht."))


_CHECKS: Mapping[str, Callable[[str, Any], None]] = {
    "area_m2": _check_area,
    "blocked_places": _check_people,
    "capacity": _check_people,
    "head_count": _check_people,
    "birth": _check_birth,
    "birth_country": _check_country,
    "change_hour": _check_change_hour,
    "country": _check_country,
    "from_hour": _check_hour,
    "issuer": _check_issuer,
    "languages": _check_languages,
    "last_residence": _check_country,
    "latitude": _check_angle(90),
    "longitude": _check_angle(180),
    "nationality": _check_country,
    "to_hour": _check_hour,
}
"""Fields that mean the same in every kind that has them."""
