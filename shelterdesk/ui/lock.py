"""The lock: what was on the screen is covered and untouched until a passphrase or the shift's PIN opens it again."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QShortcut, QWindow
from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout, QWidget
from shiboken6 import isValid

from shelterdesk.actions.clock import SystemClock
from shelterdesk.actions.shift import Shift, WrongPin
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import Clock
from shelterdesk.core.words import tr
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.log_in import Centred
from shelterdesk.ui.log_in_form import LogInForm
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.sleep import SleepWatch
from shelterdesk.ui.widgets import SecondaryButton
from shelterdesk.ui.widgets.keymap import EVACUATION
from shelterdesk.ui.widgets.practice_stripe import PracticeStripe

LOCKED_TITLE = "ShelterDesk"
_ACTIVITY = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    }
)
_LOOK_MS = 1000


class IdleWatch(QObject):
    """Notices that nobody has touched the desk for a while, a laptop that slept included.

    Time is the wall's, not the timer's: a timer stands still while the laptop sleeps, and the first key after
    waking must not reach what was open. What is touched is heard at the window, before any widget: a filter on
    the whole program would be asked for every event there is. A laptop that slept, however shortly, counts as left
    alone (``ui/sleep.py``). Signals: ``timed_out()``.
    """

    timed_out = Signal()

    def __init__(
        self,
        seconds: float,
        clock: Clock | None = None,
        parent: QObject | None = None,
        sleep: SleepWatch | None = None,
    ) -> None:
        """``seconds`` to wait; 0 waits for ever (a played day)."""
        super().__init__(parent)
        self.sleep = sleep if sleep is not None else SleepWatch(parent=self)
        self.sleep.slept.connect(self._on_slept)
        self._seconds = seconds
        self._clock = clock if clock is not None else SystemClock()
        self._last = self._now()
        self._window: QWindow | None = None
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self.look)
        self.is_watching = False

    def set_seconds(self, seconds: float) -> None:
        """Wait another while from now on."""
        self._seconds = seconds
        self._last = self._now()

    def start(self, window: QWidget) -> None:
        """Begin to watch a window that is shown; what came before does not count."""
        self.stop()
        self._last = self._now()
        self.is_watching = True
        self._look.start()
        self._window = window.windowHandle()
        if self._window is not None:
            self._window.installEventFilter(self)

    def stop(self) -> None:
        """Watch no longer; before the window goes."""
        self.is_watching = False
        self._look.stop()
        if self._window is not None and isValid(self._window):
            self._window.removeEventFilter(self)
        self._window = None

    def touched(self) -> None:
        """Somebody is at the desk."""
        self._last = self._now()

    def look(self) -> None:
        """Say so when nobody has touched the desk for long enough; a clock set back starts the wait anew."""
        self.sleep.look()
        now = self._now()
        if now < self._last:
            self._last = now
        if self.is_watching and self._seconds and now - self._last >= self._seconds:
            self.timed_out.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in _ACTIVITY:
            return False
        self.look()
        if not self.is_watching:
            return True  # it locked at this very touch, which was meant for what is covered now
        self.touched()
        return False

    def _on_slept(self) -> None:
        if self.is_watching and self._seconds:
            self.timed_out.emit()

    def _now(self) -> float:
        return self._clock.now().timestamp()


class LockPage(Screen):
    """Covers a window. The same person types the passphrase; somebody else goes through *Change user*.

    Signals: ``asked(str, str)`` with name and passphrase.
    """

    name, icon = "lock", "lock"
    asked = Signal(str, str)

    def __init__(self, practice: bool, shift: Shift) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._user = ""
        self._shift = shift
        self.form = LogInForm(tr("This desk is locked"), tr("Unlock"), practice)
        self.primary = self.form.primary
        self.change_user = SecondaryButton(tr("Change user"), "F4")
        self.form.row.add(self.change_user)
        # In a fire nobody looks for a passphrase: numbers and places are printed without one.
        self.evacuation = SecondaryButton(tr("Evacuation list"), EVACUATION, icon="print")
        self.form.row.add(self.evacuation)
        self.stripe = PracticeStripe()
        self.page.setContentsMargins(0, 0, 0, 0)
        self.page.addWidget(self.stripe)
        self.stripe.setVisible(practice)  # not before it is in here: it would open as a window of its own
        inside = QVBoxLayout()
        inside.addWidget(Centred(self.form), 1)
        self.page.addLayout(inside, 1)
        self.form.asked.connect(self.asked)
        self.change_user.clicked.connect(self.on_change_user)

    def title(self) -> str:
        return tr("This desk is locked")

    def fields(self) -> list[QWidget]:
        return self.form.lines()

    def first_focus(self) -> QWidget | None:
        return self.fields()[0]

    def past_last_field(self) -> None:
        self.finish()

    def step_out(self) -> bool:
        """Esc: from another name back to the one who was working here."""
        if self.form.known or not self._user:
            return False
        self.ask(self._user)
        return True

    def ask(self, user: str) -> None:
        """Ask for the passphrase of who was working here, whose name is not shown."""
        self._user = user
        self.form.clear()
        self.form.ask_for(user, self._shift.has_pin(self._shift.named(user, is_whole=True)))
        self.form.set_title(tr("This desk is locked"))
        self.change_user.setVisible(True)
        self._start_typing()

    def on_change_user(self) -> None:
        """Ask for a name too."""
        self.form.clear()
        self.form.ask_for("", self._shift.has_pins)
        self.form.set_title(tr("Change user"))
        self.change_user.setVisible(False)
        self._start_typing()

    def take_card(self, code: str) -> None:
        """A staff card that was scanned before the desk was locked opens it."""
        self.form.passphrase.setText(code)
        self.form.ask()

    def refuse(self, error: WorldError) -> None:
        """Say why it did not open."""
        self.form.refuse(error)
        if isinstance(error, WrongPin) and not error.left:
            self.form.ask_for(self.form.known, not self.form.known and self._shift.has_pins)

    def _start_typing(self) -> None:
        first = self.first_focus()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)


class Lock(QObject):
    """Locks and unlocks one window: its contents are hidden, not only painted over, and its keys are off.

    Signals: ``asked(str, str)``; the owner answers with :meth:`open` or ``page.refuse``.
    """

    asked = Signal(str, str)

    def __init__(self, window: MainWindow, practice: bool, shift: Shift) -> None:
        super().__init__(window)
        self._window = window
        self._title = ""
        self._focus: QWidget | None = None
        self._off: list[QShortcut] = []
        self.page = LockPage(practice, shift)
        self.page.setParent(window)
        self.page.hide()
        self.page.asked.connect(self.asked)

    @property
    def is_locked(self) -> bool:
        """Whether the window is covered now."""
        return not self.page.isHidden()

    def lock(self, user: str) -> None:
        """Cover the window; ``user`` is who was working here. Open questions are answered with no."""
        if self.is_locked:
            return
        window = self._window
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.reject()
        self._focus = window.focusWidget()  # the window's own, also while a dialog had the keys
        self._title = window.windowTitle()
        window.setWindowTitle(LOCKED_TITLE)
        own = set(self.page.findChildren(QShortcut))
        self._off = [key for key in window.findChildren(QShortcut) if key.isEnabled() and key not in own]
        for key in self._off:
            key.setEnabled(False)
        self._show_contents(False)
        self.page.setGeometry(window.rect())
        self._watch(True)
        self.page.show()
        self.page.raise_()
        self.page.ask(user)

    def open(self) -> None:
        """Show again what was there, as it was, with typing where it was."""
        if not self.is_locked:
            return
        self.page.form.clear()
        self.page.hide()
        window = self._window
        self._watch(False)
        window.setWindowTitle(self._title)
        for key in self._off:
            key.setEnabled(True)
        self._off.clear()
        self._show_contents(True)
        window.activateWindow()  # a dialog put away by the lock may have left no window active
        if self._focus is not None and isValid(self._focus):
            self._focus.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_title(self, title: str) -> None:
        """Give the window another title: behind the lock, which names nothing, once it is open again."""
        if self.is_locked:
            self._title = title
        else:
            self._window.setWindowTitle(title)

    def let_go(self) -> None:
        """The window is going to be closed, locked or not."""
        self._watch(False)

    def _watch(self, on: bool) -> None:
        """Hear of every window that opens, only while locked."""
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
            if on:
                app.installEventFilter(self)

    def _show_contents(self, shown: bool) -> None:
        contents = self._window.centralWidget()
        if contents is not None:
            contents.setVisible(shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The page follows the window's size; what was asked before the lock and comes late is answered with no."""
        kind = event.type()
        if kind is QEvent.Type.Resize and watched is self._window and self.is_locked:
            self.page.setGeometry(self._window.rect())
        elif kind is QEvent.Type.Show and isinstance(watched, QDialog) and self.is_locked:
            QTimer.singleShot(0, watched, lambda: self._refuse(watched))
        return False

    def _refuse(self, late: QDialog) -> None:
        late.reject()
        self._window.activateWindow()  # typing goes on in the page
