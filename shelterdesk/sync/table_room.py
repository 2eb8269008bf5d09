"""The memory that guests of a table take together: large files go a few at a time, and one for each desk."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from shelterdesk.sync.table_wire import MAX_BODY, BadTalk

SMALL = 1 << 20
"""Bytes up to which a file does not wait: the everyday ones, whatever large ones are under way."""

ROOM = 4 * MAX_BODY
"""Bytes of large files held at a time, of all guests together."""

WAIT_S = 10.0
"""How long one waits for the others; then it is cut off, and comes again."""


class BodyRoom:
    """Shared by the threads of guests."""

    def __init__(self, size: int = ROOM, wait_s: float = WAIT_S) -> None:
        self._left, self._wait_s = size, wait_s
        self._free = threading.Condition()
        self._holders: set[int] = set()

    @contextmanager
    def held(self, dev: int, size: int) -> Iterator[None]:
        """Hold room for a file that a desk sends or is given; raises :class:`BadTalk` where there is none in time.

        One desk has one at a time, or a hostile one would take all the room and give it back a byte at a time.
        """
        if size <= SMALL:
            yield
            return
        with self._free:
            if not self._free.wait_for(lambda: self._is_free(dev, size), self._wait_s):
                raise BadTalk("busy")
            self._left -= size
            self._holders.add(dev)
        try:
            yield
        finally:
            with self._free:
                self._left += size
                self._holders.discard(dev)
                self._free.notify_all()

    def _is_free(self, dev: int, size: int) -> bool:
        return self._left >= size and dev not in self._holders
