"""Records that the office had erased: their ops blanked in the log, and everything made of them taken away.

SYNC §1.4. Which they are follows from the statements believed (``Roster.erased``): a line that comes later is blanked
as it comes (:func:`shelterdesk.db.merge.take_in`), those that are here the moment the statement is believed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress

from shelterdesk.core.erased import hash_alone, without
from shelterdesk.core.event import ERASED, BadLine, Event, read_again
from shelterdesk.core.kinds import CARRIERS
from shelterdesk.db import judging, meta, tables
from shelterdesk.db.connection import Connection, cut_log, in_parts, writing
from shelterdesk.db.exchange import read_ids

LEFT_BEHIND = "erased_left_behind"
"""Set from the moment something was erased until nothing of it lies in the file or its log either."""

ERASED_AT = "erased_at_ms"
"""When something was last erased here (UTC ms): papers made before may show it."""

_CARRIERS = frozenset(kind.number for kind in CARRIERS.values())


def blank(conn: Connection, ents: Collection[bytes]) -> tables.Touched:
    """Erase records in the log and the tables, inside the caller's transaction; returns what changed, by kind.

    Derived tables (search, presence) follow. What others say about these people from other records stays.
    """
    kinds: dict[bytes, set[int]] = {}
    events: set[int] = set()
    for marks, part in in_parts(sorted(ents)):
        for ent, event, kind in conn.execute(f"SELECT ent, event, kind FROM op WHERE ent IN ({marks})", part):
            kinds.setdefault(ent, set()).add(kind)
            events.add(event)
    if not kinds:
        return {}
    _blank_lines(conn, sorted(events), ents)
    touched: tables.Touched = {}
    for ent, several in kinds.items():
        for table in ("op", "head", "conflict"):
            conn.execute(f"DELETE FROM {table} WHERE ent = ?", (ent,))
        for kind in several:
            if tables.is_known(kind):
                touched.setdefault(kind, {})[ent] = None
    for kind, some in touched.items():
        for ent in some:
            tables.drop_row(conn, kind, ent)
    tables.follow(conn, touched)
    judging.note_turned(conn, [ent for ent, several in kinds.items() if not _CARRIERS.isdisjoint(several)])
    _write_anew(conn, events)
    meta.put(conn, LEFT_BEHIND, b"1")
    return touched


def _blank_lines(conn: Connection, ids: Collection[int], ents: Collection[bytes]) -> None:
    gone: list[int] = []
    for marks, part in in_parts(sorted(ids)):
        rows = conn.execute(
            f"SELECT id, dev, epoch, seq, last_seq, eh, wall_ms, line FROM event WHERE id IN ({marks})", part
        ).fetchall()
        for id_, dev, epoch, seq, last_seq, eh, wall_ms, line in rows:
            left = _left(dev, epoch, seq, last_seq, bytes(eh), wall_ms, line, ents)
            if left.line:
                conn.execute("UPDATE event SET line = ? WHERE id = ?", (left.line, id_))
                places = [(id_, pos) for pos, op in enumerate(left.ops) if op.kind == ERASED]
                conn.executemany("DELETE FROM set_aside_op WHERE event = ? AND pos = ?", places)
            else:
                gone.append(id_)
    for id_ in gone:
        conn.execute("UPDATE event SET line = NULL, user = '', hlc = 0 WHERE id = ?", (id_,))
        conn.execute("DELETE FROM set_aside_op WHERE event = ?", (id_,))


def _left(
    dev: int,
    epoch: int,
    seq: int,
    last_seq: int,
    eh: bytes,
    wall_ms: int,
    line: bytes | None,
    ents: Collection[bytes],
) -> Event:
    """What stays of one event; of a line nobody can read any more its hash alone."""
    if line is not None:
        with suppress(BadLine, ValueError):
            return without(read_again(line, eh), ents)
    return hash_alone(dev, epoch, seq, last_seq - seq + 1, eh, wall_ms)


def _write_anew(conn: Connection, events: Collection[int]) -> None:
    """Bundles that wait and hold one of these events are planned anew: what lies on a stick is not sent on."""
    for audience, number, ids in conn.execute(
        "SELECT DISTINCT audience, bundle_no, ids FROM bundle_out WHERE is_waiting = 1"
    ).fetchall():
        if any(low <= event <= high for low, high in read_ids(ids) for event in events):
            conn.execute(
                "UPDATE bundle_out SET is_waiting = 0 WHERE audience = ? AND bundle_no = ?",
                (audience, number),
            )


def not_erased(conn: Connection, erased: Iterable[bytes]) -> int:
    """How many entities are erased and still spoken of in the log."""
    found = 0
    for marks, part in in_parts(sorted(erased)):
        found += conn.execute(f"SELECT count(DISTINCT ent) FROM op WHERE ent IN ({marks})", part).fetchone()[
            0
        ]
    return found


def sweep(conn: Connection) -> bool:
    """After the commit: nothing of what was erased stays in the index of words, in free space, in the log beside.

    Outside any transaction. False while another connection still reads the older state: asked again when the file
    is opened and when it is closed.
    """
    if meta.get(conn, LEFT_BEHIND) is None:
        return True
    with writing(conn):
        # Words deleted from the index stay in its older segments until they are merged.
        conn.execute("INSERT INTO person_search (person_search) VALUES ('optimize')")
        meta.drop(conn, LEFT_BEHIND)
    if cut_log(conn):
        return True
    with writing(conn):
        meta.put(conn, LEFT_BEHIND, b"1")
    return False
