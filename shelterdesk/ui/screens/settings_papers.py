"""Settings: from when the daily sheet calls somebody overdue or long here, when it freezes itself, and what cards speak."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.cards import NONE, OWN
from shelterdesk.actions.paper_settings import (
    LIMITS,
    PaperSettings,
    PapersSet,
    paper_settings,
    set_paper_settings,
)
from shelterdesk.actions.undo import Undone, undo_last
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.roles import WRITES, may_do
from shelterdesk.core.words import tr
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.screens.sheets_card_paper import second_languages
from shelterdesk.ui.widgets import (
    ButtonRow,
    FieldGrid,
    LabelledField,
    PickField,
    PrimaryButton,
    Tone,
    rule,
    words,
)
from shelterdesk.ui.worker import DeskWorker


class PapersSection(Section):
    """Four numbers and a language; a supervisor reads them, an admin changes them."""

    name = "papers"
    station_only = True
    roles = WRITES["daily_sheet"]
    kinds = frozenset({"setting"})

    @staticmethod
    def heading() -> str:
        return tr("Sheet and cards")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self._held: PaperSettings | None = None
        self.outside = _number(tr("Overdue after being outside for"), tr("hours"), "outside_hours")
        self.long_stay = _number(tr("Here for long after"), tr("days"), "long_stay_days")
        self.morning = _number(tr("The sheet freezes itself after"), tr("hours"), "morning_hours")
        self.card_days = _number(tr("Cards are good for"), tr("days"), "card_days")
        self.second = PickField(
            [
                (OWN, tr("the person's own, where they want it")),
                (NONE, tr("Spanish only")),
                *second_languages(),
            ]
        )
        self.second_field = LabelledField(tr("Second language of cards"), self.second)
        self.save = PrimaryButton(tr("Save these changes"))
        sheet, cards = FieldGrid(), FieldGrid()
        sheet.add_row((self.outside, 1), (self.long_stay, 1), (self.morning, 1))
        cards.add_row((self.second_field, 2), (self.card_days, 1))
        for part in (
            words(tr("Daily sheet"), "card"),
            sheet,
            words(
                tr(
                    "Overdue and long stays stand on the internal page. The sheet freezes itself so long after the day "
                    "has changed, unless the supervisor was there before. Frozen sheets stay as they are."
                ),
                "secondary",
                wrap=True,
            ),
            rule(),
            words(tr("Cards"), "card"),
            cards,
            words(
                tr(
                    "What is proposed for each print; it can be chosen anew there. Printed cards stay as they are."
                ),
                "secondary",
                wrap=True,
            ),
        ):
            self.add(part)
        self.add_stretch()
        self.buttons = ButtonRow(self.save)
        self.add(self.buttons)
        desk = worker.desk
        may = desk is not None and may_do(desk.user.roles, "change settings")
        for field in self._fields().values():
            field.editor.setEnabled(may)
            field.changed.connect(self._on_typed)
        self.buttons.setVisible(may)
        self.primary = self.save if may else None
        self.save.clicked.connect(self._on_save)
        self._on_typed()

    def help_text(self) -> str:
        return tr(
            "These hold for every desk of the station. A sheet is counted with what was set on its day, and a change "
            "can be taken back at once from the line below."
        )

    def refresh(self, changes: Changes | None) -> None:
        now = self.worker.clock.now()
        self.worker.read(
            lambda reader: paper_settings(reader, now), done=self._show, failed=self.say_error, topic="papers"
        )

    def typed(self) -> PaperSettings | None:
        """What stands in the fields, None where one holds no number."""
        numbers = [field.text().strip() for field in self._numbers()]
        if not all(text.isascii() and text.isdigit() and len(text) < 6 for text in numbers):
            return None
        outside, long_stay, morning, card_days = (int(text) for text in numbers)
        return PaperSettings(outside, long_stay, morning, card_days, self.second.value())

    def _numbers(self) -> tuple[LabelledField, ...]:
        return self.outside, self.long_stay, self.morning, self.card_days

    def _fields(self) -> dict[str, LabelledField]:
        return {
            "outside_hours": self.outside,
            "long_stay_days": self.long_stay,
            "morning_hours": self.morning,
            "card_days": self.card_days,
            "second_language": self.second_field,
        }

    def _show(self, now: PaperSettings) -> None:
        is_touched = self._held is not None and self.typed() != self._held
        self._held = now
        if not is_touched:  # what is being typed stays when another desk's change arrives
            self.outside.set_text(str(now.outside_hours))
            self.long_stay.set_text(str(now.long_stay_days))
            self.morning.set_text(str(now.morning_hours))
            self.card_days.set_text(str(now.card_days))
            self.second.set_value(now.second_language)
        self._on_typed()

    def _on_typed(self) -> None:
        self.save.setEnabled(self._held is not None and self.typed() != self._held)

    def _on_save(self) -> None:
        wrong = [field for field in self._fields().values() if not field.check_now()]
        sent = self.typed()
        if wrong or sent is None:
            (wrong or [self.outside])[0].setFocus()
            return
        self.save.setEnabled(False)
        self.worker.write(set_paper_settings, sent, done=self._on_saved, failed=self._on_not_saved)

    def _on_saved(self, done: PapersSet) -> None:
        self._held = done.settings
        self._on_typed()
        if not done.undo:
            self.say(tr("Nothing was different; nothing was written."), Tone.NEUTRAL)
            return
        self.say(
            tr("Saved. The other desks know it after the next exchange."),
            Tone.OK,
            lambda: self._back(done.undo),
        )

    def _back(self, token: tuple[bytes, ...]) -> None:
        asked = self.typed()

        def taken_back(done: Undone) -> None:
            if self.typed() == asked:
                self._held = (
                    asked  # what comes back is shown, whatever stood in the fields when it was asked for
                )
            self.say(done.said)

        self.worker.write(undo_last, token, done=taken_back, failed=self.say_error)

    def _on_not_saved(self, error: WorldError) -> None:
        self._on_typed()
        self.say_at(self._fields(), error)


def _number(title: str, unit: str, name: str) -> LabelledField:
    low, high = LIMITS[name]

    def wrong(text: str) -> str:
        typed = text.strip()
        is_number = typed.isascii() and typed.isdigit() and len(typed) < 6 and low <= int(typed) <= high
        return "" if is_number else tr("It is a number from {low} to {high}.", low=low, high=high)

    return LabelledField(title, hint=unit, check=wrong)
