"""Staff cards printed by the desk: numbers and codes made up on the spot, kept nowhere but on the paper."""

from __future__ import annotations

from pathlib import Path

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.papers import usual_paper
from shelterdesk.actions.shift import new_staff_code
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField
from shelterdesk.core.role_words import role_words
from shelterdesk.core.vocabulary import Role
from shelterdesk.core.words import tr
from shelterdesk.reports.staff_cards import StaffCard, write_staff_cards

MOST_CARDS, GREATEST_NUMBER = 200, 9999


def print_staff_cards(desk: Desk, role: Role, first: int, count: int, target: Path) -> Done[int]:
    """Write ``count`` cards numbered from ``first`` as a PDF; returns how many.

    Whose a card is, is said at the desk and held in memory until the shift ends. Raises ``NotAllowed``, ``BadField``,
    ``DiskFull``, ``CannotWrite``.
    """
    desk.must("add or disable users")
    if not 1 <= count <= MOST_CARDS:
        raise BadField("count", tr("Choose a number from {least} to {most}.", least=1, most=MOST_CARDS))
    last_first = GREATEST_NUMBER - count + 1
    if not 1 <= first <= last_first:
        raise BadField("first", tr("Choose a number from {least} to {most}.", least=1, most=last_first))
    word = role_words(role)
    cards = [StaffCard(number, word, new_staff_code(number)) for number in range(first, first + count)]
    who = desk.who
    write_staff_cards(cards, who.name, target, practice=who.is_practice, paper=usual_paper(who.country))
    return Done(count, Changes(frozenset()))
