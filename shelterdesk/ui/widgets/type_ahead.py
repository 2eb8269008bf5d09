"""A field that offers what it knows while one types: countries, languages, places, relations."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.ui.widgets.popup_list import Found, PopupList

Options = Sequence[tuple[str, str]]


def plain(text: str) -> str:
    """Text without case and accents, for comparing what is typed with what is known."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def matching(options: Options, typed: str, most: int = 50) -> list[tuple[str, str]]:
    """Options fitting what is typed: by code, then by the start of the words, of a word, or anywhere."""
    wanted = plain(typed.strip())
    if not wanted:
        return list(options[:most])
    ranked: list[tuple[int, int, tuple[str, str]]] = []
    for order, (value, label) in enumerate(options):
        said = plain(label)
        if plain(value) == wanted:
            rank = 0
        elif said.startswith(wanted):
            rank = 1
        elif any(part.startswith(wanted) for part in said.split()):
            rank = 2
        elif wanted in said:
            rank = 3
        else:
            continue
        ranked.append((rank, order, (value, label)))
    return [option for _, _, option in sorted(ranked)[:most]]


class TypeAhead(QLineEdit):
    """``TypeAhead([("CHL", "Chile"), …])``, or a callable from the typed text to such pairs (a query).

    Down opens the list, arrows move, Enter or Tab takes a line, Esc closes the list and keeps what was typed.
    Text that fits exactly one option, or an option's code, is taken when the field is left. With ``free`` any
    text may stand; otherwise :meth:`value` is None until an option fits (a field's check may say so).

    Signals: ``picked(str)`` with the value whenever an option is taken.
    """

    picked = Signal(str)

    def __init__(
        self,
        options: Options | Callable[[str], Options],
        *,
        free: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._options = options
        self._free = free
        self._value: str | None = None
        self._popup: PopupList | None = None
        self.textEdited.connect(self._on_edited)

    def value(self) -> str | None:
        """The value of the option taken; with ``free``, else the typed text; None when neither."""
        if self._value is not None:
            return self._value
        return (self.text().strip() or None) if self._free else None

    def set_value(self, value: str | None, label: str | None = None) -> None:
        """Take an option by its value; without ``label`` it is looked up, and shown itself when unknown."""
        if value is None:
            self._value = None
            self.setText("")  # Ctrl+Z is for what was done, not for the letters before
            return
        known = dict(self._fitting(""))
        self._value = value
        self.setText(label if label is not None else known.get(value, value))

    def popup(self) -> PopupList:
        """The list under the field (made when first needed, as its window must exist)."""
        if self._popup is None:
            self._popup = PopupList(self)
            self._popup.picked.connect(self._on_picked)
        return self._popup

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, popup = event.key(), self._popup
        is_open = popup is not None and popup.isVisible()
        if key == Qt.Key.Key_Down and not is_open:
            self.popup().show_lines(self._lines(""))
        elif is_open and popup is not None and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            popup.move_by(1 if key == Qt.Key.Key_Down else -1)
        elif is_open and popup is not None and key == Qt.Key.Key_Escape:
            popup.dismiss()
        else:
            if is_open and popup is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if not popup.take():
                    self._settle()
            super().keyPressEvent(event)  # Enter goes on to the screen, which moves to the next field

    def focusOutEvent(self, event: QFocusEvent) -> None:
        chosen = self._popup.chosen() if self._popup is not None else None
        if chosen is not None and event.reason() is Qt.FocusReason.TabFocusReason:
            self._on_picked(chosen)
        self._settle()
        super().focusOutEvent(event)

    def _fitting(self, typed: str) -> Options:
        return self._options(typed) if callable(self._options) else matching(self._options, typed, 500)

    def _lines(self, typed: str) -> list[Found]:
        return [
            Found(value, label, value if len(value) <= 3 else "") for value, label in self._fitting(typed)
        ]

    def _settle(self) -> None:
        """Take the one option that the typed text can only mean."""
        if self._popup is not None:
            self._popup.dismiss()
        typed = self.text().strip()
        if self._value is not None or not typed:
            return
        fitting = self._fitting(typed)
        same = [option for option in fitting if plain(typed) in (plain(option[0]), plain(option[1]))]
        taken = same[:1] or ([fitting[0]] if len(fitting) == 1 and not self._free else [])
        if taken:
            self._take(*taken[0])

    def _on_edited(self, typed: str) -> None:
        self._value = None
        self.popup().show_lines(self._lines(typed) if typed.strip() else [])

    def _on_picked(self, line: Found) -> None:
        self._take(str(line.value), line.text)

    def _take(self, value: str, label: str) -> None:
        self._value = value
        self.setText(label)
        self.picked.emit(value)
