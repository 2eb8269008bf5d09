"""Exchange: what two desks did apart against a rule - two beds, one card twice - with whom and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.met_apart import MetLine, list_met_apart, met_words
from shelterdesk.actions.registration import local_day
from shelterdesk.core.changes import Changes
from shelterdesk.core.conflict_words import subject_words
from shelterdesk.core.roles import DOES
from shelterdesk.core.severity import Severity
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.store import Reader
from shelterdesk.ui.apart_count import grave_tone
from shelterdesk.ui.record_ways import show_record
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.tables.conflicts import met_columns
from shelterdesk.ui.widgets import ButtonRow, EmptyState, Pill, RowsModel, RowsTable, SecondaryButton, Tone
from shelterdesk.ui.worker import DeskWorker

_MOST_OPENED = 4


class MetSection(Section):
    """A list; below it what to do, and a button for each of the people it is about."""

    name = "met"
    roles = DOES["settle what was written apart"]
    kinds = frozenset(
        {
            "person",
            "household",
            "arrival_group",
            "place",
            "stay",
            "card",
            "travel_document",
            "same_as",
            "service",
        }
        | {"roster", "foreign"}
    )

    @staticmethod
    def heading() -> str:
        return tr("Done twice")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.count, self.lesser = Pill("", Tone.BAD, icon=True), Pill("", Tone.WARN, icon=True)
        for pill in (self.count, self.lesser):
            pill.hide()
            self.add_beside_title(pill)
        self.model: RowsModel[MetLine] = RowsModel(
            met_columns(), key=lambda one: (one.met, one.about, one.subjects)
        )
        empty = EmptyState(
            "ok",
            tr("Nothing was done twice."),
            tr("What two desks gave or wrote apart against a rule is kept, counted once, and listed here."),
        )
        self.table = RowsTable(
            self.model,
            empty,
            name=self.heading(),
            count=lambda shown, total: ntr("{n} finding", "{n} findings", total),
        )
        self.reading = Lines(tr("What to do"))
        self.openers = [
            SecondaryButton("", "Ctrl+O" if not at else "", near=self if not at else None)
            for at in range(_MOST_OPENED)
        ]
        self.add(self.table, 1)
        self.add(self.reading)
        self.add(ButtonRow(*self.openers))
        for at, button in enumerate(self.openers):
            button.clicked.connect(lambda _=False, n=at: self._open(n))
        self.table.current_changed.connect(self._on_current)
        self.table.opened.connect(lambda _: self._open(0))
        self._on_current(None)

    def help_text(self) -> str:
        return tr(
            "Done twice: what one desk alone would have refused, such as a bed given to two people. Both stand, food "
            "and a bed are given meanwhile, and the later one is not counted. The list empties itself once it is put "
            "right."
        )

    def keys(self) -> Sequence[tuple[str, str]]:
        """The keys of this part, for F1."""
        return (("Ctrl+O", tr("open the person")),)

    def first_focus(self) -> QWidget | None:
        """The list."""
        return self.table.view

    def refresh(self, changes: Changes | None) -> None:
        desk = self.worker.desk
        if desk is None:
            return
        today = local_day(desk)

        def asked(reader: Reader) -> list[MetLine]:
            return list_met_apart(desk, reader, today)

        self.worker.read(asked, done=self._show, failed=self.say_error, topic="done twice")

    def _show(self, found: list[MetLine]) -> None:
        grave = sum(one.severity is Severity.CONFLICT for one in found)
        lesser = len(found) - grave
        self.count.show_state(ntr("{n} to put right", "{n} to put right", grave), Tone.BAD)
        self.lesser.show_state(ntr("{n} just to know", "{n} just to know", lesser), Tone.WARN)
        self.count.setVisible(bool(grave))
        self.lesser.setVisible(bool(lesser))
        self.model.set_rows(found)
        self.table.stand_on_first()
        self._on_current(self.table.current())

    def _on_current(self, row: object) -> None:
        line = row if isinstance(row, MetLine) else None
        self.reading.show_lines(
            [] if line is None else [Line(grave_tone(line.severity), " ".join(met_words(line)))]
        )
        people = [] if line is None else [one for one in line.subjects if one.person]
        for at, button in enumerate(self.openers):
            button.setVisible(at < len(people))
            if at < len(people):
                button.set_words(subject_words(people[at]))

    def _open(self, at: int) -> None:
        row = self.table.current()
        people = [one.person for one in row.subjects if one.person] if isinstance(row, MetLine) else []
        if at < len(people):
            show_record(self.window(), "person", people[at])
