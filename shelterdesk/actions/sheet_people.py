"""The names behind a number of the sheet: who makes the difference between then and now, who is overdue.

For those who may see the sheet and open people; that they looked is noted like any list of people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from shelterdesk.actions.access import note_access
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.sheets import SHEET, check_sheet_day
from shelterdesk.core.changes import Done
from shelterdesk.core.errors import BadField, NotFound
from shelterdesk.core.kinds import KINDS
from shelterdesk.core.moment import from_milliseconds, moment_text, to_milliseconds
from shelterdesk.core.sheet_difference import PersonBehind, number_said
from shelterdesk.core.sheet_internal import Behind
from shelterdesk.core.vocabulary import AccessKind, EntryKind, MovementKind
from shelterdesk.core.words import ntr, tr
from shelterdesk.db import sheet as numbers
from shelterdesk.db.as_known import from_lines
from shelterdesk.db.connection import Connection
from shelterdesk.db.lodging import plan
from shelterdesk.db.person_records import user_name
from shelterdesk.db.population import clusters
from shelterdesk.db.sheet_behind import (
    PEOPLE_NUMBERS,
    Heads,
    Since,
    counted_heads,
    entered_since,
    known_in,
    known_when,
    lines_about,
    spans_of,
)
from shelterdesk.db.sheet_house import counted_as
from shelterdesk.db.sheet_internal import found_behind
from shelterdesk.db.sheet_names import last_place, person_said, token_said


def has_people_behind(number: str) -> bool:
    """Whether a number of the sheet counts people, so that names stand behind it."""
    kind, _, rest = number.partition(".")
    return (
        number in PEOPLE_NUMBERS
        or number in ("of_which_unnamed", "corrections")
        or kind in ("sex_age", "nationality")
        or (kind == "block" and rest.endswith(".occupied"))
    )


def people_behind(
    desk: Desk, day: date, number: str, as_known_on: datetime | None = None
) -> Done[tuple[PersonBehind, ...]]:
    """Who makes a number another now than on the frozen sheet (or at ``as_known_on``), by person's number.

    ``number`` as in :class:`Difference`; behind ``corrections`` is who makes the day before another, of a day not
    frozen yet since the freezing of that. Raises ``NotFound`` for a day that was never frozen, ``BadField`` for a
    number that counts no people, ``NotAllowed``.
    """
    desk.must(SHEET)
    desk.must("open a person")
    if not has_people_behind(number):
        raise BadField("number", tr("There are no names behind “{number}”.", number=number_said(number)[:40]))
    conn = desk.store.conn
    if number == "corrections" and as_known_on is None and numbers.frozen_sheet(conn, day) is None:
        day, number = day - timedelta(days=1), "present"
    check_sheet_day(conn, desk.who, day, desk.clock.now())
    if as_known_on is not None:
        known = known_when(to_milliseconds(as_known_on))
    else:
        held = numbers.frozen_sheet(conn, day)
        if held is None:
            raise NotFound(tr("A frozen sheet of {day}", day=day.isoformat()))
        known = known_in(held)
    since = entered_since(conn, known)
    with from_lines(conn, desk.roster, lines_about(conn, since, known)) as past:
        limits = numbers.day_limits(conn, desk.who, day)
        then = counted_heads(past, desk.who, limits, plan(conn))
        now = counted_heads(conn, desk.who, limits)
        found = _behind(desk, past, number, then, now, since)
    noted = note_access(
        desk, AccessKind.SEARCHED, "person", detail=f"{day.isoformat()} {number}", count=len(found)
    )
    return Done(found, noted.changes)


def people_of_count(desk: Desk, day: date, behind: Behind) -> Done[tuple[PersonBehind, ...]]:
    """Who is behind a count of the supervisor's page, by person's number; ``now`` says since when or until when.

    Raises ``NotAllowed``, and ``BadField`` for a day still to come.
    """
    desk.must(SHEET)
    desk.must("open a person")
    conn = desk.store.conn
    check_sheet_day(conn, desk.who, day, desk.clock.now())
    found = found_behind(conn, desk.who, day)
    told = [_person(conn, ent, now=_words_of(behind, words)) for ent, words in found.people[behind].items()]
    if behind is Behind.WITHOUT_PLACE:
        told += [_group(conn, group, heads) for group, heads in found.heads.items()]
    ordered = tuple(sorted(told, key=lambda one: (one.number, one.ent or "")))
    noted = note_access(
        desk, AccessKind.SEARCHED, "person", detail=f"{day.isoformat()} {behind.value}", count=len(ordered)
    )
    return Done(ordered, noted.changes)


def _words_of(behind: Behind, words: str) -> str:
    if behind is Behind.STAY_OVER:
        return tr("the stay was until {day}", day=words)
    if behind is Behind.OUTSIDE:
        return tr("out since {time}", time=_shown(words))
    if behind is Behind.LONG_STAY:
        return ntr("{n} day here", "{n} days here", int(words))
    return words


def _behind(
    desk: Desk, past: Connection, number: str, then: Heads, now: Heads, since: Since
) -> tuple[PersonBehind, ...]:
    conn = desk.store.conn
    before, after = then.get(number, {}), now.get(number, {})
    linked = clusters(conn)
    was = clusters(past)
    wanted = since.people | {top for ent, top in (*linked.items(), *was.items()) if ent in since.people}
    found = []
    for ent in sorted(before.keys() | after.keys()):
        if before.get(ent, 0) == after.get(ent, 0):
            continue
        if ent in since.groups:
            found.append(
                _with_entry(desk, _group(conn, ent, after.get(ent, 0), before.get(ent, 0)), ent, since)
            )
        elif ent in wanted:
            told = _person(
                conn,
                ent,
                then=_known(past, desk, ent, number, ent in before),
                now=_known(conn, desk, ent, number, ent in after, linked.get(ent)),
            )
            found.append(_with_entry(desk, told, ent, since))
    return tuple(sorted(found, key=lambda one: (one.number, one.ent or "")))


def _person(conn: Connection, ent: bytes, then: str = "", now: str = "") -> PersonBehind:
    number, name, _ = person_said(conn, ent) or ("", "", False)
    return PersonBehind(ent.hex(), number, name, then, now)


def _group(conn: Connection, group: bytes, heads: int, before: int | None = None) -> PersonBehind:
    then = "" if before is None else _unnamed(before)
    return PersonBehind(None, token_said(conn, group), "", then, _unnamed(heads), heads=heads)


def _unnamed(heads: int) -> str:
    return ntr("{n} without a name", "{n} without a name", heads)


def _known(
    conn: Connection, desk: Desk, ent: bytes, number: str, is_counted: bool, first: bytes | None = None
) -> str:
    """What is known of somebody, as far as it bears on a number, in a line."""
    person = person_said(conn, ent)
    if person is None:
        return tr("not known here")
    if person[2]:
        return tr("entered by mistake")
    if first is not None and first != ent:
        other = person_said(conn, first)
        return tr("the same person as {number}", number=(other[0] if other else "") or first.hex())
    if number.startswith(("sex_age.", "nationality.")):
        return number_said(number) if is_counted else _counted_elsewhere(conn, desk, ent, number)
    if number.startswith("block."):
        return _place(conn, ent)
    return _times(conn, desk, ent)


def _counted_elsewhere(conn: Connection, desk: Desk, ent: bytes, number: str) -> str:
    """Under which sex and age, or nationality, somebody stands instead."""
    counted = counted_as(conn, [ent]).get(ent)
    if counted is None:
        return tr("not known here")
    sex, band, nation = counted
    kind = f"sex_age.{sex.value}.{band.value}" if number.startswith("sex_age.") else f"nationality.{nation}"
    return _times(conn, desk, ent) if kind == number else number_said(kind)


def _place(conn: Connection, ent: bytes) -> str:
    code = last_place(conn, ent)
    return tr("without a place") if code is None else tr("place {code}", code=code)


def _times(conn: Connection, desk: Desk, ent: bytes) -> str:
    """The comings and leavings of somebody, in order."""
    said = []
    for span in spans_of(conn, desk.who, ent)[-_TIMES_TOLD:]:
        said.append(f"{_came().get(span.how_in, span.how_in)} {_at(desk, span.from_ms)}")
        if span.to_ms is not None:
            how = span.how_out or ""
            said.append(f"{_left().get(how, how)} {_at(desk, span.to_ms)}")
    return ", ".join(said) or tr("not at this station")


_TIMES_TOLD = 2


def _came() -> Mapping[str, str]:
    return {
        EntryKind.ARRIVED.value: tr("arrived"),
        EntryKind.BORN.value: tr("born"),
        EntryKind.MOVED_IN.value: tr("moved in"),
        MovementKind.RETURNED.value: tr("returned"),
    }


def _left() -> Mapping[str, str]:
    return {
        MovementKind.DEPARTED_BUS.value: tr("left by bus"),
        MovementKind.DEPARTED_OTHER.value: tr("left otherwise"),
        MovementKind.ABSENT.value: tr("absent"),
        MovementKind.DIED.value: tr("died"),
        MovementKind.MOVED_OUT.value: tr("moved out"),
    }


def _at(desk: Desk, ms: int) -> str:
    return _shown(moment_text(from_milliseconds(ms), desk.who.zone))


def _shown(text: str) -> str:
    return text[:16].replace("T", " ")


def _with_entry(desk: Desk, told: PersonBehind, ent: bytes, since: Since) -> PersonBehind:
    """The same with the last entry about them that was not known then: which, by whom, where, when."""
    entries = since.entries.get(ent, [])
    if not entries:
        return told
    event, pos = max(entries, key=lambda one: (one[0].hlc, one[0].dev, one[1]))
    op = event.ops[pos]
    kind = KINDS.get(op.kind)
    entry = desk.roster.desks.get(event.dev)
    return replace(
        told,
        entry=kind.name if kind is not None else "",
        entry_ent=op.ent.hex(),
        by=user_name(desk.roster, event.user),
        desk=entry.slot if entry is not None else f"{event.dev:016x}",
        at=moment_text(from_milliseconds(event.wall_ms), desk.who.zone),
    )
