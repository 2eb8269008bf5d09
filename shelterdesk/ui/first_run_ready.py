"""Once a station stands: its recovery sheet, and a second person who may do everything, so that nobody is alone."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from shelterdesk.actions.log_in_rules import usual_length
from shelterdesk.core.errors import BadField, Refused, WorldError
from shelterdesk.core.vocabulary import Role
from shelterdesk.core.words import tr
from shelterdesk.ui.dialogs.recovery_card import RecoveryCard
from shelterdesk.ui.first_run_steps import Step
from shelterdesk.ui.passphrases import PassphraseLine, passphrase_mistake, strength_words
from shelterdesk.ui.widgets import (
    ButtonRow,
    FieldGrid,
    LabelledField,
    PrimaryButton,
    SecondaryButton,
    words,
)
from shelterdesk.ui.worker import DeskWorker

SECOND_ROLES = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.OPERATOR})
"""What a second person may do: as the first."""


class SheetStep(Step):
    """The recovery sheet: saved, printed, and one group of its code typed back. Signals: ``went_on(bool)``."""

    name = "sheet"
    went_on = Signal(bool)

    def __init__(self, worker: DeskWorker, code: str) -> None:
        super().__init__(tr("The recovery sheet"), 760, place=3)
        self.sheet = RecoveryCard(worker, code)
        self.card.add(self.sheet)
        self.primary = self.sheet.confirm
        self.later = SecondaryButton(tr("I will do it later"), "Alt+L")
        self.card.add(ButtonRow(self.sheet.confirm, self.later))
        self.sheet.put_away.connect(lambda: self.went_on.emit(True))
        self.later.clicked.connect(lambda: self.went_on.emit(False))

    def step_out(self) -> bool:
        return False


class SecondStep(Step):
    """Name and passphrase of the second person, typed by them. Signals: ``went_on()``; ``passed_over()``."""

    name = "second"
    went_on = Signal()
    passed_over = Signal()

    def __init__(self) -> None:
        super().__init__(tr("A second person"), place=4)
        least = usual_length(False)
        self.card.add(
            words(
                tr(
                    "Whoever forgets a passphrase, or is away, is helped by the other: let a second person choose a "
                    "name and a passphrase here, who may do everything too. Hand the keyboard over and look away."
                ),
                wrap=True,
            )
        )
        self.user = LabelledField(
            tr("Name they log in with"),
            check=lambda text: "" if text.strip() else tr("Type a name to log in with."),
        )
        self.first, self.second = PassphraseLine(), PassphraseLine()
        self.passphrase = LabelledField(
            tr("Passphrase"),
            self.first,
            hint=tr("three or four words"),
            check=lambda text: passphrase_mistake(text, least),
            reading=strength_words,
        )
        self.again = LabelledField(tr("Passphrase once more"), self.second, check=self._check_second)
        self.caps = words(tr("Capital letters are locked on the keyboard."), "warn", wrap=True)
        self.caps.hide()
        grid = FieldGrid()
        grid.add_row((self.user, 4))
        grid.add_row((self.passphrase, 2), (self.again, 2))
        self.primary = PrimaryButton(tr("Let this person log in"))
        self.later = SecondaryButton(tr("Later, to the reception"), "Alt+L")
        for part in (grid, self.caps, self.problem, ButtonRow(self.primary, self.later)):
            self.card.add(part)
        self.card.add(
            words(
                tr(
                    "Everybody else is added in the settings, under “People who log in”; the beds under “Site plan”. "
                    "Cards and sheets go to the printer of this laptop, or become PDF files where there is none."
                ),
                "secondary",
                wrap=True,
            )
        )
        for line in (self.first, self.second):
            line.caps_told.connect(self.caps.setVisible)
        self.primary.clicked.connect(self._on_go_on)
        self.later.clicked.connect(self.passed_over)

    def step_out(self) -> bool:
        return False

    def first_focus(self) -> QWidget | None:
        return self.user.editor

    def refuse(self, error: WorldError) -> None:
        """Say what did not fit; everything typed stays."""
        if self.primary is not None:
            self.primary.setEnabled(True)
        said = f"{error.sentence} {error.next_step}".strip()
        if isinstance(error, BadField) and error.field == "passphrase":
            self.passphrase.set_mistake(said)
            self.passphrase.setFocus()
        elif isinstance(error, Refused):
            self.user.set_mistake(said)
            self.user.setFocus()
        else:
            self.say_problem(error)

    def _on_go_on(self) -> None:
        wrong = [field for field in (self.user, self.passphrase, self.again) if not field.check_now()]
        if wrong:
            wrong[0].setFocus()
            return
        self.say_problem(None)
        if self.primary is not None:
            self.primary.setEnabled(False)
        self.went_on.emit()

    def _check_second(self, text: str) -> str:
        return "" if text == self.first.text() else tr("The two passphrases are not the same.")
