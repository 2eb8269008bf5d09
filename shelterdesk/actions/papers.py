"""Papers before they are on paper: a drawn daily sheet, a paper made in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.sheets import frozen_sheet, sheet_numbers
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.sheet import DailySheet
from shelterdesk.db.sheet import Frozen
from shelterdesk.db.store import Reader
from shelterdesk.reports.target import write_whole

if TYPE_CHECKING:
    from shelterdesk.reports.paper import PaperName

Result = TypeVar("Result")

LETTER_COUNTRIES = frozenset("BLZ CAN CHL COL CRI GTM MEX NIC PAN PHL PRI SLV USA VEN".split())
"""Countries whose printers hold Letter (Unicode CLDR, supplemental data, ``paperSize``); elsewhere A4."""


def usual_paper(country: str) -> PaperName:
    """The paper a printer of a country (ISO 3166-1 alpha-3) holds most likely."""
    return "letter" if country in LETTER_COUNTRIES else "a4"


@dataclass(frozen=True, slots=True)
class DrawnSheet:
    """A daily sheet as it would be printed now; ``now`` holds the numbers known now where it was frozen before."""

    sheet: DailySheet
    pdf: bytes
    warnings: tuple[str, ...]
    frozen: Frozen | None
    now: DailySheet
    shows_frozen: bool


def drawn_sheet(
    reader: Reader, day: date, now: datetime, by: str, paper: PaperName, as_frozen: bool
) -> DrawnSheet:
    """The sheet of a day, frozen where it is and ``as_frozen``; raises ``BadField`` for a day still to come."""
    from shelterdesk.reports.daily_sheet import sheet_warnings, write_daily_sheet  # with the first sheet

    numbers = sheet_numbers(reader, day, now=now, by=by)
    held = frozen_sheet(reader, day)
    sheet = held.sheet if held is not None and as_frozen else numbers
    page = BytesIO()
    write_daily_sheet(sheet, page, paper=paper)
    return DrawnSheet(
        sheet,
        page.getvalue(),
        tuple(sheet_warnings(sheet)),
        held,
        numbers,
        held is not None and as_frozen,
    )


@dataclass(frozen=True, slots=True)
class MadePaper:
    """A paper made by an action: its bytes, and what the action answered."""

    pdf: bytes
    result: Any


def in_memory(desk: Desk, action: Callable[..., Done[Result]], *args: Any, **named: Any) -> Done[MadePaper]:
    """Run an action that writes a paper (``out=``) into memory: no name on it ever lies in a temporary file."""
    out = BytesIO()
    done = action(desk, *args, out=out, **named)
    return Done(MadePaper(out.getvalue(), done.result), done.changes)


def keep_file(desk: Desk, path: Path, data: bytes) -> Done[Path]:
    """Put a paper that was made where the person wants it; raises ``DiskFull``, ``CannotWrite``."""
    write_whole(path, data)
    return Done(path, Changes(frozenset()))
