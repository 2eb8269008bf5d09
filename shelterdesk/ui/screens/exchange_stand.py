"""Exchange: how this desk stands with the others, and what was set aside and why."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.exchange_state import ExchangeState, LeftOut, exchange_state
from shelterdesk.actions.peers import Aside, AsideEntries, aside_entries
from shelterdesk.core.aside_words import aside_words
from shelterdesk.core.changes import Changes
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_reads import Standing, standing
from shelterdesk.ui.screens.exchange_words import (
    Line,
    gaps_said,
    moment_said,
    newer_said,
    only_here_said,
    outcome_said,
    travelling_said,
)
from shelterdesk.ui.screens.settings_section import Facts, Section
from shelterdesk.ui.tables.heard import Heard, heard_columns
from shelterdesk.ui.tables.peers import aside_columns
from shelterdesk.ui.tables.set_aside import set_aside_columns
from shelterdesk.ui.widgets import EmptyState, Pill, RowsModel, RowsTable, Tone
from shelterdesk.ui.widgets.status_bar import number
from shelterdesk.ui.worker import DeskWorker


class StandSection(Section):
    """What is only here, what the office has, who was heard when and what of them is missing."""

    name = "stand"
    roles = DOES["take in bundles"] | DOES["write a bundle"]
    kinds = frozenset({"status", "roster", "foreign", "access"})

    @staticmethod
    def heading() -> str:
        return tr("What has arrived")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.facts = Facts()
        self.gaps = Lines(tr("What is missing here"))
        self.model: RowsModel[Heard] = RowsModel(heard_columns(), key=lambda one: one.desk)
        empty = EmptyState(
            "desk",
            tr("No other desk was heard yet."),
            tr("Exchange a stick with another desk of the station or with the office."),
        )
        self.table = RowsTable(
            self.model,
            empty,
            name=tr("Desks heard"),
            count=lambda shown, total: ntr("{n} desk", "{n} desks", total),
        )
        self.add(self.facts)
        self.add(self.gaps)
        self.add(self.table, 1)
        self.primary = None

    def refresh(self, changes: Changes | None) -> None:
        self.worker.read(standing, done=self._show, topic="how it stands")

    def _show(self, stands: Standing) -> None:
        desk = self.worker.desk
        if desk is None:
            return
        now, zone, state = self.worker.clock.now(), desk.who.zone, stands.state
        here = " ".join(
            part for part in (only_here_said(state, now, zone).text, travelling_said(state)) if part
        )
        self.facts.show_fact(tr("Only here"), here)
        self.facts.show_fact(tr("Office"), stands.office or tr("none yet; the station works without one"))
        upto = state.last_receipt_ms
        up_to = tr("nothing confirmed yet") if upto is None else moment_said(upto, now, zone)
        self.facts.show_fact(tr("The office has all up to"), up_to)
        self.facts.show_fact(tr("Last written to a stick"), moment_said(state.last_written_ms, now, zone))
        self.gaps.show_lines(gaps_said(state.gaps))
        missing: dict[str, int] = {}
        for name, first, last in state.gaps:
            missing[name] = missing.get(name, 0) + last - first + 1
        own = desk.who.slot
        names = sorted({*state.heard_ms, *missing} - {own})
        self.model.set_rows(
            [
                Heard(
                    name,
                    state.heard_ms.get(name),
                    moment_said(state.heard_ms.get(name), now, zone),
                    missing.get(name, 0),
                )
                for name in names
            ]
        )


class AsideSection(Section):
    """Parts that could not be taken in; a good copy of each makes it go from here by itself."""

    name = "aside"
    roles = DOES["take in bundles"]
    kinds = frozenset({"status", "roster", "foreign"})

    @staticmethod
    def heading() -> str:
        return tr("Set aside")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.count = Pill("", Tone.WARN)
        self.count.hide()
        self.add_beside_title(self.count)
        self.model: RowsModel[LeftOut] = RowsModel(
            set_aside_columns(self._when, outcome_said), key=lambda one: one.name
        )
        empty = EmptyState(
            "aside",
            tr("Nothing is set aside."),
            tr("What cannot be taken in from a stick is listed here with the reason and what to do."),
        )
        self.table = RowsTable(
            self.model,
            empty,
            name=tr("Set aside"),
            count=lambda shown, total: ntr("{n} part", "{n} parts", total),
        )
        self.entries: RowsModel[AsideEntries] = RowsModel(
            aside_columns(lambda at_ms: self._when(at_ms or 0)),
            key=lambda one: (one.desk, one.user, one.reason),
        )
        nothing = EmptyState("ok", tr("Every entry counts."), "")
        self.entries_table = RowsTable(
            self.entries,
            nothing,
            name=tr("Entries that do not count"),
            count=lambda shown, total: ntr("{n} group of entries", "{n} groups of entries", total),
        )
        self.entries_table.hide()
        self.reading = Lines(tr("The part chosen"))
        self.newer = Lines(tr("Fields of a newer program"))
        self.add(self.table, 1)
        self.add(self.entries_table, 1)
        self.add(self.reading)
        self.add(self.newer)
        self.table.current_changed.connect(self._on_current)
        self.entries_table.current_changed.connect(self._on_current)

    def first_focus(self) -> QWidget | None:
        """The list that has something to tell."""
        return self.entries_table.view if self.entries.total and not self.model.total else self.table.view

    def refresh(self, changes: Changes | None) -> None:
        self.worker.read(exchange_state, done=self._show, topic="set aside")
        self.worker.read(aside_entries, done=self._show_entries, topic="entries set aside")

    def _show_entries(self, aside: Aside) -> None:
        self.entries_table.setVisible(bool(aside.groups))
        self.entries.set_rows(aside.groups)
        if not self.model.total:
            self.entries_table.stand_on_first()
        self.newer.show_lines(newer_said(aside))
        self._count()

    def _show(self, state: ExchangeState) -> None:
        self.model.set_rows(state.left_out)
        self._count()

    def _count(self) -> None:
        """Parts and entries together: how much waits for somebody. Of two lists the empty one takes no room."""
        self.table.setVisible(bool(self.model.total) or not self.entries.total)
        many = self.model.total + sum(
            self.entries.row_at(at).entries for at in range(self.entries.rowCount())
        )
        self.count.show_state(number(many), Tone.WARN)
        self.count.setVisible(bool(many))

    def _when(self, at_ms: int) -> str:
        desk = self.worker.desk
        return moment_said(at_ms, self.worker.clock.now(), desk.who.zone) if desk is not None else ""

    def _on_current(self, row: object) -> None:
        """The whole sentence of the row stood on: columns may be too narrow for it."""
        if isinstance(row, LeftOut):
            tone = Tone.WARN if row.outcome == "set_aside" else Tone.BAD
            self.reading.show_lines([Line(tone, f"{row.reason} {row.advice}".strip())])
        elif isinstance(row, AsideEntries):
            self.reading.show_lines([Line(Tone.WARN, " ".join(aside_words(row.reason)))])
        else:
            self.reading.show_lines([])
