"""A file or folder, typed or chosen: the path can be written by hand, the button opens the usual chooser."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from shelterdesk.core.words import tr
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets import LabelledField, SecondaryButton


class PathKind(Enum):
    """What is to be chosen."""

    FOLDER = "folder"
    OLD_FILE = "old_file"
    NEW_FILE = "new_file"


class PathField(QWidget):
    """A labelled line with *Choose…* beside it. Signals: ``chosen(str)`` when the chooser gave a path."""

    chosen = Signal(str)

    def __init__(
        self,
        label: str,
        kind: PathKind,
        *,
        files: str = "",
        hint: str = "",
        check: Callable[[str], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``files`` is the chooser's filter (``"PDF (*.pdf)"``)."""
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._kind, self._files = kind, files
        self.field = LabelledField(label, hint=hint, check=check)
        self.field.setProperty("not_kept", True)
        self.choose = SecondaryButton(tr("Choose…"), "Alt+Down", key_inside=True, near=self)
        self.choose.setAccessibleName(tr("Choose: {what}", what=label))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.field, 1, Qt.AlignmentFlag.AlignTop)
        self._beside = QVBoxLayout()
        self._over = QWidget()  # as high as the label over the line
        self._over.setProperty("part", "clear")
        self._beside.addWidget(self._over)
        self._beside.addWidget(self.choose)
        self._beside.addStretch(1)
        self._row.addLayout(self._beside)
        self.setFocusProxy(self.field)
        self.choose.clicked.connect(self.open_chooser)
        theme().changed.connect(self._space)
        self._space()

    def path(self) -> Path | None:
        """What is typed as a path (``~`` is the home folder), None for nothing."""
        typed = self.field.text().strip()
        if not typed:
            return None
        try:
            return Path(typed).expanduser()
        except RuntimeError:  # ~somebody whom this laptop does not know
            return Path(typed)

    def is_folder(self) -> bool:
        """Whether a folder that can be looked at is named; no for what cannot be a path here."""
        path = self.path()
        try:
            return path is not None and path.is_dir()
        except OSError:  # a name too long, or a folder on the way that may not be entered
            return False

    def file_in(self, name: str) -> Path | None:
        """The file typed, or the one of that name in the folder typed."""
        path = self.path()
        return path / name if path is not None and self.is_folder() else path

    def set_path(self, path: str) -> None:
        """Put a path into the line."""
        self.field.set_text(path)

    def set_mistake(self, sentence: str) -> None:
        """Say a mistake under the line."""
        self.field.set_mistake(sentence)

    @property
    def line(self) -> QLineEdit:
        """The line itself."""
        editor = self.field.editor
        if not isinstance(editor, QLineEdit):
            raise TypeError("a path is typed into a line")
        return editor

    def open_chooser(self) -> QFileDialog:
        """Open the chooser beside the window; nothing waits for it."""
        chooser = QFileDialog(self.window(), self.field.label.text(), str(self.path() or Path.home()))
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._kind is PathKind.FOLDER:
            chooser.setFileMode(QFileDialog.FileMode.Directory)
            chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        elif self._kind is PathKind.OLD_FILE:
            chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        else:
            chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        if self._files:
            chooser.setNameFilter(self._files)
        chooser.fileSelected.connect(self._on_chosen)
        chooser.open()
        return chooser

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._level()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self._level()
        return super().event(event)

    def _level(self) -> None:
        """The button stands beside the line, also where the hint needs a line of its own over it."""
        high = self.field.head_height(self.field.width())
        if self._over.minimumHeight() != high:
            self._over.setFixedHeight(high)

    def _on_chosen(self, path: str) -> None:
        self.field.set_text(path)
        self.field.set_mistake("")
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.chosen.emit(path)

    def _space(self) -> None:
        self._row.setSpacing(theme().gap(8))
        self._beside.setSpacing(theme().px(4))
