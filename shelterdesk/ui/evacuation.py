"""The evacuation list by two keys from any screen, also behind the lock: on paper, or where there is none as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QObject, QStandardPaths, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from shelterdesk.actions.evacuation import evacuation_pdf, may_have_names, note_evacuation
from shelterdesk.actions.paper_facts import ListPrinted
from shelterdesk.actions.papers import usual_paper
from shelterdesk.core.errors import CannotWrite, WorldError
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.store import Reader
from shelterdesk.reports.target import write_whole
from shelterdesk.ui.lock import Lock
from shelterdesk.ui.log_in import Centred
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.print_ways import way_of
from shelterdesk.ui.widgets import ButtonRow, Card, PrimaryButton, SecondaryButton, words
from shelterdesk.ui.widgets.keymap import EVACUATION
from shelterdesk.ui.widgets.practice_stripe import PracticeStripe
from shelterdesk.ui.worker import DeskWorker, Task

if TYPE_CHECKING:
    from shelterdesk.reports.paper import PaperName
    from shelterdesk.ui.printing import Printers

PRINTER_WAIT_MS = 4_000
"""How long the printers of the laptop may take to answer; a queue on a network that is down never does."""

PATIENCE_MS = 45_000
"""How long a printer may take for a page, or to end the job; drawing one takes two seconds on a slow laptop."""

_WIDTH = 520
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class EvacuationPanel(QWidget):
    """Asks once, then says what became of it. It covers everything in the window, the lock included."""

    def __init__(self, window: MainWindow, is_practice: bool) -> None:
        super().__init__(window)
        self.stripe = PracticeStripe()
        self.setProperty("part", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.card = Card(tr("Evacuation list"), screen=True)
        self.said = words("", "body", wrap=True)
        self.print_button = PrimaryButton(tr("Print it now"), "Return", icon="print")
        self.close_button = SecondaryButton(tr("Close"), "Esc")
        self.buttons = ButtonRow(self.print_button)
        self.way_out = ButtonRow(self.close_button)
        for part in (self.said, self.buttons, self.way_out):
            self.card.add(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stripe)
        column.addWidget(Centred(self.card, _WIDTH), 1)
        self.stripe.setVisible(is_practice)
        self._back: QWidget | None = None
        self.close_button.clicked.connect(self.put_away)
        self.hide()

    def ask(self, text: str) -> None:
        """Show the question, the keys go to it."""
        if self.isHidden():
            self._back = self.window().focusWidget()
        self.buttons.show()
        self._tell(text)
        self.print_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def tell(self, text: str) -> None:
        """Say how it stands; there is nothing more to ask."""
        if self.isHidden():
            self._back = self.window().focusWidget()
        self._tell(text)
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.buttons.hide()

    def put_away(self) -> None:
        """Close it; typing goes on where it was."""
        if self.isHidden():
            return
        self.hide()
        back, self._back = self._back, None
        if back is not None and isValid(back) and back.isVisible():
            back.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.put_away()
        elif event.key() in _ENTER:
            focused = self.focusWidget()
            (self.close_button if focused is self.close_button else self.print_button).click()
        else:
            event.accept()  # no key reaches what lies below

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round the panel and never to what lies below."""
        now = self.focusWidget()
        shown = [one for one in (self.print_button, self.close_button) if one.isVisible()]
        there = next((one for one in shown if one is not now), self.close_button)
        there.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _tell(self, text: str) -> None:
        self.said.setText(text.replace("/", "/\u200b"))  # a path is one word; it may go on in the next line
        self.said.setAccessibleName(text)
        self.setGeometry(self.window().rect())
        self.show()
        self.raise_()


