"""Keeps this desk at its table for as long as the window is open: the lane beside, the desk's own work on its thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from weakref import ReferenceType, ref

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from shelterdesk.actions.table import Table, choose_table, table_of
from shelterdesk.actions.table_joining import admit_at_table
from shelterdesk.actions.table_lane import TableLane, TableStanding
from shelterdesk.core.changes import Changes
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import Clock
from shelterdesk.core.words import tr
from shelterdesk.ui.worker import DeskWorker


class _Left(WorldError):
    """The window goes on without the table; whoever waits for an answer of the desk need not any more."""

    def __init__(self) -> None:
        super().__init__(tr("This desk left its table."))


class _Wish:
    """An action the lane wants of the desk, and what became of it."""

    def __init__(self, action: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.action, self.args = action, args
        self.found: Any = None
        self.fault: WorldError | None = None
        self.is_done = threading.Event()

    def give(self, found: Any) -> None:
        self.found = found
        self.is_done.set()

    def fail(self, fault: WorldError) -> None:
        self.fault = fault
        self.is_done.set()


class _Post(QObject):
    """Carries the lane's words to the window's thread; it outlives every keeper (see ``widgets/beside.py``)."""

    wished = Signal(object, object)
    told = Signal(object, object, object)

    def __init__(self) -> None:
        super().__init__()
        self.wished.connect(self._on_wish)
        self.told.connect(self._on_told)

    def _on_wish(self, to: ReferenceType[TableKeeper], wish: _Wish) -> None:
        keeper = to()
        if keeper is None or not isValid(keeper) or not keeper.grant(wish):
            wish.fail(_Left())

    def _on_told(
        self, to: ReferenceType[TableKeeper], lane: ReferenceType[TableLane], now: TableStanding
    ) -> None:
        keeper, speaker = to(), lane()
        if keeper is not None and isValid(keeper) and speaker is not None:
            keeper.hear(speaker, now)


_post: list[_Post] = []


class TableKeeper(QObject):
    """Stands beside one window from :meth:`start` to :meth:`stop`.

    Signals: ``changed(TableStanding)``; ``alarmed(str)`` with a sentence that somebody must read.
    """

    changed = Signal(object)
    alarmed = Signal(str)

    def __init__(self, owner: QObject, worker: DeskWorker, clock: Clock) -> None:
        super().__init__(owner)
        self.standing = TableStanding()
        self._worker, self._clock = worker, clock
        self._lane: TableLane | None = None
        self._is_running = False
        self._wishes: set[_Wish] = set()
        if not _post:
            _post.append(_Post())

    def start(self) -> None:
        """Sit down at the table chosen, if one was; an office has none."""
        desk = self._worker.desk
        if desk is None or desk.who.is_office:
            return
        self._is_running = True
        self._worker.changed.connect(self._on_changed)
        self._worker.read(table_of, done=self._sit_down, topic="table")

    def stop(self) -> None:
        """Leave it; what lies on the shelf stays for the others."""
        if self._is_running:
            self._is_running = False
            self._worker.changed.disconnect(self._on_changed)
            self._leave()

    def choose(
        self,
        table: Table | None,
        done: Callable[[], object] | None = None,
        failed: Callable[[WorldError], object] | None = None,
    ) -> None:
        """Choose another way to the table, or none, and go there at once."""

        def chosen(now: Table | None) -> None:
            self._leave()
            self._sit_down(now)
            if done is not None:
                done()

        self._worker.write(choose_table, table, done=chosen, failed=failed)

    def admit(
        self, public: bytes, done: Callable[[Any], object], failed: Callable[[WorldError], object]
    ) -> None:
        """Admit a laptop that knocks; its words were compared."""
        door = self._lane.door if self._lane is not None else None
        if door is None:
            failed(_Left())
            return
        self._worker.write(admit_at_table, door, public, done=done, failed=failed)

    def turn_away(self, public: bytes) -> None:
        """Do not admit a laptop that knocks."""
        if self._lane is not None and self._lane.door is not None:
            self._lane.door.turn_away(public)
            self._lane.wake()

    def grant(self, wish: _Wish) -> bool:
        """Do what the lane wishes in the desk's own turn; False where there is no desk any more."""
        desk = self._worker.desk
        if not self._is_running or desk is None or desk.store.is_closed:
            return False
        self._wishes.add(wish)

        def ended(give: Callable[[Any], None], with_: Any) -> None:
            self._wishes.discard(wish)
            give(with_)

        self._worker.write(
            wish.action,
            *wish.args,
            done=lambda found: ended(wish.give, found),
            failed=lambda error: ended(wish.fail, error),
        )
        return True

    def hear(self, lane: TableLane, now: TableStanding) -> None:
        """What the lane tells, unless this desk sits elsewhere by now."""
        if lane is not self._lane:
            return
        for alarm in now.alarms[len(self.standing.alarms) :]:
            self.alarmed.emit(alarm)
        self.standing = now
        self.changed.emit(now)

    def _sit_down(self, table: Table | None) -> None:
        desk = self._worker.desk
        self.standing = TableStanding(table)
        self.changed.emit(self.standing)
        if table is None or desk is None or not self._is_running or self._lane is not None:
            return
        me = ref(self)

        def do(action: Callable[..., Any], *args: Any) -> Any:
            wish = _Wish(action, args)
            _post[0].wished.emit(me, wish)
            wish.is_done.wait()
            if wish.fault is not None:
                raise wish.fault
            return wish.found

        lane = TableLane(
            desk.folder,
            table,
            desk.store.keys.signing,
            desk.reader,
            do,
            self._clock,
            lambda now: _post[0].told.emit(me, ref(lane), now),
        )
        self._lane = lane
        lane.start()

    def _leave(self) -> None:
        lane, self._lane = self._lane, None
        for wish in list(self._wishes):
            wish.fail(_Left())
        self._wishes.clear()
        if lane is not None:
            # A thread of its own: a network that hangs must not hold the window.
            threading.Thread(target=lane.stop, name="leaving the table", daemon=True).start()

    def _on_changed(self, changes: Changes) -> None:
        if self._lane is not None:
            self._lane.wake()
