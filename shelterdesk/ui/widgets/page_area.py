"""Where a page stands in its window: it scrolls when it must, and what has the focus is seen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget
from shiboken6 import isValid

from shelterdesk.ui.theme import theme

_QUIET_MS = 60  # a page with wrapped words is laid out in several passes, each after the one before


class PageArea(QScrollArea):
    """A scroll area without a frame for a whole page.

    A pane that opens together with the focus in it is laid out after the focus is there: at large text its field
    would lie half below the edge. So the focus is brought into view again until the page is laid out.
    """

    def __init__(self, page: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Held on to: were its Python wrapper made in passing and dropped again, the layout items of everything
        # on the page would go with it (PySide6 6.11).
        self._inside = self.viewport()
        self._wanted: QWidget | None = None
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET_MS)
        self._quiet.timeout.connect(self._on_quiet)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setProperty("no_ring", True)
        self.setWidget(page)

    @property
    def is_laid_out(self) -> bool:
        """Whether nothing has moved for a moment."""
        return not self._quiet.isActive()

    def bring_into_view(self, widget: QWidget) -> None:
        """Scroll to what has the focus now, and again when the layout under way has moved it.

        Areas that scroll within this one do the same.
        """
        around = widget.parentWidget()
        while around is not None and around is not self:
            if isinstance(around, PageArea):
                around.bring_into_view(widget)
            around = around.parentWidget()
        self._wanted = widget
        self._show_wanted()
        self._quiet.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        moves = event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize)
        if moves and watched is self.widget():
            self._quiet.start()
        return super().eventFilter(watched, event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._wanted = None  # whoever scrolls is left alone
        super().wheelEvent(event)

    def _on_quiet(self) -> None:
        self._show_wanted()
        self._wanted = None

    def _show_wanted(self) -> None:
        if self._wanted is not None and isValid(self._wanted) and self.isAncestorOf(self._wanted):
            self.ensureWidgetVisible(self._wanted, theme().px(20), theme().px(48))
