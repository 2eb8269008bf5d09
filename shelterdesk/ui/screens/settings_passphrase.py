"""Settings: one's own passphrase, and the PIN that opens this desk again until the shift ends."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from shelterdesk.actions.log_in_rules import LogInRules
from shelterdesk.actions.shift import is_staff_code
from shelterdesk.actions.users import UserLine, set_own_passphrase
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError, WrongPassphrase
from shelterdesk.core.passphrases import USUAL_LENGTH
from shelterdesk.core.words import ntr, tr
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost
from shelterdesk.ui.entrance import rules_here
from shelterdesk.ui.passphrases import PassphraseLine, passphrase_mistake, strength_words
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import (
    ButtonRow,
    FieldGrid,
    LabelledField,
    PrimaryButton,
    SecondaryButton,
    rule,
    words,
)
from shelterdesk.ui.worker import DeskWorker

PIN_KEY, END_KEY = "Alt+P", "Alt+E"
_EACH_MINUTE_MS = 60_000


class OwnPassphraseSection(Section):
    """A passphrase changed by the one whose it is; a PIN or staff card of theirs for this shift."""

    name = "passphrase"
    kinds = frozenset({"setting"})
    cost: Argon2Cost = DEFAULT_COST

    @staticmethod
    def heading() -> str:
        return tr("Your passphrase")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.least = USUAL_LENGTH
        self.old, self.new, self.again = PassphraseLine(), PassphraseLine(), PassphraseLine()
        self.old_field = LabelledField(tr("The passphrase of now"), self.old)
        self.new_field = LabelledField(
            tr("The new one"),
            self.new,
            hint=tr("three or four words"),
            check=lambda text: passphrase_mistake(text, self.least) if text else "",
            reading=strength_words,
        )
        self.again_field = LabelledField(tr("The new one once more"), self.again, check=self._check_again)
        self.primary = PrimaryButton(tr("Change it"))
        self.pin = PassphraseLine()
        self.pin_field = LabelledField(
            tr("PIN for this shift"), self.pin, hint=tr("4 to 6 digits or a staff card")
        )
        self.state = words("", "secondary", wrap=True)
        self.use_pin = SecondaryButton(tr("Use it until the shift ends"), PIN_KEY)
        self.end = SecondaryButton(tr("End the shift at this desk"), END_KEY)
        grid, pins = FieldGrid(), FieldGrid()
        grid.add_row((self.old_field, 4))
        grid.add_row((self.new_field, 2), (self.again_field, 2))
        pins.add_row((self.pin_field, 2), (QWidget(), 2))
        self.add(grid)
        self.add(
            words(tr("Other desks of the station know it after the next exchange."), "secondary", wrap=True)
        )
        self.add(ButtonRow(self.primary))
        self.add(rule())
        self.add(words(tr("A PIN or staff card for this shift"), "card"))
        self.add(self.state)
        self.add(pins)
        self.add(ButtonRow(self.use_pin, self.end))
        self.add_stretch()
        self.primary.clicked.connect(self._on_change)
        self.use_pin.clicked.connect(self._on_pin)
        self.end.clicked.connect(self._on_end)
        self._minute = QTimer(self)
        self._minute.setInterval(_EACH_MINUTE_MS)
        self._minute.timeout.connect(self._show_shift)
        self._minute.start()

    def refresh(self, changes: Changes | None) -> None:
        self.worker.write(rules_here, done=self._take_rules)

    def _take_rules(self, rules: LogInRules) -> None:
        self.least = rules.passphrase_length
        self.worker.shift.set_hours(rules.shift_hours)
        self._show_shift()

    def _show_shift(self) -> None:
        shift, me = self.worker.shift, self._me()
        if not shift.is_on:
            said = tr("This station uses no PIN: the passphrase opens the desk every time.")
        elif not shift.is_member(me):
            said = tr("The shift you logged in for is over. Lock the desk with Ctrl+L and log in again.")
        else:
            left = max(1, round(shift.hours_left(me)))
            said = ntr(
                "It opens this desk again for {n} hour more, as long as the program is open.",
                "It opens this desk again for {n} hours more, as long as the program is open.",
                left,
            )
            begin = tr("You have a PIN.") if shift.has_pin(me) else tr("You have no PIN yet.")
            said = f"{begin} {said}"
        self.state.setText(said)
        may = shift.is_on and shift.is_member(me)
        self.pin_field.setEnabled(may)
        self.use_pin.setEnabled(may)
        self.end.setEnabled(shift.is_on)

    def _me(self) -> str:
        desk = self.worker.desk
        return desk.user.id if desk is not None else ""

    def _on_pin(self) -> None:
        typed = self.pin.text().strip()
        self.pin_field.set_mistake("")
        try:
            if is_staff_code(typed):
                number = self.worker.shift.bind_card(self._me(), typed)
                self.say(
                    tr("Staff card {number} opens this desk for you until your shift ends.", number=number)
                )
            else:
                self.worker.shift.set_pin(self._me(), typed)
                self.say(tr("Your PIN opens this desk again until your shift ends."))
        except WorldError as error:
            self.pin_field.set_mistake(f"{error.sentence} {error.next_step}".strip())
            self.pin_field.setFocus()
            return
        self.pin.clear()
        self._show_shift()

    def _on_end(self) -> None:
        self.worker.shift.end()
        self.pin.clear()
        self._show_shift()
        self.say(tr("Every PIN and staff card at this desk has ended; passphrases open it as ever."))

    def _check_again(self, text: str) -> str:
        return "" if text == self.new.text() else tr("The two passphrases are not the same.")

    def _on_change(self) -> None:
        self.old_field.set_mistake("")
        said = passphrase_mistake(self.new.text(), self.least)
        self.new_field.set_mistake(said)
        if said:
            self.new_field.setFocus()
        elif self.again_field.check_now():
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
