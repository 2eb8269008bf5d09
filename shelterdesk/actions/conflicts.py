"""What two desks wrote apart: listed with the words of the field, side by side, and settled by one event."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shelterdesk.actions.card_check import refresh_public_roster
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.desk_names import desk_names
from shelterdesk.actions.records import checked_value
from shelterdesk.actions.registration import local_day
from shelterdesk.actions.undo import Undone, undo_last
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.conflict_words import field_words
from shelterdesk.core.errors import NotFound, Refused
from shelterdesk.core.heads import void_said
from shelterdesk.core.kinds import CARD, CARRIERS, KINDS, VOID, FieldType, Kind
from shelterdesk.core.record_rules import NEEDED, check_record, tidied
from shelterdesk.core.severity import FieldClass, Severity, is_protected, of_rank
from shelterdesk.core.words import tr
from shelterdesk.db import conflicts as held
from shelterdesk.db.conflict_subjects import Subject, in_conflict_of, subjects
from shelterdesk.db.conflicts import PAGE, ConflictRow, Counts, Side, Wrote
from shelterdesk.db.connection import Connection
from shelterdesk.db.person_records import label_of, record_now, user_name
from shelterdesk.db.standing import heads_of
from shelterdesk.db.store import Reader
from shelterdesk.db.writing import Writing

SETTLE = "settle what was written apart"
PREVIEWED = 3
"""Values of a field that a line of the list names."""


@dataclass(frozen=True, slots=True)
class Told:
    """Who wrote an answer: a user's name, a desk ("LB1A"), when by its clock (UTC ms, zone), whether that was doubted."""

    user: str
    desk: str
    is_this_desk: bool
    at_ms: int
    zone: str
    clock_doubt: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the values that stand; ``raw`` names it when it is chosen. ``label`` says a reference in people's words.

    ``apart`` are, of a record that somebody voided meanwhile, the fields changed apart from that.
    """

    raw: bytes
    value: Any
    label: str | None
    told: tuple[Told, ...] = ()
    is_shown: bool = False
    apart: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """A field in conflict as a line of the list: whose record, which field, the first values and how many there are."""

    row: ConflictRow
    kind: str
    ent: str
    field: str
    severity: Severity
    about: FieldClass
    subject: Subject
    answers: tuple[Answer, ...]
    many: int


@dataclass(frozen=True, slots=True)
class ConflictList:
    """A page of the list; ``has_more`` says whether another follows."""

    counts: Counts
    lines: tuple[ConflictLine, ...]
    has_more: bool


def list_conflicts(
    desk: Desk,
    reader: Reader,
    after: ConflictRow | None = None,
    grave: Severity | None = None,
    ent: str | None = None,
) -> ConflictList:
    """A page of what two desks wrote apart, gravest first; of one severity, or of a record and what is a person's.

    Raises ``NotAllowed``.
    """
    desk.must(SETTLE)
    conn = reader.conn
    ents = [] if ent is None else [bytes.fromhex(ent), *in_conflict_of(conn, bytes.fromhex(ent))]
    rows = held.page(conn, after, grave, ents, PAGE + 1)
    return ConflictList(held.counts(conn), _lines(conn, rows[:PAGE]), len(rows) > PAGE)


def every_conflict(desk: Desk, reader: Reader) -> Iterator[ConflictLine]:
    """All of them, page after page."""
    after: ConflictRow | None = None
    while True:
        found = list_conflicts(desk, reader, after)
        yield from found.lines
        if not found.has_more:
            return
        after = found.lines[-1].row


def answers_of(desk: Desk, reader: Reader, line: ConflictLine) -> tuple[Answer, ...]:
    """The answers of a line with who wrote each, the one shown now first; fewer than two when it was settled."""
    desk.must(SETTLE)
    found = held.sides(reader.conn, line.row.ent, line.row.kind, line.row.field)
    return answers(reader, KINDS.get(line.row.kind), line.row.field, found)


def answers(reader: Reader, kind: Kind | None, number: int, found: Sequence[Side]) -> tuple[Answer, ...]:
    """Sides in the words of the field."""
    names = desk_names(reader.roster)

    def told(one: Wrote) -> Told:
        slot = names.get(one.dev, f"{one.dev:016x}")
        user = user_name(reader.roster, one.user)
        return Told(user, slot, one.dev == reader.who.dev, one.at_ms, one.zone, one.clock_doubt)

    made = []
    for at, side in enumerate(found):
        one = _answer(reader.conn, kind, number, side.value)
        apart = {_name(kind, n): msgspec.json.decode(raw) for n, raw in side.apart.items()}
        made.append(Answer(one.raw, one.value, one.label, tuple(map(told, side.wrote)), at == 0, apart))
    return tuple(made)


def conflict_named(desk: Desk, reader: Reader, said: str, name: str, kind: str = "") -> ConflictLine:
    """The conflict of a record on a field, both as the list prints them.

    A record is named by its id, or by the number, family or code of whom or what it is about; a field by its name or by
    the words for it. Raises ``NotFound``, ``Refused`` where several fit, ``NotAllowed``.
    """
    text = said.strip()
    if _is_id(text):
        near = list_conflicts(desk, reader, ent=text).lines
        lines = [line for line in near if line.ent == text] or list(near)
    else:
        lines = [line for line in every_conflict(desk, reader) if text.upper() in _called(line)]
    field = name.strip().casefold()
    lines = [line for line in lines if field in (line.field, field_words(line.kind, line.field).casefold())]
    lines = [line for line in lines if not kind or line.kind == kind]
    if not lines:
        raise NotFound(f"{text[:40]} {name[:40]}", tr("The list of conflicts says which there are."))
    if len(lines) > 1:
        ids = "; ".join(f"{line.ent} {line.field} ({line.kind})" for line in lines[:5])
        raise Refused(
            tr("Several records fit."), tr("Say which by its id, or with its kind: {ids}.", ids=ids)
        )
    return lines[0]


def _called(line: ConflictLine) -> tuple[str, ...]:
    """What people may call the record of a line, in capitals."""
    one = line.subject
    return tuple(said.upper() for said in (one.number, one.household, one.title) if said)


def take_back_choice(desk: Desk, ent: str, name: str, kind: str = "") -> Done[Undone]:
    """Take back what chose between the answers on a field of a record (its id): they stand side by side again.

    Raises ``NotFound`` where no choice stands, and as ``undo_last``, ``NotAllowed``.
    """
    desk.must(SETTLE)
    field, id_ = name.strip().casefold(), bytes.fromhex(ent) if _is_id(ent) else b""
    for known in KINDS.values() if id_ else ():
        if kind and known.name != kind:
            continue
        for number in heads_of(desk.store.conn, id_, known.number):
            if field in (_name(known, number), field_words(known.name, _name(known, number)).casefold()):
                chosen = held.chosen_by(desk.store.conn, id_, known.number, number)
                if chosen is not None:
                    done = undo_last(desk, (chosen,))
                    return Done(done.result, done.changes | Changes.of("status"))
    raise NotFound(
        tr("A choice about {what}", what=f"{ent[:40]} {name[:40]}"),
        tr("Name record and field as settle said them when it was settled."),
    )


def settle(
    desk: Desk, row: ConflictRow, value: bytes, saw: Collection[bytes] | None = None
) -> Done[tuple[bytes, ...]]:
    """Choose one of the answers that stand (raw JSON): one event with one change that supersedes all of them.

    ``saw`` are the answers that were looked at: with another one come in meanwhile nothing is settled. The result
    takes it back. Raises ``Refused`` where nothing is left to settle and where the user wrote one of the answers
    about somebody's protection, ``NotAllowed``.
    """
    desk.must(SETTLE)
    kind = _known_kind(row)
    with desk.store.write(desk.user) as event:
        values = _still_there(desk, event, kind, row)
        if value not in values or (saw is not None and set(saw) != set(values)):
            raise Refused(
                tr("Another answer has come in meanwhile."), tr("Look at all of them again, then choose.")
            )
        reason = void_said(value) if row.field == VOID else None
        if reason is not None:
            event.void(kind, row.ent.hex(), reason)
        else:
            event.set_raw(kind, row.ent.hex(), row.field, value)
    return _done(desk, event, kind)


def settle_anew(desk: Desk, row: ConflictRow, value: Any) -> Done[tuple[bytes, ...]]:
    """Say something else than all the answers that stand. Raises ``BadField`` for what this field cannot hold."""
    desk.must(SETTLE)
    kind = _known_kind(row)
    one = kind.numbered(row.field)
    if one is None or row.field == VOID:
        raise Refused(tr("Of this field only one of the answers can be chosen."))
    with desk.store.write(desk.user) as event:
        _still_there(desk, event, kind, row)
        given = tidied(kind, {one.name: checked_value(desk, kind, one.name, value)})
        record = record_now(event.conn, kind, row.ent, desk.roster)
        beside = {*NEEDED.get(kind.name, ()), "surnames", "given", "name_native"}
        others = {name: said for name, said in (record.values if record else {}).items() if name in beside}
        check_record(kind, {**others, **given}, event.now, local_day(desk))
        event.set(kind, row.ent.hex(), one.name, given.get(one.name))
    return _done(desk, event, kind)


def _still_there(desk: Desk, event: Writing, kind: Kind, row: ConflictRow) -> list[bytes]:
    standing = held.sides(event.conn, row.ent, row.kind, row.field)
    if len(standing) < 2:
        raise Refused(tr("Nothing is left to choose here: it was settled meanwhile."))
    if is_protected(kind.number):
        held.refuse_own(standing, desk.roster.same_person(desk.user.id))
    return [side.value for side in standing]


def _done(desk: Desk, event: Writing, kind: Kind) -> Done[tuple[bytes, ...]]:
    written = event.written
    if written is None:
        raise ValueError("a committed write says what it wrote")
    if kind is CARD:
        refresh_public_roster(desk)
    return Done(written.events, Changes(written.kinds) | Changes.of("status"))


def _known_kind(row: ConflictRow) -> Kind:
    kind = KINDS.get(row.kind)
    if kind is None or kind.numbered(row.field) is None:
        raise Refused(
            tr("This was written by a newer program and cannot be chosen between here."),
            tr("Update the program on this laptop; both answers stay."),
        )
    if kind in CARRIERS.values():
        raise Refused(tr("This entry is sealed."), tr("Whoever holds its key opens it and chooses."))
    return kind


def _lines(conn: Connection, rows: Sequence[ConflictRow]) -> tuple[ConflictLine, ...]:
    about = subjects(conn, [(row.kind, row.ent) for row in rows])
    lines = []
    for row in rows:
        kind = KINDS.get(row.kind)
        values, many = held.values_of(conn, row, PREVIEWED)
        if row.field == VOID:
            values, many = [], 2
        shown = tuple(_answer(conn, kind, row.field, value) for value in values)
        lines.append(
            ConflictLine(
                row, _kind_name(row.kind), row.ent.hex(), _name(kind, row.field), *of_rank(row.rank),
                about.get((row.kind, row.ent), Subject()), shown, many,
            )
        )  # fmt: skip
    return tuple(lines)


def _answer(conn: Connection, kind: Kind | None, number: int, raw: bytes) -> Answer:
    if number == VOID:
        reason = void_said(raw)
        return Answer(raw, None if reason is None else {"reason": reason}, None)
    value = msgspec.json.decode(raw)
    one = kind.numbered(number) if kind is not None else None
    is_reference = one is not None and one.type is FieldType.REF and isinstance(value, str)
    label = label_of(conn, one.name, value) if is_reference and one is not None and _is_id(value) else None
    return Answer(raw, value, label)


def _is_id(text: str) -> bool:
    return len(text) == 32 and all(sign in "0123456789abcdef" for sign in text)


def _kind_name(number: int) -> str:
    kind = KINDS.get(number)
    return kind.name if kind is not None else f"#{number}"


def _name(kind: Kind | None, number: int) -> str:
    one = kind.numbered(number) if kind is not None else None
    return one.name if one is not None else f"#{number}"
