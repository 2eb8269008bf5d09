"""Lodging cards and wristbands: printed for people or ahead; a new one takes the place of those before."""

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

from shelterdesk.actions.bearers import local_today, people_named
from shelterdesk.actions.card_check import refresh_public_roster
from shelterdesk.actions.desk import Desk
from shelterdesk.core.blank_cards import blank_number
from shelterdesk.core.cards import (
    FIRST_LANGUAGE,
    CardSentence,
    LodgingCard,
    Wristband,
    bed_code_for_card,
    card_sentences,
    first_name_on_paper,
    letters_of,
)
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, Refused
from shelterdesk.core.kinds import ACCESS, CARD
from shelterdesk.core.vocabulary import AccessKind
from shelterdesk.core.words import ntr, tr
from shelterdesk.db import meta
from shelterdesk.db.cards import CardFacts, CardRow, card_facts, good_cards
from shelterdesk.db.connection import Connection
from shelterdesk.db.population import present_persons
from shelterdesk.db.settings import setting_of_day
from shelterdesk.db.store import Reader
from shelterdesk.db.writing import Writing
from shelterdesk.keys.cardtoken import key_id, make_token
from shelterdesk.reports.target import write_whole

if TYPE_CHECKING:
    from shelterdesk.reports.card_formats import CardFormat, FormatName

VALID_FOR, VALID_DAYS, MOST_VALID_DAYS = "card_valid_days", 90, 3_650
"""The setting that says for how many days a card is good, and for how many where it says nothing."""

MOST_BLANK = 1_000

REVOKED_AT_ONCE = 100
"""Earlier cards revoked in one transaction; more wait for the next, so that a counter gets its turn."""

