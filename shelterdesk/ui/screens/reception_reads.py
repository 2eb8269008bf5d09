"""What the reception asks for beside the form: today's tokens and who of them is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from shelterdesk.actions.arrival_groups import groups, slips
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.people import find_people
from shelterdesk.actions.places import SitePlan, list_places
from shelterdesk.core.kinds import PERSON
from shelterdesk.core.moment import known_moment
from shelterdesk.core.number import BadNumber, parse_number
from shelterdesk.core.vocabulary import Level
from shelterdesk.db.households import ArrivalGroup
from shelterdesk.db.person_records import record_now
from shelterdesk.db.store import Reader

MOST_NAMED = 200
"""Most people asked for of one token."""


class TokenState(Enum):
    """How far a counted group has come."""

    WAITING = "waiting"
    PARTLY = "partly"
    QUICK = "quick"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Token:
    """A counted group as a line: ``counter`` is its number called out, ``family`` the first surname named."""

    group: ArrivalGroup
    counter: int
    family: str
    state: TokenState
    landed: datetime | None


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The tokens of today and those from before still short of names, the newest boat first.

    ``present`` are people in the house now, ``unnamed`` those of them counted and not named yet. ``slips`` are tokens
    on slips of the intake on paper that wait to be typed: they take a family and stand in no list.
    """

    tokens: tuple[Token, ...]
    present: int
    unnamed: int
    site: SitePlan
    slips: tuple[Token, ...] = ()


def arrivals(desk: Desk, reader: Reader) -> Arrivals:
    """Today's tokens with the site plan as it is now. Raises ``NotAllowed`` for roles that find nobody."""
    zone = ZoneInfo(reader.who.zone)
    today = desk.clock.now().astimezone(zone).date()
    open_groups = groups(desk, reader)
    site = list_places(reader)
    found = []
    for group in open_groups:
        landed = known_moment(group.arrived_at, reader.who.zone)
        is_today = landed is not None and landed.astimezone(zone).date() == today
        if is_today or group.unnamed:
            found.append(_token(desk, reader, group, landed))
    found.sort(key=_in_order)
    unnamed = sum(group.unnamed for group in open_groups)
    waiting = tuple(
        Token(one, _counter(one.number), "", TokenState.WAITING, None) for one in slips(desk, reader)
    )
    return Arrivals(tuple(found), site.present, unnamed, site, waiting)


def _in_order(token: Token) -> tuple[float, str, int]:
    """Newest boat first; the tokens of one boat as they were handed out."""
    landed = token.landed.timestamp() if token.landed is not None else 0.0
    return -landed, token.group.vehicle or "", token.counter


def _token(desk: Desk, reader: Reader, group: ArrivalGroup, landed: datetime | None) -> Token:
    family, state = "", TokenState.WAITING
    if group.named:
        people = find_people(desk, reader, group.number, MOST_NAMED)
        family = people[0].name.partition(",")[0] if people else ""
        state = TokenState.PARTLY if group.unnamed else _level(reader, [one.ent for one in people])
    return Token(group, _counter(group.number), family, state, landed)


def _level(reader: Reader, persons: Sequence[str]) -> TokenState:
    for person in persons:
        record = record_now(reader.conn, PERSON, bytes.fromhex(person), reader.roster)
        if record is None or record.text("level") != Level.COMPLETE.value:
            return TokenState.QUICK
    return TokenState.COMPLETE


def _counter(number: str) -> int:
    try:
        return parse_number(number, "").counter
    except BadNumber:
        return 0
