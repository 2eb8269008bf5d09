"""The numbers of a daily sheet from the tables: the balance, who is in the house, where they sleep.

Only rows around the day are read: intervals by their ends, people present by their ids.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from shelterdesk.core import countries
from shelterdesk.core.birth import age_band
from shelterdesk.core.errors import DamagedFile
from shelterdesk.core.lodging import EndReason
from shelterdesk.core.moment import from_milliseconds, moment_text, service_day_limits, to_milliseconds
from shelterdesk.core.people import birth_of
from shelterdesk.core.roster import Roster
from shelterdesk.core.sheet import (
    UNKNOWN_NATIONALITY,
    BlockOccupancy,
    DailySheet,
    FacilityFigures,
    Measured,
    Nationalities,
    NationalityCount,
    SexAgeTable,
    SheetBand,
    SilentDesk,
    sheet_from_json,
)
from shelterdesk.core.vocabulary import EntryKind, Missing, MovementKind, Sex
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.lodging import site_state
from shelterdesk.db.meta import Whoami
from shelterdesk.db.population import Flows, flows, people_at, present_persons
from shelterdesk.db.receipts import last_heard_ms
from shelterdesk.db.services import services_of_day
from shelterdesk.db.tables import text_list

_SEXES = frozenset(sex.value for sex in Sex)
_MEALS = {"meals_breakfast": "BREAKFAST", "meals_lunch": "LUNCH", "meals_dinner": "DINNER"}
_FIGURES = (
    "toilets_f",
    "toilets_m",
    "toilets_accessible",
    "showers_f",
    "showers_m",
    "taps",
    "water_litres",
    "meals_breakfast",
    "meals_lunch",
    "meals_dinner",
)

# A group closed with one of these words has left in that way; with any other, it was not there to count.
_CLOSED: Mapping[str, MovementKind] = {
    EndReason.LEFT_BUS.value: MovementKind.DEPARTED_BUS,
    EndReason.LEFT_OTHER.value: MovementKind.DEPARTED_OTHER,
    EndReason.LEFT_WITHOUT_NOTICE.value: MovementKind.ABSENT,
    EndReason.DIED.value: MovementKind.DIED,
    EndReason.TO_OTHER_STATION.value: MovementKind.MOVED_OUT,
}


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen sheet: its record, when and by whom, and the sheet as it was then."""

    ent: str
    day: date
    frozen_at: str | None
    signed_by: str
    sheet: DailySheet


def frozen_sheet(conn: Connection, day: date) -> Frozen | None:
    """The frozen sheet of a day. Of two frozen apart the one signed first holds, on every replica.

    One that cannot be read any more (written by a newer program) is passed over.
    """
    for ent, numbers, frozen_at, signed_by in conn.execute(
        "SELECT ent, numbers, frozen_at, signed_by FROM daily_sheet WHERE day = ? AND void IS NULL"
        " AND numbers IS NOT NULL ORDER BY coalesce(frozen_at_ms, entered_ms), ent",
        (day.isoformat(),),
    ):
        try:
            document: Any = msgspec.json.decode(numbers)
            return Frozen(ent.hex(), day, frozen_at, signed_by or "", sheet_from_json(document))
        except (DamagedFile, msgspec.MsgspecError, TypeError, ValueError):
            continue
    return None


def frozen_days(conn: Connection) -> list[date]:
    """Days that have a frozen sheet, the newest first."""
    found = set()
    for (day,) in conn.execute("SELECT DISTINCT day FROM daily_sheet WHERE void IS NULL AND day IS NOT NULL"):
        try:
            found.add(date.fromisoformat(day))
        except ValueError:
            continue
    return sorted(found, reverse=True)


