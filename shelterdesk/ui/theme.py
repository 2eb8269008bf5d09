"""Where every colour and size of the window is named, and turned into a palette and one style sheet.

The values are those of the look's token table. Widgets ask :func:`theme` for a colour by its name
(``theme().colours.accent``) or a length on the grid (``theme().px(16)``, which grows with the text);
nothing else in the program names a colour or a size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QLocale, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory
from shiboken6 import isValid


@dataclass(frozen=True)
class Colours:
    """One light or dark set of colour tokens, each ``#RRGGBB``."""

    bg: str
    surface: str
    raised: str
    text: str
    secondary: str
    line: str
    field_line: str
    accent: str
    accent_hover: str
    on_accent: str
    soft: str
    focus: str
    ok: str
    ok_tint: str
    warn: str
    warn_tint: str
    bad: str
    bad_tint: str
    rail: str
    rail_text: str
    rail_soft: str
    rail_on_soft: str
    rail_focus: str

    def of(self, token: str) -> QColor:
        """The colour of a token by its name; an unknown name is a mistake of ours (KeyError)."""
        if token not in TOKENS:
            raise KeyError(token)
        return QColor(getattr(self, token))


TOKENS = frozenset(field.name for field in fields(Colours))

LIGHT = Colours(
    bg="#F3F5F3", surface="#FFFFFF", raised="#FAFBFA",
    text="#18211E", secondary="#5A6762", line="#DCE3DF", field_line="#C5D0CB",
    accent="#0F6B5C", accent_hover="#0C5C4F", on_accent="#FFFFFF", soft="#E3F0EC",
    focus="#B36B0A",
    ok="#1F6B43", ok_tint="#E2F2E8", warn="#8A5A00", warn_tint="#FBF0DA", bad="#A6231C", bad_tint="#FBE6E4",
    rail="#12312B", rail_text="#C9DBD5", rail_soft="#1F4A41", rail_on_soft="#FFFFFF", rail_focus="#F0B65A",
)  # fmt: skip

DARK = Colours(
    bg="#121716", surface="#1A2120", raised="#202827",
    text="#E7EDEA", secondary="#9AA8A2", line="#2C3634", field_line="#3C4845",
    accent="#4FBFA8", accent_hover="#66CBB6", on_accent="#06241E", soft="#1B3530",
    focus="#F0B65A",
    ok="#7FD3A3", ok_tint="#19352A", warn="#F0C06A", warn_tint="#3A2E17", bad="#F19A93", bad_tint="#3D201E",
    rail="#0C1211", rail_text="#8FA39C", rail_soft="#1B3530", rail_on_soft="#E7EDEA", rail_focus="#F0B65A",
)  # fmt: skip


class Type:
    """Type sizes in pixels at 100 % text."""

    LABEL = 12
    BODY = 14
    FIELD = 15
    CARD_TITLE = 15
    SCREEN_TITLE = 21
    ANSWER = 44


class Size:
    """Lengths in pixels at 100 % text, on a grid of 4 (radii and control heights as the look names them)."""

    GRID = 4
    CARD_PADDING = 24
    BETWEEN_CARDS = 16
    FIELD_ROWS = 10
    BETWEEN_FIELDS = 16
    CONTROL = 38
    PRIMARY = 42
    ROW = 32
    RADIUS_FIELD = 7
    RADIUS_BUTTON = 9
    RADIUS_CARD = 12
    FOCUS = 2
    ICON_TEXT = 18
    ICON_RAIL = 24
    RAIL = 92
    TOP_BAR = 64
    STATUS_BAR = 38


class Mode(Enum):
    """Which set of colours: the system's choice, or the person's."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


SMALLEST_TEXT, LARGEST_TEXT = 100, 200
FADE_MS = 120


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two ``#RRGGBB`` colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def reads_right_to_left(language: str) -> bool:
    """Whether a language is laid out from the right (``ar``, ``fa_AF``, the pseudo-language ``ar_XB``)."""
    return QLocale(language.split("_")[0]).textDirection() is Qt.LayoutDirection.RightToLeft


def resource(*parts: str) -> Path:
    """A file of ``resources/``: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "resources"
    return (inside if inside.is_dir() else package.parent / "resources").joinpath(*parts)


def fill_style(template: str, colours: Colours, scale: float) -> str:
    """A style sheet with its ``@token`` and ``@px(n)`` places filled in; an unknown token raises KeyError."""

    def colour(match: re.Match[str]) -> str:
        return colours.of(match[1]).name()

    sized = re.sub(r"@px\((\d+)\)", lambda m: f"{round(int(m[1]) * scale)}px", template)
    return re.sub(r"@([a-z_]+)", colour, sized)


