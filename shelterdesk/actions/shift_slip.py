"""The slip of a shift: what the people at the desks did, in counts, and what whoever takes over finds unfinished."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from shelterdesk.actions.bearers import local_today
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.drafts import drafts_waiting
from shelterdesk.actions.paper_facts import ListPrinted, note_printed, paper_facts, printed
from shelterdesk.actions.spool import cards_waiting
from shelterdesk.actions.status import Status, status
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.moment import from_milliseconds, moment_text, to_milliseconds
from shelterdesk.core.shift import ShiftSlip, Unfinished, Worked
from shelterdesk.core.words import tr
from shelterdesk.db.households import reserved_groups
from shelterdesk.db.lodging import lodged, plan
from shelterdesk.db.person_records import user_name
from shelterdesk.db.sheet import silent_desks
from shelterdesk.db.shift import ByUser, waiting, written_between
from shelterdesk.db.store import Reader

if TYPE_CHECKING:
    from shelterdesk.reports.paper import PaperName

SLIP = "print the shift slip"
USUAL_HOURS, MOST_HOURS = 12, 48


def shift_slip(desk: Desk, reader: Reader, hours: int = USUAL_HOURS) -> ShiftSlip:
    """The last so many hours at the station, as far as this desk has heard of them.

    Raises ``NotAllowed``, ``NotHere``, ``BadField`` for hours that are no shift.
    """
    desk.must(SLIP)
    desk.must_be_station()
    if not 1 <= hours <= MOST_HOURS:
        raise BadField("hours", tr("a shift lasts from 1 to {n} hours", n=MOST_HOURS))
    now, who = desk.clock.now(), reader.who
    began = now - timedelta(hours=hours)
    devs = {one.dev for one in reader.roster.desks.values() if one.station == who.station} | {who.dev}
    found = written_between(reader.conn, devs, to_milliseconds(began), to_milliseconds(now) + 1)
    worked = [_worked(reader, user, one) for user, one in found.items()]
    worked.sort(key=lambda one: (-one.entries, one.user))
    state = status(reader, now)
    return ShiftSlip(
        paper_facts(reader, now, desk.user.name),
        moment_text(began, who.zone),
        moment_text(now, who.zone),
        state.present,
        tuple(worked),
        _unfinished(desk, reader, state, now),
    )


def print_shift_slip(
    desk: Desk, out: Path | BinaryIO, *, hours: int = USUAL_HOURS, paper: PaperName = "a4"
) -> Done[ListPrinted]:
    """Write the slip as a PDF into a file or memory; its printing is noted.

    Raises as :func:`shift_slip` does, ``DiskFull``, ``CannotWrite``; nothing is noted then.
    """
    from shelterdesk.reports.shift_slip import write_shift_slip

    reader = desk.reader()
    try:
        slip = shift_slip(desk, reader, hours)
    finally:
        reader.close()
    written = write_shift_slip(slip, out, paper=paper)
    note_printed(desk, tr("slip of a shift"), len(slip.worked), kind="station")
    return Done(printed(written, len(slip.worked), out), Changes.of("access"))


def _worked(reader: Reader, user: str, one: ByUser) -> Worked:
    zone = reader.who.zone
    return Worked(
        user_name(reader.roster, user),
        moment_text(from_milliseconds(one.first_ms), zone),
        moment_text(from_milliseconds(one.last_ms), zone),
        one.records.get("registered", 0),
        one.records.get("lodged", 0),
        one.records.get("served", 0),
        one.records.get("cards", 0),
        one.entries,
    )


def _unfinished(desk: Desk, reader: Reader, state: Status, now: datetime) -> Unfinished:
    conn, station = reader.conn, reader.who.station
    here = lodged(conn, station, plan(conn))
    wait = waiting(conn, station, sum(map(len, here.people.values())), local_today(reader.who, now))
    return Unfinished(
        unnamed=wait.unnamed,
        tokens_open=wait.tokens_open,
        slips_out=len(reserved_groups(conn)),
        without_bed=wait.without_bed,
        without_card=wait.without_card,
        cards_waiting=_cards(desk),
        forms_begun=_forms(desk, reader),
        set_aside=state.set_aside,
        conflicts=state.conflicts,
        only_here=state.only_here,
        only_here_since=state.only_here_since,
        last_backup=state.last_backup,
        silent_desks=len(
            silent_desks(conn, reader.who, reader.roster, to_milliseconds(now - timedelta(days=1)))
        ),
    )


def _cards(desk: Desk) -> int | None:
    try:
        return cards_waiting(desk)
    except WorldError:
        return None


def _forms(desk: Desk, reader: Reader) -> tuple[tuple[str, int], ...] | None:
    try:
        begun = drafts_waiting(desk)
    except WorldError:
        return None  # the slip is not kept from anybody by it
    return tuple((user_name(reader.roster, user), count) for user, count in begun.items())
