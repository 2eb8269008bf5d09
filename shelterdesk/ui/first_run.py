"""The first start in an empty folder: real or practice, the station, its first user, and the recovery sheet."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from shelterdesk.actions.demo import DemoMade, make_demo
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.drafts import keep_recovery_code
from shelterdesk.actions.restoring import restore, restore_with_sheet
from shelterdesk.actions.station import StationMade, new_station
from shelterdesk.actions.users import add_user
from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import tr
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.first_run_join import JoinStep
from shelterdesk.ui.first_run_places import Zones
from shelterdesk.ui.first_run_ready import SECOND_ROLES, SecondStep, SheetStep
from shelterdesk.ui.first_run_restore import RestoreStep
from shelterdesk.ui.first_run_steps import STEPS, ChooseStep, PersonStep, PracticeStep, StationStep, Step
from shelterdesk.ui.forgotten import ForgottenPage
from shelterdesk.ui.log_in import ScrollingPage
from shelterdesk.ui.widgets.practice_stripe import PracticeStripe
from shelterdesk.ui.worker import DeskWorker, Task


class FirstRunPage(QWidget):
    """The steps one after the other; what was typed stays when going back.

    Signals: ``opened(Desk)`` once a station stands, its sheet was dealt with and a second person proposed;
    ``practice_chosen(bool)``; ``language_chosen(str)`` before anything was typed; ``joined()`` when this is a desk of
    an existing station now, to be logged in to.
    """

    opened = Signal(object)
    language_chosen = Signal(str)
    practice_chosen = Signal(bool)
    joined = Signal()

    def __init__(
        self, worker: DeskWorker, folder: Path, cost: Argon2Cost = DEFAULT_COST, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("part", "page")
        self._worker, self._folder, self._cost = worker, folder, cost
        self._practice = False
        self._task: Task | None = None
        self.stripe = PracticeStripe()
        self.stripe.hide()
        self.stack = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stripe)
        column.addWidget(self.stack, 1)
        self.choose, self.station = ChooseStep(), StationStep(Zones.known())
        self.practice, self.person, self.restore = PracticeStep(), PersonStep(), RestoreStep()
        self.by_sheet = ForgottenPage()
        self.join = JoinStep(folder, worker.clock)
        self.sheet: SheetStep | None = None
        self.second: SecondStep | None = None
        for step in (
            self.choose,
            self.practice,
            self.station,
            self.person,
            self.restore,
            self.by_sheet,
            self.join,
        ):
            self._add(step)
        self.choose.chosen.connect(self._on_chosen)
        self.choose.language_chosen.connect(self.language_chosen)
        self.station.went_on.connect(lambda: self.go(self.person))
        self.person.went_on.connect(self._make)
        self.restore.went_on.connect(self._restore)
        self.restore.sheet_wanted.connect(lambda: self.go(self.by_sheet))
        self.by_sheet.asked.connect(self._restore_by_sheet)
        self.by_sheet.went_back.connect(lambda: self.go(self.restore))
        self.practice.went_on.connect(self._make_demo)
        self.practice.empty_wanted.connect(lambda: self.go(self.station))
        self.practice.went_back.connect(self._to_choice)
        self.station.went_back.connect(lambda: self.go(self.practice if self._practice else self.choose))
        self.join.went_back.connect(self._to_choice)
        self.join.joined.connect(self.joined)
        self.person.went_back.connect(lambda: self.go(self.station))
        self.restore.went_back.connect(lambda: self.go(self.choose))

    def current(self) -> Screen | None:
        """The step now shown."""
        area = self.stack.currentWidget()
        shown = area.widget() if isinstance(area, QScrollArea) else None
        return shown if isinstance(shown, Screen) else None

    def go(self, step: Screen) -> None:
        """Show a step, with typing at its first field."""
        area = next(a for a in self.stack.findChildren(QScrollArea) if a.widget() is step)
        self.stack.setCurrentWidget(area)
        first = step.first_focus()
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def release(self) -> None:
        """Let go of what outlives the page."""
        for area in self.stack.findChildren(QScrollArea):
            step = area.widget()
            if isinstance(step, Screen):
                step.release()

    def _add(self, step: Screen) -> None:
        self.stack.addWidget(ScrollingPage(step))

    def _on_chosen(self, what: str) -> None:
        if what in ("restore", "join"):
            self.go(self.restore if what == "restore" else self.join)
            return
        self._practice = self.person.is_practice = what == "practice"
        self.stripe.setVisible(self._practice)
        for step in (self.station, self.person):
            step.say_place(self._steps())
        self.go(self.practice if self._practice else self.station)

    def _to_choice(self) -> None:
        self.stripe.hide()
        self.go(self.choose)

    def _make_demo(self, people: int) -> None:
        """A practice station with made-up people, three days of them; how far it is stands beside the button."""
        folder, clock, cost = self._folder, self._worker.clock, self._cost
        task = Task(tr("Making people up"))
        task.progressed.connect(self.practice.show_progress)

        def make() -> Desk:
            made: DemoMade = make_demo(
                folder, people, self.practice.seed(), clock, cost=cost, progress=task.progress
            )
            return made.desk

        self._begin(self.practice)
        self._task = task
        self._worker.open_with(make, self._on_restored, lambda error: self._refuse(self.practice, error))

    def _make(self) -> None:
        plan = self.station.plan(self.person.user.text(), self._practice)
        folder, passphrase, cost = self._folder, self.person.first.text(), self._cost
        made: list[StationMade] = []

        def make() -> Desk:
            made.append(new_station(folder, plan, passphrase, self._worker.clock, cost))
            keep_recovery_code(made[0].desk, made[0].recovery_code)
            return made[0].desk

        self._begin(self.person)
        self._worker.open_with(
            make,
            lambda desk: self._show_sheet(desk, made[0].recovery_code),
            lambda error: self._refuse(self.person, error),
        )

    def _show_sheet(self, desk: Desk, code: str) -> None:
        for line in (self.person.first, self.person.second):
            line.clear()
        self.practice_chosen.emit(desk.who.is_practice)
        self.sheet = SheetStep(self._worker, code)
        self.sheet.say_place(self._steps())
        self.sheet.went_on.connect(lambda _: self._propose_second(desk))
        self._add(self.sheet)
        self.go(self.sheet)

    def _steps(self) -> int:
        """How many steps there are to the window: who practises is not asked for a second person."""
        return STEPS - 1 if self._practice else STEPS

    def _propose_second(self, desk: Desk) -> None:
        """Somebody else who may do everything; whoever only practises goes on at once."""
        if desk.who.is_practice:
            self.opened.emit(desk)
            return
        second = self.second = SecondStep()
        second.passed_over.connect(lambda: self.opened.emit(desk))
        second.went_on.connect(lambda: self._add_second(desk, second))
        self._add(second)
        self.go(second)

    def _add_second(self, desk: Desk, second: SecondStep) -> None:
        self._worker.write(
            partial(add_user, cost=self._cost),
            second.user.text().strip(),
            SECOND_ROLES,
            second.first.text(),
            organisation=desk.user.organisation,
            done=lambda _: self._on_second(desk, second),
            failed=second.refuse,
        )

    def _on_second(self, desk: Desk, second: SecondStep) -> None:
        for line in (second.first, second.second):
            line.clear()
        self.opened.emit(desk)

    def _restore(self) -> None:
        source, folder = self.restore.source.path() or Path(), self._folder
        user, passphrase = self.restore.user.text(), self.restore.line.text()
        self._begin(self.restore)
        self._worker.open_with(
            lambda: restore(source, folder, user, passphrase, self._worker.clock),
            self._on_restored,
            lambda error: self._refuse(self.restore, error),
        )

    def _restore_by_sheet(self, code: str, user: str, passphrase: str) -> None:
        source, folder, cost = self.restore.source.path() or Path(), self._folder, self._cost
        self._worker.open_with(
            lambda: restore_with_sheet(source, folder, code, user, passphrase, self._worker.clock, cost),
            self._on_restored,
            self.by_sheet.refuse,
        )

    def _on_restored(self, desk: Desk) -> None:
        for line in (self.restore.line, self.by_sheet.first, self.by_sheet.second):
            line.clear()
        self.by_sheet.code.set_text("")
        self.practice_chosen.emit(desk.who.is_practice)
        self.opened.emit(desk)

    def _begin(self, step: Step) -> None:
        step.say_problem(None)
        if step.primary is not None:
            step.primary.setEnabled(False)

    def _refuse(self, step: Step, error: WorldError) -> None:
        if step.primary is not None:
            step.primary.setEnabled(True)
        step.say_problem(error)
