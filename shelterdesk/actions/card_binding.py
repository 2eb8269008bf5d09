"""Cards that somebody holds: bound by a scan, revoked when lost, found again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shelterdesk.actions.bearers import (
    CardSeen,
    bearer_of,
    card_known,
    card_named,
    card_seen,
    is_card_text,
    is_ended,
    local_today,
)
from shelterdesk.actions.card_check import refresh_public_roster
from shelterdesk.actions.cards import revoke
from shelterdesk.actions.desk import Desk
from shelterdesk.core.blank_cards import read_blank_number
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, NotFound, Refused
from shelterdesk.core.kinds import CARD
from shelterdesk.core.words import tr
from shelterdesk.db.cards import CardRow, good_cards, unbound_cards
from shelterdesk.db.store import Reader
from shelterdesk.db.writing import Writing
from shelterdesk.keys.cardclaim import CardVerdict
from shelterdesk.keys.cardtoken import read_token


@dataclass(frozen=True, slots=True)
class CardChanged:
    """A card that was bound or revoked: its id, whose it is, and how to take it back."""

    card: str
    person: str | None
    group: str | None
    undo: tuple[bytes, ...]


def bind_card(desk: Desk, card: str, number: str) -> Done[CardChanged]:
    """Make a card printed ahead (its code, or the number on it) somebody's: a person's or a token's.

    The bearer's earlier cards are revoked. Raises ``Refused`` for a card that is bound to somebody else,
    revoked, or not good; ``NotFound`` for one not printed here; ``CardUnreadable``.
    """
    desk.must_be_station()
    with desk.store.write(desk.user) as event:
        today = local_today(desk.who, event.now)
        record = _card_record(desk, event, card)
        is_past = record.expires_on is not None and record.expires_on < today.isoformat()
        if is_past or (
            is_card_text(card)  # a number that was typed has no signature to look at
            and card_seen(event.conn, desk.roster, desk.who, card, today).verdict is not CardVerdict.VALID
        ):  # made by nobody here, of practice, or past its day
            raise Refused(tr("This card is not good."), tr("Take another one."))
        bearer = bearer_of(event.conn, desk.roster, desk.who, number, today)
        person = bearer.persons[0] if len(bearer.persons) == 1 and bearer.household is None else None
        if person is None and bearer.group is None:
            raise NotFound(number.strip()[:40], tr("A card is bound to one person or to a token."))
        if record.is_bound and (record.person, record.arrival_group) != (person, bearer.group):
            raise Refused(
                tr("This card is somebody else's already."), tr("Take another one, or revoke this.")
            )
        column, ent = ("person", person) if person is not None else ("arrival_group", bearer.group)
        if ent is not None and not record.is_bound:
            if person is not None:  # several cards may stand for one token
                for old in good_cards(event.conn, column, [ent]).get(ent, ()):
                    revoke(event, old, tr("replaced by a new card"), record.ent)
            event.set(CARD, record.ent, column, ent)
            event.set(CARD, record.ent, "bound_at", event.now)
    refresh_public_roster(desk)
    return _changed(event, record.ent, person, bearer.group)


def _card_record(desk: Desk, event: Writing, card: str) -> CardRow:
    if not is_card_text(card) and read_blank_number(card) is None:
        raise NotFound(card.strip()[:40], tr("Scan the code of the card."))
    named = card_named(desk.roster, card)
    record = card_known(event.conn, desk.roster, card)
    if named is not None and is_ended(event.conn, desk.roster, record, named):
        raise Refused(tr("This card is not good any more."), tr("Take another one."))
    if record is None:
        raise NotFound(tr("This card"), tr("It was not printed at a desk heard from so far; take another."))
    return record


def revoke_card(desk: Desk, card: str, reason: str) -> Done[CardChanged]:
    """Revoke a lost card, by its code, the number of a blank one, or its bearer's number (all of theirs).

    Raises ``BadField`` without a reason, ``NotFound`` when there is no good card.
    """
    desk.must_be_station()
    if not reason.strip():
        raise BadField("revoked_reason", tr("revoking a card needs a reason"), tr("For example: lost."))
    with desk.store.write(desk.user) as event:
        today = local_today(desk.who, event.now)
        if is_card_text(card) or read_blank_number(card) is not None:
            found = [_card_record(desk, event, card)]
        else:
            bearer = bearer_of(event.conn, desk.roster, desk.who, card, today)
            column, ents = (
                ("arrival_group", [bearer.group]) if bearer.group else ("person", [*bearer.persons])
            )
            held = good_cards(event.conn, column, [ent for ent in ents if ent is not None])
            found = [one for several in held.values() for one in several]
        if not found:
            raise NotFound(card.strip()[:40], tr("There is no good card of this number."))
        for one in found:
            revoke(event, one, reason.strip(), None)
    refresh_public_roster(desk)
    return _changed(event, found[0].ent, found[0].person, found[0].arrival_group)


def _changed(event: Writing, card: str, person: str | None, group: str | None) -> Done[CardChanged]:
    written = event.written
    events = written.events if written is not None else ()
    kinds = written.kinds if written is not None else frozenset()
    return Done(CardChanged(card, person, group, events), Changes(kinds))


def find_card(reader: Reader, text: str, today: date) -> CardSeen:
    """A scanned card: what is thought of it, and whose it is where that is known.

    Raises ``CardUnreadable`` for a text that is no card's code.
    """
    read_token(text)
    return card_seen(reader.conn, reader.roster, reader.who, text, today)


def cards_ready(reader: Reader, now: datetime) -> int:
    """How many cards printed ahead wait to be bound: as long as there are any, a scan is the ordinary way."""
    return unbound_cards(reader.conn, local_today(reader.who, now))
