"""A desk's main line: how far it is whole, the chain values on it, and the signatures under it.

In the line stands what this desk wrote itself and what a head of its author vouches for (``db/vouching.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

from shelterdesk.core.event import GENESIS, MAX_OPS, Event, Place, chain_next
from shelterdesk.db.connection import Connection


def last_of(conn: Connection, dev: int, epoch: int) -> tuple[int, bytes] | None:
    """(last sequence number, chain value) of an author as far as the line is whole; None before the first."""
    row = conn.execute(
        "SELECT last_seq, chain FROM event WHERE dev = ? AND epoch = ? AND chain IS NOT NULL"
        " ORDER BY seq DESC LIMIT 1",
        (dev, epoch),
    ).fetchone()
    return None if row is None else (int(row[0]), bytes(row[1]))


def value_at(conn: Connection, dev: int, epoch: int, seq: int) -> bytes | None:
    """The chain value after the event of the main line that ends with ``seq``; None where there is none."""
    row = conn.execute(
        "SELECT chain FROM event WHERE dev = ? AND epoch = ? AND seq > ? AND seq <= ? AND last_seq = ?"
        " AND chain IS NOT NULL",
        (dev, epoch, seq - MAX_OPS, seq, seq),
    ).fetchone()
    return None if row is None else bytes(row[0])


def last_seq(conn: Connection, dev: int, epoch: int) -> int:
    """The greatest sequence number held of an author, 0 for none."""
    row = conn.execute(
        "SELECT last_seq FROM event WHERE dev = ? AND epoch = ? ORDER BY seq DESC LIMIT 1", (dev, epoch)
    ).fetchone()
    return 0 if row is None else int(row[0])


def add_signed_head(conn: Connection, dev: int, epoch: int, seq: int, chain: bytes, signature: bytes) -> None:
    """Keep a signed head; the same one twice is one."""
    conn.execute(
        "INSERT OR IGNORE INTO signed_head (dev, epoch, seq, chain, signature) VALUES (?, ?, ?, ?, ?)",
        (dev, epoch, seq, chain, signature),
    )


def continued(conn: Connection, fresh: Sequence[Event]) -> tuple[dict[Place, bytes], list[tuple[int, int]]]:
    """Chain values, by their places, of new events that follow straight on from what the log holds.

    Also the (desk, epoch) of which events lie in the log beyond a gap: their chains can only be carried on
    once the new events stand there too (:func:`carry_on`).
    """
    authors: dict[tuple[int, int], list[Event]] = {}
    for event in fresh:
        authors.setdefault((event.dev, event.epoch), []).append(event)
    chained: dict[Place, bytes] = {}
    apart = []
    for (dev, epoch), events in authors.items():
        upto, value = last_of(conn, dev, epoch) or (0, GENESIS)
        if last_seq(conn, dev, epoch) > upto:
            apart.append((dev, epoch))
            continue
        for event in sorted(events, key=lambda one: (one.first_seq, one.eh)):
            if event.first_seq > upto + 1:
                break
            if (
                event.first_seq == upto + 1
            ):  # a smaller number is a second branch: it has no place in this line
                value, upto = chain_next(value, event.eh), event.last_seq
                chained[event.place] = value
    return chained, apart


def carry_on(conn: Connection, dev: int, epoch: int) -> None:
    """Give a chain value to every event that now follows an unbroken line from the first.

    Of an event that came with a chain value said to stand before it (``claim``), only where it is this one: what
    has the next number may be of another branch.
    """
    upto, value = last_of(conn, dev, epoch) or (0, GENESIS)
    ready: list[tuple[bytes, int]] = []
    proved: list[tuple[int, bytes]] = []
    for id_, seq, last, eh in conn.execute(
        "SELECT id, seq, last_seq, eh FROM event WHERE dev = ? AND epoch = ? AND seq > ?"
        " AND id NOT IN (SELECT event FROM unsigned) ORDER BY seq, eh",
        (dev, epoch, upto),
    ):
        if seq <= upto:
            continue  # a second branch: it has no place in this line
        if seq != upto + 1:
            break
        said = [bytes(row[0]) for row in conn.execute("SELECT before FROM claim WHERE event = ?", (id_,))]
        if said and value not in said:
            continue
        proved.append((id_, value))
        value, upto = chain_next(value, eh), last
        ready.append((value, id_))
    conn.executemany("UPDATE event SET chain = ? WHERE id = ?", ready)
    conn.executemany("DELETE FROM claim WHERE event = ? AND before = ?", proved)
