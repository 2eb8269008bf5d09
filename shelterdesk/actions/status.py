"""The status bar that never lies: people and places, what exists only here, what is missing, age of things."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shelterdesk.actions.desk_names import desk_names
from shelterdesk.core.lodging import site_capacity
from shelterdesk.core.moment import from_milliseconds, moment_text, to_milliseconds
from shelterdesk.db import receipts
from shelterdesk.db import status as figures
from shelterdesk.db.conflicts import Counts, counts
from shelterdesk.db.connection import Connection
from shelterdesk.db.lodging import site_state
from shelterdesk.db.meta import Whoami
from shelterdesk.db.population import people_at, people_of_all
from shelterdesk.db.sheet import last_heard
from shelterdesk.db.store import Reader


@dataclass(frozen=True, slots=True)
class Gap:
    """Entries of a desk (its label or id) that somebody holds and this desk does not, as numbers."""

    desk: str
    epoch: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class HeardDesk:
    """Another desk of the station and when it was last heard from (RFC 9557; None: never)."""

    desk: str
    last_heard_at: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """How things stand. Times are RFC 9557 texts, None for never.

    ``present`` and ``unnamed`` are of this station, at an office of all of them. ``places`` are those of the
    site less the blocked, None at an office: codes of several sites are not told apart. ``only_here`` counts
    this desk's entries nobody has confirmed, ``only_at_table`` those of the whole station; ``set_aside``
    entries and parts kept and not taken in, ``apart`` the open conflicts by severity.
    """

    station: str
    station_name: str
    desk: str
    is_office: bool
    practice: bool
    present: int
    places: int | None
    unnamed: int
    only_here: int
    only_here_since: str | None
    only_at_table: int
    last_receipt: str | None
    office_receipt: str | None
    gaps: tuple[Gap, ...]
    conflicts: int
    apart: Counts
    set_aside: int
    set_aside_parts: int
    clock_doubt: bool
    desks: tuple[HeardDesk, ...]
    last_backup: str | None

    def to_json(self) -> dict[str, object]:
        """Plain values, as ``status --json`` prints them."""
        return {
            "station": self.station,
            "name": self.station_name,
            "desk": self.desk,
            "office": self.is_office,
            "practice": self.practice,
            "present": self.present,
            "places": self.places,
            "unnamed": self.unnamed,
            "only_here": self.only_here,
            "only_here_since": self.only_here_since,
            "only_at_table": self.only_at_table,
            "last_receipt": self.last_receipt,
            "gaps": [
                {"desk": gap.desk, "epoch": gap.epoch, "first": gap.first, "last": gap.last}
                for gap in self.gaps
            ],
            "conflicts": self.conflicts,
            "set_aside": self.set_aside,
            "set_aside_parts": self.set_aside_parts,
            "clock_doubt": self.clock_doubt,
            "desks": [{"desk": one.desk, "last_heard_at": one.last_heard_at} for one in self.desks],
            "last_backup": self.last_backup,
        }


def status(reader: Reader, now: datetime | None = None) -> Status:
    """How things stand now, for every user; with ``now`` a clock behind the newest entry is doubted too."""
    conn, who, roster = reader.conn, reader.who, reader.roster
    if who.is_office:
        present, unnamed = people_of_all(conn, roster.stations)
    else:
        present, unnamed = people_at(conn, who.station)
    mine = receipts.only_here(conn, who.dev)
    table = {desk.dev for desk in roster.desks.values() if desk.station == who.station and not desk.is_office}
    at_table = mine.events + sum(receipts.only_here(conn, dev).events for dev in sorted(table - {who.dev}))
    labels = desk_names(roster)
    entries, parts = figures.set_aside(conn)
    is_behind = now is not None and to_milliseconds(now) < figures.newest_entry_ms(conn, who)
    return Status(
        station=who.station,
        station_name=who.name,
        desk=who.slot,
        is_office=who.is_office,
        practice=who.is_practice,
        present=present,
        places=_places(conn, who),
        unnamed=unnamed,
        only_here=mine.events,
        only_here_since=_time(mine.since_ms, who),
        only_at_table=at_table,
        last_receipt=_time(receipts.last_receipt_ms(conn), who),
        office_receipt=_time(receipts.office_receipt_ms(conn, roster.office), who),
        gaps=tuple(
            Gap(labels.get(gap.dev, f"{gap.dev:016x}"), gap.epoch, gap.first, gap.last)
            for gap in receipts.gaps(conn)
        ),
        conflicts=figures.conflicts(conn),
        apart=counts(conn),
        set_aside=entries + parts,
        set_aside_parts=parts,
        clock_doubt=figures.clock_is_doubted(conn, who) or is_behind,
        desks=tuple(HeardDesk(label, _time(at, who)) for _, label, at in last_heard(conn, who, roster)),
        last_backup=_time(figures.last_backup_ms(conn), who),
    )


def _places(conn: Connection, who: Whoami) -> int | None:
    if who.is_office:
        return None
    site = site_capacity(site_state(conn, who.station))
    return site.capacity - site.blocked


def _time(ms: int | None, who: Whoami) -> str | None:
    return None if ms is None else moment_text(from_milliseconds(ms), who.zone)
