"""A desk at its table, round after round: what it tells of itself, and the pauses between rounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from shelterdesk.actions.round_lane import RoundLane
from shelterdesk.actions.table import Do, Sitting
from shelterdesk.actions.table_choice import Table
from shelterdesk.actions.table_joining import Knocking, who_knocks
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import Clock, to_milliseconds
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


class TableLane(RoundLane[Sitting]):
    """``told`` is called on the lane's own thread whenever the standing changed."""

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
        super().__init__("table", folder, open_reader, clock)
        self.standing = TableStanding(table)
        self.door: JoinDoor | None = None
        self._table, self._signing, self._do, self._told = table, signing, do, told

    def begin(self, reader: Reader) -> Sitting:
        sitting = Sitting(self.folder, self._table, self._signing, reader, self._do)
        self.door = sitting.host.door if sitting.host is not None else None
        return sitting

    def ended(self) -> None:
        self.door = None

    def round(self, going: Sitting) -> float:
        done, code = going.round(), going.code
        self.door = going.host.door if going.host is not None else None  # another one at another address
        self._say(
            replace(
                self.standing,
                code="" if code is None else str(code),
                scanned="" if code is None else code.scanned,
                desks=going.names(),
                last_ms=to_milliseconds(self.clock.now()),
                trouble="",
                alarms=tuple(dict.fromkeys((*self.standing.alarms, *done.alarms))),
                knocking=who_knocks(self.door),
            )
        )
        return IDLE_S if done.is_idle else BUSY_S

    def trouble(self, fault: WorldError) -> float:
        self._say(replace(self.standing, trouble=f"{fault.sentence} {fault.next_step}".strip()))
        return AGAIN_S

    def _say(self, now: TableStanding) -> None:
        if (
            replace(now, last_ms=None) != replace(self.standing, last_ms=None)
            or self.standing.last_ms is None
        ):
            self.standing = now
            self._told(now)
        else:
            self.standing = now
