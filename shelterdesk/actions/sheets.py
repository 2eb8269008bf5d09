"""The daily occupancy sheet: its numbers of any day, as now known or as known then; frozen, printed, as JSON."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar
from zoneinfo import ZoneInfo

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.standards import shipped_sets
from shelterdesk.core.automatic import may_freeze_itself
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, NotFound, NotHere, Refused
from shelterdesk.core.kinds import ACCESS, DAILY_SHEET
from shelterdesk.core.moment import (
    check_day,
    from_milliseconds,
    moment_text,
    service_day,
    service_day_limits,
    to_milliseconds,
)
from shelterdesk.core.sheet import DailySheet
from shelterdesk.core.vocabulary import AccessKind
from shelterdesk.core.words import tr
from shelterdesk.db import sheet as numbers
from shelterdesk.db.as_known import known_at
from shelterdesk.db.connection import Connection
from shelterdesk.db.meta import Whoami
from shelterdesk.db.sheet_settings import sheet_settings
from shelterdesk.db.store import Reader
from shelterdesk.db.writing import Writing

Result = TypeVar("Result")

MOST_DAYS_BACK = 31
"""Days back from the last that are looked at for one without a sheet; beyond them only those since the last sheet."""

if TYPE_CHECKING:
    from shelterdesk.reports.paper import PaperName

SHEET = "print the daily sheet"


def last_sheet_day(desk: Desk) -> date:
    """The day of the last sheet whose time is over: today's from the change hour on, before it yesterday's."""
    return service_day(desk.clock.now(), desk.who.zone, desk.who.change_hour)


def sheet_numbers(
    source: Desk | Reader,
    day: date,
    *,
    now: datetime | None = None,
    by: str = "",
    as_known_on: datetime | None = None,
) -> DailySheet:
    """The sheet of a service day, counted from everything known now, or known at ``as_known_on``.

    From a desk (whose user may see it, else ``NotAllowed``) or from a reader; then ``now`` is the time it
    is made, without which it is that of the newest entry, and ``by`` who made it. Raises ``BadField`` for a
    day or time still to come.
    """
    if isinstance(source, Desk):
        source.must(SHEET)
        conn, made_at, made_by = source.store.conn, source.clock.now(), source.user.name
    else:
        conn, made_at, made_by = source.conn, now or newest_entry(source), by
    who, roster = source.who, source.roster
    check_sheet_day(conn, who, day, made_at)
    if as_known_on is None:
        return numbers.sheet_numbers(conn, who, roster, day, made_at, made_by, shipped_sets())
    if as_known_on > made_at:
        raise BadField("time", tr("this is still to come"))
    with known_at(conn, roster, to_milliseconds(as_known_on)) as past:
        return numbers.sheet_numbers(past, who, roster, day, as_known_on, made_by, shipped_sets())


def newest_entry(reader: Reader) -> datetime:
    """When the newest entry held was entered; reads the whole log, so only for a caller that knows no time."""
    return from_milliseconds(numbers.newest_entry_ms(reader.conn))


def check_sheet_day(conn: Connection, who: Whoami, day: date, now: datetime) -> None:
    """Raise ``BadField`` for a day that can have no sheet (yet), ``NotHere`` at an office."""
    if who.is_office:
        raise NotHere(is_office=True)
    check_day("day", day)
    start, _ = service_day_limits(day, who.zone, who.change_hour)
    if start > now:
        raise BadField("day", tr("the day {day} is still to come", day=day.isoformat()))
    _check_records_begin(conn, who, day)


def _check_records_begin(conn: Connection, who: Whoami, day: date) -> None:
    """Raise ``BadField`` for a day that was over before anything here began: nothing is known of it, not even zero.

    The day before the first is the one a station made this morning begins from, and may be printed.
    """
    first = numbers.records_begin_ms(conn)
    if first is None:
        return
    _, end = service_day_limits(day, who.zone, who.change_hour)
    if to_milliseconds(end + timedelta(days=1)) <= first:
        began = from_milliseconds(first).astimezone(ZoneInfo(who.zone)).date().isoformat()
        raise BadField(
            "day",
            tr("The records of this station begin on {day}", day=began),
            tr("Nothing is known of an earlier day; it is no zero."),
        )


def sheet_json(sheet: DailySheet) -> dict[str, object]:
    """The numbers as plain values, for ``--json`` and for the record of a frozen sheet."""
    return sheet.to_json()


def frozen_sheet(reader: Reader, day: date) -> numbers.Frozen | None:
    """The sheet of a day as it was frozen and signed, None when it was not."""
    return numbers.frozen_sheet(reader.conn, day)


def frozen_days(reader: Reader) -> list[date]:
    """Days with a frozen sheet, the newest first."""
    return numbers.frozen_days(reader.conn)


@dataclass(frozen=True, slots=True)
class SheetFrozen:
    """A sheet as it is kept from now on; what becomes known later stands in the next day's corrections."""

    ent: str
    sheet: DailySheet
    undo: tuple[bytes, ...]


