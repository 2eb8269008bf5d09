"""The posts of an office: per station what was heard and when, what is missing, set aside or in conflict."""

from __future__ import annotations

from dataclasses import dataclass

from shelterdesk.core.event import hex16
from shelterdesk.db import chain, exchange
from shelterdesk.db import receipts as held
from shelterdesk.db.store import Reader


@dataclass(frozen=True, slots=True)
class Contiguous:
    """How far one desk (``LB1``) is here whole, in one epoch; ``upto`` is an op number."""

    desk: str
    dev: str
    epoch: int
    upto: int


@dataclass(frozen=True, slots=True)
class PostGap:
    """Entries of a desk that exist and are not here: "ask to export again"."""

    desk: str
    epoch: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class MissingPart:
    """A part of a bundle of which others came."""

    desk: str
    bundle_no: int
    part: int
    parts: int


@dataclass(frozen=True, slots=True)
class Post:
    """A station as the office sees it; ``last_heard_ms`` in Unix milliseconds, None for never.

    ``missing_parts`` names the first hundred of a desk, ``parts_missing`` counts all. ``set_aside`` counts changes
    kept but not admitted, ``parts_set_aside`` parts that could not be taken in.
    """

    station: str
    name: str
    country: str
    last_heard_ms: int | None
    contiguous: tuple[Contiguous, ...]
    gaps: tuple[PostGap, ...]
    missing_parts: tuple[MissingPart, ...]
    parts_missing: int
    set_aside: int
    parts_set_aside: int
    conflicts: int


def posts(reader: Reader) -> list[Post]:
    """Every enrolled station, by code."""
    conn, roster = reader.conn, reader.roster
    heard = held.last_heard_ms(conn)
    gaps = held.gaps(conn)
    ranges = held.held_ranges(conn)
    aside = dict(
        conn.execute(
            "SELECT e.dev, count(*) FROM set_aside_op s CROSS JOIN event e ON e.id = s.event GROUP BY e.dev"
        ).fetchall()
    )
    conflicts = conn.execute(
        "SELECT DISTINCT c.ent, c.field, h.dev FROM conflict c JOIN head h ON h.ent = c.ent AND h.field = c.field"
    ).fetchall()
    parts_aside = [part.sender for part in exchange.set_aside_parts(conn)]
    found = []
    for station in sorted(roster.stations.values(), key=lambda one: one.code):
        desks = {d.dev: d.slot for d in roster.desks.values() if d.station == station.code}
        times = [heard[dev] for dev in desks if dev in heard]
        whole = []
        for dev, epoch in sorted(ranges):
            if dev in desks:
                last = chain.last_of(conn, dev, epoch)
                whole.append(Contiguous(desks[dev], hex16(dev), epoch, 0 if last is None else last[0]))
        found.append(
            Post(
                station.code,
                station.name,
                station.country,
                max(times, default=None),
                tuple(whole),
                tuple(PostGap(desks[g.dev], g.epoch, g.first, g.last) for g in gaps if g.dev in desks),
                tuple(
                    MissingPart(name, *missing)
                    for dev, name in sorted(desks.items())
                    for missing in exchange.parts_missing(conn, dev)
                ),
                sum(exchange.parts_missing_count(conn, dev) for dev in desks),
                sum(aside.get(dev, 0) for dev in desks),
                sum(1 for sender in parts_aside if sender in desks),
                len({(ent, field) for ent, field, dev in conflicts if dev in desks}),
            )
        )
    return found
