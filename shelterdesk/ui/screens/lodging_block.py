"""Holding places back, closing a place and opening it again: with a reason, for those who look after the site."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.places import PlaceChanged, block_places, close_place, open_place
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.lodging import PlaceState
from shelterdesk.core.words import tr
from shelterdesk.ui.tables.places import state_words
from shelterdesk.ui.widgets import (
    ButtonRow,
    Card,
    FieldGrid,
    LabelledField,
    PrimaryButton,
    SecondaryButton,
    words,
)
from shelterdesk.ui.worker import DeskWorker


class BlockPlace(Card):
    """Blocks so many places of the place stood on, or closes or opens all of it.

    An answer may come when another place stands in the form: it is held against the turn it was asked in.
    Signals: ``changed_place(PlaceChanged)``, ``failed(WorldError)``, ``left()`` when stepped out of.
    """

    changed_place = Signal(object)
    failed = Signal(object)
    left = Signal()

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(" ", parent=parent)
        self._worker = worker
        self._state: PlaceState | None = None
        self._is_writing = False
        self._turn, self._is_at_work = 0, False
        self.told = words("", "secondary", wrap=True)
        self.number = QLineEdit()
        self.number_field = LabelledField(tr("Blocked places"), self.number, hint=tr("0 frees them"))
        self.reason = QLineEdit()
        self.reason_field = LabelledField(tr("Reason"), self.reason, hint=tr("for example: wet"))
        grid = FieldGrid()
        grid.add_row((self.number_field, 1), (self.reason_field, 3))
        self.block_button = PrimaryButton(tr("Block places"))
        self.close_button = SecondaryButton(tr("Close the place"), "Ctrl+K")
        self.leave_button = SecondaryButton(tr("Back"), "Esc")
        self.add(self.told)
        self.add(grid)
        self.add_stretch()
        self.add(ButtonRow(self.block_button, self.close_button, self.leave_button))
        self.block_button.clicked.connect(self.block)
        self.close_button.clicked.connect(self.close_or_open)
        self.leave_button.clicked.connect(self.left)

    def start(self, state: PlaceState) -> None:
        """Begin for a place."""
        self._turn, self._is_at_work = self._turn + 1, True
        self._state = state
        self.set_title(tr("Block or close {place}", place=state.place.code))
        self.told.setText(state_words(state))
        self.number.setText(str(state.place.blocked_places))
        self.number.selectAll()
        self.reason.setText(state.place.blocked_reason or "")
        self.close_button.set_words(
            tr("Open the place again") if state.place.closed else tr("Close the place")
        )
        for field in (self.number_field, self.reason_field):
            field.set_mistake("")

    def first_focus(self) -> QWidget:
        """Where typing begins: how many."""
        return self.number

    def is_at_work(self) -> bool:
        """Whether a place stands in the form for which nothing came back yet: it may have been begun anew since."""
        return self._is_at_work

    def block(self) -> None:
        """Hold as many places back as typed."""
        if self._state is None or self._is_writing:
            return
        typed = self.number.text().strip()
        if not (typed.isascii() and typed.isdigit()):
            self.number_field.set_mistake(tr("Type a number, 0 for none."))
            self.number.setFocus()
            return
        self._is_writing = True
        self._worker.write(
            block_places, self._state.place.code, int(typed), self.reason.text().strip(),
            done=partial(self._on_done, self._turn), failed=partial(self._on_failed, self._turn),
        )  # fmt: skip

    def close_or_open(self) -> None:
        """Close the place, or open it when it is closed."""
        if self._state is None or self._is_writing:
            return
        self._is_writing = True
        code = self._state.place.code
        done, failed = partial(self._on_done, self._turn), partial(self._on_failed, self._turn)
        if self._state.place.closed:
            self._worker.write(open_place, code, done=done, failed=failed)
        else:
            self._worker.write(close_place, code, self.reason.text().strip(), done=done, failed=failed)

    def _on_done(self, turn: int, done: PlaceChanged) -> None:
        self._is_writing = False
        self._is_at_work = turn != self._turn
        self.changed_place.emit(done)

    def _on_failed(self, turn: int, error: WorldError) -> None:
        self._is_writing = False
        if turn != self._turn or not self.isVisible():
            self.failed.emit(error)
            return
        said = f"{error.sentence} {error.next_step}".strip()
        said = said[:1].upper() + said[1:]
        if isinstance(error, BadField) and error.field == "blocked_places":
            self.number_field.set_mistake(said)
            self.number.setFocus()
        elif isinstance(error, BadField):
            self.reason_field.set_mistake(said)
            self.reason.setFocus()
        else:
            self.failed.emit(error)