class Evacuation(QObject):
    """The keys of one window and of its lock, and the way from the question to paper or file.

    Nothing of it waits: the list is a read of its own connection, printers have a few seconds to answer and less than a
    minute for a page, and without one the file lies in the first of :attr:`folders` that takes it.
    """

    def __init__(self, window: MainWindow, lock: Lock, worker: DeskWorker) -> None:
        super().__init__(window)
        self._window, self._lock, self._worker = window, lock, worker
        self.folders: Sequence[Path] = usual_folders()
        self._printers: Printers | None = None
        self.panel = EvacuationPanel(window, worker.desk is not None and worker.desk.who.is_practice)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(PRINTER_WAIT_MS)
        self._late: Callable[[], None] = lambda: None
        self._wait.timeout.connect(lambda: self._late())
        self._stuck = QTimer(self)
        self._stuck.setSingleShot(True)
        self._stuck.setInterval(PATIENCE_MS)
        self._given_up: Callable[[], None] = lambda: None
        self._stuck.timeout.connect(lambda: self._given_up())
        self._busy = False
        key = QShortcut(QKeySequence(EVACUATION), window)
        key.activated.connect(self.ask)
        lock.page.evacuation.clicked.connect(self.ask)
        self.panel.print_button.clicked.connect(self.go)
        window.installEventFilter(self)

    @property
    def printers(self) -> Printers:
        """The printers of this laptop; what draws pages for them is loaded with the first list, not with the window."""
        from shelterdesk.ui.printing import Printers

        if self._printers is None:
            self._printers = Printers(self)
        return self._printers

    @property
    def is_busy(self) -> bool:
        """Whether a list is on its way."""
        return self._busy

    def set_wait(self, milliseconds: int) -> None:
        """How long the printers may take to answer."""
        self._wait.setInterval(milliseconds)

    def set_patience(self, milliseconds: int) -> None:
        """How long a printer may take for a page."""
        self._stuck.setInterval(milliseconds)

    def ask(self) -> None:
        """The first key: say what will be printed."""
        if self._busy:
            self.panel.raise_()
            return
        if self._worker.desk is None:
            self.panel.tell(tr("Nobody is logged in: log in first, then press the keys again."))
        elif self._lock.is_locked:
            self.panel.ask(
                tr(
                    "The desk is locked: the list shows numbers and places, no names. It is noted that it was printed."
                )
            )
        elif may_have_names(self._worker.desk):
            self.panel.ask(
                tr("Everybody in the house by block, with names, and who is out of the house apart.")
            )
        else:
            self.panel.ask(tr("Everybody in the house by block, as numbers and places."))

    def go(self) -> None:
        """The second key: make the list and put it on paper."""
        desk = self._worker.desk
        if desk is None or self._busy:
            return
        self._busy = True
        locked = self._lock.is_locked
        now, by = self._worker.clock.now(), desk.user.name
        size = way_of(self._worker.folder, PaperKind.LISTS).size
        paper: PaperName = (
            "letter" if size == "letter" else "a4" if size == "a4" else usual_paper(desk.who.country)
        )
        named = not locked and may_have_names(desk)
        name = _file_name(desk.who.station, f"{now.astimezone(ZoneInfo(desk.who.zone)):%Y-%m-%d-%H%M}")
        self.panel.tell(tr("The list is being made…"))

        def draw(reader: Reader) -> tuple[bytes, ListPrinted]:
            return evacuation_pdf(reader, now, by, paper, named, locked)

        def made(result: tuple[bytes, ListPrinted]) -> None:
            pdf, printed = result
            self._worker.write(note_evacuation, printed.people, while_locked=locked, failed=lambda _: None)
            self._put_on_paper(pdf, name)

        self._worker.read(draw, done=made, failed=self._failed)

    def close(self) -> None:
        """The lock fell or opened: what was asked before is not for whoever stands there now."""
        if not self._busy:
            self.panel.put_away()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and not self.panel.isHidden():
            self.panel.setGeometry(self._window.rect())
        return False

    def _put_on_paper(self, pdf: bytes, name: str) -> None:
        """On the printer of lists, else the usual one; where none answers in time, or it takes nothing, into a file."""
        answered = False

        def chosen(names: list[str]) -> None:
            nonlocal answered
            if answered:
                return
            answered = True
            self._wait.stop()
            if names:
                wanted = way_of(self._worker.folder, PaperKind.LISTS).printer
                self._print(pdf, wanted if wanted in names else names[0], name)
            else:
                self._save(pdf, name, tr("No printer is set up on this laptop."))

        self._late = lambda: chosen([])
        self._wait.start()
        self.printers.look(chosen)

    def _print(self, pdf: bytes, printer: str, name: str) -> None:
        self.panel.tell(tr("The list goes to the printer {name}.", name=printer))

        task = Task("")
        task.progressed.connect(self._went_on)
        is_told = False

        def first() -> bool:
            """Whether nothing was told yet of this print; from now on it is."""
            nonlocal is_told
            was, is_told = is_told, True
            if not was:
                self._stuck.stop()
            return not was

        def done(pages: int) -> None:
            said = ntr(
                "{n} page went to the printer {name}.",
                "{n} pages went to the printer {name}.",
                pages,
                name=printer,
            )
            if first():
                self._end(said)

        def failed(error: WorldError) -> None:
            if first():
                self._save(pdf, name, error.sentence)

        def given_up() -> None:
            if first():
                task.cancel()
                self._printers = None  # what hangs would hold up the next list as well
                self._save(pdf, name, tr("The printer {name} does not answer.", name=printer))

        self._given_up = given_up
        self._stuck.start()
        self.printers.print_pdf(pdf, printer, name, task, done, failed)

    def _went_on(self, *_: int) -> None:
        """A page was drawn: the printer has its time again for the next."""
        self._stuck.start()

    def _save(self, pdf: bytes, name: str, why: str) -> None:
        folders = tuple(self.folders)

        def put(_: Reader) -> Path:
            return put_in_first(folders, f"{name}.pdf", pdf)

        def saved(path: Path) -> None:
            self._end(
                tr("{why} The list is saved: {path}. Copy it to a laptop with a printer, then delete it.",
                   why=why, path=str(path))
            )  # fmt: skip

        self._worker.read(put, done=saved, failed=self._failed)

    def _failed(self, error: WorldError) -> None:
        self._end(f"{error.sentence} {error.next_step}".strip())

    def _end(self, text: str) -> None:
        self._busy = False
        self.panel.tell(text)


def usual_folders() -> tuple[Path, ...]:
    """Where somebody looks for a file on this kind of system: documents, the desktop, the user's own folder."""
    places = QStandardPaths.StandardLocation
    wanted = (places.DocumentsLocation, places.DesktopLocation, places.HomeLocation)
    found = (QStandardPaths.writableLocation(place) for place in wanted)
    return tuple(dict.fromkeys(Path(folder) for folder in found if folder))


def put_in_first(folders: Sequence[Path], name: str, content: bytes) -> Path:
    """Write a file into the first folder that takes it; raises what the last of them said."""
    fault: WorldError = CannotWrite(name)
    for folder in folders:
        if not folder.is_dir():
            continue
        try:
            write_whole(folder / name, content)
        except WorldError as error:
            fault = error
            continue
        return folder / name
    raise fault


def _file_name(station: str, at: str) -> str:
    what = tr("evacuation")
    return f"{what}-{station}-{at}"
