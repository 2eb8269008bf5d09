"""Settings: who looked at what, for those who watch over it."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.access import who_looked
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import Clock
from shelterdesk.core.roles import DOES
from shelterdesk.core.vocabulary import AccessKind
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.access import Looked
from shelterdesk.db.store import Reader
from shelterdesk.sync.sending import OFFICE
from shelterdesk.ui.screens.people_words import moment_words
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import (
    ButtonRow,
    Column,
    EmptyState,
    LabelledField,
    PrimaryButton,
    RowsModel,
    RowsTable,
)
from shelterdesk.ui.worker import DeskWorker


class AccessSection(Section):
    """The newest accesses, of everybody or to one person."""

    name = "access"
    roles = DOES["see who looked at what"]
    kinds = frozenset({"access"})

    @staticmethod
    def heading() -> str:
        return tr("Who looked at what")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        zone = worker.desk.who.zone if worker.desk is not None else "UTC"
        self.number = QLineEdit()
        self.number_field = LabelledField(
            tr("Only about one person"), self.number, hint=tr("the number on the card; empty for all")
        )
        self.primary = PrimaryButton(tr("Show"))
        self.model: RowsModel[Looked] = RowsModel(_columns(zone, worker.clock), key=lambda one: one.ent)
        self.empty = EmptyState("search", tr("Nobody looked at anything yet."))
        self.table = RowsTable(self.model, self.empty, name=tr("Who looked at what"), count=_count)
        self.add(self.number_field)
        self.add(self.table, 1)
        self.add(ButtonRow(self.primary))
        self.primary.clicked.connect(lambda: self.refresh(None))

    def refresh(self, changes: Changes | None) -> None:
        desk, number = self.worker.desk, self.number.text().strip()
        if desk is None:
            return

        def ask(reader: Reader) -> list[Looked]:
            return who_looked(desk, reader, number or None)

        self.worker.read(ask, done=self._show, failed=self._on_failed, topic="access")

    def _show(self, found: list[Looked]) -> None:
        self.number_field.set_mistake("")
        self.model.set_rows(found)

    def _on_failed(self, error: WorldError) -> None:
        self.number_field.set_mistake(f"{error.sentence} {error.next_step}".strip())


def access_words(kind: str) -> str:
    """What was done, in a word; an unknown kind of a newer program as it stands."""
    said = {
        AccessKind.OPENED.value: tr("opened"),
        AccessKind.SEARCHED.value: tr("searched"),
        AccessKind.PRINTED.value: tr("printed"),
        AccessKind.EXPORTED.value: tr("exported"),
        AccessKind.REQUESTED.value: tr("an authority asked"),
    }
    return said.get(kind, kind)


def _about(one: Looked) -> str:
    detail = tr("for the office") if one.detail == OFFICE else one.detail or ""
    parts = [one.subject or "", detail, one.authority or ""]
    if one.count is not None:
        parts.append(ntr("{n} record", "{n} records", one.count))
    return " · ".join(part for part in parts if part)


def _columns(zone: str, clock: Clock) -> list[Column[Looked]]:
    return [
        Column(
            tr("When"),
            lambda one: moment_words(one.at, zone, clock.now()),
            sort=lambda one: one.at_ms,
            width=16,
        ),
        Column(tr("Who"), lambda one: one.user, width=18, strong=True),
        Column(tr("At desk"), lambda one: one.desk, width=10),
        Column(tr("Did"), lambda one: access_words(one.access), width=12),
        Column(tr("About"), _about),
    ]


def _count(shown: int, total: int) -> str:
    if shown == total:
        return ntr("{n} line", "{n} lines", total)
    return tr("{shown} of {total} lines", shown=shown, total=total)
