"""Members of a family to tick: who is meant by what is about to be done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.registration import local_day
from shelterdesk.core.people import isolated
from shelterdesk.db.households import households_of, members
from shelterdesk.db.people import PersonLine, lines_of
from shelterdesk.db.store import Reader
from shelterdesk.ui.tables.people import no_name
from shelterdesk.ui.widgets import FlowLayout, TickBox


@dataclass(frozen=True, slots=True)
class Ticked:
    """Somebody to tick: id (32 hex digits), words, and why the box cannot be ticked (empty when it can)."""

    ent: str
    words: str
    why_not: str = ""


def family_lines(desk: Desk, reader: Reader, persons: Sequence[str]) -> list[PersonLine]:
    """These people (ids) and everybody of their families, the ones named first. Raises ``NotAllowed``."""
    desk.must("find people")
    ents = dict.fromkeys(bytes.fromhex(one) for one in persons)
    for person in list(ents):
        for household in households_of(reader.conn, person)[:1]:
            ents.update(dict.fromkeys(bytes.fromhex(one.ent) for one in members(reader.conn, household)))
    return lines_of(reader.conn, list(ents), local_day(desk))


def line_words(line: PersonLine) -> str:
    """Somebody in a line to tick: name, number, and where they sleep now."""
    return " · ".join(
        part for part in (isolated(line.name or no_name()), line.number, line.place or "") if part
    )


class FamilyTicks(QWidget):
    """A tick box for each; Space ticks, Up and Down go from one to the next.

    Boxes are kept and filled anew, never thrown away. Signals: ``changed()`` whenever somebody is ticked or
    not any more.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._every: list[TickBox] = []
        self._ents: list[str] = []
        self._filling = False
        self._flow = FlowLayout(16, 0, self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._add_box()  # the others follow it in the order of typing, whenever they are needed

    def show_people(self, people: Sequence[Ticked], ticked: Collection[str]) -> None:
        """Show these people, with the boxes of ``ticked`` ticked."""
        while len(self._every) < len(people):
            self._add_box()
        self._filling = True
        self._ents = [one.ent for one in people]
        for box, one in zip(self._every, people, strict=False):
            said = f"{one.words} · {one.why_not}" if one.why_not else one.words
            box.setText(said.replace("&", "&&"))
            box.setAccessibleName(said)
            box.setEnabled(not one.why_not)
            box.setChecked(one.ent in ticked and not one.why_not)
            box.updateGeometry()
        for at, box in enumerate(self._every):
            box.setVisible(at < len(people))
        self._filling = False
        self.updateGeometry()
        self.setVisible(bool(people))
        self.changed.emit()

    def ticked(self) -> tuple[str, ...]:
        """The ids of those ticked, in the order shown."""
        return tuple(ent for ent, box in zip(self._ents, self._every, strict=False) if box.isChecked())

    def boxes(self) -> list[TickBox]:
        """The boxes, in the order shown."""
        return self._every[: len(self._ents)]

    def _add_box(self) -> None:
        box = TickBox("")
        box.toggled.connect(self._on_toggled)
        self._flow.addWidget(box)
        box.hide()
        if self._every:
            QWidget.setTabOrder(self._every[-1], box)
        self._every.append(box)

    def _on_toggled(self) -> None:
        if not self._filling:
            self.changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        step = steps.get(Qt.Key(event.key()), 0)
        usable = [box for box in self.boxes() if box.isEnabled()]
        at = next((i for i, box in enumerate(usable) if box.hasFocus()), None)
        if step and at is not None and 0 <= at + step < len(usable):
            usable[at + step].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)
