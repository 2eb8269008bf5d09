"""The numbers of a daily sheet from the tables: the balance, who is in the house, where they sleep.

Only rows around the day are read: intervals by their ends, people present by their ids.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from shelterdesk.core import countries
from shelterdesk.core.errors import DamagedFile
from shelterdesk.core.lodging import EndReason, site_tree
from shelterdesk.core.moment import (
    LATEST_CHANGE_HOUR,
    from_milliseconds,
    known_moment,
    moment_text,
    service_day_limits,
    to_milliseconds,
)
from shelterdesk.core.roster import Roster
from shelterdesk.core.sheet import DailySheet, SilentDesk, sheet_from_json
from shelterdesk.core.standards import StandardSet, StandardsOfDay, standards_of_day
from shelterdesk.core.vocabulary import EntryKind, MovementKind
from shelterdesk.core.words import language, tr
from shelterdesk.db.connection import Connection
from shelterdesk.db.lodging import lodged, plan
from shelterdesk.db.meta import Whoami
from shelterdesk.db.population import Flows, flows, links, people_at, present_since
from shelterdesk.db.receipts import last_heard_ms
from shelterdesk.db.sheet_house import blocks_of, facilities, site_facts, who_is_in
from shelterdesk.db.standards import chosen, set_of, sets_of_day

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
    """A frozen sheet: its record, when and by whom, and the sheet as it was then.

    ``automatic`` is one the program froze by itself: nobody signed, ``written_by`` (a user's id) was logged in.
    """

    ent: str
    day: date
    frozen_at: str | None
    signed_by: str
    sheet: DailySheet
    automatic: bool = False
    written_by: str = ""
    frozen_ms: int = 0
    as_known: str = ""  # JSON: what was held then of each desk and epoch, as ranges of numbers


def frozen_sheet(conn: Connection, day: date) -> Frozen | None:
    """The frozen sheet of a day that counts: the one signed first, else the first that froze itself.

    The same on every replica that holds the same sheets (docs/decisions/0008): signed before unsigned, then by the
    time of freezing, then by the record's id. One that cannot be read any more (written by a newer program) is
    passed over.
    """
    return next(_frozen(conn, day), None)


def frozen_versions(conn: Connection, day: date) -> list[Frozen]:
    """Every freezing of a day that can be read, the one that counts first."""
    return list(_frozen(conn, day))


def _frozen(conn: Connection, day: date) -> Iterator[Frozen]:
    for ent, numbers, frozen_at, frozen_ms, signed_by, automatic, entered_by, as_known in conn.execute(
        "SELECT ent, numbers, frozen_at, coalesce(frozen_at_ms, entered_ms), signed_by, automatic, entered_by,"
        " as_known FROM daily_sheet WHERE day = ? AND void IS NULL AND numbers IS NOT NULL"
        " ORDER BY coalesce(automatic, 0), coalesce(frozen_at_ms, entered_ms), ent",
        (day.isoformat(),),
    ).fetchall():
        try:
            document: Any = msgspec.json.decode(numbers)
            sheet = sheet_from_json(document)
        except (DamagedFile, msgspec.MsgspecError, TypeError, ValueError):
            continue
        yield Frozen(
            ent.hex(),
            day,
            frozen_at,
            signed_by or "",
            _in_words_of_now(sheet, bool(automatic)),
            bool(automatic),
            entered_by or "",
            int(frozen_ms),
            as_known or "",
        )


def _in_words_of_now(sheet: DailySheet, automatic: bool) -> DailySheet:
    """A sheet as it was frozen, its words in the language now spoken: whoever froze it may have spoken another."""
    nations, standards = sheet.nationalities, sheet.standards
    shown = tuple(replace(one, name=countries.name(one.code)) for one in nations.shown)
    return replace(
        sheet,
        automatic=automatic,
        generated_by=tr("the program") if automatic else sheet.generated_by,
        nationalities=replace(nations, shown=shown),
        standard_set=sheet.standard_set if standards is None else _set_named(standards),
    )


def day_limits(conn: Connection, who: Whoami, day: date) -> tuple[datetime, datetime]:
    """From and to of a day's sheet: those it was frozen with, else from where the frozen day before ended, by the hour set.

    Another change hour holds from the next sheet on: no hour between two sheets falls into neither or into both, and
    what was frozen is counted again over its own hours alone.
    """
    limits = service_day_limits(day, who.zone, who.change_hour)
    held = frozen_sheet(conn, day)
    if held is not None:
        said = held.sheet.from_at, held.sheet.to_at
    else:
        before, after = (frozen_sheet(conn, day + timedelta(days=n)) for n in (-1, 1))
        said = before.sheet.to_at if before else "", after.sheet.from_at if after else ""
    start, end = (_near(text, by_hour, who.zone) for text, by_hour in zip(said, limits, strict=True))
    return start, end


def _near(said: str, by_hour: datetime, zone: str) -> datetime:
    """The moment a frozen sheet says; what no change hour could make of that day is a faulty desk's and not followed."""
    found = known_moment(said, zone)
    return found if found is not None and abs(found - by_hour) <= _HOURS_APART else by_hour


_HOURS_APART = timedelta(hours=LATEST_CHANGE_HOUR + 1)  # and the clock may change that night


def frozen_days(conn: Connection, by_ms: int | None = None) -> list[date]:
    """Days that have a frozen sheet, the newest first.

    With ``by_ms`` (UTC ms) without those that froze themselves after that time: under a clock that ran ahead.
    """
    found = set()
    for (day,) in conn.execute(
        "SELECT DISTINCT day FROM daily_sheet WHERE void IS NULL AND day IS NOT NULL"
        " AND (automatic IS NOT 1 OR ? IS NULL OR coalesce(frozen_at_ms, entered_ms) <= ?)",
        (by_ms, by_ms),
    ):
        try:
            found.add(date.fromisoformat(day))
        except ValueError:
            continue
    return sorted(found, reverse=True)


def sheet_numbers(
    conn: Connection,
    who: Whoami,
    roster: Roster,
    day: date,
    generated_at: datetime,
    generated_by: str,
    shipped: Sequence[StandardSet] = (),
) -> DailySheet:
    """The sheet of a service day with everything known now (DOMAIN §2, *daily sheet columns*).

    The day before is taken from its frozen sheet, if there is one; what became known of it since is in
    ``corrections``, as are groups closed as never having been there. The balance closes by itself: people
    and flows are counted from the same intervals. ``shipped`` are the standard sets that come with the program;
    without any the sheet names the station's set and measures by none.
    """
    station = who.station
    start, end = day_limits(conn, who, day)
    from_ms, to_ms = to_milliseconds(start), to_milliseconds(end)
    linked = links(conn, station)
    moved = flows(conn, station, from_ms, to_ms, linked)
    before, _ = people_at(conn, station, from_ms, linked)
    present, unnamed = people_at(conn, station, to_ms, linked)
    held = frozen_sheet(conn, day - timedelta(days=1))
    present_prev = held.sheet.present if held is not None else before
    left, never_there = _closed(moved)
    arrivals = moved.came[EntryKind.ARRIVED] + moved.new_unnamed
    since = present_since(conn, station, to_ms, linked)
    sex_age, nationalities = who_is_in(conn, sorted(since))
    places = plan(conn)
    site = site_tree(places.places.values(), lodged(conn, station, places, to_ms, linked).counts())
    figures = facilities(conn, day)
    standards: StandardsOfDay | None = None
    named = chosen(conn, station)
    if (wanted := set_of(sets_of_day(conn, shipped, day), named)) is not None:
        facts = site_facts(
            conn,
            who.station,
            end,
            day_limits(conn, who, day - timedelta(days=1)),
            present=present,
            site=site,
            figures=figures,
            since=since.values(),
            linked=linked,
        )
        standards = standards_of_day(wanted, facts)
        named = _set_named(standards)
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
        blocks=blocks_of(site),
        silent_desks=silent,
        facilities=figures,
        standard_set=named or None,
        provisional=bool(silent) or to_milliseconds(generated_at) < to_ms,
        practice=who.is_practice,
        standards=standards,
    )


