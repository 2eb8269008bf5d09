"""What only the file can tell of a new record: a number in use, a reference to nobody, what stands already.

The commands of a kind keep the same rules; a record written by its field names must not go round them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from shelterdesk.actions.desk import Desk
from shelterdesk.core.counter import may_receive
from shelterdesk.core.errors import BadField
from shelterdesk.core.kinds import CARD, STATION, FieldType, Kind
from shelterdesk.core.moment import service_day, service_day_limits, to_milliseconds
from shelterdesk.core.number import Counted, parse_number
from shelterdesk.core.plan import fits_in
from shelterdesk.core.vocabulary import HouseholdRole, Missing, PlaceKind
from shelterdesk.core.words import language, tr
from shelterdesk.db.cards import card_numbered
from shelterdesk.db.connection import Connection
from shelterdesk.db.households import members
from shelterdesk.db.lodging import open_stays, plan
from shelterdesk.db.meta import count_at_least, count_now
from shelterdesk.db.records import REFERS_TO, UNIQUE, count_of, in_use, is_there, place_kind_of
from shelterdesk.db.services import histories, services

COUNTERS = {Counted.PERSON: "person", Counted.HOUSEHOLD: "household", Counted.TOKEN: "token"}
"""The counter of a desk for each kind of number."""

_MOST_AHEAD = 100_000
_HERE = frozenset({"person", "household", "arrival_group"})
"""Kinds that belong to a station and have a number of one of its desks."""


def completed(desk: Desk, kind: Kind, given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The values with what goes without saying: this station, the present, the service day of a service."""
    full = dict(given)
    if kind.name in _HERE:
        full.setdefault("station", desk.who.station)
    if kind.name in ("service", "movement"):
        full.setdefault("happened_at", now)
    if kind.name == "service":
        full.setdefault("counter", desk.who.slot)
        when = full["happened_at"]
        if isinstance(when, datetime):
            day = service_day(when, desk.who.zone, desk.who.change_hour)
            full.setdefault("service_day", day.isoformat())
    return full


def check_with_file(desk: Desk, conn: Connection, kind: Kind, given: Mapping[str, Any]) -> None:
    """Raise ``BadField`` for what the file says cannot be."""
    said = {name: value for name, value in given.items() if not isinstance(value, Missing)}
    _check_references(conn, kind, said)
    _check_unique(desk, conn, kind, said)
    if kind is STATION and count_of(conn, kind.name):
        raise BadField("code", tr("This folder has its station already; it is changed in the settings."))
    if kind.name in _HERE and said.get("station") not in (None, desk.who.station, *desk.roster.stations):
        raise BadField("station", tr("No station {code} is known here.", code=str(said["station"])[:20]))
    check = _OF_KIND.get(kind.name)
    if check is not None:
        check(desk, conn, said)


def _check_references(conn: Connection, kind: Kind, said: Mapping[str, Any]) -> None:
    for name, value in said.items():
        target = REFERS_TO.get(name)
        if value is not None and target is not None and kind.field(name).type is FieldType.REF:
            if not is_there(conn, target, value):
                raise BadField(name, tr("No such record is known here: {id}.", id=value))
    if said.get("other") is not None and said["other"] == said.get("person"):
        raise BadField("other", tr("This is the same person twice."))


def _check_unique(desk: Desk, conn: Connection, kind: Kind, said: Mapping[str, Any]) -> None:
    unique = UNIQUE.get(kind.name)
    value = said.get(unique) if unique is not None else None
    if unique is not None and isinstance(value, str) and in_use(conn, kind.name, value):
        raise BadField(unique, tr("{text} is in use already.", text=value[:40]))
    if kind.name in _HERE and isinstance(value, str):
        _keep_counting(desk, conn, value)
    if kind is CARD and isinstance(said.get("serial"), int) and isinstance(said.get("signed_by"), str):
        if card_numbered(conn, said["signed_by"], said["serial"]) is not None:
            raise BadField("serial", tr("{text} is in use already.", text=said["serial"]))


def _keep_counting(desk: Desk, conn: Connection, value: str) -> None:
    """A number of this desk given by hand: its own counter goes on behind it, so that it is given once."""
    number = parse_number(value)
    if number.prefix != desk.who.slot:
        return
    name = COUNTERS[number.counted]
    if number.counter > count_now(conn, name) + _MOST_AHEAD:
        raise BadField(
            "number",
            tr("{text} is far ahead of the numbers this desk has given.", text=value),
            tr("Leave it out: the desk gives the next one."),
        )
    count_at_least(conn, name, number.counter)


def _check_place(desk: Desk, conn: Connection, said: Mapping[str, Any]) -> None:
    """A place lies where a site plan would have it; since a parent is there before what it holds, no loop is made."""
    parent = said.get("parent")
    above = place_kind_of(conn, parent) if parent is not None else None
    if not fits_in(PlaceKind(said["place_kind"]), PlaceKind(above) if above is not None else None):
        raise BadField(
            "parent", tr("A room lies in a block, a bed in a room or block, a block in no other place.")
        )


def _check_membership(desk: Desk, conn: Connection, said: Mapping[str, Any]) -> None:
    standing = members(conn, bytes.fromhex(said["household"]))
    if said.get("to_at") is None and any(one.ent == said["person"] for one in standing):
        raise BadField("person", tr("This person belongs to the family already."))
    if said.get("role") == HouseholdRole.HEAD and any(one.is_head for one in standing):
        raise BadField("role", tr("A family has one head and another one is named already."))


def _check_stay(desk: Desk, conn: Connection, said: Mapping[str, Any]) -> None:
    if said.get("person") is None or said.get("to_at") is not None:
        return
    held = open_stays(conn, [bytes.fromhex(said["person"])]).get(said["person"])
    if held:
        raise BadField(
            "person",
            tr("This person has {place} already.", place=plan(conn).code_of(held[-1].place)),
            tr("Use stay add: it moves whoever has a place."),
        )


def _check_service(desk: Desk, conn: Connection, said: Mapping[str, Any]) -> None:
    """What was received already is not given again without a reason, from whatever door (DESIGN §2.5)."""
    when, known = said.get("happened_at"), services(conn)
    rule = known.rules.get(known.codes.get(bytes.fromhex(said["service_type"]), ""))
    if said.get("person") is None or not isinstance(when, datetime) or rule is None:
        return
    if said.get("override_reason"):
        return
    zone, change = desk.who.zone, desk.who.change_hour
    day, ent = service_day(when, zone, change), bytes.fromhex(said["person"])
    ends = to_milliseconds(service_day_limits(day + timedelta(days=1), zone, change)[1])
    history = histories(conn, known, [ent])[ent]
    answer = may_receive(rule, history, to_milliseconds(when), day, ends, known.rules)
    if not answer.is_free:
        raise BadField(
            "service_type",
            tr("{service} was received already.", service=rule.name(language())),
            tr("Give the reason in override_reason, if it is given again."),
        )


_OF_KIND = {
    "place": _check_place,
    "membership": _check_membership,
    "stay": _check_stay,
    "service": _check_service,
}
