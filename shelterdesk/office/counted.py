"""Heads counted at a landing that nobody has named: no nationality, so in no cell of the matrix, yet people who came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from shelterdesk.core.moment import from_milliseconds
from shelterdesk.core.roster import StationEntry
from shelterdesk.db.population import clusters
from shelterdesk.db.sheet import closed_as
from shelterdesk.db.store import Reader
from shelterdesk.db.unnamed import named_twice

_GROUPS = (
    "SELECT c.arrival_group, c.station, g.dev, c.from_ms, c.closed_reason, c.to_ms, c.heads - (SELECT count(*)"
    " FROM named_head n WHERE n.arrival_group = c.arrival_group)"
    " FROM counted_group c LEFT JOIN arrival_group g ON g.ent = c.arrival_group"
)


def unnamed_arrivals(
    reader: Reader, stations: Mapping[str, StationEntry], first: date, last: date
) -> Counter[tuple[str, date]]:
    """Unnamed heads by station and month (its first day) of those who came from ``first`` to ``last``, both included.

    Counted as on the daily sheets: whoever has been named since is not among them, however late; nor is a group
    closed as never having been there. The station of the desk where none is given, as for persons.
    """
    of_desk = {desk.dev: desk.station for desk in reader.roster.desks.values()}
    zones = {code: ZoneInfo(station.timezone) for code, station in stations.items()}
    again = named_twice(reader.conn, _several(clusters(reader.conn)))
    found: Counter[tuple[str, date]] = Counter()
    for group, station, dev, from_ms, reason, closed_ms, left in reader.rows(_GROUPS):
        code = station if station in stations else of_desk.get(dev, "")
        if code not in stations or (closed_ms is not None and closed_as(reason or "") is None):
            continue
        heads = int(left) + len(again.get(group, ()))
        day = from_milliseconds(from_ms).astimezone(zones[code]).date()
        if heads > 0 and first <= day <= last:
            found[code, day.replace(day=1)] += heads
    return found


def _several(linked: Mapping[bytes, bytes]) -> list[list[bytes]]:
    """The records of each person who has more than one."""
    records: dict[bytes, list[bytes]] = {}
    for ent, top in linked.items():
        records.setdefault(top, []).append(ent)
    return list(records.values())
