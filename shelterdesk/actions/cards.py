"""Lodging cards: printed for people or ahead, bound by a scan, replaced, revoked, found again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from shelterdesk.actions.bearers import (
    CardSeen,
    bearer_of,
    card_seen,
    is_card_text,
    local_today,
    people_named,
)
from shelterdesk.actions.card_check import refresh_public_roster
from shelterdesk.actions.desk import Desk
from shelterdesk.core.blank_cards import blank_number, read_blank_number
from shelterdesk.core.cards import (
    FIRST_LANGUAGE,
    CardSentence,
    LodgingCard,
    bed_code_for_card,
    card_sentences,
    first_name_for_card,
)
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, NotFound, Refused
from shelterdesk.core.kinds import ACCESS, CARD
from shelterdesk.core.vocabulary import AccessKind
from shelterdesk.core.words import ntr, tr
from shelterdesk.db import meta
from shelterdesk.db.cards import CardFacts, CardRow, card_facts, card_numbered, good_cards, setting
from shelterdesk.db.population import present_persons
from shelterdesk.db.store import Reader
from shelterdesk.db.writing import Writing
from shelterdesk.keys.cardtoken import key_id, make_token, read_token
from shelterdesk.reports.target import write_whole

if TYPE_CHECKING:
    from shelterdesk.reports.paper import PaperName

VALID_DAYS = 90
"""How long a card is good where the setting ``card_valid_days`` says nothing."""

MOST_BLANK = 1_000

REVOKED_AT_ONCE = 100
"""Earlier cards revoked in one transaction; more wait for the next, so that a counter gets its turn."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class CardsPrinted:
    """Cards drawn, into the file ``path`` or, None, into memory.

    ``left_out`` are sentences on what could not be set or whom it left out.
    """

    pages: int
    cards: int
    left_out: tuple[str, ...]
    path: Path | None
    serials: tuple[int, ...]
    replaced: int
    undo: tuple[bytes, ...]


def print_cards(
    desk: Desk,
    out: Path | BinaryIO,
    *,
    persons: Sequence[str] = (),
    household: str | None = None,
    all_present: bool = False,
    paper: PaperName = "a4",
    progress: Progress | None = None,
) -> Done[CardsPrinted]:
    """Print lodging cards as a PDF (``out``: a file, or memory) for people (numbers or ids), a family, or the house.

    A person's earlier cards are revoked and replaced by the new one, in the same event for a family; those of
    a whole house in several. Where the file cannot be written, no card was printed and none was replaced.
    Raises ``NotAllowed``, ``NotFound``, ``Refused`` without people, ``DiskFull``, ``CannotWrite``.
    """
    desk.must("print cards")
    desk.must_be_station()
    conn, today = desk.store.conn, _today(desk)
    said = [*persons, *([household] if household is not None else [])]
    ents = [bytes.fromhex(one) for one in people_named(conn, desk.roster, desk.who, said, today)]
    if all_present:
        ents = list(dict.fromkeys([*ents, *present_persons(conn, desk.who.station)]))
    facts = [one for one in card_facts(conn, ents, today) if one.number]
    if not facts:
        raise Refused(tr("There is nobody to print a card for."), tr("Choose people or a family."))
    left_out = []
    if len(facts) < len(ents):
        n = len(ents) - len(facts)
        left_out.append(ntr("{n} person has no number yet.", "{n} people have no number yet.", n))
    serials, expires = _reserve(desk, len(facts)), _expires(desk)
    cards = [_card_of(desk, one, serial, expires) for one, serial in zip(facts, serials, strict=True)]
    content, pages, not_set = _drawn(cards, paper, progress)
    new_cards: dict[str, str] = {}
    with _file_with(out, content), desk.store.write(desk.user) as event:
        held = good_cards(event.conn, "person", [one.ent for one in facts])
        old_cards = [(old, one.ent) for one in facts for old in held.get(one.ent, ())]
        for one, serial in zip(facts, serials, strict=True):
            bearer = {"person": one.ent, "bound_at": event.now}
            new_cards[one.ent] = _note_card(desk, event, serial, expires, bearer)
        for old, ent in old_cards[:REVOKED_AT_ONCE]:
            _revoke(event, old, tr("replaced by a new card"), new_cards[ent])
        _note_printed(event, len(cards), facts[0].ent if len(facts) == 1 else None)
    for start in range(REVOKED_AT_ONCE, len(old_cards), REVOKED_AT_ONCE):
        with desk.store.write(desk.user) as more:
            for old, ent in old_cards[start : start + REVOKED_AT_ONCE]:
                _revoke(more, old, tr("replaced by a new card"), new_cards[ent])
    refresh_public_roster(desk)
    return _printed(event, out, pages, serials, (*left_out, *not_set), len(old_cards))


