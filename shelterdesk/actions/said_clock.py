"""What time it really is, said by who is at the desk where the laptop's clock cannot be right (SYNC §1.3).

Nobody has to: work goes on with the clock as it is, and entries carry a mark either way.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shelterdesk import MADE, startup
from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, Refused
from shelterdesk.core.moment import DeskClock, moment_text, to_milliseconds
from shelterdesk.core.words import tr
from shelterdesk.db import meta
from shelterdesk.db.status import CONFIRMED

NEAR = timedelta(minutes=5)
"""Who says a time so near to the machine's says that the machine is right: nobody types seconds."""

_LATEST = timedelta(days=365 * 100)


@dataclass(frozen=True, slots=True)
class SaidClock:
    """The time from now on (RFC 9557, in the station's zone), and whether the machine's clock was right after all."""

    now: str
    is_machine_right: bool


def said_on_wall(desk: Desk, day: str, time: str) -> datetime:
    """The moment of a day (``2026-11-28``) and a time (``14:30``) as the wall shows them here; raises ``BadField``."""
    try:
        at = datetime.fromisoformat(f"{day.strip()}T{time.strip()}")
    except ValueError:
        raise BadField(
            "time", tr("This is not a date and a time."), tr("Write them like 2026-11-28 14:30.")
        ) from None
    return at.replace(tzinfo=ZoneInfo(desk.who.zone)) if at.tzinfo is None else at


def say_time(desk: Desk, at: datetime) -> Done[SaidClock]:
    """Go on with the time somebody at the desk says it is; kept until the machine's clock is right again.

    Raises ``BadField`` for a time before this program was made, or of another century; ``Refused`` for another time than
    that of a clock that is not in doubt: the clock of the machine is set in its own settings.
    """
    store = desk.store
    if not store.clock_doubt:
        if abs(at - store.now) <= NEAR:  # nothing to do: both say the same
            return Done(SaidClock(moment_text(store.now, desk.who.zone), True))
        shown = f"{store.now.astimezone(ZoneInfo(desk.who.zone)):%Y-%m-%d %H:%M}"
        raise Refused(
            tr("The clock of this laptop is not in doubt: it says {time}.", time=shown),
            tr(
                "If it is wrong all the same, set it in the laptop's settings; here a time is said only where the clock"
                " cannot be right."
            ),
        )
    if not MADE <= at <= MADE + _LATEST:
        raise BadField(
            "time",
            tr("It cannot be that day: this program is newer."),
            tr("Look at the date, the year above all."),
        )
    clock = store.clock
    machine = clock.machine.now() if isinstance(clock, DeskClock) else clock.now()
    is_right = abs(at - machine) <= NEAR
    delta = timedelta() if is_right else at - machine
    with store.transaction() as conn:
        if is_right:
            meta.put(conn, CONFIRMED, b"%d" % to_milliseconds(machine))
            meta.drop(conn, startup.SAID_CLOCK)
        else:
            said = [round(delta.total_seconds() * 1000), to_milliseconds(at)]
            meta.put(conn, startup.SAID_CLOCK, json.dumps(said).encode())
    if isinstance(clock, DeskClock):
        clock.offset = delta
    store.asks_for_date = False
    store.clock_doubt = not is_right
    return Done(SaidClock(moment_text(store.now, desk.who.zone), is_right), Changes.of("status"))


def go_on_with_clock(desk: Desk) -> Done[None]:
    """Nobody knows the date, or has the time to look: work goes on, entries are marked; asked again at the next start."""
    desk.store.asks_for_date = False
    return Done(None)
