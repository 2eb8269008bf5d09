"""The line icons of the window, drawn for this program and coloured from the tokens when painted.

One family: a 24 grid, lines 1.5 wide, round ends, in ``resources/icons/<name>.svg``. An icon holds the name
of a colour token rather than a colour, so after a change of theme it is right at the next painting, and it
is drawn at the pixel density of the screen it appears on. Measured here: first icon 2 ms; an icon font
library cost 200 ms at start, which is why the set is our own.
"""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from shelterdesk.ui.theme import Size, resource, theme

# Icons that point along the line of reading and turn round with it; a boat or a clock does not.
POINTING = frozenset({"next", "back", "undo", "log_out", "exchange"})


@cache
def _drawing(name: str) -> str:
    path = resource("icons", f"{name}.svg")
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    svg = _drawing(name).replace("currentColor", colour)
    return QSvgRenderer(QByteArray(svg.encode("utf-8")))


def names() -> tuple[str, ...]:
    """Every icon there is, by name."""
    return tuple(sorted(path.stem for path in resource("icons").glob("*.svg")))


def paint_icon(painter: QPainter, rect: QRect | QRectF, name: str, token: str) -> None:
    """Draw an icon into a rectangle in the colour of a token; an unknown name raises FileNotFoundError."""
    colour = theme().colours.of(token).name()
    area = QRectF(rect)
    painter.save()
    if name in POINTING and QApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft:
        painter.translate(area.center().x() * 2, 0)
        painter.scale(-1, 1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _renderer(name, colour).render(painter, area)
    painter.restore()


class _TokenIcon(QIconEngine):
    """Paints one drawing in the colour its token has at that moment."""

    def __init__(self, name: str, token: str, off: str = "secondary") -> None:
        super().__init__()
        self._drawing, self._token, self._off = name, token, off

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        token = self._off if mode is QIcon.Mode.Disabled else self._token
        paint_icon(painter, rect, self._drawing, token)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        picture = QPixmap(size * scale)  # as many pixels as the screen has there
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, picture.rect(), mode, state)
        painter.end()
        picture.setDevicePixelRatio(scale)
        return picture

    def clone(self) -> QIconEngine:
        return _TokenIcon(self._drawing, self._token, self._off)


@cache
def icon(name: str, token: str = "text") -> QIcon:
    """An icon for a button, an action or an item, in the colour of a token whatever the theme becomes.

    Raises FileNotFoundError for a name that is not in ``resources/icons``.
    """
    _drawing(name)
    return QIcon(_TokenIcon(name, token))


class IconMark(QWidget):
    """An icon standing in the text: ``IconMark("check", "ok")``. Decoration: it takes no focus and no name.

    ``length`` is the side in pixels at 100 % text.
    """

    def __init__(
        self, name: str, token: str = "secondary", length: int = Size.ICON_TEXT, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._token, self._length = name, token, length
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme().changed.connect(self._on_theme)

    def _on_theme(self) -> None:
        self.updateGeometry()

    def set_icon(self, name: str, token: str) -> None:
        """Show another icon or another colour."""
        _drawing(name)
        self._name, self._token = name, token
        self.update()

    @property
    def name(self) -> str:
        """The icon now shown."""
        return self._name

    def sizeHint(self) -> QSize:
        side = theme().px(self._length)
        return QSize(side, side)

    def paintEvent(self, event: object) -> None:
        side = min(self.width(), self.height())
        corner = QPointF((self.width() - side) / 2, (self.height() - side) / 2)
        painter = QPainter(self)
        paint_icon(painter, QRectF(corner.x(), corner.y(), side, side), self._name, self._token)
        painter.end()
