"""The list of residents of a block or of the whole site, for who walks through it with a pencil."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from shelterdesk.actions.bearers import local_today
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.paper_facts import ListPrinted, note_printed, paper_facts, printed
from shelterdesk.core.cards import first_name_on_paper
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import NotFound, NotHere
from shelterdesk.core.house_lists import (
    ListLine,
    ResidentList,
    block_names,
    blocks_of,
)
from shelterdesk.core.words import tr
from shelterdesk.db.house_lists import House, HouseHeads, HousePerson, house
from shelterdesk.db.lodging import site_state
from shelterdesk.db.store import Reader

if TYPE_CHECKING:
    from shelterdesk.reports.paper import PaperName

RESIDENTS = "print lists of residents"


def block_choices(reader: Reader) -> list[tuple[str, str]]:
    """The blocks of the site to choose from: (code, name as it is printed), in the plan's order."""
    return list(block_names(site_state(reader.conn, reader.who.station)).items())


def resident_list(reader: Reader, now: datetime, by: str, block: str | None = None) -> ResidentList:
    """The people in the house by place, of one block (its code) or of all.

    Raises ``NotFound`` for a block that is not on the plan, ``NotHere`` at an office.
    """
    if reader.who.is_office:
        raise NotHere(is_office=True)
    found = house(reader.conn, reader.who.station, local_today(reader.who, now))
    if block is not None and block not in {top.place.code for top in found.tree}:
        raise NotFound(block[:40], tr("Choose a block of the site plan."))
    lines = _lines(found)
    return ResidentList(
        paper_facts(reader, now, by),
        blocks_of(found.tree, lines, block),
        tuple(lines.get("", ())) if block is None else (),
    )


def print_residents(
    desk: Desk, out: Path | BinaryIO, *, block: str | None = None, paper: PaperName = "a4"
) -> Done[ListPrinted]:
    """Write the list as a PDF into a file or memory; its printing is noted.

    Raises ``NotAllowed``, ``NotFound``, ``NotHere``, ``DiskFull``, ``CannotWrite``; nothing is noted then.
    """
    from shelterdesk.reports.residents import write_residents

    desk.must(RESIDENTS)
    desk.must_be_station()
    reader = desk.reader()
    try:
        made = resident_list(reader, desk.clock.now(), desk.user.name, block)
    finally:
        reader.close()
    written = write_residents(made, out, paper=paper)
    note_printed(desk, tr("list of residents"), made.people)
    return Done(printed(written, made.people, out), Changes.of("access"))


def _lines(found: House) -> Mapping[str, Sequence[ListLine]]:
    """By the code of the place; under no code those without one."""
    lines: dict[str, list[ListLine]] = {}
    for one in found.people:
        lines.setdefault(one.place or "", []).append(_line(one))
    for heads in found.heads:
        lines.setdefault(heads.place or "", []).append(_heads(heads))
    return lines


def _line(one: HousePerson) -> ListLine:
    name = first_name_on_paper(one.given, one.is_child, one.family_size)
    # The size stands beside a name only: a number without both may be anybody's.
    return ListLine(None, one.number, name, one.family_size if name is not None else None)


def _heads(one: HouseHeads) -> ListLine:
    return ListLine(None, one.token, heads=one.heads, is_token=True)
