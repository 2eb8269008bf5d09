"""The daily sheet on its ways out: to sign, for the wall, for the supervisor alone, as a workbook, as HXL rows."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.sheet_pages import days_chart, internal_page, then_and_now
from shelterdesk.actions.sheets import SHEET, frozen_sheet, sheet_numbers
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.kinds import ACCESS
from shelterdesk.core.sheet import DailySheet
from shelterdesk.core.sheet_difference import ThenAndNow
from shelterdesk.core.sheet_internal import InternalPage
from shelterdesk.core.sheet_posting import posting_copy
from shelterdesk.core.vocabulary import AccessKind
from shelterdesk.db.sheet import Frozen
from shelterdesk.db.store import Reader

if TYPE_CHECKING:
    from shelterdesk.reports.daily_sheet import Behind
    from shelterdesk.reports.paper import PaperName, Written


class SheetCopy(StrEnum):
    """What is made of a day's sheet."""

    SIGNED = "signed"  # the pages to sign and keep
    WALL = "wall"  # for everybody to read: margins only, small numbers held back
    INTERNAL = "internal"  # for the supervisor, not to be posted


@dataclass(frozen=True, slots=True)
class SheetWanted:
    """Which sheet: of a day, as it was frozen where it is (else as known now), on which paper."""

    day: date
    copy: SheetCopy = SheetCopy.SIGNED
    as_frozen: bool = True
    paper: PaperName = "a4"


@dataclass(frozen=True, slots=True)
class SheetShown:
    """A day's sheet with all that stands beside it; ``changes`` where the day was frozen."""

    sheet: DailySheet
    frozen: Frozen | None
    changes: ThenAndNow | None
    shows_frozen: bool
    behind: Behind

    @property
    def is_signed(self) -> bool:
        """Whether what is shown is what a supervisor froze; until then it is provisional, frozen by itself or not."""
        return self.shows_frozen and not self.sheet.automatic

    @property
    def now(self) -> DailySheet:
        """The numbers known now."""
        return self.sheet if self.changes is None else self.changes.now


@dataclass(frozen=True, slots=True)
class DrawnPaper:
    """A paper as it would be printed now, and the sheet it is of; ``warnings`` what cannot be set as written.

    ``internal`` are the counts of the supervisor's page, for that copy alone.
    """

    shown: SheetShown
    pdf: bytes
    warnings: tuple[str, ...]
    internal: InternalPage | None = None


@dataclass(frozen=True, slots=True)
class PaperMade:
    """A paper that was made for good and noted as printed or exported; ``pages`` 0 for a table."""

    shown: SheetShown
    pages: int
    left_out: tuple[str, ...]


def sheet_shown(reader: Reader, day: date, now: datetime, by: str, as_frozen: bool) -> SheetShown:
    """The sheet of a day, frozen where it is and ``as_frozen``; raises ``BadField`` for a day still to come."""
    from shelterdesk.reports.daily_sheet import Behind  # with the first sheet, not at the start
    from shelterdesk.reports.sheet_layout import Stand

    held = frozen_sheet(reader, day)
    changes = then_and_now(reader, day, now=now, by=by) if held is not None else None
    days = days_chart(reader, day, now).points
    if held is None or changes is None:
        sheet = sheet_numbers(reader, day, now=now, by=by)
        return SheetShown(sheet, None, None, False, Behind(days=days))
    signed_by = "" if held.automatic else held.signed_by
    other = changes.now if as_frozen else held.sheet
    stand = Stand(held.frozen_at or held.sheet.generated_at, signed_by, other, shows_now=not as_frozen)
    behind = Behind(stand, days, changes.differences)
    return SheetShown(held.sheet if as_frozen else changes.now, held, changes, as_frozen, behind)


def what_stands_behind(desk: Desk, day: date, as_known_on: datetime | None, as_frozen: bool) -> Behind:
    """What is printed behind a sheet; one of a chosen time stands alone but for the last days."""
    from shelterdesk.reports.daily_sheet import Behind

    now = desk.clock.now()
    with closing(desk.reader()) as reader:
        if as_known_on is not None:
            return Behind(days=days_chart(reader, day, now).points)
        return sheet_shown(reader, day, now, desk.user.name, as_frozen).behind


