"""One write: ops collected, roles checked, composed into an event and applied, all in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from shelterdesk.core.automatic import is_automatic, may_freeze_itself
from shelterdesk.core.errors import BadField, NotAllowed, NotHere, Refused
from shelterdesk.core.event import Event, Op, compose, field_op, next_hlc, row_op
from shelterdesk.core.heads import Head, void_value
from shelterdesk.core.identity import EntityOrder, new_entity
from shelterdesk.core.kinds import CARRIERS, DAILY_SHEET, MERGE_RULES, SCHEMA_VERSION, VOID, FieldType, Kind
from shelterdesk.core.moment import moment_text, to_milliseconds
from shelterdesk.core.record_rules import is_readable
from shelterdesk.core.role_words import cannot_write
from shelterdesk.core.roles import OFFICE_WRITES, may_write
from shelterdesk.core.roster import Roster, UserEntry
from shelterdesk.core.severity import is_protected
from shelterdesk.core.vocabulary import Confidentiality, Missing
from shelterdesk.core.words import tr
from shelterdesk.db import meta
from shelterdesk.db.chain import last_of
from shelterdesk.db.conflicts import refuse_own, sides
from shelterdesk.db.connection import Connection
from shelterdesk.db.merge import take_in
from shelterdesk.db.pending import Pending
from shelterdesk.db.standing import heads_of
from shelterdesk.keys.classes import seal

LONGEST_TEXT = 60_000
"""Longest text of one value, in bytes of UTF-8: below the cap every reader of bundles holds (SYNC §2, 64 KiB)."""

_DEEPEST = 4


def is_sendable(value: Any, levels: int = _DEEPEST) -> bool:
    """Whether readers of bundles will take a value: what they would set aside must not be written at all."""
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT and len(value.encode("utf-8", "replace")) <= LONGEST_TEXT
    if isinstance(value, Mapping):
        inside = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple):
        inside = list(value)
    else:
        return True
    if levels == 0 or len(inside) > 10_000:
        return False
    return all(is_sendable(one, levels - 1) for one in inside)


@dataclass(frozen=True, slots=True)
class Written:
    """What a write left: the kinds changed and the events by which it can be undone."""

    kinds: frozenset[str]
    events: tuple[bytes, ...]  # line hashes


class Writing:
    """Collects the ops of one action. Made by ``Store.write``; use inside its ``with`` block only.

    ``conn`` may be read inside the block: what a rule checks cannot change before the commit.
    """

    def __init__(
        self,
        conn: Connection,
        who: meta.Whoami,
        user: UserEntry,
        roster: Roster,
        now: datetime,
        clock_doubt: bool,
        ids: EntityOrder,
    ) -> None:
        self.conn = conn
        self.who = who
        # As the roster knows the user now: a role taken away since the log-in is away.
        self.user = roster.users.get(user.id, user)
        if not self.user.is_active:
            raise Refused(
                tr("{name} may not work here any more.", name=self.user.name),
                tr("Let somebody else log in; nothing was saved."),
            )
        self.now = now
        self._roster = roster
        self._ops, self._sealed = Pending(), Pending()
        self._seen: tuple[tuple[int, bytes], dict[int, list[Head]]] | None = (
            None  # of the record asked for last
        )
        self._clock_doubt = clock_doubt
        self._ids = ids
        self.written: Written | None = None

    @property
    def now_text(self) -> str:
        """The present as a stored moment."""
        return moment_text(self.now, self.who.zone)

    def create(self, kind: Kind, values: Mapping[str, Any], ent: str | None = None) -> str:
        """A new record with all the fields known; returns its entity id (32 hex digits).

        ``values`` by field name: texts, numbers, lists, :class:`Missing`, aware datetimes for times; None
        is left out. A kind of a sealed class is sealed to the class key. Raises :class:`NotAllowed`,
        ``KeyError`` for a field the kind does not have.
        """
        entity = bytes.fromhex(ent) if ent is not None else self._new_entity()
        given = {
            kind.field(name).number: self._json_value(kind, name, value)
            for name, value in values.items()
            if value is not None
        }
        if kind.is_sealed:
            self._seal(kind, entity, given)
        else:
            if not (kind is DAILY_SHEET and self._may_freeze_itself(values)):
                self._check(kind)
            self._ops.add(row_op(kind.number, entity, given))
        return entity.hex()

    def set(self, kind: Kind, ent: str, name: str, value: Any) -> None:
        """Change one field of a record, superseding all the values that stand now; None clears it.

        Raises :class:`Refused` where that would settle one's own words about somebody's protection.
        """
        self._check(kind)
        entity, field = bytes.fromhex(ent), kind.field(name)
        self._refuse_own(kind, entity, field.number)
        coded = None if value is None else self._json_value(kind, name, value)
        above = [head.id for head in self._heads(kind, entity).get(field.number, ())]
        self._ops_of(kind).add(field_op(kind.number, entity, field.number, coded, above))

    def set_raw(self, kind: Kind, ent: str, field: int, value: bytes) -> None:
        """Put back a value as it stood in the log, superseding what is shown now (undo)."""
        self._check(kind)
        entity = bytes.fromhex(ent)
        above = tuple(head.id for head in self._heads(kind, entity).get(field, ()))
        self._ops_of(kind).add(Op(kind.number, entity, field, value, above))

    def put_back(self, kind: Kind, ent: str, field: int, values: Sequence[bytes]) -> None:
        """Put back what a field held before (raw JSON): one value, or several that stood side by side, the shown one last."""
        if len(values) == 1:
            self.set_raw(kind, ent, field, values[0])
            return
        self._check(kind)
        entity = bytes.fromhex(ent)
        above = tuple(head.id for head in self._heads(kind, entity).get(field, ()))
        self._ops_of(kind).add_beside([Op(kind.number, entity, field, value, above) for value in values])

    def void(self, kind: Kind, ent: str, reason: str) -> None:
        """Mark a record as entered by mistake; it stays in the log and in history."""
        self._check(kind)
        entity = bytes.fromhex(ent)
        self._refuse_own(kind, entity, VOID)
        found = self._heads(kind, entity)
        above = [head.id for head in found.get(VOID, ())]
        self._ops_of(kind).add(field_op(kind.number, entity, VOID, void_value(reason, found), above))

    def next_count(self, name: str) -> int:
        """The next number of a counter of this desk."""
        return meta.next_count(self.conn, name)

    def _ops_of(self, kind: Kind) -> Pending:
        """Where an op goes: one on a sealed value never shares an event with an open one (SYNC §1.0)."""
        return self._sealed if kind in CARRIERS.values() else self._ops

    def _check(self, kind: Kind) -> None:
        if self.who.is_office and kind.name not in OFFICE_WRITES:
            raise NotHere(is_office=True)
        if not may_write(self.user.roles, kind.name):
            raise cannot_write(kind.name)

    def _may_freeze_itself(self, values: Mapping[str, Any]) -> bool:
        """Whether this is a sheet the program freezes, which the roles table alone would leave to a supervisor."""
        return not self.who.is_office and is_automatic(values) and may_freeze_itself(self.user.roles)

    def _new_entity(self) -> bytes:
        return self._ids.next(to_milliseconds(self.now), secrets.token_bytes(10))

    def _json_value(self, kind: Kind, name: str, value: Any) -> Any:
        field = kind.field(name)
        if value.__class__ is str:  # nearly every value is plain text, and a registration has thirty
            if value.isascii() and value.isprintable() and len(value) <= LONGEST_TEXT:
                return value
        elif value.__class__ is int or value.__class__ is bool:
            return value
        if isinstance(value, Missing):
            return {"missing": value.value}
        if isinstance(value, datetime):
            if field.type is not FieldType.TIME:
                raise TypeError(f"{kind.name}.{name} is not a time")
            return moment_text(value, self.who.zone)
        if isinstance(value, str):
            # Lone surrogates cannot be written as UTF-8; they are the only text that is altered.
            value = value.encode("utf-8", "replace").decode("utf-8")
        if not is_readable(value):
            raise BadField(name, tr("This holds control signs, which nobody can see."), tr("Type it again."))
        if not is_sendable(value):
            raise BadField(
                name,
                tr("This is too long, or nested too deeply, to be exchanged with other desks."),
                tr("Shorten it to {n} characters at most, or make a second record.", n=LONGEST_TEXT),
            )
        return value

    def _refuse_own(self, kind: Kind, entity: bytes, field: int) -> None:
        """Nobody settles by a change what they wrote themselves of somebody's protection (SYNC §2)."""
        if not is_protected(kind.number):
            return
        values = {head.value for head in self._heads(kind, entity).get(field, ())}
        if len(values) > 1:
            refuse_own(sides(self.conn, entity, kind.number, field), self._roster.same_person(self.user.id))

    def _heads(self, kind: Kind, entity: bytes) -> dict[int, list[Head]]:
        record = (kind.number, entity)
        if self._seen is None or self._seen[0] != record:
            self._seen = record, heads_of(self.conn, entity, kind.number)
        return self._seen[1]

    def _seal(self, kind: Kind, entity: bytes, given: Mapping[int, Any]) -> None:
        """Seal a record whole, the person it is about included, onto an entity with an id of its own."""
        carrier = CARRIERS[kind.confidentiality]
        self._check(carrier)
        key = self._roster.class_key(kind.confidentiality, self.who.station)
        if key is None:
            if kind.confidentiality is Confidentiality.SAFEGUARDING:
                raise Refused(
                    tr("Safeguarding entries can be written once the office's key is here."),
                    tr("Until then, tell the office in person; take in its reply from a stick."),
                )
            raise Refused(
                tr("This station has no key for that class yet."), tr("Ask the admin to finish the set-up.")
            )
        record = msgspec.json.encode(
            {"kind": kind.number, "ent": entity.hex(), "fields": {str(n): v for n, v in given.items()}}
        )
        sealed = seal(record, key.recipient)
        self._sealed.add(
            row_op(
                carrier.number,
                # Not in the order of the open records: their counts must not tell whose it is.
                new_entity(to_milliseconds(self.now), secrets.token_bytes(10)),
                {carrier.field("sealed").number: sealed, carrier.field("key_version").number: key.version},
            )
        )

    def finish(self) -> Written:
        """Compose the events and apply them; called once by the store at the end of the block.

        Sealed ops never share an event with open ones (SYNC §1.0).
        """
        events = self._events([*self._ops.cut(), *self._sealed.cut()])
        taken = take_in(self.conn, events, self._roster)
        if taken.set_aside:
            # What would lie set aside was not saved: said at once, with nothing written.
            raise NotAllowed(tr("save at this desk any more"))
        self.written = Written(frozenset(taken.kinds), tuple(event.eh for event in events))
        return self.written

    def _events(self, parts: Sequence[Sequence[Op]]) -> list[Event]:
        """Ops as events that follow each other at the end of this desk's line; moves the clock on."""
        if not parts:
            return []
        wall, hlc = to_milliseconds(self.now), meta.get_hlc(self.conn)
        # Of the main line: what others brought under this desk's name and cannot prove takes no number away.
        last = last_of(self.conn, self.who.dev, self.who.epoch)
        seq = 1 if last is None else last[0] + 1
        events = []
        for ops in parts:
            hlc = next_hlc(hlc, wall)
            event = compose(
                dev=self.who.dev,
                epoch=self.who.epoch,
                first_seq=seq,
                hlc=hlc,
                wall_ms=wall,
                zone=self.who.zone,
                user=self.user.id,
                schema=SCHEMA_VERSION,
                merge_rules=MERGE_RULES,
                salt=secrets.token_bytes(16),
                ops=ops,
                clock_doubt=self._clock_doubt,
            )
            events.append(event)
            seq = event.last_seq + 1
        meta.put_hlc(self.conn, hlc)
        return events
