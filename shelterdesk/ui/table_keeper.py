"""Keeps this desk at its table for as long as the window is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from shelterdesk.actions.desk import Desk
from shelterdesk.actions.table import Do
from shelterdesk.actions.table_choice import Table, choose_table, table_of
from shelterdesk.actions.table_joining import admit_at_table
from shelterdesk.actions.table_lane import TableLane, TableStanding
from shelterdesk.core.changes import Done
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import Clock
from shelterdesk.db.store import Reader
from shelterdesk.ui.lane_keeper import LaneKeeper, Left
from shelterdesk.ui.worker import DeskWorker


class TableKeeper(LaneKeeper):
    """``changed`` carries a ``TableStanding``."""

    topic = "table"

    def __init__(self, owner: QObject, worker: DeskWorker, clock: Clock) -> None:
        super().__init__(owner, worker, clock)
        self.standing = TableStanding()

    def chosen(self, reader: Reader) -> Table | None:
        return table_of(reader)

    def keep(self, desk: Desk, choice: Any) -> Done[Any]:
        return choose_table(desk, choice)

    def new_lane(self, desk: Desk, choice: Any, do: Do, told: Callable[[Any], object]) -> TableLane:
        return TableLane(desk.folder, choice, desk.store.keys.signing, desk.reader, do, self.clock, told)

    def begins(self, choice: Any) -> None:
        self.standing = TableStanding(choice)
        self.changed.emit(self.standing)

    def take(self, standing: Any) -> None:
        for alarm in standing.alarms[len(self.standing.alarms) :]:
            self.alarmed.emit(alarm)
        self.standing = standing
        self.changed.emit(standing)

    def admit(
        self, public: bytes, done: Callable[[Any], object], failed: Callable[[WorldError], object]
    ) -> None:
        """Admit a laptop that knocks; its words were compared."""
        door = self.lane.door if isinstance(self.lane, TableLane) else None
        if door is None:
            failed(Left())
            return
        self.worker.write(admit_at_table, door, public, done=done, failed=failed)

    def turn_away(self, public: bytes) -> None:
        """Do not admit a laptop that knocks."""
        if isinstance(self.lane, TableLane) and self.lane.door is not None:
            self.lane.door.turn_away(public)
            self.lane.wake()
