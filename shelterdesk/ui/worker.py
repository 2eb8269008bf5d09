"""The desk worker: one thread owns the writing connection, another the reads; results arrive on the main thread.

Writes queue up and run one after the other, so no screen waits for a lock and no widget ever sees a
half-done action (STYLE §3.3). Reads have their own connection and never wait behind a write; a read with a
``topic`` replaces an older one of the same topic that has not begun, so typing is answered once.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from shelterdesk.actions import faults
from shelterdesk.actions.clock import seconds_passed
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.reserve import once_more
from shelterdesk.actions.shift import Shift
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import Clock
from shelterdesk.db.store import Reader
from shelterdesk.ui.answers import give
from shelterdesk.ui.collecting import Collector
from shelterdesk.ui.crash import calm_words

if TYPE_CHECKING:
    from shelterdesk.ui.post_keeper import PostKeeper
    from shelterdesk.ui.table_keeper import TableKeeper

Result = TypeVar("Result")
_FOREIGN_WRITES_MS = 1_000


@dataclass(slots=True)
class _Job:
    doing: str
    work: Callable[[], Any]
    done: Callable[[Any], object] | None
    failed: Callable[[WorldError], object] | None
    topic: str = ""
    wrote: Callable[[Any], object] | None = None  # whoever asked: what was written is told to all
    lane: str = ""


class _Lane:
    """A thread that runs jobs in their order; a newer job of a topic takes the place of a waiting one."""

    def __init__(self, name: str, ended: Callable[[_Job, Any, BaseException | None], None]) -> None:
        self.name = name
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._newest: dict[str, _Job] = {}
        self._lock = threading.Lock()
        self._ended = ended
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def add(self, job: _Job) -> None:
        if job.topic:
            with self._lock:
                self._newest[job.topic] = job
        self._queue.put(job)

    def stop(self) -> None:
        """Finish what is queued and end."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            if job.topic:
                with self._lock:
                    is_stale = self._newest.get(job.topic) is not job
                if is_stale:
                    job.done = None  # answered by the newer one
                    self._ended(job, None, None)
                    continue
            try:
                result = job.work()
            except BaseException as fault:  # told on the main thread, never lost with the lane
                self._ended(job, None, fault)
            else:
                self._ended(job, result, None)


class Task(QObject):
    """A long piece of work as the window shows it: how far it is, and a way to stop it."""

    progressed = Signal(int, int)

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words
        self._cancelled = threading.Event()

    def progress(self, done: int, total: int) -> None:
        """Called by the work, on its thread."""
        self.progressed.emit(done, total)

    def cancel(self) -> None:
        """Ask the work to stop at its next safe place."""
        self._cancelled.set()

    def is_cancelled(self) -> bool:
        """Asked by the work between its steps."""
        return self._cancelled.is_set()


class _StationGone(Exception):
    """Asked behind the closing of the station: there is nothing left to ask, and nobody waits for the answer."""


