"""Who knocks at the table: requests to join, until an admin has compared their words, and the answers waiting for them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from shelterdesk.sync.table_wire import CHUNK, Answer

MOST_KNOCKING = 8
"""Requests kept at a time: a table has a few laptops, and a hostile one must not fill the list."""

MOST_REFUSED = 64
"""Refusals remembered: whoever makes a new key for each request must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Knock:
    """A request to join as it came: the key that knocked, proved for its connection, and the letter."""

    public: bytes
    letter: bytes


class JoinDoor:
    """Shared by the threads of guests and the one that shows them to an admin."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._knocks: dict[bytes, Knock] = {}
        self._answers: dict[bytes, Path | None] = {}

    def ask(self, public: bytes, letter: bytes) -> bool:
        """Somebody knocks; False when too many do already."""
        with self._lock:
            if public in self._answers:
                return True
            if public not in self._knocks and len(self._knocks) >= MOST_KNOCKING:
                return False
            self._knocks[public] = Knock(public, letter)
        return True

    def knocks(self) -> list[Knock]:
        """Who waits, in the order they came."""
        with self._lock:
            return list(self._knocks.values())

    def let_in(self, public: bytes, reply: Path) -> None:
        """The answer for a laptop that was admitted: a file to be fetched."""
        self._say(public, reply)

    def turn_away(self, public: bytes) -> None:
        """A request that was not admitted."""
        self._say(public, None)

    def _say(self, public: bytes, reply: Path | None) -> None:
        with self._lock:
            self._knocks.pop(public, None)
            self._answers[public] = reply
            refused = [one for one, answer in self._answers.items() if answer is None]
            for one in refused[:-MOST_REFUSED]:
                del self._answers[one]

    def answer(self, public: bytes, at: int, *, is_ready: bool = True) -> tuple[Answer, bytes]:
        """What became of a request: ``waiting``, ``refused``, or, once it ``is_ready``, the reply from byte ``at`` on."""
        with self._lock:
            if public not in self._answers:
                return Answer(ok=False, code="waiting" if public in self._knocks else "unknown"), b""
            path = self._answers[public]
        if path is None:
            return Answer(ok=False, code="refused"), b""
        if not is_ready:
            return Answer(ok=False, code="waiting"), b""
        try:
            with path.open("rb") as stream:
                total = stream.seek(0, 2)
                stream.seek(at)
                found = stream.read(CHUNK)
        except (OSError, ValueError):
            return Answer(ok=False, code="disk"), b""
        return Answer(size=len(found), total=total), found
