"""Whom a print run of cards is for, and what to say before it: those without a card, everybody, one family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shelterdesk.actions.bearers import local_today, people_named
from shelterdesk.actions.cards import OWN, card_print_warnings, second_of, wearing_bands
from shelterdesk.actions.desk import Desk
from shelterdesk.db.cards import card_facts, good_cards
from shelterdesk.db.population import people_at, present_persons
from shelterdesk.db.store import Reader

if TYPE_CHECKING:
    from shelterdesk.reports.card_formats import FormatName


@dataclass(frozen=True, slots=True)
class CardsWanted:
    """Who is in the house, who of them has no good card, and what to say before cards are printed for ``chosen``.

    ``holding`` of the chosen have a card that a new one replaces; ``unnamed`` are in the house too, counted
    without a name: there is no card for them. ``left_out`` says who of those asked for gets none; ``second`` is
    the second language as the station has set it where none was asked for.
    """

    present: tuple[str, ...]
    without_card: tuple[str, ...]
    chosen: tuple[str, ...]
    holding: int
    warnings: tuple[str, ...]
    unnamed: int
    left_out: tuple[str, ...] = ()
    second: str = OWN


def cards_wanted(
    reader: Reader,
    desk: Desk,
    everybody: bool,
    *,
    named: Sequence[str] = (),
    second: str = "",
    form: FormatName = "a4",
) -> CardsWanted:
    """The people a print run is for: those ``named`` by numbers or cards, or everybody in the house, or who of
    them holds no good card. In a format of wristbands only the children under five of these.

    Raises ``NotFound`` for a number that means nobody.
    """
    from shelterdesk.reports.card_formats import format_named

    today = local_today(reader.who, desk.clock.now())
    present = tuple(ent.hex() for ent in present_persons(reader.conn, reader.who.station))
    held = good_cards(reader.conn, "person", present, today)
    without = tuple(ent for ent in present if ent not in held)
    if named:
        chosen = people_named(reader.conn, reader.roster, reader.who, named, today)
        held |= good_cards(reader.conn, "person", chosen, today)
    else:
        chosen = present if everybody else without
    left_out: list[str] = []
    if format_named(form).is_band:
        facts = card_facts(reader.conn, [bytes.fromhex(one) for one in chosen], today)
        small, left_out = wearing_bands(facts, named=len(named) if len(chosen) == len(named) else 0)
        chosen = tuple(one.ent for one in small)
    _, unnamed = people_at(reader.conn, reader.who.station)
    warnings = card_print_warnings(desk, reader, chosen, second, form)
    return CardsWanted(
        present,
        without,
        chosen,
        sum(one in held for one in chosen),
        tuple(warnings),
        unnamed,
        tuple(left_out) if named else (),
        second_of(reader.conn, second, today),
    )
