"""Papers: the daily occupancy sheet of any day, as it was frozen and as it is known now; its copies and freezing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from shelterdesk.actions.papers import MadePaper
from shelterdesk.actions.sheet_papers import (
    DrawnPaper,
    PaperMade,
    SheetCopy,
    SheetWanted,
    drawn_paper,
    print_paper,
)
from shelterdesk.actions.sheets import SheetFrozen, freeze_sheet, last_sheet_day
from shelterdesk.actions.undo import undo_last
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import service_day_limits
from shelterdesk.core.paper_kinds import PaperKind
from shelterdesk.core.roles import DOES, WRITES, may_do
from shelterdesk.core.words import tr
from shelterdesk.reports.paper import PaperName, moment_shown
from shelterdesk.ui.dates import day_words
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.screens.exchange_words import Line
from shelterdesk.ui.screens.sheets_daily_changes import ChangesPane
from shelterdesk.ui.screens.sheets_daily_files import NumbersFile
from shelterdesk.ui.screens.sheets_daily_words import difference_said, standing_said, summary_said
from shelterdesk.ui.screens.sheets_day import DayChooser
from shelterdesk.ui.screens.sheets_paper import Paper
from shelterdesk.ui.widgets import (
    Choice,
    ChoiceField,
    EmptyState,
    LabelledField,
    Pill,
    SecondaryButton,
    SmallButton,
    Tone,
)
from shelterdesk.ui.worker import DeskWorker

FROZEN, NOW = "frozen", "now"


class DailyPaper(Paper):
    """The sheet of a day: a preview that follows every change until it is frozen.

    *Then and now* takes the place of the preview with the numbers that changed and the people behind them.
    """

    name = "daily"
    kind = PaperKind.DAILY_SHEET
    roles = DOES["print the daily sheet"]
    kinds = frozenset(
        {
            "arrival_group", "person", "membership", "stay", "movement", "place", "same_as", "setting",
            "facility_day", "service", "daily_sheet", "status", "foreign", "station",
        }
    )  # fmt: skip

    @staticmethod
    def heading() -> str:
        return tr("Daily occupancy sheet")

    def __init__(self, worker: DeskWorker, parent: QWidget | None = None) -> None:
        empty = EmptyState("document", tr("The sheet is being drawn."))
        super().__init__(worker, self.heading(), empty, parent)
        self.drawn: DrawnPaper | None = None
        self._not_drawn: WorldError | None = None
        self.state = Pill("", Tone.NEUTRAL)
        self.state.hide()
        self.add_beside_title(self.state)
        self.day = DayChooser(tr("Day"), self._today, self._last_day)
        self._follows = True
        """Whether the last sheet is shown, also when a new day has become the last; not once a day was chosen."""
        self.day.choose(self._last_sheet())
        self._make_choices()
        self._make_buttons()
        self.changes = ChangesPane(worker)
        self.changes.hide()
        self.body.insertWidget(self.body.indexOf(self.preview) + 1, self.changes, 1)
        self.numbers_file = NumbersFile(worker, self)
        self.show_notes()
        self.show_ready()
        self._listen()

    def refresh(self, changes: Changes | None) -> None:
        desk = self.worker.desk
        if desk is None:
            return
        if changes is None:
            self.refresh_printers()
        if self._follow():
            return  # a day chosen comes back here
        self.forget_made()
        wanted = self.wanted()
        self.worker.read(
            drawn_paper,
            wanted,
            self.worker.clock.now(),
            desk.user.name,
            done=lambda drawn: self._show(wanted, drawn),
            failed=self._on_not_drawn,
            topic="daily sheet",
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow()

    def wanted(self) -> SheetWanted:
        """The paper that the choices ask for."""
        copy = SheetCopy(self.copy.value() or SheetCopy.SIGNED.value)
        return SheetWanted(self.day.day(), copy, self.version.value() != NOW, self._paper_name())

    def print_morning(self) -> None:
        """Print the sheet of the last day that is over, whatever was chosen before."""
        self._follows = True
        self.day.choose(self._last_sheet())
        self.copy.set_value(SheetCopy.SIGNED.value)
        self.version.set_value(FROZEN)
        self.print_button.click()

    def file_name(self) -> str:
        what = {
            SheetCopy.SIGNED: tr("daily-sheet"),
            SheetCopy.WALL: tr("daily-sheet-wall"),
            SheetCopy.INTERNAL: tr("daily-sheet-internal"),
        }[self.wanted().copy]
        return self._named(what)

    def _named(self, what: str) -> str:
        """The name of a file of this day; no person is in it."""
        station = self.worker.desk.who.station if self.worker.desk is not None else ""
        return f"{what}-{station}-{self.day.day().isoformat()}"

    def is_ready(self) -> bool:
        """At once, before the preview stands: whoever wants it on paper does not wait for its picture."""
        return self._not_drawn is None

    def not_ready(self) -> str:
        error = self._not_drawn
        return "" if error is None else f"{error.sentence} {error.next_step}".strip()

    def make(self, done: Callable[[MadePaper], object], failed: Callable[[WorldError], object]) -> None:
        self.start_making(tr("Making the sheet"), print_paper, self.wanted(), done=done, failed=failed)

    def on_made(self, made: MadePaper) -> None:
        if isinstance(made.result, PaperMade):
            self.preview.show_pdf(made.pdf, self.title.text())

    def _make_choices(self) -> None:
        """What is printed, then or now; the day stands before them."""
        self.copy = ChoiceField(
            [
                Choice(SheetCopy.SIGNED.value, tr("To sign"), tr("the whole sheet")),
                Choice(SheetCopy.WALL.value, tr("For the wall"), tr("large, small numbers held back")),
                Choice(SheetCopy.INTERNAL.value, tr("Internal"), tr("not to be posted")),
            ]
        )
        self.copy.set_value(SheetCopy.SIGNED.value)
        self.copy_field = LabelledField(tr("Copy"), self.copy, reading=lambda _: self.copy.words())
        self.version = ChoiceField(
            [
                Choice(FROZEN, tr("Frozen"), tr("as it was frozen")),
                Choice(NOW, tr("Now"), tr("as it is known now")),
            ]
        )
        self.version.set_value(FROZEN)
        self.version.setAccessibleName(tr("Numbers"))
        self.version.hide()
        self.add_beside_title(self.version)
        for field in (self.copy_field, self.version):
            field.setProperty("not_kept", True)
        for thing in (self.day, self.copy_field, self.paper_field, self.printer_field):
            self.flow.addWidget(thing)

    def _make_buttons(self) -> None:
        roles = self.worker.desk.user.roles if self.worker.desk is not None else frozenset()
        self._may_freeze = not WRITES["daily_sheet"].isdisjoint(roles)
        self._may_look = may_do(roles, "open a person")
        self.numbers_button = SmallButton(tr("Save numbers"), "Ctrl+E", key_inside=True)
        self.freeze_button = SecondaryButton(
            tr("Freeze this sheet"), "Ctrl+Shift+F", icon="lock", key_inside=True
        )
        self.changes_button = SecondaryButton(tr("Then and now"), "Ctrl+D", icon="history", key_inside=True)
        self.preview.add_beside_pages(self.numbers_button)
        if self._may_freeze:
            self.buttons.add(self.freeze_button)
        self.buttons.add(self.changes_button)
        self.changes_button.hide()

    def _listen(self) -> None:
        self.day.changed.connect(self._on_day)
        for changed in (self.copy_field.changed, self.version.changed, self.paper_field.changed):
            changed.connect(self._on_choice)
        self.freeze_button.clicked.connect(self._on_freeze)
        self.changes_button.clicked.connect(self._on_changes)
        self.numbers_button.clicked.connect(self._on_numbers)
        self.numbers_file.saved.connect(lambda path: self.say(tr("Saved: {path}", path=path)))
        self.numbers_file.failed.connect(self.say_error)
        self.changes.left.connect(self.show_preview)
        self.changes.failed.connect(self.say_error)
        self.changes.person_wanted.connect(self._open_person)

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
        self._not_drawn = None
        self.refresh(Changes(self.kinds))

    def _show(self, wanted: SheetWanted, drawn: DrawnPaper) -> None:
        if wanted != self.wanted():
            return
        is_new = self.drawn is None or self.drawn.pdf != drawn.pdf or not self.preview.has_pdf
        self.drawn, self._not_drawn = drawn, None
        shown = drawn.shown
        sheet, held = shown.sheet, shown.frozen
        if is_new:
            self.preview.show_pdf(drawn.pdf, self.title.text())
        self.version.setVisible(held is not None and wanted.copy is not SheetCopy.INTERNAL)
        if shown.shows_frozen:
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
        notes += standing_said(shown)
        if held is None and not self._is_over(sheet.service_day):
            end = moment_shown(sheet.to_at)
            notes.append(Line(Tone.WARN, tr("The day is not over: it lasts until {time}.", time=end)))
        notes += [Line(Tone.WARN, warning) for warning in drawn.warnings]
        self.show_notes(*notes)
        is_unsigned = held is None or held.automatic  # what the program froze may still be signed
        self.freeze_button.setVisible(is_unsigned and self._may_freeze)
        self.freeze_button.setEnabled(is_unsigned and self._is_over(sheet.service_day))
        self._show_changes(drawn)
        self.show_ready()

    def _show_changes(self, drawn: DrawnPaper) -> None:
        """The numbers that are others now, or the counts of the internal page, and the button that leads to them."""
        found, internal = drawn.shown.changes, drawn.internal
        differing = found.differences if found is not None else ()
        self.changes_button.setVisible(self._may_look and (internal is not None or bool(differing)))
        if internal is not None:
            self.changes_button.set_words(tr("Who is behind"))
            self.changes.show_counts(internal)
        elif found is not None:
            self.changes_button.set_words(tr("Then and now"))
            self.changes.show_changes(drawn.shown.sheet.service_day, found.differences)
        elif not self.changes.isHidden():
            self.show_preview()

    def _is_over(self, day: date) -> bool:
        desk = self.worker.desk
        if desk is None:
            return False
        _, end = service_day_limits(day, desk.who.zone, desk.who.change_hour)
        return self.worker.clock.now() >= end

    def _on_not_drawn(self, error: WorldError) -> None:
        self.drawn, self._not_drawn = None, error
        self.state.hide()
        self.show_notes()
        self.show_preview()
        self.preview.show_words(error.sentence, error.next_step)
        self.changes_button.hide()
        self.show_ready()

    def show_preview(self) -> None:
        """The paper again, in the place of then and now."""
        had_focus = self.changes.isAncestorOf(self.focusWidget() or self)
        self.changes.hide()
        self.preview.show()
        self.choices.show()
        if had_focus:
            self.preview.view.setFocus()

    def _on_changes(self) -> None:
        if not self.changes.isHidden():
            self.show_preview()
            return
        self.preview.hide()
        self.choices.hide()
        self.changes.show()
        self.changes.numbers_table.setFocus()

    def _open_person(self, number: str) -> None:
        window = self.window()
        if isinstance(window, MainWindow):
            window.scanned.emit(number)  # as if the number had been scanned: whoever shows people opens it

    def _on_numbers(self) -> None:
        if self._not_drawn is not None:
            self.say(self.not_ready(), Tone.WARN)
            return
        self.numbers_file.save(self.wanted(), self._named(tr("daily-sheet")))

    def _on_freeze(self) -> None:
        self.freeze_button.setEnabled(False)
        self.worker.write(freeze_sheet, self.day.day(), done=self._on_frozen, failed=self._on_not_frozen)

    def _on_not_frozen(self, error: WorldError) -> None:
        """Say why, and draw again how the sheet stands: frozen elsewhere, or still to be frozen by the same key."""
        self.say_error(error)
        self.refresh(Changes(self.kinds))

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
