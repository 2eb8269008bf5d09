"""Settings: who may log in, with which roles; one's own passphrase."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.class_keys import CLASS_OF_ROLE
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.users import (
    UserLine,
    add_user,
    disable_user,
    list_users,
    set_own_passphrase,
)
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import WorldError, WrongPassphrase
from shelterdesk.core.role_words import role_words
from shelterdesk.core.roles import DOES
from shelterdesk.core.vocabulary import Role
from shelterdesk.core.words import ntr, tr
from shelterdesk.keys.keyfile import WrongRecoveryCode
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost
from shelterdesk.keys.recovery import RecoveryTypo
from shelterdesk.ui.passphrases import PassphraseLine
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import (
    ButtonRow,
    Column,
    EmptyState,
    FieldGrid,
    FlowLayout,
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

STATION_ROLES = (
    Role.OPERATOR,
    Role.COUNTER,
    Role.GATE,
    Role.HEALTH,
    Role.PROTECTION,
    Role.SUPERVISOR,
    Role.ADMIN,
)


def users_here(desk: Desk) -> Done[list[UserLine]]:
    """Who may log in at this station; asked on the desk's own thread."""
    return Done(list_users(desk))


class UsersSection(Section):
    """The list, and below it the form for one more."""

    name = "users"
    roles = DOES["add or disable users"]
    kinds = frozenset({"roster"})
    cost: Argon2Cost = DEFAULT_COST

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, tr("People who log in"), parent)
        self.model: RowsModel[UserLine] = RowsModel(_columns(), key=lambda line: line.id)
        empty = EmptyState("people", tr("Nobody may log in yet."))
        self.table = RowsTable(self.model, empty, name=tr("People who log in"), count=_count)
        self.user = LabelledField(tr("Name"))
        self.organisation = LabelledField(tr("Organisation"), hint=tr("may stay empty"))
        self.first = PassphraseLine()
        self.passphrase = LabelledField(tr("First passphrase"), self.first, hint=tr("they can change it"))
        self.recovery_line = QLineEdit()
        self.recovery = LabelledField(
            tr("Code of the recovery sheet"),
            self.recovery_line,
            hint=tr("for the first in health or protection"),
        )
        self.ticks = {role: TickBox(role_words(role)) for role in STATION_ROLES}
        self.role_mistake = words("", "mistake", wrap=True)
        self.role_mistake.hide()
        self.primary = PrimaryButton(tr("Let this person log in"))
        self.disable = SecondaryButton(tr("Take the right to log in away"), "Ctrl+Del")
        self.disable.setEnabled(False)
        grid = FieldGrid()
        grid.add_row((self.user, 2), (self.organisation, 2))
        grid.add_row((self.passphrase, 2), (self.recovery, 2))
        boxes = QWidget()
        boxes.setProperty("part", "clear")
        flow = FlowLayout(8, 0, boxes)
        for tick in self.ticks.values():
            flow.addWidget(tick)
            tick.toggled.connect(self._on_roles)
        self.add(self.table, 1)
        self.add(ButtonRow(self.disable))
        self.add(words(tr("One more person"), "card"))
        self.add(grid)
        self.add(words(tr("Roles"), "label"))
        self.add(boxes)
        self.add(self.role_mistake)
        self.add(ButtonRow(self.primary))
        self.table.current_changed.connect(self._on_current)
        self.disable.clicked.connect(self._on_disable)
        self.primary.clicked.connect(self._on_add)
        self._on_roles()

    def refresh(self, changes: Changes | None) -> None:
        self.worker.write(users_here, done=self.model.set_rows)

    def chosen_roles(self) -> frozenset[Role]:
        """The roles ticked."""
        return frozenset(role for role, tick in self.ticks.items() if tick.isChecked())

    def _fields(self) -> dict[str, LabelledField]:
        return {"name": self.user, "organisation": self.organisation, "passphrase": self.passphrase}

    def _on_roles(self) -> None:
        self.recovery.setVisible(any(role in CLASS_OF_ROLE for role in self.chosen_roles()))
        self.role_mistake.hide()

    def _on_current(self, row: object) -> None:
        is_other = isinstance(row, UserLine) and row.is_active
        self.disable.setEnabled(is_other)

    def _on_add(self) -> None:
        for field in (*self._fields().values(), self.recovery):
            field.set_mistake("")
        if not self.chosen_roles():
            self.role_mistake.setText(tr("Choose at least one role."))
            self.role_mistake.show()
            self.ticks[Role.OPERATOR].setFocus()
            return
        self._busy(True)
        self.worker.write(
            partial(add_user, cost=self.cost),
            self.user.text(),
            self.chosen_roles(),
            self.first.text(),
            organisation=self.organisation.text(),
            recovery_code=self.recovery_line.text().strip() or None,
            done=self._on_added,
            failed=self._on_not_added,
        )

    def _on_added(self, line: UserLine) -> None:
        self._busy(False)
        for editor in (self.first, self.recovery_line):
            editor.clear()
        for field in (self.user, self.organisation):
            field.set_text("")
        for tick in self.ticks.values():
            tick.setChecked(False)
        self.say(tr("{name} can log in now.", name=line.name))
        self.user.setFocus()

    def _on_not_added(self, error: WorldError) -> None:
        self._busy(False)
        if isinstance(error, RecoveryTypo | WrongRecoveryCode):
            self.recovery.set_mistake(f"{error.sentence} {error.next_step}".strip())
            self.recovery.setFocus()
        else:
            self.say_at(self._fields(), error)

    def _on_disable(self) -> None:
        row = self.table.current()
        if isinstance(row, UserLine):
            self.worker.write(
                disable_user,
                row.id,  # the name may be that of two: whoever came back with the recovery sheet kept theirs
                done=lambda line: self.say(
                    tr("{name} can no longer log in here. What they entered stays.", name=line.name)
                ),
                failed=self.say_error,
            )

    def _busy(self, busy: bool) -> None:
        if self.primary is not None:
            self.primary.setEnabled(not busy)


