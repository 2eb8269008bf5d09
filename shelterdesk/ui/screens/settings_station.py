"""Settings: which station this is, the words of its key, and the recovery sheet while it waits."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.drafts import waiting_recovery_code
from shelterdesk.core.changes import Changes
from shelterdesk.core.countries import name as country_name
from shelterdesk.core.words import tr
from shelterdesk.ui.dialogs.recovery_card import RecoveryCard
from shelterdesk.ui.screens.settings_section import Facts, Section
from shelterdesk.ui.widgets import ButtonRow, rule, words
from shelterdesk.ui.widgets.practice_stripe import PRACTICE_WORDS
from shelterdesk.ui.worker import DeskWorker


class StationSection(Section):
    """What does not change any more, to be read and compared."""

    name = "station"

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, tr("Station"), parent)
        self.facts = Facts()
        self.sheet: RecoveryCard | None = None
        self._sheet_parts: list[QWidget] = []
        self.add(self.facts)
        self.add_stretch()

    def refresh(self, changes: Changes | None) -> None:
        desk = self.worker.desk
        if desk is None:
            return
        who = desk.who
        self.facts.show_fact(tr("Name"), who.name)
        self.facts.show_fact(tr("Code"), who.station)
        self.facts.show_fact(tr("This desk"), who.slot)
        self.facts.show_fact(tr("Country"), country_name(who.country))
        self.facts.show_fact(tr("Time zone"), who.zone)
        change = tr("at {time}", time=f"{who.change_hour:02d}:00")
        self.facts.show_fact(tr("The day of services changes"), change)
        kind = PRACTICE_WORDS if who.is_practice else tr("a real station")
        self.facts.show_fact(tr("This is"), kind)
        self.facts.show_fact(tr("Words of this desk's key"), " · ".join(desk.store.keys.words))
        self.worker.write(waiting_recovery_code, done=self._show_sheet)

    def _show_sheet(self, code: str | None) -> None:
        if (code is None) is (self.sheet is None):
            return
        if code is None:
            for part in self._sheet_parts:
                part.hide()
                part.deleteLater()
            self._sheet_parts.clear()
            self.sheet, self.primary = None, None
            return
        self.sheet = RecoveryCard(self.worker, code)
        self.sheet.put_away.connect(self._on_put_away)
        self.primary = self.sheet.confirm
        self._sheet_parts = [
            rule(),
            words(tr("The recovery sheet waits to be put away"), "card"),
            self.sheet,
            ButtonRow(self.sheet.confirm),
        ]
        for at, part in enumerate(self._sheet_parts):
            self.body.insertWidget(1 + at, part)

    def _on_put_away(self) -> None:
        self.say(tr("Good. The code is on paper only now."))
        self._show_sheet(None)
