"""Any kind of record by its field names: written through the same rules, sealed where its class asks for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shelterdesk.actions.access import SEALED_ACCESS, note_access
from shelterdesk.actions.class_keys import class_identities
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.record_checks import check_with_file, completed
from shelterdesk.actions.registration import desk_slot, local_day
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, NotAllowed, NotFound, NotHere, Refused
from shelterdesk.core.json_line import Line, object_of
from shelterdesk.core.kinds import (
    CARRIERS,
    KIND_NAMES,
    VOID,
    FieldType,
    Kind,
)
from shelterdesk.core.moment import said_moment
from shelterdesk.core.number import household_number, person_number, token_number
from shelterdesk.core.record_rules import check_record, tidied
from shelterdesk.core.role_words import cannot_open
from shelterdesk.core.vocabulary import AccessKind, Confidentiality, Missing
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.classes import ClassFile, SealedRecord, together, unread_in
from shelterdesk.db.records import rows_of
from shelterdesk.keys.classes import ClassKey

_CARRIER_NAMES = frozenset(carrier.name for carrier in CARRIERS.values())


def kind_named(name: str) -> Kind:
    """The kind of record of that name; raises ``NotFound`` with the names there are."""
    kind = KIND_NAMES.get(name)
    if kind is None or kind.name in _CARRIER_NAMES:
        names = ", ".join(sorted(set(KIND_NAMES) - _CARRIER_NAMES))
        raise NotFound(
            tr("The kind of record {name}", name=name[:40]), tr("There are: {names}.", names=names)
        )
    return kind


def add_record(desk: Desk, kind: Kind, values: Mapping[str, Any]) -> Done[str]:
    """Write one record; returns its id. A person, family or group without a number gets the desk's next one.

    The rules of ``core/record_rules`` hold, and what the file knows: a number in use, a reference to nobody.
    Raises ``BadField`` naming the field, ``NotAllowed``.
    """
    given = checked_values(desk, kind, values)
    if kind.name in _NUMBERED:
        desk.must_be_station()
    with desk.store.write(desk.user) as event:
        check_with_file(desk, event.conn, kind, given)
        if kind.name in _NUMBERED and given.get("number") is None:
            make, counter = _NUMBERED[kind.name]
            given["number"] = make(desk.who.station, desk_slot(desk), event.next_count(counter))
        ent = event.create(kind, given)
    written = event.written
    return Done(ent, Changes(written.kinds if written is not None else frozenset()))


def checked_values(desk: Desk, kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record as they may be written; raises ``BadField`` for the first that cannot be."""
    checked = {name: checked_value(desk, kind, name, value) for name, value in _said(values).items()}
    now = desk.clock.now()
    given = completed(desk, kind, tidied(kind, checked), now)
    check_record(kind, given, now, local_day(desk))
    return given


_NUMBERED: Mapping[str, tuple[Callable[[str, str, int], str], str]] = {
    "person": (person_number, "person"),
    "household": (household_number, "household"),
    "arrival_group": (token_number, "token"),
}


