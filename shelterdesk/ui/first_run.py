"""The first start in an empty folder: real or practice, the station, its first user, and the recovery sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimeZone, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from shelterdesk.actions.backups import restore
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.drafts import keep_recovery_code
from shelterdesk.actions.station import StationMade, StationPlanned, check_plan, new_station
from shelterdesk.actions.users import check_passphrase
from shelterdesk.core.countries import all_codes, matching, name
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.words import tr
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.dialogs.path_field import PathField, PathKind
from shelterdesk.ui.dialogs.recovery_card import RecoveryCard
from shelterdesk.ui.log_in import CapsLockHint, Centred, passphrase_line
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import (
    ButtonRow,
    Card,
    FieldGrid,
    LabelledField,
    PrimaryButton,
    QuietButton,
    SecondaryButton,
    TypeAhead,
    words,
)
from shelterdesk.ui.widgets.practice_stripe import PracticeStripe
from shelterdesk.ui.worker import DeskWorker


@dataclass(frozen=True)
class Zones:
    """Time zones of the countries (CLDR) and the one this laptop is set to."""

    by_country: dict[str, list[str]]
    system: str

    @classmethod
    def known(cls) -> Zones:
        """Read from the libraries at hand; nothing is asked of a network."""
        import pycountry
        from babel.core import get_global

        three = {country.alpha_2: country.alpha_3 for country in pycountry.countries}
        found: dict[str, list[str]] = {}
        for zone, two in get_global("zone_territories").items():
            if two in three and "/" in zone:
                found.setdefault(three[two], []).append(zone)
        system = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
        return cls({code: sorted(zones) for code, zones in found.items()}, system)

    def proposed(self, country: str) -> str:
        """The country's only zone, or the laptop's where that lies in the country; else nothing."""
        zones = self.by_country.get(country, [])
        if len(zones) == 1:
            return zones[0]
        return self.system if self.system in zones else ""

    def options(self, typed: str) -> list[tuple[str, str]]:
        """Zones whose name has what is typed in it."""
        wanted = typed.strip().casefold().replace(" ", "_")
        every = sorted(zone for zones in self.by_country.values() for zone in zones)
        return [(zone, zone) for zone in every if wanted in zone.casefold()][:50]


def country_options(typed: str) -> list[tuple[str, str]]:
    """Countries for what is typed so far, in the language spoken."""
    if not typed.strip():
        return sorted(((code, name(code)) for code in all_codes() if not code.startswith("XX")), key=lambda o: o[1])
    return [(one.code, one.name) for one in matching(typed, limit=50) if not one.code.startswith("XX")]


class _Step(Screen):
    """One step: a card with a title, fields, a primary button and a way back. Signals: ``went_back()``."""

    went_back = Signal()

    def __init__(self, title: str, width: int = 620) -> None:
        super().__init__()
        self._said_title = title
        self.card = Card(title, screen=True)
        self.problem = words("", "mistake", wrap=True)
        self.problem.hide()
        self.page.addWidget(Centred(self.card, width), 1)

    def title(self) -> str:
        return self._said_title

    def step_out(self) -> bool:
        self.went_back.emit()
        return True

    def past_last_field(self) -> None:
        self.finish()

    def say_problem(self, error: WorldError | None) -> None:
        """Say what went wrong with the whole step."""
        said = f"{error.sentence} {error.next_step}".strip() if error is not None else ""
        self.problem.setText(said)
        self.problem.setVisible(bool(said))

    def add_buttons(self, primary: PrimaryButton, *others: SecondaryButton) -> None:
        """The primary action and what stands beside it, with the way back last."""
        self.primary = primary
        back = SecondaryButton(tr("Back"), "Esc")
        back.clicked.connect(self.went_back)
        self.card.add(self.problem)
        self.card.add(ButtonRow(primary, *others, back))


class ChooseStep(_Step):
    """Real station or practice: two large choices, and the ways in for those who have a station already.

    Signals: ``chosen(str)``: ``real``, ``practice``, ``restore``.
    """

    name = "choose"
    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("What is this laptop going to be?"), 720)
        self.real = _big(tr("Real station"), "R")
        self.practice = _big(tr("Practice"), "P")
        pairs = (
            (self.real, "real", tr("People who arrive are registered here. Choose this at a reception station.")),
            (
                self.practice,
                "practice",
                tr("To learn and to try out. Every screen and every paper is marked, for ever, as practice."),
            ),
        )
        for button, value, explanation in pairs:
            button.clicked.connect(lambda _=False, value=value: self.chosen.emit(value))
            self.card.add(button)
            self.card.add(words(explanation, "secondary", wrap=True))
        self.restore = QuietButton(tr("Restore from a backup"), "B")
        self.restore.clicked.connect(lambda: self.chosen.emit("restore"))
        self.more = ButtonRow(self.restore)
        self.card.add(self.more)

    def step_out(self) -> bool:
        return False

    def first_focus(self) -> QWidget | None:
        return self.real


def _big(text: str, key: str) -> SecondaryButton:
    button = SecondaryButton(text, key, key_inside=True)
    button.setMinimumHeight(theme().px(64))
    return button


class StationStep(_Step):
    """Code, name, country, time zone, organisation. Signals: ``went_on()``."""

    name = "station"
    went_on = Signal()

    def __init__(self, zones: Zones) -> None:
        super().__init__(tr("The station"))
        self._zones = zones
        self._zone_by_hand = False
        self.code = LabelledField(tr("Code"), hint=tr("2 to 4 letters, for example LB"), check=self._check_code)
        self.station_name = LabelledField(tr("Name"), check=_needed(tr("The station needs a name.")))
        self.country_line = TypeAhead(country_options)
        self.country = LabelledField(tr("Country"), self.country_line, check=self._check_country)
        self.zone_line = TypeAhead(zones.options, free=True)
        self.zone = LabelledField(tr("Time zone"), self.zone_line, check=self._check_zone)
        self.organisation = LabelledField(tr("Your organisation"), hint=tr("may stay empty"))
        grid = FieldGrid()
        grid.add_row((self.code, 2), (self.station_name, 2))
        grid.add_row((self.country, 2), (self.zone, 2))
        grid.add_row((self.organisation, 4))
        self.card.add(grid)
        self.add_buttons(PrimaryButton(tr("Go on")))
        self.country_line.picked.connect(self._propose_zone)
        self.zone_line.textEdited.connect(self._on_zone_typed)
        if self.primary is not None:
            self.primary.clicked.connect(self._on_go_on)

    def checked(self) -> list[LabelledField]:
        """The fields in the order in which their mistakes are looked at."""
        return [self.code, self.station_name, self.country, self.zone]

    def _on_zone_typed(self, _: str) -> None:
        self._zone_by_hand = True

    def _propose_zone(self, country: str) -> None:
        proposed = self._zones.proposed(country)
        if not self._zone_by_hand or not self.zone.text().strip():
            self.zone.set_text(proposed)
            several = tr("this country has several; choose one")
            self.zone.set_hint("" if proposed else several)

    def _on_go_on(self) -> None:
        wrong = [field for field in self.checked() if not field.check_now()]
        if wrong:
            wrong[0].setFocus()
        else:
            self.went_on.emit()

    def plan(self, admin: str, practice: bool) -> StationPlanned:
        """What is asked of a new station, from what is typed."""
        return StationPlanned(
            self.code.text().strip().upper(),
            self.station_name.text().strip(),
            self.country_line.value() or "",
            self.zone.text().strip(),
            admin.strip(),
            is_practice=practice,
            organisation=self.organisation.text().strip(),
        )

    def _check_code(self, text: str) -> str:
        return _said_of("code", StationPlanned(text.strip().upper(), "x", "PAN", "UTC", "x"))

    def _check_country(self, text: str) -> str:
        if self.country_line.value() is not None:
            return ""
        return tr("Choose a country from the list.") if text.strip() else tr("The station needs a country.")

    def _check_zone(self, text: str) -> str:
        return _said_of("timezone", StationPlanned("LB", "x", "PAN", text.strip(), "x"))


class PersonStep(_Step):
    """The first user, who is admin: a name and a passphrase typed twice. Signals: ``went_on()``."""

    name = "person"
    went_on = Signal()

    def __init__(self) -> None:
        super().__init__(tr("You, who may do everything here"))
        self.user = LabelledField(tr("Name you log in with"), check=_needed(tr("Type a name to log in with.")))
        self.first, self.second = passphrase_line(), passphrase_line()
        self.passphrase = LabelledField(
            tr("Passphrase"), self.first, hint=tr("three or four words"), check=self._check_first
        )
        self.again = LabelledField(tr("Passphrase once more"), self.second, check=self._check_second)
        self.caps = words(tr("Capital letters are locked on the keyboard."), "warn", wrap=True)
        self.caps.hide()
        grid = FieldGrid()
        grid.add_row((self.user, 4))
        grid.add_row((self.passphrase, 2), (self.again, 2))
        self.card.add(grid)
        self.card.add(self.caps)
        self.card.add(
            words(
                tr("Nobody can look your passphrase up. If it is forgotten, the recovery sheet opens the station."),
                "secondary",
                wrap=True,
            )
        )
        self.add_buttons(PrimaryButton(tr("Make the station")))
        for line in (self.first, self.second):
            CapsLockHint(line).told.connect(self.caps.setVisible)
        if self.primary is not None:
            self.primary.clicked.connect(self._on_go_on)

    def _on_go_on(self) -> None:
        wrong = [field for field in (self.user, self.passphrase, self.again) if not field.check_now()]
        if wrong:
            wrong[0].setFocus()
        else:
            self.went_on.emit()

    def _check_first(self, text: str) -> str:
        try:
            check_passphrase(text)
        except BadField as error:
            return f"{error.sentence} {error.next_step}".strip()
        return ""

    def _check_second(self, text: str) -> str:
        return "" if text == self.first.text() else tr("The two passphrases are not the same.")


class RestoreStep(_Step):
    """A backup put back into this folder. Signals: ``went_on()``."""

    name = "restore"
    went_on = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Restore from a backup"))
        self.source = PathField(tr("Folder of the backup"), PathKind.FOLDER, hint=tr("shelterdesk-backup-…"))
        self.user = LabelledField(tr("Name"), check=_needed(tr("Type the name you log in with.")))
        self.line = passphrase_line()
        self.passphrase = LabelledField(tr("Passphrase"), self.line, check=_needed(tr("Type your passphrase.")))
        grid = FieldGrid()
        grid.add_row((self.user, 2), (self.passphrase, 2))
        self.card.add(self.source)
        self.card.add(grid)
        self.card.add(
            words(
                tr("Names and passphrases are those of the day of the backup. The backup itself stays as it is."),
                "secondary",
                wrap=True,
            )
        )
        self.add_buttons(PrimaryButton(tr("Restore")))
        if self.primary is not None:
            self.primary.clicked.connect(self._on_go_on)

    def _on_go_on(self) -> None:
        path = self.source.path()
        is_folder = path is not None and path.is_dir()
        self.source.set_mistake("" if is_folder else tr("Choose the folder of a backup."))
        wrong = [field for field in (self.user, self.passphrase) if not field.check_now()]
        if not is_folder:
            self.source.setFocus()
        elif wrong:
            wrong[0].setFocus()
        else:
            self.went_on.emit()


class SheetStep(_Step):
    """The recovery sheet: saved, printed, and one group of its code typed back. Signals: ``went_on(bool)``."""

    name = "sheet"
    went_on = Signal(bool)

    def __init__(self, worker: DeskWorker, code: str) -> None:
        super().__init__(tr("The recovery sheet"), 760)
        self.sheet = RecoveryCard(worker, code)
        self.card.add(self.sheet)
        self.primary = self.sheet.confirm
        self.later = SecondaryButton(tr("I will do it later"))
        self.card.add(ButtonRow(self.sheet.confirm, self.later))
        self.sheet.put_away.connect(lambda: self.went_on.emit(True))
        self.later.clicked.connect(lambda: self.went_on.emit(False))

    def step_out(self) -> bool:
        return False


Check = Callable[[str], str]


def _needed(sentence: str) -> Check:
    return lambda text: "" if text.strip() else sentence


def _said_of(field: str, plan: StationPlanned) -> str:
    """What the rules of a new station say of one answer, the others being good."""
    try:
        check_plan(plan)
    except BadField as error:
        return f"{error.sentence} {error.next_step}".strip() if error.field == field else ""
    return ""


class FirstRunPage(QWidget):
    """The steps one after the other; what was typed stays when going back.

    Signals: ``opened(Desk)`` once a station stands and its sheet was dealt with; ``practice_chosen(bool)``.
    """

    opened = Signal(object)
    practice_chosen = Signal(bool)

    def __init__(
        self, worker: DeskWorker, folder: Path, cost: Argon2Cost = DEFAULT_COST, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("part", "page")
        self._worker, self._folder, self._cost = worker, folder, cost
        self._practice = False
        self._desk: Desk | None = None
        self.stripe = PracticeStripe()
        self.stripe.hide()
        self.stack = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stripe)
        column.addWidget(self.stack, 1)
        self.choose, self.station = ChooseStep(), StationStep(Zones.known())
        self.person, self.restore = PersonStep(), RestoreStep()
        self.sheet: SheetStep | None = None
        for step in (self.choose, self.station, self.person, self.restore):
            self._add(step)
        self.choose.chosen.connect(self._on_chosen)
        self.station.went_on.connect(lambda: self.go(self.person))
        self.person.went_on.connect(self._make)
        self.restore.went_on.connect(self._restore)
        self.station.went_back.connect(lambda: self.go(self.choose))
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
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setProperty("no_ring", True)
        area.setWidget(step)
        self.stack.addWidget(area)

    def _on_chosen(self, what: str) -> None:
        if what == "restore":
            self.go(self.restore)
            return
        self._practice = what == "practice"
        self.stripe.setVisible(self._practice)
        self.go(self.station)

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
        self._desk = desk
        for line in (self.person.first, self.person.second):
            line.clear()
        self.practice_chosen.emit(desk.who.is_practice)
        self.sheet = SheetStep(self._worker, code)
        self.sheet.went_on.connect(lambda _: self.opened.emit(desk))
        self._add(self.sheet)
        self.go(self.sheet)

    def _restore(self) -> None:
        source, folder = self.restore.source.path() or Path(), self._folder
        user, passphrase = self.restore.user.text(), self.restore.line.text()
        self._begin(self.restore)
        self._worker.open_with(
            lambda: restore(source, folder, user, passphrase, self._worker.clock),
            self._on_restored,
            lambda error: self._refuse(self.restore, error),
        )

    def _on_restored(self, desk: Desk) -> None:
        self.restore.line.clear()
        self.practice_chosen.emit(desk.who.is_practice)
        self.opened.emit(desk)

    def _begin(self, step: _Step) -> None:
        step.say_problem(None)
        if step.primary is not None:
            step.primary.setEnabled(False)

    def _refuse(self, step: _Step, error: WorldError) -> None:
        if step.primary is not None:
            step.primary.setEnabled(True)
        step.say_problem(error)
