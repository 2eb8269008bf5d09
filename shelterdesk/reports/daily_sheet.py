"""The daily occupancy sheet as a PDF: the page that is signed, and behind it the standards and the last days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shelterdesk.core.sheet import DailySheet
from shelterdesk.core.sheet_days import DayPoint
from shelterdesk.core.sheet_difference import Difference
from shelterdesk.core.words import tr
from shelterdesk.reports.faces import Faces, can_set, find_faces
from shelterdesk.reports.paper import Paper, PaperName, Written
from shelterdesk.reports.sheet_later import LaterPages
from shelterdesk.reports.sheet_layout import Stand
from shelterdesk.reports.sheet_page import LINE, LINE_MOST, SignedPage
from shelterdesk.reports.target import write_whole


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands beside the numbers of the day: how the sheet stands, the last days, what is known differently now."""

    stand: Stand = Stand()
    days: Sequence[DayPoint] = ()
    changed: Sequence[Difference] = ()


def write_daily_sheet(
    sheet: DailySheet,
    target: Path | BinaryIO,
    behind: Behind | None = None,
    *,
    paper: PaperName = "a4",
    faces: Faces | None = None,
) -> Written:
    """Write the sheet as a PDF of two pages or more, in the language now spoken.

    The first page is the one that is signed and says all the numbers of the day; the second holds the standards
    and the last days, further ones the lists that the first page had to sum. Raises :class:`DiskFull` or
    :class:`CannotWrite`. What the faces cannot set is replaced by its code and named in the result; ask
    :func:`sheet_warnings` before printing.
    """
    found, more = faces or find_faces(), behind or Behind()
    tried = SignedPage(sheet, more.stand, _new(paper, found))
    tried.draw()
    line = min(LINE_MOST, LINE + tried.room_per_line)
    pages = _later(sheet, more, _new(paper, found), tried).draw()
    drawn = _new(paper, found)
    signed = SignedPage(sheet, more.stand, drawn, line, pages)
    signed.draw()
    _later(sheet, more, drawn, signed).draw()
    write_whole(target, drawn.finished())
    return Written(pages=pages, left_out=sheet_warnings(sheet, found))


def _new(paper: PaperName, faces: Faces) -> Paper:
    return Paper(paper, faces, tr("Daily occupancy sheet"))


def _later(sheet: DailySheet, more: Behind, paper: Paper, signed: SignedPage) -> LaterPages:
    return LaterPages(
        sheet, more.stand, paper, days=more.days, changed=more.changed, signed=signed, pages=signed.pages
    )


def sheet_warnings(sheet: DailySheet, faces: Faces | None = None) -> list[str]:
    """What the sheet will not show as it is written, for want of a face for its script."""
    found = faces or find_faces()
    said = []
    if not can_set(sheet.station_name, found):
        said.append(
            tr("The name of the station cannot be printed on this laptop: {name}", name=sheet.station_name)
        )
    if not can_set(sheet.generated_by, found):
        said.append(tr("Your name cannot be printed on this laptop; sign the sheet by hand."))
    codes = [one.code for one in sheet.nationalities.shown if not can_set(one.name, found)]
    if codes:
        said.append(tr("Some nationalities are printed by their code: {codes}", codes=", ".join(codes)))
    if any(not can_set(block.block, found) for block in sheet.blocks):
        said.append(tr("Some block names cannot be printed on this laptop; they are numbered instead."))
    return said
