"""Where a page stands in its window: it scrolls when it must, fits again when it need not, and shows the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget
from shiboken6 import isValid

from shelterdesk.ui.theme import theme


class PageArea(QScrollArea):
    """A scroll area without a frame for a whole page.

    Qt measures a page when the page itself is laid out. What lies deep in it (a sentence under a field that is
    put right) may become lower after that without the page being told, and the page would stay too high, with
    a scroll bar and its last buttons below the edge. So it is measured again when all is laid out.
    """

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        # Held on to: were its Python wrapper made in passing and dropped again, the layout items of everything
        # on the page would go with it (PySide6 6.11).
        self._inside = self.viewport()
        self._wanted: QWidget | None = None
        self._settles = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(0)  # after every layout that is under way
        self._settle.timeout.connect(self._on_settled)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setProperty("no_ring", True)
        self.setWidget(page)

    def bring_into_view(self, widget: QWidget) -> None:
        """Scroll to what has the focus now, and again when the layout under way has moved it."""
        self._wanted = widget
        self._show_wanted()
        self._settle.start()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest and not self._settles:
            self._settle.start()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest and watched is self.widget() and not self._settles:
            self._settle.start()
        return super().eventFilter(watched, event)

    def _on_settled(self) -> None:
        page = self.widget()
        if page is not None and page.height() != self._fitting_height(page):
            self._settles = True
            QApplication.sendEvent(self, QEvent(QEvent.Type.LayoutRequest))  # Qt measures the page on it
            self._settles = False
        self._show_wanted()
        self._wanted = None  # from here on whoever scrolls is left alone

    def _fitting_height(self, page: QWidget) -> int:
        least = page.minimumSizeHint().height()
        if page.hasHeightForWidth():
            least = max(least, page.heightForWidth(page.width()))
        return max(least, self._inside.height())

    def _show_wanted(self) -> None:
        if self._wanted is not None and isValid(self._wanted) and self.isAncestorOf(self._wanted):
            self.ensureWidgetVisible(self._wanted, theme().px(20), theme().px(48))
