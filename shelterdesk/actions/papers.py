"""Papers before they are on paper: the size a printer holds, a paper made in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
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
