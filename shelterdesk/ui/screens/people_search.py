"""Finding somebody: a field that answers while one types, and the list of who was found below it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.access import note_search
from shelterdesk.actions.people import find_people
from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.people import PersonLine
from shelterdesk.db.store import Reader
from shelterdesk.ui.tables.people import people_model
from shelterdesk.ui.widgets import ButtonRow, Card, EmptyState, LabelledField, PrimaryButton, RowsTable
from shelterdesk.ui.worker import DeskWorker

MOST_FOUND = 100
"""Most lines shown: more than that means the words looked for fit too many."""

_PAUSE_MS = 12  # a reader types a sign each few milliseconds: search once, after it


class _SearchLine(QLineEdit):
    """The field: Down goes into the list, Enter takes what stands there."""

    go_down = Signal()
    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() == Qt.Key.Key_Down:
            self.go_down.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class PeopleSearch(Card):
    """The list side of the people screen.

    Signals: ``chosen(str)`` with the id of the person to open; ``failed(WorldError)``. Nothing is listed
    before something is typed: a list of everybody in the house is nobody's to read over a shoulder.
    """

    chosen = Signal(str)
    failed = Signal(object)

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(tr("People"), screen=True, parent=parent)
        self._worker = worker
        self._asked = ""
        self._answered: str | None = None
        self._open_when_answered = False
        self.line = _SearchLine()
        self.line.setClearButtonEnabled(False)
        self.field = LabelledField(
            tr("Name, number or document"),
            self.line,
            hint=tr("spelling does not matter, Down goes to the list"),
        )
        self._empty = EmptyState("search", "")
        self.model = people_model()
        self.table = RowsTable(self.model, self._empty, name=tr("People found"), count=self._count)
        self.open_button = PrimaryButton(tr("Open"), "Return")
        self.open_button.clicked.connect(self._open_current)
        self.add(self.field)
        self.add(self.table, 1)
        self.add(ButtonRow(self.open_button))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.search_now)
        self.line.textEdited.connect(self._on_edited)
        self.line.go_down.connect(self._go_down)
        self.line.entered.connect(self._on_enter)
        self.table.opened.connect(self._on_opened)
        self._show([], "")

    def search_now(self) -> None:
        """Ask for what stands in the field."""
        self._pause.stop()
        wanted = self.line.text().strip()
        self._asked = wanted
        if not wanted:
            self._show([], "")
            return
        desk = self._worker.desk
        if desk is None:
            return

        def find(reader: Reader) -> list[PersonLine]:
            return find_people(desk, reader, wanted, MOST_FOUND)

        self._worker.read(
            find, done=lambda found: self._show(found, wanted), failed=self._on_failed, topic="people-search"
        )

    def is_empty(self) -> bool:
        """Whether nothing is being looked for."""
        return not self.line.text()

    def clear(self) -> None:
        """Forget what was looked for."""
        self.line.clear()
        self.search_now()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_back_focus(self) -> None:
        """Stand where the search was left: on the row opened, or in the field."""
        if self.table.current() is not None:
            self.table.view.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_edited(self) -> None:
        self._open_when_answered = False
        self._pause.start()

    def _show(self, found: list[PersonLine], wanted: str) -> None:
        if wanted != self._asked:
            return  # a newer search is on its way
        self._answered = wanted
        self.model.set_rows(found)
        if wanted:
            self._empty.set_words(
                tr("Nobody here answers to “{words}”.", words=wanted),
                tr("Try fewer letters, a number, or the number of a document."),
            )
        else:
            self._empty.set_words(
                tr("Type a name, a number or a document."),
                tr("A family's number shows the whole family. F2 reads a card."),
            )
        self.open_button.setEnabled(bool(found))
        if self._open_when_answered:
            self._open_when_answered = False
            self._take(found, wanted)

    def _on_enter(self) -> None:
        """Enter: the only one found is opened, of several the first is stood on. The search is kept."""
        wanted = self.line.text().strip()
        if not wanted:
            return
        if wanted == self._answered:
            self._take([self.model.row_at(at) for at in range(self.model.rowCount())], wanted)
        else:
            self._open_when_answered = True
            self.search_now()

    def _take(self, found: list[PersonLine], wanted: str) -> None:
        self._worker.write(note_search, wanted, len(found), failed=self._on_failed)
        if len(found) == 1:
            self.table.select_key(found[0].ent)
            self.chosen.emit(found[0].ent)
        else:
            self._go_down()

    def _go_down(self) -> None:
        if self.model.rowCount():
            self.table.view.setFocus(Qt.FocusReason.TabFocusReason)

    def _open_current(self) -> None:
        if self.table.current() is None:
            self._on_enter()
        else:
            self._on_opened(self.table.current())

    def _on_opened(self, row: object) -> None:
        if isinstance(row, PersonLine):
            self.chosen.emit(row.ent)

    def _on_failed(self, error: WorldError) -> None:
        self.failed.emit(error)

    @staticmethod
    def _count(shown: int, total: int) -> str:
        if shown < total:
            return tr("{shown} of {total} people", shown=shown, total=total)
        if total >= MOST_FOUND:
            return tr("the first {n}; type more to find fewer", n=total)
        return ntr("{n} person", "{n} people", total)
