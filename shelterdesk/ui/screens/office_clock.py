"""Office: by how much a desk's clock was wrong; its entries count, and are shown, by the corrected time from then on."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from PySide6.QtWidgets import QComboBox, QWidget

from shelterdesk.actions.clock_fixing import ClockFixed, fix_clock, read_delta
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.moment import from_milliseconds, moment_text
from shelterdesk.core.roles import DOES
from shelterdesk.core.words import ntr, tr
from shelterdesk.db.store import Reader
from shelterdesk.ui.dates import when
from shelterdesk.ui.screens.settings_section import Section
from shelterdesk.ui.widgets import ButtonRow, FieldGrid, LabelledField, PrimaryButton, Tone, words
from shelterdesk.ui.worker import DeskWorker


def _desks(reader: Reader) -> list[str]:
    return sorted(one.slot for one in reader.roster.desks.values() if one.slot and not one.is_office)


class ClockSection(Section):
    """Desk, its first and last wrong entry, and what to add; Ctrl+Z takes the correction back."""

    name = "clocks"
    roles = DOES["correct a clock"]
    kinds = frozenset({"roster"})

    @staticmethod
    def heading() -> str:
        return tr("Clock of a desk")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, self.heading(), parent)
        self.desks = QComboBox()
        self.desk = LabelledField(tr("Desk"), self.desks)
        self.first = LabelledField(tr("First entry"), hint=tr("its number"))
        self.last = LabelledField(tr("Last entry"), hint=tr("its number"))
        self.by = LabelledField(tr("What to add to its clock"), hint=tr("like +3h, -2d12h or +90s"))
        self.time = LabelledField(tr("Which time"), hint=tr("only where it is asked for"))
        self.correct_button = PrimaryButton(tr("Correct the clock"))
        self.primary = self.correct_button
        grid = FieldGrid()
        grid.add_row((self.desk, 2), (self.first, 1), (self.last, 1))
        grid.add_row((self.by, 2), (self.time, 2))
        for field in (self.desk, self.first, self.last, self.by, self.time):
            field.setProperty("not_kept", True)
        self.add(
            words(
                tr(
                    "A desk that worked with a wrong clock is put right here: from its first wrong entry to the last, "
                    "by so much. Who wrote later, and what is shown, follows the corrected time at every desk that hears "
                    "of it. +0s takes a correction back."
                ),
                wrap=True,
            )
        )
        self.add(grid)
        self.add_stretch()
        self.add(ButtonRow(self.correct_button))
        self.correct_button.clicked.connect(self._on_correct)

    def refresh(self, changes: Changes | None) -> None:
        self.worker.read(_desks, done=self._show, topic="desks with clocks")

    def _show(self, found: list[str]) -> None:
        if found != [self.desks.itemText(at) for at in range(self.desks.count())]:
            chosen = self.desks.currentText()
            self.desks.clear()
            self.desks.addItems(found)
            self.desks.setCurrentIndex(max(0, self.desks.findText(chosen)))

    def _on_correct(self) -> None:
        for field in (self.first, self.last, self.by, self.time):
            field.set_mistake("")
        first, last = self._number(self.first), self._number(self.last)
        if first is None or last is None:
            return
        time = self._number(self.time) if self.time.text().strip() else None
        if time is None and self.time.text().strip():
            return
        try:
            delta = read_delta(self.by.text())
        except BadField as error:
            self._on_failed(error)
            return
        slot = self.desks.currentText()
        self._correct(slot, first, last, delta, time)

    def _correct(self, slot: str, first: int, last: int, delta: timedelta, time: int | None) -> None:
        done = partial(self._on_corrected, first, last)
        self.worker.write(fix_clock, slot, first, last, delta, time, done=done, failed=self._on_failed)

    def _number(self, field: LabelledField) -> int | None:
        text = field.text().replace(",", "").replace(".", "").strip()
        if text.isascii() and text.isdigit() and len(text) < 16:
            return int(text)
        field.set_mistake(tr("Type a number, as the list of posts shows it."))
        field.setFocus()
        return None

    def _on_corrected(self, first: int, last: int, done: ClockFixed) -> None:
        entries = ntr("{n} entry", "{n} entries", done.events)
        said = tr(
            "{entries} of {desk} count from {low} to {high} now.",
            entries=entries, desk=done.desk, low=self._when(done.first_ms), high=self._when(done.last_ms),
        )  # fmt: skip
        back = partial(self._correct, done.desk, first, last, timedelta(), done.epoch)
        self.say(said, Tone.OK, back if done.delta_ms else None)

    def _when(self, at_ms: int) -> str:
        desk = self.worker.desk
        if desk is None:
            return ""
        return when(
            moment_text(from_milliseconds(at_ms), desk.who.zone), self.worker.clock.now(), desk.who.zone
        )

    def _on_failed(self, error: WorldError) -> None:
        self.say_at({"from": self.first, "by": self.by}, error)
