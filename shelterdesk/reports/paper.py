"""The sheet of paper: its sizes, its type and its few lines, drawn from the top left in millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Literal

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from shelterdesk.core.moment import known_moment
from shelterdesk.core.vocabulary import PRACTICE_ON_PAPER
from shelterdesk.core.words import tr
from shelterdesk.reports.faces import Faces, composed

PaperName = Literal["a4", "letter"]

SIZES: dict[PaperName, tuple[float, float]] = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
"""Width and height in mm (ISO 216; ANSI/ASME Y14.1)."""

GREY = 0.55
"""The lightest ink on paper, as reportlab's grey (0 black, 1 white): 45 % black, never under 40 (LOOK)."""

MINUS = "\N{MINUS SIGN}"
THIN = "\N{NO-BREAK SPACE}"

_INSTEAD = {MINUS: "–", "–": "-", THIN: " ", "…": "...", "·": "-", "×": "x"}
"""What stands in for a sign of ours that a face lacks: a missing glyph prints as nothing, and +1 for −1."""

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
        return stringWidth(self._ready(text), self._face(bold), size) / mm

    def text(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, align: Align = "left",
        width: float | None = None, ink: float = 0.0,
    ) -> float:  # fmt: skip
        """Set one line with its foot at ``y``; returns its width in mm.

        Above ``width`` mm the type is narrowed, down to 70 %, then cut with an ellipsis: a column is never
        run over. ``ink`` is a grey, 0 black.
        """
        line, narrow = self._ready(text), 1.0
        wide = self.text_width(line, size, bold)
        if width is not None and wide > width:
            narrow = max(0.7, width / wide)
            while wide * narrow > width and len(line) > 1:
                line = self._ready(line.rstrip("….")[:-1].rstrip() + "…")
                wide = self.text_width(line, size, bold)
            wide *= narrow
        shift = {"left": 0.0, "middle": wide / 2, "right": wide}[align]
        run = self.canvas.beginText((x - shift) * mm, (self.height - y) * mm)
        run.setFont(self._face(bold), size)
        run.setHorizScale(narrow * 100)
        run.setFillGray(ink)
        run.textOut(line)
        self.canvas.drawText(run)
        return wide

    def paragraph(
        self, x: float, y: float, width: float, text: str, size: float, *, lead: float, bold: bool = False
    ) -> float:
        """Set ``text`` in lines of ``width`` mm, ``lead`` mm apart from ``y`` on; returns the next foot."""
        for line in self.lines(text, width, size, bold):
            self.text(x, y, line, size, bold=bold)
            y += lead
        return y

    def lines(self, text: str, width: float, size: float, bold: bool = False) -> list[str]:
        """``text`` broken at spaces into lines of at most ``width`` mm; a longer word at any letter."""
        broken: list[str] = []
        line = ""
        for word in composed(text).split():
            tried = f"{line} {word}".strip()
            if self.text_width(tried, size, bold) <= width:
                line = tried
                continue
            if line:
                broken.append(line)
            while self.text_width(word, size, bold) > width and len(word) > 1:
                fit = next(
                    n for n in range(len(word), 0, -1) if n == 1 or self.fits(word[:n], width, size, bold)
                )
                broken.append(word[:fit])
                word = word[fit:]
            line = word
        return [*broken, line] if line else broken

    def fits(self, text: str, width: float, size: float, bold: bool = False) -> bool:
        """Whether ``text`` stays within ``width`` mm at ``size`` points."""
        return self.text_width(text, size, bold) <= width

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

    def _ready(self, text: str) -> str:
        """``text`` composed, and every sign the faces lack replaced by one they have."""
        line = composed(text)
        while not self.faces.covers(line):
            line = "".join(one if self.faces.covers(one) else _INSTEAD.get(one, "?") for one in line)
        return line

    def _face(self, bold: bool) -> str:
        return self.faces.bold if bold else self.faces.regular


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
