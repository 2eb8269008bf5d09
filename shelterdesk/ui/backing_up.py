"""A backup beside the desk's work: on a thread of its own, with a line in the status bar that stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from shelterdesk.actions.backup_disks import KeptBackup
from shelterdesk.actions.backups import BackupMade, note_backup
from shelterdesk.actions.desk import Desk
from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr
from shelterdesk.ui.answers import give
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.widgets.beside import Beside
from shelterdesk.ui.worker import DeskWorker, Task

Progress = Callable[[int, int], None]
Asked = Callable[[], bool]
Result = TypeVar("Result")


class BesideDesk(QObject, Generic[Result]):
    """Long work that reads the desk by a connection of its own; saves go on meanwhile. One piece at a time."""

    def __init__(self, near: QWidget, worker: DeskWorker, name: str) -> None:
        super().__init__(near)
        self._near, self._worker = near, worker
        self._beside = Beside(self, name)
        self._task: Task | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a piece of work is under way."""
        return self._task is not None

    def stop(self) -> None:
        """Ask what is under way to end at its next safe place."""
        if self._task is not None:
            self._task.cancel()

    def do(
        self,
        words: str,
        work: Callable[[Desk, Progress, Asked], Result],
        done: Callable[[Result], object],
        failed: Callable[[WorldError], object],
    ) -> bool:
        """Begin, with its line in the status bar; False while something is under way or nobody is logged in."""
        desk = self._worker.desk
        if self._task is not None or desk is None:
            return False
        task = self._task = Task(words)
        shown = LongWork(self._near, task, can_cancel=True)

        def ended(then: Callable[..., object]) -> Callable[..., object]:
            def both(result: object) -> None:
                self._task = None
                give(then, result)

            return shown.ended(both)

        self._beside.do(
            lambda: work(desk, task.progress, task.is_cancelled), done=ended(done), failed=ended(failed)
        )
        return True


class BackingUp(BesideDesk[KeptBackup]):
    """Makes a backup and notes it once it was read back."""

    def __init__(self, near: QWidget, worker: DeskWorker) -> None:
        super().__init__(near, worker, "backup")

    def begin(
        self,
        work: Callable[[Desk, Progress, Asked], KeptBackup],
        done: Callable[[KeptBackup], object],
        failed: Callable[[WorldError], object],
        *,
        is_noted: bool = True,
    ) -> bool:
        """Begin; False while one is under way. ``is_noted``: it lies on another disk, so its age counts."""

        def made(kept: KeptBackup) -> None:
            if not is_noted:
                give(done, kept)
                return

            def noted(_: BackupMade) -> None:
                give(done, kept)

            self._worker.write(note_backup, kept.made, done=noted, failed=failed)

        return self.do(tr("Making a backup"), work, made, failed)