def sheet_numbers(
    conn: Connection, who: Whoami, roster: Roster, day: date, generated_at: datetime, generated_by: str
) -> DailySheet:
    """The sheet of a service day with everything known now (DOMAIN §2, *daily sheet columns*).

    The day before is taken from its frozen sheet, if there is one; what became known of it since is in
    ``corrections``, as are groups closed as never having been there. The balance closes by itself: people
    and flows are counted from the same intervals.
    """
    station = who.station
    start, end = service_day_limits(day, who.zone, who.change_hour)
    from_ms, to_ms = to_milliseconds(start), to_milliseconds(end)
    moved = flows(conn, station, from_ms, to_ms)
    before, _ = people_at(conn, station, from_ms)
    present, unnamed = people_at(conn, station, to_ms)
    held = frozen_sheet(conn, day - timedelta(days=1))
    present_prev = held.sheet.present if held is not None else before
    left, never_there = _closed(moved)
    arrivals = moved.came[EntryKind.ARRIVED] + moved.new_unnamed
    sex_age, nationalities = _people(conn, station, to_ms)
    silent = silent_desks(conn, who, roster, to_ms)
    return DailySheet(
        station_code=station,
        station_name=who.name,
        service_day=day,
        from_at=moment_text(start, who.zone),
        to_at=moment_text(end, who.zone),
        present_prev=present_prev,
        arrivals=max(0, arrivals),
        births=moved.came[EntryKind.BORN],
        moved_in=moved.came[EntryKind.MOVED_IN],
        returned=moved.came[MovementKind.RETURNED],
        departures_bus=left[MovementKind.DEPARTED_BUS],
        departures_other=left[MovementKind.DEPARTED_OTHER],
        absences=left[MovementKind.ABSENT],
        deaths=left[MovementKind.DIED],
        moved_out=left[MovementKind.MOVED_OUT],
        # Below 0 where heads counted as arrived turned out to be born here or moved in: named, not new.
        corrections=before - present_prev - never_there + min(0, arrivals),
        present=present,
        of_which_unnamed=unnamed,
        generated_by=generated_by,
        generated_at=moment_text(generated_at, who.zone),
        state=data_state(conn),
        sex_age=sex_age,
        nationalities=nationalities,
        blocks=_blocks(conn, station, to_ms),
        silent_desks=silent,
        facilities=_facilities(conn, day),
        standard_set=_standard_set(conn, station),
        provisional=bool(silent) or to_milliseconds(generated_at) < to_ms,
        practice=who.is_practice,
    )


def closed_as(reason: str) -> MovementKind | None:
    """How the unnamed heads of a closed group left; None where they never were there to count."""
    return _CLOSED.get(reason.strip().upper())


def _closed(moved: Flows) -> tuple[Counter[str], int]:
    """Who left, unnamed heads of closed groups included, and how many heads never were there."""
    left, never_there = Counter(moved.left), 0
    for reason, heads in moved.closed.items():
        kind = closed_as(reason)
        if kind is None:
            never_there += heads
        else:
            left[kind.value] += heads
    return left, never_there


def _people(conn: Connection, station: str, at_ms: int) -> tuple[SexAgeTable, Nationalities]:
    """Sex by age (on the day of arrival, DOMAIN §3) and first nationality of the registered people present."""
    people: list[tuple[Sex, SheetBand]] = []
    nations: Counter[str] = Counter()
    for marks, part in in_parts(present_persons(conn, station, at_ms)):
        for sex, birth, nationality, arrived, entered in conn.execute(
            "SELECT sex, birth, nationality, arrived_at, entered_ms FROM person"
            f" WHERE ent IN ({marks}) AND void IS NULL",
            part,
        ):
            on = _local_day(arrived, entered)
            people.append((Sex(sex) if sex in _SEXES else Sex.U, SheetBand(age_band(birth_of(birth), on))))
            first = next(iter(text_list(nationality)), None)
            nations[first or UNKNOWN_NATIONALITY] += 1
    shown = (NationalityCount(code, countries.name(code), count) for code, count in nations.items())
    return SexAgeTable.of(people), Nationalities(tuple(shown)).within(len(nations))


def _local_day(arrived: str | None, entered_ms: int) -> date:
    """The local day written into a stored moment, else the day the record was entered."""
    try:
        return date.fromisoformat((arrived or "")[:10])
    except ValueError:
        return from_milliseconds(entered_ms).date()


def _blocks(conn: Connection, station: str, at_ms: int) -> tuple[BlockOccupancy, ...]:
    """The places on top of the plan with those who slept there; staging areas are no capacity (§3.4)."""
    return tuple(
        BlockOccupancy(top.place.code, top.capacity)
        for top in site_state(conn, station, at_ms)
        if not top.place.staging
    )


def last_heard(conn: Connection, who: Whoami, roster: Roster) -> list[tuple[int, str, int | None]]:
    """The other desks of the station as (desk, label, when last heard in UTC ms), those never heard first."""
    at = last_heard_ms(conn)
    found = [
        (desk.dev, desk.slot, at.get(desk.dev))
        for desk in roster.desks.values()
        if desk.station == who.station and desk.dev != who.dev and not desk.is_office and not desk.is_revoked
    ]
    return sorted(found, key=lambda one: (one[2] is not None, one[2] or 0, one[1]))