def print_blank_cards(
    desk: Desk,
    many: int,
    out: Path | BinaryIO,
    *,
    paper: PaperName = "a4",
    progress: Progress | None = None,
) -> Done[CardsPrinted]:
    """Print cards ahead, for nobody yet: each is bound to somebody by a scan (:func:`bind_card`).

    Raises as :func:`print_cards` does, ``BadField`` for none or more than ``MOST_BLANK``.
    """
    desk.must("print cards")
    desk.must_be_station()
    if not 0 < many <= MOST_BLANK:
        raise BadField("cards", tr("print from 1 to {n} cards at a time", n=MOST_BLANK))
    serials, expires = _reserve(desk, many), _expires(desk)
    cards = []
    for serial in serials:
        number = blank_number(desk.who.slot, serial)
        facts = CardFacts("", number, "", None, None, 1, None)
        cards.append(_card_of(desk, facts, serial, expires))
    content, pages, not_set = _drawn(cards, paper, progress)
    with _file_with(out, content), desk.store.write(desk.user) as event:
        for serial in serials:
            _note_card(desk, event, serial, expires, {})
        _note_printed(event, many, None)
    return _printed(event, out, pages, serials, not_set, 0)


def card_print_warnings(desk: Desk, reader: Reader, persons: Sequence[str]) -> list[str]:
    """What to say before these people's cards are printed: scripts, sentences nobody has reviewed."""
    today = local_today(reader.who, desk.clock.now())
    ents = people_named(reader.conn, reader.roster, reader.who, list(persons), today)
    facts = card_facts(reader.conn, [bytes.fromhex(one) for one in ents], today)
    token = make_token(desk.store.keys.signing, 0, today, reader.who.is_practice)
    cards = [_lodging_card(reader.who, one, 0, token, today, today) for one in facts if one.number]
    from shelterdesk.reports.cards import cards_warnings

    return cards_warnings(cards, sentences())


def sentences() -> dict[str, CardSentence]:
    """The sentences on cards by language, as the program ships them. Raises ``DamagedFile``."""
    file = resources.files("shelterdesk.resources") / "vocabularies" / "card_sentences.json"
    try:
        document: object = json.loads(file.read_text("utf-8"))
    except ValueError:
        document = None
    return card_sentences(document)


@contextmanager
def _file_with(out: Path | BinaryIO, content: bytes) -> Iterator[None]:
    """The file of cards beside the block that notes them: both are there afterwards, or neither is.

    A file that was there before is there again where the noting fails.
    """
    before = out.read_bytes() if isinstance(out, Path) and out.is_file() else None
    write_whole(out, content)
    try:
        yield
    except BaseException:
        if before is not None:
            write_whole(out, before)
        elif isinstance(out, Path):
            out.unlink(missing_ok=True)
        raise


def _today(desk: Desk) -> date:
    return local_today(desk.who, desk.clock.now())


def _reserve(desk: Desk, many: int) -> list[int]:
    """Serials for cards about to be drawn; one is never used twice, also where the printing fails."""
    with desk.store.transaction() as conn:
        return [meta.next_count(conn, "card") for _ in range(many)]


def _expires(desk: Desk) -> date:
    today = _today(desk)
    days = setting(desk.store.conn, "card_valid_days", today)
    return today + timedelta(days=days if isinstance(days, int) and 0 < days <= 3_650 else VALID_DAYS)