def freeze_sheet(desk: Desk, day: date) -> Done[SheetFrozen]:
    """Keep the sheet of a day as it is known now, under the user's name.

    It counts from now on instead of one that froze itself, which stays in the history. Raises ``Refused`` before
    the day is over and for one signed already, ``BadField`` for a day before the records begin, ``NotAllowed``.
    """
    desk.must(SHEET)
    desk.must_be_station()
    check_day("day", day)
    who = desk.who
    with desk.store.write(desk.user) as event:
        _, end = numbers.day_limits(event.conn, who, day)
        if event.now < end:
            raise Refused(
                tr("The day of this sheet lasts until {time}.", time=moment_text(end, who.zone)[:16]),
                tr("Print it now as provisional, and freeze it then."),
            )
        _check_records_begin(event.conn, who, day)
        held = numbers.frozen_sheet(event.conn, day)
        if held is not None and not held.automatic:
            raise Refused(
                tr("The sheet of {day} is frozen already.", day=day.isoformat()),
                tr("What became known since is among the corrections of the next day."),
            )
        sheet = _counted(desk, event, day, desk.user.name)
        ent = event.create(DAILY_SHEET, {**_kept(event, sheet), "signed_by": desk.user.name})
    return _done(event, SheetFrozen(ent, sheet, _events_of(event)))


def freeze_next_missing(desk: Desk) -> Done[SheetFrozen | None]:
    """Freeze the oldest day without a sheet since the last one, by the program itself; None when none is left.

    docs/decisions/0008: as known now, signed by nobody, in whoever's log-in. The last day is left to the supervisor
    for the hours of the morning (a setting). Nothing is frozen at an office, of days before the records begin, in
    the log-in of somebody who does not work at the station, or while the clock is doubted.
    """
    who = desk.who
    if who.is_office or not may_freeze_itself(desk.user.roles):
        return Done(None, Changes(frozenset()))
    if desk.store.clock_doubt or not days_to_freeze(desk):
        return Done(None, Changes(frozenset()))
    with desk.store.write(desk.user) as event:
        days = _days_to_freeze(event.conn, who, event.now)  # another window may have been quicker
        if not days:
            return Done(None, Changes(frozenset()))
        sheet = replace(_counted(desk, event, days[0], tr("the program")), automatic=True)
        ent = event.create(DAILY_SHEET, {**_kept(event, sheet), "automatic": True})
    return _done(event, SheetFrozen(ent, sheet, _events_of(event)))


def freeze_missing(desk: Desk) -> Done[tuple[SheetFrozen, ...]]:
    """Freeze every day that :func:`freeze_next_missing` would, each in a transaction of its own."""
    found: list[SheetFrozen] = []
    changes: Changes = Changes(frozenset())
    while (done := freeze_next_missing(desk)).result is not None:
        found.append(done.result)
        changes = Changes(changes.kinds | done.changes.kinds)
    return Done(tuple(found), changes)


