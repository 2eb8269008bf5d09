"""Entities of several ops, gathered while a check reads the log: compared as soon as the last of theirs was met."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from shelterdesk.core.event import ops_again
from shelterdesk.core.heads import Logged
from shelterdesk.db.clocks import Clocks, right_hlc
from shelterdesk.db.standing import Standing, standing_of

_AT_ONCE = 400
_MOST_HELD = 20_000

Compare = Callable[[Mapping[bytes, Sequence[Standing]]], None]


class _Writer(msgspec.Struct, frozen=True, gc=False):
    """Who wrote a line, and when."""

    dev: int
    wall_ms: int
    user: str


class Histories:
    """The ops of entities that were edited, held between their first line and their last.

    Mostly a few thousand are open at a time (the people in the house). Above ``most_held`` they are given up: what
    was not compared in the end, :attr:`left`, is looked up in the log entity by entity.
    """

    def __init__(
        self,
        counts: dict[bytes, int],
        homes: Mapping[int, str],
        compare: Compare,
        clocks: Clocks | None = None,
        most_held: int = _MOST_HELD,
    ) -> None:
        """``counts``: how many ops of each entity the log has; 0 for one that is not to be gathered.

        ``clocks`` are the corrections that hold; the times given to :meth:`note` are corrected already.
        """
        self._homes = homes
        self.left = set(counts)
        self._counts = counts
        self._compare = compare
        self._clocks = clocks
        self._most_held = most_held
        self._held: dict[bytes, list[tuple[_Writer, Logged]]] = {}
        self._ready: dict[bytes, list[Standing]] = {}

    def note(self, line: bytes, eh: bytes, positions: list[int], dev: int, wall_ms: int, user: str) -> None:
        """The ops at these positions of a line belong to such entities. Raises ``BadLine``."""
        writer = _Writer(dev, wall_ms, user)
        held, counts = self._held, self._counts
        clocks = self._clocks
        for pos, (op_id, hlc, op) in zip(positions, ops_again(line, eh, positions), strict=True):
            if clocks:
                hlc = right_hlc(hlc, clocks.delta_ms(op_id.dev, op_id.epoch, op_id.seq - pos))
            logged = Logged(op_id, hlc, op)
            ent = op.ent
            if not counts[ent]:
                continue
            mine = held.get(ent)
            if mine is not None:
                mine.append((writer, logged))
            elif len(held) < self._most_held:
                mine = held[ent] = [(writer, logged)]
            else:
                counts[ent] = 0  # it could not be whole any more
                continue
            if len(mine) == counts[ent]:
                del held[ent]
                if self._is_plain(mine):
                    self._ready[ent] = [standing_of(ent, mine)]
        if len(self._ready) >= _AT_ONCE:
            self.finish()

    def _is_plain(self, ops: Sequence[tuple[_Writer, Logged]]) -> bool:
        """Whether they are one record of one station."""
        writer, first = ops[0]
        kind, home = first.op.kind, self._homes.get(writer.dev)
        for by, logged in ops:
            if logged.op.kind != kind or (by.dev != writer.dev and self._homes.get(by.dev) != home):
                return False
        return True

    def finish(self) -> None:
        """Compare what is complete."""
        if self._ready:
            self._compare(self._ready)
            self.left.difference_update(self._ready)
            self._ready = {}
