"""Whose record it is: a record is changed at the station that made it, by nobody else's desks (SYNC §1.10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shelterdesk.core.kinds import TRANSFER, TRANSFER_LINE

OTHER_HOME = "other_home"
"""Why an op is set aside that changes a record of another station."""

OFFICE = ""
"""The home of what an office makes; its people may change what their roles allow, wherever it was made."""

_TWO_SIDED = frozenset({TRANSFER.number, TRANSFER_LINE.number})
"""Kinds that two stations write together: one sends, the other says who arrived."""


def foreign(kind: int, authors: Sequence[tuple[int, bool]], homes: Mapping[int, str]) -> frozenset[int]:
    """Which of the ops on one record come from a station that did not make it, as places in ``authors``.

    ``authors`` are the admitted ops as (desk, whether it creates the record), ``homes`` the stations of desks. Where
    two stations each made a record under one id (ids are random: one of them meant it), both may go on: what
    they say differently is shown as a conflict, and neither can make the other's vanish. Before its making is
    known a record is nobody's.
    """
    first = authors[0][0] if authors else 0
    if kind in _TWO_SIDED or all(dev == first for dev, _ in authors):
        return frozenset()
    makers = {homes.get(dev) for dev, creates in authors if creates}
    if not makers:
        return frozenset()
    may = makers | {OFFICE}
    return frozenset(at for at, (dev, _) in enumerate(authors) if homes.get(dev) not in may)
