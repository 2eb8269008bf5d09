"""The code of the recovery sheet on the screen: to be saved as a sheet, written down, and typed back in part."""

from __future__ import annotations

import secrets
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.recovery import print_recovery_sheet
from shelterdesk.actions.recovery_renewal import PutAway, finish_recovery_sheet
from shelterdesk.core.changes import Done
from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr
from shelterdesk.keys.recovery import as_printed
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.sticks import Stick, StickWatch
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import (
    ButtonRow,
    LabelledField,
    PrimaryButton,
    QuietButton,
    SecondaryButton,
    words,
)
from shelterdesk.ui.worker import DeskWorker

_ACROSS = 4
_LOOK_ALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})


def save_sheet(desk: Desk, code: str, target: Path) -> Done[Path]:
    """Write the sheet as a PDF; raises ``DiskFull``, ``CannotWrite``."""
    print_recovery_sheet(desk, code, target)
    return Done(target)


class _GroupLine(QLineEdit):
    """The line for one group. Signals: ``entered()`` when typing goes here."""

    entered = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()


class RecoveryCard(QWidget):
    """Code, place for the PDF, and the question for one group. While that is typed the code is covered.

    :attr:`confirm` is the primary button of whoever shows this. Signals: ``put_away(object)`` once the group fits
    and the kept code is gone, with the :class:`PutAway`. ``follows``: it takes the place of an older sheet, whose code
    is asked for, as it passes on the keys to sealed entries.
    """

    put_away = Signal(object)

    def __init__(
        self, worker: DeskWorker, code: str, parent: QWidget | None = None, *, follows: bool = False
    ) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._worker = worker
        self._code = code
        self._groups = as_printed(code).split("-")
        self.asked_group = secrets.randbelow(len(self._groups))
        self._shown: list[QLabel] = []
        self.explanation = words(
            tr(
                "This code opens the station when every passphrase is forgotten. Whoever holds it can read "
                "everything. Save the sheet, print it, and lock it away far from the laptops."
            ),
            "body",
            wrap=True,
        )
        self.file = PathField(
            tr("Save the sheet as"),
            PathKind.NEW_FILE,
            files="PDF (*.pdf)",
            hint=tr("on a stick: it is to be kept from this laptop"),
        )
        self._proposed = ""
        self._sticks = StickWatch(self)
        self._sticks.changed.connect(self._propose_stick)
        self._sticks.start()
        self.save = SecondaryButton(tr("Save the sheet"), "Ctrl+S")
        self.show_again = QuietButton(tr("Show the code again"))
        self.saved = words("", "ok", wrap=True)
        line = _GroupLine()
        self.group = LabelledField(
            tr("From your paper, group {n} of the code", n=self.asked_group + 1),
            line,
            check=self._check_group,
        )
        self.old = LabelledField(
            tr("Code of the old sheet"),
            QLineEdit(),
            hint=tr(
                "It passes the keys to health and protection entries on to the new one. Leave it empty if it is lost."
            ),
        )
        self.confirm = PrimaryButton(tr("It is on paper and put away"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.explanation)
        self._column.addLayout(self._code_grid())
        self._column.addWidget(self.file)
        self._column.addWidget(ButtonRow(self.save, self.show_again))
        self._column.addWidget(self.saved)
        self._column.addWidget(self.group)
        self._column.addWidget(self.old)
        if not follows:
            self.old.hide()
        self.saved.hide()
        self.show_again.hide()
        self.group.setProperty("not_kept", True)
        self.old.setProperty("not_kept", True)
        line.entered.connect(lambda: self._cover(True))
        self.save.clicked.connect(self._on_save)
        self.show_again.clicked.connect(lambda: self._cover(False))
        self.confirm.clicked.connect(self._on_confirm)
        theme().changed.connect(self._space)
        self._space()

    def _code_grid(self) -> QGridLayout:
        grid = QGridLayout()
        for at, group in enumerate(self._groups):
            label = words(f"{at + 1}   {group}", "title")
            label.setAccessibleName(tr("Group {n}: {letters}", n=at + 1, letters=" ".join(group)))
            self._shown.append(label)
            grid.addWidget(label, at // _ACROSS, at % _ACROSS)
        return grid

    def _cover(self, cover: bool) -> None:
        for at, (label, group) in enumerate(zip(self._shown, self._groups, strict=True)):
            label.setText(f"{at + 1}   {'•' * len(group) if cover else group}")
        self.show_again.setVisible(cover)

    def _on_save(self) -> None:
        path = self.file.path()
        if path is None or not path.name:  # "/" and "." are places, no file can be called so
            self.file.set_mistake(tr("Say where the sheet is to be saved."))
            return
        self.file.set_mistake("")
        target = path if path.suffix else path.with_suffix(".pdf")
        self._worker.write(save_sheet, self._code, target, done=self._on_saved, failed=self._on_not_saved)

    def _propose_stick(self, found: list[Stick]) -> None:
        """Put the stick that is plugged in where nothing was typed."""
        path = self.file.path()
        if path is None or str(path) == self._proposed:
            stick = next((one for one in found if not one.is_read_only), None)
            self._proposed = str(Path(stick.path) / "recovery-sheet.pdf") if stick is not None else ""
            self.file.set_path(self._proposed)

    def _on_saved(self, target: Path) -> None:
        self.saved.setText(
            tr("Saved: {path}. Print it, then delete the file; the paper is what counts.", path=str(target))
        )
        self.saved.show()
        self.group.setFocus()

    def _on_not_saved(self, error: WorldError) -> None:
        self.file.set_mistake(f"{error.sentence} {error.next_step}".strip())

    def _check_group(self, text: str) -> str:
        typed = text.strip().upper().replace("-", "").translate(_LOOK_ALIKES)
        if not typed or typed == self._groups[self.asked_group]:
            return ""
        return tr("This is not group {n}; read it from the paper again.", n=self.asked_group + 1)

    def _on_confirm(self) -> None:
        if not self.group.text().strip():
            self.group.set_mistake(tr("Type group {n} of the code from your paper.", n=self.asked_group + 1))
            self.group.setFocus()
        elif self.group.check_now():
            self.old.set_mistake("")
            self._worker.write(
                finish_recovery_sheet, self.old.text(), done=self._on_put_away, failed=self._on_not_put_away
            )

    def _on_put_away(self, done: PutAway) -> None:
        if isValid(self):
            self.put_away.emit(done)

    def _on_not_put_away(self, error: WorldError) -> None:
        if isValid(self):
            asked = self.old if not self.old.isHidden() else self.group
            asked.set_mistake(f"{error.sentence} {error.next_step}".strip())
            asked.setFocus()

    def _space(self) -> None:
        self._column.setSpacing(theme().gap(12))
