"""The sheet of paper: its sizes, its type and its few lines, drawn from the top left in millimetres."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any, Literal

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from shelterdesk.core.moment import known_moment
from shelterdesk.core.vocabulary import PRACTICE_ON_PAPER
from shelterdesk.core.words import tr
from shelterdesk.reports.faces import Faces, composed
from shelterdesk.reports.shaping import SetLine, set_line
from shelterdesk.reports.visual_order import JOINERS, is_from_right

PaperName = Literal["a4", "letter"]

SIZES: dict[PaperName, tuple[float, float]] = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
"""Width and height in mm (ISO 216; ANSI/ASME Y14.1)."""

GREY = 0.55
"""The lightest ink on paper, as reportlab's grey (0 black, 1 white): 45 % black, never under 40 (LOOK)."""

MINUS = "\N{MINUS SIGN}"
THIN = "\N{NO-BREAK SPACE}"

NARROWEST = 0.7
"""How far type is narrowed before it is cut."""

_FROM_RIGHT = "\N{RIGHT-TO-LEFT MARK}"
_NEVER_FIRST = frozenset("、。，．：；！？）〉》」』】〕・ー々")
"""Signs that never begin a line where words have no spaces (JIS X 4051, GB/T 15834)."""

Align = Literal["left", "right", "middle"]


@dataclass(frozen=True, slots=True)
class Written:
    """What was put on paper: its pages, and sentences on what could not be set and was left out."""

    pages: int
    left_out: list[str]


class Paper:
    """A PDF being drawn; ``y`` counts mm downwards from the top edge, sizes of type are points.

    The same drawing always gives the same bytes: the file carries no time and no name of its own.
    """

    def __init__(self, name: PaperName, faces: Faces, title: str) -> None:
        self.width, self.height = SIZES[name]
        self.faces = faces
        self._buffer = BytesIO()
        size = (self.width * mm, self.height * mm)
        self.canvas = Canvas(self._buffer, pagesize=size, pageCompression=1, invariant=1)
        self.canvas.setTitle(title)
        self.canvas.setAuthor("ShelterDesk")
        self.canvas.setSubject("")
        self.canvas.setCreator("ShelterDesk")

    def text_width(self, text: str, size: float, bold: bool = False) -> float:
        """Width of ``text`` in mm at ``size`` points."""
        return self._set(text, bold).width * size / mm

    def text(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, align: Align = "left",
        width: float | None = None, ink: float = 0.0,
    ) -> float:  # fmt: skip
        """Set one line with its foot at ``y``, in any script; returns its width in mm.

        Above ``width`` mm the type is narrowed, down to 70 %, then cut with an ellipsis: a column is never
        run over. ``ink`` is a grey, 0 black.
        """
        line, narrow = self._set(text, bold), 1.0
        wide = line.width * size / mm
        if width is not None and wide > width:
            narrow = max(NARROWEST, width / wide)
            if wide * narrow > width:
                line = self._cut(text, width / narrow, size, bold)
                wide = line.width * size / mm
            wide *= narrow
        shift = {"left": 0.0, "middle": wide / 2, "right": wide}[align]
        run = self.canvas.beginText((x - shift) * mm, (self.height - y) * mm)
        run.setHorizScale(narrow * 100)
        run.setFillGray(ink)
        _put(run, line, size)
        self.canvas.drawText(run)
        return wide

    def paragraph(
        self, x: float, y: float, width: float, text: str, size: float, *, lead: float, bold: bool = False
    ) -> float:
        """Set ``text`` in lines of ``width`` mm, ``lead`` mm apart from ``y`` on; returns the next foot.

        A paragraph that is read from the right stands at the right of its column.
        """
        for line in self.lines(text, width, size, bold):
            self.line(x, y, width, line, size, bold=bold)
            y += lead
        return y

    def line(self, x: float, y: float, width: float, text: str, size: float, *, bold: bool = False) -> float:
        """Set one line in a column of ``width`` mm at the side it is read from; returns its width in mm."""
        if is_from_right(text):
            return self.text(x + width, y, text, size, bold=bold, align="right", width=width)
        return self.text(x, y, text, size, bold=bold, width=width)

    def lines(self, text: str, width: float, size: float, bold: bool = False) -> list[str]:
        """``text`` broken at spaces into lines of at most ``width`` mm; a longer word at any letter.

        Every line of a paragraph that is read from the right says so, also one that begins with a Latin word.
        """
        broken: list[str] = []
        line = ""
        ready = composed(text)
        for word in ready.split():
            tried = f"{line} {word}".strip()
            if self.fits(tried, width, size, bold):
                line = tried
                continue
            if line:
                broken.append(line)
            while not self.fits(word, width, size, bold) and len(word) > 1:
                fit = self._most(word, width, size, bold)
                broken.append(word[:fit])
                word = word[fit:]
            line = word
        if line:
            broken.append(line)
        if is_from_right(ready):
            return [one if is_from_right(one) else _FROM_RIGHT + one for one in broken]
        return broken

    def fits(self, text: str, width: float, size: float, bold: bool = False) -> bool:
        """Whether ``text`` stays within ``width`` mm at ``size`` points."""
        return self.text_width(text, size, bold) <= width

    def _most(self, word: str, width: float, size: float, bold: bool) -> int:
        """How many letters of a word without spaces fill ``width``, at least one with its marks."""
        ends = _ends(word)
        low, high = 0, len(ends) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.fits(word[: ends[middle]], width, size, bold):
                low = middle
            else:
                high = middle - 1
        if 0 < low < len(ends) - 1 and word[ends[low]] in _NEVER_FIRST:
            low -= 1
        return ends[low]

    def _cut(self, text: str, width: float, size: float, bold: bool) -> SetLine:
        """The longest beginning of ``text`` that fits with an ellipsis behind it."""
        ready = composed(text)
        ends = [0, *_ends(ready)]
        low, high = 0, len(ends) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.fits(_shortened(ready, ends[middle]), width, size, bold):
                low = middle
            else:
                high = middle - 1
        return self._set(_shortened(ready, max(ends[low], ends[1] if len(ends) > 1 else 0)), bold)

    def _set(self, text: str, bold: bool) -> SetLine:
        return set_line(text, self.faces, bold)

    def rule(self, x: float, y: float, width: float, *, weight: float = 0.4, ink: float = GREY) -> None:
        """A horizontal rule, ``weight`` in points."""
        self.canvas.setLineWidth(weight)
        self.canvas.setStrokeGray(ink)
        self.canvas.line(x * mm, (self.height - y) * mm, (x + width) * mm, (self.height - y) * mm)

    def upright(self, x: float, y: float, length: float, *, weight: float = 0.4, ink: float = 0.0) -> None:
        """An upright stroke from (x, y) downwards, ``weight`` in points."""
        self.canvas.setLineWidth(weight)
        self.canvas.setStrokeGray(ink)
        self.canvas.line(x * mm, (self.height - y) * mm, x * mm, (self.height - y - length) * mm)

    def box(self, x: float, y: float, width: float, height: float, *, fill: float | None = None) -> None:
        """A box with its top left at (x, y): outlined, or filled with a grey."""
        self.canvas.setLineWidth(0.5)
        self.canvas.setStrokeGray(0.0)
        if fill is not None:
            self.canvas.setFillGray(fill)
        corner = (self.height - y - height) * mm
        outline, filled = int(fill is None), int(fill is not None)
        self.canvas.rect(x * mm, corner, width * mm, height * mm, stroke=outline, fill=filled)

    def practice_mark(self) -> None:
        """The words of a practice station across the whole sheet, in outline so that all stays readable."""
        self.canvas.saveState()
        self.canvas.translate(self.width * mm / 2, self.height * mm / 2)
        self.canvas.rotate(55)
        outlined(self.canvas, PRACTICE_ON_PAPER, self.faces.bold, 64)
        self.canvas.restoreState()

    def next_page(self) -> None:
        """End this page."""
        self.canvas.showPage()

    def finished(self) -> bytes:
        """The whole PDF."""
        self.canvas.save()
        return self._buffer.getvalue()


