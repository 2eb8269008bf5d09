"""The ring that shows where typing goes, 2 pixels in the colour of its token, seen from a metre away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSplitter,
    QWidget,
)

from shelterdesk.ui.theme import Size, theme
from shelterdesk.ui.widgets.choice_field import ChoiceField

_FIELDS = (QLineEdit, QComboBox, QPlainTextEdit, ChoiceField, QAbstractItemView)


class FocusRing(QWidget):
    """One per window; follows the focus. On a field it lies on the border, round anything else with a gap.

    A widget with the property ``no_ring`` set is left alone (a page that only scrolls).
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._around: QWidget | None = None
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
        kind = event.type()
        if kind in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        elif kind in (QEvent.Type.Hide, QEvent.Type.Destroy):
            self.hide()
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
        if self._around is not None:
            self._around.removeEventFilter(self)
        inside = now is not None and now.window() is self._window and not now.property("no_ring")
        self._around = now if inside else None
        if self._around is not None:
            self._around.installEventFilter(self)
        self._place()

    def _place(self) -> None:
        widget = self._around
        if widget is None or not widget.isVisible():
            self.hide()
            return
        out = 0 if isinstance(widget, _FIELDS) or widget.property("on_rail") else theme().px(3)
        size = widget.rect().adjusted(-out, -out, out, out)
        holder = self._holder(widget, size)
        if self.parentWidget() is not holder:
            self.setParent(holder)
        corner = widget.mapTo(holder, QPoint(0, 0))
        self.setGeometry(QRect(corner + size.topLeft(), size.size()))
        self.raise_()
        self.show()
        self.update()

    def _holder(self, widget: QWidget, size: QRect) -> QWidget:
        """The nearest ancestor with room for the ring, but inside what scrolls, so that it is clipped with it."""
        holder = widget.parentWidget() or self._window
        while holder is not self._window:
            above = holder.parentWidget()
            room = holder.rect().contains(size.translated(widget.mapTo(holder, QPoint(0, 0))))
            scrolls = isinstance(above, QAbstractScrollArea)
            if (room and not isinstance(holder, QSplitter)) or scrolls or above is None:
                return holder
            holder = above
        return holder
