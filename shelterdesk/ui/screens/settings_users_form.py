"""The form below the list of people who log in: one more person, changes to one, or a new passphrase for one."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from shelterdesk.actions.class_keys import CLASS_OF_ROLE
from shelterdesk.actions.users import UserLine
from shelterdesk.core.passphrases import USUAL_LENGTH
from shelterdesk.core.role_words import class_words, role_words
from shelterdesk.core.vocabulary import Role
from shelterdesk.core.words import tr
from shelterdesk.ui.passphrases import PassphraseLine, passphrase_mistake, strength_words
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import (
    ButtonRow,
    FieldGrid,
    FlowLayout,
    LabelledField,
    PrimaryButton,
    SecondaryButton,
    TickBox,
    words,
)

LEAVE_KEY = "Alt+X"
STATION_ROLES = (
    Role.OPERATOR,
    Role.COUNTER,
    Role.GATE,
    Role.HEALTH,
    Role.PROTECTION,
    Role.SUPERVISOR,
    Role.ADMIN,
)
OFFICE_ROLES = (Role.STATISTICIAN, Role.SAFEGUARDING, Role.SUPERVISOR, Role.ADMIN)


class Mode(Enum):
    """What the form is for."""

    ADD = "add"
    CHANGE = "change"
    RESET = "reset"


class PersonForm(QWidget):
    """Fields and buttons; what is done with them is the section's. ``person`` is who is changed, None for one more."""

    def __init__(self, office: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self.mode, self.least = Mode.ADD, USUAL_LENGTH
        self.person: UserLine | None = None
        self.heading = words("", "card")
        self.told = words("", "secondary", wrap=True)
        self.user = LabelledField(tr("Name"))
        self.organisation = LabelledField(tr("Organisation"), hint=tr("may stay empty"))
        self.first = PassphraseLine()
        self.passphrase = LabelledField(
            tr("First passphrase"),
            self.first,
            hint=tr("they can change it"),
            check=lambda text: passphrase_mistake(text, self.least) if text else "",
            reading=strength_words,
        )
        self.recovery_line = QLineEdit()
        self.recovery = LabelledField(
            tr("Code of the recovery sheet"),
            self.recovery_line,
            hint=tr("for the first in health or protection"),
        )
        self.recovery.setProperty("not_kept", True)
        self.roles_label = words(tr("Roles"), "label")
        self.ticks = {role: TickBox(role_words(role)) for role in (OFFICE_ROLES if office else STATION_ROLES)}
        self.role_mistake = words("", "mistake", wrap=True)
        self.primary = PrimaryButton(tr("Let this person log in"))
        self.leave = SecondaryButton(tr("Not now"), LEAVE_KEY)
        self.buttons = ButtonRow(self.primary)
        self.leave_row = ButtonRow(self.leave)
        self._names, self._secrets, self._codes = FieldGrid(), FieldGrid(), FieldGrid()
        self._names.add_row((self.user, 2), (self.organisation, 2))
        self._secrets.add_row((self.passphrase, 4))
        self._codes.add_row((self.recovery, 4))
        self.boxes = QWidget()
        self.boxes.setProperty("part", "clear")
        flow = FlowLayout(8, 0, self.boxes)
        for tick in self.ticks.values():
            flow.addWidget(tick)
            tick.toggled.connect(self._on_roles)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for part in (
            self.heading, self.told, self._names, self._secrets,
            self.roles_label, self.boxes, self.role_mistake, self._codes,
        ):  # fmt: skip
            self._column.addWidget(part)
        self._row = QHBoxLayout()
        self._row.addWidget(self.buttons)
        self._row.addWidget(self.leave_row)
        self._row.addStretch(1)
        self._column.addLayout(self._row)
        theme().changed.connect(self._space)
        self._space()
        self.add_one()

    def add_one(self) -> None:
        """For one more person, empty."""
        self._begin(Mode.ADD, None, tr("One more person"), tr("Let this person log in"))
        self._tick(())

    def change(self, person: UserLine) -> None:
        """For other roles or another organisation of somebody."""
        heading = tr("Change what {name} does here", name=person.name)
        self._begin(Mode.CHANGE, person, heading, tr("Save these changes"))
        self.user.set_text(person.name)
        self.organisation.set_text(person.organisation)
        self._tick(person.roles)

    def reset(self, person: UserLine) -> None:
        """For a new passphrase in place of one that is forgotten."""
        heading = tr("A new passphrase for {name}", name=person.name)
        self._begin(Mode.RESET, person, heading, tr("Give this passphrase"))
        said = tr(
            "Tell it to {name} in private. It opens the desk once: at that log-in they choose their own, and from then "
            "on nobody else knows it. What they entered stays. Other desks know it after the next exchange.",
            name=person.name,
        )
        shut = ", ".join(class_words(name) for name in person.holds)
        if shut:
            said += " " + tr("Their {entries} open again once a holder lets them in.", entries=shut)
        self.told.setText(said)
        self.told.show()

    def chosen_roles(self) -> frozenset[Role]:
        """The roles ticked; those no box stands for (an office's at a station) stay as they are."""
        kept = (
            {Role(role) for role in self.person.roles if Role(role) not in self.ticks}
            if self.person
            else set()
        )
        return frozenset(kept | {role for role, tick in self.ticks.items() if tick.isChecked()})

    def code(self) -> str | None:
        """The code of the recovery sheet, where one is typed."""
        return self.recovery_line.text().strip() or None

    def fields(self) -> Mapping[str, LabelledField]:
        """The fields by the names that faults give them."""
        return {"name": self.user, "organisation": self.organisation, "passphrase": self.passphrase}

    def clear_mistakes(self) -> None:
        """Take away what was said of the fields."""
        for field in (*self.fields().values(), self.recovery):
            field.set_mistake("")
        self.role_mistake.hide()

    def is_filled(self) -> bool:
        """Whether it can be sent; says what is missing where it is, and goes there."""
        self.clear_mistakes()
        if self.mode is not Mode.RESET and not self.chosen_roles():
            self.role_mistake.setText(tr("Choose at least one role."))
            self.role_mistake.show()
            next(iter(self.ticks.values())).setFocus()
            return False
        said = passphrase_mistake(self.first.text(), self.least) if self.mode is not Mode.CHANGE else ""
        if said:
            self.passphrase.set_mistake(said)
            self.passphrase.setFocus()
        return not said

    def focus_first(self) -> None:
        """Put typing where this form begins."""
        first = {Mode.ADD: self.user, Mode.RESET: self.passphrase}.get(self.mode, self.organisation)
        first.setFocus()

    def set_busy(self, busy: bool) -> None:
        """Whether what was sent is on its way."""
        self.primary.setEnabled(not busy)

    def _begin(self, mode: Mode, person: UserLine | None, heading: str, button: str) -> None:
        self.mode, self.person = mode, person
        self.clear_mistakes()
        for line in (self.first, self.recovery_line):
            line.clear()
        for field in (self.user, self.organisation):
            field.set_text("")
        self.heading.setText(heading)
        self.primary.set_words(button)
        self.told.hide()
        is_one_more, has_roles = mode is Mode.ADD, mode is not Mode.RESET
        self.user.editor.setEnabled(is_one_more)  # a name is what one logs in with, and stays
        self._names.setVisible(has_roles)
        self._secrets.setVisible(mode is not Mode.CHANGE)
        for part in (self.roles_label, self.boxes):
            part.setVisible(has_roles)
        self.leave_row.setVisible(not is_one_more)
        self._on_roles()

    def _tick(self, roles: tuple[str, ...]) -> None:
        for role, tick in self.ticks.items():
            tick.setChecked(role.value in roles)
        self._on_roles()

    def _on_roles(self) -> None:
        """The code of the sheet is asked for where a role is new whose key must be handed over."""
        held = set(self.person.roles) if self.person is not None else set()
        new = {role for role in self.chosen_roles() if role in CLASS_OF_ROLE and role.value not in held}
        for part in (self.recovery, self._codes):
            part.setVisible(bool(new) and self.mode is not Mode.RESET)
        self.role_mistake.hide()

    def _space(self) -> None:
        self._column.setSpacing(theme().gap(10))
        self._row.setSpacing(theme().gap(12))
