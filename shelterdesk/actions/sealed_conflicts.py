"""Sealed entries with two versions: holders of the key see them side by side and choose; others know how many alone.

SYNC §1.0, *sealed ops*. That two versions say the same is found out by opening them, and then there is nothing to
choose. Opening them is noted, sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from shelterdesk.actions.access import SEALED_ACCESS
from shelterdesk.actions.class_keys import class_identities
from shelterdesk.actions.conflicts import SETTLE, Answer, ConflictLine, answers
from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import Refused, WorldError
from shelterdesk.core.heads import Head
from shelterdesk.core.kinds import CARRIERS, KINDS, Kind
from shelterdesk.core.role_words import cannot_open
from shelterdesk.core.severity import is_protected, of_rank
from shelterdesk.core.vocabulary import AccessKind, Confidentiality
from shelterdesk.core.words import tr
from shelterdesk.db import conflicts as held
from shelterdesk.db.classes import named_values
from shelterdesk.db.conflict_subjects import Subject, people
from shelterdesk.db.conflicts import ConflictRow, Side
from shelterdesk.db.standing import heads_of
from shelterdesk.db.store import Reader
from shelterdesk.db.tables import reference
from shelterdesk.db.writing import Writing
from shelterdesk.keys.classes import unseal

_CLASSES = (Confidentiality.HEALTH, Confidentiality.PROTECTION)


class _Sealed(msgspec.Struct):
    """The record inside a sealed value."""

    kind: int
    ent: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SealedLine:
    """A sealed entry with two versions, opened; ``closed`` of its versions are sealed to keys the user does not hold."""

    line: ConflictLine
    answers: tuple[Answer, ...]
    closed: int


def sealed_conflicts(desk: Desk) -> Done[list[SealedLine]]:
    """Those the user can open, by class. Raises ``NotAllowed`` for who holds no key at all."""
    desk.must(SETTLE)
    keys = {name: [key.key.identity for key in class_identities(desk, name)] for name in _CLASSES}
    if not any(keys.values()):
        raise cannot_open(Confidentiality.PROTECTION)
    reader = desk.reader()
    try:
        found = {name: _opened(reader, name, identities) for name, identities in keys.items() if identities}
    finally:
        reader.close()
    with desk.store.write(desk.user) as event:
        for name, lines in found.items():
            if lines:
                event.create(
                    SEALED_ACCESS[name],
                    {"access": AccessKind.OPENED.value, "subject_kind": None, "happened_at": event.now},
                )
    kinds = event.written.kinds if event.written is not None else frozenset()
    return Done([line for lines in found.values() for line in lines], Changes(kinds))


def settle_sealed(desk: Desk, row: ConflictRow, value: bytes) -> Done[tuple[bytes, ...]]:
    """Choose one version of a sealed entry; the result takes it back.

    Raises ``NotAllowed`` for who cannot open every version, ``Refused`` for who wrote one about protection.
    """
    desk.must(SETTLE)
    kind = KINDS[row.kind]
    name = next((name for name in _CLASSES if CARRIERS[name] is kind), None)
    identities = [] if name is None else [key.key.identity for key in class_identities(desk, name)]
    if name is None or not identities:
        raise cannot_open(name or Confidentiality.PROTECTION)
    with desk.store.write(desk.user) as event:
        standing = held.sides(event.conn, row.ent, row.kind, row.field)
        if value not in [side.value for side in standing] or len(standing) < 2:
            raise Refused(tr("Nothing is left to choose here: it was settled meanwhile."))
        if any(_open(side.value, identities) is None for side in standing):
            raise Refused(
                tr("One of the versions is sealed to a key you do not hold."),
                tr("Whoever holds both keys chooses; both versions stay meanwhile."),
            )
        if is_protected(row.kind):
            held.refuse_own(standing, desk.roster.same_person(desk.user.id))
        _choose(event, kind, row, value)
    written = event.written
    if written is None:
        raise ValueError("a committed write says what it wrote")
    return Done(written.events, Changes(written.kinds) | Changes.of("status"))


def _choose(event: Writing, kind: Kind, row: ConflictRow, value: bytes) -> None:
    """The version and, where that stands twice too, the number of the key it is sealed to."""
    found = heads_of(event.conn, row.ent, row.kind)
    version = kind.field("key_version").number
    chosen = next(head for head in found[row.field] if head.value == value)
    event.set_raw(kind, row.ent.hex(), row.field, value)
    if len({head.value for head in found.get(version, ())}) > 1:
        same = [head for head in found[version] if _event_of(head) == _event_of(chosen)]
        event.set_raw(kind, row.ent.hex(), version, (same or found[version])[0].value)


def _event_of(head: Head) -> tuple[int, int, bytes]:
    return (head.id.dev, head.id.epoch, head.id.eh8)


def _opened(reader: Reader, name: Confidentiality, identities: Sequence[str]) -> list[SealedLine]:
    carrier = CARRIERS[name]
    number = carrier.field("sealed").number
    found = []
    for row in held.sealed_rows(reader.conn, carrier.number, number):
        standing = held.sides(reader.conn, row.ent, row.kind, row.field)
        line = _line(reader, row, standing, identities)
        if line is not None:
            found.append(line)
    return found


def _line(
    reader: Reader, row: ConflictRow, standing: Sequence[Side], identities: Sequence[str]
) -> SealedLine | None:
    """One of them; None where nothing of it opens, or where all that is in it says the same."""
    opened = [(side, one) for side in standing if (one := _open(side.value, identities)) is not None]
    closed = len(standing) - len(opened)
    if not opened or (not closed and all(one == opened[0][1] for _, one in opened)):
        return None
    kind = KINDS.get(opened[0][1].kind)
    values = [named_values(kind, one.fields) if kind is not None else one.fields for _, one in opened]
    told = answers(reader, KINDS[row.kind], row.field, [side for side, _ in opened])
    apart = _what_differs(values)
    made = tuple(
        Answer(side.value, shown, None, one.told, at == 0)
        for at, ((side, _), shown, one) in enumerate(zip(opened, apart, told, strict=True))
    )
    person = values[0].get("person")
    who = reference(person) if isinstance(person, str) else None
    subject = people(reader.conn, [who]).get(who, Subject()) if who is not None else Subject()
    line = ConflictLine(
        row, kind.name if kind is not None else f"#{opened[0][1].kind}", row.ent.hex(), "sealed", *of_rank(row.rank),
        subject, made, len(standing),
    )  # fmt: skip
    return SealedLine(line, made, closed)


def _what_differs(values: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of each version the fields in which it is not like all others; everything where there is one alone."""
    names = sorted({name for one in values for name in one})
    apart = [name for name in names if any(one.get(name) != values[0].get(name) for one in values[1:])]
    return [{name: one.get(name) for name in apart or names} for one in values]


def _open(raw: bytes, identities: Sequence[str]) -> _Sealed | None:
    """What is in a sealed value; None for one that does not open with these keys, or says nothing."""
    try:
        text = msgspec.json.decode(raw, type=str)
        return msgspec.json.decode(unseal(text, identities), type=_Sealed)
    except (WorldError, ValueError, msgspec.MsgspecError, RecursionError):
        return None
