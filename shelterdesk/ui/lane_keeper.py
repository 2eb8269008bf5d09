"""Keeps an exchange going for as long as the window is open: its rounds beside, the desk's own work on the desk's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from weakref import ReferenceType, ref

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.round_lane import RoundLane
from shelterdesk.actions.table import Do
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import Clock
from shelterdesk.core.words import tr
from shelterdesk.db.store import Reader
from shelterdesk.ui.worker import DeskWorker


class Left(WorldError):
    """The window goes on without this exchange; whoever waits for an answer of the desk need not any more."""

    def __init__(self) -> None:
        super().__init__(tr("This exchange was ended."))


class _Wish:
    """An action the lane of a ``way`` wants of the desk, and what became of it."""

    def __init__(self, way: object, action: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.way, self.action, self.args = way, action, args
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

    def _on_wish(self, to: ReferenceType[LaneKeeper], wish: _Wish) -> None:
        keeper = to()
        if keeper is None or not isValid(keeper) or not keeper.grant(wish):
            wish.fail(Left())

    def _on_told(
        self, to: ReferenceType[LaneKeeper], lane: ReferenceType[RoundLane[Any]], now: object
    ) -> None:
        keeper, speaker = to(), lane()
        if keeper is not None and isValid(keeper) and speaker is not None:
            keeper.hear(speaker, now)


_post: list[_Post] = []


class LaneKeeper(QObject):
    """Stands beside one window from :meth:`start` to :meth:`stop`; a kind of it says what is chosen and what goes round.

    Signals: ``changed(standing)``, whatever the kind's standing is; ``alarmed(str)`` a sentence that somebody must read.
    """

    changed = Signal(object)
    alarmed = Signal(str)
    topic = ""

    def __init__(self, owner: QObject, worker: DeskWorker, clock: Clock) -> None:
        super().__init__(owner)
        self.worker, self.clock = worker, clock
        self.lane: RoundLane[Any] | None = None
        self._is_running = False
        self._wishes: set[_Wish] = set()
        self._way: object = (
            None  # a new one for each lane, so that the wishes of one left behind are not granted
        )
        if not _post:
            _post.append(_Post())

    def chosen(self, reader: Reader) -> Any:
        """What was chosen on this laptop; None for nothing."""
        raise NotImplementedError

    def keep(self, desk: Desk, choice: Any) -> Done[Any]:
        """Keep a choice; raises what the action raises."""
        raise NotImplementedError

    def new_lane(self, desk: Desk, choice: Any, do: Do, told: Callable[[Any], object]) -> RoundLane[Any]:
        """The lane of a choice."""
        raise NotImplementedError

    def take(self, standing: Any) -> None:
        """What the lane told, on the window's thread."""
        raise NotImplementedError

    def begins(self, choice: Any) -> None:
        """A choice is gone by from now on, None for none."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin with what was chosen, if anything was; an office has nothing of the kind."""
        desk = self.worker.desk
        if desk is None or desk.who.is_office:
            return
        self._is_running = True
        self.worker.changed.connect(self._on_changed)
        self.worker.read(self.chosen, done=self._begin, topic=self.topic)

    def stop(self) -> None:
        """End."""
        if self._is_running:
            self._is_running = False
            self.worker.changed.disconnect(self._on_changed)
            self._leave()

    def choose(
        self,
        choice: Any,
        done: Callable[[], object] | None = None,
        failed: Callable[[WorldError], object] | None = None,
    ) -> None:
        """Choose something else, or None for nothing, and go by it at once."""

        def kept(now: Any) -> None:
            self._leave()
            self._begin(now)
            if done is not None:
                done()

        self.worker.write(self.keep, choice, done=kept, failed=failed)

    def grant(self, wish: _Wish) -> bool:
        """Do what the lane wishes in the desk's own turn; False for a lane left behind, or where there is no desk."""
        desk = self.worker.desk
        if not self._is_running or wish.way is not self._way or desk is None or desk.store.is_closed:
            return False
        self._wishes.add(wish)

        def ended(give: Callable[[Any], None], with_: Any) -> None:
            self._wishes.discard(wish)
            give(with_)

        self.worker.write(
            wish.action,
            *wish.args,
            done=lambda found: ended(wish.give, found),
            failed=lambda error: ended(wish.fail, error),
        )
        return True

    def hear(self, lane: RoundLane[Any], now: object) -> None:
        """What the lane tells, unless another goes by now."""
        if lane is self.lane:
            self.take(now)

    def _begin(self, choice: Any) -> None:
        desk = self.worker.desk
        self.begins(choice)
        if choice is None or desk is None or not self._is_running or self.lane is not None:
            return
        me, way = ref(self), object()
        self._way = way

        def do(action: Callable[..., Any], *args: Any) -> Any:
            wish = _Wish(way, action, args)
            _post[0].wished.emit(me, wish)
            wish.is_done.wait()
            if wish.fault is not None:
                raise wish.fault
            return wish.found

        lane = self.new_lane(desk, choice, do, lambda now: _post[0].told.emit(me, ref(lane), now))
        self.lane = lane
        lane.start()

    def _leave(self) -> None:
        lane, self.lane = self.lane, None
        self._way = None
        for wish in list(self._wishes):
            wish.fail(Left())
        self._wishes.clear()
        if lane is not None:
            # A thread of its own: a network that hangs must not hold the window.
            threading.Thread(target=lane.stop, name="leaving", daemon=True).start()

    def _on_changed(self, changes: Changes) -> None:
        if self.lane is not None:
            self.lane.wake()
