"""Staff cards: a number, a role and a code that opens nothing by itself; who holds one is nowhere on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from reportlab.lib.units import mm

from shelterdesk.core.vocabulary import PRACTICE_ON_PAPER
from shelterdesk.core.words import tr
from shelterdesk.reports.card_formats import CARD_HEIGHT, CARD_WIDTH, FORMATS
from shelterdesk.reports.card_pages import MODULE, QR_MODULES, QUIET, code_image
from shelterdesk.reports.faces import Faces, can_set, find_faces
from shelterdesk.reports.paper import Paper, PaperName, Written, outlined
from shelterdesk.reports.target import write_whole

_EDGE = 4.0
_SIDE = QR_MODULES * MODULE
_QR_LEFT, _QR_TOP = CARD_WIDTH - _EDGE - _SIDE, 15.5
_COLUMN = _QR_LEFT - 3 * _EDGE


@dataclass(frozen=True, slots=True)
class StaffCard:
    """One card. ``role`` is the word printed; the code stays out of ``repr``."""

    number: int
    role: str
    code: str = field(repr=False)


def write_staff_cards(
    cards: Sequence[StaffCard],
    station_name: str,
    target: Path | BinaryIO,
    *,
    practice: bool = False,
    paper: PaperName = "a4",
    faces: Faces | None = None,
) -> Written:
    """Write the cards as a PDF, as many on a sheet as lodging cards. Raises ``DiskFull`` or ``CannotWrite``."""
    found = faces or find_faces()
    drawn = Paper(paper, found, tr("Staff cards"))
    form = FORMATS[paper]
    station = station_name if can_set(station_name, found) else ""
    pages = 0
    for at, card in enumerate(cards):
        place = at % form.per_page
        if place == 0:
            if pages:
                drawn.next_page()
            pages += 1
        row, column = divmod(place, form.columns)
        x, y = form.left + column * CARD_WIDTH, form.top + row * CARD_HEIGHT
        if practice:  # on every card: they are cut apart
            drawn.canvas.saveState()
            drawn.canvas.translate((x + CARD_WIDTH / 2) * mm, (drawn.height - y - CARD_HEIGHT / 2) * mm)
            drawn.canvas.rotate(27)
            outlined(drawn.canvas, PRACTICE_ON_PAPER, found.bold, 25)
            drawn.canvas.restoreState()
        _draw(drawn, card, station, x, y)
    drawn.next_page()
    write_whole(target, drawn.finished())
    return Written(pages=pages, left_out=[])


def _draw(paper: Paper, card: StaffCard, station: str, x: float, y: float) -> None:
    paper.box(x, y, CARD_WIDTH, CARD_HEIGHT)
    width = CARD_WIDTH - 2 * _EDGE
    taken = paper.text(x + CARD_WIDTH - _EDGE, y + 7.2, tr("Staff card"), 9, align="right")
    paper.text(x + _EDGE, y + 7.2, station, 9, bold=True, width=width - taken - 3)
    paper.rule(x + _EDGE, y + 9.4, width)
    paper.text(x + _EDGE, y + 27.5, str(card.number), 40, bold=True, width=_COLUMN)
    paper.text(x + _EDGE, y + 36.0, card.role, 13, width=_COLUMN)
    side = _SIDE + 2 * QUIET
    paper.box(x + _QR_LEFT - QUIET, y + _QR_TOP - QUIET, side, side, fill=1.0)
    foot = (paper.height - y - _QR_TOP - _SIDE) * mm
    paper.canvas.drawInlineImage(code_image(card.code), (x + _QR_LEFT) * mm, foot, _SIDE * mm, _SIDE * mm)
    said = tr("It opens nothing by itself. If it is lost, end the shift at the desk.")
    paper.paragraph(x + _EDGE, y + CARD_HEIGHT - 7.2, width, said, 7, lead=3.2)
