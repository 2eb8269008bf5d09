"""From a number as typed, or the id a form holds, to its record; and what to say where there is none any more."""

from __future__ import annotations

from contextlib import suppress

from shelterdesk.core.errors import NotFound
from shelterdesk.core.number import BadNumber, Counted
from shelterdesk.core.words import tr
from shelterdesk.db.connection import Connection
from shelterdesk.db.people import entity_of, is_entity, number_of

_THIS = {
    Counted.PERSON: lambda: tr("This person"),
    Counted.HOUSEHOLD: lambda: tr("This family"),
    Counted.TOKEN: lambda: tr("This token"),
}


def entity_named(
    conn: Connection, counted: Counted, said: str, prefix: str, *, voided: bool = False, step: str = ""
) -> bytes:
    """The person, household or arrival group of a number or id; raises ``NotFound``, see :func:`gone`."""
    try:
        ent = entity_of(conn, counted, said, prefix, voided=voided)
    except BadNumber as bad:
        raise NotFound(said.strip()[:40], bad.next_step) from None
    if ent is None:
        raise gone(conn, counted, said, prefix, step)
    return ent


def gone(conn: Connection, counted: Counted, said: str, prefix: str, step: str = "") -> NotFound:
    """What was asked for, by what people see: nobody ever read the id a form holds.

    ``step`` is what to do about one that was never known here.
    """
    clean = said.strip()
    ent = None
    with suppress(BadNumber):  # a card's code, where one is taken too
        ent = entity_of(conn, counted, clean, prefix, voided=True)
    if ent is not None:
        return NotFound(number_of(conn, counted, ent) or _THIS[counted](), _taken_back(counted))
    return NotFound(_THIS[counted]() if is_entity(clean) else clean[:40], step)


def _taken_back(counted: Counted) -> str:
    if counted is Counted.PERSON:
        return tr("The entry was taken back meanwhile; search by name whether there is another one.")
    return tr("It was taken back meanwhile; choose another one, or go on without it.")
