"""Clocks that the office corrected: what the log's times and tie-breaks are taken to be (SYNC §1.3).

The lines stay as they were written. Wherever one is read to say what holds, or when, its clock is corrected first, so
that the tables are a pure function of the events and the statements; ``event.hlc`` and ``event.wall_ms`` follow too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from shelterdesk.core.event import BadLine, Event, read_again
from shelterdesk.core.roster import ClockFix, Roster
from shelterdesk.db.connection import Connection

_GREATEST = (1 << 63) - 1


class Clocks:
    """The corrections that hold in a file; asked for every event that is read, and mostly there are none."""

    def __init__(self, fixes: Iterable[ClockFix]) -> None:
        self._by_author: dict[tuple[int, int], list[ClockFix]] = {}
        for fix in fixes:
            self._by_author.setdefault((fix.dev, fix.epoch), []).append(fix)

    def delta_ms(self, dev: int, epoch: int, first_seq: int) -> int:
        """By how much the clock of the event that begins there counts later; 0 where nobody corrected it.

        Of several statements about one event the office's last holds: saying it twice corrects once.
        """
        for fix in reversed(self._by_author.get((dev, epoch), ())):
            if fix.first <= first_seq <= fix.last:
                return fix.delta_ms
        return 0

    def right(self, event: Event) -> Event:
        """The event as it counts: its hybrid clock and its wall clock corrected, its line as written."""
        if not self._by_author or not (delta := self.delta_ms(event.dev, event.epoch, event.first_seq)):
            return event
        return msgspec.structs.replace(
            event, hlc=right_hlc(event.hlc, delta), wall_ms=right_wall(event.wall_ms, delta)
        )

    def __bool__(self) -> bool:
        return bool(self._by_author)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Clocks) and self._by_author == other._by_author

    __hash__ = None  # type: ignore[assignment]


def right_hlc(hlc: int, delta_ms: int) -> int:
    """A hybrid clock moved by so many milliseconds, within its 63 bits."""
    return max(0, min(hlc + (delta_ms << 16), _GREATEST))


def right_wall(wall_ms: int, delta_ms: int) -> int:
    """A wall clock moved by so many milliseconds, not before 1970."""
    return max(0, wall_ms + delta_ms)


def clocks_of(conn: Connection) -> Clocks:
    """The corrections this file holds."""
    return Clocks(
        ClockFix(*row)
        for row in conn.execute("SELECT dev, epoch, first, last, delta_ms FROM clock_fix ORDER BY n")
    )


def put_fixes(conn: Connection, fixes: Iterable[ClockFix]) -> None:
    """Keep the corrections believed now, in their order, in place of those before."""
    conn.execute("DELETE FROM clock_fix")
    conn.executemany(
        "INSERT INTO clock_fix (dev, epoch, first, last, delta_ms) VALUES (?, ?, ?, ?, ?)",
        [(fix.dev, fix.epoch, fix.first, fix.last, fix.delta_ms) for fix in fixes],
    )


def newly_corrected(before: Roster, after: Roster) -> set[int]:
    """The desks whose clock counts otherwise than before."""
    if before.clock_fixes == after.clock_fixes:
        return set()
    devs = {fix.dev for fix in (*before.clock_fixes, *after.clock_fixes)}
    return {dev for dev in devs if _of(before, dev) != _of(after, dev)}


def _of(roster: Roster, dev: int) -> list[ClockFix]:
    return [fix for fix in roster.clock_fixes if fix.dev == dev]


def follow_clocks(conn: Connection, events: Iterable[tuple[int, bytes, bytes]]) -> None:
    """Bring the times kept beside these lines (id, hash, line) to what they count."""
    clocks = clocks_of(conn)
    conn.executemany(
        "UPDATE event SET hlc = ?, wall_ms = ? WHERE id = ? AND (hlc <> ?1 OR wall_ms <> ?2)",
        [(event.hlc, event.wall_ms, id_) for id_, event in _righted(clocks, events)],
    )


def _righted(clocks: Clocks, events: Iterable[tuple[int, bytes, bytes]]) -> Iterator[tuple[int, Event]]:
    for id_, eh, line in events:
        try:
            yield id_, clocks.right(read_again(line, eh))
        except BadLine:  # found and told by the check of the file
            continue
