"""What is recorded of a person, read only: values, the questions nobody asked, and answers that differ."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from shelterdesk.core.words import tr
from shelterdesk.db.person_page import FieldShown, PersonPage
from shelterdesk.db.person_records import Conflict
from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.screens.people_words import field_label, missing_words
from shelterdesk.ui.tables.person_entries import Words
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import words

_IN_HEADER = frozenset({"number", "photo", "station"})


class _Scroll(QScrollArea):
    """Scrolls by the arrow keys and leaves all others to the screen."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            super().keyPressEvent(event)
        else:
            event.ignore()


class PersonDetails(_Scroll):
    """The left column of a person's page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("What is recorded"))
        self.setMinimumHeight(theme().px(160))

    def show_page(self, page: PersonPage, said: Words) -> None:
        """Show what a page holds."""
        at = self.verticalScrollBar().value()
        inner = QWidget()
        inner.setProperty("part", "clear")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme().px(6), 0)
        column.setSpacing(theme().gap(8))
        for conflict in page.conflicts:
            column.addWidget(self._conflict(conflict, said))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme().gap(16))
        grid.setVerticalSpacing(theme().gap(6))
        grid.setColumnStretch(1, 1)
        known, open_questions = _sorted_out(page)
        for line, field in enumerate(known):
            self._field(grid, line, field, said)
        column.addLayout(grid)
        if open_questions:
            column.addWidget(
                words(tr("Not asked: {fields}", fields=", ".join(open_questions)), "secondary", wrap=True)
            )
        column.addWidget(
            words(
                tr(
                    "Entered {when} by {user}",
                    when=said.ms(page.record.entered_ms),
                    user=page.record.entered_by,
                ),
                "secondary",
                wrap=True,
            )
        )
        column.addStretch(1)
        self.setWidget(inner)
        self.verticalScrollBar().setValue(at)

    @staticmethod
    def _field(grid: QGridLayout, line: int, field: FieldShown, said: Words) -> None:
        label = words(field_label(field.name), "secondary", wrap=True)
        value = (
            words(said.value(field.name, field.value), "body", wrap=True)
            if field.value is not None
            else words(missing_words(field.missing or ""), "secondary", wrap=True)
        )
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(label, line, 0, top)
        grid.addWidget(value, line, 1, top)

    @staticmethod
    def _conflict(conflict: Conflict, said: Words) -> QWidget:
        """Two desks wrote different answers apart: both are shown, with a word and an icon."""
        line = QWidget()
        line.setProperty("part", "clear")
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(IconMark("warn", "warn"), 0, Qt.AlignmentFlag.AlignTop)
        values = " / ".join(said.value(conflict.field, value) or "–" for value in conflict.values)
        told = tr("Two answers for {field}: {values}", field=field_label(conflict.field), values=values)
        row.addWidget(words(told, "warn", wrap=True), 1)
        return line


def _sorted_out(page: PersonPage) -> tuple[list[FieldShown], list[str]]:
    """Fields with a value or a reason that was given, and the labels of the questions nobody asked."""
    known: list[FieldShown] = []
    not_asked: list[str] = []
    for field in page.fields:
        if field.name in _IN_HEADER:
            continue
        if field.value is not None:
            known.append(field)
        elif field.missing == "not_asked":
            not_asked.append(field_label(field.name).lower())
        elif field.missing is not None:
            known.append(field)
    return known, not_asked
