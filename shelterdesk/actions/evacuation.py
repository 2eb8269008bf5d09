"""The evacuation list: made from what is on this laptop alone, for anybody, also while the desk is locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from shelterdesk.actions.bearers import local_today
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.paper_facts import ListPrinted, note_printed, paper_facts, printed
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import NotHere
from shelterdesk.core.house_lists import EvacuationList, ListLine, OutsideLine, blocks_of
from shelterdesk.core.roles import may_do
from shelterdesk.core.words import tr
from shelterdesk.db.house_lists import House, HouseHeads, HousePerson, house
from shelterdesk.db.store import Reader

if TYPE_CHECKING:
    from shelterdesk.reports.paper import PaperName

NAMES = "print names for an evacuation"


def may_have_names(desk: Desk) -> bool:
    """Whether who is logged in may print names on the list; numbers and places everybody may."""
    return may_do(desk.user.roles, NAMES)


def evacuation_list(
    reader: Reader, now: datetime, by: str, *, with_names: bool, while_locked: bool = False
) -> EvacuationList:
    """Everybody present now, by place. Raises ``NotHere`` at an office.

    While the desk is locked nobody is known to stand before it: no name is on the list, nor who printed it.
    """
    if reader.who.is_office:
        raise NotHere(is_office=True)
    named = with_names and not while_locked
    found = house(reader.conn, reader.who.station, local_today(reader.who, now))
    return EvacuationList(
        facts=paper_facts(reader, now, "" if while_locked else by),
        blocks=blocks_of(found.tree, _lines(found, named)),
        without_place=_without_place(found, named),
        outside=tuple(
            OutsideLine(one.number, one.name if named else None, one.out_since)
            for one in found.people
            if one.out_since is not None
        ),
        with_names=named,
        while_locked=while_locked,
    )


def evacuation_pdf(
    reader: Reader,
    now: datetime,
    by: str,
    paper: PaperName,
    with_names: bool,
    while_locked: bool = False,
) -> tuple[bytes, ListPrinted]:
    """The list as a PDF in memory: a read, so that it waits behind no import; note it afterwards."""
    from shelterdesk.reports.evacuation import write_evacuation_list

    made = evacuation_list(reader, now, by, with_names=with_names, while_locked=while_locked)
    out = BytesIO()
    written = write_evacuation_list(made, out, paper=paper)
    people = made.to_find + len(made.outside)
    return out.getvalue(), printed(written, people, out)


def note_evacuation(desk: Desk, people: int, *, while_locked: bool) -> Done[None]:
    """Keep that the list was printed; behind a lock it is not known by whom, and that is said."""
    said = tr("evacuation list, printed while locked") if while_locked else tr("evacuation list")
    return note_printed(desk, said, people)


def print_evacuation(
    desk: Desk, out: Path | BinaryIO, *, paper: PaperName = "a4", names: bool = True
) -> Done[ListPrinted]:
    """Write the list into a file or memory, with names for who may have them and wants them.

    Raises ``NotHere`` at an office, ``DiskFull``, ``CannotWrite``; nothing is noted as printed then.
    """
    from shelterdesk.reports.target import write_whole

    desk.must_be_station()
    reader = desk.reader()
    try:
        named = names and may_have_names(desk)
        content, made = evacuation_pdf(reader, desk.clock.now(), desk.user.name, paper, named)
    finally:
        reader.close()
    write_whole(out, content)
    note_evacuation(desk, made.people, while_locked=False)
    path = out if isinstance(out, Path) else None
    return Done(ListPrinted(made.pages, made.people, made.left_out, path), Changes.of("access"))


def _lines(found: House, named: bool) -> Mapping[str, Sequence[ListLine]]:
    lines: dict[str, list[ListLine]] = {}
    for one in found.people:
        if one.place is not None and one.out_since is None:
            lines.setdefault(one.place, []).append(_line(one, named))
    for heads in found.heads:
        if heads.place is not None:
            lines.setdefault(heads.place, []).append(_heads(heads))
    return lines


def _without_place(found: House, named: bool) -> tuple[ListLine, ...]:
    people = [_line(one, named) for one in found.people if one.place is None and one.out_since is None]
    return (*people, *(_heads(one) for one in found.heads if one.place is None))


def _line(one: HousePerson, named: bool) -> ListLine:
    return ListLine(None, one.number, one.name if named else None)


def _heads(one: HouseHeads) -> ListLine:
    return ListLine(None, one.token, heads=one.heads, is_token=True)
