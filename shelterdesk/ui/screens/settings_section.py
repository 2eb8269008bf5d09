"""What every part of the settings is: a card with a title, its own primary action, and words for outcomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QLabel, QWidget

from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.vocabulary import Role
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import Card, LabelledField, Tone, words
from shelterdesk.ui.worker import DeskWorker


class Section(Card):
    """One part of the settings screen; the screen shows one at a time.

    ``roles`` are those who see it (empty: everybody), ``kinds`` the records it shows; ``station_only`` parts have
    nothing to do in an office's folder. Signals:
    ``said(text, tone, undo)`` for the window's message line.
    """

    name: ClassVar[str] = ""
    roles: ClassVar[frozenset[Role]] = frozenset()
    kinds: ClassVar[frozenset[str]] = frozenset()
    station_only: ClassVar[bool] = False
    said = Signal(str, object, object)

    def __init__(self, worker: DeskWorker, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, screen=True, parent=parent)
        self.worker = worker
        self.primary: QAbstractButton | None = None

    @staticmethod
    def heading() -> str:
        """The title, known before the part is made: the list of a screen names it."""
        return ""

    def refresh(self, changes: Changes | None) -> None:
        """Ask again for what is shown."""

    def first_focus(self) -> QWidget | None:
        """Where typing goes when the part is gone into; None for its first field."""
        return None

    def undo(self) -> bool:
        """Ctrl+Z outside typed text, when the message shown offers no way back; False for nothing."""
        return False

    def keys(self) -> Sequence[tuple[str, str]]:
        """Keys of this part beyond those of its screen, with their words."""
        return ()

    def help_text(self) -> str:
        """What F1 says of this part beside the words of the screen; nothing where the part explains itself."""
        return ""

    def say(self, text: str, tone: Tone = Tone.OK, undo: Callable[[], object] | None = None) -> None:
        """Tell an outcome in the window's message line."""
        self.said.emit(text, tone, undo)

    def say_error(self, error: WorldError) -> None:
        """Tell the world's fault there."""
        self.said.emit(f"{error.sentence} {error.next_step}".strip(), Tone.BAD, None)

    def say_at(self, fields: dict[str, LabelledField], error: WorldError) -> None:
        """Tell a fault under the field it names, else in the message line."""
        field = fields.get(error.field) if isinstance(error, BadField) else None
        if field is None:
            self.say_error(error)
        else:
            field.set_mistake(f"{error.sentence} {error.next_step}".strip())
            field.setFocus()


class Facts(QWidget):
    """Names at the left, values at the right, one line each; a value may be long and wraps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        self._values: dict[str, QLabel] = {}
        theme().changed.connect(self._space)
        self._space()

    def show_fact(self, name: str, value: str) -> None:
        """Show a value under a name; the same name again takes its place."""
        label = self._values.get(name)
        if label is None:
            row = len(self._values)
            label = self._values[name] = words("", "strong", wrap=True)
            self._grid.addWidget(words(name, "secondary"), row, 0)
            self._grid.addWidget(label, row, 1)
        label.setText(value)
        label.setAccessibleName(f"{name}: {value}")

    def value(self, name: str) -> str:
        """What is shown under a name."""
        return self._values[name].text()

    def _space(self) -> None:
        self._grid.setHorizontalSpacing(theme().gap(24))
        self._grid.setVerticalSpacing(theme().gap(8))
