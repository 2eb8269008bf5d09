"""Settings: a backup now, read back before it is called one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from shelterdesk.actions.backups import BackupMade, make_backup
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import tr
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.preferences import changed, read_preferences
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import ButtonRow, PrimaryButton, words
from shelterdesk.ui.worker import DeskWorker, Task


class BackupSection(Section):
    """Where to, and the button. Signals: ``wanted(Preferences)`` with the folder used last."""

    name = "backup"
    roles = DOES["make a backup"]
    wanted = Signal(object)

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, tr("Backup"), parent)
        self.target = PathField(
            tr("Folder for the backup"), PathKind.FOLDER, hint=tr("a stick, not this disk")
        )
        self.target.set_path(read_preferences(worker.folder).backup_folder)
        self.result = words("", "ok", wrap=True)
        self.result.hide()
        self.make = PrimaryButton(tr("Make a backup now"))
        self.primary = self.make
        self.add(
            words(
                tr(
                    "A backup is encrypted and opens with the same names and passphrases, or with the recovery "
                    "sheet. Nobody's name stands in the name of a file."
                ),
                "body",
                wrap=True,
            )
        )
        self.add(self.target)
        self.add(self.result)
        self.add_stretch()
        self.add(ButtonRow(self.make))
        self.make.clicked.connect(self._on_make)

    def _on_make(self) -> None:
        path = self.target.path()
        if path is None or not self.target.is_folder():
            self.target.set_mistake(
                tr("Choose a folder that is there: plug the stick in, then press Choose.")
            )
            self.target.setFocus()
            return
        self.target.set_mistake("")
        self.result.hide()
        self.make.setEnabled(False)
        work = LongWork(self, Task(tr("Making a backup")))
        self.worker.write(
            make_backup,
            path,
            work.task.progress,
            done=work.ended(lambda made: self._on_made(path, made)),
            failed=work.ended(self._on_failed),
        )

    def _on_made(self, path: Path, made: BackupMade) -> None:
        self.make.setEnabled(True)
        size = f"{made.size / 1_000_000:.1f}"
        self.result.setText(
            tr("Made and read back: {name}, {size} MB.", name=made.folder.name, size=size)
            + " "
            + tr("Take the stick out and keep it apart from the laptop.")
        )
        self.result.show()
        self.wanted.emit(changed(read_preferences(self.worker.folder), backup_folder=str(path)))

    def _on_failed(self, error: WorldError) -> None:
        self.make.setEnabled(True)
        self.target.set_mistake(f"{error.sentence} {error.next_step}".strip())