def drawn_paper(reader: Reader, wanted: SheetWanted, now: datetime, by: str) -> DrawnPaper:
    """The paper as it would be printed now; nothing is noted. Raises ``BadField`` for a day still to come."""
    shown = sheet_shown(reader, wanted.day, now, by, wanted.as_frozen)
    internal = _internal(reader, wanted, now, by)
    page = BytesIO()
    written = _write(wanted, shown, internal, page)
    return DrawnPaper(shown, page.getvalue(), tuple(written.left_out), internal)


def print_paper(desk: Desk, wanted: SheetWanted, out: Path | BinaryIO) -> Done[PaperMade]:
    """Write the paper as a PDF and note that it was printed.

    Raises ``NotAllowed``, ``BadField`` for a day still to come, ``DiskFull``, ``CannotWrite``; nothing is noted then.
    """
    desk.must(SHEET)
    now, by = desk.clock.now(), desk.user.name
    with closing(desk.reader()) as reader:
        shown = sheet_shown(reader, wanted.day, now, by, wanted.as_frozen)
        written = _write(wanted, shown, _internal(reader, wanted, now, by), out)
    _note(desk, AccessKind.PRINTED, wanted)
    return Done(PaperMade(shown, written.pages, tuple(written.left_out)), Changes.of("access"))


def export_workbook(desk: Desk, wanted: SheetWanted, out: Path | BinaryIO) -> Done[PaperMade]:
    """Write the sheet's numbers as a workbook (XLSX) and note it; raises as :func:`print_paper`."""
    from shelterdesk.reports.sheet_tables import write_sheet_workbook

    desk.must(SHEET)
    with closing(desk.reader()) as reader:
        shown = sheet_shown(reader, wanted.day, desk.clock.now(), desk.user.name, wanted.as_frozen)
    write_sheet_workbook(shown.sheet, out, shown.behind)
    _note(desk, AccessKind.EXPORTED, wanted)
    return Done(PaperMade(shown, 0, ()), Changes.of("access"))


def export_hxl(desk: Desk, wanted: SheetWanted, out: Path | BinaryIO) -> Done[PaperMade]:
    """Write the sheet's numbers as CSV with a row of HXL tags and note it; raises as :func:`print_paper`."""
    from shelterdesk.reports.sheet_hxl import write_hxl

    desk.must(SHEET)
    now = desk.clock.now()
    with closing(desk.reader()) as reader:
        shown = sheet_shown(reader, wanted.day, now, desk.user.name, wanted.as_frozen)
    asof = date.fromisoformat(shown.sheet.generated_at[:10])
    write_hxl(shown.sheet, out, asof=asof, is_frozen=shown.is_signed)
    _note(desk, AccessKind.EXPORTED, wanted)
    return Done(PaperMade(shown, 0, ()), Changes.of("access"))


def _internal(reader: Reader, wanted: SheetWanted, now: datetime, by: str) -> InternalPage | None:
    """The supervisor's page, where that is the copy wanted."""
    return internal_page(reader, wanted.day, now=now, by=by) if wanted.copy is SheetCopy.INTERNAL else None


def _write(
    wanted: SheetWanted, shown: SheetShown, internal: InternalPage | None, out: Path | BinaryIO
) -> Written:
    """The PDF of one copy."""
    from shelterdesk.reports.daily_sheet import write_daily_sheet
    from shelterdesk.reports.sheet_internal import write_internal
    from shelterdesk.reports.sheet_posting import write_posting

    if wanted.copy is SheetCopy.WALL:
        copy = replace(posting_copy(shown.sheet), provisional=not shown.is_signed)
        return write_posting(copy, out, paper=wanted.paper)
    if internal is not None:
        return write_internal(internal, out, paper=wanted.paper)
    return write_daily_sheet(shown.sheet, out, shown.behind, paper=wanted.paper)


def _note(desk: Desk, what: AccessKind, wanted: SheetWanted) -> None:
    with desk.store.write(desk.user) as event:
        event.create(
            ACCESS,
            {
                "access": what.value,
                "subject_kind": "daily_sheet",
                "happened_at": event.now,
                "detail": wanted.day.isoformat(),
                "count": 1,
            },
        )
