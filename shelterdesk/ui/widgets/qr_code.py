"""A QR code on the screen, black on white in either theme, for another laptop's reader or a phone."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from shelterdesk.ui.theme import theme

QUIET = 4
"""Modules of white around the code (ISO/IEC 18004)."""


class QrCode(QWidget):
    """``code.show_text("SDT1…", tr("Code of this table"))``; hidden while there is none."""

    def __init__(self, module: int = 5, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._module = module
        self._rows: list[list[bool]] = []
        self.text = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)
        self.hide()

    def show_text(self, text: str, name: str = "") -> None:
        """Show a text as a code; an empty one hides it."""
        if text != self.text:
            self.text = text
            self._rows = []
            if text:
                code = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=0)
                code.add_data(text)
                code.make(fit=True)
                self._rows = [[bool(cell) for cell in row] for row in code.get_matrix()]
            self.updateGeometry()
            self.update()
        self.setAccessibleName(name)
        self.setVisible(bool(text))

    def sizeHint(self) -> QSize:
        side = (len(self._rows) + 2 * QUIET) * self._side()
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(Qt.GlobalColor.white))
        side = self._side()
        for y, row in enumerate(self._rows):
            for x, is_dark in enumerate(row):
                if is_dark:
                    at = QRect((x + QUIET) * side, (y + QUIET) * side, side, side)
                    painter.fillRect(at, QColor(Qt.GlobalColor.black))
        painter.end()

    def _side(self) -> int:
        """Whole pixels of a module: a code with half ones is read badly."""
        return max(3, round(theme().px(self._module)))
