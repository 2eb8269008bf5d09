"""The ring that shows where typing goes, 2 pixels in the colour of its token, seen from a metre away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from shiboken6 import isValid

from shelterdesk.ui.theme import Size, theme
from shelterdesk.ui.widgets.choice_field import ChoiceField

_FIELDS = (QLineEdit, QComboBox, QPlainTextEdit, ChoiceField, QAbstractItemView)
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide)


class FocusRing(QWidget):
    """One per window; follows the focus. On a field it lies on the border, round anything else with a gap.

    It is a child of the window, never of what it surrounds, so that it outlives every screen; what scrolls
    cuts it as it cuts the field. A widget with the property ``no_ring`` is left alone.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._around: QWidget | None = None
        self._chain: list[QWidget] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)
        theme().changed.connect(self._place)

    def around(self) -> QWidget | None:
        """The widget the ring is drawn round now, or None."""
        return self._around

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES:
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        t, width = theme(), theme().px(Size.FOCUS)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on_rail = self._around is not None and self._around.property("on_rail")
        painter.setPen(QPen(t.colours.of("rail_focus" if on_rail else "focus"), width))
        half = width / 2
        is_field = isinstance(self._around, _FIELDS)
        radius = t.px(Size.RADIUS_FIELD if is_field else Size.RADIUS_BUTTON + 3)
        painter.drawRoundedRect(self.rect().toRectF().adjusted(half, half, -half, -half), radius, radius)
        painter.end()

    def _on_focus_changed(self, _: QWidget | None, now: QWidget | None) -> None:
        for widget in self._chain:
            if isValid(widget):  # the focus also changes because its holder is being deleted
                widget.removeEventFilter(self)
        self._chain.clear()
        inside = now is not None and now.window() is self._window and not now.property("no_ring")
        self._around = now if inside else None
        above = self._around
        while above is not None and above is not self._window:
            above.installEventFilter(self)  # a page that scrolls moves the field without telling it
            self._chain.append(above)
            above = above.parentWidget()
        self._place()

    def _place(self) -> None:
        widget = self._around
        if widget is None or not isValid(widget) or not widget.isVisible():
            self.hide()
            return
        out = 0 if isinstance(widget, _FIELDS) or widget.property("on_rail") else theme().px(3)
        box = QRect(widget.mapTo(self._window, QPoint(0, 0)), widget.size()).adjusted(-out, -out, out, out)
        seen = box
        for above in self._chain[1:]:
            if isinstance(above.parentWidget(), QAbstractScrollArea):
                seen &= QRect(above.mapTo(self._window, QPoint(0, 0)), above.size())
        self.setGeometry(box)
        if seen.isEmpty():
            self.hide()
            return
        self.setMask(QRegion(seen.translated(-box.topLeft())))
        self.raise_()
        self.show()
        self.update()
