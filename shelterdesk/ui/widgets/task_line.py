"""Long work in the status bar: how far it is, what is done, the time left when known, a way to stop."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(slots=True, eq=False)
class ShownTask:
    """One piece of work as the line shows it; ``thousandths`` is None until it is known how far it is."""

    what: str
    can_cancel: bool
    thousandths: int | None = None
    left: str = ""
    is_stopping: bool = False


class TaskLine(QWidget):
    """``start(what)``, ``show_progress(done, total)`` as often as wanted, ``finish()``; hidden when idle.

    Of several pieces of work the one begun last is shown; when it has ended, the one before it again. Signals:
    ``cancelled(ShownTask)`` when the person asked to stop the one shown; the work itself answers with ``finish``.
    """

    cancelled = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "clear")
        self._shown: list[ShownTask] = []
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

    def start(self, what: str, *, can_cancel: bool = True) -> ShownTask:
        """Show that work has begun, before what was shown until now; how much there is may not be known yet."""
        begun = ShownTask(what, can_cancel)
        self._shown.append(begun)
        self._show_last()
        return begun

    def show_progress(
        self,
        done: int,
        total: int,
        seconds_left: int | None = None,
        what: str = "",
        of: ShownTask | None = None,
    ) -> None:
        """Show how far the work is (``done`` of ``total`` in any unit) and the time left when known.

        ``of`` is what :meth:`start` returned; left out, it is the work begun last.
        """
        task = of if of is not None else self._last()
        if task is None:
            return
        task.what = what or task.what
        task.thousandths = 0 if total <= 0 else max(0, min(1000, round(1000 * done / total)))
        task.left = time_left(seconds_left) if seconds_left is not None else ""
        self._show_last()

    def finish(self, of: ShownTask | None = None) -> None:
        """The work has ended, one way or the other; the outcome is said in the screen. Twice is once."""
        ended = of if of is not None else self._last()
        self._shown = [task for task in self._shown if task is not ended]
        self._show_last()

    def is_running(self) -> bool:
        """Whether work is shown."""
        return not self.isHidden()

    def text(self) -> str:
        """The words beside the bar."""
        return self._words.text()

    def _last(self) -> ShownTask | None:
        return self._shown[-1] if self._shown else None

    def _show_last(self) -> None:
        task = self._last()
        self.setVisible(task is not None)
        if task is None:
            return
        self._bar.setRange(0, 0 if task.thousandths is None else 1000)
        self._bar.setValue(task.thousandths or 0)
        self._cancel.setVisible(task.can_cancel)
        self._cancel.setEnabled(not task.is_stopping)
        self._cancel.set_words(tr("Stopping…") if task.is_stopping else tr("Stop"))
        said = f"{task.what} · {task.left}" if task.left else task.what
        self._words.setText(said)
        self._bar.setAccessibleName(said)

    def _on_cancel(self) -> None:
        task = self._last()
        if task is not None:
            task.is_stopping = True
            self._show_last()
            self.cancelled.emit(task)

    def _space(self) -> None:
        self._bar.setFixedWidth(theme().px(120))
        row = self.layout()
        if row is not None:
            row.setSpacing(theme().gap(10))
