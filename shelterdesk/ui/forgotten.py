"""The page behind "Passphrase forgotten?": the code of the recovery sheet and a new passphrase."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from shelterdesk.actions.log_in_rules import usual_length
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.words import tr
from shelterdesk.keys.keyfile import WrongRecoveryCode
from shelterdesk.keys.recovery import RecoveryTypo
from shelterdesk.ui.first_run_steps import Step
from shelterdesk.ui.passphrases import PassphraseLine, passphrase_mistake, strength_words
from shelterdesk.ui.widgets import FieldGrid, LabelledField, PrimaryButton, words


class ForgottenPage(Step):
    """Sheet, name, passphrase twice. Signals: ``asked(str, str, str)`` with code, name and passphrase."""

    name = "forgotten"
    asked = Signal(str, str, str)

    def __init__(self, practice: bool = False) -> None:
        super().__init__(tr("With the recovery sheet"), 720)
        least = usual_length(practice)
        self.code = LabelledField(
            tr("Code of the recovery sheet"),
            hint=tr("as printed, with or without hyphens"),
            check=lambda text: "" if text.strip() else tr("Type the code that is printed on the sheet."),
        )
        self.code.setProperty("not_kept", True)
        self.user = LabelledField(
            tr("Name you log in with"),
            check=lambda text: "" if text.strip() else tr("Type a name to log in with."),
        )
        self.first, self.second = PassphraseLine(), PassphraseLine()
        self.passphrase = LabelledField(
            tr("New passphrase"),
            self.first,
            hint=tr("three or four words"),
            check=lambda text: passphrase_mistake(text, least),
            reading=strength_words,
        )
        self.again = LabelledField(tr("Passphrase once more"), self.second, check=self._check_second)
        self.caps = words(tr("Capital letters are locked on the keyboard."), "warn", wrap=True)
        self.caps.hide()
        grid = FieldGrid()
        grid.add_row((self.code, 4))
        grid.add_row((self.user, 4))
        grid.add_row((self.passphrase, 2), (self.again, 2))
        self.card.add(
            words(
                tr(
                    "Whoever holds the sheet comes in as admin with a new passphrase. If the name was in use, its old"
                    " passphrase ends; what was entered stays. Others at the table need nothing."
                ),
                "secondary",
                wrap=True,
            )
        )
        self.card.add(grid)
        self.card.add(self.caps)
        self.add_buttons(PrimaryButton(tr("Open the desk")))
        for line in (self.first, self.second):
            line.caps_told.connect(self.caps.setVisible)
        if self.primary is not None:
            self.primary.clicked.connect(self._on_go_on)

    def refuse(self, error: WorldError) -> None:
        """Say beside its field what did not fit; everything typed stays."""
        self._busy(False)
        said = f"{error.sentence} {error.next_step}".strip()
        if isinstance(error, RecoveryTypo | WrongRecoveryCode):
            self.code.set_mistake(said)
            self.code.setFocus()
        elif isinstance(error, BadField):
            field = self.user if error.field == "name" else self.passphrase
            field.set_mistake(said)
            field.setFocus()
        else:
            self.say_problem(error)

    def first_focus(self) -> QWidget | None:
        return self.code.editor

    def _on_go_on(self) -> None:
        wrong = [f for f in (self.code, self.user, self.passphrase, self.again) if not f.check_now()]
        if wrong:
            wrong[0].setFocus()
            return
        self.say_problem(None)
        self._busy(True)
        self.asked.emit(self.code.text(), self.user.text().strip(), self.first.text())

    def _busy(self, busy: bool) -> None:
        if self.primary is not None:
            self.primary.setEnabled(not busy)

    def _check_second(self, text: str) -> str:
        return "" if text == self.first.text() else tr("The two passphrases are not the same.")
