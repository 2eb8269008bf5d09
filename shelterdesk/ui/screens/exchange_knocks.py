"""Laptops that ask to join at this table: six words each, compared by an admin before anything is given."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from shelterdesk.actions.admission import Admitted
from shelterdesk.actions.table_joining import Knocking
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import may_do
from shelterdesk.core.words import tr
from shelterdesk.ui.screens.exchange_letter import SixWords
from shelterdesk.ui.table_keeper import TableKeeper
from shelterdesk.ui.widgets import ButtonRow, PrimaryButton, SecondaryButton, TickBox, Tone, rule, words
from shelterdesk.ui.worker import DeskWorker


class Knocks(QWidget):
    """The first laptop that waits, so that one is looked at after the other. Signals: ``said`` as of a section."""

    said = Signal(str, object, object)

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._worker = worker
        self._keeper: TableKeeper | None = None
        self._knocking: tuple[Knocking, ...] = ()
        self._looked_at: bytes | None = None
        self.introduced = words("", "strong", wrap=True)
        self.six = SixWords()
        self.same = TickBox(tr("The other laptop shows the same six words"))
        self.same.setProperty("not_kept", True)
        self.admit_button = PrimaryButton(tr("Admit this desk"))
        self.refuse_button = SecondaryButton(tr("Do not admit"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.buttons = ButtonRow(self.admit_button, self.refuse_button)
        for part in (rule(), self.introduced, self.six, self.same, self.buttons):
            column.addWidget(part)
        self.same.toggled.connect(self.admit_button.setEnabled)
        self.admit_button.clicked.connect(self._on_admit)
        self.refuse_button.clicked.connect(self._on_refuse)
        self.hide()

    def show_knocking(self, keeper: TableKeeper | None, knocking: Sequence[Knocking]) -> None:
        """Show who waits; a tick once set stays with the laptop it was set for."""
        self._keeper, self._knocking = keeper, tuple(knocking)
        first = self._knocking[0] if self._knocking else None
        self.setVisible(first is not None)
        if first is None or first.public == self._looked_at:
            if first is None:
                self._looked_at = None
            return
        self._looked_at = first.public
        desk = self._worker.desk
        may = desk is not None and may_do(desk.user.roles, "admit a desk")
        self.introduced.setText(
            tr("A new laptop asks to join this station. These are its words:")
            if may
            else tr(
                "A new laptop asks to join this station. An admin has to log in here and compare its words."
            )
        )
        self.six.show_words(first.words if may else ())
        self.same.setChecked(False)
        self.admit_button.setEnabled(False)
        for part in (self.same, self.buttons):
            part.setVisible(may)

    def asks(self) -> bool:
        """Whether a laptop waits for who is logged in."""
        return not self.isHidden() and not self.same.isHidden()

    def _on_admit(self) -> None:
        if self._keeper is not None and self._looked_at is not None:
            self.admit_button.setEnabled(False)
            self._keeper.admit(self._looked_at, self._on_admitted, self._on_failed)

    def _on_admitted(self, admitted: Admitted) -> None:
        self.said.emit(
            tr("Desk {desk} is admitted; it takes in what this station knows.", desk=admitted.desk),
            Tone.OK,
            None,
        )

    def _on_failed(self, error: WorldError) -> None:
        self.admit_button.setEnabled(self.same.isChecked())
        self.said.emit(f"{error.sentence} {error.next_step}".strip(), Tone.BAD, None)

    def _on_refuse(self) -> None:
        if self._keeper is not None and self._looked_at is not None:
            self._keeper.turn_away(self._looked_at)
            self.said.emit(
                tr("The laptop was turned away, and is told so; it can ask again with the code."),
                Tone.NEUTRAL,
                None,
            )
