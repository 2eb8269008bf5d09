"""The chart of the days before a sheet: from frozen sheets where they are, else counted, a few rows a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from shelterdesk.core.moment import to_milliseconds
from shelterdesk.core.roster import Roster
from shelterdesk.core.sheet_days import CHART_DAYS, DayPoint, DaysChart
from shelterdesk.db.connection import Connection
from shelterdesk.db.meta import Whoami
from shelterdesk.db.population import Links, flows, links, people_at
from shelterdesk.db.sheet import came_and_left, day_limits, frozen_sheet, records_begin_ms, silent_desks


def days_chart(conn: Connection, who: Whoami, roster: Roster, last: date, now: datetime) -> DaysChart:
    """So many service days up to one (included); a day before the records begin, or still to come, has no numbers."""
    first = records_begin_ms(conn)
    linked = links(conn, who.station)
    days = [last - timedelta(days=n) for n in reversed(range(CHART_DAYS))]
    return DaysChart(tuple(_point(conn, who, roster, day, now, first, linked) for day in days))


def _point(
    conn: Connection,
    who: Whoami,
    roster: Roster,
    day: date,
    now: datetime,
    first: int | None,
    linked: Links,
) -> DayPoint:
    held = frozen_sheet(conn, day)
    if held is not None:
        sheet = held.sheet
        return DayPoint(day, sheet.present, sheet.came, sheet.left, True, sheet.provisional)
    start, end = day_limits(conn, who, day)
    from_ms, to_ms = to_milliseconds(start), to_milliseconds(end)
    if start > now or first is None or to_ms <= first:
        return DayPoint(day)
    present, _ = people_at(conn, who.station, to_ms, linked)
    came, left = came_and_left(flows(conn, who.station, from_ms, to_ms, linked))
    is_open = end > now or bool(silent_desks(conn, who, roster, to_ms))
    return DayPoint(day, present, came, left, False, is_open)
