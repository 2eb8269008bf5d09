"""Beside a window: sheets of days nobody signed freeze themselves, one after the other, as soon as it is opened."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from shelterdesk.actions.sheets import SheetFrozen, freeze_next_missing
from shelterdesk.core.errors import WorldError
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.worker import DeskWorker

AGAIN_MS = 30 * 60_000
"""A window left open over a morning asks again; what is asked when nothing is missing costs a millisecond."""


class SheetFreezer(QObject):
    """Stands beside one window from :meth:`start` on, and goes with it."""

    def __init__(self, window: MainWindow, worker: DeskWorker) -> None:
        super().__init__(window)
        self._worker = worker
        self._again = QTimer(self)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self.freeze)

    def start(self) -> None:
        """Freeze what is missing now, and look again every half hour."""
        self._again.start()
        self.freeze()

    def freeze(self) -> None:
        """The oldest missing day; each is a write of its own, so that a save waits for one at most."""
        if self._worker.desk is not None:
            self._worker.write(freeze_next_missing, done=self._frozen, failed=self._failed)

    def _frozen(self, frozen: SheetFrozen | None) -> None:
        if frozen is not None:
            self.freeze()

    def _failed(self, error: WorldError) -> None:
        """Nobody asked for it and nothing was typed: what stands in its way is said at the next save, tried again later."""