class Theme(QObject):
    """The look now in use; :attr:`changed` tells whoever paints by hand to paint again.

    Signals: ``changed()`` after the colours, the text size or the wish for stillness changed.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._mode = Mode.SYSTEM
        self._percent = SMALLEST_TEXT
        self._still = False
        self._template = resource("style", "desk.qss").read_text(encoding="utf-8")
        self._family = self._pick_family()
        fusion = QStyleFactory.create("Fusion")
        app.setStyle(fusion)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        self._apply()

    @staticmethod
    def _pick_family() -> str:
        families = set(QFontDatabase.families())
        if "Noto Sans" in families:
            return "Noto Sans"
        general = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
        return "DejaVu Sans" if general not in families and "DejaVu Sans" in families else general

    @property
    def mode(self) -> Mode:
        """What was asked for: the system's choice, light, or dark."""
        return self._mode

    @property
    def is_dark(self) -> bool:
        """Whether the dark colours are shown now."""
        if self._mode is Mode.SYSTEM:
            return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return self._mode is Mode.DARK

    @property
    def colours(self) -> Colours:
        """The colour tokens now shown."""
        return DARK if self.is_dark else LIGHT

    @property
    def text_percent(self) -> int:
        """Size of text, 100 to 200."""
        return self._percent

    @property
    def scale(self) -> float:
        """Size of text as a factor, 1.0 to 2.0."""
        return self._percent / 100

    @property
    def is_still(self) -> bool:
        """Whether movement is to be left out (reduced motion)."""
        return self._still

    @property
    def fade_ms(self) -> int:
        """Milliseconds a fade may last: 0 when movement is left out."""
        return 0 if self._still else FADE_MS

    def px(self, length: int) -> int:
        """A length of the grid in pixels at the present text size."""
        return round(length * self.scale)

    def gap(self, length: int) -> int:
        """A space between things: grows half as fast as the text, so that large text keeps its room."""
        return round(length * (1 + (self.scale - 1) / 2))

    def font(self, size: int = Type.BODY, *, strong: bool = False) -> QFont:
        """The type face at a size of :class:`Type`; ``strong`` is semibold. Numbers stand in columns."""
        font = QFont([self._family, "DejaVu Sans"])
        font.setPixelSize(self.px(size))
        font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def set_mode(self, mode: Mode) -> None:
        """Follow the system, or show light or dark whatever the system says."""
        if mode is not self._mode:
            self._mode = mode
            self._apply()

    def set_text_percent(self, percent: int) -> None:
        """Show text at a size between 100 and 200 per cent (values outside are brought to the nearer end)."""
        percent = max(SMALLEST_TEXT, min(LARGEST_TEXT, percent))
        if percent != self._percent:
            self._percent = percent
            self._apply()

    def set_still(self, still: bool) -> None:
        """Leave out fades and the blinking of the typing mark, or allow them again."""
        if still != self._still:
            self._still = still
            self._apply()

    def style_sheet(self) -> str:
        """The one style sheet, from ``resources/style/desk.qss`` and the tokens now shown."""
        return fill_style(self._template, self.colours, self.scale)

    def palette(self) -> QPalette:
        """The tokens as a palette, for what the style sheet does not reach."""
        c, role = self.colours, QPalette.ColorRole
        palette = QPalette()
        for names, token in (
            ((role.Window, role.AlternateBase), "bg"),
            ((role.Base, role.Button, role.ToolTipBase), "surface"),
            ((role.Light, role.Midlight), "raised"),
            ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), "text"),
            ((role.PlaceholderText,), "secondary"),
            ((role.Mid, role.Dark), "line"),
            ((role.Accent, role.Link, role.LinkVisited), "accent"),
            ((role.Highlight,), "soft"),
            ((role.HighlightedText,), "text"),
        ):
            for name in names:
                palette.setColor(name, c.of(token))
        for name in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, name, c.of("secondary"))
        return palette

    def _apply(self) -> None:
        self._app.setPalette(self.palette())
        self._app.setFont(self.font())
        self._app.setStyleSheet(self.style_sheet())
        self._app.setCursorFlashTime(0 if self._still else 1000)
        self.changed.emit()

    def _on_system_changed(self) -> None:
        if self._mode is Mode.SYSTEM:
            self._apply()


_theme: Theme | None = None


def theme() -> Theme:
    """The one theme of the running application; made, and put on the application, when first asked for."""
    global _theme
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("the theme needs a QApplication")
    if _theme is None or not isValid(_theme) or _theme.parent() is not app:
        _theme = Theme(app)
    return _theme
