"""Counting a boat or a bus before anybody is named: a token in seconds, names later, closed with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.registration import desk_slot, group_named, local_day, take_up
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, Refused
from shelterdesk.core.family_checks import NotThisForm, group_problems
from shelterdesk.core.kinds import ARRIVAL_GROUP
from shelterdesk.core.moment import known_moment
from shelterdesk.core.number import token_number
from shelterdesk.core.people import ArrivalGroupForm
from shelterdesk.core.vocabulary import Missing
from shelterdesk.core.words import tr
from shelterdesk.db.households import ArrivalGroup, arrival_groups, reserved_groups
from shelterdesk.db.store import Reader


@dataclass(frozen=True, slots=True)
class CountedGroup:
    """A group counted: its id, its token number, how many heads; ``undo`` takes the count back."""

    ent: str
    number: str
    head_count: int
    undo: tuple[bytes, ...]


def count_group(desk: Desk, form: ArrivalGroupForm) -> Done[CountedGroup]:
    """Count people who arrived together and give them a token; it buys a bed, food and care (DESIGN §4).

    Raises ``NotThisForm`` for counts that cannot be, ``NotAllowed``.
    """
    desk.must_be_station()
    problems = group_problems(form, local_day(desk), desk.who.zone)
    if problems:
        raise NotThisForm(problems)
    with desk.store.write(desk.user) as event:
        number = token_number(desk.who.station, desk_slot(desk), event.next_count("token"))
        ent = event.create(
            ARRIVAL_GROUP,
            {
                "number": number,
                "vehicle": form.vehicle.strip() or None,
                "mode": form.mode.strip() or None,
                "arrived_at": form.arrived_at or event.now,
                "entry_route": form.entry_route
                if isinstance(form.entry_route, Missing)
                else form.entry_route.value,
                "head_count": form.head_count,
                "counted": _counted(form.counted),
                "note": form.note.strip() or None,
                "station": desk.who.station,
            },
        )
    written = event.written
    events = written.events if written is not None else ()
    return Done(CountedGroup(ent, number, form.head_count, events), Changes.of("arrival_group"))


def _counted(counted: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Only what was counted: a sex and band nobody was put in has no entry, and is no zero either."""
    rows = {sex: {band: n for band, n in row.items() if n} for sex, row in counted.items()}
    return {sex: row for sex, row in rows.items() if row}


def recount_group(
    desk: Desk, token: str, head_count: int, counted: Mapping[str, Mapping[str, int]]
) -> Done[tuple[bytes, ...]]:
    """Put a group's count right; the first count stays in its history. The result takes the change back."""
    problems = group_problems(ArrivalGroupForm(head_count, counted), local_day(desk), desk.who.zone)
    if problems:
        raise NotThisForm(problems)
    with desk.store.write(desk.user) as event:
        group = group_named(event.conn, token, desk.who.slot)
        new = _counted(counted)
        if group.head_count == head_count and group.counted == new:
            raise Refused(tr("The count is already as you entered it."))
        if group.is_reserved:
            take_up(event, group.ent, event.now, head_count)
        elif group.head_count != head_count:
            event.set(ARRIVAL_GROUP, group.ent, "head_count", head_count)
        if group.counted != new:
            event.set(ARRIVAL_GROUP, group.ent, "counted", new)
    written = event.written
    return Done(written.events if written is not None else (), Changes.of("arrival_group"))


def close_group(desk: Desk, token: str, reason: str) -> Done[tuple[bytes, ...]]:
    """Close a group: whoever is still unnamed no longer counts as present, and why is kept.

    Raises ``BadField`` without a reason, ``Refused`` for one closed already, ``NotFound``.
    """
    desk.must_be_station()
    if not reason.strip():
        raise BadField(
            "closed_reason",
            tr("closing a group needs a reason"),
            tr("For example: all named, or gone on by the same bus."),
        )
    with desk.store.write(desk.user) as event:
        group = group_named(event.conn, token, desk.who.slot)
        if group.closed_at is not None:
            raise Refused(_closed_words(group, desk.who.zone), tr("Names can still be added to it."))
        event.set(ARRIVAL_GROUP, group.ent, "closed_at", event.now)
        event.set(ARRIVAL_GROUP, group.ent, "closed_reason", reason.strip())
    written = event.written
    return Done(written.events if written is not None else (), Changes.of("arrival_group"))


def _closed_words(group: ArrivalGroup, zone: str) -> str:
    at = known_moment(group.closed_at, zone)
    if at is None:
        return tr("{number} is closed already.", number=group.number)
    date = f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    return tr("{number} was closed on {date}.", number=group.number, date=date)


def groups(desk: Desk, reader: Reader, *, only_open: bool = True) -> list[ArrivalGroup]:
    """Counted groups with how many of each are still unnamed, the newest first."""
    desk.must("find people")
    return arrival_groups(reader.conn, only_open=only_open)


def slips(desk: Desk, reader: Reader) -> list[ArrivalGroup]:
    """Groups whose token stands on a slip of paper and who have not been typed in yet (``actions/intake_form.py``)."""
    desk.must("find people")
    return reserved_groups(reader.conn)
