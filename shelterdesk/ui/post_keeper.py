"""Keeps the outbox going to the office for as long as the window is open and there is a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.post_choice import choose_post, post_of
from shelterdesk.actions.round_lane import RoundLane
from shelterdesk.actions.table import Do
from shelterdesk.core.changes import Done
from shelterdesk.core.moment import Clock
from shelterdesk.db.store import Reader
from shelterdesk.ui.lane_keeper import LaneKeeper
from shelterdesk.ui.worker import DeskWorker

if TYPE_CHECKING:
    from shelterdesk.actions.posting import PostStanding


class PostKeeper(LaneKeeper):
    """``changed`` carries a ``PostStanding``, or None where nothing is sent over a network.

    What speaks to servers is loaded with the first one chosen: no other desk waits for it.
    """

    topic = "post"

    def __init__(self, owner: QObject, worker: DeskWorker, clock: Clock) -> None:
        super().__init__(owner, worker, clock)
        self.standing: PostStanding | None = None

    def chosen(self, reader: Reader) -> Any:
        return post_of(reader)

    def keep(self, desk: Desk, choice: Any) -> Done[Any]:
        return choose_post(desk, choice)

    def new_lane(self, desk: Desk, choice: Any, do: Do, told: Callable[[Any], object]) -> RoundLane[Any]:
        from shelterdesk.actions.posting import PostLane

        return PostLane(desk.folder, choice, desk.reader, do, self.clock, told)

    def begins(self, choice: Any) -> None:
        self.take(None)

    def take(self, standing: Any) -> None:
        known = self.standing.alarms if self.standing is not None else ()
        for alarm in standing.alarms if standing is not None else ():
            if alarm not in known:
                self.alarmed.emit(alarm)
        self.standing = standing
        self.changed.emit(standing)

    def look_now(self) -> None:
        """Somebody asked: look at once."""
        if self.lane is not None:
            RoundLane.wake(self.lane)
