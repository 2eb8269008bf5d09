"""Long work in the status bar: how far it is, what is done, the time left when known, a way to stop."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from shelterdesk.core.words import ntr, tr
from shelterdesk.ui.theme import theme
from shelterdesk.ui.widgets.buttons import SmallButton
from shelterdesk.ui.widgets.text import words


def time_left(seconds: int) -> str:
    """Seconds still to wait, in words: below a minute in seconds, above in whole minutes rounded up."""
    if seconds < 60:
        return ntr("{n} second left", "{n} seconds left", max(1, seconds))
    return ntr("{n} minute left", "{n} minutes left", -(-seconds // 60))


class TaskLine(QWidget):
    """``start(what)``, ``show_progress(done, total)`` as often as wanted, ``finish()``; hidden when idle.

    Signals: ``cancelled()`` when the person asked to stop; the work itself answers with ``finish``.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._what = ""
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._words = words("", "bar")
        self._cancel = SmallButton(tr("Stop"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._bar)
        row.addWidget(self._words)
        row.addWidget(self._cancel)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._cancel.clicked.connect(self._on_cancel)
        theme().changed.connect(self._space)
        self._space()
        self.hide()

    def start(self, what: str, *, can_cancel: bool = True) -> None:
        """Show that work has begun; how much there is may not be known yet."""
        self._what = what
        self._bar.setRange(0, 0)
        self._cancel.setVisible(can_cancel)
        self._cancel.setEnabled(True)
        self._cancel.set_words(tr("Stop"))
        self._say("")
        self.show()

    def show_progress(self, done: int, total: int, seconds_left: int | None = None, what: str = "") -> None:
        """Show how far the work is (``done`` of ``total`` in any unit) and the time left when known."""
        self._what = what or self._what
        thousandths = 0 if total <= 0 else max(0, min(1000, round(1000 * done / total)))
        self._bar.setRange(0, 1000)
        self._bar.setValue(thousandths)
        self._say(time_left(seconds_left) if seconds_left is not None else "")

    def finish(self) -> None:
        """The work has ended, one way or the other; the outcome is said in the screen."""
        self.hide()

    def is_running(self) -> bool:
        """Whether work is shown."""
        return not self.isHidden()

    def text(self) -> str:
        """The words beside the bar."""
        return self._words.text()

    def _say(self, left: str) -> None:
        said = f"{self._what} · {left}" if left else self._what
        self._words.setText(said)
        self._bar.setAccessibleName(said)

    def _on_cancel(self) -> None:
        self._cancel.setEnabled(False)
        self._cancel.set_words(tr("Stopping…"))
        self.cancelled.emit()

    def _space(self) -> None:
        self._bar.setFixedWidth(theme().px(120))
        row = self.layout()
        if row is not None:
            row.setSpacing(theme().gap(10))
