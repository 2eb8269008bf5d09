"""The slip of a shift on one sheet: who worked, in counts, what is unfinished, two lines to sign on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from shelterdesk.core.shift import ShiftSlip, Unfinished, Worked
from shelterdesk.core.words import ntr, ptr, tr
from shelterdesk.reports.faces import Faces, find_faces
from shelterdesk.reports.list_pages import ListPages, signature_lines, tick_box
from shelterdesk.reports.paper import Paper, PaperName, Written, moment_shown, number_text
from shelterdesk.reports.tables import Column, Table
from shelterdesk.reports.target import write_whole

_LINE = 6.0
_SIGNING = 34.0


def write_shift_slip(
    slip: ShiftSlip, target: Path | BinaryIO, *, paper: PaperName = "a4", faces: Faces | None = None
) -> Written:
    """Write the slip as a PDF, in the language now spoken. Raises :class:`DiskFull` or :class:`CannotWrite`."""
    pages = ListPages(slip.facts, tr("Slip of the shift"), paper, faces or find_faces())
    pages.new_page()
    _limits(pages, slip)
    _worked(pages, slip.worked)
    _unfinished(pages, _left_to_do(pages, slip.unfinished))
    _notes(pages)
    content, count = pages.finished()
    write_whole(target, content)
    return Written(count, pages.left_out())


def _limits(pages: ListPages, slip: ShiftSlip) -> None:
    y = pages.take(12.0)
    said = tr("from {start} to {end}", start=moment_shown(slip.from_at), end=moment_shown(slip.to_at))
    house = ntr("{n} person in the house", "{n} people in the house", slip.present)

    def drawing(paper: Paper) -> None:
        paper.text(pages.left, y + 7.0, said, 11, width=pages.width * 0.66)
        paper.text(pages.right, y + 7.0, house, 11, bold=True, align="right", width=pages.width * 0.33)

    pages.draw(drawing)


def _title(pages: ListPages, title: str) -> None:
    y = pages.take(10.0, keep=2 * _LINE)
    pages.draw(lambda paper: paper.text(pages.left, y + 7.6, title, 11.5, bold=True, width=pages.width))


def _table(pages: ListPages, paper: Paper) -> Table:
    left, step = pages.left, (pages.right - pages.left - 72.0) / 5
    heads = (
        ptr("shift", "Registered"), ptr("shift", "Lodged"), ptr("shift", "Served"), ptr("shift", "Cards"),
        ptr("shift", "Entries"),
    )  # fmt: skip
    columns = [Column(left, tr("Who"), 46, "left"), Column(left + 72, tr("from – to"), 26)]
    columns += [Column(left + 72 + step * at, head, step - 1) for at, head in enumerate(heads, start=1)]
    return Table(paper, columns, _LINE)


def _worked(pages: ListPages, worked: Sequence[Worked]) -> None:
    _title(pages, tr("Who worked"))

    def heading() -> None:
        y = pages.take(7.6)
        pages.draw(lambda paper: _table(pages, paper).heading(y + 5.4))

    heading()
    for one in worked:
        user = pages.name(one.user) or "–"
        hours = f"{_clock(one.first_at)} – {_clock(one.last_at)}"
        counts = (one.registered, one.lodged, one.served, one.cards, one.entries)
        _row(pages, [user, hours, *map(number_text, counts)], heading)
    sums = (
        sum(one.registered for one in worked), sum(one.lodged for one in worked),
        sum(one.served for one in worked), sum(one.cards for one in worked), sum(one.entries for one in worked),
    )  # fmt: skip
    _row(pages, [ptr("total of a column", "All"), "", *map(number_text, sums)], heading, last=True)


def _row(pages: ListPages, cells: list[str], again: Callable[[], None], *, last: bool = False) -> None:
    y = pages.take(_LINE, again)
    pages.draw(lambda paper: _table(pages, paper).row(y, cells, last=last))


def _clock(moment: str) -> str:
    """The time of day of a stored moment."""
    return moment[11:16]


def _left_to_do(pages: ListPages, left: Unfinished) -> list[tuple[str, str]]:
    forms = left.forms_begun
    cards = left.cards_waiting
    printing = tr("not known") if cards is None else number_text(cards)
    begun = tr("not known") if forms is None else number_text(sum(count for _, count in forms))
    who = ", ".join(pages.name(user) or "–" for user, _ in forms or ())
    since = moment_shown(left.only_here_since) if left.only_here_since else ""
    backup = moment_shown(left.last_backup) if left.last_backup else tr("never")
    return [
        (tr("Tokens not wholly registered"), _with(number_text(left.tokens_open), _people(left.unnamed))),
        (tr("Slips of the intake on paper not typed in yet"), number_text(left.slips_out)),
        (tr("People without a bed"), number_text(left.without_bed)),
        (tr("People without a card"), number_text(left.without_card)),
        (tr("Cards made that wait for a printer"), printing),
        (tr("Forms begun at this desk and not saved"), _with(begun, who)),
        (tr("Set aside, to be looked at"), number_text(left.set_aside)),
        (tr("Two values for one field, to be chosen"), number_text(left.conflicts)),
        (
            tr("Entries that are on this laptop only"),
            _with(number_text(left.only_here), since and _since(since)),
        ),
        (tr("Last backup"), backup),
        (tr("Desks not heard from for a day"), number_text(left.silent_desks)),
    ]


def _people(count: int) -> str:
    return ntr("{n} person without a name", "{n} people without a name", count) if count else ""


def _since(when: str) -> str:
    return tr("since {time}", time=when)


def _with(value: str, more: str) -> str:
    return f"{value} ({more})" if more else value


def _unfinished(pages: ListPages, lines: Sequence[tuple[str, str]]) -> None:
    _title(pages, tr("Left to do"))
    for label, value in lines:
        y = pages.take(_LINE + 0.6)

        def drawing(paper: Paper, y: float = y, label: str = label, value: str = value) -> None:
            tick_box(paper, pages.left, y + 1.5)
            paper.text(pages.left + 6.5, y + 4.6, label, 9.5, width=92)
            paper.text(pages.right, y + 4.6, value, 9.5, bold=True, align="right", width=pages.width - 102)
            paper.rule(pages.left, y + _LINE + 0.6, pages.width, weight=0.25)

        pages.draw(drawing)


def _notes(pages: ListPages) -> None:
    """Lines for what is said at the handing over, and the two who sign."""
    _title(pages, tr("To be said"))
    y = pages.take(_SIGNING)
    while y + 8.0 < pages.bottom - 20.0:
        y += 8.0

        def line(paper: Paper, y: float = y) -> None:
            paper.rule(pages.left, y, pages.width, weight=0.4)

        pages.draw(line)
    signature_lines(
        pages,
        (tr("Handed over by: name, signature, time"), tr("Taken over by: name, signature, time")),
        pages.bottom - 6.0,
    )
