"""Office: people are erased for ever, by two persons where there are two; what waits for the second is seen here."""

from __future__ import annotations

import re
from functools import partial

from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.deciding import Waiting, decide, waiting
from shelterdesk.actions.erasing import Erased, ToErase, erase, who_would_go
from shelterdesk.actions.two_persons import Proposal, withdraw
from shelterdesk.core.changes import Changes
from shelterdesk.core.conflict_words import subject_words
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.store import Reader
from shelterdesk.ui.screens.exchange_lines import Lines
from shelterdesk.ui.screens.exchange_words import Line, moment_said
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import (
    ButtonRow,
    Column,
    EmptyState,
    FieldGrid,
    LabelledField,
    PrimaryButton,
    RowsModel,
    RowsTable,
    SecondaryButton,
    TickBox,
    Tone,
    words,
)
from shelterdesk.ui.worker import DeskWorker

_NAMED = 8  # people named one by one before they are erased


class EraseSection(Section):
    """Above, what waits for a second person; below, whom to erase and on what ground. Nothing is done without the tick."""

    name = "erase"
    roles = DOES["erase people"]
    kinds = frozenset({"status", "person", "roster"})

    @staticmethod
    def heading() -> str:
        return tr("Erase people")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._looked_at: tuple[str, ...] = ()
        self._stands_on: int | None = None
        self.model: RowsModel[Waiting] = RowsModel(self._columns(), key=lambda one: one.number)
        self.table = RowsTable(
            self.model,
            EmptyState("ok", tr("Nothing waits for a second person.")),
            name=tr("Waits for a second person"),
            count=lambda shown, total: ntr(
                "{n} waits for a second person", "{n} wait for a second person", total
            ),
        )
        self.confirm_button = SecondaryButton(tr("Confirm what is chosen"), "Ctrl+G", near=self)
        self.withdraw_button = SecondaryButton(tr("Withdraw it"), "Alt+W", near=self)
        self.names = QLineEdit()
        self.persons = LabelledField(tr("Numbers of the people"), self.names, hint=tr("with spaces between"))
        self.ground = LabelledField(
            tr("Ground"), hint=tr("which request or rule asks for it; it names nobody")
        )
        self.also = LabelledField(
            tr("Sealed entries about them"), hint=tr("ids as their holders list them; may stay empty")
        )
        self.found = Lines(tr("Who would be erased"))
        self.sure = TickBox(tr("I know that this cannot be taken back"))
        self.erase_button = PrimaryButton(tr("Erase for ever"))
        self.primary = self.erase_button
        self._build()

    def _build(self) -> None:
        grid = FieldGrid()
        for field in (self.persons, self.ground, self.also):
            field.setProperty("not_kept", True)
            grid.add_row((field, 4))
        self.sure.setProperty("not_kept", True)
        self.add(
            words(
                tr(
                    "What is erased here is gone at every desk that hears of it. Where the office has two admins, one "
                    "proposes and the other confirms."
                ),
                wrap=True,
            )
        )
        self.waiting_buttons = ButtonRow(self.confirm_button, self.withdraw_button)
        self.add(self.table, 1)
        self.add(self.waiting_buttons)
        for part in (grid, self.found, self.sure):
            self.add(part)
        self.add_stretch()
        self.add(ButtonRow(self.erase_button))
        self.persons.changed.connect(lambda _: self._forget())
        self.persons.left.connect(self._on_persons)
        self.table.current_changed.connect(lambda _: self._on_current())
        self.sure.toggled.connect(lambda _: self._allow())
        self.confirm_button.clicked.connect(self._on_confirm)
        self.withdraw_button.clicked.connect(self._on_withdraw)
        self.erase_button.clicked.connect(self._on_erase)
        self._show([])

    def first_focus(self) -> QWidget | None:
        """What waits, if anything does."""
        return self.table.view if self.model.total else self.persons.editor

    def refresh(self, changes: Changes | None) -> None:
        desk = self.worker.desk
        if desk is not None:
            self.worker.read(partial(waiting, desk), done=self._show, failed=self.say_error, topic="waiting")

    def _show(self, found: list[Waiting]) -> None:
        self.model.set_rows(found)
        self.table.setVisible(bool(found))
        self.waiting_buttons.setVisible(bool(found))
        self.table.stand_on_first()
        self._allow()

    def _chosen(self) -> Waiting | None:
        row = self.table.current()
        return row if isinstance(row, Waiting) else None

    def _on_current(self) -> None:
        """The tick is of what was chosen when it was set; another that takes its place has to be looked at."""
        row = self._chosen()
        if row is not None and row.number != self._stands_on:
            self._stands_on = row.number
            self.sure.setChecked(False)
        self._allow()

    def _allow(self) -> None:
        row, sure = self._chosen(), self.sure.isChecked()
        self.confirm_button.setEnabled(row is not None and not row.is_mine and sure)
        self.withdraw_button.setEnabled(row is not None)
        are_seen = self._looked_at == self._numbers()  # also those that were named and not found
        self.erase_button.setEnabled(sure and are_seen and bool(self._looked_at or self._extra()))

    def _numbers(self) -> tuple[str, ...]:
        return tuple(one for one in re.split(r"[\s,;]+", self.persons.text()) if one)

    def _extra(self) -> tuple[str, ...]:
        return tuple(one for one in re.split(r"[\s,;]+", self.also.text()) if one)

    def _forget(self) -> None:
        """Other people are named: they have to be looked at first."""
        self._looked_at = ()
        self.sure.setChecked(False)
        self.found.show_lines([])
        self.persons.set_mistake("")
        self._allow()

    def _on_persons(self) -> None:
        """Who they are stands there before anything can be done."""
        desk, numbers = self.worker.desk, self._numbers()
        if desk is None or not numbers or numbers == self._looked_at:
            return

        def asked(reader: Reader) -> ToErase:
            return who_would_go(desk, reader, numbers)

        self.worker.read(
            asked,
            done=partial(self._on_looked, numbers),
            failed=partial(self._on_not_found, numbers),
            topic="who would be erased",
        )

    def _on_looked(self, numbers: tuple[str, ...], found: ToErase) -> None:
        if numbers != self._numbers():
            return
        self._looked_at = numbers
        said = [subject_words(one) for one in found.people[:_NAMED]]
        more = len(found.people) - len(said)
        if more > 0:
            said.append(ntr("and {n} more", "and {n} more", more))
        people = ntr("{n} person", "{n} people", len(found.people))
        records = ntr("{n} record", "{n} records", found.records)
        self.found.show_lines(
            [
                Line(Tone.WARN, tr("To be erased: {people}, {records}.", people=people, records=records)),
                *(Line(Tone.NEUTRAL, one) for one in said),
            ]
        )
        self._allow()

    def _on_not_found(self, numbers: tuple[str, ...], error: WorldError) -> None:
        if numbers == self._numbers():
            self.persons.set_mistake(f"{error.sentence} {error.next_step}".strip())

    def _on_erase(self) -> None:
        self.erase_button.setEnabled(False)
        self.worker.write(
            erase,
            self._looked_at,
            self.ground.text(),
            self._extra(),
            done=self._on_erased,
            failed=self._on_failed,
        )

    def _on_erased(self, done: Erased) -> None:
        for field in (self.persons, self.ground, self.also):
            field.set_text("")
        self._forget()
        if done.proposal is not None:
            self.say(tr("It waits until another admin of the office confirms it here."), Tone.WARN)
        else:
            people = ntr("{n} person", "{n} people", done.persons)
            records = ntr("{n} record", "{n} records", done.records)
            self.say(
                tr(
                    "Erased: {people}, {records}. Each station hears of it by the next bundle written for it, not by receipts.",
                    people=people,
                    records=records,
                )
            )
        self.refresh(None)
        self.persons.setFocus()

    def _on_failed(self, error: WorldError) -> None:
        self._allow()
        self.say_at({"ground": self.ground, "persons": self.persons, "also": self.also}, error)

    def _on_confirm(self) -> None:
        row = self._chosen()
        if row is None or row.is_mine:
            return
        self.sure.setChecked(False)
        self.worker.write(decide, row.number, done=self._on_decided, failed=self._on_failed)

    def _on_decided(self, _: Proposal) -> None:
        self.say(
            tr(
                "Confirmed and done. Each station hears of it by the next bundle written for it, not by receipts."
            )
        )
        self.refresh(None)

    def _on_withdraw(self) -> None:
        row = self._chosen()
        if row is not None:
            self.worker.write(withdraw, row.number, done=self._on_withdrawn, failed=self._on_failed)

    def _on_withdrawn(self, _: Proposal) -> None:
        self.say(tr("Withdrawn."))
        self.refresh(None)

    def _columns(self) -> tuple[Column[Waiting], ...]:
        return (
            Column(tr("What"), lambda one: one.what, width=16),
            Column(tr("About"), lambda one: one.about, strong=True),
            Column(tr("Ground"), lambda one: one.ground, width=20),
            Column(
                tr("Proposed by"),
                lambda one: (
                    tr("you, {time}", time=self._when(one)) if one.is_mine else f"{one.by}, {self._when(one)}"
                ),
                sort=lambda one: one.at_ms,
                width=24,
            ),
        )

    def _when(self, one: Waiting) -> str:
        desk = self.worker.desk
        return moment_said(one.at_ms, self.worker.clock.now(), desk.who.zone) if desk is not None else ""
