"""Exchange: each other desk - heard when and through whom, what came, what is missing, and the words to ask for it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from shelterdesk.actions.peers import PeerState, bundles_from, peer_states
from shelterdesk.core.changes import Changes
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.peers import PeerBundle
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_words import Line, moment_said
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.tables.peers import bundle_columns, has_words, peer_columns
from shelterdesk.ui.widgets import (
    ButtonRow,
    EmptyState,
    Pill,
    RowsModel,
    RowsTable,
    SecondaryButton,
    Tone,
)
from shelterdesk.ui.worker import DeskWorker


class PeersSection(Section):
    """The desks; of the one stood on the bundles that came, and below them what has to be asked for."""

    name = "peers"
    roles = DOES["take in bundles"] | DOES["write a bundle"]
    kinds = frozenset({"status", "roster", "foreign"})

    @staticmethod
    def heading() -> str:
        return tr("Other desks")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.alarm = Pill("", Tone.BAD, icon=True)
        self.alarm.hide()
        self.add_beside_title(self.alarm)
        self.model: RowsModel[PeerState] = RowsModel(peer_columns(self._when), key=lambda one: one.dev)
        empty = EmptyState(
            "desk",
            tr("This desk knows no other."),
            tr("Admit a further desk of the station, or join an office."),
        )
        self.table = RowsTable(
            self.model,
            empty,
            name=self.heading(),
            count=lambda shown, total: ntr("{n} desk", "{n} desks", total),
        )
        self.bundles: RowsModel[PeerBundle] = RowsModel(
            bundle_columns(self._when), key=lambda one: one.number
        )
        came = EmptyState(
            "received", tr("No bundle of this desk came here."), tr("Its words may come through others.")
        )
        self.bundles_table = RowsTable(
            self.bundles,
            came,
            name=tr("Bundles that came"),
            count=lambda shown, total: ntr("{n} bundle", "{n} bundles", total),
        )
        self.told = Lines(tr("What to look at"))
        self.copy_button = SecondaryButton(tr("Copy the words"), "Ctrl+K", icon="received", near=self)
        self.add(self.table, 3)
        self.add(self.bundles_table, 2)
        self.add(self.told)
        self.add(ButtonRow(self.copy_button))
        self.copy_button.hide()
        self.copy_button.clicked.connect(self._copy)
        self.table.current_changed.connect(self._on_current)

    def help_text(self) -> str:
        return tr(
            "Other desks: what is missing here of a desk is named with its numbers. Copy the words and send them, or "
            "read them out; the desk writes its stick again and the gap closes by itself."
        )

    def keys(self) -> Sequence[tuple[str, str]]:
        """The keys of this part, for F1."""
        return (("Ctrl+K", tr("copy the words to ask for what is missing")),)

    def first_focus(self) -> QWidget | None:
        """The list of desks."""
        return self.table.view

    def refresh(self, changes: Changes | None) -> None:
        self.worker.read(peer_states, self.worker.clock.now(), done=self._show, topic="desk by desk")

    def asks(self) -> list[str]:
        """The sentences to ask with: those of the desk stood on, else of all."""
        row = self.table.current()
        if isinstance(row, PeerState) and row.asks:
            return list(row.asks)
        return [ask for at in range(self.model.rowCount()) for ask in self.model.row_at(at).asks]

    def _show(self, found: list[PeerState]) -> None:
        alarms = sum(bool(one.alarms) for one in found)
        self.alarm.show_state(ntr("{n} desk to look at", "{n} desks to look at", alarms), Tone.BAD)
        self.alarm.setVisible(bool(alarms))
        self.model.set_rows(found)
        self.table.stand_on_first()
        self._on_current(self.table.current())

    def _on_current(self, row: object) -> None:
        self.copy_button.setVisible(bool(self.asks()))
        if not isinstance(row, PeerState):
            every = [self.model.row_at(at) for at in range(self.model.rowCount())]
            self.told.show_lines([line for one in every for line in _lines(one)])
            self.bundles_table.hide()
            return
        confirmed = self._when(row.confirmed_ms) if row.confirmed_ms is not None else ""
        has = tr("{desk} has of this desk: {what}", desk=row.name, what=has_words(row))
        said = [*_lines(row), Line(Tone.NEUTRAL, f"{has} · {confirmed}" if confirmed else has)]
        self.told.show_lines(said)
        self.bundles_table.show()
        self.worker.read(
            bundles_from, row.dev, done=self._show_bundles, failed=self.say_error, topic="bundles of a desk"
        )

    def _show_bundles(self, found: list[PeerBundle]) -> None:
        self.bundles.set_rows(found)

    def _copy(self) -> None:
        said = self.asks()
        if said:
            QGuiApplication.clipboard().setText("\n".join(said))
            self.say(ntr("{n} sentence copied.", "{n} sentences copied.", len(said)))

    def _when(self, at_ms: int | None) -> str:
        desk = self.worker.desk
        return moment_said(at_ms, self.worker.clock.now(), desk.who.zone) if desk is not None else ""


def _lines(one: PeerState) -> list[Line]:
    return [*(Line(Tone.BAD, alarm) for alarm in one.alarms), *(Line(Tone.WARN, ask) for ask in one.asks)]