def _put(run: Any, line: SetLine, size: float) -> None:
    """Set the pieces of a line; where shapes are not letters, what is read stands beside them (ISO 32000-1, 14.9.4)."""
    for piece in line.pieces:
        if piece.said:
            read = piece.said.encode("utf-16-be").hex()
            run._code.append(f"/Span << /ActualText <feff{read}> >> BDC")
        run.setFont(piece.face, size * piece.scale)
        run.textOut(piece.text)
        if piece.said:
            run._code.append("EMC")


def _shortened(text: str, end: int) -> str:
    return text[:end].rstrip("….").rstrip() + "…"


def _ends(text: str) -> list[int]:
    """Where ``text`` may be cut: after each letter with the marks and joiners that belong to it."""
    ends = [
        at
        for at in range(1, len(text))
        if unicodedata.category(text[at])[0] != "M"
        and text[at] not in JOINERS
        and text[at - 1] not in JOINERS
    ]
    return [*ends, len(text)] if text else []


def outlined(canvas: Canvas, words: str, face: str, size: float) -> None:
    """Letters in grey outline, centred on the origin of ``canvas``."""
    run = canvas.beginText(-stringWidth(words, face, size) / 2, -size * 0.35)
    run.setFont(face, size)
    run.setHorizScale(100)  # a page keeps the narrowing of its last line
    run.setTextRenderMode(1)
    run.setStrokeGray(GREY)
    canvas.setLineWidth(0.5)
    run.textOut(words)
    run.setTextRenderMode(0)
    canvas.drawText(run)


def number_text(number: int, signed: bool = False) -> str:
    """A whole number as printed: groups of three from five digits on (ISO 80000-1 §7.3), a true minus."""
    digits = f"{abs(number):,}".replace(",", THIN) if abs(number) >= 10_000 else str(abs(number))
    if number < 0:
        return MINUS + digits
    return f"+{digits}" if signed and number else digits


def day_text(day: date) -> str:
    """A day in words, so that nobody takes the month for the day."""
    months = (
        tr("January"), tr("February"), tr("March"), tr("April"), tr("May"), tr("June"), tr("July"),
        tr("August"), tr("September"), tr("October"), tr("November"), tr("December"),
    )  # fmt: skip
    return tr("{day} {month} {year}", day=day.day, month=months[day.month - 1], year=day.year)


def moment_shown(text: str) -> str:
    """A stored moment (RFC 9557) as wall time: day in words and hour; a dash for one that nobody can read."""
    at = known_moment(text, "UTC")
    if at is None:
        return "–"
    return tr("{day}, {hour}", day=day_text(at.date()), hour=f"{at:%H:%M}")
