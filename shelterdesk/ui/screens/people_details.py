"""What is recorded of a person, read only: values, the questions nobody asked, and answers that differ."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from shelterdesk.actions.records import unread_words
from shelterdesk.core.conflict_words import answer_words, field_words, record_words
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.person_page import FieldShown, PersonPage
from shelterdesk.db.person_records import Conflict
from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.screens.people_words import field_label, missing_words
from shelterdesk.ui.tables.person_entries import Words
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import set_role, words

_IN_HEADER = frozenset({"number", "photo", "station"})


class _Scroll(QScrollArea):
    """Scrolls by the arrow keys and leaves all others to the screen."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            super().keyPressEvent(event)
        else:
            event.ignore()


class _Conflict(QWidget):
    """Two desks wrote different answers apart: both are shown, with a word and an icon."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "clear")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(IconMark("warn", "warn"), 0, Qt.AlignmentFlag.AlignTop)
        self.told = words("", "warn", wrap=True)
        row.addWidget(self.told, 1)

    def show_conflict(self, conflict: Conflict, said: Words) -> None:
        """Say the field and every answer."""
        kind, name = conflict.kind, conflict.field
        if name == "void":
            what = record_words(kind) or tr("the person")
            self.told.setText(
                tr("Marked as entered by mistake at one desk, changed at another: {what}", what=what)
            )
            return
        labels = conflict.labels or (None,) * len(conflict.values)
        pairs = dict.fromkeys(zip(map(repr, conflict.values), labels, strict=True))
        shown = {repr(value): value for value in conflict.values}
        values = " / ".join(answer_words(kind, name, shown[key], label, said.zone) for key, label in pairs)
        field = " · ".join(part for part in (record_words(kind), field_words(kind, name)) if part)
        self.told.setText(tr("Two answers for {field}: {values}", field=field, values=values))


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
        inner = QWidget()
        inner.setProperty("part", "clear")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme().px(6), 0)
        column.setSpacing(theme().gap(8))
        self._doubts = QVBoxLayout()
        column.addLayout(self._doubts)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme().gap(16))
        self._grid.setVerticalSpacing(theme().gap(6))
        self._grid.setColumnStretch(1, 1)
        column.addLayout(self._grid)
        self._not_asked = words("", "secondary", wrap=True)
        self._entered = words("", "secondary", wrap=True)
        self._unread = words("", "secondary", wrap=True)
        self._newer = words("", "secondary", wrap=True)
        self._unread.hide()
        self._newer.hide()
        column.addWidget(self._not_asked)
        column.addWidget(self._entered)
        column.addWidget(self._unread)
        column.addWidget(self._newer)
        column.addStretch(1)
        self._conflicts: list[_Conflict] = []
        self._pairs: list[tuple[QLabel, QLabel]] = []
        self.setWidget(inner)

    def show_page(self, page: PersonPage, said: Words) -> None:
        """Show what a page holds; lines are kept and filled anew."""
        self._show_conflicts(page.conflicts, said)
        known, open_questions = _sorted_out(page)
        while len(self._pairs) < len(known):
            self._add_pair()
        for (label, value), field in zip(self._pairs, known, strict=False):
            label.setText(field_label(field.name))
            if field.value is not None:
                set_role(value, "body")
                value.setText(said.value(field.name, field.value))
            else:
                set_role(value, "secondary")
                value.setText(missing_words(field.missing or ""))
        for at, pair in enumerate(self._pairs):
            for part in pair:
                part.setVisible(at < len(known))
        self._not_asked.setText(tr("Not asked: {fields}", fields=", ".join(open_questions)))
        self._not_asked.setVisible(bool(open_questions))
        when, user = said.ms(page.record.entered_ms), page.record.entered_by
        self._entered.setText(tr("Entered {when} by {user}", when=when, user=user))
        self._newer.setText(_newer_words(page))
        self._newer.setVisible(bool(self._newer.text()))

    def show_unread(self, count: int) -> None:
        """Say that sealed entries could not be read, and of how many; of none nothing."""
        self._unread.setText(unread_words(count))
        self._unread.setVisible(count > 0)

    def _show_conflicts(self, conflicts: Sequence[Conflict], said: Words) -> None:
        while len(self._conflicts) < len(conflicts):
            line = _Conflict()
            self._doubts.addWidget(line)
            self._conflicts.append(line)
        for line, conflict in zip(self._conflicts, conflicts, strict=False):
            line.show_conflict(conflict, said)
        for at, line in enumerate(self._conflicts):
            line.setVisible(at < len(conflicts))

    def _add_pair(self) -> None:
        label, value = words("", "secondary", wrap=True), words("", wrap=True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        top, line = Qt.AlignmentFlag.AlignTop, len(self._pairs)
        self._grid.addWidget(label, line, 0, top)
        self._grid.addWidget(value, line, 1, top)
        self._pairs.append((label, value))


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


def _newer_words(page: PersonPage) -> str:
    """How many fields of a newer program the records of this page hold, and what to do; nothing of none."""
    newer = {(one.kind, name) for one in page.changes for name in one.values if name.startswith("#")}
    if not newer:
        return ""
    fields = ntr("{n} newer field", "{n} newer fields", len(newer))
    return f"{fields}. " + tr(
        "They are kept and passed on whole; update the program on this laptop to see them."
    )
