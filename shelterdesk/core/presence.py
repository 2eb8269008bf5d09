"""Who counts as present: the one definition of population, as intervals derived from facts.

PEERS §A 3.3 and §A 2.8: lodging, gate and population are three facts; population is defined once. A
person is in it from arrival (or birth, or being moved in) until they leave, and again from each return.
Going out through the gate for the day does not leave it; being absent without notice does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shelterdesk.core.vocabulary import EntryKind, MovementKind

LEAVING = frozenset(
    {
        MovementKind.ABSENT,
        MovementKind.DEPARTED_BUS,
        MovementKind.DEPARTED_OTHER,
        MovementKind.DIED,
        MovementKind.MOVED_OUT,
    }
)
"""Movements after which a person no longer counts."""

COMING_BACK = frozenset({MovementKind.RETURNED, MovementKind.IN, MovementKind.MOVED_IN})
"""Movements after which a person who had left counts again; for one who had not they change nothing."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement as the intervals need it: when (UTC milliseconds), what, and its record."""

    at_ms: int
    kind: MovementKind
    ent: bytes


@dataclass(frozen=True, slots=True)
class Interval:
    """A time of presence, ``to_ms`` None while it lasts; how it began and ended, and by which record."""

    from_ms: int
    to_ms: int | None
    how_in: str
    how_out: str | None
    in_ent: bytes | None
    out_ent: bytes | None


def intervals(entered_ms: int, entry: EntryKind, movements: Iterable[Moved]) -> list[Interval]:
    """The intervals of one person, in order.

    Movements before the entry count at the entry (a late back-entry must not make negative time); one that
    changes nothing (a second departure from another desk) is kept in the log and not counted here.
    """
    found: list[Interval] = []
    since: int | None = entered_ms
    how_in: str = entry.value
    in_ent: bytes | None = None
    for move in sorted(movements, key=lambda m: (m.at_ms, m.ent)):
        at = max(move.at_ms, entered_ms)
        if since is not None and move.kind in LEAVING:
            found.append(Interval(since, at, how_in, move.kind.value, in_ent, move.ent))
            since = None
        elif since is None and move.kind in COMING_BACK:
            since, in_ent = at, move.ent
            how_in = (MovementKind.RETURNED if move.kind is MovementKind.IN else move.kind).value
    if since is not None:
        found.append(Interval(since, None, how_in, None, in_ent, None))
    return found
