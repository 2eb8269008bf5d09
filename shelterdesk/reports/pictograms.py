"""Pictograms for who does not read: a bed, a meal, care; paths of our own, in black, without a letter."""

from __future__ import annotations

from collections.abc import Callable

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from shelterdesk.reports.paper import Paper

PICTOGRAM = 7.0
"""Side of the square a pictogram stands in, mm; under 6 nobody tells a bed from a bench."""

_GRID = 100.0
_K = 0.5523
"""How far the handles of a Bézier quarter circle reach, as a part of its radius."""


def draw_bed(paper: Paper, x: float, y: float, side: float = PICTOGRAM) -> None:
    """Somebody asleep in a bed, in a square of ``side`` mm whose upper left corner is (x, y)."""
    _draw(paper, x, y, side, _bed)


def draw_meal(paper: Paper, x: float, y: float, side: float = PICTOGRAM) -> None:
    """A plate between fork and knife."""
    _draw(paper, x, y, side, _meal)


def draw_care(paper: Paper, x: float, y: float, side: float = PICTOGRAM) -> None:
    """A stethoscope. No cross: the red one and its like are protected emblems, and marks of a faith."""
    _draw(paper, x, y, side, _care)


def _draw(paper: Paper, x: float, y: float, side: float, shape: Callable[[Canvas], None]) -> None:
    """Draw on a grid of 100 x 100, the origin at the lower left."""
    canvas = paper.canvas
    canvas.saveState()
    canvas.translate(x * mm, (paper.height - y - side) * mm)
    canvas.scale(side * mm / _GRID, side * mm / _GRID)
    canvas.setFillGray(0.0)
    canvas.setStrokeGray(0.0)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    shape(canvas)
    canvas.restoreState()


def _bed(canvas: Canvas) -> None:
    canvas.setLineWidth(9)
    canvas.line(6, 18, 6, 78)  # the head end, higher than the foot
    canvas.line(6, 30, 94, 30)
    canvas.line(94, 18, 94, 46)
    canvas.circle(24, 51, 10.5, stroke=0, fill=1)
    blanket = canvas.beginPath()
    blanket.moveTo(40, 38)
    blanket.lineTo(40, 50)
    blanket.curveTo(40, 58, 46, 62, 54, 61)
    blanket.lineTo(80, 56)
    blanket.curveTo(86, 55, 88, 51, 88, 46)
    blanket.lineTo(88, 38)
    blanket.close()
    canvas.drawPath(blanket, stroke=0, fill=1)


def _meal(canvas: Canvas) -> None:
    canvas.setLineWidth(6)
    canvas.circle(51, 50, 25, stroke=1, fill=0)
    canvas.setLineWidth(3.5)
    canvas.circle(51, 50, 14.5, stroke=1, fill=0)
    canvas.setLineWidth(7)
    canvas.line(9, 8, 9, 50)
    canvas.setLineWidth(4.5)
    for tine in (2.5, 9, 15.5):
        canvas.line(tine, 64, tine, 92)
    cup = canvas.beginPath()
    cup.moveTo(2.5, 66)
    cup.curveTo(2.5, 46, 15.5, 46, 15.5, 66)
    cup.close()
    canvas.drawPath(cup, stroke=1, fill=1)
    canvas.setLineWidth(7)
    canvas.line(88, 8, 88, 46)
    knife = canvas.beginPath()
    knife.moveTo(84.5, 44)
    knife.lineTo(84.5, 92)
    knife.curveTo(97, 86, 99, 60, 96, 44)
    knife.close()
    canvas.setLineWidth(2)
    canvas.drawPath(knife, stroke=1, fill=1)


def _care(canvas: Canvas) -> None:
    canvas.setLineWidth(7.5)
    tubes = canvas.beginPath()  # two ear pieces, joined below in a bow
    tubes.moveTo(22, 91)
    tubes.lineTo(12, 91)
    tubes.lineTo(12, 66)
    _bow(tubes, 12, 66, 58, 66, 23)
    tubes.lineTo(58, 91)
    tubes.lineTo(48, 91)
    canvas.drawPath(tubes, stroke=1, fill=0)
    hose = canvas.beginPath()
    hose.moveTo(35, 43)
    hose.lineTo(35, 32)
    _bow(hose, 35, 32, 81, 32, 23)
    hose.lineTo(81, 46)
    canvas.drawPath(hose, stroke=1, fill=0)
    canvas.circle(81, 58, 11, stroke=1, fill=0)
    canvas.circle(81, 58, 3.5, stroke=0, fill=1)


def _bow(path: PDFPathObject, x1: float, y1: float, x2: float, y2: float, r: float) -> None:
    """A half circle hanging down from (x1, y1) to (x2, y2)."""
    middle, low = (x1 + x2) / 2, y1 - r
    path.curveTo(x1, y1 - r * _K, middle - r * _K, low, middle, low)
    path.curveTo(middle + r * _K, low, x2, y2 - r * _K, x2, y2)
