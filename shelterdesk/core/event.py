"""Events and ops: how one committed transaction looks as one line of the log, and the hybrid clock.

SYNC §1.2 with §1.0. A line is JSON, its bytes are what is hashed, chained, kept and forwarded; reading
one never changes it. Integers beyond 2^53 are written as 16 hex digits, so that ordinary tools such as
``jq`` show them exactly.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from shelterdesk.core.kinds import VOID

ERASED = 0
"""Kind number of an op of which nothing is left but its place: no kind of the registry has it."""

ROW = 0
"""Field number of a row op: a creation carrying all fields given (SYNC §1.0, granularity)."""

MAX_OPS = 500
"""Most ops of one event (SYNC §1.0)."""

MAX_LINE = 1 << 20
"""Longest line accepted, bytes."""

GENESIS = bytes(32)
"""Chain value before the first event of a desk's epoch."""

_WIDEST = 1 << 31
_DRIFT_MS = 24 * 3600 * 1000


class BadLine(ValueError):
    """A line that is not an event; it is set aside with this reason."""


# Ops and events are structs: an import makes them by the hundred thousand, five times as fast as dataclasses,
# and as they cannot be part of a cycle the collector need not go through them again and again.


class OpId(msgspec.Struct, frozen=True, order=True, gc=False):
    """Desk, epoch, sequence number and first 8 bytes of the line hash: an op, whichever branch wrote it."""

    dev: int
    epoch: int
    seq: int
    eh8: bytes


class Op(msgspec.Struct, frozen=True, gc=False):
    """One change: ``value`` is JSON bytes exactly as logged; ``supersedes`` the heads its writer saw."""

    kind: int
    ent: bytes
    field: int
    value: bytes
    supersedes: tuple[OpId, ...] = ()


Place = tuple[int, int, int, bytes]
"""Desk, epoch, number of the first op, and hash of a line."""


class Event(msgspec.Struct, frozen=True, gc=False):
    """One line of the log with its hash. ``first_seq`` is the number of its first op.

    Of one some records of which were erased ``is_in_part`` is true and those ops are of kind :data:`ERASED`; ``line``
    is empty where nothing but the hash is left (``core/erased.py``).
    """

    dev: int
    epoch: int
    first_seq: int
    hlc: int
    wall_ms: int
    zone: str
    user: str
    schema: int
    merge_rules: int
    ops: tuple[Op, ...]
    line: bytes
    eh: bytes
    clock_doubt: bool = False
    is_in_part: bool = False

    @property
    def eh8(self) -> bytes:
        """The part of the hash that names the event inside op ids."""
        return self.eh[:8]

    @property
    def place(self) -> Place:
        """Where an event stands, with its hash: of a line that an erasure left the hash alone may be another's."""
        return (self.dev, self.epoch, self.first_seq, self.eh)

    @property
    def last_seq(self) -> int:
        """Sequence number of the last op."""
        return self.first_seq + len(self.ops) - 1

    def op_id(self, index: int) -> OpId:
        """Id of the op at ``index`` of this event."""
        return OpId(self.dev, self.epoch, self.first_seq + index, self.eh8)


