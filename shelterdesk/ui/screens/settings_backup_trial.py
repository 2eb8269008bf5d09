"""Settings: a backup tried step by step, from the folder and the passphrase to the sentence that it opens."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.drill import Drill, drill_words, note_drill, try_backup
from shelterdesk.core.errors import WorldError, WrongPassphrase
from shelterdesk.core.moment import from_milliseconds, moment_text
from shelterdesk.core.words import tr
from shelterdesk.ui.backing_up import Asked, BesideDesk, Progress
from shelterdesk.ui.dates import when
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.passphrases import PassphraseLine
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import ButtonRow, LabelledField, PrimaryButton, SecondaryButton, Tone, words
from shelterdesk.ui.worker import DeskWorker


class TrialPart(QWidget):
    """Folder, passphrase, *Try it*; nothing of the desk changes. Signals: ``left()`` when stepped out of."""

    left = Signal()

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._worker = worker
        self._work: BesideDesk[Drill] | None = None
        self.source = PathField(tr("Folder of the backup"), PathKind.FOLDER)
        self.passphrase = PassphraseLine()
        self.passphrase_field = LabelledField(tr("Your passphrase"), self.passphrase)
        self.outcome = Lines(tr("What became of it"))
        self.go = PrimaryButton(tr("Try it"))
        self.back = SecondaryButton(tr("Back"), "Esc")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().gap(12))
        told = words(
            tr(
                "The backup is put into a folder of its own beside the station, opened with your passphrase, checked, "
                "and compared with this desk as it was then. Afterwards the trial is taken away; nothing changes."
            ),
            "body",
            wrap=True,
        )
        parts = (told, self.source, self.passphrase_field, self.outcome, ButtonRow(self.go, self.back))
        for part in parts:
            column.addWidget(part)
        self.go.clicked.connect(self.on_go)
        self.back.clicked.connect(self.left)

    def offer(self, source: Path | None) -> None:
        """The backup made last, unless another one is typed."""
        if source is not None and not self.isVisible():
            self.source.set_path(str(source))

    def begin(self) -> None:
        """Show it, with typing where something is missing."""
        self.outcome.show_lines([])
        self.passphrase.clear()
        self.show()
        (self.passphrase if self.source.field.text() else self.source).setFocus(
            Qt.FocusReason.OtherFocusReason
        )

    def on_go(self) -> None:
        """Try the backup of the folder typed."""
        path = self.source.path()
        if path is None or not self.source.is_folder():
            self.source.set_mistake(tr("Choose the folder whose name begins with shelterdesk-backup."))
            self.source.setFocus()
            return
        self.source.set_mistake("")
        self.passphrase_field.set_mistake("" if self.passphrase.text() else tr("Type your passphrase."))
        if not self.passphrase.text():
            self.passphrase.setFocus()
            return
        phrase = self.passphrase.text()

        def work(desk: Desk, progress: Progress, cancelled: Asked) -> Drill:
            return try_backup(desk, path, phrase, progress, cancelled)

        if self._work is None:
            self._work = BesideDesk(self, self._worker, "trial")
        if self._work.do(tr("Trying a backup"), work, self._on_tried, self._on_failed):
            self.go.setEnabled(False)
            self.outcome.show_lines([Line(Tone.NEUTRAL, tr("Opening and checking it…"))])

    def _on_tried(self, drill: Drill) -> None:
        self.go.setEnabled(True)
        self.passphrase.clear()
        desk = self._worker.desk
        if desk is None:
            return
        zone = desk.who.zone
        time = when(moment_text(from_milliseconds(drill.made_ms), zone), self._worker.clock.now(), zone)
        self.outcome.show_lines([Line(Tone.OK if drill.is_good else Tone.BAD, drill_words(drill, time))])
        self._worker.write(note_drill, drill)
        self.back.setFocus()

    def _on_failed(self, error: WorldError) -> None:
        self.go.setEnabled(True)
        said = f"{error.sentence} {error.next_step}".strip()
        if isinstance(error, WrongPassphrase):
            self.outcome.show_lines([])
            self.passphrase_field.set_mistake(said)
            self.passphrase.setFocus()
        else:
            self.outcome.show_lines([Line(Tone.BAD, said)])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
