"""Registrations as a busy desk would have logged them: synthetic families as events, the same for the same seed."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import Any

import msgspec

from shelterdesk.actions.demo import practice_families
from shelterdesk.core.event import Event, Op, OpId, compose, field_op, row_op
from shelterdesk.core.identity import new_entity
from shelterdesk.core.kinds import (
    HOUSEHOLD,
    INTAKE_ANSWERS,
    MEMBERSHIP,
    MERGE_RULES,
    MOVEMENT,
    PERSON,
    SCHEMA_VERSION,
    SEALED_PROTECTION,
    STAY,
    TRAVEL_DOCUMENT,
    Kind,
)
from shelterdesk.core.moment import moment_text, to_milliseconds
from shelterdesk.core.number import household_number, person_number
from shelterdesk.core.practice_people import PracticeFamily, PracticePerson
from shelterdesk.core.vocabulary import HouseholdRole
from shelterdesk.keys.classes import seal

BEGAN = datetime(2024, 1, 1, 11, 0, tzinfo=UTC)
"""When the first of them arrived; the rest follow one after the other."""

ZONE = "America/Panama"
STAYERS = 5_000
"""People still in the house, at most, where departures are written too; the others have left."""

_MODELS = 20_000
_WORDS = 40_000
_SEALED_MODELS = 500
_BUS = 40
_SECONDS_PER_PERSON = 45
_ONSETS = "b c ch d f g h j k l m n p qu r s t v y z br cr dr fl gr pr tr".split()
_VOWELS = ("a", "e", "i", "o", "u", "a", "e", "ia")
_ENDS = ("", "", "", "n", "r", "s", "l", "z")


@dataclass(frozen=True, slots=True)
class Author:
    """Whose line the events stand in: desk and epoch, station and slot below it, operator, sealing key."""

    dev: int
    station: str
    slot: str
    user: str
    recipient: str
    key_version: int


class NameWords:
    """A vocabulary of made words, few of them borne by many and most by hardly anybody (Zipf, exponent 1)."""

    def __init__(self, rng: random.Random, count: int = _WORDS) -> None:
        words: dict[str, None] = {}
        while len(words) < count:
            parts = [
                rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_ENDS)
                for _ in range(rng.choice((2, 2, 3)))
            ]
            words["".join(parts).capitalize()] = None
        self.words = list(words)
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(count)))
        self._rng = rng

    def some(self, count: int) -> list[str]:
        """So many words by chance, common ones often."""
        return self._rng.choices(self.words, cum_weights=self._weights, k=count)


@dataclass(frozen=True, slots=True)
class _Guest:
    """Somebody who will leave: the person, the stay and the op that began it."""

    person: bytes
    stay: bytes
    began: OpId


class Registrations:
    """One desk's line: a family after the other, each one open event and, where wanted, one sealed one.

    ``stayers`` also writes the departure of everybody but so many, forty to a bus, their stays closed by
    edits. ``first_seq`` continues a line; somebody arrives every so many ``seconds``.
    """

    def __init__(
        self,
        author: Author,
        places: Sequence[str],
        seed: int,
        *,
        sealed: bool = True,
        stayers: int | None = None,
        began: datetime = BEGAN,
        first_seq: int = 1,
        seconds: float = _SECONDS_PER_PERSON,
    ) -> None:
        self.author, self.places = author, places
        self.sealed, self.stayers = sealed, stayers
        self.people, self.ops = 0, 0
        self._rng = random.Random(seed)
        self._words = NameWords(self._rng)
        self._families = self._made_families(seed)
        self._seq = first_seq
        self._at = began
        self._seconds = seconds
        self._hlc = 0
        self._households = 0
        self._guests: deque[_Guest] = deque()
        self._answers = self._sealed_models() if sealed else []

    def events(self, people: int) -> Iterator[Event]:
        """Events until so many people are registered."""
        while self.people < people:
            family = next(self._families)
            yield from self._register(family.members[: people - self.people])
            if self.stayers is not None and len(self._guests) >= self.stayers + _BUS:
                yield self._bus()

    def _made_families(self, seed: int) -> Iterator[PracticeFamily]:
        """A pool of families made as practice stations make them, used again and again under other names."""
        pool: list[PracticeFamily] = []
        for family in practice_families(seed, BEGAN):
            pool.append(family)
            yield family
            if len(pool) >= _MODELS:
                break
        while True:
            yield self._rng.choice(pool)

    def _sealed_models(self) -> list[str]:
        """Real sealed answers, used again for many people: each is as long and as random as any other."""
        record = {
            "kind": INTAKE_ANSWERS.number,
            "ent": "0" * 32,
            "fields": {"2": "0" * 32, "3": "no", "4": "yes"},
        }
        plain = msgspec.json.encode(record)
        return [seal(plain, self.author.recipient, 1024) for _ in range(_SEALED_MODELS)]

    def _event(self, ops: list[Op]) -> Event:
        wall = to_milliseconds(self._at)
        self._hlc = max(self._hlc + 1, wall << 16)
        event = compose(
            dev=self.author.dev,
            epoch=0,
            first_seq=self._seq,
            hlc=self._hlc,
            wall_ms=wall,
            zone=ZONE,
            user=self.author.user,
            schema=SCHEMA_VERSION,
            merge_rules=MERGE_RULES,
            salt=self._rng.randbytes(16),
            ops=ops,
        )
        self._seq += len(ops)
        self.ops += len(ops)
        return event

    def _ent(self) -> bytes:
        return new_entity(to_milliseconds(self._at), self._rng.randbytes(10))

    def _create(self, ops: list[Op], kind: Kind, values: dict[str, Any]) -> bytes:
        ent = self._ent()
        ops.append(
            row_op(kind.number, ent, {kind.field(n).number: v for n, v in values.items() if v is not None})
        )
        return ent

    def _register(self, members: Sequence[PracticePerson]) -> Iterator[Event]:
        self._at += timedelta(seconds=round(self._seconds * len(members)))
        author, when = self.author, moment_text(self._at, ZONE)
        ops: list[Op] = []
        stays: list[tuple[bytes, bytes, int]] = []
        self._households += 1
        household = self._create(
            ops,
            HOUSEHOLD,
            {
                "number": household_number(author.station, author.slot, self._households),
                "station": author.station,
            },
        )
        for member, (surname, given) in zip(members, self._names(members), strict=True):
            self.people += 1
            person = self._create(
                ops,
                PERSON,
                {
                    "number": person_number(author.station, author.slot, self.people),
                    "surnames": surname or None,
                    "given": given or None,
                    "name_native": member.name_native or None,
                    "single_name": member.single_name or None,
                    "sex": member.sex.value,
                    "birth": member.birth or {"missing": str(member.birth_missing)},
                    "nationality": list(member.nationality),
                    "birth_country": member.birth_country,
                    "last_residence": member.last_residence,
                    "languages": list(member.languages),
                    "level": "L2" if member.documents else "L1",
                    "arrived_at": when,
                    "entry_kind": "ARRIVED",
                    "entry_route": "BAJO_CHIQUITO",
                    "station": author.station,
                },
            )
            is_head = member.role is HouseholdRole.HEAD
            self._create(
                ops,
                MEMBERSHIP,
                {
                    "household": household.hex(),
                    "person": person.hex(),
                    "role": member.role.value,
                    "relation": None if is_head or member.relation is None else member.relation.value,
                    "from_at": when,
                },
            )
            for paper in member.documents:
                self._create(
                    ops,
                    TRAVEL_DOCUMENT,
                    {
                        "person": person.hex(),
                        "document_type": paper.type.value,
                        "document_number": paper.number or {"missing": "not_applicable"},
                        "issuer": paper.issuer,
                        "expiry": paper.expiry,
                        "mrz": paper.mrz or None,
                        "seen_at": when,
                    },
                )
            stay = self._create(
                ops,
                STAY,
                {
                    "person": person.hex(),
                    "place": self.places[self.people % len(self.places)],
                    "from_at": when,
                    "reason": "arrival",
                },
            )
            stays.append((person, stay, len(ops) - 1))
        event = self._event(ops)
        yield event
        if self.stayers is not None:
            self._guests.extend(_Guest(person, stay, event.op_id(pos)) for person, stay, pos in stays)
        if self.sealed:
            yield self._sealed_event(len(members))

    def _names(self, members: Sequence[PracticePerson]) -> Iterator[tuple[str, str]]:
        """The practice names, three in five of them with a part put in its place by a made word."""
        family, *own = self._words.some(1 + len(members))
        is_renamed = self._rng.random() < 0.6
        for member, word in zip(members, own, strict=True):
            surname, given = member.surnames, member.given
            if is_renamed and surname:
                surname = " ".join([family, *surname.split()[1:]])
            if self._rng.random() < 0.6 and given:
                given = " ".join([word, *given.split()[1:]])
            yield surname, given

    def _sealed_event(self, people: int) -> Event:
        ops: list[Op] = []
        for _ in range(people):
            sealed = {"sealed": self._rng.choice(self._answers), "key_version": self.author.key_version}
            self._create(ops, SEALED_PROTECTION, sealed)
        return self._event(ops)

    def _bus(self) -> Event:
        """Forty who came first leave: a movement each, and the stay closed by two edits (SYNC §1.4)."""
        when = moment_text(self._at, ZONE)
        ops: list[Op] = []
        for _ in range(_BUS):
            guest = self._guests.popleft()
            for name, value in (("to_at", when), ("end_reason", "departed")):
                ops.append(field_op(STAY.number, guest.stay, STAY.field(name).number, value, [guest.began]))
            self._create(
                ops, MOVEMENT, {"person": guest.person.hex(), "movement": "DEPARTED_BUS", "happened_at": when}
            )
        return self._event(ops)


def in_slices(events: Iterator[Event], ops: int) -> Iterator[list[Event]]:
    """Whole events, at least so many ops at a time."""
    some: list[Event] = []
    waiting = 0
    for event in events:
        some.append(event)
        waiting += len(event.ops)
        if waiting >= ops:
            yield some
            some, waiting = [], 0
    if some:
        yield some


def first_people(seed: int, count: int) -> list[PracticePerson]:
    """So many practice people, family after family."""
    members = (member for family in practice_families(seed, BEGAN) for member in family.members)
    return list(islice(members, count))
