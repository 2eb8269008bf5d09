"""Exchange: what two desks wrote apart, side by side; one digit keeps an answer, Ctrl+Z lets both stand again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QWidget

from shelterdesk.actions.conflicts import (
    Answer,
    ConflictLine,
    ConflictList,
    answers_of,
    list_conflicts,
    settle,
)
from shelterdesk.actions.sealed_conflicts import SealedLine, sealed_conflicts, settle_sealed
from shelterdesk.actions.undo import Undone, undo_last
from shelterdesk.core.changes import Changes
from shelterdesk.core.conflict_words import answer_words, subject_words
from shelterdesk.core.errors import WorldError
from shelterdesk.core.kinds import LOGGED
from shelterdesk.core.roles import DOES
from shelterdesk.core.severity import Severity
from shelterdesk.core.vocabulary import Role
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.conflicts import PAGE, ConflictRow
from shelterdesk.db.store import Reader
from shelterdesk.ui.record_ways import show_record
from shelterdesk.ui.screens.conflict_sides import AT_ONCE, Sides, title_label
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.tables.conflicts import conflict_columns, what_words
from shelterdesk.ui.widgets import (
    ButtonRow,
    EmptyState,
    Pill,
    QuietButton,
    RowsModel,
    RowsTable,
    SecondaryButton,
    Tone,
    words,
)
from shelterdesk.ui.worker import DeskWorker


class ConflictsSection(Section):
    """The list above, the answers of the line stood on below.

    :meth:`show_record` narrows the list to a person and what is theirs.
    """

    name = "conflicts"
    roles = DOES["settle what was written apart"]
    kinds = frozenset({kind.name for kind in LOGGED} | {"status", "roster", "foreign"}) - {"access"}

    @staticmethod
    def heading() -> str:
        return tr("Two answers")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        desk = worker.desk
        self._zone = desk.who.zone if desk is not None else "UTC"
        self._pages: list[ConflictRow | None] = [None]
        self._grave: Severity | None = None
        self._sealed = 0
        self._is_outdated = False
        self._ent: str | None = None
        self._has_more = False
        self._last: ConflictRow | None = None
        self._asked: tuple[ConflictLine, tuple[Answer, ...]] | None = None
        self._line_before = 0
        self._taken: list[tuple[bytes, ...]] = []
        self._opened: dict[ConflictRow, SealedLine] = {}
        self.grave_count, self.parallel_count = Pill("", Tone.BAD, icon=True), Pill("", Tone.WARN, icon=True)
        for pill in (self.grave_count, self.parallel_count):
            pill.hide()
            self.add_beside_title(pill)
        self.model: RowsModel[ConflictLine] = RowsModel(conflict_columns(self._zone), key=lambda one: one.row)
        self.empty = EmptyState(
            "ok",
            tr("No two desks wrote something different."),
            tr("Where it happens, both answers are kept and wait here; nobody's work stops for it."),
        )
        self.table = RowsTable(self.model, self.empty, name=self.heading(), count=self._count)
        self.about = title_label()
        self.where = words("", "secondary", wrap=True)
        self.sides = Sides()
        self.sealed = Lines(tr("Sealed entries"))
        self._build()

    def _build(self) -> None:
        self.open_button = SecondaryButton(tr("Open the person"), "Ctrl+O", near=self)
        self.filter_button = QuietButton(tr("Conflicts only"), "Ctrl+G", near=self)
        self.next_button = QuietButton(tr("Next {n}", n=PAGE), "Ctrl+PgDown", near=self)
        self.back_button = QuietButton(tr("The {n} before", n=PAGE), "Ctrl+PgUp", near=self)
        self.all_button = QuietButton(tr("Show everybody's"), "Ctrl+A", near=self)
        self.sealed_button = QuietButton(tr("Open the sealed ones"), "Ctrl+S", near=self)
        self.buttons = ButtonRow(
            self.open_button,
            self.filter_button,
            self.sealed_button,
            self.all_button,
            self.next_button,
            self.back_button,
        )
        self.add(self.table, 1)
        for part in (self.about, self.where, self.sides, self.sealed, self.buttons):
            self.add(part)
        self.open_button.clicked.connect(self._open)
        self.filter_button.clicked.connect(self._on_filter)
        self.next_button.clicked.connect(self._on_next)
        self.back_button.clicked.connect(self._on_back)
        self.sealed_button.clicked.connect(self._open_sealed)
        self.all_button.clicked.connect(lambda: self.show_record(None))
        self.table.current_changed.connect(self._on_current)
        self.table.opened.connect(self._open)
        self.sides.kept.connect(self.keep)
        for digit in range(1, AT_ONCE + 1):
            shortcut = QShortcut(QKeySequence(str(digit)), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self.sides.keep, digit))
        self._show_buttons()

    def help_text(self) -> str:
        return tr(
            "Two answers: when two desks write something different of one person, both are kept and the newest is "
            "shown until somebody chooses. A conflict is about who somebody is, where they sleep or what protects "
            "them; a parallel change is a note or another spelling. The digit keeps an answer, Ctrl+Z lets both "
            "stand again. About protection nobody chooses who wrote one of the answers."
        )

    def keys(self) -> Sequence[tuple[str, str]]:
        """The keys of this part, for F1."""
        return (
            ("1", tr("keep the first answer, 2 the second, and so on")),
            ("Ctrl+O", tr("open the person")),
            ("Ctrl+G", tr("conflicts only, or all")),
        )

    def first_focus(self) -> QWidget | None:
        """The list: the arrows go through it, the digits choose."""
        return self.table.view

    def show_record(self, ent: str | None) -> None:
        """Show only what stands twice of a person; None shows everything again."""
        self._ent, self._grave, self._pages = ent, None, [None]
        self.refresh(None)

    def refresh(self, changes: Changes | None) -> None:
        after, grave, ent = self._pages[-1], self._grave, self._ent

        def asked(reader: Reader) -> ConflictList:
            if self.worker.desk is None:
                raise RuntimeError("no desk is open")
            return list_conflicts(self.worker.desk, reader, after, grave, ent)

        self.worker.read(asked, done=self._show, failed=self.say_error, topic="two answers")

    def keep(self, chosen: Answer) -> None:
        """Settle the line stood on with one of its answers."""
        if self._asked is None:
            return
        line, answers = self._asked
        said = tr(
            "{who}: {what} is “{value}” from now on.",
            who=subject_words(line.subject), what=what_words(line),
            value=answer_words(line.kind, line.field, chosen.value, chosen.label, self._zone),
        )  # fmt: skip

        def done(token: tuple[bytes, ...]) -> None:
            self._taken.append(token)
            self.say(said, Tone.OK, partial(self._take_back, token))

        self._asked = None  # a second press is not meant for the next line
        if line.row in self._opened:
            self._settle_sealed(line, chosen)
            return
        self.worker.write(
            settle, line.row, chosen.raw, [one.raw for one in answers], done=done, failed=self._on_not_settled
        )

    def _settle_sealed(self, line: ConflictLine, chosen: Answer) -> None:
        def done(token: tuple[bytes, ...]) -> None:
            self._opened.pop(line.row, None)
            self._taken.append(token)
            # What it says stays closed: the message line keeps what it said for whoever comes next.
            self.say(
                tr("One version of the sealed entry was chosen."), Tone.OK, partial(self._take_back, token)
            )
            self.refresh(None)

        self.worker.write(settle_sealed, line.row, chosen.raw, done=done, failed=self._on_not_settled)

    def _open_sealed(self) -> None:
        def opened(found: list[SealedLine]) -> None:
            self._opened = {one.line.row: one for one in found}
            if not found:
                self.say(tr("You can open none of them, or all their versions say the same."), Tone.NEUTRAL)
            self.refresh(None)

        self.worker.write(sealed_conflicts, done=opened, failed=self.say_error)

    def hideEvent(self, event: QHideEvent) -> None:
        """What is sealed is closed again when this part is left."""
        super().hideEvent(event)
        if self._opened:
            self._opened = {}
            self.model.set_rows([])
            self._is_outdated = True

    def showEvent(self, event: QShowEvent) -> None:
        """What was emptied when it was left is asked for again."""
        super().showEvent(event)
        if self._is_outdated and self.worker.desk is not None:
            self._is_outdated = False
            self.refresh(None)

    def undo(self) -> bool:
        """Ctrl+Z once the message has gone: the last choice made here is taken back; False for none."""
        if not self._taken:
            return False
        self._take_back(self._taken[-1])
        return True

    def _take_back(self, token: tuple[bytes, ...]) -> None:
        def told(done: Undone) -> None:
            if token in self._taken:
                self._taken.remove(token)
            tone = Tone.WARN if done.is_correction else Tone.OK
            self.say(done.said, tone, partial(self._take_back, done.undo))

        self.worker.write(undo_last, token, done=told, failed=self.say_error)

    def _on_not_settled(self, error: WorldError) -> None:
        self.say_error(error)
        self.refresh(None)

    def _show(self, found: ConflictList) -> None:
        if not found.lines and len(self._pages) > 1:
            self._pages.pop()  # what stood on this page was settled
            self.refresh(None)
            return
        counts = found.counts
        for pill, n, said in (
            (self.grave_count, counts.conflicts, ntr("{n} conflict", "{n} conflicts", counts.conflicts)),
            (
                self.parallel_count, counts.parallel,
                ntr("{n} parallel change", "{n} parallel changes", counts.parallel),
            ),
        ):  # fmt: skip
            pill.show_state(said, pill.tone)
            pill.setVisible(bool(n))
        self._has_more = found.has_more
        self._last = found.lines[-1].row if found.lines else None
        line = self.table.view.currentIndex().row()
        self._line_before = line if line >= 0 else self._line_before
        lines = [one.line for one in self._opened.values()] if len(self._pages) == 1 else []
        self.model.set_rows([*lines, *found.lines])
        if self.model.rowCount() and self.table.current() is None:
            at = min(self._line_before, self.model.rowCount() - 1)
            if at >= 0:
                self.table.select_key(self.model.key_of(self.model.row_at(at)))
        self._on_current(self.table.current())
        self.sealed.show_lines(_sealed_said(counts.sealed))
        self._sealed = counts.sealed
        self._show_buttons()

    def _on_current(self, row: object) -> None:
        self._asked = None
        if not isinstance(row, ConflictLine):
            self.about.hide()
            self.where.hide()
            self.sides.clear()
            self._show_buttons()
            return
        self._line_before = max(0, self.table.view.currentIndex().row())
        if row.row in self._opened:
            self._show_answers(row, self._opened[row.row].answers)
            return

        def asked(reader: Reader) -> tuple[Answer, ...]:
            if self.worker.desk is None:
                raise RuntimeError("no desk is open")
            return answers_of(self.worker.desk, reader, row)

        self.worker.read(
            asked, done=partial(self._show_answers, row), failed=self.say_error, topic="answers side by side"
        )

    def _show_answers(self, line: ConflictLine, answers: tuple[Answer, ...]) -> None:
        if self.table.current() != line:
            return
        self._asked = (line, answers)
        self.about.setText(f"{subject_words(line.subject)} — {what_words(line)}")
        self.about.show()
        more = len(answers) - AT_ONCE
        said = [
            tr("Bed {place}", place=line.subject.place) if line.subject.place else "",
            tr("Family {number}", number=line.subject.household) if line.subject.household else "",
            ntr("{n} more answer is not shown; choose one of these, or open the person.",
                "{n} more answers are not shown; choose one of these, or open the person.", more) if more > 0 else "",
        ]  # fmt: skip
        self.where.setText(" · ".join(part for part in said if part))
        self.where.setVisible(bool(self.where.text()))
        self.sides.show_answers(line, answers, self._zone, self.worker.clock.now())
        self._show_buttons()

    def _open(self, *_: object) -> None:
        row = self.table.current()
        if isinstance(row, ConflictLine) and row.subject.person:
            show_record(self.window(), "person", row.subject.person)

    def _on_filter(self) -> None:
        self._grave = None if self._grave is Severity.CONFLICT else Severity.CONFLICT
        self._pages = [None]
        self.refresh(None)

    def _on_next(self) -> None:
        if self._has_more and self.model.total:
            self._pages.append(self._last)
            self._line_before = 0
            self.refresh(None)

    def _on_back(self) -> None:
        if len(self._pages) > 1:
            self._pages.pop()
            self.refresh(None)

    def _count(self, shown: int, total: int) -> str:
        first = PAGE * (len(self._pages) - 1)
        if first or self._has_more:
            return tr("{first} to {last}", first=first + 1, last=first + total)
        return ntr("{n} field", "{n} fields", total)

    def _show_buttons(self) -> None:
        row = self.table.current()
        self.open_button.setVisible(isinstance(row, ConflictLine) and bool(row.subject.person))
        only = self._grave is Severity.CONFLICT
        self.filter_button.set_words(tr("Parallel changes too") if only else tr("Conflicts only"))
        self.filter_button.setVisible(only or bool(self.model.total))
        self.all_button.setVisible(self._ent is not None)
        roles = self.worker.desk.user.roles if self.worker.desk is not None else frozenset()
        may_open = not roles.isdisjoint({Role.HEALTH, Role.PROTECTION})
        self.sealed_button.setVisible(bool(self._sealed) and may_open and not self._opened)
        self.next_button.setVisible(self._has_more)
        self.back_button.setVisible(len(self._pages) > 1)


def _sealed_said(sealed: int) -> list[Line]:
    if not sealed:
        return []
    said = ntr(
        "{n} sealed entry has two versions; whoever holds its key chooses.",
        "{n} sealed entries have two versions; whoever holds their key chooses.",
        sealed,
    )
    return [Line(Tone.NEUTRAL, said)]
