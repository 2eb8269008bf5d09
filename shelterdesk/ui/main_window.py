"""The window round every screen: rail, scan field, message line, status bar, and the keys of the house."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from shelterdesk.core.changes import Changes
from shelterdesk.core.words import tr
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.rail_entries import RailEntry
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.focus_ring import FocusRing
from shelterdesk.ui.widgets.help_panel import HelpPanel
from shelterdesk.ui.widgets.key_strip import KeyStrip
from shelterdesk.ui.widgets.keymap import HELP, KEY_STRIP, SCAN, UNDO, house_keys, screen_key, window_keys
from shelterdesk.ui.widgets.message_line import ToastLine
from shelterdesk.ui.widgets.page_area import PageArea
from shelterdesk.ui.widgets.popup_list import Found
from shelterdesk.ui.widgets.practice_stripe import PracticeStripe
from shelterdesk.ui.widgets.rail import Rail
from shelterdesk.ui.widgets.scan_field import ScanField
from shelterdesk.ui.widgets.status_bar import StatusBar, StatusLine
from shelterdesk.ui.widgets.task_line import TaskLine
from shelterdesk.ui.widgets.tone import Tone
from shelterdesk.ui.widgets.top_bar import TopBar


def title_of(station: str) -> str:
    """What the window of a station is called outside of it."""
    return f"ShelterDesk · {station}" if station else "ShelterDesk"


class MainWindow(QMainWindow):
    """Holds the screens it is given and nothing else: the rail shows only what exists.

    A screen may be promised: it stands on the rail at once and is made when it is first needed, or in a quiet
    moment before (:meth:`make_next`), so that the window is there for the first key without waiting for all.

    ``results`` answers what is typed into the scan field with lines to show below it; leave it out and call
    ``window.scan.show_results`` when a worker has found them. A change of language needs a new window.

    Signals: ``scanned(str)`` a code, passport lines joined by line breaks; ``search_changed(str)``;
    ``result_chosen(object)`` the value of a found line; ``screen_made(object)`` a promised screen;
    ``screen_opened(str)``; ``user_clicked()``; ``closing()``. Long work is stopped in :attr:`task`.
    """

    scanned = Signal(str)
    search_changed = Signal(str)
    result_chosen = Signal(object)
    screen_made = Signal(object)
    screen_opened = Signal(str)
    user_clicked = Signal()
    closing = Signal()

    def __init__(
        self,
        screens: Sequence[Screen],
        *,
        station: str = "",
        practice: bool = False,
        results: Callable[[str], Sequence[Found]] | None = None,
    ) -> None:
        super().__init__()
        theme()
        self.setWindowTitle(title_of(station))
        self._screens: dict[str, Screen] = {}
        self._promised: dict[str, Callable[[], Screen]] = {}
        self._pages: dict[str, PageArea] = {}
        self._stale: set[str] = set()
        self._watched_line: QLineEdit | None = None
        self._shortcuts: list[QShortcut] = []
        self._lost = QTimer(self)  # what was typed at went away a moment ago, and Qt chose the search
        self._lost.setSingleShot(True)
        self._lost.setInterval(0)
        self._lost.timeout.connect(self._stay_on_screen)
        self.scan = ScanField(results)
        self.rail = Rail()
        self.top = TopBar(self.scan, station)
        self.stripe = PracticeStripe()
        self.stripe.hide()
        self.stack = QStackedWidget()
        self.toast = ToastLine()
        self.status = StatusBar()
        self.keys_below = KeyStrip()
        self.keys_below.hide()
        self._build()
        self.top.stripe_moved.connect(lambda fits: self.stripe.setVisible(not fits))
        self.top.show_practice(practice)
        self.help = HelpPanel(self.stack)
        self._ring = FocusRing(self)
        self._connect()
        for screen in screens:
            self.add_screen(screen)
        if screens:
            self.open_screen(screens[0].name)

    @property
    def task(self) -> TaskLine:
        """The line for long work in the status bar."""
        return self.status.task

    def add_screen(self, screen: Screen) -> None:
        """Put a screen on the rail; it is not opened yet, and asked to refresh when it is."""
        self._put_on_rail(screen.name, screen.icon, screen.title(), screen.key, screen.at_foot)
        self._take_in(screen)

    def promise(self, entry: RailEntry, make: Callable[[], Screen]) -> None:
        """Put a screen on the rail that is made later, when it is asked for or by :meth:`make_next`."""
        self._put_on_rail(entry.name, entry.icon, entry.title(), entry.key, entry.at_foot)
        self._promised[entry.name] = make

    def make_next(self) -> bool:
        """Make one of the screens promised; False when none is left."""
        if not self._promised:
            return False
        self.screen_named(next(iter(self._promised)))
        return True

    def made(self) -> tuple[Screen, ...]:
        """The screens there are by now."""
        return tuple(self._screens.values())

    def names(self) -> tuple[str, ...]:
        """The names of all screens, made or promised, as they stand on the rail."""
        return tuple(button.name for button in self.rail.buttons())

    def screens(self) -> tuple[Screen, ...]:
        """All screens in the order of the rail; those still promised are made now."""
        return tuple(self.screen_named(name) for name in self.names())

    def _put_on_rail(self, name: str, icon: str, title: str, key: str, at_foot: bool) -> None:
        key = key or self._free_key()
        self.rail.add(name, icon, title, key, at_foot=at_foot)
        if key:
            self._key(key, lambda: self.open_screen(name))

    def _take_in(self, screen: Screen) -> None:
        area = PageArea(screen, self.stack)  # a page is large: it is given its place once, not twice
        self._screens[screen.name], self._pages[screen.name] = screen, area
        self._stale.add(screen.name)
        self.stack.addWidget(area)
        screen.said.connect(self._on_said)
        screen.stepped_out.connect(self._on_stepped_out)

    def screen_named(self, name: str) -> Screen:
        """A screen by its name, made now if it was promised; raises KeyError when there is none."""
        make = self._promised.pop(name, None)
        if make is not None:
            screen = make()
            self._take_in(screen)
            self.screen_made.emit(screen)
        return self._screens[name]

    def current(self) -> Screen | None:
        """The screen now open."""
        area = self.stack.currentWidget()
        shown = area.widget() if isinstance(area, PageArea) else None
        return shown if isinstance(shown, Screen) else None

    def open_screen(self, name: str) -> None:
        """Open a screen, fresh if something it shows changed meanwhile, with typing at its first field."""
        screen = self.screen_named(name)
        if self.help.is_open():
            self.help.close_panel()
        bar = self._pages[name].verticalScrollBar()
        scrolled = bar.value()
        if self.stack.currentWidget() is not self._pages[name] and self.toast.text():
            self.toast.close_line()  # what was said belongs to the screen left; it stays among the earlier lines
        self.stack.setCurrentWidget(self._pages[name])
        bar.setValue(scrolled)  # Qt puts the focus somewhere on the page meanwhile and scrolls there
        self.rail.mark(name)
        if name in self._stale:
            self._stale.discard(name)
            screen.refresh(None)
        first = screen.first_focus()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.scan.take_up()
        self._name_keys()
        self.screen_opened.emit(name)

    def apply_changes(self, changes: Changes) -> None:
        """Tell the open screen what changed; the others ask again when they are opened."""
        now = self.current()
        for name, screen in self._screens.items():
            if not changes.touches(screen.kinds):
                continue
            if screen is now:
                screen.refresh(changes)
            else:
                self._stale.add(name)

    def set_status(self, status: StatusLine) -> None:
        """Show the state of this desk in the status bar, and who is logged in on top."""
        self.status.show_status(status)
        self.top.set_user(status.user)

    def set_time(self, text: str) -> None:
        """Show the time of day, given by whoever holds the clock."""
        self.top.set_time(text)

    def say(self, text: str, tone: Tone = Tone.OK, undo: Callable[[], object] | None = None) -> None:
        """Tell an outcome in the message line."""
        self.toast.say(text, tone, undo)

    def show_keys(self, shown: bool) -> None:
        """Show or hide the strip of keys along the bottom."""
        self.keys_below.setVisible(shown)
        self._name_keys()

    def undo(self) -> None:
        """Ctrl+Z: what the message line told of, else what the screen can take back."""
        screen = self.current()
        if not self.toast.undo() and not (screen is not None and screen.undo()):
            self.say(tr("There is nothing to undo here."), Tone.NEUTRAL)

    def explain(self) -> None:
        """F1: open or close the explanation of this screen."""
        screen = self.current()
        if self.help.is_open():
            self.help.close_panel()
        elif screen is not None:
            self.help.explain(
                screen.title(), screen.help_text(), [*screen.keys(), *house_keys(), *window_keys()]
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._on_stepped_out()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        for screen in self._screens.values():
            screen.release()
        self.closing.emit()
        super().closeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A line edit claims Ctrl+Z even with nothing typed to take back; then it is meant for the window.
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            idle = isinstance(watched, QLineEdit) and not watched.isUndoAvailable()
            if idle and event.matches(QKeySequence.StandardKey.Undo):
                event.ignore()
                return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        page, right = QWidget(), QVBoxLayout()
        page.setProperty("part", "page")
        self._holder = QWidget()
        self._holder.setProperty("part", "page")
        self._toast_room = QHBoxLayout(self._holder)
        self._toast_room.addWidget(self.toast)
        self._holder.hide()
        for widget, stretch in (
            (self.stripe, 0), (self.top, 0), (self.stack, 1),
            (self._holder, 0), (self.status, 0), (self.keys_below, 0),
        ):  # fmt: skip
            right.addWidget(widget, stretch)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        whole = QHBoxLayout(page)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.rail)
        whole.addLayout(right, 1)
        self.setCentralWidget(page)
        self._space()

    def _connect(self) -> None:
        self.scan.scanned.connect(self.scanned)
        self.scan.search_changed.connect(self.search_changed)
        self.scan.chosen.connect(lambda line: self.result_chosen.emit(line.value))
        self.scan.left_empty.connect(self._back_to_screen)
        self.scan.taken_up.connect(self._lost.stop)
        self.rail.chosen.connect(self.open_screen)
        self.top.user_clicked.connect(self.user_clicked)
        self.toast.said.connect(self._holder.show)
        self.toast.closed.connect(self._holder.hide)
        self._key(SCAN, self.scan.take_up)
        self._key(HELP, self.explain)
        self._key(UNDO, self.undo)
        self._key(KEY_STRIP, lambda: self.show_keys(self.keys_below.isHidden()))
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)
        theme().changed.connect(self._space)

    def _key(self, key: str, slot: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(slot)
        self._shortcuts.append(shortcut)

    def _free_key(self) -> str:
        taken = {shortcut.key().toString() for shortcut in self._shortcuts}
        return next((key for at in range(9) if (key := screen_key(at)) not in taken), "")

    def _name_keys(self) -> None:
        screen = self.current()
        if not self.keys_below.isHidden() and screen is not None:
            self.keys_below.show_keys([*screen.keys(), *house_keys()[:-1]])

    def _on_said(self, text: str, tone: Tone, undo: Callable[[], object] | None) -> None:
        self.say(text, tone, undo)

    def _on_stepped_out(self) -> None:
        if self.help.is_open():
            self.help.close_panel()
        elif not self.toast.isHidden():
            self.toast.close_line()
        else:
            self.scan.take_up()

    def _back_to_screen(self) -> None:
        screen = self.current()
        first = screen.first_focus() if screen is not None else None
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        watched, self._watched_line = self._watched_line, None
        if watched is not None and isValid(watched):
            watched.removeEventFilter(self)
        if isinstance(now, QLineEdit) and now.window() is self:
            now.installEventFilter(self)
            self._watched_line = now
        area = self.stack.currentWidget()
        if not isinstance(area, PageArea):
            return
        if now is not None and area.isAncestorOf(now):
            area.bring_into_view(now)
        if before is None or now is None or not isValid(before) or not area.isAncestorOf(before):
            self._lost.stop()
        elif not (before.isVisible() and before.isEnabled()) and now is self.scan:
            self._lost.start()

    def _stay_on_screen(self) -> None:
        """A button that hides when it was pressed must not send the next key to the search."""
        screen, now = self.current(), QApplication.focusWidget()
        if screen is None or now is not self.scan or self.scan.text():
            return
        place = screen.refuge()
        if place is not None and place.isVisible() and place.isEnabled():
            place.setFocus(Qt.FocusReason.OtherFocusReason)

    def _space(self) -> None:
        t = theme()
        self._toast_room.setContentsMargins(t.gap(20), 0, t.gap(20), t.gap(8))
        self.setMinimumSize(800, 480)