def _set_named(standards: StandardsOfDay) -> str:
    return f"{standards.name_in(language()[:2])} · v{standards.version}"


def came_and_left(moved: Flows) -> tuple[int, int]:
    """All who came in a time and all who left in it, as the sheet sums them up."""
    left, _ = _closed(moved)
    arrived = max(0, moved.came[EntryKind.ARRIVED] + moved.new_unnamed)
    came = arrived + sum(moved.came[how] for how in _COMING if how != EntryKind.ARRIVED)
    return came, sum(left[how] for how in _LEAVING)


_COMING = (EntryKind.ARRIVED, EntryKind.BORN, EntryKind.MOVED_IN, MovementKind.RETURNED)
_LEAVING = (
    MovementKind.DEPARTED_BUS,
    MovementKind.DEPARTED_OTHER,
    MovementKind.ABSENT,
    MovementKind.DIED,
    MovementKind.MOVED_OUT,
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


def first_entry_ms(conn: Connection) -> int | None:
    """When the first entry was entered (UTC ms) of all desks held here, each by its own line; None for an empty log."""
    first = [
        conn.execute(
            "SELECT wall_ms FROM event WHERE dev = ? AND epoch = ? ORDER BY seq LIMIT 1", author
        ).fetchone()
        for author in conn.execute("SELECT DISTINCT dev, epoch FROM seen").fetchall()
    ]
    return min((int(row[0]) for row in first if row is not None), default=None)


def newest_entry_ms(conn: Connection) -> int:
    """When the newest entry held was entered (UTC ms), 0 for an empty log."""
    return int(conn.execute("SELECT coalesce(max(wall_ms), 0) FROM event").fetchone()[0])
