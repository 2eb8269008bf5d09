"""Who and what is in the house at the change hour: people by sex, age and nationality, blocks, what was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from shelterdesk.core import countries
from shelterdesk.core.birth import age_band
from shelterdesk.core.lodging import PlaceState, site_capacity
from shelterdesk.core.moment import from_milliseconds, to_milliseconds
from shelterdesk.core.people import birth_of
from shelterdesk.core.sheet import (
    UNKNOWN_NATIONALITY,
    BlockOccupancy,
    FacilityFigures,
    Measured,
    Nationalities,
    NationalityCount,
    SexAgeTable,
    SheetBand,
)
from shelterdesk.core.standards import SiteFacts
from shelterdesk.core.vocabulary import EntryKind, Level, Missing, PlaceKind, Sex
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.population import Links
from shelterdesk.db.services import services_of_day
from shelterdesk.db.tables import text_list
from shelterdesk.db.unnamed import unnamed_at

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
_DAY_MS = 86_400_000


def who_is_in(conn: Connection, persons: Sequence[bytes]) -> tuple[SexAgeTable, Nationalities]:
    """Sex by age (on the day of arrival, DOMAIN §3) and first nationality of some registered people."""
    people: list[tuple[Sex, SheetBand]] = []
    nations: Counter[str] = Counter()
    for sex, band, nationality in counted_as(conn, persons).values():
        people.append((sex, band))
        nations[nationality] += 1
    shown = (NationalityCount(code, countries.name(code), count) for code, count in nations.items())
    return SexAgeTable.of(people), Nationalities(tuple(shown)).within(len(nations))


def counted_as(conn: Connection, persons: Sequence[bytes]) -> dict[bytes, tuple[Sex, SheetBand, str]]:
    """Under which sex, age band and nationality each of some people stands on the sheet."""
    found: dict[bytes, tuple[Sex, SheetBand, str]] = {}
    for marks, part in in_parts(persons):
        for ent, sex, birth, nationality, arrived, entered in conn.execute(
            "SELECT ent, sex, birth, nationality, arrived_at, entered_ms FROM person"
            f" WHERE ent IN ({marks}) AND void IS NULL",
            part,
        ):
            band = _band(birth, _local_day(arrived, entered))
            found[ent] = Sex(sex) if sex in _SEXES else Sex.U, band, _first(nationality)
    return found


@lru_cache(
    maxsize=16_384
)  # a boat's people have a day in common, and the next sheet most people with this one
def _band(birth: str | None, on: date) -> SheetBand:
    return SheetBand(age_band(birth_of(birth), on))


@lru_cache(maxsize=1_024)
def _first(nationality: str | None) -> str:
    return next(iter(text_list(nationality)), None) or UNKNOWN_NATIONALITY


def _local_day(arrived: str | None, entered_ms: int) -> date:
    """The local day written into a stored moment, else the day the record was entered."""
    try:
        return date.fromisoformat((arrived or "")[:10])
    except ValueError:
        return from_milliseconds(entered_ms).date()


def blocks_of(site: Iterable[PlaceState]) -> tuple[BlockOccupancy, ...]:
    """The places on top of the plan with those who slept there; staging areas are no capacity (§3.4)."""
    return tuple(BlockOccupancy(top.place.code, top.capacity) for top in site if not top.place.staging)


def facilities(conn: Connection, day: date) -> FacilityFigures:
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


def site_facts(
    conn: Connection,
    station: str,
    end: datetime,
    day_before: tuple[datetime, datetime],
    *,
    present: int,
    site: Sequence[PlaceState],
    figures: FacilityFigures,
    since: Iterable[int],
    linked: Links,
) -> SiteFacts:
    """What the standards of a day are measured by, at its ``end``.

    ``day_before`` are the limits of the day before; ``since`` is when (UTC ms) each registered person present came.
    """
    at_ms = to_milliseconds(end)
    whole = site_capacity(site)
    registered, arrived = _registered_in_time(conn, station, day_before, end, linked)
    return SiteFacts(
        present=present,
        usable_places=whole.capacity - whole.blocked,
        blocks=sum(1 for top in site if top.is_open and not top.place.staging),
        covered_m2=_sum(_covered(top) for top in site) if site else None,
        bedroom_m2=_bedrooms(site),
        toilets_f=_taken(figures.toilets_f),
        toilets_m=_taken(figures.toilets_m),
        toilets_accessible=_taken(figures.toilets_accessible),
        showers_f=_taken(figures.showers_f),
        showers_m=_taken(figures.showers_m),
        taps=_taken(figures.taps),
        water_litres=_taken(figures.water_litres),
        days_here=tuple((at_ms - began) / _DAY_MS for began in since),
        registered=registered,
        arrived=arrived,
    )


def _taken(value: Measured) -> int | None:
    return value if isinstance(value, int) else None


def _sum(parts: Iterable[float | None]) -> float | None:
    """The sum of areas that are all known."""
    total = 0.0
    for one in parts:
        if one is None:
            return None
        total += one
    return total


def _covered(state: PlaceState) -> float | None:
    """Covered square metres people may sleep in: of the place as a whole, else of its parts; closed parts are none."""
    if not state.is_open or state.place.staging:
        return 0.0
    parts = [child for child in state.children if child.place.kind is not PlaceKind.BED]
    if state.place.area_m2 is not None:
        shut = (child.place.area_m2 for child in parts if not child.is_open or child.place.staging)
        return max(0.0, state.place.area_m2 - sum(area or 0.0 for area in shut))
    return _sum(_covered(child) for child in parts) if parts else None


def _bedrooms(site: Iterable[PlaceState]) -> float | None:
    rooms = [
        state
        for top in site
        for state in top.walk()
        if state.place.kind is PlaceKind.ROOM and state.is_open and not state.place.staging
    ]
    return _sum(room.place.area_m2 for room in rooms) if rooms else None


def _registered_in_time(
    conn: Connection, station: str, day_before: tuple[datetime, datetime], end: datetime, linked: Links
) -> tuple[int, int]:
    """Of those who came on the service day before (whose 24 hours are over): registered within them, and all.

    Heads of that day who have no name yet are not registered. A person found to be another counts once.
    """
    from_ms, to_ms = map(to_milliseconds, day_before)
    again = {record for person in linked.people for record in person.records[1:]}
    registered = arrived = 0
    for person, in_time, level in conn.execute(
        "SELECT i.person, p.entered_ms - i.from_ms <= ?, p.level FROM presence i JOIN person p ON p.ent = i.person"
        " WHERE i.from_ms >= ? AND i.from_ms < ? AND i.how_in = ? AND (i.station = ? OR i.station IS NULL)",
        (_DAY_MS, from_ms, to_ms, EntryKind.ARRIVED.value, station),
    ):
        if person not in again:
            arrived += 1
            registered += bool(in_time) and level != Level.COUNTED
    unnamed = unnamed_at(conn, station, to_milliseconds(end), linked.again)
    for marks, part in in_parts(sorted(unnamed)):
        for (group,) in conn.execute(
            f"SELECT arrival_group FROM counted_group WHERE arrival_group IN ({marks})"
            " AND from_ms >= ? AND from_ms < ?",
            (*part, from_ms, to_ms),
        ):
            arrived += unnamed[bytes(group)]
    return registered, arrived
