"""Somebody leaves the station or their bed: who, why, and a note; the gate's record goes with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.lodging import StayEnded, end_stay
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.lodging import EndReason
from shelterdesk.core.words import tr
from shelterdesk.ui.screens.people_family import FamilyTicks, Ticked
from shelterdesk.ui.screens.people_words import end_words
from shelterdesk.ui.widgets import (
    ButtonRow,
    Card,
    FieldGrid,
    LabelledField,
    PickField,
    PrimaryButton,
    SecondaryButton,
    words,
)
from shelterdesk.ui.worker import DeskWorker

_OFFERED = (
    EndReason.LEFT_BUS, EndReason.LEFT_OTHER, EndReason.LEFT_WITHOUT_NOTICE, EndReason.TO_OTHER_STATION,
    EndReason.HOSPITAL, EndReason.DIED, EndReason.MISTAKE, EndReason.OTHER,
)  # fmt: skip


class LeaveStation(Card):
    """Ends the stay of everybody ticked for one reason, in one event.

    An answer may come when somebody else stands in the form: it is held against the turn it was asked in.
    Signals: ``ended(StayEnded)``, ``failed(WorldError)``, ``left()`` when stepped out of.
    """

    ended = Signal(object)
    failed = Signal(object)
    left = Signal()

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(tr("Left the station, or their bed"), parent=parent)
        self._worker = worker
        self._is_writing = False
        self._turn, self._is_at_work = 0, False
        self.people = FamilyTicks()
        self.reason = PickField([(one.value, self._offer(one)) for one in _OFFERED])
        self.reason_field = LabelledField(tr("Why"), self.reason, hint=tr("up and down change it"))
        self.note = QLineEdit()
        self.note_field = LabelledField(tr("Note"), self.note, hint=tr("may stay empty"))
        self.told = words("", "secondary", wrap=True)
        grid = FieldGrid()
        grid.add_row((self.reason_field, 2), (self.note_field, 2))
        self.end_button = PrimaryButton(tr("Note that they left"), icon="check")
        self.leave_button = SecondaryButton(tr("Back"), "Esc")
        for thing in (self.people, grid, self.told):
            self.add(thing)
        self.add_stretch()
        self.add(ButtonRow(self.end_button, self.leave_button))
        self.end_button.clicked.connect(self.end)
        self.leave_button.clicked.connect(self.left)
        self.people.changed.connect(self._look)
        self.reason.currentIndexChanged.connect(self._look)

    def start(self, people: Sequence[Ticked], ticked: Collection[str]) -> None:
        """Begin for these people."""
        self._turn, self._is_at_work = self._turn + 1, True
        self.note.clear()
        self.reason_field.set_mistake("")
        self.people.show_people(people, ticked)

    def first_focus(self) -> QWidget:
        """Where typing begins: the reason."""
        return self.reason

    def is_at_work(self) -> bool:
        """Whether somebody stands in the form for whom nothing came back yet: it may have been begun anew since."""
        return self._is_at_work

    def end(self) -> None:
        """Do it for everybody ticked."""
        who = self.people.ticked()
        if not who or self._is_writing:
            return
        self._is_writing = True
        self._look()
        self._worker.write(
            end_stay, list(who), self.reason.value(), note=self.note.text().strip() or None,
            done=partial(self._on_ended, self._turn), failed=partial(self._on_failed, self._turn),
        )  # fmt: skip

    def _on_ended(self, turn: int, done: StayEnded) -> None:
        self._is_writing = False
        self._look()
        self._is_at_work = turn != self._turn
        self.ended.emit(done)

    def _on_failed(self, turn: int, error: WorldError) -> None:
        self._is_writing = False
        self._look()
        if turn == self._turn and isinstance(error, BadField):
            self.reason_field.set_mistake(f"{error.sentence} {error.next_step}".strip())
            if self.isVisible():
                return
        self.failed.emit(error)

    def _look(self) -> None:
        self.end_button.setEnabled(bool(self.people.ticked()) and not self._is_writing)
        why = self.reason.value()
        if why == EndReason.HOSPITAL:
            self.told.setText(tr("They still count as people of this station; their bed becomes free."))
        elif why == EndReason.MISTAKE:
            self.told.setText(
                tr("The bed is taken back as if it had never been given; they stay in the house.")
            )
        elif why == EndReason.OTHER:
            self.told.setText(tr("Only the bed becomes free; they stay in the house."))
        else:
            self.told.setText(tr("Their bed becomes free and they no longer count as present."))

    @staticmethod
    def _offer(reason: EndReason) -> str:
        said = end_words(reason.value)
        return said[:1].upper() + said[1:]
