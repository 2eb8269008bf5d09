"""The program around the screens: from the folder to the open window, and back to a closed file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal, SignalInstance
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QScrollArea, QWidget

from shelterdesk import startup
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.drafts import is_sheet_waiting
from shelterdesk.actions.shift import UnknownStaffCard
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import Clock
from shelterdesk.core.words import tr
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.crash import calm_words
from shelterdesk.ui.door import Door, DoorWindow
from shelterdesk.ui.drafts import DraftKeeper, unfound_words
from shelterdesk.ui.lock import IdleWatch, Lock
from shelterdesk.ui.main_window import MainWindow, title_of
from shelterdesk.ui.preferences import (
    Preferences,
    apply_preferences,
    changed,
    read_preferences,
    write_preferences,
)
from shelterdesk.ui.screen_making import ScreenMaker, fill, make_rest
from shelterdesk.ui.widgets import Tone
from shelterdesk.ui.worker import DeskWorker

if TYPE_CHECKING:
    from shelterdesk.ui.evacuation import Evacuation
    from shelterdesk.ui.status_watch import StatusWatch

WIDTH, HEIGHT = 1366, 768
LOCK_KEY = "Ctrl+L"
_AFTER_THE_FIRST_KEY_MS = 60


class DeskApp(QObject):
    """One folder's window, whoever is logged in. ``start`` takes the folder's lock and shows the first page.

    Signals: ``opened(MainWindow)`` each time a user's window stands with what was typed put back;
    ``locked()``, ``unlocked()``; ``closed()`` when the file is let go. :attr:`window` is the open window,
    :attr:`door` the page before it, :attr:`worker` the way to the desk.
    """

    opened = Signal(object)
    locked = Signal()
    unlocked = Signal()
    closed = Signal()

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        screens: Sequence[ScreenMaker],
        *,
        idle_seconds: float | None = None,
        cost: Argon2Cost = DEFAULT_COST,
        first_size: tuple[int, int] = (WIDTH, HEIGHT),
    ) -> None:
        """``idle_seconds`` takes the place of the preference (0 never locks: a played day)."""
        super().__init__()
        self.folder, self.clock = folder, clock
        self._makers = tuple(screens)
        self._cost = cost
        self._idle_seconds = idle_seconds
        self._size = first_size
        self._folder_lock: startup.WindowLock | None = None
        self._worker: DeskWorker | None = None
        self.preferences = Preferences()
        self._door: Door | None = None
        self.window: MainWindow | None = None
        self.lock: Lock | None = None
        self.drafts: DraftKeeper | None = None
        self.status: StatusWatch | None = None
        self._evacuation: Evacuation | None = None
        self._user_id = ""
        self._left_at: dict[str, str] = {}  # the screen each user was at, by user id
        self._is_outdated = False  # the window stands in another language than the one chosen
        self._insides: list[QWidget] = []
        self._is_closed = False
        self.idle = IdleWatch(self._idle_wait(), parent=self)
        self.idle.timed_out.connect(self.lock_now)

    @property
    def door(self) -> DoorWindow | None:
        """The window before the desk, from :meth:`start` until the program ends."""
        return self._door.window if self._door is not None else None

    @property
    def worker(self) -> DeskWorker:
        """The way to the desk, from :meth:`start` on."""
        if self._worker is None:
            raise RuntimeError("the program has not started")
        return self._worker

    @property
    def evacuation(self) -> Evacuation:
        """The list in two keys, of the open window a moment after it stands."""
        if self._evacuation is None:
            raise RuntimeError("no window stands yet")
        return self._evacuation

    def start(self) -> None:
        """Take the folder and show first run or log-in. Raises ``InUse``, ``CannotWrite``."""
        startup.prepare_folder(self.folder)
        self._folder_lock = startup.WindowLock(self.folder)
        self.preferences = read_preferences(self.folder)
        apply_preferences(self.preferences)
        self._worker = DeskWorker(self.folder, self.clock)
        self._worker.changed.connect(self._on_changed)
        self._worker.failed.connect(self.tell_error)
        self._worker.faulted.connect(self.tell_fault)
        self.idle.set_seconds(self._idle_wait())
        door = self._door = Door(self._worker, self.folder, self._cost, lambda: self.preferences)
        door.entered.connect(self._enter)
        door.chosen.connect(self._on_chosen)
        door.closing.connect(self._on_door_closing)
        door.entrance.told.connect(self.say)
        self._give_size(door.window)
        door.open()

    def lock_now(self) -> None:
        """Cover the window until a passphrase is typed; twice is once."""
        desk = self.worker.desk
        if self.lock is None or self.lock.is_locked or desk is None:
            return
        self.idle.stop()
        self.lock.lock(desk.user.name)
        self.locked.emit()

    def take_preferences(self, wanted: Preferences) -> None:
        """Put changed preferences to use. Another language needs new widgets.

        What is typed at the reception and in a person's record is put into them (``ui/drafts.py``); what is half
        typed elsewhere goes with its window.
        """
        speaks_anew = wanted.language != self.preferences.language
        self.preferences = wanted
        if not write_preferences(self.folder, wanted):
            self.say(
                tr("The preferences could not be kept; they hold until the program is closed."), Tone.WARN
            )
        apply_preferences(wanted)
        self.idle.set_seconds(self._idle_wait())
        if self.window is not None:
            self.window.show_keys(wanted.key_strip)
        if speaks_anew and self.window is not None:
            # Not from within the field that was used: it goes with its window.
            QTimer.singleShot(0, self, lambda: self._when_idle(self._speak_anew))

    def _speak_anew(self) -> None:
        """A window in the language chosen; behind a lock that fell meanwhile it waits for the passphrase."""
        desk = self.worker.desk
        if self.lock is not None and self.lock.is_locked:
            self._is_outdated = True  # a window made now would stand there open
        elif desk is not None:
            self._change_window(desk.user.id)

    def _change_window(self, user: str) -> None:
        """Another window in the place of this one, at the same screen for the same person.

        Another person gets screens of their own, at the one they left: nothing half typed by the first may be left in
        them. It is the person that counts: whoever unlocked meanwhile has another ``Desk``.
        """
        desk = self.worker.desk
        if self.window is None or desk is None or desk.user.id != user:
            return
        where = self.window.geometry()
        self._leave_window()
        self._enter(desk)
        self.window.setGeometry(where)

    def _when_idle(self, then: Callable[[], None]) -> None:
        """Once every answer on its way has arrived: none may find its screen gone."""
        if not self.worker.is_busy:
            then()
            return

        def once() -> None:
            self.worker.idle.disconnect(once)
            then()

        self.worker.idle.connect(once)

    def say(self, text: str, tone: Tone = Tone.OK) -> None:
        """Tell something in the message line of the open window."""
        if self.window is not None:
            self.window.say(text, tone)

    def tell_error(self, error: WorldError) -> None:
        """The world's fault that no screen told."""
        self.say(f"{error.sentence} {error.next_step}".strip(), Tone.BAD)

    def tell_fault(self, report: str) -> None:
        """A fault of ours, calmly, with the place of its report."""
        self.say(calm_words(report), Tone.BAD)

    def close(self) -> None:
        """Let everything go: what is queued is finished, the chain head signed, the folder free. Twice is once."""
        if self._is_closed:
            return
        self._is_closed = True
        self.idle.stop()
        window = self._leave_window(delete=False)
        door, self._door = self._door, None
        if door is not None:
            door.close()
        if self._worker is not None:
            self._worker.stop()
        if self._folder_lock is not None:
            self._folder_lock.release()
        # After the answers on their way, which may still touch them.
        for shown in (window, door.window if door is not None else None):
            if shown is not None:
                shown.deleteLater()
        self.closed.emit()

    def _on_chosen(self, name: str, value: object) -> None:
        """Something chosen at the door."""
        self._keep(**{name: value})
        apply_preferences(self.preferences)

    def _keep(self, **what: Any) -> None:
        self.preferences = changed(self.preferences, **what)
        write_preferences(self.folder, self.preferences)

    def _idle_wait(self) -> float:
        return self.preferences.idle_minutes * 60.0 if self._idle_seconds is None else self._idle_seconds

    def _give_size(self, window: QWidget) -> None:
        screen = QGuiApplication.primaryScreen()
        wide, high = self._size
        if screen is not None and QGuiApplication.platformName() != "offscreen":
            room = screen.availableGeometry()
            wide, high = min(wide, room.width()), min(high, room.height())
        window.resize(wide, high)

    def _enter(self, desk: Desk) -> None:
        """Build the window of who is logged in and put back what they were typing."""
        if self._is_closed:
            return
        self._user_id, self._is_outdated = desk.user.id, False
        if desk.who.is_practice is not self.preferences.practice:
            self._keep(practice=desk.who.is_practice)
        window = MainWindow((), station=desk.who.name, practice=desk.who.is_practice)
        self.window = window
        self._insides = [area.viewport() for area in window.findChildren(QScrollArea)]
        window.screen_made.connect(lambda made: self._on_screen_made(window, made))
        for made in fill(window, self.worker, self._makers, desk):
            self._on_screen_made(window, made)
        screen = self._left_at.get(desk.user.id, "")
        window.open_screen(screen if screen in window.names() else window.names()[0])
        self._give_size(window)
        if self.door is not None:
            window.setGeometry(self.door.geometry())
        window.show_keys(self.preferences.key_strip)
        window.closing.connect(lambda: self._on_window_closing(window))
        window.user_clicked.connect(self._change_user)
        self.lock = Lock(window, desk.who.is_practice, self.worker.shift)
        self.lock.asked.connect(self._unlock)
        key = QShortcut(QKeySequence(LOCK_KEY), window)
        key.activated.connect(self.lock_now)
        window.show()
        window.activateWindow()
        if self._door is not None:
            self._door.leave()
        self.drafts = DraftKeeper(self.worker, window.made())
        self.drafts.start(lambda back: self._ready(window, back), self._tell_unfound)
        self.idle.start(window)

    def _on_screen_made(self, window: MainWindow, screen: Screen) -> None:
        # Held on to for as long as the window stands, for the reason given in ScrollingPage.
        self._insides += [area.viewport() for area in screen.findChildren(QScrollArea)]
        wanted = getattr(screen, "preferences_wanted", None)
        if isinstance(wanted, SignalInstance):
            wanted.connect(self.take_preferences)
        if self.drafts is not None and self.drafts.add(screen):
            self._tell_back(window, [screen.name])

    def _tell_back(self, window: MainWindow, back: Sequence[str]) -> None:
        titles = ", ".join(window.screen_named(name).title() for name in back)
        window.say(tr("What you were typing is back: {screens}.", screens=titles), Tone.NEUTRAL)

    def _tell_unfound(self, error: WorldError) -> None:
        self.say(unfound_words(error), Tone.WARN)

    def _ready(self, window: MainWindow, back: Sequence[str]) -> None:
        QTimer.singleShot(_AFTER_THE_FIRST_KEY_MS, window, lambda: self._furnish(window, back))

    def _furnish(self, window: MainWindow, back: Sequence[str]) -> None:
        """What nobody needs for the first key, then the other screens, and the word of what was put back."""
        if window is not self.window or self.lock is None:
            return
        from shelterdesk.ui.furnishing import furnish  # its libraries come with it

        self._evacuation, self.status, scans = furnish(window, self.lock, self.worker, self.clock)
        scans.staff_card.connect(self._on_staff_card)
        self.locked.connect(self._evacuation.close)
        self.unlocked.connect(self._evacuation.close)
        make_rest(window, lambda: window is self.window)
        if back:
            self._tell_back(window, back)
        elif is_sheet_waiting(self.folder):
            window.say(
                tr("The recovery sheet of this station is not put away yet; it waits in the settings."),
                Tone.WARN,
            )
        self.opened.emit(window)

    def _on_staff_card(self, code: str) -> None:
        """A staff card at the open window: the desk changes to whose it is; one of nobody's here changes nothing."""
        if not self.worker.shift.knows_card(code):
            self.tell_error(UnknownStaffCard())
            return
        self.lock_now()
        if self.lock is not None and self.lock.is_locked:
            self.lock.page.take_card(code)

    def _change_user(self) -> None:
        self.lock_now()
        if self.lock is not None and self.lock.is_locked:
            self.lock.page.on_change_user()

    def _unlock(self, name: str, passphrase: str) -> None:
        lock = self.lock
        if lock is not None and self._door is not None:
            form = lock.page.form
            self._door.entrance.open(
                name, passphrase, form.wish(), self._unlocked, lock.page.refuse, is_whole=bool(form.known)
            )

    def _unlocked(self, desk: Desk) -> None:
        if self.lock is None:
            return
        user = desk.user.id
        if user == self._user_id and not self._is_outdated:
            self.lock.open()
            self.idle.start(self.lock.page.window())
        else:
            self._when_idle(lambda: self._change_window(user))
        self.unlocked.emit()

    def _leave_window(self, *, delete: bool = True) -> MainWindow | None:
        """Stop all that goes with the window and close it; deleted at once unless said otherwise."""
        self.idle.stop()
        if self.lock is not None:
            self.lock.let_go()
        if self.drafts is not None:
            self.drafts.stop()
            self.drafts = None
        if self.status is not None:
            self.status.stop()
            self.status = None
        if self._worker is not None:
            self._worker.leave_lanes()
        window, self.window, self.lock = self.window, None, None
        if window is None:
            return None
        if (now := window.current()) is not None:
            self._left_at[self._user_id] = now.name
        window.close()
        if delete:  # at once: two windows of one folder are never there together
            window.deleteLater()
            QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
            return None
        return window

    def _on_changed(self, changes: object) -> None:
        if self.window is not None and isinstance(changes, Changes):
            self.window.apply_changes(changes)
            if changes.touches(("station", "foreign")):
                self.worker.read(lambda r: r.who.name, done=self._show_station, topic="station-name")

    def _show_station(self, name: str) -> None:
        if self.window is not None and self.lock is not None:
            self.window.top.set_station(name)
            self.lock.show_title(title_of(name))

    def _on_window_closing(self, window: MainWindow) -> None:
        if window is self.window:
            self.close()

    def _on_door_closing(self) -> None:
        if self.window is None:
            self.close()