class Numbered(Protocol):
    """What says where an event stands in its author's line, and its hash: the event, or what was noted of it."""

    @property
    def dev(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def first_seq(self) -> int: ...
    @property
    def last_seq(self) -> int: ...
    @property
    def eh(self) -> bytes: ...


class _Line(msgspec.Struct):
    d: str
    e: int
    s: int
    h: str
    w: int
    tz: str
    u: str
    sv: int
    mv: int
    x: str
    o: list[tuple[int, str, int, msgspec.Raw, list[tuple[str, int, int, str]]]]
    q: bool = False
    eh: str = ""  # in a line of which some ops were erased here: the hash of what was written


_decoder = msgspec.json.Decoder(_Line)
_values = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encoder = msgspec.json.Encoder()


def hex16(number: int) -> str:
    """A 63-bit integer as 16 hex digits, as it stands in JSON."""
    return f"{number:016x}"


def line_hash(line: bytes) -> bytes:
    """``eh``: SHA-256 of the exact line, without its newline."""
    return hashlib.sha256(line).digest()


def chain_next(previous: bytes, eh: bytes) -> bytes:
    """The chain value after an event: SHA-256(previous ‖ eh)."""
    return hashlib.sha256(previous + eh).digest()


def compose(
    *,
    dev: int,
    epoch: int,
    first_seq: int,
    hlc: int,
    wall_ms: int,
    zone: str,
    user: str,
    schema: int,
    merge_rules: int,
    salt: bytes,
    ops: Sequence[Op],
    clock_doubt: bool = False,
) -> Event:
    """Write an event and hash it; raises ``ValueError`` for one no reader would take.

    ``salt`` is 16 random bytes: a kept hash must not tell an erased name.
    """
    if not 0 < len(ops) <= MAX_OPS:
        raise ValueError(f"an event has 1 to {MAX_OPS} ops, not {len(ops)}")
    body: dict[str, Any] = {
        "d": hex16(dev),
        "e": epoch,
        "s": first_seq,
        "h": hex16(hlc),
        "w": wall_ms,
        "tz": zone,
        "u": user,
        "sv": schema,
        "mv": merge_rules,
        "x": salt.hex(),
        "o": [
            [
                op.kind,
                op.ent.hex(),
                op.field,
                msgspec.Raw(op.value),
                [[hex16(p.dev), p.epoch, p.seq, p.eh8.hex()] for p in op.supersedes],
            ]
            for op in ops
        ],
    }
    if clock_doubt:
        body["q"] = True
    line = _encoder.encode(body)
    if len(line) > MAX_LINE:
        raise ValueError(f"a line of {len(line)} bytes would be read by nobody")
    return Event(
        dev,
        epoch,
        first_seq,
        hlc,
        wall_ms,
        zone,
        user,
        schema,
        merge_rules,
        tuple(ops),
        line,
        line_hash(line),
        clock_doubt,
    )


def written_hash(text: str) -> bytes:
    """The hash of a line as it stands in what is left of it; raises :class:`BadLine`."""
    try:
        eh = bytes.fromhex(text)
    except ValueError:
        eh = b""
    if len(eh) != 32 or eh.hex() != text:
        raise BadLine("a hash that is none")
    return eh


def parse(line: bytes) -> Event:
    """Read a line. Raises :class:`BadLine` with the reason for anything that is not an event.

    A line of which some ops were erased names the hash it had; whether that can be believed is for the caller to ask.
    """
    if len(line) > MAX_LINE:
        raise BadLine(f"line of {len(line)} bytes")
    try:
        raw = _decoder.decode(line)
        dev, hlc = int(raw.d, 16), int(raw.h, 16)
        ops = tuple([_op(*one) for one in raw.o])
    except (msgspec.MsgspecError, ValueError, RecursionError, UnicodeError) as error:
        raise BadLine(str(error)[:200]) from None
    if not 0 < len(ops) <= MAX_OPS:
        raise BadLine(f"{len(ops)} ops in one event")
    numbers = (dev, raw.e, raw.s, hlc, raw.w, raw.s + len(ops))
    if any(not 0 <= n < 1 << 63 for n in numbers) or len(raw.d) != 16 or len(raw.h) != 16 or raw.s < 1:
        raise BadLine("a number outside its range")
    if len(raw.x) != 32 or len(raw.tz) > 64 or len(raw.u) > 64:
        raise BadLine("salt, zone or operator of the wrong length")
    in_part = bool(raw.eh)
    eh = written_hash(raw.eh) if in_part else line_hash(line)
    return Event(dev, raw.e, raw.s, hlc, raw.w, raw.tz, raw.u, raw.sv, raw.mv, ops, line, eh, raw.q, in_part)


def read_again(line: bytes, eh: bytes) -> Event:
    """A line of our own log that :func:`parse` examined when it came in, with the hash kept of it.

    Twice as quick; raises :class:`BadLine` for a line that is not one any more.
    """
    try:
        raw = _decoder.decode(line)
        ops = tuple([
            Op(
                kind,
                bytes.fromhex(ent),
                field,
                bytes(value),
                tuple([OpId(int(d, 16), e, s, bytes.fromhex(h)) for d, e, s, h in above]) if above else (),
            )
            for kind, ent, field, value, above in raw.o
        ])  # fmt: skip
        return Event(
            int(raw.d, 16), raw.e, raw.s, int(raw.h, 16), raw.w, raw.tz, raw.u, raw.sv, raw.mv, ops, line, eh, raw.q,
            bool(raw.eh),
        )  # fmt: skip
    except (msgspec.MsgspecError, ValueError, RecursionError, UnicodeError) as error:
        raise BadLine(str(error)[:200]) from None


def ops_again(line: bytes, eh: bytes, positions: Sequence[int]) -> list[tuple[OpId, int, Op]]:
    """Some ops of a line of our own log, each with its id and the event's clock; raises :class:`BadLine`."""
    try:
        raw = _decoder.decode(line)
        dev, hlc, eh8 = int(raw.d, 16), int(raw.h, 16), eh[:8]
        found = []
        for pos in positions:
            kind, ent, field, value, above = raw.o[pos]
            saw = tuple([OpId(int(d, 16), e, s, bytes.fromhex(h)) for d, e, s, h in above]) if above else ()
            op = Op(kind, bytes.fromhex(ent), field, bytes(value), saw)
            found.append((OpId(dev, raw.e, raw.s + pos, eh8), hlc, op))
        return found
    except (msgspec.MsgspecError, ValueError, RecursionError, UnicodeError) as error:
        raise BadLine(str(error)[:200]) from None


def _op(
    kind: int, ent_hex: str, field: int, value: msgspec.Raw, above: list[tuple[str, int, int, str]]
) -> Op:
    """One op of a line, examined; raises ``ValueError`` (:class:`BadLine` among them)."""
    if not (0 <= kind < _WIDEST and 0 <= field < _WIDEST):
        raise BadLine("a kind or field number outside its range")
    ent = bytes.fromhex(ent_hex)
    if len(ent) != 16:
        raise BadLine("an entity id that is not 16 bytes")
    op = Op(kind, ent, field, bytes(value), _superseded(above) if above else ())
    if field == ROW:
        _check_row(op)
    _check_value(op)
    return op


def _superseded(above: list[tuple[str, int, int, str]]) -> tuple[OpId, ...]:
    ids = tuple([OpId(int(d, 16), e, s, bytes.fromhex(h)) for d, e, s, h in above])
    if len(ids) > MAX_OPS or any(
        len(p.eh8) != 8 or not 0 <= p.dev < 1 << 63 or not 0 <= p.seq < 1 << 63 or not 0 <= p.epoch < 1 << 63
        for p in ids
    ):
        raise BadLine("a superseded op that cannot be")
    return ids


class _KnownLine(msgspec.Struct):
    d: str
    w: int
    u: str
    mv: int
    o: list[tuple[int, str, int, Any, list[Any]]]


_known = msgspec.json.Decoder(_KnownLine)


@dataclass(frozen=True, slots=True)
class Glance:
    """What a check needs of a line that was examined when it came in: author, time, user, rules, decoded ops."""

    dev: int
    wall_ms: int
    user: str
    merge_rules: int
    ops: list[tuple[int, str, int, Any, list[Any]]]  # kind, entity as hex, field, value, superseded


def glance(line: bytes) -> Glance:
    """Read a line of our own log quickly, its values decoded; raises :class:`BadLine`.

    Only for lines whose hash was compared with the one kept when :func:`parse` admitted them.
    """
    try:
        raw = _known.decode(line)
        return Glance(int(raw.d, 16), raw.w, raw.u, raw.mv, raw.o)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadLine(str(error)[:200]) from None


def _check_row(op: Op) -> None:
    """A row op must be an object of field numbers, written as plain numbers from 1 up."""
    try:
        names = _values.decode(op.value)
    except (msgspec.MsgspecError, ValueError) as error:
        raise BadLine(f"row op: {error}"[:200]) from None
    if _VOID in names:
        raise BadLine("a record that is void from the first")
    if not names.keys() <= _PLAIN.keys():
        for key in names:
            _field_number(key)


def _check_value(op: Op) -> None:
    """A value must decode whole: text that is no UTF-8, or a number beyond all numbers, would stop the tables later."""
    try:
        msgspec.json.decode(op.value)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadLine(f"value: {error}"[:200]) from None


def row_values(op: Op) -> dict[int, bytes]:
    """The fields a row op gives, each with its raw JSON bytes (SYNC §1.0, row ops and ``state``)."""
    try:
        given = _values.decode(op.value).items()
        return {_PLAIN.get(key) or _field_number(key): bytes(raw) for key, raw in given}
    except (msgspec.MsgspecError, ValueError) as error:
        raise BadLine(f"row op: {error}"[:200]) from None


_VOID = str(VOID)
_PLAIN = {str(number): number for number in range(1, 200)}


def _field_number(key: str) -> int:
    try:
        number = int(key)
    except ValueError:
        number = 0
    if not 1 <= number < _WIDEST or str(number) != key:
        raise BadLine(f"row op: field number {key[:20]!r}")
    return number


def row_op(kind: int, ent: bytes, values: dict[int, Any]) -> Op:
    """A creation with all the fields given; values are JSON-able."""
    return Op(kind, ent, ROW, _encoder.encode({str(number): value for number, value in values.items()}))


def field_op(kind: int, ent: bytes, field: int, value: Any, supersedes: Iterable[OpId]) -> Op:
    """A later edit of one field, naming the heads it was shown."""
    return Op(kind, ent, field, _encoder.encode(value), tuple(supersedes))


def given_at_creation(row: Op, field: int, value: bytes) -> Op:
    """A row op that gives a field another value; none with ``null``."""
    given = _values.decode(row.value)
    given.pop(str(field), None)
    if value != b"null":
        given[str(field)] = msgspec.Raw(value)
    return Op(row.kind, row.ent, ROW, _encoder.encode(given))


def next_hlc(last: int, now_ms: int) -> int:
    """The clock after a local event (SYNC §1.3): never behind the last, ahead of it by one at least."""
    return max(last + 1, now_ms << 16)


def absorb_hlc(last: int, remote: int, now_ms: int) -> int:
    """The clock after hearing ``remote``: a clock more than a day ahead is stored but not absorbed."""
    return max(last, min(remote, (now_ms + _DRIFT_MS) << 16))
