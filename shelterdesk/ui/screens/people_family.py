"""Members of a family to tick: who is meant by what is about to be done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import TickBox


@dataclass(frozen=True, slots=True)
class Ticked:
    """Somebody to tick: id (32 hex digits), words, and why the box cannot be ticked (empty when it can)."""

    ent: str
    words: str
    why_not: str = ""


class FamilyTicks(QWidget):
    """A tick box for each; Space ticks, Up and Down go from one to the next.

    Signals: ``changed()`` whenever somebody is ticked or not any more.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._boxes: list[tuple[str, TickBox]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme().px(2))

    def show_people(self, people: Sequence[Ticked], ticked: Collection[str]) -> None:
        """Show these people, with the boxes of ``ticked`` ticked."""
        for _, box in self._boxes:
            self._column.removeWidget(box)
            box.hide()
            box.deleteLater()
        self._boxes = []
        for one in people:
            box = TickBox(f"{one.words} · {one.why_not}" if one.why_not else one.words)
            box.setChecked(one.ent in ticked and not one.why_not)
            box.setEnabled(not one.why_not)
            box.toggled.connect(self.changed)
            self._column.addWidget(box)
            self._boxes.append((one.ent, box))
        self.setVisible(bool(people))
        self.changed.emit()

    def ticked(self) -> tuple[str, ...]:
        """The ids of those ticked, in the order shown."""
        return tuple(ent for ent, box in self._boxes if box.isChecked())

    def boxes(self) -> list[TickBox]:
        """The boxes, in the order shown."""
        return [box for _, box in self._boxes]

    def tick(self, ent: str, ticked: bool) -> None:
        """Tick somebody or not; somebody not shown changes nothing."""
        for known, box in self._boxes:
            if known == ent and box.isEnabled():
                box.setChecked(ticked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        step = steps.get(Qt.Key(event.key()), 0)
        usable = [box for box in self.boxes() if box.isEnabled()]
        at = next((i for i, box in enumerate(usable) if box.hasFocus()), None)
        if step and at is not None and 0 <= at + step < len(usable):
            usable[at + step].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)
