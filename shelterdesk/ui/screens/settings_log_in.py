"""Settings: what the station asks of those who log in, and cards for its staff."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.log_in_rules import LONGEST_SHIFT, LogInRules, RulesChanged, set_log_in_rules
from shelterdesk.actions.staff_cards import print_staff_cards
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.passphrases import LONGEST_ASKED, SHORTEST
from shelterdesk.core.role_words import role_words
from shelterdesk.core.roles import DOES
from shelterdesk.core.vocabulary import Role
from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.entrance import rules_here
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.screens.settings_users_form import STATION_ROLES
from shelterdesk.ui.widgets import (
    ButtonRow,
    FieldGrid,
    LabelledField,
    PickField,
    PrimaryButton,
    SecondaryButton,
    rule,
    words,
)
from shelterdesk.ui.worker import DeskWorker

LENGTHS = (4, 6, 8, 10, 12, 14, 16, 20)
HOURS = (0, 4, 6, 8, 10, LONGEST_SHIFT)
SAVE_CARDS_KEY = "Ctrl+S"


class LogInSection(Section):
    """Length of new passphrases and of a shift; below it the staff cards."""

    name = "log_in"
    station_only = True
    roles = DOES["change settings"]
    kinds = frozenset({"setting"})

    @staticmethod
    def heading() -> str:
        return tr("Logging in")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._held: LogInRules | None = None
        self.length = PickField()
        self.hours = PickField()
        self.save = PrimaryButton(tr("Save these changes"))
        self.primary = self.save
        self.role = PickField([(role.value, role_words(role)) for role in STATION_ROLES])
        self.count = LabelledField(tr("How many cards"), check=_number)
        self.first = LabelledField(tr("Numbered from"), check=_number)
        self.file = PathField(tr("Save the cards as"), PathKind.NEW_FILE, files="PDF (*.pdf)")
        self.cards = SecondaryButton(tr("Save staff cards"), SAVE_CARDS_KEY)
        self.count.set_text("10")
        self.first.set_text("1")
        rules, numbers = FieldGrid(), FieldGrid()
        rules.add_row(
            (LabelledField(tr("A new passphrase has at least"), self.length), 2),
            (LabelledField(tr("A PIN opens a desk for"), self.hours), 2),
        )
        numbers.add_row(
            (LabelledField(tr("Role printed on them"), self.role), 2), (self.first, 1), (self.count, 1)
        )
        self.add(rules)
        self.add(
            words(
                tr(
                    "Passphrases in use stay as they are. A PIN or staff card only opens a desk again for who has "
                    "logged in there with the passphrase since the program was opened; it is kept nowhere. The other "
                    "desks know these rules after the next exchange."
                ),
                "secondary",
                wrap=True,
            )
        )
        self.add(ButtonRow(self.save))
        self.add(rule())
        self.add(words(tr("Staff cards"), "card"))
        self.add(
            words(
                tr(
                    "A card carries a number and a role, nobody's name. At the log-in F6 and a scan make it somebody's "
                    "until their shift ends; then F2 and a scan bring their window at once. If it is lost, end the "
                    "shift."
                ),
                "secondary",
                wrap=True,
            )
        )
        self.add(numbers)
        self.add(self.file)
        self.add(ButtonRow(self.cards))
        self.add_stretch()
        self._show(LogInRules())
        for picked in (self.length, self.hours):
            picked.picked.connect(lambda _: self._on_picked())
        self.save.clicked.connect(self._on_save)
        self.cards.clicked.connect(self._on_cards)

    def refresh(self, changes: Changes | None) -> None:
        self.worker.write(rules_here, done=self._show)

    def typed(self) -> LogInRules:
        """What is chosen."""
        return LogInRules(int(self.length.value() or SHORTEST), int(self.hours.value() or 0))

    def _show(self, rules: LogInRules) -> None:
        if self._held is not None and self.typed() != self._held:
            return  # what is being chosen stays when another desk's change arrives
        self._held = rules
        lengths = sorted({*LENGTHS, rules.passphrase_length})
        self.length.set_options(
            [(str(n), ntr("{n} sign", "{n} signs", n)) for n in lengths if n <= LONGEST_ASKED]
        )
        hours = sorted({*HOURS, rules.shift_hours})
        self.hours.set_options(
            [
                (str(n), ntr("{n} hour", "{n} hours", n) if n else tr("never, always the passphrase"))
                for n in hours
            ]
        )
        self.length.set_value(str(rules.passphrase_length))
        self.hours.set_value(str(rules.shift_hours))
        self._on_picked()

    def _on_picked(self) -> None:
        self.save.setEnabled(self._held is not None and self.typed() != self._held)

    def _on_save(self) -> None:
        wanted = self.typed()
        self.save.setEnabled(False)
        self.worker.write(set_log_in_rules, wanted, done=self._on_saved, failed=self._on_not_saved)

    def _on_saved(self, done: RulesChanged) -> None:
        self._held = done.rules
        self._on_picked()
        self.say(
            tr("Saved. It holds for new passphrases and from the next lock on."), undo=self._back(done.undo)
        )

    def _back(self, token: tuple[bytes, ...]) -> Callable[[], object]:
        def back() -> None:
            self._held = self.typed()  # what comes back is shown
            self.worker.write(undo_last, token, done=lambda done: self.say(done.said), failed=self.say_error)

        return back

    def _on_not_saved(self, error: WorldError) -> None:
        self._on_picked()
        self.say_error(error)

    def _on_cards(self) -> None:
        path = self.file.path()
        wrong = [one for one in (self.first, self.count) if not one.check_now()]
        if wrong:
            wrong[0].setFocus()
        elif path is None or not path.name:
            self.file.set_mistake(tr("Say where the cards are to be saved."))
            self.file.setFocus()
        else:
            self.file.set_mistake("")
            target = path if path.suffix else path.with_suffix(".pdf")
            self.worker.write(
                print_staff_cards,
                Role(self.role.value()),
                int(self.first.text()),
                int(self.count.text()),
                target,
                done=lambda n: self._on_cards_saved(n, target),
                failed=self._on_cards_failed,
            )

    def _on_cards_saved(self, count: int, target: Path) -> None:
        first = int(self.first.text()) + count
        self.first.set_text(str(first))
        self.say(
            ntr("{n} staff card saved: {path}.", "{n} staff cards saved: {path}.", count, path=str(target))
        )

    def _on_cards_failed(self, error: WorldError) -> None:
        self.say_at({"count": self.count, "first": self.first}, error)


def _number(text: str) -> str:
    """What is wrong with a whole number of at most four digits; empty when nothing is."""
    typed = text.strip()
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= 4 and int(typed) > 0
    return "" if is_number else tr("Type a number.")
