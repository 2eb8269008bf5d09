"""The family beside the answer: who of them may still receive it, ticked and served in one key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from shelterdesk.actions.served import AtCounter
from shelterdesk.core.people import isolated
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.screens.people_family import FamilyTicks, Ticked
from shelterdesk.ui.tables.people import no_name
from shelterdesk.ui.tables.served import answer_word
from shelterdesk.ui.widgets import ButtonRow, Card, SecondaryButton, words


class _Ticks(FamilyTicks):
    """Enter serves those ticked, Esc goes back to the scan."""

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class CounterFamily(Card):
    """Tick boxes for the family of who was scanned; those who have had it are told apart and cannot be ticked.

    Signals: ``asked(tuple[str, ...])`` with the ids of those to serve.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Family"), parent=parent)
        self.ticks = _Ticks()
        self.told = words("", "secondary", wrap=True)
        self.serve_button = SecondaryButton(tr("Give to those ticked"), "Return", icon="check")
        self.add(self.ticks)
        self.add(self.told)
        self.row = ButtonRow(self.serve_button)
        self.add(self.row)
        self.ticks.entered.connect(self.serve)
        self.ticks.changed.connect(self._count)
        self.serve_button.clicked.connect(self.serve)
        self.forget()

    def show_family(self, family: Sequence[AtCounter]) -> bool:
        """Show a family; True when somebody of it may still receive the service."""
        people = [Ticked(one.person, _words(one), _why_not(one)) for one in family]
        free = {one.person for one in family if not _why_not(one) and one.is_present}
        self.ticks.show_people(people if len(people) > 1 or free else [], free)
        self._count()
        return any(not one.why_not for one in people)

    def forget(self) -> None:
        """Nobody is before the counter."""
        self.ticks.show_people([], ())
        self._count()

    def take_focus(self) -> bool:
        """Go to the first box that can be ticked; False when there is none."""
        box = next((one for one in self.ticks.boxes() if one.isEnabled()), None)
        if box is not None:
            box.setFocus(Qt.FocusReason.TabFocusReason)
        return box is not None

    def serve(self) -> None:
        """Ask for the service for those ticked."""
        who = self.ticks.ticked()
        if who:
            self.asked.emit(who)

    def _count(self) -> None:
        boxes = self.ticks.boxes()
        n = len(self.ticks.ticked())
        usable = any(box.isEnabled() for box in boxes)
        self.row.setVisible(usable)
        self.serve_button.setEnabled(n > 0)
        if not boxes:
            self.told.setText(tr("The family of who is scanned stands here, for who fetches for others."))
        elif not usable:
            self.told.setText(tr("Everybody of the family has received it."))
        else:
            self.told.setText(ntr("{n} person ticked · Down goes there, Space ticks, Enter gives",
                                  "{n} people ticked · Down goes there, Space ticks, Enter gives", n))  # fmt: skip


def _words(one: AtCounter) -> str:
    said = f"{isolated(one.name or no_name())} · {one.age_text}"
    left = tr("noted as having left")
    return said if one.is_present else f"{said} · {left}"


def _why_not(one: AtCounter) -> str:
    if one.answer.answer.is_free:
        return ""
    before = one.answer.previous
    if before is not None:
        return tr("received {time}", time=before[1])
    return answer_word(one.answer).lower()
