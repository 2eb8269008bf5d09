"""Whose record it is: a record is changed at the station that made it, by nobody else's desks (SYNC §1.10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shelterdesk.core.event import Op, OpId
from shelterdesk.core.heads import void_saw
from shelterdesk.core.kinds import TRANSFER, TRANSFER_LINE, VOID

OTHER_HOME = "other_home"
"""Why an op is set aside that changes a record of another station."""

OFFICE = ""
"""The home of what an office makes; its people may change what their roles allow, wherever it was made."""

_TWO_SIDED = frozenset({TRANSFER.number, TRANSFER_LINE.number})
"""Kinds that two stations write together: one sends, the other says who arrived."""


class Author(NamedTuple):
    """Who wrote an op: the desk, whether the op creates the record, and of which desks it does away with something.

    ``names`` are the desks of the ops of this very record that it names.
    """

    dev: int
    creates: bool
    names: frozenset[int] = frozenset()


def names_of(op: Op) -> frozenset[OpId]:
    """The ops that an op replaces, or says to have seen when it declares the record a mistake."""
    saw = void_saw(op.value) if op.field == VOID else frozenset()
    return saw.union(op.supersedes)


def foreign(kind: int, authors: Sequence[Author], homes: Mapping[int, str]) -> frozenset[int]:
    """Which of the ops on one record come from a station that may not say so, as places in ``authors``.

    ``authors`` are the admitted ops, ``homes`` the stations of desks. A record is changed by the stations that made it.
    Where two stations each made a record under one id (ids are random: one of them meant it), both may go on with
    what is theirs: what they say differently is shown as a conflict, and an op of one that replaces a value of the
    other, or says it was a mistake, is no more heard than a stranger's. Before its making is known a record is nobody's.
    """
    first = authors[0].dev if authors else 0
    if kind in _TWO_SIDED or all(one.dev == first for one in authors):
        return frozenset()
    makers = {homes.get(one.dev) for one in authors if one.creates}
    if not makers:
        return frozenset()
    may = makers | {OFFICE}
    apart = {at for at, one in enumerate(authors) if homes.get(one.dev) not in may}
    if len(makers) > 1:
        apart |= {at for at, one in enumerate(authors) if _is_against_another(one, homes)}
    return frozenset(apart)


def _is_against_another(one: Author, homes: Mapping[int, str]) -> bool:
    """Whether an op of a station's desk does away with what a desk of another station wrote."""
    home = homes.get(one.dev)
    return home != OFFICE and any(homes.get(dev) not in (home, OFFICE) for dev in one.names)
