"""Pages in one place of which one is shown: only that one asks for room, so a tall form makes no list scroll."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget


class PageStack(QWidget):
    """Like a stacked widget, but with the size of its current page alone (Qt's takes the largest)."""

    def __init__(self, *pages: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for page in pages:
            column.addWidget(page)
            page.hide()
        self._pages = pages
        self._now = pages[0]
        self._now.show()

    def current(self) -> QWidget:
        """The page shown."""
        return self._now

    def show_page(self, page: QWidget) -> None:
        """Show one of the pages; another widget raises ValueError."""
        if page not in self._pages:
            raise ValueError("not a page of this stack")
        if page is not self._now:
            self._now.hide()
            self._now = page
            page.show()
