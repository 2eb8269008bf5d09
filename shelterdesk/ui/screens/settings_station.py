"""Settings: which station this is, what never changes of it to be compared, what may change to be changed."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from shelterdesk.actions.station_facts import (
    FactsChanged,
    StationFacts,
    change_station,
    station_facts,
)
from shelterdesk.actions.undo import Undone, undo_last
from shelterdesk.core.changes import Changes
from shelterdesk.core.countries import name as country_name
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import LATEST_CHANGE_HOUR
from shelterdesk.core.roles import may_write
from shelterdesk.core.words import tr
from shelterdesk.ui.screens.settings_section import Facts, Section
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
from shelterdesk.ui.widgets.practice_stripe import PRACTICE_WORDS
from shelterdesk.ui.worker import DeskWorker


class StationSection(Section):
    """Everybody reads; an admin changes name, address, the hour the day changes, and the standard set."""

    name = "station"
    kinds = frozenset({"station", "foreign"})

    @staticmethod
    def heading() -> str:
        return tr("Station")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        desk = worker.desk
        self._held: StationFacts | None = None
        self.facts = Facts()
        self.called = LabelledField(tr("Name"))
        self.address = LabelledField(tr("Address"), hint=tr("may stay empty"))
        self.hour = PickField([(str(n), f"{n:02d}:00") for n in range(LATEST_CHANGE_HOUR + 1)])
        self.hour_field = LabelledField(tr("The day of services changes at"), self.hour)
        self.standard = LabelledField(tr("Standard set"), hint=tr("chosen under Standards"))
        self.save = PrimaryButton(tr("Save these changes"))
        grid = FieldGrid()
        grid.add_row((self.called, 2), (self.address, 2))
        grid.add_row((self.hour_field, 2), (self.standard, 2))
        self.told = words(
            tr(
                "The other desks know it after the next exchange. A sheet that is frozen stays as it is, and so "
                "does what is printed."
            ),
            "secondary",
            wrap=True,
        )
        self.changing = (grid, self.told)
        self.buttons = ButtonRow(self.save)
        self.add(self.facts)
        self.add(rule())
        for part in self.changing:
            self.add(part)
        self.add_stretch()
        self.add(self.buttons)
        may = desk is not None and not desk.who.is_office and may_write(desk.user.roles, "station")
        for field in self._fields().values():
            field.editor.setEnabled(may)
            field.changed.connect(self._on_typed)
        self.standard.editor.setEnabled(False)
        grid.setVisible(desk is not None and not desk.who.is_office)
        self.told.setVisible(may)
        self.buttons.setVisible(may)
        self.primary = self.save if may else None
        self.save.setEnabled(False)
        self.save.clicked.connect(self._on_save)

    def refresh(self, changes: Changes | None) -> None:
        desk = self.worker.desk
        if desk is None:
            return
        who = desk.who
        self.facts.show_fact(tr("Code"), who.station)
        self.facts.show_fact(tr("This desk"), who.slot)
        self.facts.show_fact(tr("Country"), country_name(who.country))
        self.facts.show_fact(tr("Time zone"), who.zone)
        kind = PRACTICE_WORDS if who.is_practice else tr("a real station")
        self.facts.show_fact(tr("This is"), kind)
        self.facts.show_fact(tr("Words of this desk's key"), " · ".join(desk.store.keys.words))
        self.worker.read(station_facts, done=self._show, failed=self.say_error, topic="station-facts")

    def typed(self) -> StationFacts:
        """What stands in the fields."""
        return StationFacts(
            self.called.text().strip(),
            self.address.text().strip(),
            int(self.hour.value() or 0),
            self.standard.text().strip(),
        )

    def _fields(self) -> dict[str, LabelledField]:
        return {
            "name": self.called,
            "address": self.address,
            "change_hour": self.hour_field,
            "standard_set": self.standard,
        }

    def _show(self, facts: StationFacts) -> None:
        is_touched = self._held is not None and self.typed() != self._held
        self._held = facts
        if not is_touched:  # what is being typed stays when another desk's change arrives
            self.called.set_text(facts.name)
            self.address.set_text(facts.address)
            self.hour.set_value(str(facts.change_hour))
            self.standard.set_text(facts.standard_set)
        self._on_typed()

    def _on_typed(self) -> None:
        self.save.setEnabled(self._held is not None and self.typed() != self._held)

    def _on_save(self) -> None:
        for field in self._fields().values():
            field.set_mistake("")
        self.save.setEnabled(False)
        sent = self.typed()

        def saved(done: FactsChanged) -> None:
            self._on_saved(sent, done)

        self.worker.write(change_station, sent, done=saved, failed=self._on_not_saved)

    def _on_saved(self, sent: StationFacts, done: FactsChanged) -> None:
        self._held = sent  # not what stands in the fields: typing may have gone on while the save waited
        self._on_typed()
        if not done.changed:
            self.say(tr("Nothing was different; nothing was written."), Tone.NEUTRAL)
            return
        names = ", ".join(self._fields()[name].label.text() for name in done.changed)
        self.say(tr("Saved: {fields}.", fields=names), Tone.OK, lambda: self._take_back(done.undo))

    def _take_back(self, token: tuple[bytes, ...]) -> None:
        asked = self.typed()

        def taken_back(done: Undone) -> None:
            self._on_taken_back(asked, done)

        self.worker.write(undo_last, token, done=taken_back, failed=self.say_error)

    def _on_taken_back(self, asked: StationFacts, done: Undone) -> None:
        if self.typed() == asked:
            self._held = asked  # what comes back is shown, whatever stood in the fields when it was asked for
        self.say(done.said, Tone.WARN if done.is_correction else Tone.OK, lambda: self._take_back(done.undo))

    def _on_not_saved(self, error: WorldError) -> None:
        self._on_typed()
        self.say_at(self._fields(), error)
