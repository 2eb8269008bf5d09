"""Buttons: one primary on a screen, others quiet, and every one with its key written beside it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from shelterdesk.ui.icons import icon as make_icon
from shelterdesk.ui.theme import Size, theme
from shelterdesk.ui.widgets.flow import FlowLayout
from shelterdesk.ui.widgets.key_hint import KeyHint, key_words

# Keys whose meaning is the screen's everywhere (ui/base_screen.py); a button only writes them beside itself.
SCREEN_KEYS = frozenset({"Return", "Enter", "Shift+Return", "Ctrl+Return", "Ctrl+Enter", "Esc", "Ctrl+Z"})


class _KeyedButton(QPushButton):
    """A button that knows its key; ``key_inside`` writes the key after the words, not beside the button.

    The key presses it anywhere in the window; with ``near`` only while typing goes into that widget. A key with
    ``is_heard=False`` is only written: whoever has the button listens for it.
    """

    kind = "secondary"

    def __init__(
        self,
        text: str,
        key: str = "",
        *,
        icon: str = "",
        key_inside: bool = False,
        is_heard: bool = True,
        near: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", self.kind)
        self.setProperty("inside", "true" if key_inside else "false")
        self.key = key
        self.key_inside = key_inside
        self._icon_name = icon
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoDefault(False)
        if icon:
            self.setIcon(make_icon(icon, self._ink()))
        self.set_words(text)
        if key and is_heard and key not in SCREEN_KEYS:
            self._act_at_once(key, near)
        self._space()
        theme().changed.connect(self._space)

    def set_words(self, text: str) -> None:
        """Say something else; the key stays."""
        self._words = text
        plain = text.replace("&", "&&")  # Qt reads a single & as a shortcut mark
        if self._icon_name:
            plain = f"\u2002{plain}"  # Qt leaves only 4 pixels between icon and words
        self.setText(f"{plain}  {key_words(self.key)}" if self.key and self.key_inside else plain)
        self.setAccessibleName(text)
        self.setToolTip(f"{text} ({key_words(self.key)})" if self.key else "")

    @property
    def words(self) -> str:
        """What the button says, without its key."""
        return self._words

    def _act_at_once(self, key: str, near: QWidget | None) -> None:
        """Let the key press the button now: a button's own shortcut shows it held down for a tenth of a second
        first, and a reader has typed its first sign by then."""
        shortcut = QShortcut(QKeySequence(key), near or self)
        contexts = Qt.ShortcutContext
        shortcut.setContext(contexts.WidgetWithChildrenShortcut if near else contexts.WindowShortcut)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(self.click)

    def _ink(self) -> str:
        return "on_accent" if self.kind == "primary" else "secondary" if self.kind == "quiet" else "text"

    def _space(self) -> None:
        side = theme().px(Size.ICON_TEXT)
        self.setIconSize(QSize(side, side))
        self.updateGeometry()


class PrimaryButton(_KeyedButton):
    """The one next step of a screen: green, bottom left, Ctrl+Enter unless another key is named."""

    kind = "primary"

    def __init__(
        self, text: str, key: str = "Ctrl+Return", *, icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, key, icon=icon, parent=parent)


class SecondaryButton(_KeyedButton):
    """Any other action of a screen."""


class QuietButton(_KeyedButton):
    """An action without a frame, for what is seldom wanted ("+ next member")."""

    kind = "quiet"


class SmallButton(_KeyedButton):
    """A low button inside a line (undo in a message, cancel in the status bar)."""

    kind = "small"


class ButtonRow(QWidget):
    """Buttons in a line, each followed by its key; goes on in the next line when there is no room."""

    def __init__(self, *buttons: _KeyedButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._flow = FlowLayout(12, 8, self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        for button in buttons:
            self.add(button)

    def add(self, button: _KeyedButton) -> None:
        """Put a button after the others, its key beside it."""
        self._flow.addWidget(button)
        if button.key and not button.key_inside:
            self._flow.add_beside(KeyHint(button.key))

    def add_far(self, thing: QWidget) -> None:
        """Put a small thing (a message, a count) at the far end of the line."""
        self._flow.add_push()
        self._flow.addWidget(thing)