def silent_desks(conn: Connection, who: Whoami, roster: Roster, until_ms: int) -> tuple[SilentDesk, ...]:
    """Desks whose work of before a moment may be missing here: not heard from since."""
    return tuple(
        SilentDesk(label, None if at is None else moment_text(from_milliseconds(at), who.zone))
        for _, label, at in last_heard(conn, who, roster)
        if at is None or at < until_ms
    )


def _facilities(conn: Connection, day: date) -> FacilityFigures:
    """What was measured for the sheet of a day; meals not entered are those served the service day before.

    A figure of the whole site stands before the sum of its places; of two entries the later one holds.
    """
    whole: dict[str, int] = {}
    parts: dict[str, dict[bytes, int]] = {}
    for place, *values in conn.execute(
        f"SELECT place, {', '.join(_FIGURES)} FROM facility_day WHERE day = ? AND void IS NULL"
        " ORDER BY entered_ms, ent",
        (day.isoformat(),),
    ):
        for name, value in zip(_FIGURES, values, strict=True):
            if value is not None and place is None:
                whole[name] = value
            elif value is not None:
                parts.setdefault(name, {})[place] = value
    served = services_of_day(conn, day - timedelta(days=1)).counts
    found: dict[str, Measured] = {}
    for name in _FIGURES:
        if name in whole:
            found[name] = whole[name]
        elif name in parts:
            found[name] = sum(parts[name].values())
        else:
            found[name] = served.get(_MEALS.get(name, ""), Missing.NOT_MEASURED)
    return FacilityFigures(**found)


def _standard_set(conn: Connection, station: str) -> str | None:
    row = conn.execute(
        "SELECT standard_set FROM station WHERE code = ? AND void IS NULL ORDER BY ent", (station,)
    ).fetchone()
    return None if row is None or row[0] is None else str(row[0])


def data_state(conn: Connection) -> str:
    """A hash (64 hex digits) of what is known here: the same on two desks that hold the same log.

    Over the ranges held of each author with the chain at their ends; the whole state (``state_of``) reads
    every record and would keep the morning's sheet waiting at a large station.
    """
    digest = hashlib.sha256(b"sheet.v1@shelterdesk\0")
    for dev, epoch, low, high in conn.execute(
        "SELECT dev, epoch, from_seq, to_seq FROM seen ORDER BY dev, epoch, from_seq"
    ).fetchall():
        digest.update(f"{dev:016x} {epoch} {low} {high}\n".encode())
        for (eh,) in conn.execute(
            "SELECT coalesce(chain, eh) FROM event WHERE dev = ? AND epoch = ? AND seq <= ? AND last_seq >= ?"
            " AND seq > ? - 501 ORDER BY eh",
            (dev, epoch, high, high, high),
        ):
            digest.update(bytes(eh))
    return digest.hexdigest()


def known_upto(conn: Connection) -> dict[str, list[Sequence[int]]]:
    """What is held of each author, for the note on a frozen sheet: desk and epoch to ranges of numbers."""
    found: dict[str, list[Sequence[int]]] = {}
    for dev, epoch, low, high in conn.execute(
        "SELECT dev, epoch, from_seq, to_seq FROM seen ORDER BY dev, epoch, from_seq"
    ):
        found.setdefault(f"{dev:016x}.{epoch}", []).append([int(low), int(high)])
    return found


def records_begin_ms(conn: Connection) -> int | None:
    """When what is known here begins (UTC ms): with the first entry, or with the first arrival entered later."""
    first = conn.execute("SELECT wall_ms FROM event ORDER BY id LIMIT 1").fetchone()
    arrived = conn.execute("SELECT min(from_ms) FROM presence").fetchone()
    counted = conn.execute("SELECT min(from_ms) FROM counted_group").fetchone()
    return min((int(row[0]) for row in (first, arrived, counted) if row and row[0] is not None), default=None)


def newest_entry_ms(conn: Connection) -> int:
    """When the newest entry held was entered (UTC ms), 0 for an empty log."""
    return int(conn.execute("SELECT coalesce(max(wall_ms), 0) FROM event").fetchone()[0])
