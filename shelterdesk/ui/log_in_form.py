"""The form that opens a desk: a name, a passphrase or the PIN of this shift, and all that is said beside them."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.actions.desk import OwnPassphraseFirst
from shelterdesk.actions.log_in_rules import usual_length
from shelterdesk.actions.shift import check_pin, is_staff_code
from shelterdesk.core.errors import BadField, WorldError, WrongPassphrase
from shelterdesk.core.words import ntr, tr
from shelterdesk.keys.tries import WaitFirst
from shelterdesk.ui.passphrases import PassphraseLine, passphrase_mistake, strength_words
from shelterdesk.ui.widgets import (
    ButtonRow,
    Card,
    FieldGrid,
    LabelledField,
    PrimaryButton,
    QuietButton,
    words,
)

PIN_KEY = "F6"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for beyond the log-in: an own passphrase in place of one an admin gave; a PIN, or a staff card."""

    own: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)


class LogInForm(Card):
    """Name and passphrase with everything said beside them; with ``known`` only the passphrase is asked.

    Signals: ``asked(str, str)`` with name and passphrase, PIN or the code of a staff card; :meth:`wish` says the rest.
    """

    asked = Signal(str, str)

    def __init__(
        self, title: str, button: str, practice: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, screen=True, parent=parent)
        self.known = ""
        self._left = 0
        self._button = button
        self._shows_pin = False
        self._is_own_asked = False
        least = usual_length(practice)
        self.name_field = LabelledField(tr("Name"))
        self.passphrase = PassphraseLine()
        self.passphrase_field = LabelledField(tr("Passphrase"), self.passphrase)
        self.pin = PassphraseLine()
        self.pin_field = LabelledField(
            tr("PIN for this shift"),
            self.pin,
            hint=tr("4 to 6 digits or a staff card"),
            check=_pin_mistake,
        )
        self.own, self.again = PassphraseLine(), PassphraseLine()
        self.own_field = LabelledField(
            tr("Your own new passphrase"),
            self.own,
            hint=tr("three or four words"),
            check=lambda text: passphrase_mistake(text, least),
            reading=strength_words,
        )
        self.again_field = LabelledField(tr("Passphrase once more"), self.again, check=self._check_again)
        self.primary = PrimaryButton(button, "Return")
        self.row = ButtonRow(self.primary)
        self.wants_pin = QuietButton(tr("With a PIN for this shift"), PIN_KEY)
        self.pin_row = ButtonRow(self.wants_pin)
        self.note = words("", "secondary", wrap=True)
        self.caps = words(tr("Capital letters are locked on the keyboard."), "warn", wrap=True)
        grid = FieldGrid()  # which makes room over a field whose label and hint need two lines
        for asked in (
            self.name_field,
            self.passphrase_field,
            self.pin_field,
            self.own_field,
            self.again_field,
        ):
            grid.add_row((asked, 4))
        for part in (grid, self.caps, self.note, self.row, self.pin_row):
            self.add(part)
        for hidden in (self.pin_field, self.own_field, self.again_field, self.caps, self.note):
            hidden.hide()
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._tick)
        self.primary.clicked.connect(self.ask)
        self.wants_pin.clicked.connect(self.show_pin)
        name = self.name_field.editor
        if isinstance(name, QLineEdit):
            name.returnPressed.connect(self._on_name)
        for line in (self.passphrase, self.own, self.again):
            line.caps_told.connect(self.caps.setVisible)

    def lines(self) -> list[QWidget]:
        """The fields in the order of typing."""
        every = (self.name_field, self.passphrase_field, self.pin_field, self.own_field, self.again_field)
        return [one.editor for one in every if not one.isHidden()]

    def ask_for(self, known: str, with_pin: bool = False) -> None:
        """Ask only for the passphrase of somebody known, whose name is not shown; ``""`` asks for both.

        ``with_pin``: a PIN of this shift opens as well.
        """
        self.known = known
        self.name_field.setVisible(not known)
        said = tr("PIN or passphrase") if with_pin else tr("Passphrase")
        self.passphrase_field.label.setText(said)
        self.passphrase.setAccessibleName(said)
        self.name_field.set_hint(tr("with a PIN the first letters are enough") if with_pin else "")
        self.pin_row.setVisible(not (known and with_pin))

    def show_pin(self) -> None:
        """Ask for a PIN as well, which opens this desk again until the shift ends."""
        self._shows_pin = True
        self.pin_field.show()
        self.pin_row.hide()
        first = next(
            (line for line in self.lines() if isinstance(line, QLineEdit) and not line.text()), self.pin
        )
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def wish(self) -> Wish:
        """What is asked for beyond the log-in."""
        return Wish(
            self.own.text() if self._is_own_asked else "",
            self.pin.text().strip() if self._shows_pin else "",
        )

    def ask(self) -> None:
        """Try what is typed; what is missing is said under its field."""
        name, passphrase = self.known or self.name_field.text().strip(), self.passphrase.text()
        is_card = is_staff_code(passphrase)
        self.name_field.set_mistake("" if name or is_card else tr("Type the name you log in with."))
        self.passphrase_field.set_mistake("" if passphrase else tr("Type your passphrase."))
        asked = (self.own_field, self.again_field) if self._is_own_asked else ()
        if self._shows_pin:
            asked = (self.pin_field, *asked)
        wrong = [one for one in asked if not one.check_now()]
        if not name and not is_card:
            self.name_field.setFocus()
        elif not passphrase:
            self.passphrase_field.setFocus()
        elif wrong:
            wrong[0].setFocus()
        elif not self._left:
            self._busy(True)
            self._say(tr("One moment, the desk is being opened…"))
            self.asked.emit(name, passphrase)

    def refuse(self, error: WorldError) -> None:
        """Say why it did not open; after several wrong tries, count down until the next one is looked at."""
        self._busy(False)
        self._say("")
        if isinstance(error, OwnPassphraseFirst):
            self._ask_own(error)
            return
        if self._is_own_asked and isinstance(error, BadField):
            self.own_field.set_mistake(f"{error.sentence} {error.next_step}".strip())
            self.own.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if is_staff_code(self.passphrase.text()):
            self.passphrase.clear()
        self.passphrase.selectAll()
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(error, WaitFirst | WrongPassphrase) and error.seconds:
            self.passphrase_field.set_mistake(error.sentence)
            self._left = error.seconds
            self._second.start()
            self._count_down()
            return
        self.passphrase_field.set_mistake(f"{error.sentence} {error.next_step}".strip())

    def clear(self) -> None:
        """Forget what was typed."""
        self._busy(False)
        self._stop_counting()
        self.name_field.set_text("")
        for line in (self.passphrase, self.pin, self.own, self.again):
            line.clear()
        self._shows_pin = self._is_own_asked = False
        self.primary.set_words(self._button)
        self.pin_row.show()
        self.caps.hide()
        self._say("")
        for shown in (
            self.name_field,
            self.passphrase_field,
            self.pin_field,
            self.own_field,
            self.again_field,
        ):
            shown.set_mistake("")
        for hidden in (self.pin_field, self.own_field, self.again_field):
            hidden.hide()

    def _ask_own(self, error: OwnPassphraseFirst) -> None:
        """The passphrase is one that an admin gave: two more fields for an own one, in place."""
        self._is_own_asked = True
        self._say(f"{error.sentence} {error.next_step}")
        self.passphrase_field.set_mistake("")
        self.own_field.show()
        self.again_field.show()
        self.primary.set_words(tr("Take it and open the desk"))
        self.own.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_name(self) -> None:
        """A staff card scanned while typing goes to the name: its code belongs to the other field."""
        if is_staff_code(self.name_field.text()):
            self.passphrase.setText(self.name_field.text().strip())
            self.name_field.set_text("")
            QTimer.singleShot(0, self, self.ask)  # after the Enter that ends a scan has done its work

    def _check_again(self, text: str) -> str:
        return "" if text == self.own.text() else tr("The two passphrases are not the same.")

    def _busy(self, busy: bool) -> None:
        every = (self.name_field, self.passphrase_field, self.pin_field, self.own_field, self.again_field)
        for widget in (*every, self.primary, self.wants_pin):
            widget.setEnabled(not busy)

    def _tick(self) -> None:
        self._left -= 1
        if self._left > 0:
            self._count_down()
        else:
            self._stop_counting()
            self.passphrase_field.set_mistake("")
            self._say(tr("Now you can try again."))

    def _count_down(self) -> None:
        self.primary.setEnabled(False)
        self._say(
            ntr("You can try again in {n} second.", "You can try again in {n} seconds.", self._left)
            + " "
            + tr("Nothing is locked for good.")
        )

    def _stop_counting(self) -> None:
        self._left = 0
        self._second.stop()
        self.primary.setEnabled(True)

    def _say(self, text: str) -> None:
        self.note.setText(text)
        self.note.setVisible(bool(text))


def _pin_mistake(text: str) -> str:
    """What is wrong with a PIN; nothing typed is none, and a staff card takes its place."""
    typed = text.strip()
    if not typed or is_staff_code(typed):
        return ""
    try:
        check_pin(typed)
    except BadField as error:
        return f"{error.sentence} {error.next_step}".strip()
    return ""
