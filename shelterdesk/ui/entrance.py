"""How a desk opens: by the passphrase, by the PIN or staff card of somebody who is in the shift already."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.log_in_rules import LogInRules, log_in_rules
from shelterdesk.actions.shift import go_on_as, is_staff_code
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import WorldError, WrongPassphrase
from shelterdesk.core.passphrases import is_pin
from shelterdesk.core.words import ntr, tr
from shelterdesk.keys.passphrase import Argon2Cost
from shelterdesk.keys.user import UserKeys
from shelterdesk.ui.log_in_form import Wish
from shelterdesk.ui.widgets import Tone
from shelterdesk.ui.worker import DeskWorker

_LOOK_MS = 30_000
Done_ = Callable[[Desk], object]
Failed = Callable[[WorldError], object]


def rules_here(desk: Desk) -> Done[LogInRules]:
    """The station's rules of logging in; asked on the desk's own thread."""
    return Done(log_in_rules(desk))


class Entrance(QObject):
    """Opens the desk of one folder and keeps its shift. Signals: ``told(text, tone)`` what became of a PIN asked for."""

    told = Signal(str, object)

    def __init__(self, worker: DeskWorker, folder: Path, cost: Argon2Cost) -> None:
        super().__init__()
        self._worker, self._folder, self._cost = worker, folder, cost
        self._shift = worker.shift
        self._look = QTimer(self)  # who is out of their shift is forgotten also while nobody is at the desk
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._shift.look)
        self._look.start()
        worker.changed.connect(self._on_changed)

    def open(
        self, name: str, secret: str, wish: Wish, done: Done_, failed: Failed, *, is_whole: bool = False
    ) -> None:
        """Open for whoever this is: ``secret`` is a passphrase, the PIN of the shift, or the code of a staff card.

        Who is in the shift may type the first letters of the name with a PIN; ``is_whole`` says that nobody typed it.
        ``failed`` hears why it does not open.
        """
        member = self._shift.named(name, is_whole=is_whole)
        try:
            if is_staff_code(secret):
                self._go_on(self._shift.by_card(secret), done, failed)
                return
            if member and is_pin(secret) and self._shift.has_pin(member):
                self._go_on(self._shift.by_pin(member, secret), done, failed)
                return
        except WorldError as error:
            failed(error)
            return

        def entered(desk: Desk) -> None:
            self._take_into_shift(desk, wish)
            done(desk)

        if wish.own:
            from shelterdesk.actions.user_changes import first_log_in  # once in a while, with much behind it

            folder, clock, cost = self._folder, self._worker.clock, self._cost
            self._worker.open_with(
                lambda: first_log_in(folder, name, secret, wish.own, clock, cost), entered, failed
            )
        else:
            self._worker.open(name, secret, entered, failed)

    def _go_on(self, keys: UserKeys, done: Done_, failed: Failed) -> None:
        """The open file goes on with another member; a moment's work, since nothing is derived or opened."""

        def make() -> Desk:
            if self._worker.desk is None:
                raise WrongPassphrase
            return go_on_as(self._worker.desk, keys)

        self._worker.open_with(make, done, failed)

    def _take_into_shift(self, desk: Desk, wish: Wish) -> None:
        """Who typed the passphrase is in the shift, with the PIN or card they asked for."""

        def known(rules: LogInRules) -> None:
            self._shift.set_hours(rules.shift_hours)
            self._shift.enter(desk)
            if wish.pin:
                self._give_pin(desk.user.id, wish.pin)

        self._worker.write(rules_here, done=known)

    def _give_pin(self, user_id: str, pin: str) -> None:
        if not self._shift.is_on:
            self.told.emit(
                tr("This station uses no PIN: the passphrase opens the desk every time."), Tone.WARN
            )
            return
        try:
            if is_staff_code(pin):
                number = self._shift.bind_card(user_id, pin)
                said = tr("Staff card {number} opens this desk for you until your shift ends.", number=number)
            else:
                self._shift.set_pin(user_id, pin)
                hours = max(1, round(self._shift.hours_left(user_id)))
                said = ntr(
                    "Your PIN opens this desk for {n} hour, as long as the program is open.",
                    "Your PIN opens this desk for {n} hours, as long as the program is open.",
                    hours,
                )
            self.told.emit(said, Tone.OK)
        except WorldError as error:
            self.told.emit(f"{error.sentence} {error.next_step}".strip(), Tone.WARN)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touches(("setting", "foreign")):
            self._worker.write(rules_here, done=lambda rules: self._shift.set_hours(rules.shift_hours))
