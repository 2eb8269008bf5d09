"""The long matrix from the records of all stations: each person once, and what is not known to be complete said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from shelterdesk.core.matrix import Arrival, CellStatus, Declared, MatrixRow, matrix_rows
from shelterdesk.core.moment import from_milliseconds, to_milliseconds
from shelterdesk.core.roster import StationEntry
from shelterdesk.core.vocabulary import Sex
from shelterdesk.core.words import tr
from shelterdesk.db import receipts as held
from shelterdesk.db.population import clusters
from shelterdesk.db.store import Reader


@dataclass(frozen=True, slots=True)
class _Person:
    ent: bytes
    at_ms: int
    station: str
    sex: Sex
    birth: str | None
    nationality: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """How far a station's work is here: first and last moment (ms) of its entries, whether some are missing."""

    first_ms: int | None
    last_ms: int | None
    has_gaps: bool


def long_matrix(reader: Reader, first: date, last: date, asof: date, source: str) -> list[MatrixRow]:
    """Rows for every station and month from ``first`` to ``last`` (both included), one country after another.

    A person linked as the same across stations counts once, at the first arrival. ``asof`` is the day of
    making; ``source`` names the office.
    """
    stations = reader.roster.stations
    arrivals = list(_arrivals(reader, stations, first, last))
    known = _known(reader)
    rows: list[MatrixRow] = []
    for country in sorted({station.country for station in stations.values()}):
        codes = {code for code, station in stations.items() if station.country == country}
        mine = [one for one in arrivals if one.station in codes]
        said = [
            word
            for code in sorted(codes)
            for word in _declared(
                stations[code], known.get(code, Known(None, None, False)), mine, first, last
            )
        ]
        rows += matrix_rows(mine, reporting_iso3=country, source=source, asof=asof, declared=said)
    return rows


def _arrivals(
    reader: Reader, stations: Mapping[str, StationEntry], first: date, last: date
) -> Iterable[Arrival]:
    zones = {code: ZoneInfo(station.timezone) for code, station in stations.items()}
    for one in _once_each(reader, _persons(reader, stations)):
        day = from_milliseconds(one.at_ms).astimezone(zones[one.station]).date()
        if first <= day <= last:
            yield Arrival(one.nationality, one.sex, one.birth, day, one.station)


def _persons(reader: Reader, stations: Mapping[str, StationEntry]) -> dict[bytes, _Person]:
    """Every person who is not void and whose station is enrolled; the station of the desk where none is given."""
    of_desk = {desk.dev: desk.station for desk in reader.roster.desks.values()}
    sexes = {sex.value: sex for sex in Sex}
    found = {}
    for ent, dev, entered_ms, arrived_ms, station, sex, birth, nationality in reader.rows(
        "SELECT ent, dev, entered_ms, arrived_at_ms, station, sex, birth, nationality FROM person"
        " WHERE void IS NULL"
    ):
        code = station if station in stations else of_desk.get(dev, "")
        if code not in stations:
            continue
        at_ms = arrived_ms if arrived_ms is not None else entered_ms
        found[ent] = _Person(ent, at_ms, code, sexes.get(sex, Sex.U), birth, _first_of(nationality))
    return found


def _first_of(text: str | None) -> str | None:
    """The first nationality of the stored list, None where there is none."""
    if text is None:
        return None
    try:
        listed = msgspec.json.decode(text, type=list[str])
    except msgspec.MsgspecError:
        return None
    return listed[0] if listed else None


def _once_each(reader: Reader, persons: Mapping[bytes, _Person]) -> list[_Person]:
    """One record of each person: of those linked as the same, the one that arrived first."""
    linked = clusters(reader.conn)
    chosen: dict[bytes, _Person] = {}
    for one in sorted(persons.values(), key=lambda p: (p.at_ms, p.ent)):
        chosen.setdefault(linked.get(one.ent, one.ent), one)
    return list(chosen.values())


def _known(reader: Reader) -> dict[str, Known]:
    """How far every station's work is here."""
    of_desk = {desk.dev: desk.station for desk in reader.roster.desks.values() if desk.station}
    gaps = {of_desk[gap.dev] for gap in held.gaps(reader.conn) if gap.dev in of_desk}
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for dev, low, high in reader.rows("SELECT dev, min(wall_ms), max(wall_ms) FROM event GROUP BY dev"):
        code = of_desk.get(dev)
        if code is not None:
            first[code] = min(low, first.get(code, low))
            last[code] = max(high, last.get(code, high))
    return {code: Known(first.get(code), last.get(code), code in gaps) for code in set(of_desk.values())}


def _declared(
    station: StationEntry, known: Known, arrivals: Iterable[Arrival], first: date, last: date
) -> Iterable[Declared]:
    """What must be said of a station's months: not here, not all here, or here whole and without anybody."""
    present = {one.arrived_on.replace(day=1) for one in arrivals if one.station == station.code}
    zone = ZoneInfo(station.timezone)
    for month in _months(first, last):
        begins = _midnight(month, zone)
        ends = _midnight((month + timedelta(days=32)).replace(day=1), zone)
        if known.first_ms is None or known.last_ms is None or known.last_ms < begins:
            yield Declared(station.code, month, CellStatus.NO_DATA, tr("nothing of this month has come in"))
        elif known.first_ms >= ends:
            yield Declared(
                station.code, month, CellStatus.NO_DATA, tr("the station's records begin after this month")
            )
        elif known.has_gaps or known.last_ms < ends or known.first_ms > begins:
            note = _incomplete(known, begins, ends, zone)
            status = CellStatus.PROVISIONAL if month in present else CellStatus.NO_DATA
            yield Declared(station.code, month, status, note)
        elif month not in present:
            yield Declared(
                station.code, month, CellStatus.TRUE_ZERO, tr("all entries are here; nobody was registered")
            )


def _incomplete(known: Known, begins: int, ends: int, zone: ZoneInfo) -> str:
    notes = []
    if known.has_gaps:
        notes.append(tr("some entries of the station are missing here"))
    if known.last_ms is not None and known.last_ms < ends:
        notes.append(tr("heard up to {day}", day=_day(known.last_ms, zone)))
    if known.first_ms is not None and known.first_ms > begins:
        notes.append(tr("records begin on {day}", day=_day(known.first_ms, zone)))
    return "; ".join(notes)


def _months(first: date, last: date) -> Iterable[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return to_milliseconds(datetime(day.year, day.month, day.day, tzinfo=zone))


def _day(at_ms: int, zone: ZoneInfo) -> str:
    return from_milliseconds(at_ms).astimezone(zone).date().isoformat()