class DeskWorker(QObject):
    """The window's way to the desk. Make it on the main thread; callbacks and signals come back there.

    Signals: ``changed(Changes)`` after every write that changed something, also by another process;
    ``failed(WorldError)`` when nobody else was to be told; ``faulted(str)`` likewise for a bug of ours, with the
    path of its report; ``opened(Desk)``; ``idle()`` when nothing is queued any more.
    """

    changed = Signal(object)
    failed = Signal(object)
    faulted = Signal(str)
    opened = Signal(object)
    idle = Signal()
    _ended = Signal(object, object, object)

    def __init__(self, folder: Path, clock: Clock) -> None:
        super().__init__()
        self.folder = folder
        self.clock = clock
        self.desk: Desk | None = None
        self.shift = Shift(seconds_passed)  # who may come back by PIN; in memory, on the main thread alone
        self.table: TableKeeper | None = None  # both put there by whoever furnishes the window
        self.post: PostKeeper | None = None
        self._reader: Reader | None = None
        self._version = 0
        self._waiting = 0
        self._ended.connect(self._on_ended)
        self._collector = Collector(self)
        self._last: dict[str, _Job] = {}
        self._writing = _Lane("desk-writing", self._ended.emit)
        self._reading = _Lane("desk-reading", self._ended.emit)
        self._watch = QTimer(self)
        self._watch.setInterval(_FOREIGN_WRITES_MS)
        self._watch.timeout.connect(self._look_for_foreign_writes)

    @property
    def is_busy(self) -> bool:
        """Whether something was asked that has not come back yet."""
        return self._waiting > 0

    def open(
        self,
        name: str,
        passphrase: str,
        done: Callable[[Desk], object],
        failed: Callable[[WorldError], object],
    ) -> None:
        """Log in; a desk that was open before is closed by it."""
        self.open_with(lambda: open_desk(self.folder, name, passphrase, self.clock), done, failed)

    def open_with(
        self,
        make: Callable[[], Desk],
        done: Callable[[Desk], object],
        failed: Callable[[WorldError], object],
    ) -> None:
        """Open a desk in another way (a new station, a restored one), on the writing thread."""

        def work() -> Desk:
            desk = make()
            if (
                self.desk is not None and self.desk.store is not desk.store
            ):  # another user goes on with the same
                self.desk.close()
            self.desk = desk
            return desk

        def ready(desk: Desk) -> None:
            self._watch.start()
            self.opened.emit(desk)
            give(done, desk)

        self._add(self._writing, _Job("open", work, ready, failed))

    def write(
        self,
        action: Callable[..., Done[Result]],
        *args: Any,
        done: Callable[[Result], object] | None = None,
        failed: Callable[[WorldError], object] | None = None,
        **named: Any,
    ) -> None:
        """Run ``action(desk, *args, **named)`` in its turn; screens hear of what it changed by ``changed``."""

        def work() -> Done[Result]:
            if self.desk is None:
                raise RuntimeError("no desk is open")
            if self.desk.store.is_closed:
                raise _StationGone
            desk = self.desk
            return once_more(desk, lambda: action(desk, *args, **named))

        def wrote(result: Done[Result]) -> None:
            if result.changes.kinds:
                self.changed.emit(result.changes)

        def finished(result: Done[Result]) -> None:
            give(done, result.result)

        name = getattr(action, "__name__", "action")
        self._add(self._writing, _Job(name, work, finished, failed, wrote=wrote))

    def read(
        self,
        query: Callable[..., Result],
        *args: Any,
        done: Callable[[Result], object],
        failed: Callable[[WorldError], object] | None = None,
        topic: str = "",
        **named: Any,
    ) -> None:
        """Run ``query(reader, *args, **named)`` on the reading thread; an older one of the topic is dropped."""

        def work() -> Result:
            try:
                return query(self._its_reader(), *args, **named)
            except Exception:
                if self.desk is not None and self.desk.store.is_closed:
                    raise _StationGone from None
                raise

        self._add(self._reading, _Job(getattr(query, "__name__", "query"), work, done, failed, topic))

    def leave_lanes(self) -> None:
        """End what goes round beside a window: the table and the sending."""
        for keeper in (self.table, self.post):
            if keeper is not None:
                keeper.stop()
        self.table = self.post = None

    def close_desk(self, done: Callable[[], object] | None = None) -> None:
        """Log out: the chain head is signed and the file let go, after what is queued."""
        self._watch.stop()

        def work() -> None:
            if self.desk is not None:
                self.desk.close()
                self.desk = None

        self._add(self._reading, _Job("close reader", self._close_reader, None, None))
        self._add(self._writing, _Job("close", work, lambda _: give(done), None))

    def stop(self) -> None:
        """Finish everything queued, close the desk, end the threads."""
        self.shift.end()
        self.close_desk()
        self._reading.stop()
        self._writing.stop()
        self._collector.stop()

    def _add(self, lane: _Lane, job: _Job) -> None:
        self._waiting += 1
        job.lane = lane.name
        lane.add(job)

    def _its_reader(self) -> Reader:
        if self._reader is None:
            if self.desk is None:
                raise RuntimeError("no desk is open")
            self._reader = self.desk.reader()
        return self._reader

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _on_ended(self, job: _Job, result: Any, fault: BaseException | None) -> None:
        self._waiting -= 1
        # What a job holds may be the last of a screen: it is let go here, once its lane has gone on to another.
        self._last[job.lane] = job
        if isinstance(fault, _StationGone):
            fault = job.done = job.failed = job.wrote = None
        world = None if fault is None else faults.as_world(fault, self.folder)
        if fault is None:
            if job.wrote is not None:
                job.wrote(result)
            give(job.done, result)
        elif world is not None:
            if not give(job.failed, world):
                self.failed.emit(world)
        else:
            path = faults.report_fault(self.folder, fault, job.doing, self.clock.now())
            report = str(path) if path is not None else ""
            # Who asked goes on from it as from the world's faults: buttons come back, what was typed stays.
            if not give(job.failed, WorldError(calm_words(report))):
                self.faulted.emit(report)
        if self._waiting == 0:
            self.idle.emit()

    def _look_for_foreign_writes(self) -> None:
        """Another process (a command, a second desk's import) may have written (SYNC §1.0)."""
        if self.is_busy:
            return

        def version(reader: Reader) -> int:
            return reader.version

        def compare(now: int) -> None:
            if self._version and now != self._version:
                self.changed.emit(Changes.of("foreign"))
            self._version = now

        self.read(version, done=compare, topic="version")
