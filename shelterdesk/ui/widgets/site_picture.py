"""The site as a picture: blocks with their rooms and beds as boxes, drawn from the plan; one of them stood on.

Codes say where, never what for: what a quarter is for is written nowhere in it, a passer-by may see the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from shelterdesk.core.lodging import PlaceState
from shelterdesk.core.vocabulary import PlaceKind
from shelterdesk.ui.theme import Type, theme

BED, GAP, PAD = 12, 4, 8
"""Side of a bed, room between boxes, and room inside one, in pixels at 100 % text."""

BEDS_ACROSS = 6


@dataclass(frozen=True, slots=True)
class _Box:
    state: PlaceState
    at: QRect
    depth: int


class SitePicture(QWidget):
    """``show_site(tree)`` draws it, as high as its width needs; ``stand_on(code)`` marks a place.

    Closed places are crossed out, places that are blocked have a heavy edge. Signals: ``chosen(str)`` with the code
    of a place that was clicked.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._tree: tuple[PlaceState, ...] = ()
        self._boxes: list[_Box] = []
        self._code = ""
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme().changed.connect(self._again)

    def show_site(self, tree: Sequence[PlaceState]) -> None:
        """Draw another plan, or the same as it is now."""
        self._tree = tuple(tree)
        self._again()

    def stand_on(self, code: str) -> None:
        """Mark a place by its code; an empty one marks none."""
        self._code = code
        self.update()

    def place_of(self, code: str) -> QRect:
        """Where a place is drawn; empty for one that is not."""
        return next((box.at for box in self._boxes if box.state.place.code == code), QRect())

    def heightForWidth(self, width: int) -> int:
        return self._laid_out(width)[1]

    def sizeHint(self) -> QSize:
        return QSize(theme().px(320), self.heightForWidth(max(self.width(), theme().px(320))))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(180), self.heightForWidth(max(self.width(), theme().px(180))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._boxes = self._laid_out(self.width())[0]
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        hit = [box for box in self._boxes if box.at.contains(event.position().toPoint())]
        if hit:
            self.chosen.emit(max(hit, key=lambda box: box.depth).state.place.code)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for box in self._boxes:
            if box.at.intersects(event.rect()):
                self._paint(painter, box)
        painter.end()

    def _paint(self, painter: QPainter, box: _Box) -> None:
        t, c = theme(), theme().colours
        state, is_here = box.state, box.state.place.code == self._code
        fill = ("raised", "surface", "soft")[min(box.depth, 2)]
        edge, weight = ("accent", 2.2) if is_here else ("field_line", 1.0)
        if state.place.blocked_places and not is_here:
            edge, weight = "warn", 1.6
        painter.setPen(QPen(c.of(edge), weight * t.scale))
        painter.setBrush(c.of("soft" if is_here else fill))
        radius = t.px(2 if state.place.kind is PlaceKind.BED else 6)
        painter.drawRoundedRect(box.at, radius, radius)
        if not state.is_open:
            painter.setPen(QPen(c.of("secondary"), 1.0 * t.scale))
            painter.drawLine(box.at.topLeft(), box.at.bottomRight())
            painter.drawLine(box.at.bottomLeft(), box.at.topRight())
        if state.place.kind is PlaceKind.BED:
            return
        painter.setFont(t.font(Type.LABEL, strong=state.place.kind is PlaceKind.BLOCK))
        painter.setPen(c.of("text"))
        said = painter.fontMetrics().elidedText(
            self._label(state), Qt.TextElideMode.ElideRight, box.at.width() - 2 * t.px(PAD)
        )
        line = QRect(box.at.left() + t.px(PAD), box.at.top() + t.px(3), box.at.width(), self._line())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, said)

    @staticmethod
    def _label(state: PlaceState) -> str:
        """The code, and the places where no beds are drawn to be counted."""
        if state.children or not state.place.capacity:
            return state.place.code
        return f"{state.place.code} · {state.place.capacity}"

    @staticmethod
    def _line() -> int:
        return QFontMetrics(theme().font(Type.LABEL)).height() + theme().px(2)

    def _again(self) -> None:
        self._boxes = self._laid_out(self.width())[0]
        self.updateGeometry()
        self.update()

    def _laid_out(self, width: int) -> tuple[list[_Box], int]:
        """Every box for a width, what contains before what it contains, and the height of all."""
        boxes: list[_Box] = []
        height = self._row(self._tree, QPoint(0, 0), max(width, 1), 0, boxes)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            boxes = [
                _Box(box.state, box.at.translated(width - box.at.left() - box.at.right() - 1, 0), box.depth)
                for box in boxes
            ]
        return boxes, height

    def _row(
        self, states: Sequence[PlaceState], start: QPoint, width: int, depth: int, boxes: list[_Box]
    ) -> int:
        """Boxes beside each other, going on below where there is no room; the height they take."""
        gap, x, y, high = theme().px(GAP), 0, 0, 0
        for state in states:
            mine: list[_Box] = []
            size = self._box(state, QPoint(0, 0), width, depth, mine)
            if x and x + size.width() > width:
                x, y, high = 0, y + high + gap, 0
            boxes += [
                _Box(box.state, box.at.translated(start.x() + x, start.y() + y), box.depth) for box in mine
            ]
            x, high = x + size.width() + gap, max(high, size.height())
        return y + high

    def _box(self, state: PlaceState, start: QPoint, width: int, depth: int, boxes: list[_Box]) -> QSize:
        """A place with all it holds: a bed a small square, a room or block a frame with its code on top."""
        t = theme()
        if state.place.kind is PlaceKind.BED:
            size = QSize(t.px(BED), t.px(BED))
            boxes.append(_Box(state, QRect(start, size), depth))
            return size
        pad, line = t.px(PAD), self._line() + t.px(5)
        font = t.font(Type.LABEL, strong=state.place.kind is PlaceKind.BLOCK)
        wide = QFontMetrics(font).horizontalAdvance(self._label(state)) + 2 * pad
        inner: list[_Box] = []
        only_beds = bool(state.children) and all(one.place.kind is PlaceKind.BED for one in state.children)
        most = width - 2 * pad
        if only_beds:
            most = min(most, BEDS_ACROSS * (t.px(BED) + t.px(GAP)))
        high = self._row(state.children, QPoint(start.x() + pad, start.y() + line), most, depth + 1, inner)
        right = max((box.at.right() - start.x() + 1 + pad for box in inner), default=0)
        size = QSize(min(max(wide, right), width), line + high + (pad if inner else 0))
        boxes.append(_Box(state, QRect(start, size), depth))
        boxes += inner
        return size