OWN, NONE = "own", "none"
SECOND_LANGUAGE = "card_second_language"
"""The second language of a card: that of the person's record, or Spanish alone. A code (ISO 639-1) says one for all."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class CardsPrinted:
    """Cards drawn, into the file ``path`` or, None, into memory.

    ``left_out`` are sentences on what could not be set or whom it left out; ``next_place`` is the first free
    place of the last sheet, 1 where it is full.
    """

    pages: int
    cards: int
    left_out: tuple[str, ...]
    path: Path | None
    serials: tuple[int, ...]
    replaced: int
    undo: tuple[bytes, ...]
    next_place: int = 1


def print_cards(
    desk: Desk,
    out: Path | BinaryIO,
    *,
    persons: Sequence[str] = (),
    household: str | None = None,
    all_present: bool = False,
    form: FormatName = "a4",
    start_at: int = 1,
    second: str = "",
    progress: Progress | None = None,
) -> Done[CardsPrinted]:
    """Print lodging cards as a PDF (``out``: a file, or memory) for people (numbers or ids), a family, or the house.

    In a format of wristbands only children under five get one, whoever they are with. ``start_at`` is the first
    free place of the first sheet; ``second`` is ``own``, ``none`` or a language, empty as the station has set.
    A person's earlier cards are revoked and replaced by the new one, in the same event for a family; those of
    a whole house in several. Where the file cannot be written, no card was printed and none was replaced.
    Raises ``NotAllowed``, ``NotFound``, ``Refused`` without people, ``BadField`` for a place or a language that
    is not there, ``DiskFull``, ``CannotWrite``.
    """
    desk.must("print cards")
    desk.must_be_station()
    made = checked_format(form, start_at)
    conn, today = desk.store.conn, _today(desk)
    language = second_of(conn, second, today)
    said = [*persons, *([household] if household is not None else [])]
    ents = [bytes.fromhex(one) for one in people_named(conn, desk.roster, desk.who, said, today)]
    if all_present:
        ents = list(dict.fromkeys([*ents, *present_persons(conn, desk.who.station)]))
    facts = [one for one in card_facts(conn, ents, today) if one.number]
    left_out = []
    if len(facts) < len(ents):
        n = len(ents) - len(facts)
        left_out.append(ntr("{n} person has no number yet.", "{n} people have no number yet.", n))
    if made.is_band:
        facts, older = wearing_bands(facts, named=len(persons) if not (household or all_present) else 0)
        left_out += older
    if not facts:
        who = tr("Choose children under five.") if made.is_band else tr("Choose people or a family.")
        raise Refused(tr("There is nobody to print a card for."), who)
    serials, expires = _reserve(desk, len(facts)), _expires(desk)
    things = [_thing(desk, made, one, serial, expires, language)
              for one, serial in zip(facts, serials, strict=True)]  # fmt: skip
    content, pages, not_set = _drawn(things, made, start_at, progress)
    new_cards: dict[str, str] = {}
    with _file_with(out, content), desk.store.write(desk.user) as event:
        held = good_cards(event.conn, "person", [one.ent for one in facts])
        old_cards = [(old, one.ent) for one in facts for old in held.get(one.ent, ())]
        for one, serial in zip(facts, serials, strict=True):
            bearer = {"person": one.ent, "bound_at": event.now}
            new_cards[one.ent] = _note_card(desk, event, serial, expires, bearer)
        for old, ent in old_cards[:REVOKED_AT_ONCE]:
            revoke(event, old, tr("replaced by a new card"), new_cards[ent])
        _note_printed(event, len(things), facts[0].ent if len(facts) == 1 else None)
    written = [event]
    for start in range(REVOKED_AT_ONCE, len(old_cards), REVOKED_AT_ONCE):
        with desk.store.write(desk.user) as more:
            for old, ent in old_cards[start : start + REVOKED_AT_ONCE]:
                revoke(more, old, tr("replaced by a new card"), new_cards[ent])
        written.append(more)
    refresh_public_roster(desk)
    next_place = made.next_place(len(things), start_at)
    return _printed(written, out, pages, serials, (*left_out, *not_set), len(old_cards), next_place)


def print_blank_cards(
    desk: Desk,
    many: int,
    out: Path | BinaryIO,
    *,
    form: FormatName = "a4",
    start_at: int = 1,
    second: str = NONE,
    progress: Progress | None = None,
) -> Done[CardsPrinted]:
    """Print cards or wristbands ahead, for nobody yet: a scan binds each (``card_binding.bind_card``).

    ``second`` is a language for all of them, ``none`` for Spanish alone. Raises as :func:`print_cards` does,
    ``BadField`` for none or more than ``MOST_BLANK``.
    """
    desk.must("print cards")
    desk.must_be_station()
    made = checked_format(form, start_at, many)
    language = second_of(desk.store.conn, second, _today(desk))
    serials, expires = _reserve(desk, many), _expires(desk)
    things = []
    for serial in serials:
        number = blank_number(desk.who.slot, serial)
        facts = CardFacts("", number, "", None, None, None, 1, None)
        things.append(_thing(desk, made, facts, serial, expires, language))
    content, pages, not_set = _drawn(things, made, start_at, progress)
    with _file_with(out, content), desk.store.write(desk.user) as event:
        for serial in serials:
            _note_card(desk, event, serial, expires, {})
        _note_printed(event, many, None)
    return _printed([event], out, pages, serials, not_set, 0, made.next_place(many, start_at))


def card_print_warnings(
    desk: Desk, reader: Reader, persons: Sequence[str], second: str = "", form: FormatName = "a4"
) -> list[str]:
    """What to say before these people's cards are printed: scripts, sentences nobody has reviewed."""
    today = local_today(reader.who, desk.clock.now())
    ents = people_named(reader.conn, reader.roster, reader.who, list(persons), today)
    facts = card_facts(reader.conn, [bytes.fromhex(one) for one in ents], today)
    return _warnings(desk, reader, [one for one in facts if one.number], second, form)


def blank_print_warnings(
    desk: Desk, reader: Reader, second: str = NONE, form: FormatName = "a4"
) -> list[str]:
    """What to say before cards are printed ahead, in the language they all shall speak."""
    nobody = CardFacts("", blank_number(desk.who.slot, 0), "", None, None, None, 1, None)
    return _warnings(desk, reader, [nobody], second, form)


def checked_format(form: FormatName, start_at: int, many: int = 1) -> CardFormat:
    """The format of a print run; raises ``BadField`` for one that cannot be, before anything is made or said."""
    from shelterdesk.reports.card_formats import format_named

    made = format_named(form)
    made.check_start(start_at)
    if not 0 < many <= MOST_BLANK:
        raise BadField("cards", tr("print from 1 to {n} cards at a time", n=MOST_BLANK))
    return made


def second_of(conn: Connection, asked: str, today: date) -> str:
    """The second language asked for, or what the station has set (``card_second_language``), else the person's own.

    Raises ``BadField`` for a language without a sentence.
    """
    wanted = asked or str(setting_of_day(conn, SECOND_LANGUAGE, today) or OWN)
    if wanted in (OWN, NONE) or wanted in sentences():
        return wanted
    if not asked:
        return OWN  # a setting written by hand must not keep a family from its cards
    raise BadField(
        "second_language",
        tr("There is no card sentence in {language} yet.", language=asked[:20]),
        tr("Choose the person's own, none, or one of: {languages}.", languages=", ".join(sentences())),
    )