class OwnPassphraseSection(Section):
    """A passphrase changed by the one whose it is."""

    name = "passphrase"
    cost: Argon2Cost = DEFAULT_COST

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, tr("Your passphrase"), parent)
        self.old, self.new, self.again = PassphraseLine(), PassphraseLine(), PassphraseLine()
        self.old_field = LabelledField(tr("The passphrase of now"), self.old)
        self.new_field = LabelledField(tr("The new one"), self.new, hint=tr("three or four words"))
        self.again_field = LabelledField(tr("The new one once more"), self.again, check=self._check_again)
        self.primary = PrimaryButton(tr("Change it"))
        grid = FieldGrid()
        grid.add_row((self.old_field, 4))
        grid.add_row((self.new_field, 2), (self.again_field, 2))
        self.add(grid)
        self.add(
            words(tr("Other desks of the station know it after the next exchange."), "secondary", wrap=True)
        )
        self.add_stretch()
        self.add(ButtonRow(self.primary))
        self.primary.clicked.connect(self._on_change)

    def _check_again(self, text: str) -> str:
        return "" if text == self.new.text() else tr("The two passphrases are not the same.")

    def _on_change(self) -> None:
        for field in (self.old_field, self.new_field):
            field.set_mistake("")
        if self.again_field.check_now():
            self.worker.write(
                partial(set_own_passphrase, cost=self.cost),
                self.old.text(),
                self.new.text(),
                done=self._on_changed,
                failed=self._on_failed,
            )

    def _on_changed(self, _: UserLine) -> None:
        for line in (self.old, self.new, self.again):
            line.clear()
        self.say(tr("Your passphrase is changed on this desk."))

    def _on_failed(self, error: WorldError) -> None:
        if isinstance(error, WrongPassphrase):
            self.old_field.set_mistake(tr("This is not your passphrase of now."))
            self.old_field.setFocus()
        else:
            self.say_at({"passphrase": self.new_field}, error)


def _columns() -> list[Column[UserLine]]:
    return [
        Column(tr("Name"), lambda line: line.name, strong=True),
        Column(tr("Roles"), lambda line: ", ".join(role_words(role) for role in line.roles)),
        Column(
            tr("Organisation"),
            lambda line: line.organisation,
            width=20,
            shown_if=lambda lines: any(line.organisation for line in lines),
        ),
        Column(
            tr("May log in"),
            lambda line: tr("yes") if line.is_active else tr("no longer"),
            width=14,
            tone=lambda line: Tone.OK if line.is_active else Tone.NEUTRAL,
        ),
    ]


def _count(shown: int, total: int) -> str:
    if shown == total:
        return ntr("{n} person", "{n} people", total)
    return tr("{shown} of {total} people", shown=shown, total=total)
