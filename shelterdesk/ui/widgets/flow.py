"""A row that goes on in the next line when the window is narrow or the text large, so that nothing is cut.

A widget that places its children itself, not a layout: a ``QLayout`` written in Python keeps wrappers of layout
items that Qt makes and frees under it, and such a wrapper, gone invalid, has brought the program down.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QVBoxLayout, QWidget

from shelterdesk.ui.theme import theme

_Wanted = dict[int, tuple[QSize, QSize]]
"""Of the children that take room, by their place in the row: the size they would like, and the one they get."""

_CHILD_CHANGES = frozenset({QEvent.Type.ShowToParent, QEvent.Type.HideToParent, QEvent.Type.StyleChange})


class FlowLayout(QWidget):
    """Lays widgets out in reading order and wraps; what comes after :meth:`add_push` stands at the far end.

    ``across`` and ``down`` are the gaps in pixels at 100 % text. With a ``parent`` it fills that widget.
    """

    def __init__(self, across: int = 8, down: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._children: list[QWidget] = []
        self._across, self._down = across, down
        self._push: int | None = None
        self._beside: dict[QWidget, QWidget] = {}
        self._wanted: _Wanted | None = None  # by children; None until asked after the layout around was told
        self._was_told_other = False
        self._heights: dict[int, int] = {}  # by width; a page asks for the same ones again and again
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if parent is not None:
            column = QVBoxLayout(parent)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            column.addWidget(self)

    def add_push(self) -> None:
        """What is added from now on stands at the end of its line, away from the rest."""
        self._push = len(self._children)

    def addWidget(self, widget: QWidget) -> None:
        """Put a widget at the end."""
        self._take_in(len(self._children), widget)

    def add_beside(self, widget: QWidget) -> None:
        """Put a widget after the last one, to go into the next line and out of sight together with it."""
        partner = self._children[-1]
        self._beside[partner] = widget
        self.addWidget(widget)
        widget.setVisible(_takes_room(partner))

    def insert_widget(self, index: int, widget: QWidget) -> None:
        """Put a widget before the one at ``index``."""
        self._take_in(index, widget)
        if self._push is not None and index <= self._push:
            self._push += 1

    def take_all(self) -> list[QWidget]:
        """Let go of every child, hidden and without a parent's place; who asked for them deletes them."""
        taken, self._children, self._push = self._children, [], None
        self._beside = {}
        for child in taken:
            child.removeEventFilter(self)
            child.hide()
        self._place_again()
        return taken

    def _take_in(self, index: int, widget: QWidget) -> None:
        is_hidden = widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide) and widget.isHidden()
        widget.setParent(self)
        widget.installEventFilter(self)
        self._children.insert(index, widget)
        if not is_hidden:
            widget.show()
        self._place_again()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _CHILD_CHANGES and any(watched is child for child in self._children):
            if isinstance(watched, QWidget) and watched in self._beside:
                self._beside[watched].setVisible(not watched.isHidden())
            self._place_again()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """A child that wants another size asks its parent for a new layout."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._place_again()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(self._ask(), self.rect(), move=True)

    def showEvent(self, event: QShowEvent) -> None:
        """A child that grew while this was hidden told nobody: what stands around was laid out without that."""
        self._ask()
        if self._was_told_other:
            self._tell()
        self._place(self._ask(), self.rect(), move=True)
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (
            QEvent.Type.LayoutDirectionChange,
            QEvent.Type.FontChange,
            QEvent.Type.StyleChange,
        ):
            self._place_again()

    def setContentsMargins(self, *margins: int) -> None:  # type: ignore[override]  # only the form with four numbers
        super().setContentsMargins(*margins)
        self._place_again()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if not self.isVisible() or width not in self._heights:
            wanted = self._ask()
            if width not in self._heights:
                self._heights[width] = self._place(wanted, QRect(0, 0, width, 0), move=False)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        shown = [hint for hint, _ in self._ask().values()]
        gaps = theme().gap(self._across) * max(0, len(shown) - 1)
        width = sum(size.width() for size in shown) + gaps
        height = max((size.height() for size in shown), default=0)
        return self._with_margins(QSize(width, height))

    def minimumSizeHint(self) -> QSize:
        size = QSize(0, 0)
        for child in self._children:
            if _takes_room(child):
                size = size.expandedTo(_least(child))
        return self._with_margins(size)

    def _with_margins(self, size: QSize) -> QSize:
        m = self.contentsMargins()
        return size + QSize(m.left() + m.right(), m.top() + m.bottom())

    def _place_again(self) -> None:
        self._tell()
        if self.isVisible():  # while a page is being made it would be placed anew with every child
            self._place(self._ask(), self.rect(), move=True)

    def _tell(self) -> None:
        """What the layout around remembers of this does not hold any more."""
        self._heights.clear()
        self._wanted, self._was_told_other = None, False
        self.updateGeometry()

    def _ask(self) -> _Wanted:
        """Ask the children what they want; while they are hidden Qt passes nothing of it on by itself."""
        wanted: _Wanted = {}
        for index, child in enumerate(self._children):
            if _takes_room(child):
                hint = child.sizeHint()
                wanted[index] = (hint, hint.expandedTo(_least(child)))
        if wanted != self._wanted:
            self._was_told_other = self._was_told_other or self._wanted is not None
            self._wanted = wanted
            self._heights.clear()
        return wanted

    def _lines(self, wanted: _Wanted, width: int) -> list[list[int]]:
        gap, used = theme().gap(self._across), 0
        lines: list[list[int]] = [[]]
        for index, (
            _,
            given,
        ) in wanted.items():  # by the room they get: one wished narrower would end outside
            child, wide = self._children[index], given.width()
            if lines[-1] and used + gap + wide > width:
                before = self._children[lines[-1][-1]]
                wide_before = wanted[lines[-1][-1]][1].width()
                is_beside = self._beside.get(before) is child and wide_before + gap + wide <= width
                if is_beside and len(lines[-1]) > 1:  # what belongs together goes on together
                    lines.append([lines[-1].pop()])
                    used = wide_before
                else:
                    lines.append([])
                    used = 0
            used += wide + (gap if lines[-1] else 0)
            lines[-1].append(index)
        return lines

    def _place(self, wanted: _Wanted, rect: QRect, *, move: bool) -> int:
        m = self.contentsMargins()
        inner = rect.adjusted(m.left(), m.top(), -m.right(), -m.bottom())
        gap, top = theme().gap(self._across), inner.top()
        for number, line in enumerate(self._lines(wanted, inner.width())):
            if not line:
                continue
            top += theme().gap(self._down) if number else 0
            sizes = {i: wanted[i][1] for i in line}
            height = max(size.height() for size in sizes.values())
            spare = inner.width() - sum(s.width() for s in sizes.values()) - gap * (len(line) - 1)
            left = inner.left()
            for i in line:
                size = sizes[i]
                if self._push is not None and i >= self._push and spare > 0:
                    left, spare = left + spare, 0
                if move:
                    width = max(0, min(size.width(), inner.width()))
                    box = QRect(
                        QPoint(left, top + (height - size.height()) // 2), QSize(width, size.height())
                    )
                    self._children[i].setGeometry(QStyle.visualRect(self.layoutDirection(), rect, box))
                left += size.width() + gap
            top += height
        return top - inner.top() + m.top() + m.bottom()


def _takes_room(child: QWidget) -> bool:
    """Whether a child is to be placed: not hidden, and no label without words (a hint that says nothing now)."""
    return not child.isHidden() and not (
        isinstance(child, QLabel) and not child.text() and child.pixmap().isNull()
    )


def _least(child: QWidget) -> QSize:
    """The least size of a child: what it asks for, or what was set."""
    return child.minimumSizeHint().expandedTo(child.minimumSize()).boundedTo(child.maximumSize())
