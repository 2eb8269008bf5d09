"""The steps of the first start: one question or a few on each, with the way back always open."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from shelterdesk.actions.log_in_rules import usual_length
from shelterdesk.actions.station import StationPlanned, check_plan
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.words import language, ptr, tr
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.first_run_places import Zones, country_options
from shelterdesk.ui.log_in import LANGUAGE_KEY, Centred
from shelterdesk.ui.passphrases import PassphraseLine, passphrase_mistake, strength_words
from shelterdesk.ui.preferences import language_names
from shelterdesk.ui.theme import Type, theme
from shelterdesk.ui.widgets import (
    ButtonRow,
    Card,
    FieldGrid,
    KeyHint,
    LabelledField,
    PickField,
    PrimaryButton,
    QuietButton,
    SecondaryButton,
    TypeAhead,
    rule,
    words,
)

Check = Callable[[str], str]
STEPS = 4
"""Steps from the choice of a real station to its window: station, first person, recovery sheet, second person."""


def needed(sentence: str) -> Check:
    """A check for a field that may not stay empty, with what is said of it then."""
    return lambda text: "" if text.strip() else sentence


def _said_of(field: str, plan: StationPlanned) -> str:
    """What the rules of a new station say of one answer, the others being good."""
    try:
        check_plan(plan)
    except BadField as error:
        return f"{error.sentence} {error.next_step}".strip() if error.field == field else ""
    return ""


class Step(Screen):
    """One step: a card with a title, fields, a primary button and a way back. Signals: ``went_back()``."""

    went_back = Signal()

    def __init__(self, title: str, width: int = 620, place: int = 0) -> None:
        """``place`` is which of the :data:`STEPS` of a new station this is; 0 for a step beside them."""
        super().__init__()
        self._said_title = title
        self.card = Card(title, screen=True)
        self._place, self._place_words = place, words("", "label")
        if place:
            self.card.add(self._place_words)
            self.say_place(STEPS)
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

    def say_place(self, steps: int) -> None:
        """Say which of how many steps this is."""
        self._place_words.setText(tr("Step {n} of {total}", n=self._place, total=steps))

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


class ChooseStep(Step):
    """Real station or practice: two large choices, and the ways in for those who have a station already.

    Signals: ``chosen(str)``: ``real``, ``practice``, ``restore``, ``join``; ``language_chosen(str)``.
    """

    name = "choose"
    chosen = Signal(str)
    language_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("What is this laptop going to be?"), 720)
        self.real = _big(tr("Real station"), "R")
        self.practice = _big(tr("Practice"), "P")
        pairs = (
            (
                self.real,
                "real",
                tr("People who arrive are registered here. Choose this at a reception station."),
            ),
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
        self.restore = QuietButton(
            tr("Restore from a backup"), _letter(ptr("key: restore from a backup", "B"), "B")
        )
        self.join = QuietButton(tr("Join an existing station"), _letter(ptr("key: join a station", "J"), "J"))
        self.restore.clicked.connect(lambda: self.chosen.emit("restore"))
        self.join.clicked.connect(lambda: self.chosen.emit("join"))
        self.language = PickField(language_names())
        self.language.set_value(language())
        self.language.setAccessibleName(tr("Language"))
        self.language.picked.connect(self.language_chosen)
        shortcut = QShortcut(QKeySequence(LANGUAGE_KEY), self)
        shortcut.activated.connect(lambda: self.language.setFocus(Qt.FocusReason.ShortcutFocusReason))
        self.card.add(rule())
        self.card.add(ButtonRow(self.restore, self.join))
        foot = QHBoxLayout()
        foot.setSpacing(theme().gap(16))
        foot.addStretch(1)
        foot.addWidget(self.language)
        foot.addWidget(KeyHint(LANGUAGE_KEY))
        foot.addStretch(1)
        self.page.addLayout(foot)

    def step_out(self) -> bool:
        return False

    def first_focus(self) -> QWidget | None:
        return self.real


class _BigButton(SecondaryButton):
    """A choice that fills the width and cannot be missed."""

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), theme().px(64))


def _letter(said: str, usual: str) -> str:
    """The letter a catalogue gives a choice; the usual one where it gives none that can be a key."""
    return said if len(said) == 1 and said.isascii() and said.isalpha() else usual


def _big(text: str, key: str) -> SecondaryButton:
    button = _BigButton(text, key, key_inside=True)
    button.setFont(theme().font(Type.CARD_TITLE, strong=True))
    return button


class PracticeStep(Step):
    """A practice station ready to try out, or an empty one. Signals: ``went_on(int)`` with how many people to
    make up; ``empty_wanted()``.
    """

    name = "practice"
    went_on = Signal(int)
    empty_wanted = Signal()
    MOST_PEOPLE = 5000

    def __init__(self) -> None:
        super().__init__(tr("Practice"))
        self.people = LabelledField(
            tr("How many made-up people"), hint=tr("300 take a moment"), check=self._check
        )
        self.people.set_text("300")
        self.progress = words("", "secondary", wrap=True)
        self.progress.hide()
        self.card.add(
            words(
                tr(
                    "A station with a site plan, families who never lived, and the users admin, operator, "
                    "supervisor, health and protection. The passphrase of all of them is: demo"
                ),
                wrap=True,
            )
        )
        self.card.add(self.people)
        self.card.add(self.progress)
        self.empty = SecondaryButton(tr("An empty practice station"), "Alt+E")
        self.add_buttons(PrimaryButton(tr("Make it")), self.empty)
        self.empty.clicked.connect(self.empty_wanted)
        if self.primary is not None:
            self.primary.clicked.connect(self._on_go_on)

    @staticmethod
    def seed() -> int:
        """Other people each time."""
        return secrets.randbelow(2**31)

    def show_progress(self, done: int, total: int) -> None:
        """Say how many people stand already."""
        self.progress.setText(tr("{done} of {total} people made up…", done=done, total=total))
        self.progress.show()

    def _check(self, text: str) -> str:
        number = text.strip()
        if number.isascii() and number.isdigit() and int(number) <= self.MOST_PEOPLE:
            return ""
        return tr("Type a number up to {n}.", n=self.MOST_PEOPLE)

    def _on_go_on(self) -> None:
        if self.people.check_now():
            self.went_on.emit(int(self.people.text().strip()))
        else:
            self.people.setFocus()


class StationStep(Step):
    """Code, name, country, time zone, organisation. Signals: ``went_on()``."""

    name = "station"
    went_on = Signal()

    def __init__(self, zones: Zones) -> None:
        super().__init__(tr("The station"), place=1)
        self._zones = zones
        self._zone_by_hand = False
        self.code = LabelledField(
            tr("Code"), hint=tr("2 to 4 letters, for example LB"), check=self._check_code
        )
        self.station_name = LabelledField(tr("Name"), check=self._check_name)
        self.country_line = TypeAhead(country_options)
        self.country = LabelledField(tr("Country"), self.country_line, check=self._check_country)
        self.zone_line = TypeAhead(zones.options, free=True)
        self.zone = LabelledField(tr("Time zone"), self.zone_line, check=self._check_zone)
        self.organisation = LabelledField(
            tr("Your organisation"),
            hint=tr("may stay empty"),
            check=self._check_organisation,
        )
        grid = FieldGrid()
        grid.add_row((self.code, 2), (self.station_name, 2))
        grid.add_row((self.country, 2), (self.zone, 2))
        grid.add_row((self.organisation, 4))
        self.card.add(grid)
        self.card.add(
            words(
                tr(
                    "Every number begins with the code, on cards and papers too: LB1-000042. Code, country and time "
                    "zone stay as they are; name and organisation can be changed later."
                ),
                "secondary",
                wrap=True,
            )
        )
        self.add_buttons(PrimaryButton(tr("Go on")))
        self.country_line.picked.connect(self._propose_zone)
        self.zone_line.textEdited.connect(self._on_zone_typed)
        if self.primary is not None:
            self.primary.clicked.connect(self._on_go_on)

    def checked(self) -> list[LabelledField]:
        """The fields in the order in which their mistakes are looked at."""
        return [self.code, self.station_name, self.country, self.zone, self.organisation]

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

    def _check_name(self, text: str) -> str:
        return _said_of("name", StationPlanned("LB", text.strip(), "PAN", "UTC", "x"))

    def _check_organisation(self, text: str) -> str:
        return _said_of(
            "organisation", StationPlanned("LB", "x", "PAN", "UTC", "x", organisation=text.strip())
        )

    def _check_country(self, text: str) -> str:
        if self.country_line.value() is not None:
            return ""
        return tr("Choose a country from the list.") if text.strip() else tr("The station needs a country.")

    def _check_zone(self, text: str) -> str:
        if not text.strip():
            return tr("Choose a time zone.")
        return _said_of("timezone", StationPlanned("LB", "x", "PAN", text.strip(), "x"))


class PersonStep(Step):
    """The first user, who is admin: a name and a passphrase typed twice. Signals: ``went_on()``."""

    name = "person"
    went_on = Signal()

    def __init__(self) -> None:
        super().__init__(tr("You, who may do everything here"), place=2)
        self.is_practice = False
        self.user = LabelledField(
            tr("Name you log in with"),
            hint=tr("others see it beside what you enter"),
            check=needed(tr("Type a name to log in with.")),
        )
        self.first, self.second = PassphraseLine(), PassphraseLine()
        self.passphrase = LabelledField(
            tr("Passphrase"),
            self.first,
            hint=tr("three or four words"),
            check=lambda text: passphrase_mistake(text, usual_length(self.is_practice)),
            reading=strength_words,
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
                tr(
                    "Nobody can look your passphrase up. If it is forgotten, the recovery sheet opens the station."
                ),
                "secondary",
                wrap=True,
            )
        )
        self.add_buttons(PrimaryButton(tr("Make the station")))
        for line in (self.first, self.second):
            line.caps_told.connect(self.caps.setVisible)
        if self.primary is not None:
            self.primary.clicked.connect(self._on_go_on)

    def _on_go_on(self) -> None:
        wrong = [field for field in (self.user, self.passphrase, self.again) if not field.check_now()]
        if wrong:
            wrong[0].setFocus()
        else:
            self.went_on.emit()

    def _check_second(self, text: str) -> str:
        return "" if text == self.first.text() else tr("The two passphrases are not the same.")
