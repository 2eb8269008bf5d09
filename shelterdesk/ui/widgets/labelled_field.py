"""A field with its label above, a hint or how it was understood at the label's end, a mistake below."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.choice_field import ChoiceField
from shelterdesk.ui.widgets.flow import FlowLayout
from shelterdesk.ui.widgets.text import restyle, words


def text_of(editor: QWidget) -> str:
    """What stands in a field, as text: typed words, or the value of the choice made."""
    if isinstance(editor, QLineEdit):
        return editor.text()
    if isinstance(editor, QComboBox):
        return editor.currentText()
    if isinstance(editor, QPlainTextEdit):
        return editor.toPlainText()
    if isinstance(editor, ChoiceField):
        return editor.value() or ""
    raise TypeError(f"no text is known for a {type(editor).__name__}")


class LabelledField(QWidget):
    """Label, editor, hint, reading and mistake of one value.

    ``check`` is asked when the field is left and returns a sentence about a mistake, or ``""``; focus stays
    free. ``reading`` is asked at every change and returns how the text is understood, which takes the place
    of the hint (``"→ 2016, year only"``). The editor is a QLineEdit (:class:`TypeAhead` too), QComboBox,
    QPlainTextEdit or :class:`ChoiceField`; its accessible name is the label.

    Signals: ``changed(str)`` whenever the text changes, ``left()`` when the field is left.
    """

    changed = Signal(str)
    left = Signal()

    def __init__(
        self,
        label: str,
        editor: QWidget | None = None,
        *,
        hint: str = "",
        check: Callable[[str], str] | None = None,
        reading: Callable[[str], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self.editor = editor if editor is not None else QLineEdit()
        self._check, self._reading, self._hint = check, reading, hint
        self.label = words(label, "label")
        self.aside = words(hint, "label")
        self.mistake = words("", "mistake", wrap=True)
        self.mistake.hide()
        self._head = FlowLayout(8, 0)
        self._head.addWidget(self.label)
        self._head.add_push()
        self._head.addWidget(self.aside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._head)
        column.addWidget(self.editor)
        column.addWidget(self.mistake)
        self.label.setBuddy(self.editor)
        self.editor.setAccessibleName(label)
        self.setFocusProxy(self.editor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.editor.installEventFilter(self)
        self._watch()
        self._space()
        self._describe()
        theme().changed.connect(self._space)

    def text(self) -> str:
        """What stands in the field now."""
        return text_of(self.editor)

    def set_text(self, text: str) -> None:
        """Put text into the field (for a choice: the value of the option)."""
        editor = self.editor
        if isinstance(editor, QLineEdit):
            editor.setText(text)
        elif isinstance(editor, QComboBox):
            editor.setCurrentText(text)
        elif isinstance(editor, QPlainTextEdit):
            editor.setPlainText(text)
        elif isinstance(editor, ChoiceField):
            editor.set_value(text or None)

    def set_hint(self, hint: str) -> None:
        """Change the hint at the label's end."""
        self._hint = hint
        self._show_reading()

    def set_mistake(self, sentence: str) -> None:
        """Show a sentence about a mistake under the field; an empty one takes it away."""
        self.mistake.setText(sentence)
        self.mistake.setVisible(bool(sentence))
        self.editor.setProperty("wrong", "true" if sentence else "false")
        restyle(self.editor)
        self._describe()

    def head_height(self, width: int) -> int:
        """Height label and hint need over a field of a width, in pixels."""
        return self._head.heightForWidth(width)

    def set_head_height(self, height: int) -> None:
        """Leave so much room for them, to be level with the fields beside."""
        if self._head.minimumHeight() != height:
            self._head.setMinimumHeight(height)

    def check_now(self) -> bool:
        """Ask the check at once (when finishing a form); True when there is nothing to say."""
        sentence = self._check(self.text()) if self._check is not None else ""
        self.set_mistake(sentence)
        return not sentence

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusOut and watched is self.editor:
            if self._check is not None:
                self.check_now()
            self.left.emit()
        return super().eventFilter(watched, event)

    def _watch(self) -> None:
        editor = self.editor
        if isinstance(editor, QLineEdit):
            editor.textChanged.connect(self._on_changed)
        elif isinstance(editor, QComboBox):
            editor.currentTextChanged.connect(self._on_changed)
        elif isinstance(editor, QPlainTextEdit):
            editor.textChanged.connect(self._on_changed)
        elif isinstance(editor, ChoiceField):
            editor.changed.connect(self._on_changed)
        else:
            raise TypeError(f"a labelled field does not know a {type(editor).__name__}")
        self._show_reading()

    def _on_changed(self) -> None:
        if not self.mistake.isHidden() and not (self._check is not None and self._check(self.text())):
            self.set_mistake(
                ""
            )  # put right while typing, or of what stood there before: the sentence goes at once
        self._show_reading()
        self.changed.emit(self.text())

    def _show_reading(self) -> None:
        read = self._reading(self.text()) if self._reading is not None else ""
        self.aside.setText(read or self._hint)
        self._describe()

    def _describe(self) -> None:
        said = [self.mistake.text(), self.aside.text()]
        self.editor.setAccessibleDescription(" ".join(part for part in said if part))

    def _space(self) -> None:
        column = self.layout()
        if column is not None:
            column.setSpacing(theme().px(4))
        self.aside.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
