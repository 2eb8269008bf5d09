"""The end of a desk's own line: how far it has written, and the signatures under it."""

from __future__ import annotations

from shelterdesk.db.connection import Connection


def last_of(conn: Connection, dev: int, epoch: int) -> tuple[int, bytes] | None:
    """(last sequence number, chain value) of an author as far as the line is whole; None before the first."""
    row = conn.execute(
        "SELECT last_seq, chain FROM event WHERE dev = ? AND epoch = ? AND chain IS NOT NULL"
        " ORDER BY seq DESC LIMIT 1",
        (dev, epoch),
    ).fetchone()
    return None if row is None else (int(row[0]), bytes(row[1]))


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
