"""Office: takes in what stations brought, from one folder or several, and leaves receipts for the way back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from shelterdesk.actions.exchange import Exported, ReceiptsWritten, export_bundle, export_receipts
from shelterdesk.actions.taking_in import Imported, import_from
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_reads import station_codes
from shelterdesk.ui.screens.exchange_stick import left_out_said
from shelterdesk.ui.screens.exchange_words import Line, exported_said, imported_said
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.sticks import Stick, StickWatch
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import (
    ButtonRow,
    LabelledField,
    PickField,
    PrimaryButton,
    QuietButton,
    SecondaryButton,
    Tone,
    rule,
    words,
)
from shelterdesk.ui.worker import DeskWorker, Task


class IntakeSection(Section):
    """Folders to take in, one after the other; each gets receipts when it is in.

    A folder that cannot be used is said so and the next one is taken.
    """

    name = "intake"
    roles = DOES["take in bundles"]
    kinds = frozenset({"roster", "foreign"})

    @staticmethod
    def heading() -> str:
        return tr("Take in")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.folders: list[Path] = []
        self._waiting: list[Path] = []
        self._told: list[Line] = []
        self._busy = False
        self._typed = False
        self.folder = PathField(tr("Stick or folder"), PathKind.FOLDER, hint=tr("several may be added"))
        self.add_button = SecondaryButton(tr("Add this folder"), "Ctrl+O", icon="plus")
        self.clear_button = QuietButton(tr("Empty the list"))
        self.clear_button.hide()
        self.list = Lines(tr("Folders to take in"))
        self.outcome = Lines(tr("What became of it"))
        self.take_in_button = PrimaryButton(tr("Take in and write receipts"), icon="download")
        self.primary = self.take_in_button
        self.station = PickField()
        self.station_field = LabelledField(tr("Also write for a station"), self.station)
        self.station_field.setProperty("not_kept", True)
        theme().changed.connect(self._space_station)
        self._space_station()
        self.write_button = SecondaryButton(tr("Write what it needs"), "Ctrl+E", icon="upload")
        self.add(
            words(
                tr(
                    "What is new comes in, what is known is passed over, and what cannot be used is set aside with "
                    "its reason. The receipts written into the same folder tell each desk what has arrived."
                ),
                "body",
                wrap=True,
            )
        )
        for part in (self.folder, ButtonRow(self.add_button, self.clear_button), self.list, self.outcome):
            self.add(part)
        self.add_stretch()
        self.add(rule())
        self.add(self.station_field)
        self.add(ButtonRow(self.write_button))
        self.add(rule())
        self.add(ButtonRow(self.take_in_button))
        self.watch = StickWatch(self)
        self.watch.changed.connect(self._on_sticks)
        self.folder.line.textEdited.connect(lambda text: setattr(self, "_typed", bool(text)))
        self.add_button.clicked.connect(self._on_add)
        self.clear_button.clicked.connect(self._on_clear)
        self.take_in_button.clicked.connect(self._on_take_in)
        self.write_button.clicked.connect(self._on_write)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.watch.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self.watch.stop()
        super().hideEvent(event)

    def refresh(self, changes: Changes | None) -> None:
        self.worker.read(station_codes, done=self._show_stations, topic="stations")

    def _show_stations(self, found: list[tuple[str, str]]) -> None:
        self.station.set_options(found)
        self.station_field.setEnabled(bool(found))
        self.write_button.setEnabled(bool(found) and not self._busy)

    def _on_sticks(self, found: list[Stick]) -> None:
        if found and not self._typed and self.folder.path() is None:
            self.folder.set_path(found[0].path)

    def _on_add(self) -> None:
        path = self._named()
        if path is None:
            return
        if path not in self.folders:
            self.folders.append(path)
        self.folder.set_path("")
        self._typed = False
        self._show_folders()
        self.folder.setFocus()

    def _on_clear(self) -> None:
        self.folders = []
        self._show_folders()
        self.folder.setFocus()

    def _show_folders(self) -> None:
        self.list.show_lines([Line(Tone.NEUTRAL, str(path)) for path in self.folders])
        self.clear_button.setVisible(bool(self.folders))

    def _named(self) -> Path | None:
        path = self.folder.path()
        if path is None or not self.folder.is_folder():
            self.folder.set_mistake(tr("Plug a stick in, or choose a folder that is there."))
            self.folder.setFocus()
            return None
        self.folder.set_mistake("")
        return path

    def _on_take_in(self) -> None:
        folders = list(self.folders)
        if self.folder.path() is not None or not folders:
            path = self._named()
            if path is None:
                return
            if path not in folders:
                folders.append(path)
        self._told = []
        self.outcome.show_lines([])
        self._waiting = folders
        self._set_busy(True)
        self._next()

    def _next(self) -> None:
        if not self._waiting:
            self._set_busy(False)
            return
        path = self._waiting.pop(0)
        work = LongWork(self, Task(tr("Taking in {folder}", folder=path.name)), can_cancel=True)

        def failed(error: WorldError) -> None:
            self._tell(Line(Tone.BAD, _said_of(path, f"{error.sentence} {error.next_step}".strip())))
            self._next()

        self.worker.write(
            import_from,
            path,
            work.task.progress,
            work.task.is_cancelled,
            done=work.ended(lambda found: self._on_in(path, found)),
            failed=work.ended(failed),
        )

    def _on_in(self, path: Path, found: Imported) -> None:
        lines = imported_said(found)
        self._tell(Line(lines[0].tone, _said_of(path, lines[0].text)), *lines[1:], *left_out_said(found))
        if found.was_cancelled:
            self._waiting = []
            self._next()
            return
        self.worker.write(
            export_receipts,
            path,
            done=self._on_receipts,
            failed=lambda error: self._on_no_receipts(path, error),
        )

    def _on_receipts(self, written: ReceiptsWritten) -> None:
        self._tell(
            Line(
                Tone.OK,
                ntr(
                    "{n} receipt was written for the way back.",
                    "{n} receipts were written for the way back.",
                    len(written.names),
                ),
            )
        )
        self._next()

    def _on_no_receipts(self, path: Path, error: WorldError) -> None:
        """What came in stays in; only the receipts are missing."""
        said = f"{error.sentence} {error.next_step}".strip()
        self._tell(Line(Tone.BAD, tr("No receipts were written: {why}", why=said)))
        self._next()

    def _on_write(self) -> None:
        path, code = self._named(), self.station.value()
        if path is None or not code:
            return
        self._set_busy(True)
        work = LongWork(self, Task(tr("Writing and reading back")), can_cancel=True)
        self.worker.write(
            export_bundle,
            path,
            code,
            work.task.progress,
            work.task.is_cancelled,
            done=work.ended(self._on_written),
            failed=work.ended(self._on_not_written),
        )

    def _on_written(self, done: Exported) -> None:
        self._told = exported_said(done)
        self.outcome.show_lines(self._told)
        self._set_busy(False)

    def _on_not_written(self, error: WorldError) -> None:
        self._told = [Line(Tone.BAD, f"{error.sentence} {error.next_step}".strip())]
        self.outcome.show_lines(self._told)
        self._set_busy(False)

    def _space_station(self) -> None:
        self.station_field.setMaximumWidth(theme().px(420))

    def _tell(self, *lines: Line) -> None:
        self._told += lines
        self.outcome.show_lines(self._told)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        for button in (self.take_in_button, self.add_button):
            button.setEnabled(not busy)
        self.write_button.setEnabled(not busy and bool(self.station.value()))
        if not busy:
            self.take_in_button.setFocus()


def _said_of(path: Path, sentence: str) -> str:
    return tr("{folder}: {sentence}", folder=path.name or str(path), sentence=sentence)
