"""The sheet's numbers as a file for other programs: where to, and of which kind."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from shelterdesk.actions.sheet_papers import PaperMade, SheetWanted, export_hxl, export_workbook
from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.worker import DeskWorker, Task


class NumbersFile(QObject):
    """``save(wanted, name)`` asks where and writes; the ending chosen says which kind.

    Signals: ``saved(str)`` with the path, ``failed(WorldError)``, ``ended()`` after either and when it was left.
    """

    saved = Signal(str)
    failed = Signal(object)
    ended = Signal()

    def __init__(self, worker: DeskWorker, owner: QWidget) -> None:
        super().__init__(owner)
        self._worker, self._owner = worker, owner
        self._folder = Path.home()
        self._wanted: SheetWanted | None = None
        self.chooser: QFileDialog | None = None

    def save(self, wanted: SheetWanted, name: str) -> None:
        """Ask for the place of the file called ``name`` (without an ending)."""
        self._wanted = wanted
        workbook, hxl = tr("Workbook (*.xlsx)"), tr("Table with HXL tags (*.csv)")
        chooser = QFileDialog(
            self._owner.window(), tr("Save the numbers"), str(self._folder / f"{name}.xlsx")
        )
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilters([workbook, hxl])
        chooser.setDefaultSuffix("xlsx")
        chooser.selectFile(f"{name}.xlsx")
        chooser.filterSelected.connect(lambda chosen: self._on_kind(name, chosen == hxl))
        chooser.fileSelected.connect(self._on_file)
        chooser.rejected.connect(self.ended)
        chooser.finished.connect(self._on_closed)
        self.chooser = chooser
        chooser.open()

    def _on_kind(self, name: str, is_hxl: bool) -> None:
        if self.chooser is not None:
            ending = "csv" if is_hxl else "xlsx"
            self.chooser.setDefaultSuffix(ending)
            self.chooser.selectFile(f"{name}.{ending}")

    def _on_closed(self) -> None:
        if self.chooser is not None:
            self.chooser.deleteLater()
            self.chooser = None
        self._owner.window().activateWindow()  # typing goes on where it was

    def _on_file(self, chosen: str) -> None:
        wanted, path = self._wanted, Path(chosen)
        if wanted is None:
            return
        self._folder = path.parent
        action = export_hxl if path.suffix.lower() == ".csv" else export_workbook
        work = LongWork(self._owner, Task(tr("Writing the numbers")))

        def done(_: PaperMade) -> None:
            self.saved.emit(str(path))
            self.ended.emit()

        def not_done(error: WorldError) -> None:
            self.failed.emit(error)
            self.ended.emit()

        self._worker.write(action, wanted, path, done=work.ended(done), failed=work.ended(not_done))
