"""The page before the desk: a name and a passphrase, and nothing that says whose station this is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from shelterdesk.core.errors import WorldError, WrongPassphrase
from shelterdesk.core.words import language, ntr, tr
from shelterdesk.keys.tries import WaitFirst
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.preferences import Preferences, language_names
from shelterdesk.ui.theme import Mode, theme
from shelterdesk.ui.widgets import (
    ButtonRow,
    Card,
    LabelledField,
    PickField,
    PrimaryButton,
    QuietButton,
    words,
)

CARD_WIDTH = 460


class Centred(QWidget):
    """One card in the middle of the page, as wide as ``width`` pixels at 100 % text, never wider than the page."""

    def __init__(self, card: QWidget, width: int = CARD_WIDTH, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._card, self._width = card, width
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        column.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        card.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        # Never at once: the layout may be in the middle of its work, or of its end.
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(0)
        self._settle.timeout.connect(self._fit_height)
        card.installEventFilter(self)  # Qt does not tell the page around it, as its size is fixed
        theme().changed.connect(self._fit)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest and watched is self._card:
            self._settle.start()  # a sentence under a field makes the card higher
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        self._card.setFixedWidth(max(280, min(theme().gap(self._width), self.width() - theme().gap(16))))
        self._settle.start()

    def _fit_height(self) -> None:
        """Wrapped words know their height only once the width is known."""
        layout = self._card.layout()
        if layout is not None and layout.hasHeightForWidth():
            self._card.setFixedHeight(layout.totalHeightForWidth(self._card.width()))


class ScrollingPage(QScrollArea):
    """A page in a frame that scrolls when the window is too low for it.

    The inside of the frame is held on to: were its Python wrapper made in passing and dropped again, the
    layout items of everything on the page would go with it (PySide6 6.11).
    """

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._inside = self.viewport()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setProperty("no_ring", True)
        self.setWidget(page)


class PassphraseLine(QLineEdit):
    """A line for a passphrase: dots, no suggestions, nothing remembered by the input method.

    It tells from what is typed whether capital letters are locked, since Qt itself does not say. Signals:
    ``caps_told(bool)`` at each letter.
    """

    caps_told = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_CapsLock:
            self.caps_told.emit(False)  # either way; the next letter tells
        elif len(text) == 1 and text.isalpha() and text.lower() != text.upper():
            self.caps_told.emit(text.isupper() is not shifted)
        super().keyPressEvent(event)


class LogInForm(Card):
    """Name and passphrase with everything said beside them; with ``known`` only the passphrase is asked.

    Signals: ``asked(str, str)`` with name and passphrase.
    """

    asked = Signal(str, str)

    def __init__(self, title: str, button: str, parent: QWidget | None = None) -> None:
        super().__init__(title, screen=True, parent=parent)
        self.known = ""
        self._left = 0
        self.name_field = LabelledField(tr("Name"))
        self.passphrase = PassphraseLine()
        self.passphrase_field = LabelledField(tr("Passphrase"), self.passphrase)
        self.primary = PrimaryButton(button, "Return")
        self.row = ButtonRow(self.primary)
        self.note = words("", "secondary", wrap=True)
        self.caps = words(tr("Capital letters are locked on the keyboard."), "warn", wrap=True)
        self.caps.hide()
        self.note.hide()
        for part in (self.name_field, self.passphrase_field, self.caps, self.note, self.row):
            self.add(part)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._tick)
        self.primary.clicked.connect(self.ask)
        self.passphrase.caps_told.connect(self.caps.setVisible)

    def lines(self) -> list[QWidget]:
        """The fields in the order of typing."""
        return [field.editor for field in (self.name_field, self.passphrase_field) if not field.isHidden()]

    def ask_for(self, known: str) -> None:
        """Ask only for the passphrase of somebody known, whose name is not shown; ``""`` asks for both."""
        self.known = known
        self.name_field.setVisible(not known)

    def ask(self) -> None:
        """Try what is typed; what is missing is said under its field."""
        name, passphrase = self.known or self.name_field.text().strip(), self.passphrase.text()
        self.name_field.set_mistake("" if name else tr("Type the name you log in with."))
        self.passphrase_field.set_mistake("" if passphrase else tr("Type your passphrase."))
        if not name:
            self.name_field.setFocus()
        elif not passphrase:
            self.passphrase_field.setFocus()
        elif not self._left:
            self._busy(True)
            self._say(tr("One moment, the desk is being opened…"))
            self.asked.emit(name, passphrase)

    def refuse(self, error: WorldError) -> None:
        """Say why it did not open; after several wrong tries, count down until the next one is looked at."""
        self._busy(False)
        self.passphrase.selectAll()
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(error, WaitFirst | WrongPassphrase) and error.seconds:
            self.passphrase_field.set_mistake(error.sentence)
            self._left = error.seconds
            self._second.start()
            self._count_down()
            return
        self._say("")
        self.passphrase_field.set_mistake(f"{error.sentence} {error.next_step}".strip())

    def clear(self) -> None:
        """Forget what was typed."""
        self._busy(False)
        self._stop_counting()
        self.name_field.set_text("")
        self.passphrase.clear()
        self.caps.hide()
        self._say("")
        for field in (self.name_field, self.passphrase_field):
            field.set_mistake("")

    def _busy(self, busy: bool) -> None:
        for widget in (self.name_field, self.passphrase_field, self.primary):
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


class LogInPage(Screen):
    """The whole page: the form in the middle, language and colours below.

    Signals: ``asked(str, str)``; ``language_chosen(str)``, ``theme_chosen(str)`` (the app builds the page anew);
    ``forgotten()`` for who has the recovery sheet and no passphrase.
    """

    name, icon = "log_in", "user"
    asked = Signal(str, str)
    language_chosen = Signal(str)
    theme_chosen = Signal(str)
    forgotten = Signal()

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.form = LogInForm(tr("Log in"), tr("Log in"))
        self.no_passphrase = QuietButton(tr("Passphrase forgotten?"))
        self.no_passphrase.clicked.connect(self.forgotten)
        self.primary = self.form.primary
        self.language = PickField(language_names())
        self.language.set_value(language())
        self.language.setAccessibleName(tr("Language"))
        self.theme = PickField(theme_names())
        self.theme.set_value(preferences.theme)
        self.theme.setAccessibleName(tr("Colours"))
        self.page.addWidget(Centred(self._framed()), 1)
        self.page.addLayout(self._foot())
        self.form.asked.connect(self.asked)
        self.language.picked.connect(self.language_chosen)
        self.theme.picked.connect(self.theme_chosen)

    def title(self) -> str:
        return tr("Log in")

    def help_text(self) -> str:
        return tr("Type your name and passphrase; Enter logs in. Whoever made the station can add you.")

    def fields(self) -> list[QWidget]:
        return self.form.lines()

    def first_focus(self) -> QWidget | None:
        name = self.form.name_field.editor
        return self.form.passphrase if self.form.name_field.text() else name

    def past_last_field(self) -> None:
        self.finish()

    def refuse(self, error: WorldError) -> None:
        """Say why it did not open."""
        self.form.refuse(error)

    def _framed(self) -> QWidget:
        holder = QWidget()
        holder.setProperty("part", "clear")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().gap(16))
        mark = QHBoxLayout()
        mark.addStretch(1)
        mark.addWidget(IconMark("lodging", "accent", 32))
        mark.addWidget(words("ShelterDesk", "title"))
        mark.addStretch(1)
        column.addLayout(mark)
        column.addWidget(self.form)
        column.addWidget(ButtonRow(self.no_passphrase))
        return holder

    def _foot(self) -> QBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme().gap(16))
        row.addStretch(1)
        row.addWidget(self.language)
        row.addWidget(self.theme)
        row.addStretch(1)
        return row


def theme_names() -> list[tuple[str, str]]:
    """The choices of colours with their words."""
    return [
        (Mode.SYSTEM.value, tr("As the system")),
        (Mode.LIGHT.value, tr("Light")),
        (Mode.DARK.value, tr("Dark")),
    ]
