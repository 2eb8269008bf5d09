"""Fields of the family's form: each holds what was said, or in one key the reason why nothing is there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from shelterdesk.core.vocabulary import Missing
from shelterdesk.core.words import tr
from shelterdesk.ui.screens.people_words import missing_words
from shelterdesk.ui.screens.reception_codes import Codes
from shelterdesk.ui.screens.reception_typed import Typed
from shelterdesk.ui.widgets import ChoiceField, LabelledField
from shelterdesk.ui.widgets.popup_list import Found, PopupList

REASON_KEYS = {
    Qt.Key.Key_U: Missing.UNKNOWN,
    Qt.Key.Key_R: Missing.REFUSED,
    Qt.Key.Key_N: Missing.NOT_ASKED,
}
"""With Alt, in any field that can hold a reason."""

_SIGNS = {"?": Missing.UNKNOWN, "-": Missing.REFUSED, "–": Missing.REFUSED}


class CodedLine(QLineEdit):
    """A line that means codes of a list, several divided by commas; the best fit stands ready while one types.

    Enter, Tab or a comma takes the line of the list stood on, Esc closes the list and keeps the typed text,
    Down opens it. Signals: ``understood()`` when the codes it means have changed.
    """

    understood = Signal()

    def __init__(self, codes: Codes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = codes
        self._codes: tuple[str, ...] = ()
        self._popup: PopupList | None = None
        self.textEdited.connect(self._on_edited)

    def codes(self) -> tuple[str, ...]:
        """The codes understood so far."""
        return self._codes

    def set_codes(self, codes: tuple[str, ...]) -> None:
        """Show codes by their names in the language spoken."""
        self.setText(", ".join(self._list.name(code) for code in codes))
        if not self.hasFocus():
            self.setCursorPosition(0)  # of long words the beginning is seen
        self._take(codes)

    def unread(self) -> str:
        """The first part of the text that means nothing on the list; empty when all of it does."""
        parts = self._parts()
        return (
            "" if len(self._codes) == len(parts) else next((p for p in parts if not self._list.read(p)), "")
        )

    def settle(self) -> None:
        """Understand what stands here, and write it as it was understood."""
        self.dismiss()
        parts = self._parts()
        if len(parts) == len(self._codes):
            self.set_codes(tuple(dict.fromkeys(self._codes)))
            return
        read = [code for part in parts if (code := self._list.read(part))]
        if len(read) == len(parts):
            self.set_codes(tuple(dict.fromkeys(read)))

    def popup(self) -> PopupList:
        """The list under the field (made when first needed, as its window must exist)."""
        if self._popup is None:
            self._popup = PopupList(self)
            self._popup.picked.connect(self._on_picked)
        return self._popup

    def is_open(self) -> bool:
        """Whether the list is shown."""
        return self._popup is not None and self._popup.isVisible()

    def dismiss(self) -> None:
        """Close the list."""
        if self._popup is not None:
            self._popup.dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Down and not self.is_open():
            self._offer(self._last() if not self._codes else "")
        elif self.is_open() and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.popup().move_by(1 if key == Qt.Key.Key_Down else -1)
        elif self.is_open() and key == Qt.Key.Key_Escape:
            self.dismiss()
        elif self._list.several and event.text() in (",", ";") and self.is_open():
            self.popup().take()
            self.setText(f"{self.text()}, ")
        elif event.text() == " " and self.text().endswith(", "):
            event.accept()  # a comma has brought its space
        else:
            if self.is_open() and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.popup().take()
            super().keyPressEvent(event)  # Enter goes on to the screen, which moves to the next field

    def focusOutEvent(self, event: QFocusEvent) -> None:
        chosen = self._popup.chosen() if self._popup is not None else None
        if chosen is not None and event.reason() is Qt.FocusReason.TabFocusReason:
            self._on_picked(chosen)
        self.settle()
        super().focusOutEvent(event)

    def _parts(self) -> list[str]:
        if not self._list.several:
            return [self.text().strip()] if self.text().strip() else []
        return [part for part in (part.strip() for part in self.text().replace(";", ",").split(",")) if part]

    def _last(self) -> str:
        text = self.text().replace(";", ",")
        return (text.rpartition(",")[2] if self._list.several else text).strip()

    def _offer(self, typed: str) -> None:
        lines = [Found(code, label, code if len(code) <= 3 else "") for code, label in self._list.find(typed)]
        self.popup().show_lines(lines)
        if lines and typed:
            self.popup().move_by(1)

    def _on_edited(self) -> None:
        read = [self._list.read(part) for part in self._parts()]
        self._take(tuple(code for code in read if code) if all(read) else ())
        typed = self._last()
        if typed:
            self._offer(typed)
        else:
            self.dismiss()

    def _on_picked(self, line: Found) -> None:
        before = [code for part in self._parts()[:-1] if (code := self._list.read(part))]
        self.set_codes(tuple(dict.fromkeys([*before, str(line.value)])))

    def _take(self, codes: tuple[str, ...]) -> None:
        if codes != self._codes:
            self._codes = codes
            self.understood.emit()


class AnswerField(LabelledField):
    """A labelled field whose value may be a reason: Alt+U not known, Alt+R not said, Alt+N not asked.

    In a line the reason stands as a word in the empty field, and ``?`` and ``-`` alone say the first two; in
    a choice it stands at the label's end. Typing takes the place of a reason, Backspace takes it away.

    Signals: ``answered()`` whenever what :meth:`typed` gives has changed.
    """

    answered = Signal()

    def __init__(
        self,
        label: str,
        editor: QWidget | None = None,
        *,
        hint: str = "",
        reasons: bool = True,
        check: Callable[[str], str] | None = None,
        reading: Callable[[str], str] | None = None,
    ) -> None:
        self._reason: Missing | None = None
        self._proposed = False
        self._empty_words = ""
        self._reasons = reasons
        self._own_reading = reading
        super().__init__(label, editor, hint=hint, check=check, reading=self._read)
        self.changed.connect(self._on_text)
        if isinstance(self.editor, QLineEdit):
            self.editor.textEdited.connect(self._on_typed)
        if isinstance(self.editor, CodedLine):
            self.editor.understood.connect(self.answered)
            self._check = check or self._check_codes

    def typed(self) -> Typed:
        """What stands here."""
        if isinstance(self.editor, ChoiceField):
            value = self.editor.value()
            return Typed(codes=(value,) if value else (), reason=self._reason)
        codes = self.editor.codes() if isinstance(self.editor, CodedLine) else ()
        return Typed(self.text(), codes, self._reason, self._proposed and bool(self.text()))

    def restore(self, typed: Typed) -> None:
        """Put back what :meth:`typed` once gave."""
        self.set_mistake("")
        self._reason = None
        self._proposed = typed.proposed  # before the text: whoever hears of the text asks what it is
        if isinstance(self.editor, ChoiceField):
            self.editor.set_value(typed.codes[0] if typed.codes else None)
        elif isinstance(self.editor, CodedLine):
            self.editor.set_codes(typed.codes)
            if not typed.codes:
                self.set_text(typed.text)
        else:
            self.set_text(typed.text)
        self._show_reason(typed.reason)

    def set_reason(self, reason: Missing | None) -> None:
        """Say why nothing is there; what stood here goes."""
        self.restore(Typed(reason=reason))
        self.set_mistake("")
        self.answered.emit()

    def propose(self, text: str) -> None:
        """Put text here that nobody typed; typing or leaving it as it is decides."""
        self.restore(Typed(text=text, proposed=bool(text)))
        self.answered.emit()

    @property
    def is_proposed(self) -> bool:
        """Whether what stands here was proposed and not typed."""
        return self._proposed

    def accept_proposal(self) -> None:
        """What was proposed counts as said from now on."""
        self._proposed = False

    def show_when_empty(self, text: str) -> None:
        """Words that stand in the empty line: what holds as long as nothing is typed (``now``)."""
        self._empty_words = text
        self._show_reason(self._reason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.editor and isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.ShortcutOverride and self._reason_of(event) is not None:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress and self._takes(event):
                return True
        return super().eventFilter(watched, event)

    def _takes(self, event: QKeyEvent) -> bool:
        reason = self._reason_of(event)
        if reason is not None:
            self.set_reason(reason)
            return True
        if self._reason is not None and event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.set_reason(None)
            return True
        return False

    def _reason_of(self, event: QKeyEvent) -> Missing | None:
        if not self._reasons or event.modifiers() != Qt.KeyboardModifier.AltModifier:
            return None
        return REASON_KEYS.get(Qt.Key(event.key()))

    def _on_typed(self, text: str) -> None:
        self._proposed = False
        if self._reasons and text.strip() in _SIGNS:
            self.set_reason(_SIGNS[text.strip()])

    def _on_text(self, text: str) -> None:
        if text and self._reason is not None:
            self._show_reason(None)
        self.answered.emit()

    def _show_reason(self, reason: Missing | None) -> None:
        self._reason = reason
        if isinstance(self.editor, QLineEdit):
            said = missing_words(reason.value) if reason is not None else self._empty_words
            self.editor.setPlaceholderText(said)
        self._show_reading()

    def _read(self, text: str) -> str:
        if self._reason is not None and isinstance(self.editor, ChoiceField):
            return missing_words(self._reason.value)
        return self._own_reading(text) if self._own_reading is not None else ""

    def _check_codes(self, text: str) -> str:
        left = self.editor.unread() if isinstance(self.editor, CodedLine) else ""
        return tr("“{text}” is not on the list; Down shows it.", text=left[:40]) if left else ""
