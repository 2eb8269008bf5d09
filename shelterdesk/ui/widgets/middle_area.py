"""The middle of a card between a head and a foot that stay: it scrolls where the whole would not be seen at once."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.page_area import PageArea


class MiddleArea(PageArea):
    """``MiddleArea(form)``: as high as its contents where there is room for them, else it scrolls.

    With :meth:`set_whole` it never scrolls: where cards stand one below the other the page scrolls as one, and
    a form that scrolled within it would be lost in there.
    """

    LEAST = 200

    def __init__(self, inside: QWidget) -> None:
        self._form = inside
        self._is_whole = False
        self._told = -1
        super().__init__(inside)
        self.setProperty("part", "clear")
        self._inside.setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        theme().changed.connect(self.updateGeometry)

    def set_whole(self, whole: bool) -> None:
        """Always stand there whole, or scroll where there is too little room."""
        if whole is not self._is_whole:
            self._is_whole = whole
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        # Not more than the least: a page is made as high as its parts would like to be, and that would scroll.
        return QSize(self._form.sizeHint().width(), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        wide = self._form.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        high = self._height()
        return QSize(wide, high if self._is_whole else min(high, theme().px(self.LEAST)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest and watched is self._form:
            self._tell()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def _tell(self) -> None:
        """What stands around asks again only when it is told, and what wraps is as high as the width lets it."""
        if self._told != self._height():
            self._told = self._height()
            self.updateGeometry()

    def _height(self) -> int:
        form, width = self._form, self.viewport().width()
        least = form.minimumSizeHint().height()
        return max(least, form.heightForWidth(width)) if form.hasHeightForWidth() else least
