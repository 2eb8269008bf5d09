"""The long matrix from the records of all stations: each person once, and what is not known to be complete said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shelterdesk.core.matrix import Arrival, CellStatus, Declared, MatrixRow, matrix_rows
from shelterdesk.core.moment import from_milliseconds, to_milliseconds
from shelterdesk.core.roster import DeskEntry, StationEntry
from shelterdesk.core.vocabulary import Sex
from shelterdesk.core.words import ntr, tr
from shelterdesk.db import receipts as held
from shelterdesk.db.population import clusters
from shelterdesk.db.store import Reader
from shelterdesk.db.tables import text_list
from shelterdesk.office.counted import unnamed_arrivals


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
    """How far a station's work is here, in moments (ms) of its entries as clocks that can be right tell them.

    ``whole_ms`` is how far every desk of the station was heard, None while one of them never was;
    ``last_ms`` is the last entry of any. ``silent`` are the slots of those never heard.
    """

    first_ms: int | None = None
    last_ms: int | None = None
    whole_ms: int | None = None
    silent: tuple[str, ...] = ()
    has_gaps: bool = False


def long_matrix(reader: Reader, first: date, last: date, asof: date, source: str) -> list[MatrixRow]:
    """Rows for every station and month from ``first`` to ``last`` (both included), one country after another.

    A person linked as the same across stations counts once, at the first arrival. Heads counted and not named
    are in no cell; the notes of their month say how many. ``asof`` is the day of making; ``source`` names the office.
    """
    stations = reader.roster.stations
    arrivals = list(_arrivals(reader, stations, first, last))
    known = _known(reader, stations, asof)
    unnamed = unnamed_arrivals(reader, stations, first, last)
    rows: list[MatrixRow] = []
    for country in sorted({station.country for station in stations.values()}):
        codes = {code for code, station in stations.items() if station.country == country}
        mine = [one for one in arrivals if one.station in codes]
        said = [
            word
            for code in sorted(codes)
            for word in _with_unnamed(
                code, _declared(stations[code], known[code], mine, first, last), unnamed, first, last
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
        found[ent] = _Person(
            ent, at_ms, code, sexes.get(sex, Sex.U), birth, next(iter(text_list(nationality)), None)
        )
    return found


def _once_each(reader: Reader, persons: Mapping[bytes, _Person]) -> list[_Person]:
    """One record of each person: of those linked as the same, the one that arrived first."""
    linked = clusters(reader.conn)
    chosen: dict[bytes, _Person] = {}
    for one in sorted(persons.values(), key=lambda p: (p.at_ms, p.ent)):
        chosen.setdefault(linked.get(one.ent, one.ent), one)
    return list(chosen.values())


# A clock its own desk doubted says no month, nor does an entry that nobody vouches for or that a revocation cut
# off. The mark is looked for first, and read only where something of its shape stands.
_SPAN = (
    "SELECT min(wall_ms), max(wall_ms) FROM event e WHERE dev = ? AND wall_ms <= ?"
    " AND NOT EXISTS (SELECT 1 FROM unsigned u WHERE u.event = e.id)"
    " AND NOT EXISTS (SELECT 1 FROM set_aside_op s WHERE s.event = e.id AND s.reason = 'revoked_desk')"
    " AND CASE WHEN coalesce(instr(line, ?), 0) = 0 THEN 1 WHEN json_valid(CAST(line AS TEXT))"
    " THEN coalesce(json_extract(CAST(line AS TEXT), '$.q'), 0) = 0 ELSE 0 END"
)
_DOUBT_MARK = b'"q"'


def _known(reader: Reader, stations: Mapping[str, StationEntry], asof: date) -> dict[str, Known]:
    """How far every station's work is here: what all of its desks have told, not what one of them has.

    An entry from after the office heard its desk, or from after the day of making, has a wrong date and says
    nothing of how far the work is known; of a revoked desk nothing more is awaited (DOMAIN §3, absence codes).
    """
    conn = reader.conn
    heard, gaps = held.last_heard_ms(conn), {gap.dev for gap in held.gaps(conn)}
    desks: dict[str, list[DeskEntry]] = {code: [] for code in stations}
    for desk in reader.roster.desks.values():
        desks.get(desk.station, []).append(desk)
    found = {}
    for code, mine in desks.items():
        made_ms = _midnight(asof + timedelta(days=1), ZoneInfo(stations[code].timezone)) - 1
        spans: dict[int, tuple[int, int]] = {}
        for desk in mine:
            own = desk.dev == reader.who.dev  # whoever makes the matrix knows its own work as it is
            upto = made_ms if own else min(heard.get(desk.dev, -1), made_ms)
            low, high = reader.rows(_SPAN, (desk.dev, upto, _DOUBT_MARK))[0]
            if low is not None:
                spans[desk.dev] = low, high
        # Of a station whose desks are all revoked nothing more will come: it is known as far as it was heard.
        awaited = [desk for desk in mine if not desk.is_revoked] or [d for d in mine if d.dev in spans]
        silent = tuple(sorted(desk.slot for desk in awaited if desk.dev not in spans))
        found[code] = Known(
            first_ms=min((low for low, _ in spans.values()), default=None),
            last_ms=max((high for _, high in spans.values()), default=None),
            whole_ms=min((spans[desk.dev][1] for desk in awaited), default=None) if not silent else None,
            silent=silent,
            has_gaps=any(desk.dev in gaps for desk in mine),
        )
    return found


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
        elif known.has_gaps or _upto(known) < ends or known.first_ms > begins:
            note = _incomplete(known, begins, ends, zone)
            status = CellStatus.PROVISIONAL if month in present else CellStatus.NO_DATA
            yield Declared(station.code, month, status, note)
        elif month not in present:
            yield Declared(
                station.code, month, CellStatus.TRUE_ZERO, tr("all entries are here; nobody was registered")
            )


def _with_unnamed(
    code: str, said: Iterable[Declared], unnamed: Mapping[tuple[str, date], int], first: date, last: date
) -> Iterable[Declared]:
    """What is said of a station's months, and in the note of each how many heads are in none of its cells."""
    of_month = {word.month: word for word in said}
    for month in _months(first, last):
        word, heads = of_month.get(month), unnamed.get((code, month), 0)
        if heads:
            note = _unnamed_note(heads)
            if word is None:
                word = Declared(code, month, CellStatus.FIGURE, note)
            else:
                # Somebody came: where nobody is registered the figure is not known, and not zero.
                is_zero = word.status is CellStatus.TRUE_ZERO
                status = CellStatus.NO_DATA if is_zero else word.status
                word = replace(word, status=status, note=f"{word.note}; {note}")
        if word is not None:
            yield word


def _unnamed_note(heads: int) -> str:
    return ntr(
        "{n} person was counted on arrival and not named, and is in no figure of this station and month",
        "{n} people were counted on arrival and not named, and are in no figure of this station and month",
        heads,
    )


def _upto(known: Known) -> int:
    """The moment up to which nothing can be missing, before all times for a station of which a desk is silent."""
    return -1 if known.whole_ms is None else known.whole_ms


def _incomplete(known: Known, begins: int, ends: int, zone: ZoneInfo) -> str:
    notes = []
    if known.has_gaps:
        notes.append(tr("some entries of the station are missing here"))
    if known.silent:
        notes.append(tr("nothing has come in from: {desks}", desks=", ".join(known.silent)))
    elif _upto(known) < ends:
        notes.append(tr("heard up to {day}", day=_day(_upto(known), zone)))
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