def wearing_bands(facts: Sequence[CardFacts], named: int = 0) -> tuple[list[CardFacts], list[str]]:
    """Who of these people may wear a wristband: children under five, and a sentence on the others.

    Where single people are ``named``, one of unknown age may too: whoever names a child sees it.
    """
    small = [one for one in facts if one.is_small or (named and one.is_small is None)]
    others = len(facts) - len(small)
    if not others:
        return small, []
    said = ntr(
        "{n} person is not known to be under five: no wristband.",
        "{n} people are not known to be under five: no wristbands.",
        others,
    )
    return small, [said]


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


def valid_days(conn: Connection, today: date) -> int:
    """For how many days a card made on a day is good."""
    days = setting_of_day(conn, VALID_FOR, today)
    return days if type(days) is int and 0 < days <= MOST_VALID_DAYS else VALID_DAYS


def _expires(desk: Desk) -> date:
    today = _today(desk)
    return today + timedelta(days=valid_days(desk.store.conn, today))


def _thing(
    desk: Desk, made: CardFormat, facts: CardFacts, serial: int, expires: date, second: str
) -> LodgingCard | Wristband:
    """What the format holds: a card, or a wristband, which knows nothing but its number."""
    token = make_token(desk.store.keys.signing, serial, expires, desk.who.is_practice)
    if made.is_band:
        return Wristband(facts.number, serial, token, desk.who.is_practice)
    return _lodging_card(desk.who, facts, serial, token, _today(desk), expires, second)


def _lodging_card(
    who: meta.Whoami, facts: CardFacts, serial: int, token: str, today: date, expires: date, second: str
) -> LodgingCard:
    language = {OWN: facts.language, NONE: None}.get(second, second)
    return LodgingCard(
        number=facts.number,
        serial=serial,
        token=token,
        first_name=first_name_on_paper(facts.given, facts.is_child, facts.group_size),
        bed_code=bed_code_for_card(facts.place),
        group_size=facts.group_size if facts.ent else None,  # of a card printed ahead nobody knows it yet
        issued_on=today,
        expires_on=expires,
        second_language=language if language != FIRST_LANGUAGE else None,
        station_name=letters_of(who.name),
        practice=who.is_practice,
    )


def _warnings(
    desk: Desk, reader: Reader, facts: Sequence[CardFacts], second: str, form: FormatName
) -> list[str]:
    from shelterdesk.reports.card_formats import format_named
    from shelterdesk.reports.cards import cards_warnings

    if format_named(form).is_band:
        return []  # a wristband says nothing that could be wrong
    today = local_today(reader.who, desk.clock.now())
    language = second_of(reader.conn, second, today)
    token = make_token(desk.store.keys.signing, 0, today, reader.who.is_practice)
    cards = [_lodging_card(reader.who, one, 0, token, today, today, language) for one in facts]
    return cards_warnings(cards, sentences())


def _drawn(
    things: Sequence[LodgingCard | Wristband], made: CardFormat, start_at: int, progress: Progress | None
) -> tuple[bytes, int, tuple[str, ...]]:
    """The PDF in memory, its pages, and what could not be set; nobody waits for a lock meanwhile."""
    # Loaded with the first card, a tenth of a second: the desk is there for the first family without it.
    from shelterdesk.reports.cards import write_cards, write_wristbands

    buffer, form = BytesIO(), made.name
    cards = [one for one in things if isinstance(one, LodgingCard)]
    if made.is_band:
        bands = [one for one in things if isinstance(one, Wristband)]
        written = write_wristbands(bands, buffer, form=form, start_at=start_at, progress=progress)
    else:
        written = write_cards(cards, buffer, sentences(), form=form, start_at=start_at, progress=progress)
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


def revoke(event: Writing, card: CardRow, reason: str, replaced_by: str | None) -> None:
    """Write into ``event`` that a card is good no more."""
    event.set(CARD, card.ent, "revoked_at", event.now)
    event.set(CARD, card.ent, "revoked_reason", reason)
    if replaced_by is not None:
        event.set(CARD, card.ent, "replaced_by", replaced_by)


def _printed(
    written: Sequence[Writing],
    out: Path | BinaryIO,
    pages: int,
    serials: Sequence[int],
    left_out: tuple[str, ...],
    replaced: int,
    next_place: int,
) -> Done[CardsPrinted]:
    done = [one.written for one in written if one.written is not None]
    events = tuple(eh for one in done for eh in one.events)
    kinds = frozenset(kind for one in done for kind in one.kinds)
    path = out if isinstance(out, Path) else None
    printed = CardsPrinted(pages, len(serials), left_out, path, tuple(serials), replaced, events, next_place)
    return Done(printed, Changes(kinds))
