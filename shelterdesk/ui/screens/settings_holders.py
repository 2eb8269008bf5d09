"""Settings: who opens health and protection entries; a holder lets others in and makes a new key after one has left."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.class_keys import renew_class_key
from shelterdesk.actions.holders import HolderLine, Holders, Holding, list_holders
from shelterdesk.actions.user_changes import let_into_class
from shelterdesk.actions.users import UserLine
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.role_words import class_words, role_words
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.core.words import ntr, tr
from shelterdesk.keys.keyfile import WrongRecoveryCode
from shelterdesk.keys.recovery import RecoveryTypo
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
    Tone,
    words,
)
from shelterdesk.ui.worker import DeskWorker

RENEW_KEY = "Alt+N"


class HoldersSection(Section):
    """One line for each person and role; the primary action lets the one chosen in."""

    name = "keys"
    roles = frozenset({Role.HEALTH, Role.PROTECTION, Role.SAFEGUARDING, Role.ADMIN})
    kinds = frozenset({"roster"})

    @staticmethod
    def heading() -> str:
        return tr("Closed entries")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._mine: frozenset[Confidentiality] = frozenset()
        self.model: RowsModel[HolderLine] = RowsModel(_columns(), key=lambda line: line.key)
        empty = EmptyState(
            "lock", tr("Nobody has a role in health or protection yet."), tr("An admin gives roles.")
        )
        self.table = RowsTable(self.model, empty, name=tr("Closed entries"), count=_count)
        self.told = words("", "secondary", wrap=True)
        self.code_line = QLineEdit()
        self.code = LabelledField(
            tr("Code of the recovery sheet"), self.code_line, hint=tr("as you do not hold this key yourself")
        )
        self.code.setProperty("not_kept", True)
        self.let_in = PrimaryButton(tr("Let this person in"))
        self.renew = SecondaryButton(tr("Make a new key"), RENEW_KEY)
        self.primary = self.let_in
        grid = FieldGrid()
        grid.add_row((self.code, 4))
        self.add(
            words(
                tr(
                    "Health and protection entries open only for who holds their key. A holder hands it on; an admin "
                    "alone cannot. After somebody has left, a new key closes to them what is written from then on."
                ),
                wrap=True,
            )
        )
        self.add(self.table, 1)
        self.add(self.told)
        self.add(grid)
        self.add(ButtonRow(self.let_in, self.renew))
        self.table.current_changed.connect(self._on_current)
        self.let_in.clicked.connect(self._on_let_in)
        self.renew.clicked.connect(self._on_renew)
        self._on_current(None)

    def refresh(self, changes: Changes | None) -> None:
        self.worker.write(list_holders, done=self._show)

    def _show(self, holders: Holders) -> None:
        self._mine = holders.mine
        self.model.set_rows(list(holders.lines))
        self._on_current(self.table.current())

    def _chosen(self) -> HolderLine | None:
        row = self.table.current()
        return row if isinstance(row, HolderLine) else None

    def _on_current(self, _: object) -> None:
        line = self._chosen()
        mine = line is not None and line.confidentiality in self._mine
        waits = line is not None and line.holding is Holding.WAITS and not line.is_lent
        self.let_in.setEnabled(waits)
        self.renew.setEnabled(mine)
        self.code.setVisible(waits and not mine)
        self.told.setText(_said(line))
        self.told.setVisible(bool(self.told.text()))

    def _on_let_in(self) -> None:
        line = self._chosen()
        if line is None:
            return
        self.code.set_mistake("")
        self.let_in.setEnabled(False)
        self.worker.write(
            let_into_class,
            line.user,
            line.role,
            self.code_line.text().strip() or None,
            done=lambda done: self._on_in(line, done),
            failed=self._on_refused,
        )

    def _on_in(self, line: HolderLine, done: UserLine) -> None:
        self.code_line.clear()
        entries = class_words(line.confidentiality)
        self.say(tr("{name} can open {entries} now.", name=done.name, entries=entries))

    def _on_refused(self, error: WorldError) -> None:
        self.let_in.setEnabled(True)
        if isinstance(error, RecoveryTypo | WrongRecoveryCode):
            self.code.set_mistake(f"{error.sentence} {error.next_step}".strip())
            self.code.setFocus()
        else:
            self.say_error(error)

    def _on_renew(self) -> None:
        line = self._chosen()
        if line is not None:
            entries = class_words(line.confidentiality)
            self.worker.write(
                renew_class_key,
                line.confidentiality,
                done=lambda _: self.say(
                    tr("There is a new key to {entries}; holders have it already.", entries=entries)
                ),
                failed=self.say_error,
            )


def _said(line: HolderLine | None) -> str:
    """What there is to know about the one chosen."""
    if line is None:
        return ""
    entries = class_words(line.confidentiality)
    if line.holding is Holding.LEFT:
        return tr(
            "{name} may not work with {entries} any more and can still open those written from now on. Make a new key.",
            name=line.name,
            entries=entries,
        )
    if line.is_lent:
        return tr(
            "{name} still has the passphrase that somebody else chose for them. An admin gives a new one; once "
            "{name} has logged in and chosen an own one, let them in.",
            name=line.name,
        )
    return ""


def _columns() -> list[Column[HolderLine]]:
    return [
        Column(tr("Name"), lambda line: line.name, strong=True),
        Column(tr("Role"), lambda line: role_words(line.role), width=18),
        Column(tr("Key"), _state, width=30, tone=_tone),
    ]


def _state(line: HolderLine) -> str:
    return {
        Holding.HOLDS: tr("holds it"),
        Holding.WAITS: tr("waits for it"),
        Holding.LEFT: tr("still holds it"),
    }[line.holding]


def _tone(line: HolderLine) -> Tone:
    return {Holding.HOLDS: Tone.OK, Holding.WAITS: Tone.WARN, Holding.LEFT: Tone.BAD}[line.holding]


def _count(shown: int, total: int) -> str:
    return ntr("{n} line", "{n} lines", total) if shown == total else f"{shown} / {total}"
