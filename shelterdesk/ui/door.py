"""Before the desk is open: first run, log-in or the recovery sheet, in a window with nothing of the station on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QScrollArea, QVBoxLayout, QWidget

from shelterdesk import startup
from shelterdesk.actions.desk import Desk
from shelterdesk.core.errors import NewerData, WorldError
from shelterdesk.keys.passphrase import Argon2Cost
from shelterdesk.ui.entrance import Entrance
from shelterdesk.ui.lock import LOCKED_TITLE
from shelterdesk.ui.log_in import LogInPage, ScrollingPage
from shelterdesk.ui.preferences import Preferences
from shelterdesk.ui.widgets.focus_ring import FocusRing
from shelterdesk.ui.widgets.practice_stripe import PracticeStripe
from shelterdesk.ui.worker import DeskWorker


class DoorWindow(QMainWindow):
    """Holds the page before the desk is open: first run or log-in. Signals: ``closing()``."""

    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(LOCKED_TITLE)
        self._page: QWidget | None = None
        self._area: QScrollArea | None = None
        self.stripe = PracticeStripe()
        holder = QWidget()
        holder.setProperty("part", "page")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.stripe)
        self.setCentralWidget(holder)
        self.setMinimumSize(640, 480)
        self._ring = FocusRing(self)

    @property
    def page(self) -> QWidget | None:
        """The page now shown."""
        return self._page

    def show_page(self, page: QWidget, practice: bool) -> None:
        """Show another page in place of the one before."""
        if self._area is not None:
            self._area.hide()
            self._area.deleteLater()
        self._page, self._area = page, ScrollingPage(page)
        self.stripe.setVisible(practice)
        self._column.addWidget(self._area, 1)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)


class Door(QObject):
    """The ways in, each as a page of :attr:`window`; :attr:`entrance` opens the desk, also behind its lock.

    Signals: ``entered(Desk)`` when somebody is in; ``chosen(str, object)`` the name of a preference and its new
    value, for who keeps them and puts them to use at once; ``closing()`` when the window is closed.
    """

    entered = Signal(object)
    chosen = Signal(str, object)
    closing = Signal()

    def __init__(
        self, worker: DeskWorker, folder: Path, cost: Argon2Cost, preferences: Callable[[], Preferences]
    ) -> None:
        """``preferences`` are asked each time a page is made."""
        super().__init__()
        self._worker, self._folder, self._cost = worker, folder, cost
        self._preferences = preferences
        self.entrance = Entrance(worker, folder, cost)
        self.window = DoorWindow()
        self.window.closing.connect(self.closing)

    def open(self) -> None:
        """Show first run in an empty folder, else log-in, with typing at its first field."""
        if startup.is_set_up(self._folder):
            page = self._log_in_page()
            self.window.show_page(page, self._preferences().practice)
            first = page.first_focus()
        else:
            from shelterdesk.ui.first_run import FirstRunPage  # a desk is set up once and opened every day

            run = FirstRunPage(self._worker, self._folder, self._cost)
            run.opened.connect(self._come_in)
            run.joined.connect(self.open)
            run.language_chosen.connect(self._speak_first)
            run.practice_chosen.connect(lambda practice: self.chosen.emit("practice", practice))
            self.window.show_page(run, False)
            first = run.choose.first_focus()
        self.window.show()
        self.window.activateWindow()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _come_in(self, desk: Desk) -> None:
        """Somebody is in; where the laptop's clock cannot be right they may say what time it is first."""
        if not desk.store.asks_for_date:
            self.entered.emit(desk)
            return
        from shelterdesk.actions.said_clock import go_on_with_clock, said_on_wall, say_time
        from shelterdesk.ui.clock_page import ClockPage  # seldom

        self._release_page()
        page = ClockPage(self._worker.clock.now(), desk.who.zone)

        def say(day: str, time: str) -> None:
            at = said_on_wall(desk, day, time)
            self._worker.write(say_time, at, done=lambda _: self.entered.emit(desk), failed=page.refuse)

        page.said.connect(say)
        page.left.connect(
            lambda: self._worker.write(go_on_with_clock, done=lambda _: self.entered.emit(desk))
        )
        self.window.show_page(page, desk.who.is_practice)
        first = page.first_focus()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Somebody is in: the page lets go what it holds, the window is out of sight."""
        self._release_page()
        self.window.hide()

    def close(self) -> None:
        """Nobody comes in any more."""
        self._release_page()
        self.window.close()

    def _log_in_page(self) -> LogInPage:
        page = LogInPage(self._preferences())
        page.asked.connect(
            lambda name, phrase: self.entrance.open(
                name, phrase, page.form.wish(), self._come_in, lambda error: self._refuse(page, error)
            )
        )
        page.backup_asked.connect(lambda name, phrase: self._open_backup(page, name, phrase))
        page.language_chosen.connect(lambda language: self._speak(page, language))
        page.theme_chosen.connect(lambda mode: self.chosen.emit("theme", mode))
        page.forgotten.connect(self._show_forgotten)
        return page

    def _refuse(self, page: LogInPage, error: WorldError) -> None:
        """Say why it did not open; data of a newer version have a way out where a backup of before it lies here."""
        page.refuse(error)
        if isinstance(error, NewerData):
            from shelterdesk.actions.updates import backup_before_update  # seldom, and with much behind it

            if backup_before_update(self._folder) is not None:
                page.offer_backup()

    def _open_backup(self, page: LogInPage, name: str, phrase: str) -> None:
        from shelterdesk.actions.updates import open_backup_instead

        def opened() -> Desk:
            return open_backup_instead(self._folder, name, phrase, self._worker.clock)[0]

        self._worker.open_with(opened, self._come_in, page.refuse)

    def _show_forgotten(self) -> None:
        """The page for who has the recovery sheet in hand; back leads to the log-in."""
        from shelterdesk.actions.recovering import recover  # once in a station's life
        from shelterdesk.ui.forgotten import ForgottenPage

        page = ForgottenPage(self._preferences().practice)
        page.went_back.connect(self.open)
        page.asked.connect(
            lambda code, name, phrase: self._worker.open_with(
                lambda: recover(self._folder, code, name, phrase, self._worker.clock, self._cost),
                self._come_in,
                page.refuse,
            )
        )
        self.window.show_page(page, self._preferences().practice)
        first = page.first_focus()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _speak_first(self, language: str) -> None:
        """Another language before there is a station: nothing is typed yet, the page is built anew."""
        self.chosen.emit("language", language)
        self.open()

    def _speak(self, page: LogInPage, language: str) -> None:
        """Another language before the log-in: the page is built anew, the name typed stays."""
        self.chosen.emit("language", language)
        typed = page.form.name_field.text()
        self.open()
        new = self.window.page
        if isinstance(new, LogInPage):
            new.form.name_field.set_text(typed)
            new.language.setFocus(Qt.FocusReason.OtherFocusReason)

    def _release_page(self) -> None:
        release = getattr(self.window.page, "release", None)
        if release is not None:
            release()
