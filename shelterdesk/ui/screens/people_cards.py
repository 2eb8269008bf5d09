"""Lodging cards in one key: drawn into a file without a name in its name, and handed to the system to print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from shelterdesk.actions.cards import CardsPrinted, print_cards
from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.long_work import LongWork
from shelterdesk.ui.screens.people_undo import way_back
from shelterdesk.ui.widgets import Tone
from shelterdesk.ui.worker import DeskWorker, Task


def _open_in_system(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class CardPrinting:
    """Prints cards for people of one screen.

    ``folder`` is where the files go; while it is None the first print asks. ``hand_over`` gets the finished
    file (the system's viewer, which prints it, unless something else is set).
    """

    def __init__(self, screen: Screen, worker: DeskWorker) -> None:
        self._screen, self._worker = screen, worker
        self.folder: Path | None = None
        self.hand_over: Callable[[Path], object] = _open_in_system

    def print_for(self, persons: Sequence[str]) -> None:
        """Cards for these people (ids), told in the message line with a way back."""
        folder = self._its_folder()
        if folder is None or not persons:
            return
        now = self._worker.clock.now()
        out = folder / f"cards-{now:%Y%m%d-%H%M%S}.pdf"
        work = LongWork(self._screen, Task(tr("Drawing cards")))

        def told(done: CardsPrinted) -> None:
            work.end()
            said = ntr("{n} card is ready to print: {file}", "{n} cards are ready to print: {file}",
                       done.cards, file=done.path.name)  # fmt: skip
            if done.replaced:
                said += " " + ntr("{n} earlier card is no longer good.",
                                  "{n} earlier cards are no longer good.", done.replaced)  # fmt: skip
            tone = Tone.WARN if done.left_out else Tone.OK
            back = way_back(self._screen, self._worker, done.undo)
            self._screen.say(" ".join([said, *done.left_out]), tone, back)
            self.hand_over(done.path)

        def failed(error: WorldError) -> None:
            work.end()
            self._screen.say_error(error)

        self._worker.write(
            print_cards, out, persons=tuple(persons), progress=work.task.progress, done=told, failed=failed
        )

    def _its_folder(self) -> Path | None:
        if self.folder is None:
            chosen = QFileDialog.getExistingDirectory(self._screen, tr("Where do the cards to print go?"))
            self.folder = Path(chosen) if chosen else None
        return self.folder
