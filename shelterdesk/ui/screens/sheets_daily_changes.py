"""The numbers that are others now than when the sheet was frozen, and the people behind the one stood on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from shelterdesk.actions.sheet_people import has_people_behind, people_behind, people_of_count
from shelterdesk.core.errors import WorldError
from shelterdesk.core.sheet_difference import Difference, PersonBehind, number_said
from shelterdesk.core.sheet_internal import Behind, InternalPage
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.dates import when
from shelterdesk.ui.screens.people_words import kind_words
from shelterdesk.ui.tables.sheet_changes import (
    ChangedNumber,
    behind_columns,
    changed_columns,
    counted_of,
)
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import EmptyState, RowsModel, RowsTable, words
from shelterdesk.ui.worker import DeskWorker


class ChangesPane(QWidget):
    """Two lists: the numbers, and below them who is behind the one that Enter opens.

    Enter on a person asks for their page. Esc goes from the people to the numbers and from there away.
    Signals: ``person_wanted(str)`` with the number of a person, ``failed(WorldError)``, ``left()``.
    """

    person_wanted = Signal(str)
    failed = Signal(object)
    left = Signal()

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self.worker = worker
        self._day: date | None = None
        self._is_counted = False
        self.numbers: RowsModel[ChangedNumber] = RowsModel(changed_columns(), key=lambda one: one.number)
        self.people: RowsModel[PersonBehind] = RowsModel(
            behind_columns(kind_words, self._when), key=lambda one: (one.ent, one.number, one.entry_ent)
        )
        nothing = EmptyState("ok", tr("Every number is what it was when the sheet was frozen."))
        self.numbers_table = RowsTable(
            self.numbers, nothing, name=tr("Numbers that are others now"), count=_numbers_count
        )
        self.nobody = EmptyState(
            "people", tr("Enter on a number shows who is behind it."), tr("That you looked is noted.")
        )
        self.people_table = RowsTable(
            self.people, self.nobody, name=tr("Who is behind it"), count=_people_count
        )
        self.told = words("", "strong", wrap=True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.numbers_table, 1)
        self._column.addWidget(self.told)
        self._column.addWidget(self.people_table, 1)
        self.setFocusProxy(self.numbers_table)
        self.numbers_table.opened.connect(self._on_number)
        self.people_table.opened.connect(self._on_person)
        theme().changed.connect(self._space)
        self._space()

    def show_changes(self, day: date, differences: Sequence[Difference]) -> None:
        """Show the differences of a day; who was behind another day's is taken away."""
        rows = [
            ChangedNumber(one.number, number_said(one.number), one.then, one.now, one.by)
            for one in differences
        ]
        self._show(day, rows, is_counted=False)

    def show_counts(self, page: InternalPage) -> None:
        """Show the counts of the supervisor's page instead."""
        self._show(page.service_day, counted_of(page), is_counted=True)

    def _show(self, day: date, rows: Sequence[ChangedNumber], *, is_counted: bool) -> None:
        if (day, is_counted) != (self._day, self._is_counted):
            self.forget_people()
        self._day, self._is_counted = day, is_counted
        self.numbers.set_rows(rows)

    def forget_people(self) -> None:
        """Show nobody."""
        self.people.set_rows([])
        self.told.setText("")
        self.nobody.set_words(
            tr("Enter on a number shows who is behind it."), tr("That you looked is noted.")
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.people_table.isAncestorOf(self.focusWidget() or self):
            self.numbers_table.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.left.emit()

    def _on_number(self, row: object) -> None:
        if not isinstance(row, ChangedNumber) or self._day is None:
            return

        asked = self._day, self._is_counted

        def show(people: Sequence[PersonBehind]) -> None:
            if asked == (self._day, self._is_counted):  # else another day was chosen meanwhile
                self._show_people(row, people)

        if self._is_counted:
            behind = Behind(row.number)
            self.worker.write(people_of_count, self._day, behind, done=show, failed=self._on_failed)
        elif has_people_behind(row.number):
            self.worker.write(people_behind, self._day, row.number, done=show, failed=self._on_failed)
        else:
            show(())

    def _show_people(self, row: ChangedNumber, people: Sequence[PersonBehind]) -> None:
        self.people.set_rows(people)
        self.told.setText(tr("Behind: {number}", number=row.name))
        if people:
            self.people_table.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.nobody.set_words(
                tr("Nobody is behind this number: it was measured or corrected as a whole.")
            )

    def _on_person(self, row: object) -> None:
        if isinstance(row, PersonBehind) and row.ent is not None:
            self.person_wanted.emit(row.number)

    def _on_failed(self, error: WorldError) -> None:
        self.failed.emit(error)

    def _when(self, moment: str) -> str:
        desk = self.worker.desk
        return when(moment, self.worker.clock.now(), desk.who.zone if desk is not None else "UTC")

    def _space(self) -> None:
        self._column.setSpacing(theme().gap(8))


def _numbers_count(shown: int, total: int) -> str:
    if shown == total:
        return ntr("{n} number", "{n} numbers", total)
    return tr("{shown} of {total} numbers", shown=shown, total=total)


def _people_count(shown: int, total: int) -> str:
    if shown == total:
        return ntr("{n} person", "{n} people", total)
    return tr("{shown} of {total} people", shown=shown, total=total)
