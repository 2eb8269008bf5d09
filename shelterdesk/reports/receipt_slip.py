"""Receipts on paper: codes to scan at the station, and in words what they confirm."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from reportlab.lib.units import mm

from shelterdesk.core.house_lists import PaperFacts
from shelterdesk.core.words import tr
from shelterdesk.reports.faces import Faces, find_faces
from shelterdesk.reports.list_pages import ListPages
from shelterdesk.reports.paper import Paper, PaperName, Written, moment_shown, number_text
from shelterdesk.reports.target import write_whole

MODULE = 0.6
"""A module in mm: 0.5 is the least a hand-held reader takes (SYNC §1.0); there is room for more here."""

QUIET = 4
"""Modules of white around a code (ISO/IEC 18004)."""

_LINE = 6.0


@dataclass(frozen=True, slots=True)
class DeskConfirmed:
    """In words what is confirmed of a desk: its number range, up to which entry, when it was heard (RFC 9557)."""

    desk: str
    upto: int
    heard_at: str


@dataclass(frozen=True, slots=True)
class ReceiptSlip:
    """The slip of one station: whose receipt it is, the codes, what they say."""

    facts: PaperFacts
    station: str
    codes: tuple[str, ...]
    desks: tuple[DeskConfirmed, ...]


def write_receipt_slip(
    slip: ReceiptSlip, target: Path | BinaryIO, *, paper: PaperName = "a4", faces: Faces | None = None
) -> Written:
    """Write the slip as a PDF, in the language now spoken. Raises :class:`DiskFull` or :class:`CannotWrite`."""
    pages = ListPages(slip.facts, tr("Receipt"), paper, faces or find_faces())
    pages.new_page(slip.station)
    _say(pages, slip)
    for code in slip.codes:
        _code(pages, code)
    content, count = pages.finished()
    write_whole(target, content)
    return Written(count, pages.left_out())


def _say(pages: ListPages, slip: ReceiptSlip) -> None:
    said = tr("Scan the code at any desk of station {station}, from any screen.", station=slip.station)
    y = pages.take(11.0)
    pages.draw(lambda paper: paper.text(pages.left, y + 7.0, said, 11.5, bold=True, width=pages.width))
    for desk in slip.desks:
        at = pages.take(_LINE)
        words = tr(
            "Desk {desk}: all up to entry {n}, heard {time}.",
            desk=desk.desk,
            n=number_text(desk.upto),
            time=moment_shown(desk.heard_at),
        )

        def line(paper: Paper, at: float = at, words: str = words) -> None:
            paper.text(pages.left, at + 4.4, words, 10, width=pages.width)

        pages.draw(line)
    after = pages.take(9.0)
    note = tr("Read aloud these lines tell people what has arrived; only the scanned code confirms it.")
    pages.draw(lambda paper: paper.text(pages.left, after + 4.4, note, 9, width=pages.width))


def _code(pages: ListPages, text: str) -> None:
    image = code_image(text)
    side = image.width * MODULE
    y = pages.take(side + 2 * QUIET * MODULE)

    def drawing(paper: Paper) -> None:
        foot = (paper.height - y - QUIET * MODULE - side) * mm
        left = (pages.left + QUIET * MODULE) * mm
        paper.canvas.drawInlineImage(image, left, foot, side * mm, side * mm)

    pages.draw(drawing)


def code_image(text: str) -> Image.Image:
    """The QR of a receipt code: a pixel per module, no quiet zone, as small a version as holds it."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=0)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    rows = code.get_matrix()
    image = Image.new("1", (len(rows), len(rows)), 1)
    image.putdata([0 if cell else 1 for row in rows for cell in row])
    return image
