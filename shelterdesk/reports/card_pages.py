"""The sheets that cards and wristbands stand on: their places one after the other, crop marks, and the code."""

from __future__ import annotations

from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from shelterdesk.core.cards import number_parts
from shelterdesk.core.words import tr
from shelterdesk.reports.card_formats import CardFormat
from shelterdesk.reports.faces import Faces, cap_height
from shelterdesk.reports.paper import Paper

QR_VERSION = 6
QR_MODULES = 17 + 4 * QR_VERSION
MODULE = 0.508
"""A module in mm: twelve dots of a 600 dpi printer, so its edges are sharp; 0.5 is the least (SYNC §1.0)."""

QUIET = 4 * MODULE
"""The white around a code: four modules (ISO/IEC 18004), 2.03 mm."""

QR_SIDE = QR_MODULES * MODULE

DIGIT_HEIGHT = 9.5
"""Height of the counter's digits in mm; 9 is the least (DOMAIN §8)."""


class CardPages:
    """Pages of one format being drawn; ``many`` are all that will stand on them, the first at ``start_at``."""

    def __init__(self, form: CardFormat, faces: Faces, title: str, many: int, start_at: int) -> None:
        form.check_start(start_at)
        self.form = form
        self.paper = paper_for(form, faces, title)
        self.pages = form.pages(many, start_at)
        self._skipped = start_at - 1
        self._added = 0

    def next_place(self) -> tuple[float, float]:
        """The upper left corner of the next place, on a new page when this one is full."""
        form = self.form
        page, place = divmod(self._skipped + self._added, form.per_page)
        if place == 0 or self._added == 0:
            if self._added:
                self.paper.next_page()
            if form.is_cut:
                self._draw_marks(page + 1)
        self._added += 1
        row, column = divmod(place, form.columns)
        return form.left + column * form.card[0], form.top + row * form.card[1]

    def finished(self) -> bytes:
        """The whole PDF."""
        self.paper.next_page()
        return self.paper.finished()

    def _draw_marks(self, page: int) -> None:
        """Crop marks outside the block, a ruler of 10 mm, and the number of the page."""
        paper, form = self.paper, self.form
        left, top = form.left, form.top
        right, foot = left + form.columns * form.card[0], top + form.rows * form.card[1]
        near, length = 1.5, 4.0
        for column in range(form.columns + 1):
            x = left + column * form.card[0]
            paper.upright(x, top - near - length, length, weight=0.25, ink=0.0)
            paper.upright(x, foot + near, length, weight=0.25, ink=0.0)
        for row in range(form.rows + 1):
            y = top + row * form.card[1]
            paper.rule(left - near - length, y, length, weight=0.25, ink=0.0)
            paper.rule(right + near, y, length, weight=0.25, ink=0.0)
        x, y = left + 2, foot + 7.9
        paper.rule(x, y, 10, weight=0.5, ink=0.0)
        for tick in range(11):
            high = 1.8 if tick % 5 == 0 else 1.0
            paper.upright(x + tick, y - high, high)
        note = tr("This ruler is 10 mm long when printed at 100 %, not fitted to the page.")
        shown = tr("Page {page} of {pages}", page=page, pages=self.pages)
        taken = paper.text(right - 2, y, shown, 6.5, align="right")
        paper.text(x + 12.5, y, note, 6.5, width=right - x - 17 - taken)


def paper_for(form: CardFormat, faces: Faces, title: str) -> Paper:
    """The paper of a format; a card printer's page is a card."""
    paper = Paper("a4", faces, title)
    paper.width, paper.height = form.page
    paper.canvas.setPageSize((paper.width * mm, paper.height * mm))
    return paper


def draw_number(paper: Paper, number: str, x: float, foot: float, width: float) -> None:
    """The number in one line: its counter large, station and check part smaller on the same foot."""
    before, counter, after = number_parts(number)
    bold = paper.faces.bold
    large = DIGIT_HEIGHT * mm / cap_height(bold)
    pieces = [(before, large * 0.6), (counter, large), (after, large * 0.6)]
    wide = sum(stringWidth(text, bold, size) for text, size in pieces)
    run = paper.canvas.beginText(x * mm, (paper.height - foot) * mm)
    run.setFillGray(0.0)
    run.setHorizScale(min(1.0, width * mm / wide) * 100)
    for text, size in pieces:
        if text:
            run.setFont(bold, size)
            run.textOut(text)
    paper.canvas.drawText(run)


def draw_code(paper: Paper, token: str, left: float, top: float) -> None:
    """The QR of a token, the upper left corner of its first module at (left, top), on white."""
    paper.box(left - QUIET, top - QUIET, QR_SIDE + 2 * QUIET, QR_SIDE + 2 * QUIET, fill=1.0)
    foot = (paper.height - top - QR_SIDE) * mm
    paper.canvas.drawInlineImage(code_image(token), left * mm, foot, QR_SIDE * mm, QR_SIDE * mm)


def code_image(token: str) -> Image.Image:
    """The QR of a card token (up to 154 alphanumeric characters): a pixel per module, no quiet zone.

    Level M and mask 0 always: searching for the best mask costs six times as much and reads no better.
    """
    code = QRCode(version=QR_VERSION, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=0)
    code.add_data(token, optimize=0)
    code.make(fit=False)
    rows = (sum(1 << (47 - place) for place, dark in enumerate(row) if not dark) for row in code.modules)
    return Image.frombytes("1", (QR_MODULES, QR_MODULES), b"".join(row.to_bytes(6, "big") for row in rows))
