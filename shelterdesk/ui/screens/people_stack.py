"""Pages one above the other that take the room of the one shown, so that a tall form makes no list scroll."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget, QWidget


class PageStack(QStackedWidget):
    """A stack whose hints are those of its current page."""

    def __init__(self, *pages: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        for page in pages:
            self.addWidget(page)
        self.currentChanged.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        now = self.currentWidget()
        return super().sizeHint() if now is None else now.sizeHint()

    def minimumSizeHint(self) -> QSize:
        now = self.currentWidget()
        return (
            super().minimumSizeHint() if now is None else now.minimumSizeHint().expandedTo(now.minimumSize())
        )
