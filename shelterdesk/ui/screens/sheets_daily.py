"""Papers: the daily occupancy sheet of any day, as it was frozen and as it is known now; and its freezing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from shelterdesk.actions.papers import DrawnSheet, MadePaper, drawn_sheet
from shelterdesk.actions.sheets import SheetFrozen, SheetPrinted, freeze_sheet, last_sheet_day, print_sheet
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import service_day_limits
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.roles import DOES, WRITES
from shelterdesk.core.sheet import DailySheet
from shelterdesk.core.words import ntr, tr
from shelterdesk.reports.paper import PaperName, moment_shown
from shelterdesk.ui.dates import day_words
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.sheets_day import DayChooser
from shelterdesk.ui.screens.sheets_paper import Paper
from shelterdesk.ui.widgets import (
    Choice,
    ChoiceField,
    EmptyState,
    LabelledField,
    Pill,
    SecondaryButton,
    Tone,
)
from shelterdesk.ui.worker import DeskWorker

FROZEN, NOW = "frozen", "now"


def difference_said(sheet: DailySheet) -> str:
    """What the balance is off by, in a sentence; nothing when it closes."""
    off = sheet.difference
    if off > 0:
        return ntr(
            "The balance is off: {n} person more is in the house than the day before and the movements give.",
            "The balance is off: {n} people more are in the house than the day before and the movements give.",
            off,
        )
    if off < 0:
        return ntr(
            "The balance is off: {n} person fewer is in the house than the day before and the movements give.",
            "The balance is off: {n} people fewer are in the house than the day before and the movements give.",
            -off,
        )
    return ""


def summary_said(sheet: DailySheet) -> str:
    """The number of the morning and how it came about, in one line."""
    return " · ".join(
        (
            ntr("{n} person in the house", "{n} people in the house", sheet.present),
            ntr("{n} the day before", "{n} the day before", sheet.present_prev),
            ntr("{n} came", "{n} came", sheet.came),
            ntr("{n} left", "{n} left", sheet.left),
        )
    )


class DailyPaper(Paper):
    """The sheet of a day: a preview that follows every change until it is frozen."""

    name = "daily"
    kind = PaperKind.DAILY_SHEET
    roles = DOES["print the daily sheet"]
    kinds = frozenset(
        {
            "arrival_group", "person", "membership", "stay", "movement", "place", "same_as",
            "facility_day", "service", "daily_sheet", "status", "foreign",
        }
    )  # fmt: skip

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        empty = EmptyState("document", tr("The sheet is being drawn."))
        super().__init__(worker, tr("Daily occupancy sheet"), empty, parent)
        self.drawn: DrawnSheet | None = None
        self.state = Pill("", Tone.NEUTRAL)
        self.state.hide()
        self.add_beside_title(self.state)
        self.day = DayChooser(tr("Day"), self._today, self._last_day)
        self._follows = True
        """Whether the last sheet is shown, also when a new day has become the last; not once a day was chosen."""
        self.day.choose(self._last_sheet())
        self.version = ChoiceField(
            [
                Choice(FROZEN, tr("Frozen"), tr("as it was frozen")),
                Choice(NOW, tr("Now"), tr("as it is known now")),
            ]
        )
        self.version.set_value(FROZEN)
        self.version_field = LabelledField(
            tr("Numbers"), self.version, reading=lambda _: self.version.words()
        )
        self.version_field.setProperty("not_kept", True)
        self.version_field.hide()
        self.freeze_button = SecondaryButton(tr("Freeze this sheet"), "Ctrl+Shift+F", icon="lock")
        for thing in (self.day, self.version_field, self.paper_field, self.printer_field):
            self.flow.addWidget(thing)
        roles = worker.desk.user.roles if worker.desk is not None else frozenset()
        self._may_freeze = not WRITES["daily_sheet"].isdisjoint(roles)
        if self._may_freeze:
            self.buttons.add(self.freeze_button)
        self.show_notes()
        self.show_ready()
        self.day.changed.connect(self._on_day)
        self.version_field.changed.connect(self._on_choice)
        self.paper_field.changed.connect(self._on_choice)
        self.freeze_button.clicked.connect(self._on_freeze)

    def refresh(self, changes: Changes | None) -> None:
        desk = self.worker.desk
        if desk is None:
            return
        if changes is None:
            self.refresh_printers()
        if self._follow():
            return  # a day chosen comes back here
        self.forget_made()
        self.worker.read(
            drawn_sheet,
            self.day.day(),
            self.worker.clock.now(),
            desk.user.name,
            self._paper_name(),
            self.version.value() != NOW,
            done=self._show,
            failed=self._on_not_drawn,
            topic="daily sheet",
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow()

    def file_name(self) -> str:
        station = self.worker.desk.who.station if self.worker.desk is not None else ""
        what = tr("daily-sheet")
        return f"{what}-{station}-{self.day.day().isoformat()}"

    def is_ready(self) -> bool:
        return self.drawn is not None

    def not_ready(self) -> str:
        return tr("The sheet is being drawn.")

    def make(self, done: Callable[[MadePaper], object], failed: Callable[[WorldError], object]) -> None:
        self.start_making(
            tr("Making the sheet"),
            print_sheet,
            self.day.day(),
            done=done,
            failed=failed,
            paper=self._paper_name(),
            as_frozen=self.drawn is not None and self.drawn.shows_frozen,
        )

    def on_made(self, made: MadePaper) -> None:
        if isinstance(made.result, SheetPrinted):
            self.preview.show_pdf(made.pdf, self.title.text())

    def _paper_name(self) -> PaperName:
        return "letter" if self.paper.value() == "letter" else "a4"

    def _today(self) -> date:
        desk = self.worker.desk
        now = self.worker.clock.now()
        return now.date() if desk is None else now.astimezone(ZoneInfo(desk.who.zone)).date()

    def _last_sheet(self) -> date:
        desk = self.worker.desk
        return self._today() if desk is None else last_sheet_day(desk)

    def _last_day(self) -> date:
        """The day whose sheet has begun: the one after the last that is over."""
        return date.fromordinal(self._last_sheet().toordinal() + 1)

    def _on_day(self, day: date) -> None:
        self._follows = day == self._last_sheet()
        self._on_choice()

    def _follow(self) -> bool:
        """Go on to the sheet of a new day, unless a day was chosen."""
        if not self._follows or self.day.day() == self._last_sheet():
            return False
        self.day.choose(self._last_sheet())
        return True

    def _on_choice(self, *_: object) -> None:
        self.refresh(Changes(self.kinds))

    def _show(self, drawn: DrawnSheet) -> None:
        if drawn.sheet.service_day != self.day.day():
            return
        is_new = self.drawn is None or self.drawn.pdf != drawn.pdf or not self.preview.has_pdf
        self.drawn = drawn
        sheet, held = drawn.sheet, drawn.frozen
        if is_new:
            self.preview.show_pdf(drawn.pdf, self.title.text())
        self.version_field.setVisible(held is not None)
        if drawn.shows_frozen:
            self.state.show_state(tr("frozen"), Tone.OK)
        elif held is not None:
            self.state.show_state(tr("as known now"), Tone.NEUTRAL)
        else:
            self.state.show_state(tr("provisional"), Tone.WARN)
        self.state.show()
        notes = [Line(Tone.NEUTRAL, summary_said(sheet))]
        off = difference_said(sheet)
        if off:
            notes.append(Line(Tone.WARN, off))
        if held is not None:
            notes += self._frozen_said(drawn)
        elif not self._is_over(sheet.service_day):
            end = moment_shown(sheet.to_at)
            notes.append(Line(Tone.WARN, tr("The day is not over: it lasts until {time}.", time=end)))
        notes += [Line(Tone.WARN, warning) for warning in drawn.warnings]
        self.show_notes(*notes)
        self.freeze_button.setEnabled(held is None and self._is_over(sheet.service_day))
        self.show_ready()

    def _frozen_said(self, drawn: DrawnSheet) -> list[Line]:
        held = drawn.frozen
        if held is None:
            return []
        at = moment_shown(held.frozen_at) if held.frozen_at else ""
        said = [Line(Tone.OK, tr("Frozen {time} by {name}.", time=at, name=held.signed_by))]
        if held.sheet.present != drawn.now.present:
            now = ntr("{n} person", "{n} people", drawn.now.present)
            said.append(
                Line(
                    Tone.WARN,
                    tr(
                        "With what became known since, it is {now}, not {then}; the next day's corrections say so.",
                        now=now,
                        then=held.sheet.present,
                    ),
                )
            )
        return said

    def _is_over(self, day: date) -> bool:
        desk = self.worker.desk
        if desk is None:
            return False
        _, end = service_day_limits(day, desk.who.zone, desk.who.change_hour)
        return self.worker.clock.now() >= end

    def _on_not_drawn(self, error: WorldError) -> None:
        self.drawn = None
        self.state.hide()
        self.show_notes()
        self.preview.show_words(error.sentence, error.next_step)
        self.show_ready()

    def _on_freeze(self) -> None:
        self.freeze_button.setEnabled(False)
        self.worker.write(freeze_sheet, self.day.day(), done=self._on_frozen, failed=self.say_error)

    def _on_frozen(self, frozen: SheetFrozen) -> None:
        day = day_words(frozen.sheet.service_day)
        self.say(
            tr(
                "The sheet of {day} is frozen; what becomes known later stands in the next day's corrections.",
                day=day,
            ),
            Tone.OK,
            lambda: self.worker.write(
                undo_last, frozen.undo, done=lambda undone: self.say(undone.said), failed=self.say_error
            ),
        )
