"""The field on top that is always ready: a card, a passport, a token, a number or a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QStyle, QWidget

from shelterdesk.core.words import tr
from shelterdesk.ui.icons import paint_icon
from shelterdesk.ui.theme import Size, theme
from shelterdesk.ui.widgets.popup_list import Found, PopupList

# ICAO Doc 9303: a machine readable zone has two lines of 44 or 36 signs, or three of 30.
_MRZ_LINES = {44: 2, 36: 2, 30: 3}
_PAUSE_MS = 20  # a scanner types a sign each few milliseconds: search once, after it, not 150 times


def looks_like_code(text: str) -> bool:
    """Whether a text is something scanned or a number of ours rather than a name.

    A code is one run without spaces of letters, digits, ``-``, ``<`` and the like that holds a digit or a ``<``:
    nobody has that in a name, so it is a line of a machine readable zone, maybe cut.
    """
    text = text.strip()
    is_run = bool(re.fullmatch(r"[0-9A-Za-z$%*+./:<=_-]+", text))
    return is_run and any(sign.isdigit() or sign == "<" for sign in text)


def not_known(text: str) -> str:
    """What is said when nobody here answers to a text."""
    return tr("Not known here: {text}", text=text)


def is_mrz_line(text: str) -> bool:
    """Whether a text has the form of one line of a machine readable zone (ICAO Doc 9303)."""
    return len(text) in _MRZ_LINES and "<" in text and bool(re.fullmatch(r"[0-9A-Z<]+", text.upper()))


class ScanField(QLineEdit):
    """Takes what a scanner or a person types.

    Enter on a code gives ``scanned(str)``; the lines of a passport are gathered and given as one text with
    line breaks. Typing gives ``search_changed(str)`` after a short pause, and ``results`` (if given) is asked
    for lines to show below; Up and Down move in them, Enter gives ``chosen(Found)``. Enter on a name with no
    line chosen takes the only line, or goes to the first and lets the next typing replace the name. Esc closes
    the list, then empties the field.

    Signals: ``scanned(str)``, ``search_changed(str)``, ``chosen(Found)``, ``not_found(str)`` when Enter was
    pressed and nothing is found, ``left_empty()`` when Esc found nothing more to take back, ``taken_up()`` when it was
    given the focus on purpose.
    """

    scanned = Signal(str)
    search_changed = Signal(str)
    chosen = Signal(object)
    not_found = Signal(str)
    left_empty = Signal()
    taken_up = Signal()

    def __init__(
        self,
        results: Callable[[str], Sequence[Found]] | None = None,
        is_code: Callable[[str], bool] = looks_like_code,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._results = results
        self._is_code = is_code
        self._lines: list[str] = []
        self._entered = ""  # finished with Enter, the answer still to come
        self._popup: PopupList | None = None
        self.setProperty("part", "scan")
        self.setAccessibleName(tr("Scan or search"))
        self.setClearButtonEnabled(False)
        self._prompt()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.search_now)
        self.textEdited.connect(self._on_edited)
        theme().changed.connect(self._space)
        self._space()

    def set_results(self, results: Callable[[str], Sequence[Found]] | None) -> None:
        """Ask another source for the lines below the field."""
        self._results = results

    def show_results(self, wanted: str, lines: Sequence[Found]) -> None:
        """Show lines found elsewhere (by a worker) if the field still asks for ``wanted``."""
        if wanted == self.text().strip() and self.hasFocus():
            self._show(wanted, lines)

    def look_for(self, text: str) -> None:
        """Search for a text as if it were typed here and finished with Enter."""
        self.setText(text)
        self._look()

    def popup(self) -> PopupList:
        """The list under the field."""
        if self._popup is None:
            self._popup = PopupList(self)
            self._popup.picked.connect(self._on_picked)
        return self._popup

    def search_now(self) -> None:
        """Search for what stands in the field without waiting for the pause."""
        self._pause.stop()
        wanted = self.text().strip()
        self.search_changed.emit(wanted)
        if self._results is not None:
            self._show(wanted, self._results(wanted) if wanted else [])

    def take_up(self) -> None:
        """Put the focus here with what stands in it selected, ready for the next scan."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self.taken_up.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, popup = event.key(), self.popup()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
                event.ignore()
            else:
                self._enter()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and popup.isVisible():
            popup.move_by(1 if key == Qt.Key.Key_Down else -1)
        elif key == Qt.Key.Key_Escape:
            self._step_out()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        side = theme().px(Size.ICON_TEXT)
        box = self.rect().adjusted(theme().px(12), (self.height() - side) // 2, 0, 0)
        box.setWidth(side)
        box.setHeight(side)
        painter = QPainter(self)
        paint_icon(painter, QStyle.visualRect(self.layoutDirection(), self.rect(), box), "scan", "secondary")
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LayoutDirectionChange:
            self._space()

    def _enter(self) -> None:
        self._pause.stop()
        typed, popup = self.text().strip(), self.popup()
        if popup.take() or not typed:
            return
        if self._is_code(typed):
            self._take_code(typed)
            return
        self._look()

    def _look(self) -> None:
        """Search, and go on with what is found: that comes later where a worker looks for it."""
        self._entered = self.text().strip()
        self.selectAll()
        self.search_now()

    def _show(self, wanted: str, lines: Sequence[Found]) -> None:
        popup = self.popup()
        if popup.isVisible() and popup.chosen() is not None and popup.lines() == tuple(lines):
            return  # the answer to an earlier letter of the same: who stands on a line stays there
        popup.show_lines(lines)
        if not wanted or wanted != self._entered:
            return
        if not lines:
            self._entered = ""
            if len(wanted) > 1:  # one letter is not looked for
                self.not_found.emit(wanted)
            return
        popup.move_by(1)
        if len(lines) == 1:
            popup.take()

    def _take_code(self, code: str) -> None:
        if is_mrz_line(code):
            if self._lines and len(self._lines[0]) != len(code):
                self._lines.clear()
            self._lines.append(code.upper())
            wanted = _MRZ_LINES[len(code)]
            if len(self._lines) < wanted:
                self.setText("")
                read = len(self._lines)
                self.setPlaceholderText(tr("Line {read} of {wanted} read, go on", read=read, wanted=wanted))
                return
            code = "\n".join(self._lines)
        self._empty()
        self.scanned.emit(code)

    def _on_edited(self, typed: str) -> None:
        self._entered = ""
        if self._popup is not None:
            self._popup.stand_on_none()  # it was chosen for another text: Enter must not take it any more
        self._pause.start()

    def _on_picked(self, line: Found) -> None:
        self._empty()
        self.chosen.emit(line)

    def _step_out(self) -> None:
        if self._popup is not None and self._popup.isVisible():
            self._popup.dismiss()
        elif self.text() or self._lines:
            self._empty()
            self.search_changed.emit("")
        else:
            self.left_empty.emit()

    def _empty(self) -> None:
        self._pause.stop()
        self._entered = ""
        self._lines.clear()
        self.setText("")  # with what was typed, so that Ctrl+Z takes back what was done and not the letters
        self._prompt()
        if self._popup is not None:
            self._popup.show_lines([])

    def _prompt(self) -> None:
        self.setPlaceholderText(tr("Scan a card or passport, or type a name or number"))

    def _space(self) -> None:
        room = theme().px(Size.ICON_TEXT + 12)
        right_to_left = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        self.setTextMargins(0 if right_to_left else room, 0, room if right_to_left else 0, 0)
