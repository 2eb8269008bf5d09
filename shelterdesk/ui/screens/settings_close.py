"""Settings: closing a station for good, step by step, and the keys destroyed at once when a laptop is about to be taken."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.closing import (
    Closed,
    ClosingState,
    close_station,
    closed_words,
    closing_state,
    why_not_yet,
    wipe,
)
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import BadField, WorldError, WrongPassphrase
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.passphrases import PassphraseLine
from shelterdesk.ui.preferences import read_preferences
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import (
    ButtonRow,
    FieldGrid,
    LabelledField,
    PrimaryButton,
    SecondaryButton,
    TickBox,
    Tone,
    words,
)
from shelterdesk.ui.worker import DeskWorker, Task


class CloseSection(Section):
    """What stands in the way, the last backup, the code typed and a tick; then the keys go.

    The second button destroys the keys at once; it asks for the same two confirmations and for nothing else.
    """

    name = "close"
    station_only = True
    roles = DOES["close the station"]
    kinds = frozenset({"status", "roster", "foreign", "access"})

    @staticmethod
    def heading() -> str:
        return tr("Close the station")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.state: ClosingState | None = None
        self.closed: Closed | None = None
        self.standing = Lines(tr("How this desk stands"))
        self.target = PathField(
            tr("Folder for the last backup"), PathKind.FOLDER, hint=tr("a stick, not this disk")
        )
        self.target.set_path(read_preferences(worker.folder).backup_folder)
        self.passphrase = PassphraseLine()
        self.passphrase_field = LabelledField(
            tr("Your passphrase"), self.passphrase, hint=tr("to prove that the backup opens")
        )
        self.reason = LabelledField(tr("Why without the office"), hint=tr("kept in the last backup"))
        self.code = LabelledField(tr("Code of this station"), hint=tr("typed, so that it is meant"))
        self.mean_it = TickBox(tr("Nothing of this station shall be left on this laptop"))
        self.close_it = PrimaryButton(tr("Back up and close the station"))
        self.wipe_it = SecondaryButton(tr("Destroy the keys at once"), "Ctrl+Shift+Del")
        self.primary = self.close_it
        told = words(
            tr(
                "When a station ends: the office has everything, a last backup is made and proved to open, then the keys "
                "on this laptop are written over and its files removed. Until the keys go you can stop at any step."
            ),
            "body",
            wrap=True,
        )
        honest = words(
            tr(
                "The recovery sheet and the passphrases still open the last backup: keep them apart, locked away. A "
                "solid-state disk may keep old pieces that no program reaches; without passphrase or sheet they open for "
                "nobody. Destroying the keys at once is for a laptop about to be taken: no backup is made and nothing is "
                "asked of the office."
            ),
            "secondary",
            wrap=True,
        )
        grid = FieldGrid()
        grid.add_row((self.passphrase_field, 2), (self.code, 2))
        for part in (told, self.standing, self.target, self.reason, grid, self.mean_it, honest):
            self.add(part)
        self.add_stretch()
        self.buttons = ButtonRow(self.close_it, self.wipe_it)
        self.add(self.buttons)
        self._inputs: tuple[QWidget, ...] = (
            self.target,
            self.reason,
            grid,
            self.mean_it,
            honest,
            self.buttons,
        )
        self.reason.setProperty("not_kept", True)
        self.code.setProperty("not_kept", True)
        self.close_it.clicked.connect(self._on_close)
        self.wipe_it.clicked.connect(self._on_wipe)
        self.mean_it.toggled.connect(lambda _: self._enable())
        self._enable()

    def refresh(self, changes: Changes | None) -> None:
        if self.closed is None:
            self.worker.read(closing_state, done=self._show, topic="closing")

    def _show(self, state: ClosingState) -> None:
        if self.closed is not None:
            return
        self.state = state
        missing = why_not_yet(state)
        lines = [Line(Tone.OK, tr("The office has confirmed everything that was entered here."))]
        if missing:
            step = tr(
                "Exchange with a stick, bring it to the office, and take its receipt in. Only if the office is lost, give "
                "the reason below."
            )
            lines = [Line(Tone.WARN, f"{missing} {step}")]
        elif state.is_practice:
            lines = [Line(Tone.OK, tr("A practice station: nothing real is lost."))]
        if state.set_aside_parts:
            said = ntr(
                "{n} part of others was set aside and never taken in.",
                "{n} parts of others were set aside and never taken in.",
                state.set_aside_parts,
            )
            lines.append(Line(Tone.WARN, said))
        self.standing.show_lines(lines)
        self.reason.setVisible(bool(missing))

    def _enable(self) -> None:
        for button in (self.close_it, self.wipe_it):
            button.setEnabled(self.mean_it.isChecked())

    def _fields(self) -> dict[str, LabelledField]:
        return {"code": self.code, "reason": self.reason, "target": self.target.field}

    def _on_close(self) -> None:
        for field in (*self._fields().values(), self.passphrase_field):
            field.set_mistake("")
        path = self.target.path()
        if path is None or not self.target.is_folder():
            self.target.set_mistake(
                tr("Choose a folder that is there: plug the stick in, then press Choose.")
            )
            self.target.setFocus()
            return
        self._busy(True)
        work = LongWork(self, Task(tr("Making and proving the last backup")))
        self.worker.write(
            close_station,
            self.code.text(),
            path,
            self.passphrase.text(),
            self.reason.text(),
            work.task.progress,
            done=work.ended(self._on_closed),
            failed=work.ended(self._on_failed),
        )

    def _on_wipe(self) -> None:
        self._busy(True)
        self.worker.write(wipe, self.code.text(), done=self._on_closed, failed=self._on_failed)

    def _on_closed(self, closed: Closed) -> None:
        """Nothing can be done here any more but to read what became of it and to close the program."""
        self.closed = closed
        self.passphrase.clear()
        for part in self._inputs:
            part.hide()
        self.standing.show_lines([Line(Tone.OK, closed_words(closed))])
        leave = PrimaryButton(tr("Close the program"))
        leave.clicked.connect(lambda: self.window().close())
        row = ButtonRow(leave)
        self.add(row)
        row.show()
        self.primary = leave
        leave.setFocus()

    def _on_failed(self, error: WorldError) -> None:
        self._busy(False)
        said = f"{error.sentence} {error.next_step}".strip()
        if isinstance(error, WrongPassphrase):
            self.passphrase_field.set_mistake(said)
            self.passphrase.setFocus()
        elif isinstance(error, BadField):
            self.say_at(self._fields(), error)
        else:
            self.target.set_mistake(said)

    def _busy(self, busy: bool) -> None:
        self.mean_it.setEnabled(not busy)
        self.close_it.setEnabled(not busy and self.mean_it.isChecked())
        self.wipe_it.setEnabled(not busy and self.mean_it.isChecked())
