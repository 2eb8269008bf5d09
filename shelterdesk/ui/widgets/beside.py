"""Work beside the window's thread that needs no desk: one piece after the other, answers back on the window."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import ReferenceType, ref

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from shelterdesk.core.errors import WorldError
from shelterdesk.ui.crash import calm_words

Result = TypeVar("Result")
_Job = tuple[Callable[[], Any], Callable[[Any], object] | None, Callable[[WorldError], object] | None]


class _Post(QObject):
    """Carries answers to the window's thread. It outlives every owner: a thread that emits on an object while
    the window's thread destroys it brings the program down."""

    arrived = Signal(object, object, object, object)

    def __init__(self) -> None:
        super().__init__()
        self.arrived.connect(self._deliver)

    def _deliver(
        self, to: ReferenceType[Beside], job: _Job, result: object, fault: BaseException | None
    ) -> None:
        beside = to()
        if beside is not None and isValid(beside):
            beside.take_answer(job, result, fault)


_post: list[_Post] = []


class Beside(QObject):
    """``beside.do(work, done=…, failed=…)``. Its thread begins with the first piece and ends with the last.

    It belongs to ``owner``: once that is gone nobody is answered any more. A fault of ours in ``work`` is told to
    ``failed`` in calm words and raised on the window's thread, where the reports are made.
    """

    def __init__(self, owner: QObject, name: str) -> None:
        super().__init__(owner)
        self._name = name
        self._lock = threading.Lock()
        self._waiting: deque[_Job] = deque()
        self._runs = False
        self._open = 0
        if not _post:
            _post.append(_Post())

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._open > 0

    def do(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], object] | None = None,
        failed: Callable[[WorldError], object] | None = None,
    ) -> None:
        """Run ``work`` in its turn; the world's faults go to ``failed``."""
        self._open += 1
        with self._lock:
            self._waiting.append((work, done, failed))
            if self._runs:
                return
            self._runs = True
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._runs = False
                    return
                job = self._waiting.popleft()
            result: object = None
            fault: BaseException | None = None
            try:
                result = job[0]()
            except BaseException as error:  # told on the window's thread
                fault = error
            _post[0].arrived.emit(ref(self), job, result, fault)

    def take_answer(self, job: _Job, result: object, fault: BaseException | None) -> None:
        """An answer, on the window's thread."""
        self._open -= 1
        _, done, failed = job
        if fault is None:
            if done is not None:
                done(result)
        elif isinstance(fault, WorldError) and failed is not None:
            failed(fault)
        else:
            if failed is not None:
                failed(WorldError(calm_words("")))
            raise fault
