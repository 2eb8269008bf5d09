"""The daily sheet of any day of five years, in a file of a million people with five thousand in the house."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from bench.measure import Figure, Sizes, median
from bench.stations import NOW, SEED, filled, opened
from shelterdesk.actions.sheet_pages import days_chart, internal_page
from shelterdesk.actions.sheets import sheet_numbers
from shelterdesk.core.moment import service_day, service_day_limits, to_milliseconds
from shelterdesk.db.population import present_sql
from shelterdesk.db.store import Reader

YEARS = 5
DAYS = 24
"""Days measured: the last, the first with people in the house, and others by chance."""

_BARE = "the same counts by bare SQL on the same indexes"
_AGE = "CAST(substr(p.arrived_at, 1, 4) AS INTEGER) - CAST(substr(p.birth, 1, 4) AS INTEGER)"
_BAND = (
    f"CASE WHEN p.birth IS NULL THEN 'unk' WHEN {_AGE} < 5 THEN '0_4' WHEN {_AGE} < 12 THEN '5_11'"
    f" WHEN {_AGE} < 18 THEN '12_17' WHEN {_AGE} < 60 THEN '18_59' ELSE '60p' END"
)


def run(sizes: Sizes, out: Path, work: Path) -> Iterator[Figure]:
    """Promise: the sheet of any day within two seconds, and within five times the bare queries."""
    crowd = filled(sizes.crowd, sealed=False, leaving=True, years=YEARS, out=out)
    with opened(crowd.folder) as desk:
        reader = desk.reader()
        try:
            yield from _figures(reader, _days(reader), sizes.rounds)
        finally:
            reader.close()


def _figures(reader: Reader, days: Sequence[date], rounds: int) -> Iterator[Figure]:
    present = max(sheet_numbers(reader, day, now=NOW).present for day in days)
    made = [_times(lambda day: sheet_numbers(reader, day, now=NOW), days) for _ in range(rounds)]
    bare = [_times(lambda day: bare_counts(reader, day), days) for _ in range(rounds)]
    slowest = max(median([times[n] for times in made]) for n in range(len(days)))
    yield Figure(
        f"the sheet of a day, the middle of {len(days)} days ({present:,} people present at most)",
        median([one for times in made for one in times]) * 1e3,
        "ms",
        _BARE,
        median([one for times in bare for one in times]) * 1e3,
        most=2_000,
        most_times=5,
    )
    yield Figure("the slowest of those days", slowest * 1e3, "ms", most=2_000)
    for what, ask in (
        ("the chart of 14 days, none of them frozen", lambda day: days_chart(reader, day, NOW)),
        ("the supervisor's page", lambda day: internal_page(reader, day, now=NOW)),
    ):
        yield Figure(f"{what}, the middle of {len(days)}", median(_times(ask, days)) * 1e3, "ms", most=2_000)


def _days(reader: Reader) -> list[date]:
    rng = random.Random(SEED)
    who = reader.who
    last = service_day(NOW, who.zone, who.change_hour)
    others = [last - timedelta(days=rng.randrange(1, 365 * YEARS - 30)) for _ in range(DAYS - 2)]
    return sorted({last, last - timedelta(days=365 * YEARS - 30), *others})


def _times(ask: Callable[[date], object], days: Sequence[date]) -> list[float]:
    taken = []
    for day in days:
        began = perf_counter()
        ask(day)
        taken.append(perf_counter() - began)
    return taken


def bare_counts(reader: Reader, day: date) -> list[tuple[object, ...]]:
    """The counts of a sheet as somebody would write them by hand who knows nothing of duplicates, groups or names."""
    who, conn = reader.who, reader.conn
    from_ms, to_ms = (to_milliseconds(at) for at in service_day_limits(day, who.zone, who.change_hour))
    found: list[tuple[object, ...]] = []
    for at_ms in (from_ms, to_ms):
        sql, given = present_sql(at_ms, who.station)
        found += conn.execute(f"SELECT count(*) FROM ({sql})", given).fetchall()
    for how, at in (("how_in", "from_ms"), ("how_out", "to_ms")):
        found += conn.execute(
            f"SELECT {how}, count(*) FROM presence WHERE {at} >= ? AND {at} < ? GROUP BY {how}",
            (from_ms, to_ms),
        ).fetchall()
    sql, given = present_sql(to_ms, who.station)
    found += conn.execute(
        f"SELECT p.sex, {_BAND} AS band, count(*) FROM ({sql}) i JOIN person p ON p.ent = i.person"
        " WHERE p.void IS NULL GROUP BY p.sex, band",
        given,
    ).fetchall()
    found += conn.execute(
        f"SELECT p.nationality, count(*) FROM ({sql}) i JOIN person p ON p.ent = i.person"
        " WHERE p.void IS NULL GROUP BY p.nationality",
        given,
    ).fetchall()
    found += conn.execute(
        f"SELECT b.parent, count(*) FROM ({sql}) i JOIN stay s ON s.person = i.person"
        " JOIN place b ON b.ent = s.place WHERE s.void IS NULL AND coalesce(s.from_at_ms, s.entered_ms) < ?"
        " AND (s.to_at IS NULL OR s.to_at_ms >= ?) GROUP BY b.parent",
        (*given, to_ms, to_ms),
    ).fetchall()
    return found
