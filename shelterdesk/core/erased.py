"""What is left of an event once a record in it was erased: its place and its hash, and the ops of other records.

SYNC §1.4: payload gone, ``eh`` and numbers kept, so that chain, gaps and receipts stay as they were. The salt goes
too, or whoever guesses a name could try it against the hash.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from shelterdesk.core.event import ERASED, MAX_OPS, BadLine, Event, Op, hex16, parse, written_hash
from shelterdesk.core.kinds import VOID


def gone(ent: bytes) -> Op:
    """Stands where an erased op stood, so that the others keep their numbers: it names the id, and nothing else."""
    return Op(ERASED, ent, VOID, b"null")


_SALT = "0" * 32
_encoder = msgspec.json.Encoder()


def without(event: Event, erased: Collection[bytes]) -> Event:
    """The event as it is kept where the records ``erased`` are: itself, some ops blanked, or its hash alone."""
    if not event.line or not any(op.ent in erased and op.kind != ERASED for op in event.ops):
        return event
    ops = tuple([gone(op.ent) if op.ent in erased else op for op in event.ops])
    if all(op.kind == ERASED for op in ops):
        return hash_alone(event.dev, event.epoch, event.first_seq, len(ops), event.eh, event.wall_ms)
    body = msgspec.json.decode(event.line, type=dict[str, msgspec.Raw])
    left = msgspec.json.decode(body["o"], type=list[msgspec.Raw])
    said: list[object] = [
        [ERASED, op.ent.hex(), op.field, None, []] if op.kind == ERASED else raw
        for op, raw in zip(ops, left, strict=True)
    ]
    body["o"] = msgspec.Raw(_encoder.encode(said))
    body["x"] = msgspec.Raw(_encoder.encode(_SALT))
    body["eh"] = msgspec.Raw(_encoder.encode(event.eh.hex()))
    return msgspec.structs.replace(event, ops=ops, line=_encoder.encode(body), is_in_part=True)


def hash_alone(dev: int, epoch: int, first_seq: int, ops: int, eh: bytes, wall_ms: int) -> Event:
    """An event of which only place, hash and wall clock are known; nobody's, and of no order."""
    return Event(dev, epoch, first_seq, 0, wall_ms, "", "", 0, 0, (gone(bytes(16)),) * ops, b"", eh)


class _HashAlone(msgspec.Struct):
    eh: str
    d: str
    e: int
    s: int
    n: int
    w: int


_decoder = msgspec.json.Decoder(_HashAlone)


def hash_line(dev: int, epoch: int, first_seq: int, last_seq: int, eh: bytes, wall_ms: int) -> bytes:
    """What stands in a part in the place of a line that is erased or withheld (docs/bundle-format.md)."""
    body = {
        "eh": eh.hex(),
        "d": hex16(dev),
        "e": epoch,
        "s": first_seq,
        "n": last_seq - first_seq + 1,
        "w": wall_ms,
    }
    return _encoder.encode(body)


def may_be_left(event: Event, erased: Collection[bytes]) -> bool:
    """Whether the records said to be gone from an event are erased; of a hash alone nobody can say which they were."""
    return not event.line or all(op.ent in erased for op in event.ops if op.kind == ERASED)


_MARK = b'"eh":"'


def is_in_part(line: bytes, eh: bytes) -> bool:
    """Whether a line of our own log is what was left of another."""
    return _MARK + eh.hex().encode() in line


def is_hash_line(line: bytes) -> bool:
    """Whether this is what :func:`hash_line` writes: a line of an event begins otherwise."""
    return line.startswith(b'{"eh":')


def read_brought(line: bytes) -> Event:
    """A line as others bring it: an event, what is left of one, or its hash alone. Raises :class:`BadLine`."""
    if not is_hash_line(line):
        event = parse(line)
        if event.is_in_part and not any(op.kind == ERASED for op in event.ops):
            raise BadLine("a line that names a hash and is whole")
        return event
    try:
        raw = _decoder.decode(line)
        dev = int(raw.d, 16)
    except (msgspec.MsgspecError, ValueError, RecursionError, UnicodeError) as error:
        raise BadLine(str(error)[:200]) from None
    if not 0 < raw.n <= MAX_OPS or len(raw.d) != 16 or raw.s < 1:
        raise BadLine("a number outside its range")
    if any(not 0 <= n < 1 << 63 for n in (dev, raw.e, raw.s + raw.n, raw.w)):
        raise BadLine("a number outside its range")
    return hash_alone(dev, raw.e, raw.s, raw.n, written_hash(raw.eh), raw.w)
