"""Settings: the recovery sheet while it waits to be put away, and a new one in place of a lost one."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.drafts import waiting_recovery_code
from shelterdesk.actions.recovery_renewal import (
    PutAway,
    begin_recovery_sheet,
    drop_recovery_sheet,
    is_in_force,
)
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import WorldError
from shelterdesk.core.role_words import class_words
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import tr
from shelterdesk.ui.dialogs.recovery_card import RecoveryCard
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import ButtonRow, PrimaryButton, SecondaryButton, Tone, words
from shelterdesk.ui.worker import DeskWorker

_Waiting = tuple[str, bool]


def waiting_sheet(desk: Desk) -> Done[_Waiting | None]:
    """The code that waits for who is logged in, and whether it opens the station already (the sheet of set-up)."""
    code = waiting_recovery_code(desk).result
    return Done((code, is_in_force(desk, code)) if code is not None else None)


class RecoverySection(Section):
    """Says what a new sheet changes before it is made; the old one goes on until the new one is on paper."""

    name = "recovery"
    station_only = True
    roles = DOES["change settings"]
    kinds = frozenset({"status"})

    @staticmethod
    def heading() -> str:
        return tr("Recovery sheet")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.sheet: RecoveryCard | None = None
        self._sheet_parts: list[QWidget] = []
        self.explanation = words(
            tr(
                "The recovery sheet opens this station when every passphrase is forgotten. Make a new one when it is "
                "lost, worn, or was seen by somebody who should not have it."
            ),
            wrap=True,
        )
        self.limits = words(
            tr(
                "From the moment the new sheet is put away the old one does not open this laptop any more. Keep the "
                "old one locked away all the same: it still opens earlier backups and the other laptops of the "
                "station. Have it at hand: it passes on the keys to health and protection entries."
            ),
            "secondary",
            wrap=True,
        )
        self.make = PrimaryButton(tr("Make a new recovery sheet"))
        self.buttons = ButtonRow(self.make)
        self.add(self.explanation)
        self.add(self.limits)
        self.add_stretch()
        self.add(self.buttons)
        self.primary = self.make
        self.make.clicked.connect(self._on_make)

    def refresh(self, changes: Changes | None) -> None:
        self.worker.write(waiting_sheet, done=self._show)

    def _show(self, waiting: _Waiting | None) -> None:
        if waiting is None:
            self._leave_sheet()
        elif self.sheet is None:
            self._show_sheet(*waiting)

    def _show_sheet(self, code: str, is_first: bool) -> None:
        sheet = self.sheet = RecoveryCard(self.worker, code, follows=not is_first)
        sheet.put_away.connect(self._on_put_away)
        self.primary = sheet.confirm
        buttons = ButtonRow(sheet.confirm)
        if not is_first:
            drop = SecondaryButton(tr("Not now, the old sheet goes on"), "Alt+X")
            drop.clicked.connect(self._on_drop)
            buttons.add(drop)
        self._sheet_parts = [sheet, buttons]
        for at, part in enumerate(self._sheet_parts):
            self.body.insertWidget(1 + at, part)
            part.show()  # a layout shows what is new in it a moment later, and a key heard by nobody is lost till then
        self.explanation.hide()
        self.buttons.hide()
        self.limits.setVisible(not is_first)

    def _leave_sheet(self) -> None:
        for part in self._sheet_parts:
            part.hide()
            part.deleteLater()
        self._sheet_parts.clear()
        self.sheet, self.primary = None, self.make
        for part in (self.explanation, self.limits, self.buttons):
            part.show()
        self.make.setEnabled(True)

    def _on_make(self) -> None:
        self.make.setEnabled(False)
        self.worker.write(begin_recovery_sheet, done=self._on_made, failed=self._on_not_made)

    def _on_made(self, code: str) -> None:
        if self.sheet is None:
            self._show_sheet(code, is_first=False)
        if self.sheet is not None:
            self.sheet.save.setFocus()

    def _on_not_made(self, error: WorldError) -> None:
        self.make.setEnabled(True)
        self.say_error(error)

    def _on_drop(self) -> None:
        self.worker.write(drop_recovery_sheet, done=lambda _: self._on_dropped(), failed=self.say_error)

    def _on_dropped(self) -> None:
        self._leave_sheet()
        self.say(tr("The old recovery sheet goes on; the new code is forgotten."))

    def _on_put_away(self, done: PutAway) -> None:
        self._leave_sheet()
        if done.shut:
            self.say(
                tr(
                    "The new sheet opens this laptop from now on, the old one does not. It does not open {entries}: "
                    "keep the old sheet for them, or make another one with its code at hand.",
                    entries=", ".join(class_words(name) for name in done.shut),
                ),
                Tone.WARN,
            )
        elif done.is_new:
            self.say(tr("Good. The new sheet opens this laptop from now on, the old one does not any more."))
        else:
            self.say(tr("Good. The code is on paper only now."))
