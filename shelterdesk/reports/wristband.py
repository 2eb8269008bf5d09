"""Wristbands for small children: strips with a number and its code, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm

from shelterdesk.core.cards import Wristband
from shelterdesk.core.vocabulary import PRACTICE_ON_PAPER
from shelterdesk.core.words import tr
from shelterdesk.reports.card_formats import CardFormat
from shelterdesk.reports.card_pages import DIGIT_HEIGHT, QR_SIDE, CardPages, draw_code, draw_number
from shelterdesk.reports.faces import Faces
from shelterdesk.reports.paper import outlined

_EDGE = 4.0
_NUMBER_LEFT, _NUMBER_WIDTH = _EDGE + QR_SIDE + 5.0, 86.0
"""What must be read lies in the first 120 mm: the rest goes around under it and is taped."""


class WristbandSheet:
    """Pages of wristbands being drawn; ``bands`` are all that will be added."""

    def __init__(self, form: CardFormat, faces: Faces, bands: Sequence[Wristband], start_at: int = 1) -> None:
        self._sheets = CardPages(form, faces, tr("Wristbands"), len(bands), start_at)
        self.pages = self._sheets.pages

    def add(self, band: Wristband) -> None:
        """Draw one at the next place: its code, and the number beside it."""
        x, y = self._sheets.next_place()
        paper, (wide, high) = self._sheets.paper, self._sheets.form.card
        if band.practice:
            canvas = paper.canvas
            canvas.saveState()
            canvas.translate((x + wide / 2) * mm, (paper.height - y - high / 2) * mm)
            outlined(canvas, PRACTICE_ON_PAPER, paper.faces.bold, 34)
            canvas.restoreState()
        draw_code(paper, band.token, x + _EDGE, y + (high - QR_SIDE) / 2)
        draw_number(paper, band.number, x + _NUMBER_LEFT, y + (high + DIGIT_HEIGHT) / 2, _NUMBER_WIDTH)

    def finished(self) -> bytes:
        """The whole PDF."""
        return self._sheets.finished()
