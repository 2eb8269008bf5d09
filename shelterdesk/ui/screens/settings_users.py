"""Settings: who may log in, with which roles; let in again, given a new passphrase, kept out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.class_keys import renew_class_key
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.holders import Holding, list_holders
from shelterdesk.actions.log_in_rules import LogInRules, log_in_rules
from shelterdesk.actions.user_changes import UserChanged, change_user, reset_passphrase, take_back_reset
from shelterdesk.actions.users import UserLine, add_user, disable_user, enable_user, list_users
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import WorldError
from shelterdesk.core.role_words import class_words, role_words
from shelterdesk.core.roles import DOES
from shelterdesk.core.vocabulary import Confidentiality, Role
from shelterdesk.core.words import ntr, tr
from shelterdesk.keys.keyfile import WrongRecoveryCode
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost
from shelterdesk.keys.recovery import RecoveryTypo
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.screens.settings_users_form import Mode, PersonForm
from shelterdesk.ui.widgets import (
    ButtonRow,
    Column,
    EmptyState,
    RowsModel,
    RowsTable,
    SecondaryButton,
    Tone,
    rule,
    words,
)
from shelterdesk.ui.worker import DeskWorker

CHANGE_KEY, RESET_KEY, RIGHT_KEY, RENEW_KEY = "Ctrl+E", "Ctrl+P", "Ctrl+Del", "Alt+N"


@dataclass(frozen=True, slots=True)
class _UsersHere:
    """Who may log in, the rules for it, whose keys should be renewed, and which of those who is logged in holds."""

    lines: list[UserLine]
    rules: LogInRules
    left: dict[Confidentiality, tuple[str, ...]]
    mine: frozenset[Confidentiality]


def users_here(desk: Desk) -> Done[_UsersHere]:
    """Who may log in at this station; asked on the desk's own thread."""
    holders = list_holders(desk).result
    left: dict[Confidentiality, tuple[str, ...]] = {}
    for one in holders.lines:
        if one.holding is Holding.LEFT:
            left[one.confidentiality] = (*left.get(one.confidentiality, ()), one.name)
    return Done(_UsersHere(list_users(desk), log_in_rules(desk), left, holders.mine))


