"""The office says by how much a desk's clock was wrong: from then on its entries count as if it had been right (SYNC §1.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from shelterdesk.actions.desk import Desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, NotFound, Refused
from shelterdesk.core.event import hex16
from shelterdesk.core.words import tr
from shelterdesk.db.log_reach import events_between

_STEP = re.compile(r"([0-9]{1,9})([dhms])")
_LONGEST = timedelta(days=365 * 200)
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


@dataclass(frozen=True, slots=True)
class ClockFixed:
    """Entries of a desk whose clock counts otherwise now: how many, and between which times (UTC ms, corrected)."""

    desk: str
    epoch: int
    events: int
    first_ms: int
    last_ms: int
    delta_ms: int


def fix_clock(
    desk: Desk, slot: str, first: int, last: int, delta: timedelta, epoch: int | None = None
) -> Done[ClockFixed]:
    """Correct the clock of a desk's entries that begin with the numbers ``first`` to ``last`` (both included).

    What they say holds against other desks' as if their clock had shown so much later; said again for the same entries,
    the last word counts, and zero takes a correction back. ``epoch`` where a restored desk used the numbers twice.
    Raises ``NotAllowed``, ``NotHere`` at a station, ``NotFound``, ``BadField``, ``Refused``.
    """
    desk.must("correct a clock")
    desk.must_be_office()
    entry = next((one for one in desk.roster.desks.values() if one.slot == slot and not one.is_office), None)
    if entry is None:
        raise NotFound(tr("A desk {slot}", slot=slot[:20]))
    if not 0 < first <= last < 1 << 53:
        raise BadField("from", tr("These are no numbers of entries."), tr("The first comes before the last."))
    if abs(delta) > _LONGEST:
        raise BadField("by", tr("No clock is wrong by so much."))
    held = events_between(desk.store.conn, entry.dev, first, last)
    if epoch is not None:
        held = {one: found for one, found in held.items() if one == epoch}
    if not held:
        raise NotFound(
            tr("Entries {first} to {last} of {desk}", first=first, last=last, desk=slot),
            tr("See office posts."),
        )
    if len(held) > 1:
        raise Refused(
            tr("{desk} was restored from a backup and used these numbers more than once.", desk=slot),
            tr("Say which time it is about: {epochs}.", epochs=", ".join(map(str, sorted(held)))),
        )
    which = next(iter(held))
    delta_ms = round(delta.total_seconds() * 1000)
    body = {
        "dev": hex16(entry.dev),
        "epoch": which,
        "first": first,
        "last": last,
        "delta_ms": delta_ms,
    }
    changed = desk.publish("clock_fix", body)
    count, low, high = events_between(desk.store.conn, entry.dev, first, last)[which]
    return Done(ClockFixed(slot, which, count, low, high, delta_ms), Changes(frozenset(changed)))


def read_delta(text: str) -> timedelta:
    """A time to add, as ``+3h``, ``-2d12h`` or ``+90s``; raises ``BadField`` for anything else."""
    clean = "".join(text.split()).lower()
    steps = _STEP.findall(clean[1:])
    if clean[:1] not in ("+", "-") or not steps or "".join(n + unit for n, unit in steps) != clean[1:]:
        raise BadField(
            "by",
            tr("{text} is no time to add.", text=text[:20]),
            tr("Write it like +3h, -2d12h or +90s: days, hours, minutes, seconds, with its sign."),
        )
    try:
        found = sum((timedelta(**{_UNITS[unit]: int(n)}) for n, unit in steps), timedelta())
    except OverflowError:
        raise BadField("by", tr("No clock is wrong by so much.")) from None
    return found if clean[0] == "+" else -found