def _card_of(desk: Desk, facts: CardFacts, serial: int, expires: date) -> LodgingCard:
    token = make_token(desk.store.keys.signing, serial, expires, desk.who.is_practice)
    return _lodging_card(desk.who, facts, serial, token, _today(desk), expires)


def _lodging_card(
    who: meta.Whoami, facts: CardFacts, serial: int, token: str, today: date, expires: date
) -> LodgingCard:
    second = facts.language if facts.language != FIRST_LANGUAGE else None
    return LodgingCard(
        number=facts.number,
        serial=serial,
        token=token,
        first_name=first_name_for_card(facts.given, facts.is_child),
        bed_code=bed_code_for_card(facts.place),
        group_size=facts.group_size,
        issued_on=today,
        expires_on=expires,
        second_language=second,
        station_name=who.name,
        practice=who.is_practice,
    )


def _drawn(
    cards: Sequence[LodgingCard], paper: PaperName, progress: Progress | None
) -> tuple[bytes, int, tuple[str, ...]]:
    """The PDF in memory, its pages, and what could not be set; nobody waits for a lock meanwhile."""
    # Loaded with the first card, a tenth of a second: the desk is there for the first family without it.
    from shelterdesk.reports.cards import write_cards

    buffer = BytesIO()
    written = write_cards(cards, buffer, sentences(), paper=paper, progress=progress)
    return buffer.getvalue(), written.pages, tuple(written.left_out)


def _note_card(desk: Desk, event: Writing, serial: int, expires: date, bearer: dict[str, object]) -> str:
    values = {
        "serial": serial,
        "signed_by": key_id(desk.store.keys.public),
        "printed_at": event.now,
        "expires_on": expires.isoformat(),
        **bearer,
    }
    return event.create(CARD, values)


def _note_printed(event: Writing, many: int, person: str | None) -> None:
    event.create(
        ACCESS,
        {
            "access": AccessKind.PRINTED.value,
            "subject_kind": "card",
            "subject": person,
            "happened_at": event.now,
            "count": many,
        },
    )


def _revoke(event: Writing, card: CardRow, reason: str, replaced_by: str | None) -> None:
    event.set(CARD, card.ent, "revoked_at", event.now)
    event.set(CARD, card.ent, "revoked_reason", reason)
    if replaced_by is not None:
        event.set(CARD, card.ent, "replaced_by", replaced_by)


def _printed(
    event: Writing,
    out: Path | BinaryIO,
    pages: int,
    serials: Sequence[int],
    left_out: tuple[str, ...],
    replaced: int,
) -> Done[CardsPrinted]:
    written = event.written
    events = written.events if written is not None else ()
    kinds = written.kinds if written is not None else frozenset()
    path = out if isinstance(out, Path) else None
    printed = CardsPrinted(pages, len(serials), left_out, path, tuple(serials), replaced, events)
    return Done(printed, Changes(kinds))


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
        record = _card_record(desk, event, card, today)
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
                    _revoke(event, old, tr("replaced by a new card"), record.ent)
            event.set(CARD, record.ent, column, ent)
            event.set(CARD, record.ent, "bound_at", event.now)
    refresh_public_roster(desk)
    return _changed(event, record.ent, person, bearer.group)


def _card_record(desk: Desk, event: Writing, card: str, today: date) -> CardRow:
    record: CardRow | None
    if is_card_text(card):
        seen = card_seen(event.conn, desk.roster, desk.who, card, today)
        record = seen.record
    else:
        blank = read_blank_number(card)
        if blank is None:
            raise NotFound(card.strip()[:40], tr("Scan the code of the card."))
        signer = next((d.sign for d in desk.roster.desks.values() if d.slot == blank[0]), None)
        record = None if signer is None else card_numbered(event.conn, key_id(signer), blank[1])
    if record is None:
        raise NotFound(tr("This card"), tr("It was not printed at a desk heard from so far; take another."))
    if record.revoked_at is not None:
        raise Refused(tr("This card is not good any more."), tr("Take another one."))
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
            found = [_card_record(desk, event, card, today)]
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
            _revoke(event, one, reason.strip(), None)
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
