"""Long work in the status bar: from its first step to its last, with the time left as soon as it can be told."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject
from PySide6.QtWidgets import QWidget

from shelterdesk.ui.answers import give
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.widgets.task_line import ShownTask
from shelterdesk.ui.worker import Task

_TELLS_AFTER_MS = 2000


class LongWork(QObject):
    """``work = LongWork(self, Task(tr("Making a backup")))`` before the write, ``work.end()`` in both its answers.

    ``near`` is the screen (or anything in the window) that starts it. The task's ``progress`` and
    ``is_cancelled`` go to the action, which calls them on its own thread.
    """

    def __init__(self, near: QWidget, task: Task, *, can_cancel: bool = False) -> None:
        super().__init__(near)
        self.task = task
        self._window = near.window()
        self._timer = QElapsedTimer()
        self._timer.start()
        task.progressed.connect(self._on_progress)
        self._shown: ShownTask | None = None
        if isinstance(self._window, MainWindow):
            line = self._window.task
            self._shown = line.start(task.words, can_cancel=can_cancel)
            if can_cancel:
                line.cancelled.connect(self._on_cancelled)

    def ended(self, then: Callable[..., object]) -> Callable[..., object]:
        """``then``, after the line is taken away: for ``done=`` and ``failed=``."""

        def both(*results: object) -> None:
            self.end()
            give(then, *results)

        return both

    def end(self) -> None:
        """Take the line away; twice is once."""
        if isinstance(self._window, MainWindow):
            self._window.task.finish(self._shown)
        self.deleteLater()

    def _on_cancelled(self, which: object) -> None:
        if which is self._shown:  # others may be under way: what is stopped is what the line shows
            self.task.cancel()

    def _on_progress(self, done: int, total: int) -> None:
        if not isinstance(self._window, MainWindow):
            return
        passed = self._timer.elapsed()
        left = None
        if passed > _TELLS_AFTER_MS and 0 < done <= total:
            left = round(passed * (total - done) / done / 1000)
        self._window.task.show_progress(done, total, left, of=self._shown)
