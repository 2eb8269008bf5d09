"""Histories for the merge core, drawn from one seed: desks that know some of each other, copies, wrong clocks, hostile hands."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field, replace

from shelterdesk.core.event import Event, Op, OpId, compose, hex16
from shelterdesk.core.kinds import HOUSEHOLD, PERSON, SEALED_PROTECTION, TRANSFER
from tests.sim import oracle
from tests.sim.oracle import VOID, Record, Said

NEWER_KIND, NEWER_FIELD = 500, 900
OPERATOR, GATE, STRANGER = "operator", "gate", "stranger"
"""Users: who may write people, who may not, and whom no roster names at first."""

FIELDS = {
    PERSON.number: (3, 4, 9, 28),  # surnames, given, sex, note
    HOUSEHOLD.number: (2, 4),
    TRANSFER.number: (2, 14),
    SEALED_PROTECTION.number: (2, 3),
    NEWER_KIND: (2, 7),
}
_KINDS = (PERSON.number,) * 4 + (HOUSEHOLD.number, TRANSFER.number, SEALED_PROTECTION.number)
_HIGHEST = (1 << 63) - 1
_MORNING_MS = 1_795_438_800_000
_WORDS = ('"Ana"', '"ana"', '"\\u0041na"', '"Luz"', "null", '"Éva"', '"a,[{\\"o\\":[}"', '"-"')


@dataclass
class Writer:
    """A desk (or a copy of one) as it stands: its place in the log, its clock, and which events it knows."""

    dev: int
    station: str
    skew_ms: int
    epoch: int = 0
    seq: int = 1
    hlc: int = 0
    knows: set[int] = field(default_factory=set)


@dataclass
class History:
    """Everything that was ever written in one schedule, and the story of it for whoever plays the seed again."""

    seed: int
    events: list[Event] = field(default_factory=list)
    said: list[tuple[Said, ...]] = field(default_factory=list)
    late_desk: int | None = None
    story: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    stations: dict[int, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[bytes]:
        return [event.line for event in self.events]


def make_history(seed: int) -> History:
    """The history of a seed: 8 to 20 events of 2 to 8 desks on a few records."""
    return _Maker(seed).history()


class _Maker:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.done = History(seed)
        self.now = _MORNING_MS
        self.records: list[Record] = []
        self.ops_on: dict[Record, list[tuple[int, Said]]] = {}
        rng = self.rng
        self.is_poisoned = rng.random() < 0.1
        self.writers = [self._writer(n) for n in range(rng.randint(2, 8))]
        if self.is_poisoned:
            self.writers[0].hlc = _HIGHEST - rng.randint(0, 40)
            self.done.counts["poisoned"] = 1
        if rng.random() < 0.2:
            self.writers[-1].station = "MT"
        if rng.random() < 0.2:
            self.done.late_desk = self.writers[-1].dev
        self.done.stations = {writer.dev: writer.station for writer in self.writers}

    def _writer(self, n: int) -> Writer:
        rng = self.rng
        skew = rng.choice((0, 0, rng.randint(-(10**9), 10**9), rng.randint(-(10**11), 10**12), -_MORNING_MS))
        return Writer(rng.getrandbits(63), "LB", skew)

    def history(self) -> History:
        acts = (
            (self._create, 12), (self._edit, 40), (self._resolve, 8), (self._void, 5), (self._hostile, 9),
            (self._several, 8), (self._copy, 3), (self._restore, 4), (self._newer, 5), (self._talk, 14),
        )  # fmt: skip
        names, weights = zip(*acts, strict=True)
        self._create(self.writers[0])
        wanted = self.rng.randint(8, 20)
        while len(self.done.events) < wanted:
            self.now += self.rng.choice((0, 1, 1000, 60_000))
            writer = self.rng.choice(self.writers)
            self.rng.choices(names, weights)[0](writer)
        return self.done

    # -- what a desk does

    def _create(self, writer: Writer) -> None:
        rng = self.rng
        kind = rng.choice(_KINDS)
        ent = rng.randbytes(16)
        if self.records and rng.random() < 0.15:  # made twice under one id, or another kind under it
            ent = rng.choice(self.records)[0]
        self._write(writer, [self._row(kind, ent)], "creates")

    def _row(self, kind: int, ent: bytes) -> Op:
        rng = self.rng
        given = rng.sample(FIELDS[kind], rng.randint(1, len(FIELDS[kind])))
        value = "{" + ",".join(f'"{number}":{rng.choice(_WORDS)}' for number in given) + "}"
        return Op(kind, ent, 0, value.encode())

    def _edit(self, writer: Writer) -> None:
        self._write(writer, [self._edit_op(writer)], "edits")

    def _edit_op(self, writer: Writer) -> Op:
        rng = self.rng
        record = self._known_record(writer)
        number = self._field(record)
        heads = self._heads(writer, record).get(number, [])
        how = rng.random()
        if how < 0.7:
            above = heads
        elif how < 0.9:
            above = heads[:1]
        else:
            above = []
        return self._op(record, number, rng.choice(_WORDS).encode(), [head.id for head in above])

    def _resolve(self, writer: Writer) -> None:
        """Name every head of a field somebody wrote twice; nothing where none is known."""
        record = self._known_record(writer)
        torn = [(n, heads) for n, heads in self._heads(writer, record).items() if len(heads) > 1]
        if torn:
            number, heads = self.rng.choice(sorted(torn, key=lambda one: one[0]))
            value = self.rng.choice([*(head.values[number] for head in heads), b'"agreed"'])
            self._write(writer, [self._op(record, number, value, [head.id for head in heads])], "resolves")

    def _void(self, writer: Writer) -> None:
        record = self._known_record(writer)
        heads = self._heads(writer, record)
        saw = [head.id for number, several in sorted(heads.items()) if number != VOID for head in several]
        said = {"reason": self.rng.choice(("twice", "nobody")), "saw": [_named(id_) for id_ in saw]}
        value = json.dumps(said).encode() if self.rng.random() < 0.9 else b'"nonsense"'
        above = [head.id for head in heads.get(VOID, [])]
        self._write(writer, [self._op(record, VOID, value, above)], "voids")

    def _hostile(self, writer: Writer) -> None:
        """Name what may not be replaced: ops of other fields, false hashes, numbers still to come."""
        rng = self.rng
        record = self._known_record(writer)
        number = self._field(record)
        dev, epoch, seq, eh8 = rng.choice(rng.choice(self.done.said)).id
        above = rng.choice(
            (
                [(dev, epoch, seq, eh8)],
                [(dev, epoch, seq, rng.randbytes(8))],
                [(dev, epoch, seq + n, rng.randbytes(8)) for n in range(1, 4)],
                [(dev, epoch, seq + 1, eh8)],
                [(dev, epoch + 1, seq, eh8)],
            )
        )
        self._write(writer, [self._op(record, number, b'"mine"', above)], "names what it may not")

    def _several(self, writer: Writer) -> None:
        """Several ops in one event, perhaps on one record, with a creation among them or not."""
        ops = [self._edit_op(writer) for _ in range(self.rng.randint(1, 3))]
        if self.rng.random() < 0.5:
            ops.insert(0, self._row(PERSON.number, self.rng.randbytes(16)))
        self._write(writer, ops, "writes at once")

    def _copy(self, writer: Writer) -> None:
        """The folder is copied and both work on under the same numbers."""
        if len(self.writers) < 10:
            self.writers.append(replace(writer, knows=set(writer.knows)))
            self.done.counts["copies"] += 1
            self.done.story.append(f"{_short(writer)} is copied at {writer.seq}")

    def _restore(self, writer: Writer) -> None:
        """An older backup is put back: it has forgotten what others told it, and goes on in a new epoch."""
        writer.knows = {one for one in writer.knows if self.rng.random() < 0.7}
        writer.epoch = max(writer.epoch + 1, self.rng.randint(1, 1 << 50))
        writer.seq = 1
        writer.hlc = 0
        self.done.counts["restores"] += 1
        self.done.story.append(f"{_short(writer)} is restored")

    def _newer(self, writer: Writer) -> None:
        """What only a newer program knows: another kind, or a further field of a person."""
        rng = self.rng
        if rng.random() < 0.4:
            ops = [Op(NEWER_KIND, rng.randbytes(16), 0, b'{"2":[1,{"a":2.50}]}')]
        else:
            record = self._known_record(writer)
            number = NEWER_FIELD if record[1] != NEWER_KIND else 3
            heads = self._heads(writer, record).get(number, [])
            value = rng.choice((b"[]", b"1e2", b"100", b'{"x":null}'))
            ops = [self._op(record, number, value, [head.id for head in heads])]
        self._write(writer, ops, "writes as a newer program", schema=9)

    def _talk(self, writer: Writer) -> None:
        """Hear all, or some, of what another desk knows."""
        other = self.rng.choice(self.writers)
        heard = (
            other.knows if self.rng.random() < 0.7 else {n for n in other.knows if self.rng.random() < 0.5}
        )
        writer.knows |= heard
        if not self.is_poisoned:
            writer.hlc = max(
                [
                    writer.hlc,
                    *(min(self.done.events[n].hlc, (self._wall(writer) + 86_400_000) << 16) for n in heard),
                ]
            )

    # -- how it is written

    def _known_record(self, writer: Writer) -> Record:
        known = {one.record for n in writer.knows for one in self.done.said[n]}
        return self.rng.choice(sorted(known or self.records))

    def _field(self, record: Record) -> int:
        return self.rng.choice(FIELDS[record[1]])

    def _heads(self, writer: Writer, record: Record) -> dict[int, list[Said]]:
        ops = [one for n, one in self.ops_on.get(record, ()) if n in writer.knows]
        return oracle.heads_of(ops)

    def _op(self, record: Record, number: int, value: bytes, above: list[oracle.Id]) -> Op:
        return Op(record[1], record[0], number, value, tuple(OpId(*id_) for id_ in above))

    def _wall(self, writer: Writer) -> int:
        return max(0, self.now + writer.skew_ms)

    def _write(self, writer: Writer, ops: list[Op], what: str, schema: int = 1) -> None:
        rng = self.rng
        wall = self._wall(writer)
        writer.hlc = min(max(writer.hlc + 1, wall << 16), _HIGHEST)
        user = rng.choices((OPERATOR, GATE, STRANGER), (94, 3, 3))[0]
        event = compose(
            dev=writer.dev, epoch=writer.epoch, first_seq=writer.seq, hlc=writer.hlc, wall_ms=wall, zone="UTC",
            user=user, schema=schema, merge_rules=1, salt=rng.randbytes(16), ops=ops,
        )  # fmt: skip
        writer.seq = event.last_seq + 1
        at = len(self.done.events)
        self.done.events.append(event)
        said = oracle.read_line(event.line)
        self.done.said.append(said)
        writer.knows.add(at)
        for one in said:
            if one.record not in self.ops_on:
                self.records.append(one.record)
            self.ops_on.setdefault(one.record, []).append((at, one))
        named = [f"{op.ent.hex()[:6]}/{op.kind}.{op.field}={op.value.decode()[:30]}" for op in ops]
        self.done.story.append(f"{at}: {_short(writer)} ({user}) {what} {', '.join(named)}")


def _named(id_: oracle.Id) -> list[object]:
    return [hex16(id_[0]), id_[1], id_[2], id_[3].hex()]


def _short(writer: Writer) -> str:
    return f"desk {writer.dev % 997} of {writer.station}, epoch {writer.epoch % 9973}, at {writer.seq}"
