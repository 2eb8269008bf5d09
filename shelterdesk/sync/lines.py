"""The lines of a part: each examined once, then kept as the bytes they are and read again when their turn comes.

A part may hold 50,000 changes; as objects they take ten times their bytes, and a slice needs a few hundred of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from shelterdesk.core.erased import read_brought
from shelterdesk.core.event import BadLine, Event, read_again
from shelterdesk.keys.classes import LONGEST_SEALED
from shelterdesk.sync.container import is_within
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.manifest import DEEPEST, GREATEST, GREATEST_EPOCH, LONGEST_TEXT


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An event of a part without what it says: its place in its author's line, its hash, and where its bytes are.

    ``is_left`` says that of the line that was written some ops, or all of it, came as erased.
    """

    dev: int
    epoch: int
    first_seq: int
    last_seq: int
    eh: bytes
    member: int
    start: int
    end: int
    is_left: bool = False


@dataclass(slots=True)
class Lines:
    """All lines of a part, in their order; ``kinds`` counts their ops by the number of the kind, as text."""

    entries: list[Entry] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    ops: int = 0
    _members: list[bytes] = field(default_factory=list)
    _fault: SetAside | None = None

    def examine(self, raw: bytes, many: int, is_older: bool) -> None:
        """Examine the lines of one member, unpacked; raises :class:`SetAside` where they are not ``many`` good lines.

        ``is_older`` is a part that readers open who know nothing of erased lines.
        """
        if not raw.endswith(b"\n") or raw.count(b"\n") != many:
            raise SetAside("manifest", what="events")
        start, member = 0, len(self._members)
        self._members.append(raw)
        for _ in range(many):
            end = raw.index(b"\n", start)
            try:
                event = read_brought(raw[start:end])
            except BadLine as error:
                raise SetAside("line", what=str(error)[:80]) from None
            is_left = event.is_in_part or not event.line
            if self._fault is None:
                self._fault = _beyond(event, is_older and is_left)
            for op in event.ops:
                key = str(op.kind)
                self.kinds[key] = self.kinds.get(key, 0) + 1
            self.ops += len(event.ops)
            self.entries.append(
                Entry(
                    event.dev,
                    event.epoch,
                    event.first_seq,
                    event.last_seq,
                    event.eh,
                    member,
                    start,
                    end,
                    is_left,
                )
            )
            start = end + 1

    def check(self) -> None:
        """Raise what is wrong with a line that can be read, the first of them."""
        if self._fault is not None:
            raise self._fault

    def read(self, entries: Iterable[Entry]) -> list[Event]:
        """Some of these entries with what they say."""
        found = []
        for one in entries:
            line = self._members[one.member][one.start : one.end]
            found.append(read_brought(line) if one.is_left else read_again(line, one.eh))
        return found


def _beyond(event: Event, is_not_known: bool) -> SetAside | None:
    """What is wrong with a line that can be read: marks an older reader does not know, numbers or values beyond the caps."""
    if is_not_known:
        return SetAside("line", what="erased")
    if event.epoch >= GREATEST_EPOCH or event.last_seq >= GREATEST:
        return SetAside("jump")
    for op in event.ops:
        if len(op.value) > LONGEST_TEXT or op.value.count(b"{") + op.value.count(b"[") > DEEPEST:
            if not is_within(op.value, DEEPEST, LONGEST_SEALED):
                return SetAside("line", what="depth or length")
    return None


def ops_of(entries: Sequence[Entry]) -> int:
    """How many ops some entries have."""
    return sum(one.last_seq - one.first_seq + 1 for one in entries)
