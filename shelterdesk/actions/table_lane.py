"""A desk at its table, round after round, on a thread of its own; faults are told and tried again by themselves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from shelterdesk.actions import faults
from shelterdesk.actions.table import Do, Round, Sitting, Table
from shelterdesk.actions.table_joining import Knocking, who_knocks
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import Clock, to_milliseconds
from shelterdesk.core.words import tr
from shelterdesk.db.store import Reader
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.sync.table_door import JoinDoor

BUSY_S, IDLE_S, AGAIN_S = 0.05, 0.7, 3.0
"""Pauses between rounds: while there is work, while there is none, after a fault. A median of half of the second is
what a saved entry waits for; two desks see each other within three seconds whatever is lost on the way."""


@dataclass(frozen=True, slots=True)
class TableStanding:
    """How this desk sits at its table, for people: what others type to call it, who is there, what is wrong.

    ``desks`` are the slots of desks whose work lies on the shelf, ``last_ms`` the last good round (Unix ms).
    """

    table: Table | None = None
    code: str = ""
    scanned: str = ""
    desks: tuple[str, ...] = ()
    last_ms: int | None = None
    trouble: str = ""
    alarms: tuple[str, ...] = ()
    knocking: tuple[Knocking, ...] = ()


class TableLane:
    """From :meth:`start` to :meth:`stop`. ``told`` is called on the lane's own thread whenever the standing changed."""

    def __init__(
        self,
        folder: Path,
        table: Table,
        signing: SigningKey,
        open_reader: Callable[[], Reader],
        do: Do,
        clock: Clock,
        told: Callable[[TableStanding], object],
    ) -> None:
        self.standing = TableStanding(table)
        self.door: JoinDoor | None = None
        self._folder, self._table, self._signing = folder, table, signing
        self._open_reader, self._do, self._clock, self._told = open_reader, do, clock, told
        self._wake = threading.Event()
        self._stopped = False
        self._sitting: Sitting | None = None
        self._thread = threading.Thread(target=self._run, name="table", daemon=True)

    def start(self) -> None:
        """Join the table."""
        self._thread.start()

    def wake(self) -> None:
        """Something was written here: do not wait for the next round."""
        self._wake.set()

    def stop(self, patience_s: float = 5.0) -> None:
        """Leave the table. A network that hangs is not waited for longer than that."""
        self._stopped = True
        self._wake.set()
        sitting = self._sitting
        if sitting is not None:
            sitting.cut_off()
        if self._thread.is_alive():
            self._thread.join(patience_s)

    def _run(self) -> None:
        try:
            while not self._stopped:
                self._wake.clear()
                self._wake.wait(self._once())
        finally:
            self._leave()

    def _once(self) -> float:
        """One round; returns the pause after it in seconds."""
        try:
            if self._sitting is None:
                self._sit_down()
            assert self._sitting is not None
            done = self._sitting.round()
        except (
            Exception
        ) as fault:  # a table that fails must not end the program, nor be tried for ever at once
            if not self._stopped:
                self._tell_trouble(fault)
            return AGAIN_S
        self._tell(done)
        return IDLE_S if done.is_idle else BUSY_S

    def _sit_down(self) -> None:
        reader = self._open_reader()
        try:
            self._sitting = Sitting(self._folder, self._table, self._signing, reader, self._do)
        except BaseException:
            reader.close()
            raise
        host = self._sitting.host
        self.door = host.door if host is not None else None

    def _leave(self) -> None:
        self.door = None
        if self._sitting is not None:
            with suppress(WorldError, OSError):
                self._sitting.close()
            self._sitting = None

    def _tell(self, done: Round) -> None:
        sitting = self._sitting
        assert sitting is not None
        code = sitting.code
        self._say(
            replace(
                self.standing,
                code="" if code is None else str(code),
                scanned="" if code is None else code.scanned,
                desks=sitting.names(),
                last_ms=to_milliseconds(self._clock.now()),
                trouble="",
                alarms=tuple(dict.fromkeys((*self.standing.alarms, *done.alarms))),
                knocking=who_knocks(self.door),
            )
        )

    def _tell_trouble(self, fault: Exception) -> None:
        world = faults.as_world(fault, self._folder)
        if world is None:
            faults.report_fault(self._folder, fault, "table", self._clock.now())
            world = WorldError(
                tr("The exchange at the table stumbled; a report without names was kept."),
                tr("Work goes on; it is tried again by itself."),
            )
        self._say(replace(self.standing, trouble=f"{world.sentence} {world.next_step}".strip()))

    def _say(self, now: TableStanding) -> None:
        if (
            replace(now, last_ms=None) != replace(self.standing, last_ms=None)
            or self.standing.last_ms is None
        ):
            self.standing = now
            self._told(now)
        else:
            self.standing = now
