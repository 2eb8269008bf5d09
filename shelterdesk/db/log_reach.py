"""How far a log reaches, told by its chains; whether another one goes on from there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shelterdesk.db import chain
from shelterdesk.db.connection import Connection

Author = tuple[int, int]


def chains_at(conn: Connection) -> dict[Author, tuple[int, bytes]]:
    """Of every author (desk, epoch) the last number on the unbroken line, and the chain there."""
    found = {}
    for dev, epoch in conn.execute("SELECT DISTINCT dev, epoch FROM seen").fetchall():
        last = chain.last_of(conn, dev, epoch)
        if last is not None:
            found[(dev, epoch)] = last
    return found


def follows_from(conn: Connection, chains: Mapping[Author, tuple[int, bytes]]) -> bool:
    """Whether a log holds all that the chains of another one stand for, entry by entry the same."""
    return all(
        chain.value_at(conn, dev, epoch, seq) == value for (dev, epoch), (seq, value) in chains.items()
    )


def newest_event(conn: Connection) -> int:
    """The local id of the newest event; 0 for none."""
    return int(conn.execute("SELECT coalesce(max(id), 0) FROM event").fetchone()[0])


def people_in(conn: Connection) -> int:
    """People registered, whoever was entered by mistake left out."""
    return int(conn.execute("SELECT count(*) FROM person WHERE void IS NULL").fetchone()[0])


def not_confirmed(
    conn: Connection, authors: Iterable[Author], issuers: Iterable[int]
) -> tuple[int, int | None]:
    """Events of authors beyond what any of the issuers confirmed: how many, and since when (UTC ms)."""
    marks = list(issuers)
    count, since = 0, None
    for dev, epoch in authors:
        upto = 0
        for issuer in marks:
            row = conn.execute(
                "SELECT upto FROM acknowledged WHERE dev = ? AND epoch = ? AND issuer = ?",
                (dev, epoch, issuer),
            ).fetchone()
            upto = max(upto, row[0] if row is not None else 0)
        n, oldest = conn.execute(
            "SELECT count(*), min(wall_ms) FROM event WHERE dev = ? AND epoch = ? AND last_seq > ?",
            (dev, epoch, upto),
        ).fetchone()
        count += n
        if oldest is not None:
            since = oldest if since is None else min(since, oldest)
    return count, since


def authors_held(conn: Connection) -> list[Author]:
    """Every author (desk, epoch) of whom something is held."""
    return [(dev, epoch) for dev, epoch in conn.execute("SELECT DISTINCT dev, epoch FROM event")]


def events_between(conn: Connection, dev: int, first: int, last: int) -> dict[int, tuple[int, int, int]]:
    """By epoch, the events of a desk that begin between two numbers: how many, the earliest and latest time (UTC ms)."""
    return {
        epoch: (count, low, high)
        for epoch, count, low, high in conn.execute(
            "SELECT epoch, count(*), min(wall_ms), max(wall_ms) FROM event WHERE dev = ? AND seq BETWEEN ? AND ?"
            " GROUP BY epoch",
            (dev, first, last),
        )
    }
