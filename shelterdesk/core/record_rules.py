"""What a record of any kind must hold before it is written: closed lists, codes, dates, ranges, what has to be there.

The forms of the desk check their own fields and say more; these rules hold for every record, from whatever
door it comes. What only the file can tell (a number in use, a reference to nobody) is asked in ``db/records``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from shelterdesk.core.birth import from_stored, read_birth
from shelterdesk.core.countries import NO_COUNTRY, iso3, issuer_code
from shelterdesk.core.errors import BadField
from shelterdesk.core.kinds import FieldType, Kind
from shelterdesk.core.lodging import EndReason
from shelterdesk.core.moment import is_change_hour
from shelterdesk.core.number import BadNumber, Counted, parse_number
from shelterdesk.core.people import LONGEST_TEXT, TURNING, Answer, BedNeed, document_key, tidy_name, tidy_text
from shelterdesk.core.vocabulary import (
    NEED_CATEGORIES,
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

NOT_YET = frozenset(
    {"arrived_at", "asked_at", "boarded_at", "closed_at", "departed_at", "given_at", "happened_at", "seen_at"}
)
"""Times of what has happened: one still to come is a year or a day mistyped."""

_NAMES = frozenset({"surnames", "given", "name_native"})
_AS_WRITTEN = frozenset({"code", "number", "signed_by", "photo", "mrz"})
_COUNTS = {"person": Counted.PERSON, "household": Counted.HOUSEHOLD, "arrival_group": Counted.TOKEN}
_LONGEST_CODE = 24
_PARTIAL = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def tidied(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the forms of the desk store them: names without turned text, nothing empty.

    An empty text or list says nothing and is left out; why a value is missing is a reason of its own. Control
    signs stay, to be refused.
    """
    clean = {name: _tidy(kind, name, value) for name, value in values.items()}
    return {name: value for name, value in clean.items() if value not in ("", [], None)}


def _tidy(kind: Kind, name: str, value: Any) -> Any:
    if not isinstance(value, str) or isinstance(value, Missing):
        return value
    if name in _AS_WRITTEN or not is_readable(value):
        return value
    if kind.name == "person" and name in _NAMES:
        return tidy_name(value)
    if name == "document_number":
        return document_key(value)
    if all(line.isprintable() for line in value.split("\n")):
        return value if value.strip() else ""
    return "\n".join(_without_turning(line) for line in value.split("\n"))


def _without_turning(line: str) -> str:
    """A line of a longer text, as it is where nothing in it turns what stands around it."""
    return tidy_text(line) if any(sign in line for sign in TURNING) else line


def check_record(kind: Kind, values: Mapping[str, Any], now: datetime, today: date) -> None:
    """Raise ``BadField`` naming the first field that cannot be; ``values`` are of the right types already.

    ``today`` is the local day of ``now``.
    """
    for name in NEEDED.get(kind.name, ()):
        if values.get(name) is None or isinstance(values[name], Missing):
            raise BadField(name, tr("A record of this kind cannot be without it."))
    if kind.name == "person":
        _check_name(values)
    for name, value in values.items():
        if value is None or isinstance(value, Missing):
            continue
        if name in NOT_YET and isinstance(value, datetime) and value > now:
            raise BadField(name, tr("This is still to come."), tr("Look at the year, the day and the hour."))
        if name == "birth":
            _check_birth(value, today)
        else:
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
            tr("Or give the reason in its place, as in {example}.", example='{"missing": "refused"}'),
        )


def _check(kind: Kind, name: str, value: Any) -> None:
    words = LISTS.get((kind.name, name))
    field = kind.field(name)
    if words is not None:
        _check_word(name, value, words)
    elif name in _CHECKS:
        _CHECKS[name](name, value)
    elif name == "number" and kind.name in _COUNTS:
        _check_number(value, _COUNTS[kind.name])
    elif kind.name == "specific_need" and name == "code":
        _check_need(name, value)
    elif kind.name == "service_type" and name == "name":
        _check_names(name, value)
    elif name == "code" and kind.name in ("place", "service_type"):
        _check_code(name, value)
    elif field.type is FieldType.DATE:
        _check_date(name, value)
    elif field.type is FieldType.INT:
        _check_count(name, value)
    elif kind.name == "person" and field.type is FieldType.TEXT:
        _check_length(name, value)


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
            _like_a_date(),
        )
    try:
        from_stored(value)
    except BadField as bad:
        raise BadField(name, bad.sentence, _like_a_date()) from None


def _check_birth(value: str, today: date) -> None:
    """A birth in its stored form: partial, or an age said on a day; not to come, not 120 years ago."""
    try:
        from_stored(value)
        read_birth(value, today)
    except BadField as bad:
        raise BadField("birth", bad.sentence, _like_a_date()) from None


def _like_a_date() -> str:
    return tr("It holds a date, like 2026-11-23 or 2026.")


def _check_number(value: str, counted: Counted) -> None:
    try:
        number = parse_number(value)
    except BadNumber as bad:
        raise BadField("number", bad.sentence, bad.next_step) from None
    if number.counted is not counted or str(number) != value:
        raise BadField(
            "number",
            tr("{text} is not a number of this kind of record.", text=value[:40]),
            tr("Leave it out: the desk gives the next one."),
        )


def _check_need(name: str, value: str) -> None:
    if value.partition("-")[0] not in NEED_CATEGORIES:
        raise BadField(
            name,
            tr("{text} is not on the list.", text=value[:40]),
            tr("It begins with one of {list}, as CR-AF does.", list=", ".join(sorted(NEED_CATEGORIES))),
        )


def _check_names(name: str, value: Any) -> None:
    if not isinstance(value, dict) or not all(isinstance(one, str) and one.strip() for one in value.values()):
        raise BadField(
            name, tr("It holds a name for each language, as in {example}.", example='{"es": "Almuerzo"}')
        )


def _check_length(name: str, value: str) -> None:
    most = 10 * LONGEST_TEXT if name == "note" else LONGEST_TEXT
    if len(value) > most:
        raise BadField(name, tr("This is longer than {n} characters.", n=most))


def _check_count(name: str, value: int) -> None:
    if value < 0:
        raise BadField(name, tr("{text} is less than nothing.", text=value))


def _check_people(name: str, value: int) -> None:
    if not 0 <= value <= MOST_PEOPLE:
        raise BadField(name, tr("{text} is not a number of people from 0 to {n}.", text=value, n=MOST_PEOPLE))


def _check_heads(name: str, value: int) -> None:
    if not 1 <= value <= 10_000:
        raise BadField(name, tr("A group has between 1 and {n} people.", n=10_000))


def _check_hour(name: str, value: int) -> None:
    if not 0 <= value <= 24:
        raise BadField(name, tr("An hour is between 0 and 24."))


def check_change_hour(name: str, value: object) -> None:
    """Raise ``BadField`` for an hour at which no service day may change."""
    if not is_change_hour(value):
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
    "head_count": _check_heads,
    "birth_country": _check_country,
    "change_hour": check_change_hour,
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
