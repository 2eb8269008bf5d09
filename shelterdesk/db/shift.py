"""Who wrote what between two moments: entries and records by user, read from the ends of each desk's line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from shelterdesk.db.connection import Connection
from shelterdesk.db.population import clusters, present_persons
from shelterdesk.db.unnamed import named_twice, unnamed_at

_BACK_MS = 3_600_000
"""How far a desk's clock may have been set back within its line, in ms, before older entries are not looked at."""

COUNTED = {"person": "registered", "stay": "lodged", "service": "served", "card": "cards"}
"""Kinds counted by who entered them, and as what."""


@dataclass(slots=True)
class ByUser:
    """Of one user (an id of the roster): first and last entry (UTC ms), how many, and records by kind."""

    first_ms: int
    last_ms: int
    entries: int = 0
    records: dict[str, int] = field(default_factory=dict)


def written_between(conn: Connection, devs: Iterable[int], from_ms: int, to_ms: int) -> dict[str, ByUser]:
    """What each user entered at some desks from one moment (included) to another (not), UTC ms."""
    found: dict[str, ByUser] = {}
    wanted = sorted(set(devs))
    for dev in wanted:
        for (epoch,) in conn.execute("SELECT DISTINCT epoch FROM seen WHERE dev = ?", (dev,)).fetchall():
            for wall, user in conn.execute(
                "SELECT wall_ms, user FROM event WHERE dev = ? AND epoch = ? ORDER BY seq DESC", (dev, epoch)
            ):
                if wall < from_ms - _BACK_MS:
                    break
                if from_ms <= wall < to_ms:
                    one = found.setdefault(str(user), ByUser(int(wall), int(wall)))
                    one.entries += 1
                    one.first_ms, one.last_ms = min(one.first_ms, int(wall)), max(one.last_ms, int(wall))
    marks = ",".join("?" * len(wanted))
    low = (from_ms - _BACK_MS).to_bytes(6, "big") + bytes(10)  # an id begins with its moment (UUIDv7)
    for kind, name in COUNTED.items():
        for user, count in conn.execute(
            f"SELECT entered_by, count(*) FROM {kind} WHERE ent >= ? AND entered_ms >= ? AND entered_ms < ?"
            f" AND void IS NULL AND dev IN ({marks}) GROUP BY entered_by",
            (low, from_ms, to_ms, *wanted),
        ):
            one = found.setdefault(str(user), ByUser(from_ms, from_ms))
            one.records[name] = int(count)
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who of those present still waits: without a bed, without a good card; tokens not wholly named, and their heads."""

    without_bed: int
    without_card: int
    tokens_open: int
    unnamed: int


def waiting(conn: Connection, station: str, lodged: int, on: date) -> Waiting:
    """What is left to do for the people present on a day; ``lodged`` of the named ones have a place."""
    present = present_persons(conn, station)
    carded = {
        bytes(row[0])
        for row in conn.execute(
            "SELECT DISTINCT person FROM card WHERE person IS NOT NULL AND void IS NULL AND revoked_at IS NULL"
            " AND coalesce(expires_on, '9') >= ?",
            (on.isoformat(),),
        )
    }
    several: dict[bytes, list[bytes]] = {}
    for ent, top in clusters(conn).items():
        several.setdefault(top, []).append(ent)
    heads = unnamed_at(conn, station, None, named_twice(conn, several.values()))
    return Waiting(
        max(0, len(present) - lodged),
        sum(1 for ent in present if ent not in carded),
        len(heads),
        sum(heads.values()),
    )
