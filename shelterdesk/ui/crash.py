"""Faults of ours in the window: kept on this laptop without values, told calmly, never swallowed."""

from __future__ import annotations

import faulthandler
import re
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from shelterdesk.actions import faults
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import Clock
from shelterdesk.core.words import tr

HARD_CRASHES = "crash.txt"
_SPEAKER = re.compile(r"[A-Za-z_]\w*(?:::[\w~]+)*")


def calm_words(report: str) -> str:
    """What is said when the fault is ours; ``report`` is the path of the report, empty when none was kept."""
    said = tr("Something went wrong on our side. Nothing you saved is lost.")
    if report:
        return f"{said} " + tr("A report without names is kept here: {path}", path=report)
    return said


class FaultWatch:
    """Every way a fault can leave the program unseen, closed while this stands; :meth:`remove` opens them again."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        tell: Callable[[str], object],
        tell_world: Callable[[WorldError], object],
    ) -> None:
        """``tell`` is given the path of a report, ``tell_world`` a fault of the world nobody else heard."""
        self._folder, self._clock = folder, clock
        self._tell, self._tell_world = tell, tell_world
        self._before = sys.excepthook
        self._thread_before = threading.excepthook
        sys.excepthook = self._on_fault
        threading.excepthook = self._on_thread_fault
        self._qt_before = qInstallMessageHandler(note_qt)
        self._was_enabled = faulthandler.is_enabled()
        self._file = None
        with suppress(OSError):
            self._file = (folder / HARD_CRASHES).open("a", encoding="utf-8")
            faulthandler.enable(self._file)

    def remove(self) -> None:
        """Put back what was there before."""
        sys.excepthook = self._before
        threading.excepthook = self._thread_before
        qInstallMessageHandler(self._qt_before)
        if self._file is not None:
            faulthandler.disable()
            self._file.close()
            if self._was_enabled:
                faulthandler.enable()

    def _on_fault(self, kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        if isinstance(fault, KeyboardInterrupt | SystemExit):
            self._before(kind, fault, trace)
        elif isinstance(fault, WorldError):
            self._tell_world(fault)
        else:
            path = faults.report_fault(self._folder, fault, "window", self._clock.now())
            self._tell(str(path) if path is not None else "")

    def _on_thread_fault(self, told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
            faults.report_fault(self._folder, told.exc_value, "thread", self._clock.now())


def note_qt(level: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """A message of Qt in the log: which part of it spoke, never what it said, since that may quote a value."""
    spoke = _SPEAKER.match(message)
    faults.note("qt", level=level.name, part=spoke[0] if spoke is not None else "unnamed")
