"""Whom a record tells of: what goes with a person when they are erased, and is written in events of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from shelterdesk.core.event import ROW, Op
from shelterdesk.core.kinds import LOGGED, PERSON, SAME_AS, FieldType, Kind

ABOUT: Mapping[str, tuple[str, ...]] = {
    kind.name: tuple(
        field.name
        for field in kind.fields
        if field.type is FieldType.REF
        and (field.name == "person" or (field.name == "other" and kind.field("person") is not None))
    )
    for kind in LOGGED
    if any(field.name == "person" and field.type is FieldType.REF for field in kind.fields)
}
"""Kinds of the log whose records tell of a person, with the fields that name them: all those with a field *person*.

A relation and a link of two records tell of both. Who collected a meal for another, or answered for a child, is named
there by an id alone, which tells of nobody once the person is gone; such a record is about the other one.
"""

_PERSON_FIELD = {kind.number: str(kind.field("person").number) for kind in LOGGED if kind.name in ABOUT}
_values = msgspec.json.Decoder(dict[str, Any])


def subject_of(op: Op) -> bytes:
    """The person a new record tells of, else the record itself: what may share an event with it."""
    number = _PERSON_FIELD.get(op.kind)
    if number is None or op.field != ROW or op.kind in _OF_TWO:
        return op.ent
    named = _values.decode(op.value).get(number)
    if isinstance(named, str) and len(named) == 32:
        try:
            return bytes.fromhex(named)
        except ValueError:
            return op.ent
    return op.ent


def _of_two(kind: Kind) -> bool:
    return len(ABOUT.get(kind.name, ())) > 1


_OF_TWO = frozenset(kind.number for kind in LOGGED if _of_two(kind))
assert PERSON.name not in ABOUT and SAME_AS.number in _OF_TWO
