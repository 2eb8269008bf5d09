"""``state``: one hash of the logical state, equal on any two replicas with the same events and statements."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shelterdesk.core.event import Event, read_again
from shelterdesk.core.heads import Head, Logged, heads
from shelterdesk.core.roster import Roster
from shelterdesk.db import statements
from shelterdesk.db.connection import Connection

if TYPE_CHECKING:
    from hashlib import _Hash

_ALL = (1 << 63) - 1
_SAID_ONCE = frozenset({"erase", "clock_fix"})


def state_of(conn: Connection, upto: int | None = None) -> str:
    """SHA-256, as 64 hex digits, over the sorted admitted heads, the roster number and the statements in force.

    With ``upto`` (local id of an event) nothing of the log that came here after it counts.

    A head is (entity, field, op id with its hash, exact value bytes as logged), in bytewise order (SYNC §1.0); records
    of several kinds under one id come one after the other, by the number of their kind.
    """
    digest = hashlib.sha256(b"state.v1@shelterdesk\0")
    for ent, logged in _entities(conn, upto):
        for kind in sorted({one.op.kind for one in logged}):
            found = heads(one for one in logged if one.op.kind == kind)
            for number in sorted(found):
                for head in sorted(found[number], key=lambda h: h.id):
                    _feed(digest, ent, number, head)
    roster = statements.roster_of(conn)
    digest.update(b"roster" + struct.pack(">QQ", roster.issuer, roster.number))
    for sha in _in_force(conn, roster):
        digest.update(sha)
    return digest.hexdigest()


def _in_force(conn: Connection, roster: Roster) -> list[bytes]:
    """Hashes of the statements by which the log says something else than its events, in bytewise order.

    Believed erasures and corrected clocks, and the revocations that bound a desk now: one that is held and not
    heard, of somebody who may not say it, or lifted, is nothing two replicas have to agree on.
    """
    believed = set(roster.applied)
    found = {s.sha for s in statements.statements(conn) if s.kind in _SAID_ONCE and s.sha in believed}
    found.update(bound.sha for desk in roster.desks.values() for bound in desk.revocations)
    return sorted(found)


def _feed(digest: _Hash, ent: bytes, number: int, head: Head) -> None:
    id_ = head.id
    digest.update(ent)
    digest.update(struct.pack(">IQQQ", number, id_.dev, id_.epoch, id_.seq))
    digest.update(id_.eh8)
    digest.update(struct.pack(">I", len(head.value)))
    digest.update(head.value)


def _entities(conn: Connection, upto: int | None) -> Iterator[tuple[bytes, list[Logged]]]:
    """Every entity in bytewise order with its admitted ops."""
    current: bytes | None = None
    logged: list[Logged] = []
    recent: dict[int, Event] = {}
    for ent, event_id, pos, line, eh in conn.execute(
        "SELECT o.ent, o.event, o.pos, e.line, e.eh FROM op o JOIN event e ON e.id = o.event"
        " LEFT JOIN set_aside_op s ON s.event = o.event AND s.pos = o.pos"
        " WHERE s.event IS NULL AND e.line IS NOT NULL AND o.event <= ? ORDER BY o.ent",
        (upto if upto is not None else _ALL,),
    ):
        if ent != current:
            if current is not None:
                yield current, logged
            current, logged = ent, []
        event = recent.get(event_id)
        if event is None:
            if len(recent) > 2_000:  # entities made together have ids and events near each other
                recent.clear()
            event = recent[event_id] = read_again(line, eh)
        logged.append(Logged(event.op_id(pos), event.hlc, event.ops[pos]))
    if current is not None:
        yield current, logged
