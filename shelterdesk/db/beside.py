"""What lies beside main lines, behind a gap or on a second branch: which events they are and where they are proved.

A number confirms nothing of them: the same one stands on the main line too. So they are named by places, an op
number with the chain value after it, and what a place names is walked down event by event (SYNC §1.0, *op id*).
Of every event that its author signed and that has no place in the main line a claim is kept (``db/vouching.py``),
so that the log need not be gone through for them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from shelterdesk.core.event import chain_next
from shelterdesk.db import chain
from shelterdesk.db.connection import Connection
from shelterdesk.db.vouching import Place

Author = tuple[int, int]
"""A desk and its epoch."""

MOST_NAMED = 200
"""Stretches beside one line that a receipt names; of what is in no named one its sender sends again."""

Stretch = tuple[int, int, bytes]
"""First and last op number of what is held of a line, and the chain value after the last; 1 where all of it is."""


@dataclass(slots=True)
class Beside:
    """The events of one author beside its main line; ``spans`` are their numbers by id, ``blank`` those without a line."""

    spans: dict[int, tuple[int, int]] = field(default_factory=dict)
    blank: set[int] = field(default_factory=set)
    _below: dict[Place, tuple[int, Place]] = field(default_factory=dict)
    """The id at a place, and the place before it."""

    _ordered: list[tuple[int, int, int]] = field(default_factory=list)

    def add(self, id_: int, first: int, last: int, eh: bytes, before: bytes, is_blank: bool) -> None:
        """Note an event with a chain value said to stand before it."""
        self.spans[id_] = (first, last)
        if is_blank:
            self.blank.add(id_)
        self._below[last, chain_next(before, eh)] = (id_, (first - 1, before))

    def down(self, place: Place, first: int = 1) -> Iterator[tuple[int, Place]]:
        """The events the line holds that ends in a place, the last first, down to a number; each with its place."""
        while (found := self._below.get(place)) is not None and self.spans[found[0]][0] >= first:
            yield found[0], place
            place = found[1]

    def within(self, first: int, last: int) -> set[int]:
        """The events between two numbers."""
        if len(self._ordered) != len(self.spans):
            self._ordered = sorted((*span, id_) for id_, span in self.spans.items())
        found = set[int]()
        for at in range(bisect_left(self._ordered, (first, 0, 0)), len(self._ordered)):
            begins, ends, id_ = self._ordered[at]
            if begins > last:
                break
            if ends <= last:
                found.add(id_)
        return found

    def tips(self) -> list[Place]:
        """The places no event goes on from, the furthest first."""
        return sorted(self._below.keys() - {before for _, before in self._below.values()}, reverse=True)

    def stretches(self, heads: Iterable[Place], is_main: Callable[[Place], bool]) -> list[Stretch]:
        """What is held of the lines that end in the heads, the furthest first; ``is_main`` knows the main line."""
        found: list[Stretch] = []
        named = set[Place]()
        for head in sorted(heads, reverse=True):
            walked = [place for _, place in self.down(head)] if head not in named else []
            if walked:
                named.update(walked)
                below = self._below[walked[-1]][1]
                found.append((1 if is_main(below) else below[0] + 1, *head))
            if len(found) == MOST_NAMED:
                break
        return found


def beside_lines(conn: Connection) -> dict[Author, Beside]:
    """Everything that lies beside main lines and that a head of its author reaches, by author."""
    found: dict[Author, Beside] = {}
    for id_, dev, epoch, first, last, eh, before, is_blank in conn.execute(
        "SELECT e.id, e.dev, e.epoch, e.seq, e.last_seq, e.eh, c.before, e.line IS NULL FROM claim c"
        " JOIN event e ON e.id = c.event WHERE e.chain IS NULL AND e.id NOT IN (SELECT event FROM unsigned)"
    ):
        found.setdefault((dev, epoch), Beside()).add(id_, first, last, eh, before, bool(is_blank))
    return found


def signed_beside(conn: Connection, author: Author, lying: Beside) -> list[Stretch]:
    """What is held beside an author's main line, as stretches that end in heads the author signed."""
    least = min(first for first, _ in lying.spans.values())
    rows = conn.execute(
        "SELECT seq, chain FROM signed_head WHERE dev = ? AND epoch = ? AND seq >= ?", (*author, least)
    ).fetchall()

    def is_main(place: Place) -> bool:
        return place[0] == 0 or chain.value_at(conn, *author, place[0]) == place[1]

    return lying.stretches([(seq, bytes(value)) for seq, value in rows], is_main)


def branch_by_branch(conn: Connection, ids: Iterable[int]) -> dict[int, int]:
    """Which branch each event beside a main line belongs to: branches are told apart, and stay in one piece."""
    wanted = set(ids)
    found: dict[int, int] = {}
    for beside in beside_lines(conn).values() if wanted else ():
        if wanted.isdisjoint(beside.spans):
            continue
        seen = set[Place]()
        for tip in beside.tips():
            branch = len(found) + 1
            for id_, place in beside.down(tip):
                if place in seen:
                    break
                seen.add(place)
                found.setdefault(id_, branch)
    return found
