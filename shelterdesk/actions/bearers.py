"""Whom a scanned card or a typed number means: a person, a family, a counted group, or nobody known here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shelterdesk.actions.naming import gone
from shelterdesk.core.blank_cards import read_blank_number
from shelterdesk.core.errors import NotFound
from shelterdesk.core.number import BadNumber, Counted
from shelterdesk.core.roster import Roster
from shelterdesk.core.words import tr
from shelterdesk.db.cards import CardRow, card_numbered, was_taken_back
from shelterdesk.db.connection import Connection
from shelterdesk.db.households import members
from shelterdesk.db.meta import Whoami
from shelterdesk.db.people import entity_of
from shelterdesk.keys.cardclaim import CardUnreadable, CardVerdict
from shelterdesk.keys.cardtoken import PREFIX, key_id, read_token, verify


@dataclass(frozen=True, slots=True)
class CardSeen:
    """A card that was shown: what is thought of it, and its record where it is known here."""

    verdict: CardVerdict
    signed_by: str
    serial: int
    record: CardRow | None

    @property
    def is_good_for_bearer(self) -> bool:
        """Whether it says who its bearer is; a lost card in other hands must not eat its owner's meal."""
        known = self.record is not None and self.record.is_bound
        return known and self.verdict in (CardVerdict.VALID, CardVerdict.EXPIRED)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom it means: ids of people (of a family, the head first) or of a counted group; all empty: nobody."""

    persons: tuple[str, ...] = ()
    household: str | None = None
    group: str | None = None
    card: CardSeen | None = None

    @property
    def is_known(self) -> bool:
        """Whether anybody is meant."""
        return bool(self.persons or self.group)


def is_card_text(text: str) -> bool:
    """Whether a text begins as the code of a card does."""
    return text.strip().upper().startswith(PREFIX)


def card_keys(roster: Roster) -> dict[str, bytes]:
    """The public keys of all desks that can have signed a card, by key id."""
    return {key_id(desk.sign): desk.sign for desk in roster.desks.values() if not desk.is_office}


def card_seen(conn: Connection, roster: Roster, who: Whoami, text: str, today: date) -> CardSeen:
    """What the code of a card says, checked. Raises ``CardUnreadable`` for a text that is none."""
    claim = read_token(text)
    record = card_numbered(conn, claim.key_id, claim.serial)
    revoked = set(roster.revoked_cards)
    if is_ended(conn, roster, record, claim.card):
        revoked.add(claim.card)
    verdict = verify(claim, card_keys(roster), today, revoked, who.is_practice)
    return CardSeen(verdict, claim.key_id, claim.serial, record)


def is_ended(conn: Connection, roster: Roster, record: CardRow | None, card: tuple[str, int]) -> bool:
    """Whether a card (key id, serial) was revoked, here or by a list that came in, or its printing taken back."""
    if card in roster.revoked_cards:
        return True
    return was_taken_back(conn, *card) if record is None else record.revoked_at is not None


def card_named(roster: Roster, text: str) -> tuple[str, int] | None:
    """The key id and serial of a card by its code or, printed ahead, by the number on it; None for a desk not known.

    Raises ``CardUnreadable`` for a text that is neither.
    """
    blank = read_blank_number(text)
    if blank is None:
        return read_token(text).card
    signer = next(
        (one.sign for one in roster.desks.values() if one.slot == blank[0] and not one.is_office), None
    )
    return None if signer is None else (key_id(signer), blank[1])


def card_known(conn: Connection, roster: Roster, text: str) -> CardRow | None:
    """The record of a card by its code or the number on it, as :func:`card_named`; None where it is not known here."""
    card = card_named(roster, text)
    return None if card is None else card_numbered(conn, *card)


def bearer_of(conn: Connection, roster: Roster, who: Whoami, text: str, today: date) -> Bearer:
    """Whom a card code, a number (of a person, family, token or blank card) or an id means.

    Raises ``CardUnreadable`` for a damaged code and ``BadNumber`` for a misread number; a good one that is
    not known here means nobody.
    """
    said = text.strip()
    if is_card_text(said):
        return _of_card(card_seen(conn, roster, who, said, today))
    if read_blank_number(said) is not None:
        return _of_blank(conn, roster, said)
    failed: BadNumber | None = None
    for counted in (Counted.PERSON, Counted.HOUSEHOLD, Counted.TOKEN):
        try:
            ent = entity_of(conn, counted, said, who.slot)
        except BadNumber as bad:
            failed = bad
            continue
        if ent is None:
            continue
        if counted is Counted.PERSON:
            return Bearer(persons=(ent.hex(),))
        if counted is Counted.TOKEN:
            return Bearer(group=ent.hex())
        return Bearer(persons=tuple(one.ent for one in members(conn, ent)), household=ent.hex())
    if failed is not None:
        raise failed
    return Bearer()


def _of_card(seen: CardSeen) -> Bearer:
    record = seen.record
    if record is None or not seen.is_good_for_bearer:
        return Bearer(card=seen)
    return Bearer(persons=(record.person,) if record.person else (), group=record.arrival_group, card=seen)


def _of_blank(conn: Connection, roster: Roster, number: str) -> Bearer:
    """A card printed ahead, by the number on it; typed, so no more than a number says."""
    card = card_named(roster, number)
    if card is None:
        return Bearer()
    record = card_numbered(conn, *card)
    is_good = record is not None and not is_ended(conn, roster, record, card)
    return _of_card(CardSeen(CardVerdict.VALID if is_good else CardVerdict.REVOKED, *card, record))


def people_named(
    conn: Connection, roster: Roster, who: Whoami, text: str | Sequence[str], today: date
) -> tuple[str, ...]:
    """The people that one or several cards, numbers or ids mean, each once.

    Raises ``NotFound`` with what to do for one that means nobody, or a group without names.
    """
    said = [text] if isinstance(text, str) else list(text)
    found: dict[str, None] = {}
    for one in said:
        try:
            bearer = bearer_of(conn, roster, who, one, today)
        except (BadNumber, CardUnreadable) as bad:
            raise NotFound(one.strip()[:40], bad.next_step) from None
        if not bearer.persons:
            step = tr("Read it again from the card, or search by name.")
            raise gone(conn, Counted.PERSON, one, who.slot, step)
        found.update(dict.fromkeys(bearer.persons))
    return tuple(found)


def local_today(who: Whoami, now: datetime) -> date:
    """The day on the station's calendar."""
    return now.astimezone(ZoneInfo(who.zone)).date()