_OWN_KEYS = frozenset({"ref", "id", "kind", "missing"})
_REASONS = '{"birth": "unknown"}'


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a line; reasons named apart under ``missing`` stand in their places."""
    said = {name: value for name, value in values.items() if name not in _OWN_KEYS}
    reasons = values.get("missing")
    if reasons is None:
        return said
    if not isinstance(reasons, Mapping):
        raise BadField("missing", tr("It holds a reason for each field, as in {example}.", example=_REASONS))
    for name, reason in reasons.items():
        if said.get(name) is not None:
            raise BadField(str(name)[:40], tr("There is a value and a reason why there is none."))
        said[name] = {"missing": reason}
    return said


def add_records(desk: Desk, kind: Kind, lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """Write one record a line and answer each once it is saved; ``ref`` is the line's own or counts from 1.

    A line that cannot be is answered with its reason and the others go on. Raises ``NotAllowed`` or ``NotHere``
    for a user or folder that cannot write such records, and what stops every write (``DiskFull``, ``Busy``).
    """
    for n, line in enumerate(lines, start=1):
        answer: dict[str, Any] = {"ref": n}
        try:
            values = object_of(line)
            if values.get("ref") is not None:
                answer["ref"] = values["ref"]
            answer["id"] = add_record(desk, kind, values).result
        except (NotAllowed, NotHere):
            raise
        except Refused as refused:
            where = f"{refused.field}: " if isinstance(refused, BadField) else ""
            answer["error"] = f"{where}{refused.sentence} {refused.next_step}".strip()
        yield answer


def show_records(desk: Desk, kind: Kind, ent: str | None = None) -> list[dict[str, Any]]:
    """Records of a kind, or one of them, with missing-reasons in place of values; sealed ones for holders only.

    Opening records is itself recorded; of sealed ones sealed (SYNC §1.0). Raises ``NotAllowed``.
    """
    if ent is not None and (len(ent) != 32 or any(c not in "0123456789abcdef" for c in ent)):
        raise NotFound(tr("The record {id}", id=ent[:40]))
    if kind.is_sealed:
        records = sealed_records(desk, kind.confidentiality, kind=kind, ent=ent)
        if ent is not None and not records:
            raise NotFound(
                tr("The record {id}", id=ent), unread_words(sealed_unread(desk, kind.confidentiality))
            )
        return [_shown(record.values, record.missing, record.kind, record.ent) for record in records]
    desk.must(_TO_SEE.get(kind.name, "open a person"))
    reader = desk.reader()
    try:
        found = [_shown(v, missing, kind.name, e) for e, v, missing in rows_of(reader.conn, kind, ent)]
    finally:
        reader.close()
    if ent is not None and not found:
        raise NotFound(tr("The record {id}", id=ent))
    if kind.name not in _TO_SEE:
        note_access(desk, AccessKind.OPENED, kind.name, ent, count=len(found))
    return found


_TO_SEE = {
    "place": "see the site plan",
    "station": "see the site plan",
    "service_type": "see the site plan",
    "access": "see who looked at what",
}
"""Kinds that tell nothing of a person, or are looked at to watch over those who look; the rest is noted."""


def sealed_records(
    desk: Desk,
    name: Confidentiality,
    *,
    kind: Kind | None = None,
    person: str | None = None,
    ent: str | None = None,
) -> list[SealedRecord]:
    """The opened records of a class, for somebody who holds its key; writes the sealed access entry."""
    keys = class_identities(desk, name)
    if not keys:
        raise cannot_open(name)
    several = []
    for key in keys:
        file = open_class_file(desk, key)
        try:
            file.catch_up(desk.store.conn, [key.key.identity])
            several.append(file.records(kind=kind, person=person, ent=ent))
        finally:
            file.close()
    found = together(several)
    access = SEALED_ACCESS.get(name)
    if access is not None and (person or ent or found):
        with desk.store.write(desk.user) as event:
            event.create(
                access,
                {
                    "access": AccessKind.OPENED.value,
                    "subject_kind": kind.name if kind is not None else None,
                    "subject": person or ent,
                    "happened_at": event.now,
                },
            )
    return found


def sealed_unread(desk: Desk, *names: Confidentiality) -> int:
    """How many sealed entries opened with the user's keys and cannot be read; of all classes unless some are named.

    As counted when they were opened last: nothing is opened for it, and a file that is damaged or not there counts
    none. None for who holds no key.
    """
    classes = names or (Confidentiality.HEALTH, Confidentiality.PROTECTION)
    keys = [key for name in classes for key in class_identities(desk, name)]
    return sum(unread_in(_class_path(desk, key), _file_key(key)) for key in keys)


def unread_words(count: int) -> str:
    """What to say of so many sealed entries that cannot be read, and what to do; empty for none."""
    if not count:
        return ""
    return ntr(
        "{n} sealed entry could not be read: tell the office; nothing is lost, it stays in the log.",
        "{n} sealed entries could not be read: tell the office; nothing is lost, they stay in the log.",
        count,
    )


def open_class_file(desk: Desk, key: ClassKey) -> ClassFile:
    """The second encrypted file of one version of a class key, under a key that follows from that alone.

    One file a version: who holds the newer key only does not see what was sealed to the older one.
    """
    return ClassFile(_class_path(desk, key), _file_key(key), key.name)


def _file_key(key: ClassKey) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"class-file.v1@shelterdesk")
    return derived.derive(key.key.identity.encode("ascii"))


def _class_path(desk: Desk, key: ClassKey) -> Path:
    mark = sha256(key.key.recipient.encode("ascii")).hexdigest()[:8]
    return desk.folder / f"{key.name.value}-{mark}.db"


def _shown(values: Mapping[str, Any], missing: Mapping[str, str], kind: str, ent: str) -> dict[str, Any]:
    return {
        "id": ent,
        "kind": kind,
        **values,
        **{name: {"missing": reason} for name, reason in missing.items()},
    }


def checked_value(desk: Desk, kind: Kind, name: str, value: Any) -> Any:
    """A value from outside as this field holds it; raises ``BadField``."""
    try:
        field = kind.field(name)
    except KeyError:
        names = ", ".join(f.name for f in kind.fields if f.number != VOID)
        raise BadField(
            name, tr("{kind} has no such field.", kind=kind.name), tr("It has: {names}.", names=names)
        ) from None
    if field.number == VOID:
        raise BadField(name, tr("A new record cannot be void from the start; leave “void” out."))
    if value is None:
        return None
    if isinstance(value, dict) and set(value) == {"missing"}:
        if not isinstance(value["missing"], str) or value["missing"] not in set(Missing):
            raise BadField(
                name, tr("{reason} is no reason for a missing value.", reason=str(value["missing"])[:40])
            )
        return Missing(value["missing"])
    problem = BadField(
        name, tr("{value} is not what this field holds.", value=_as_said(value)), _shape_of(field.type)
    )
    if field.type is FieldType.TIME:
        if not isinstance(value, str):
            raise problem
        return said_moment(value, desk.who.zone, name)
    if field.type is FieldType.REF:
        if not isinstance(value, str) or len(value) != 32 or value != value.lower() or not _is_hex(value):
            raise problem
        return value
    if not isinstance(value, _PYTHON[field.type]) or (
        isinstance(value, bool) and field.type is not FieldType.BOOL and field.type is not FieldType.JSON
    ):
        raise problem
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        raise problem
    return value


_PYTHON: dict[FieldType, tuple[type, ...]] = {
    FieldType.TEXT: (str,),
    FieldType.DATE: (str,),
    FieldType.INT: (int,),
    FieldType.REAL: (int, float),
    FieldType.BOOL: (bool,),
    FieldType.LIST: (list,),
    FieldType.SEALED: (str,),
    FieldType.JSON: (dict, list, str, int, float, bool),
}


def _as_said(value: Any) -> str:
    """A value as it stood in the line, or its beginning."""
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))[:40]


def _is_hex(text: str) -> bool:
    return all(c in "0123456789abcdef" for c in text)


def _shape_of(shape: FieldType) -> str:
    return {
        FieldType.TEXT: tr("It holds a text."),
        FieldType.INT: tr("It holds a whole number."),
        FieldType.REAL: tr("It holds a number."),
        FieldType.BOOL: tr("It holds true or false."),
        FieldType.REF: tr("It holds the id of another record."),
        FieldType.TIME: tr("It holds a time, like 2026-11-23T15:40-05:00."),
        FieldType.DATE: tr("It holds a date, like 2026-11-23 or 2026."),
        FieldType.LIST: tr("It holds a list."),
        FieldType.JSON: tr("It holds an object."),
        FieldType.SEALED: tr("It holds a sealed text."),
    }[shape]