def days_to_freeze(desk: Desk) -> list[date]:
    """The days whose sheets the program is to freeze now, the oldest first."""
    return _days_to_freeze(desk.store.conn, desk.who, desk.clock.now())


def _days_to_freeze(conn: Connection, who: Whoami, now: datetime) -> list[date]:
    last = service_day(now, who.zone, who.change_hour)
    _, end = service_day_limits(last, who.zone, who.change_hour)
    if now < end + timedelta(hours=sheet_settings(conn, last).morning_hours):
        last -= timedelta(days=1)
    first = numbers.first_entry_ms(conn)
    if first is None:
        return []
    # The service day that holds the first entry ends on the next day: that has the first sheet there can be.
    began = service_day(from_milliseconds(first), who.zone, who.change_hour)
    held = numbers.frozen_days(conn, to_milliseconds(now))
    since = max(began, min([last - timedelta(days=MOST_DAYS_BACK), *held[:1]]))
    every = (since + timedelta(days=n) for n in range(1, (last - since).days + 1))
    missing = [day for day in every if day not in held]
    # Under an earlier change hour the first entry may be of a later sheet than by the one set now.
    return [day for day in missing if to_milliseconds(numbers.day_limits(conn, who, day)[1]) > first]


def _counted(desk: Desk, event: Writing, day: date, by: str) -> DailySheet:
    """The sheet as it follows from what is known inside a transaction."""
    return numbers.sheet_numbers(event.conn, desk.who, desk.roster, day, event.now, by, shipped_sets())


def _kept(event: Writing, sheet: DailySheet) -> dict[str, object]:
    """What is kept of a frozen sheet, signed or not."""
    return {
        "day": sheet.service_day.isoformat(),
        "numbers": sheet_json(sheet),
        "frozen_at": event.now,
        "provisional": sheet.provisional,
        "as_known": numbers.known_upto(event.conn),
    }


def _events_of(event: Writing) -> tuple[bytes, ...]:
    return event.written.events if event.written is not None else ()


def _done(event: Writing, result: Result) -> Done[Result]:
    return Done(result, Changes(event.written.kinds if event.written is not None else frozenset()))


@dataclass(frozen=True, slots=True)
class SheetPrinted:
    """A sheet written to the file ``path`` or, None, to memory; ``left_out``: what could not be set, in sentences."""

    pages: int
    left_out: tuple[str, ...]
    path: Path | None
    sheet: DailySheet


def print_sheet(
    desk: Desk,
    day: date,
    out: Path | BinaryIO,
    *,
    paper: PaperName = "a4",
    as_known_on: datetime | None = None,
    as_frozen: bool = False,
) -> Done[SheetPrinted]:
    """Write the sheet of a day as a PDF into a file or memory: as known now, as known then, or as it was frozen.

    Raises ``NotAllowed``, ``BadField``, ``NotFound`` for a day that was not frozen, ``DiskFull``,
    ``CannotWrite``; nothing is noted as printed then.
    """
    from shelterdesk.actions.sheet_papers import what_stands_behind  # which builds on this module
    from shelterdesk.reports.daily_sheet import write_daily_sheet  # with the first sheet, not at the start

    desk.must(SHEET)
    if as_frozen:
        held = numbers.frozen_sheet(desk.store.conn, day)
        if held is None:
            raise NotFound(tr("A frozen sheet of {day}", day=day.isoformat()))
        sheet = held.sheet
    else:
        sheet = sheet_numbers(desk, day, as_known_on=as_known_on)
    behind = what_stands_behind(desk, day, as_known_on, as_frozen)
    written = write_daily_sheet(sheet, out, behind, paper=paper)
    with desk.store.write(desk.user) as event:
        event.create(
            ACCESS,
            {
                "access": AccessKind.PRINTED.value,
                "subject_kind": "daily_sheet",
                "happened_at": event.now,
                "detail": day.isoformat(),
                "count": 1,
            },
        )
    path = out if isinstance(out, Path) else None
    return Done(SheetPrinted(written.pages, tuple(written.left_out), path, sheet), Changes.of("access"))
