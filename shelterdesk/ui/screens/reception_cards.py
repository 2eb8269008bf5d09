"""Cards of a family just registered: drawn into a private folder, handed to the system to print, then gone."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from shelterdesk.actions.cards import CardsPrinted, print_cards
from shelterdesk.actions.registration import RegisteredFamily
from shelterdesk.core.errors import CannotWrite, WorldError
from shelterdesk.ui.worker import DeskWorker


def open_in_system(path: Path) -> bool:
    """Give a file to the system's viewer, which prints it; False when there is none."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class FamilyCards:
    """Prints a family's cards. ``folder`` is where the files go: by default one nobody else can read, emptied
    by :meth:`forget` when the window closes, because cards carry first names. ``hand_over`` gets each file.
    """

    def __init__(self, worker: DeskWorker) -> None:
        self._worker = worker
        self._own: Path | None = None
        self.folder: Path | None = None
        self.hand_over: Callable[[Path], bool] = open_in_system

    def print_family(
        self,
        family: RegisteredFamily,
        done: Callable[[CardsPrinted, bool], object],
        failed: Callable[[WorldError], object],
    ) -> None:
        """Cards for everybody of a family; ``done`` hears too whether the file could be handed over."""
        try:
            folder = self._its_folder()
        except OSError as error:
            failed(CannotWrite(tempfile.gettempdir(), error.strerror or ""))
            return
        out = folder / f"cards-{family.household_number}-{self._worker.clock.now():%Y%m%d-%H%M%S}.pdf"

        def told(printed: CardsPrinted) -> None:
            done(printed, self.hand_over(printed.path))

        persons = tuple(member.ent for member in family.members)
        self._worker.write(print_cards, out, persons=persons, done=told, failed=failed)

    def forget(self) -> None:
        """Take the files away that nobody chose a place for."""
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)
            self._own = None

    def _its_folder(self) -> Path:
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            return self.folder
        if self._own is None:
            self._own = Path(tempfile.mkdtemp(prefix="shelterdesk-cards-"))
        return self._own
