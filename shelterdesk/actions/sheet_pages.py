"""The pages around the daily sheet: then and now, the chart, the copy for the wall, the supervisor's page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.sheets import SHEET, check_sheet_day, newest_entry, sheet_numbers
from shelterdesk.core.errors import NotHere
from shelterdesk.core.moment import from_milliseconds, moment_text
from shelterdesk.core.roster import Roster
from shelterdesk.core.sheet_days import DaysChart
from shelterdesk.core.sheet_difference import SheetVersion, ThenAndNow, differences
from shelterdesk.core.sheet_internal import InternalPage
from shelterdesk.core.sheet_posting import PostingCopy
from shelterdesk.core.sheet_posting import posting_copy as copy_of
from shelterdesk.db import sheet as numbers
from shelterdesk.db import sheet_days, sheet_internal
from shelterdesk.db.connection import Connection
from shelterdesk.db.meta import Whoami
from shelterdesk.db.person_records import user_name
from shelterdesk.db.store import Reader


def then_and_now(
    source: Desk | Reader,
    day: date,
    *,
    now: datetime | None = None,
    by: str = "",
    as_known_on: datetime | None = None,
) -> ThenAndNow | None:
    """A day's sheet as frozen, or as known at ``as_known_on``, beside what is known now, with every difference.

    None for a day that was never frozen, unless a time is named. Raises what :func:`sheet_numbers` raises.
    """
    today = sheet_numbers(source, day, now=now, by=by)
    conn, who, roster, _ = _source(source, now)
    versions = numbers.frozen_versions(conn, day)
    told = tuple(
        SheetVersion(
            ent=one.ent,
            frozen_at=one.frozen_at or moment_text(from_milliseconds(one.frozen_ms), who.zone),
            signed_by=one.signed_by,
            automatic=one.automatic,
            counts=n == 0,
            present=one.sheet.present,
            written_by=user_name(roster, one.written_by),
        )
        for n, one in enumerate(versions)
    )
    if as_known_on is not None:
        then = sheet_numbers(source, day, now=now, by=by, as_known_on=as_known_on)
        then_at = moment_text(as_known_on, who.zone)
    elif versions:
        then, then_at = versions[0].sheet, told[0].frozen_at
    else:
        return None
    return ThenAndNow(then, today, then_at, differences(then, today), told)


def days_chart(source: Desk | Reader, day: date, now: datetime | None = None) -> DaysChart:
    """The 14 days up to one: a day of which nothing is known has no numbers. With a reader, ``now`` as for the sheet."""
    conn, who, roster, at = _source(source, now)
    if who.is_office:
        raise NotHere(is_office=True)
    return sheet_days.days_chart(conn, who, roster, day, at)


def posting_copy(
    source: Desk | Reader, day: date, *, now: datetime | None = None, by: str = "", as_frozen: bool = True
) -> PostingCopy:
    """The copy for the wall: of the frozen sheet where there is one and ``as_frozen``, else of what is known now.
    It is provisional until a supervisor has frozen it, as on paper.

    Raises what :func:`sheet_numbers` raises.
    """
    made = sheet_numbers(source, day, now=now, by=by)
    conn, _, _, _ = _source(source, now)
    held = numbers.frozen_sheet(conn, day) if as_frozen else None
    return replace(copy_of(made if held is None else held.sheet), provisional=held is None or held.automatic)


def internal_page(
    source: Desk | Reader, day: date, *, now: datetime | None = None, by: str = ""
) -> InternalPage:
    """The supervisor's page of a service day, counted from everything known now; counts only.

    Raises what :func:`sheet_numbers` raises.
    """
    conn, who, roster, at = _source(source, now)
    check_sheet_day(conn, who, day, at)
    made_by = source.user.name if isinstance(source, Desk) else by
    return sheet_internal.internal_page(conn, who, roster, day, at, made_by)


def _source(source: Desk | Reader, now: datetime | None) -> tuple[Connection, Whoami, Roster, datetime]:
    """What is read from, and the present; raises ``NotAllowed`` where a desk's user may not see the sheet."""
    if isinstance(source, Desk):
        source.must(SHEET)
        return source.store.conn, source.who, source.roster, source.clock.now()
    return source.conn, source.who, source.roster, now or newest_entry(source)