class UsersSection(Section):
    """The list, what can be done with the one chosen, and below it the form."""

    name = "users"
    roles = DOES["add or disable users"]
    kinds = frozenset({"roster", "setting"})
    cost: Argon2Cost = DEFAULT_COST

    @staticmethod
    def heading() -> str:
        return tr("People who log in")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._left: dict[Confidentiality, tuple[str, ...]] = {}
        self._mine: frozenset[Confidentiality] = frozenset()
        self.model: RowsModel[UserLine] = RowsModel(_columns(), key=lambda line: line.id)
        empty = EmptyState("people", tr("Nobody may log in yet."))
        self.table = RowsTable(self.model, empty, name=tr("People who log in"), count=_count)
        self.change = SecondaryButton(tr("Change"), CHANGE_KEY)
        self.reset = SecondaryButton(tr("New passphrase"), RESET_KEY)
        self.disable = SecondaryButton(tr("Take the right to log in away"), RIGHT_KEY)
        self.notice = words("", "warn", wrap=True)
        self.renew = SecondaryButton(tr("Make a new key"), RENEW_KEY)
        self.renew_row = ButtonRow(self.renew)
        office = worker.desk is not None and worker.desk.who.is_office
        self.form = PersonForm(office)
        self.primary = self.form.primary
        self.add(self.table, 1)
        self.add(ButtonRow(self.change, self.reset, self.disable))
        self.add(self.notice)
        self.add(self.renew_row)
        self.add(rule())
        self.add(self.form)
        self.notice.hide()
        self.renew_row.hide()
        self._on_current(None)
        self.table.current_changed.connect(self._on_current)
        self.change.clicked.connect(lambda: self._with_chosen(self._begin_change))
        self.reset.clicked.connect(lambda: self._with_chosen(self._begin_reset))
        self.disable.clicked.connect(lambda: self._with_chosen(self._turn_right))
        self.renew.clicked.connect(self._on_renew)
        self.form.primary.clicked.connect(self._on_primary)
        self.form.leave.clicked.connect(self._leave_form)

    def refresh(self, changes: Changes | None) -> None:
        self.worker.write(users_here, done=self._show)

    def _show(self, here: _UsersHere) -> None:
        self.model.set_rows(here.lines)
        self.form.least = here.rules.passphrase_length
        self._left, self._mine = here.left, here.mine
        self._propose_renewal()
        self._on_current(self.table.current())

    def _chosen(self) -> UserLine | None:
        row = self.table.current()
        return row if isinstance(row, UserLine) else None

    def _with_chosen(self, do: Callable[[UserLine], object]) -> None:
        chosen = self._chosen()
        if chosen is not None:
            do(chosen)

    def _on_current(self, row: object) -> None:
        is_one = isinstance(row, UserLine)
        is_in = isinstance(row, UserLine) and row.is_active
        desk = self.worker.desk
        is_me = isinstance(row, UserLine) and desk is not None and row.id == desk.user.id
        self.change.setEnabled(is_in)
        self.reset.setEnabled(is_in and not is_me)
        self.disable.setEnabled(is_one)
        in_again = is_one and not is_in
        self.disable.set_words(tr("Let in again") if in_again else tr("Take the right to log in away"))

    def _begin_change(self, line: UserLine) -> None:
        if line.is_active:
            self.form.change(line)
            self.form.focus_first()

    def _begin_reset(self, line: UserLine) -> None:
        if line.is_active:
            self.form.reset(line)
            self.form.focus_first()

    def _leave_form(self) -> None:
        self.form.add_one()
        self.table.setFocus()

    def _on_primary(self) -> None:
        """Send what the form is for; whatever comes back belongs to the person it was begun for."""
        form = self.form
        if not form.is_filled():
            return
        form.set_busy(True)
        person = form.person
        if person is None:
            self.worker.write(
                partial(add_user, cost=self.cost),
                form.user.text(),
                form.chosen_roles(),
                form.first.text(),
                organisation=form.organisation.text(),
                recovery_code=form.code(),
                done=self._on_added,
                failed=self._on_refused,
            )
        elif form.mode is Mode.RESET:
            self.worker.write(
                partial(reset_passphrase, cost=self.cost),
                person.id,
                form.first.text(),
                done=self._on_reset,
                failed=self._on_refused,
            )
        else:
            self.worker.write(
                change_user,
                person.id,
                form.chosen_roles(),
                form.organisation.text(),
                form.code(),
                done=self._on_changed,
                failed=self._on_refused,
            )

    def _on_added(self, line: UserLine) -> None:
        self._done()
        self.say(tr("{name} can log in now.", name=line.name))
        self.form.user.setFocus()

    def _on_changed(self, done: UserChanged) -> None:
        self._done()
        before = done.before
        roles = frozenset(Role(role) for role in before.roles)

        def back() -> None:
            self.worker.write(
                change_user,
                before.id,
                roles,
                before.organisation,
                done=lambda again: self.say(tr("{name} is as before.", name=again.line.name)),
                failed=self.say_error,
            )

        self.say(tr("Saved: {name}.", name=done.line.name), undo=back)
        self.table.setFocus()

    def _on_reset(self, line: UserLine) -> None:
        self._done()

        def back() -> None:
            self.worker.write(
                take_back_reset,
                line.id,
                done=lambda again: self.say(tr("The old passphrase of {name} opens again.", name=again.name)),
                failed=self.say_error,
            )

        self.say(
            tr("{name} logs in with it once and then chooses an own passphrase.", name=line.name), undo=back
        )
        self.table.setFocus()

    def _on_refused(self, error: WorldError) -> None:
        self.form.set_busy(False)
        if isinstance(error, RecoveryTypo | WrongRecoveryCode):
            self.form.recovery.set_mistake(f"{error.sentence} {error.next_step}".strip())
            self.form.recovery.setFocus()
        else:
            self.say_at(dict(self.form.fields()), error)

    def _done(self) -> None:
        self.form.set_busy(False)
        self.form.add_one()

    def _turn_right(self, line: UserLine) -> None:
        """Take the right away, or give it back: by the id, as the name may be that of two."""
        if line.is_active:
            self.worker.write(disable_user, line.id, done=self._on_disabled, failed=self.say_error)
        else:
            self.worker.write(enable_user, line.id, done=self._on_enabled, failed=self.say_error)

    def _on_disabled(self, line: UserLine) -> None:
        said = tr("{name} can no longer log in here. What they entered stays.", name=line.name)
        self.say(said, undo=lambda: self._turn_right(line))

    def _on_enabled(self, line: UserLine) -> None:
        said = tr("{name} may log in again, with the passphrase they had.", name=line.name)
        self.say(said, undo=lambda: self._turn_right(line))

    def _propose_renewal(self) -> None:
        """Somebody who left still holds a key: from now on written entries should be closed to them."""
        said = []
        for name, people in self._left.items():
            said.append(
                tr(
                    "{people} may not work with {entries} any more and can still open those written from now on.",
                    people=", ".join(sorted(set(people), key=str.casefold)),
                    entries=class_words(name),
                )
            )
        mine = bool(self._mine & set(self._left))
        if said and not mine:
            said.append(tr("Ask somebody who holds that role to make a new key, under “Closed entries”."))
        self.notice.setText(" ".join(said))
        self.notice.setVisible(bool(said))
        self.renew_row.setVisible(mine)

    def _on_renew(self) -> None:
        for name in sorted(self._mine & set(self._left)):
            said = tr(
                "What is written from now on in {entries} is closed to them.", entries=class_words(name)
            )
            self.worker.write(
                renew_class_key, name, done=partial(self._on_renewed, said), failed=self.say_error
            )

    def _on_renewed(self, said: str, _: int) -> None:
        self.say(said)


def _columns() -> list[Column[UserLine]]:
    return [
        Column(tr("Name"), lambda line: line.name, strong=True),
        Column(tr("Roles"), lambda line: ", ".join(role_words(role) for role in line.roles)),
        Column(
            tr("Organisation"),
            lambda line: line.organisation,
            width=16,
            shown_if=lambda lines: any(line.organisation for line in lines),
        ),
        Column(tr("May log in"), _state, width=22, tone=_tone),
    ]


def _state(line: UserLine) -> str:
    if not line.is_active:
        return tr("no longer")
    if line.is_reset:
        return tr("new passphrase given")
    return tr("waits for a key") if line.waits else tr("yes")


def _tone(line: UserLine) -> Tone:
    if not line.is_active:
        return Tone.NEUTRAL
    return Tone.WARN if line.is_reset or line.waits else Tone.OK


def _count(shown: int, total: int) -> str:
    if shown == total:
        return ntr("{n} person", "{n} people", total)
    return tr("{shown} of {total} people", shown=shown, total=total)
