"""The first start from a backup: its folder, and a name and passphrase of its day, or the recovery sheet."""

from __future__ import annotations

from PySide6.QtCore import Signal

from shelterdesk.core.words import tr
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.first_run_steps import Step, needed
from shelterdesk.ui.log_in import FORGOTTEN_KEY
from shelterdesk.ui.passphrases import PassphraseLine
from shelterdesk.ui.widgets import FieldGrid, LabelledField, PrimaryButton, SecondaryButton, words


class RestoreStep(Step):
    """A backup put back into this folder. Signals: ``went_on()``, ``sheet_wanted()`` for who has no passphrase of it."""

    name = "restore"
    went_on = Signal()
    sheet_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Restore from a backup"), 720)
        self.source = PathField(tr("Folder of the backup"), PathKind.FOLDER, hint=tr("shelterdesk-backup-…"))
        self.user = LabelledField(tr("Name"), check=needed(tr("Type the name you log in with.")))
        self.line = PassphraseLine()
        self.passphrase = LabelledField(
            tr("Passphrase"), self.line, check=needed(tr("Type your passphrase."))
        )
        grid = FieldGrid()
        grid.add_row((self.user, 2), (self.passphrase, 2))
        self.card.add(self.source)
        self.card.add(grid)
        self.card.add(
            words(
                tr(
                    "Names and passphrases are those of the day of the backup. The backup itself stays as it is."
                ),
                "secondary",
                wrap=True,
            )
        )
        self.sheet = SecondaryButton(tr("With the recovery sheet…"), FORGOTTEN_KEY)
        self.sheet.clicked.connect(self._on_sheet)
        self.add_buttons(PrimaryButton(tr("Restore")), self.sheet)
        if self.primary is not None:
            self.primary.clicked.connect(self._on_go_on)

    def _has_source(self) -> bool:
        is_folder = self.source.is_folder()
        self.source.set_mistake("" if is_folder else tr("Choose the folder of a backup."))
        if not is_folder:
            self.source.setFocus()
        return is_folder

    def _on_sheet(self) -> None:
        if self._has_source():
            self.say_problem(None)
            self.sheet_wanted.emit()

    def _on_go_on(self) -> None:
        wrong = [field for field in (self.user, self.passphrase) if not field.check_now()]
        if not self._has_source():
            return
        if wrong:
            wrong[0].setFocus()
        else:
            self.went_on.emit()
