"""The page before the desk: a name and a passphrase, and nothing that says whose station this is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from shelterdesk.core.errors import WorldError
from shelterdesk.core.words import language, tr
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.icons import IconMark
from shelterdesk.ui.log_in_form import LogInForm
from shelterdesk.ui.preferences import Preferences, language_names
from shelterdesk.ui.theme import Mode, theme
from shelterdesk.ui.widgets import (
    ButtonRow,
    KeyHint,
    PickField,
    QuietButton,
    SecondaryButton,
    words,
)

CARD_WIDTH = 460
LANGUAGE_KEY, COLOURS_KEY, FORGOTTEN_KEY, BACKUP_KEY = "F7", "F8", "F9", "F10"


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
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    def _on_focus_changed(self, _: QWidget | None, now: QWidget | None) -> None:
        """Enter goes to a field below the edge of the window: with it comes what stands right under it."""
        page = self.widget()
        if page is not None and now is not None and page.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, theme().gap(72))


class LogInPage(Screen):
    """The whole page: the form in the middle, language and colours below.

    Signals: ``asked(str, str)``; ``language_chosen(str)``, ``theme_chosen(str)`` (the app builds the page anew);
    ``forgotten()`` for who has the recovery sheet and no passphrase; ``backup_asked(str, str)`` to open the backup of
    before an update, where it was offered.
    """

    name, icon = "log_in", "user"
    asked = Signal(str, str)
    language_chosen = Signal(str)
    theme_chosen = Signal(str)
    forgotten = Signal()
    backup_asked = Signal(str, str)

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.form = LogInForm(tr("Log in"), tr("Log in"), preferences.practice)
        self.no_passphrase = QuietButton(tr("Passphrase forgotten?"), FORGOTTEN_KEY)
        self.no_passphrase.clicked.connect(self.forgotten)
        self.backup_words = words(
            tr(
                "This version can open the backup made before the update. What was entered since stays whole on this "
                "laptop, kept apart until a newer version reads it."
            ),
            "secondary",
            wrap=True,
        )
        self.open_backup = SecondaryButton(tr("Open the backup of before the update"), BACKUP_KEY)
        self.open_backup.clicked.connect(self._ask_for_backup)
        self.backup_words.hide()
        self.open_backup.hide()
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
        for key, field in ((LANGUAGE_KEY, self.language), (COLOURS_KEY, self.theme)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(lambda field=field: field.setFocus(Qt.FocusReason.ShortcutFocusReason))

    def title(self) -> str:
        return tr("Log in")

    def help_text(self) -> str:
        return tr(
            "Type your name and passphrase; Enter logs in. Whoever made the station can add you. F6 adds a PIN that "
            "opens this desk again until your shift ends."
        )

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
        self.open_backup.setEnabled(True)

    def _ask_for_backup(self) -> None:
        self.open_backup.setEnabled(False)  # once: a second one would put the opened backup itself aside
        self.backup_asked.emit(self.form.name_field.text(), self.form.passphrase.text())

    def offer_backup(self) -> None:
        """The data are of a newer version than this one, and there is a backup that this one can open."""
        self.no_passphrase.hide()  # it was the right one
        self.backup_words.show()
        self.open_backup.show()

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
        column.addWidget(self.backup_words)
        column.addWidget(ButtonRow(self.open_backup, self.no_passphrase))
        return holder

    def _foot(self) -> QBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme().gap(16))
        row.addStretch(1)
        for field, key in ((self.language, LANGUAGE_KEY), (self.theme, COLOURS_KEY)):
            row.addWidget(field)
            row.addWidget(KeyHint(key))
        row.addStretch(1)
        return row


def theme_names() -> list[tuple[str, str]]:
    """The choices of colours with their words."""
    return [
        (Mode.SYSTEM.value, tr("As the system")),
        (Mode.LIGHT.value, tr("Light")),
        (Mode.DARK.value, tr("Dark")),
    ]
