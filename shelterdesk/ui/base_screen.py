"""What every screen is: a page with a title, the kinds it shows, one primary action, and the house's keys.

A screen is written by deriving from :class:`Screen`, building its widgets into :attr:`Screen.page`, setting
:attr:`Screen.primary`, and overriding what it needs of ``title``, ``help_text``, ``refresh`` and
``first_focus``. Enter, Shift+Enter, Ctrl+Enter and Esc are handled here once for all screens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.ui.rail_entries import RailEntry
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.choice_field import ChoiceField
from shelterdesk.ui.widgets.tone import Tone

_FIELDS = (QLineEdit, QComboBox, QPlainTextEdit, QAbstractSpinBox, ChoiceField, QCheckBox)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Screen(QWidget):
    """One page of the window.

    Class attributes: ``entry``, its place on the rail, which gives it ``name`` (``"reception"``, never shown),
    ``icon`` (a name of ``ui/icons``), ``key`` (``"Ctrl+1"``; left empty, the window gives the next free one)
    and ``at_foot`` (stands at the lower end of the rail); ``kinds`` (kinds of record shown: a change in one of
    them leads to :meth:`refresh`).

    Signals, heard by the window: ``said(text, tone, undo)`` for :meth:`say`, ``stepped_out()`` when Esc has
    nothing left to leave.
    """

    entry: ClassVar[RailEntry]
    name: ClassVar[str] = ""
    icon: ClassVar[str] = "none"
    key: ClassVar[str] = ""
    kinds: ClassVar[frozenset[str]] = frozenset()
    at_foot: ClassVar[bool] = False

    said = Signal(str, object, object)
    stepped_out = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "page")
        self.page = QVBoxLayout(self)
        self.primary: QAbstractButton | None = None
        self._connections: list[tuple[SignalInstance, Callable[..., Any]]] = []
        self._space()
        self.track(theme().changed, self._space)

    def __init_subclass__(cls, **named: Any) -> None:
        """What the rail knows of a screen before it is loaded holds for the screen itself."""
        super().__init_subclass__(**named)
        entry = cls.__dict__.get("entry")
        if isinstance(entry, RailEntry):
            cls.name, cls.icon, cls.key, cls.at_foot = entry.name, entry.icon, entry.key, entry.at_foot

    def title(self) -> str:
        """What the rail calls this screen, in the language spoken; a page that is on no rail says it itself."""
        return self.entry.title()

    def help_text(self) -> str:
        """What F1 explains: what this screen is for and how it goes, in a few sentences."""
        return ""

    def keys(self) -> Sequence[tuple[str, str]]:
        """Keys of this screen beyond those of the house, with their words, for F1 and the key strip."""
        return ()

    def refresh(self, changes: Changes | None) -> None:
        """Ask again for what is shown; ``changes`` tells what changed, None means everything may have."""

    def refuge(self) -> QWidget | None:
        """Where typing goes on when what was typed at went away."""
        return self.first_focus()

    def first_focus(self) -> QWidget | None:
        """Where typing goes when the screen is opened: the first field, unless a screen knows better."""
        fields = self.fields()
        return fields[0] if fields else self.primary

    def finish(self) -> None:
        """Ctrl+Enter: the primary action."""
        if self.primary is not None and self.primary.isEnabled():
            self.primary.click()

    def step_out(self) -> bool:
        """Esc: leave the innermost thing open on this screen, keeping what was typed; False when none is."""
        return False

    def undo(self) -> bool:
        """Ctrl+Z outside typed text, when the message shown offers no way back; False for nothing."""
        return False

    def past_last_field(self) -> None:
        """Enter on the last field: goes to the primary action, unless a screen knows a better next step."""
        if self.primary is not None:
            self.primary.setFocus(Qt.FocusReason.TabFocusReason)

    def say(self, text: str, tone: Tone = Tone.OK, undo: Callable[[], object] | None = None) -> None:
        """Tell the outcome in the window's message line, with a way to take it back."""
        self.said.emit(text, tone, undo)

    def say_error(self, error: WorldError) -> None:
        """Tell the world's fault and the next step in the window's message line."""
        self.said.emit(f"{error.sentence} {error.next_step}".strip(), Tone.BAD, None)

    def track(self, signal: SignalInstance, slot: Callable[..., Any], *, call_now: bool = False) -> None:
        """Connect a signal that outlives this screen; the connection is released when the screen closes.

        ``call_now`` calls the slot once at once, so that filling and updating take the same path.
        """
        signal.connect(slot)
        self._connections.append((signal, slot))
        if call_now:
            slot()

    def release(self) -> None:
        """Let go of every tracked connection; called when the screen or its window closes."""
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._connections.clear()

    def fields(self) -> list[QWidget]:
        """The fields Enter walks through, in the order they were made: visible, enabled, to be written in.

        Never by ``nextInFocusChain()``: PySide (6.11, seen with ``shiboken6.dump``) makes the widget it returns a
        child of the one before it, so walking the chain strings a whole window together, and when one widget of
        it is deleted, layout items of others are declared dead under widgets that live on.
        """
        return [
            widget
            for widget in self.findChildren(QWidget)
            if isinstance(widget, _FIELDS) and self._takes_typing(widget)
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys that mean the same on every screen; what a field uses itself does not arrive here."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in _ENTER and modifiers == Qt.KeyboardModifier.ControlModifier:
            self.finish()
        elif event.key() in _ENTER and modifiers == Qt.KeyboardModifier.ShiftModifier:
            self._move(-1)
        elif event.key() in _ENTER and modifiers == Qt.KeyboardModifier.NoModifier:
            focused = self.focusWidget()
            if isinstance(focused, QAbstractButton) and not isinstance(focused, QCheckBox):
                focused.click()
            else:
                self._move(1)
        elif event.key() == Qt.Key.Key_Escape:
            if not self.step_out():
                self.stepped_out.emit()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.release()
        super().closeEvent(event)

    def _takes_typing(self, widget: QWidget) -> bool:
        if isinstance(widget, QLineEdit | QPlainTextEdit) and widget.isReadOnly():
            return False
        if isinstance(widget.parentWidget(), QComboBox | QAbstractSpinBox):
            return False  # the line inside belongs to the field around it
        tabs = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        return tabs and widget.isEnabled() and widget.isVisibleTo(self)

    def _focused(self) -> QWidget | None:
        return self.focusWidget()

    def _move(self, step: int) -> None:
        fields, focused = self.fields(), self._focused()
        if focused is None:
            return
        at = next(
            (i for i, field in enumerate(fields) if field is focused or field.isAncestorOf(focused)), None
        )
        if at is None:
            return
        at += step
        if at >= len(fields):
            self.past_last_field()
        elif at >= 0:
            forward = Qt.FocusReason.TabFocusReason
            fields[at].setFocus(forward if step > 0 else Qt.FocusReason.BacktabFocusReason)

    def _space(self) -> None:
        t = theme()
        self.page.setContentsMargins(t.gap(20), t.gap(16), t.gap(20), t.gap(12))
        self.page.setSpacing(t.gap(16))
