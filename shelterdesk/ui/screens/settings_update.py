"""Settings: the program itself: an update from a stick, looked at and applied after a backup, and the way back."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from shelterdesk import __version__
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.update_files import Offered, look_at
from shelterdesk.actions.update_words import offered_words, updated_words, went_back_words
from shelterdesk.actions.updates import Updated, WentBack, can_go_back, go_back, lay_beside, use_from_now_on
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import tr
from shelterdesk.ui.backing_up import Asked, BesideDesk, Progress
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.screens.settings_section import Facts, Section
from shelterdesk.ui.widgets import ButtonRow, PrimaryButton, SecondaryButton, Tone, words
from shelterdesk.ui.widgets.beside import Beside
from shelterdesk.ui.worker import DeskWorker


class UpdateSection(Section):
    """The file, what it says of itself once its signature was found good, *Update*; below, the version before.

    All of it is done beside the desk: a stick that is slow or stuck holds up no list and no save.
    """

    name = "update"
    roles = DOES["update the program"]

    @staticmethod
    def heading() -> str:
        return tr("Updates")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._offered: Offered | None = None
        self._looking = Beside(self, "update")
        self._files: BesideDesk[Offered] = BesideDesk(self, worker, "update files")
        self._backup: BesideDesk[Updated] = BesideDesk(self, worker, "update backup")
        self.facts = Facts()
        self.told = words(
            tr(
                "An update comes on a stick, as one file, signed. A backup is made first; the new version is used from "
                "the next start on, and one that does not start twice is left again by itself."
            ),
            "secondary",
            wrap=True,
        )
        self.file = PathField(tr("File of the update"), PathKind.OLD_FILE, files=tr("Updates (*.update)"))
        self.outcome = words("", "body", wrap=True)
        self.look = SecondaryButton(tr("Look at it"), "Ctrl+O")
        self.apply_it = PrimaryButton(tr("Back up and update"))
        self.apply_it.setEnabled(False)
        self.primary = self.apply_it
        self.back = SecondaryButton(tr("Use the version before again"), "Ctrl+Shift+B")
        self.add(self.facts)
        self.add(self.told)
        self.add(self.file)
        self.add(ButtonRow(self.look))
        self.add(self.outcome)
        self.add_stretch()
        self.add(ButtonRow(self.apply_it, self.back))
        self.look.clicked.connect(self.on_look)
        self.apply_it.clicked.connect(self._on_apply)
        self.back.clicked.connect(self._on_back)
        self.file.chosen.connect(lambda _: self.on_look())
        self.file.field.changed.connect(lambda _: self._forget())

    def help_text(self) -> str:
        return tr(
            "Choose the file that ends in .update on the stick: who signed it is looked at first, and what it is stands "
            "here. Ctrl+Enter makes a backup and lays the new version beside this one; close the program and open it "
            "again to use it. If something is wrong with it, use the version before again: what was entered stays."
        )

    def refresh(self, changes: Changes | None) -> None:
        self.facts.show_fact(tr("Running now"), tr("version {version}", version=__version__))
        self.back.setEnabled(can_go_back())

    def on_look(self) -> None:
        """Say what the file is; nothing of it is used yet."""
        path = self.file.path()
        if path is None:
            self.file.set_mistake(tr("Choose the file of the update."))
            self.file.setFocus()
            return
        if not self._is_busy():
            self._looking.do(lambda: look_at(path), done=self._show, failed=self._on_refused)

    def _is_busy(self) -> bool:
        return self._looking.is_busy or self._files.is_busy or self._backup.is_busy

    def _show(self, offered: Offered) -> None:
        if offered.path != self.file.path():  # another one was chosen meanwhile
            self.on_look()
            return
        self.file.set_mistake("")
        self._offered = offered
        self.outcome.setText(offered_words(offered))
        self.apply_it.setEnabled(True)
        self.apply_it.setFocus()

    def _forget(self) -> None:
        self._offered = None
        self.outcome.setText("")
        self.apply_it.setEnabled(False)

    def _on_apply(self) -> None:
        if self._offered is None:
            return
        self.apply_it.setEnabled(False)
        offered = self._offered

        def work(_: Desk, progress: Progress, cancelled: Asked) -> Offered:
            return lay_beside(offered, progress, cancelled)

        self._files.do(tr("Laying down the new version"), work, self._on_laid, self._on_refused)

    def _on_laid(self, offered: Offered) -> None:
        def work(desk: Desk, progress: Progress, cancelled: Asked) -> Updated:
            return use_from_now_on(desk, offered, progress, cancelled).result

        if not self._backup.do(tr("Making a backup"), work, self._on_applied, self._on_refused):
            self._forget()  # logged out meanwhile: the files lie there, and nothing uses them

    def _on_applied(self, done: Updated) -> None:
        self._forget()
        self.refresh(None)
        self.outcome.setText(updated_words(done))
        self.say(updated_words(done))

    def _on_back(self) -> None:
        self.back.setEnabled(False)
        self._looking.do(go_back, done=self._on_gone_back, failed=self._on_not_back)

    def _on_not_back(self, error: WorldError) -> None:
        self.refresh(None)
        self.say_error(error)

    def _on_gone_back(self, done: WentBack) -> None:
        self.refresh(None)
        self.outcome.setText(went_back_words(done))
        self.say(went_back_words(done), Tone.WARN)

    def _on_refused(self, error: WorldError) -> None:
        self._forget()
        if not self.isVisible():  # somebody went on to another part: it is told where they are
            self.say_error(error)
            return
        self.file.set_mistake(f"{error.sentence} {error.next_step}".strip())
        self.file.setFocus()
