"""What the supervisor's page counts, and who is behind each count: overdue, long here, blocked, without a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shelterdesk.core.lodging import PlaceState, site_tree
from shelterdesk.core.moment import moment_text, to_milliseconds
from shelterdesk.core.roster import Roster
from shelterdesk.core.sheet_internal import Behind, BlockedPlace, InternalPage, MealServed, StayBand
from shelterdesk.core.sheet_settings import SheetSettings
from shelterdesk.core.vocabulary import MovementKind
from shelterdesk.db.connection import Connection, in_parts
from shelterdesk.db.lodging import Lodged, lodged, plan
from shelterdesk.db.meta import Whoami
from shelterdesk.db.population import links, people_at, present_records, present_since
from shelterdesk.db.sheet import day_limits, silent_desks
from shelterdesk.db.sheet_house import facilities
from shelterdesk.db.sheet_settings import sheet_settings
from shelterdesk.db.unnamed import unnamed_at

_DAY_MS, _HOUR_MS = 86_400_000, 3_600_000


@dataclass(frozen=True, slots=True)
class Found:
    """The first records of the people behind each count, with what is known of each (a day, a time); ``heads`` are
    unnamed ones without a place, by group."""

    people: Mapping[Behind, Mapping[bytes, str]]
    heads: Mapping[bytes, int]
    days_here: Mapping[bytes, int]
    present: int
    tree: tuple[PlaceState, ...]
    settings: SheetSettings


def found_behind(conn: Connection, who: Whoami, day: date) -> Found:
    """Everything behind the page of a service day, at its end."""
    _, end = day_limits(conn, who, day)
    at_ms = to_milliseconds(end)
    settings = sheet_settings(conn, day)
    linked = links(conn, who.station)
    records = present_records(conn, who.station, at_ms, linked)
    since = present_since(conn, who.station, at_ms, linked)
    days_here = {person: max(0, at_ms - began) // _DAY_MS for person, began in since.items()}
    present, _ = people_at(conn, who.station, at_ms, linked)
    site = plan(conn)
    given = lodged(conn, who.station, site, at_ms, linked)
    unnamed = unnamed_at(conn, who.station, at_ms, linked.again)
    placed = {bytes.fromhex(ent) for ents in given.people.values() for ent in ents}
    people: dict[Behind, Mapping[bytes, str]] = {
        Behind.STAY_OVER: _stays_over(conn, records, day, at_ms),
        Behind.OUTSIDE: _outside(conn, records, at_ms - settings.outside_hours * _HOUR_MS, at_ms),
        Behind.LONG_STAY: {
            person: str(days) for person, days in days_here.items() if days > settings.long_stay_days
        },
        Behind.WITHOUT_PLACE: dict.fromkeys((person for person in since if person not in placed), ""),
        Behind.TWO_PLACES: {bytes.fromhex(ent): ", ".join(codes) for ent, codes in given.twice.items()},
    }
    return Found(
        people,
        _unplaced_heads(unnamed, given),
        days_here,
        present,
        site_tree(site.places.values(), given.counts()),
        settings,
    )


def internal_page(
    conn: Connection, who: Whoami, roster: Roster, day: date, made_at: datetime, made_by: str
) -> InternalPage:
    """The page of a service day, with everything known now."""
    _, end = day_limits(conn, who, day)
    found = found_behind(conn, who, day)
    figures = facilities(conn, day)
    meals = (
        ("BREAKFAST", figures.meals_breakfast),
        ("LUNCH", figures.meals_lunch),
        ("DINNER", figures.meals_dinner),
    )
    count = {behind: len(people) for behind, people in found.people.items()}
    return InternalPage(
        station_code=who.station,
        station_name=who.name,
        service_day=day,
        to_at=moment_text(end, who.zone),
        generated_at=moment_text(made_at, who.zone),
        generated_by=made_by,
        present=found.present,
        stay_over=count[Behind.STAY_OVER],
        outside=count[Behind.OUTSIDE],
        outside_hours=found.settings.outside_hours,
        long_stay=count[Behind.LONG_STAY],
        long_stay_days=found.settings.long_stay_days,
        bands=bands_of(found.days_here.values(), found.settings.stay_bands),
        blocked=_blocked(found.tree),
        meals=tuple(MealServed(name, served, found.present) for name, served in meals),
        without_place=count[Behind.WITHOUT_PLACE] + sum(found.heads.values()),
        two_places=count[Behind.TWO_PLACES],
        provisional=made_at < end or bool(silent_desks(conn, who, roster, to_milliseconds(end))),
        practice=who.is_practice,
    )


def bands_of(days: Iterable[int], lasts: Sequence[int]) -> tuple[StayBand, ...]:
    """Whole days here counted by bands, ``lasts`` being the last day of each but the open one."""
    firsts = [0, *(last + 1 for last in lasts)]
    counts = [0] * len(firsts)
    for one in days:
        counts[sum(1 for last in lasts if one > last)] += 1
    return tuple(
        StayBand(first, last, count)
        for first, last, count in zip(firsts, [*lasts, None], counts, strict=True)
    )


def _stays_over(conn: Connection, records: Mapping[bytes, bytes], day: date, at_ms: int) -> dict[bytes, str]:
    """People whose last stay was to be over before a local day, and by which day."""
    latest: dict[bytes, tuple[int, bytes, str | None]] = {}
    for marks, part in in_parts(sorted(records)):
        for person, ent, began, until in conn.execute(
            "SELECT person, ent, coalesce(from_at_ms, entered_ms), until FROM stay"
            f" WHERE person IN ({marks}) AND void IS NULL AND coalesce(from_at_ms, entered_ms) < ?"
            " AND (to_at IS NULL OR to_at_ms >= ?)",
            (*part, at_ms, at_ms),
        ):
            first = records[person]
            found = (int(began), bytes(ent), until)
            if first not in latest or found[:2] > latest[first][:2]:
                latest[first] = found
    text = day.isoformat()
    return {
        person: until
        for person, (_, _, until) in latest.items()
        if until is not None and len(until) == len(text) and until < text
    }


def _outside(
    conn: Connection, records: Mapping[bytes, bytes], before_ms: int, at_ms: int
) -> dict[bytes, str]:
    """People who went out of the gate before a moment and were not seen since; not those in hospital or elsewhere."""
    last: dict[bytes, tuple[int, bytes, str, str | None, str]] = {}
    kinds = (
        MovementKind.IN,
        MovementKind.OUT,
        MovementKind.SEEN,
        MovementKind.RETURNED,
        MovementKind.MOVED_IN,
    )
    for marks, part in in_parts(sorted(records)):
        for person, ent, at, kind, external, text in conn.execute(
            "SELECT person, ent, happened_at_ms, movement, external, happened_at FROM movement"
            f" WHERE person IN ({marks}) AND void IS NULL AND happened_at_ms < ?"
            f" AND movement IN ({','.join('?' * len(kinds))})",
            (*part, at_ms, *(kind.value for kind in kinds)),
        ):
            first, found = records[person], (int(at), bytes(ent), kind, external, text)
            if first not in last or found[:2] > last[first][:2]:
                last[first] = found
    return {
        person: text
        for person, (at, _, kind, external, text) in last.items()
        if kind == MovementKind.OUT and not external and at < before_ms
    }


def _unplaced_heads(unnamed: Mapping[bytes, int], given: Lodged) -> dict[bytes, int]:
    placed: dict[bytes, int] = {}
    for groups in given.heads.values():
        for group in groups:
            placed[bytes.fromhex(group)] = placed.get(bytes.fromhex(group), 0) + 1
    left = {group: heads - placed.get(group, 0) for group, heads in unnamed.items()}
    return {group: heads for group, heads in left.items() if heads > 0}


def _blocked(tree: Iterable[PlaceState]) -> tuple[BlockedPlace, ...]:
    """Places closed or in part blocked, in the order of the plan; what lies in a closed one is not told again."""
    found: list[BlockedPlace] = []
    for state in tree:
        place = state.place
        if place.closed or place.blocked_places > 0:
            found.append(
                BlockedPlace(
                    place.code,
                    max(0, place.blocked_places),
                    place.closed,
                    place.blocked_reason,
                    state.capacity.occupied,
                )
            )
        if not place.closed:
            found += _blocked(state.children)
    return tuple(found)
