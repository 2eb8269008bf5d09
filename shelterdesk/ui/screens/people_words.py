"""How the values of a person's record are said on screen: names of fields, codes, moments, reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

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
from shelterdesk.core.moment import read_moment
from shelterdesk.core.people import birth_of
from shelterdesk.core.words import tr
from shelterdesk.ui.dates import day_words

__all__ = (
    "bed_need_words",
    "document_words",
    "end_words",
    "entry_words",
    "field_label",
    "kind_words",
    "level_words",
    "missing_words",
    "relation_words",
    "route_words",
    "sex_words",
    "moment_words",
    "time_words",
    "value_words",
)

_CODES = {
    "sex": sex_words,
    "level": level_words,
    "entry_route": route_words,
    "entry_kind": entry_words,
    "relation": relation_words,
    "document_type": document_words,
    "bed_need": bed_need_words,
    "end_reason": end_words,
}
_COUNTRIES = frozenset({"nationality", "birth_country", "last_residence", "issuer"})


def value_words(name: str, value: Any, zone: str, now: datetime | None = None) -> str:
    """A stored value of a field in words; a reason (``{"missing": …}``) too; nothing for None."""
    if value is None or value == "":
        return ""
    if isinstance(value, Mapping) and "missing" in value:
        return missing_words(str(value["missing"]))
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if name == "birth":
        return reading(birth_of(str(value)))
    if name in _COUNTRIES:
        return ", ".join(countries.name(str(code)) for code in _several(value))
    if name == "languages":
        return ", ".join(language_name(str(code)) for code in _several(value))
    if name in _CODES and isinstance(value, str):
        return _CODES[name](value)
    if name.endswith("_at"):
        return moment_words(str(value), zone, now)
    return ", ".join(str(one) for one in _several(value))


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else (value,)


def moment_words(stored: str, zone: str, now: datetime | None = None) -> str:
    """A stored moment as the wall showed it there: ``today 15:40``, ``3 Nov 15:40``."""
    try:
        return time_words(read_moment(stored, zone), now)
    except BadField:
        return stored


def time_words(at: datetime, now: datetime | None = None) -> str:
    """An aware time in words, on its own wall clock; the year only when it is not this one."""
    clock = f"{at:%H:%M}"
    if now is not None:
        apart = (now.astimezone(at.tzinfo).date() - at.date()).days
        if apart == 0:
            return tr("today {time}", time=clock)
        if apart == 1:
            return tr("yesterday {time}", time=clock)
    return f"{day_words(at.date(), now)} {clock}"
