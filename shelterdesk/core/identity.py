"""Entity ids: UUIDv7, so that what is made together lies together on disk (RFC 9562 §5.7)."""

from __future__ import annotations


def new_entity(now_ms: int, randomness: bytes) -> bytes:
    """A UUIDv7 of the time given (Unix milliseconds) and 10 random bytes."""
    if len(randomness) != 10 or not 0 <= now_ms < 1 << 48:
        raise ValueError("an entity id takes a 48-bit time and 10 random bytes")
    value = (now_ms << 80) | int.from_bytes(randomness, "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return value.to_bytes(16, "big")


class EntityOrder:
    """Ids of one file in the order they were asked for, also within a millisecond (RFC 9562 §6.2, method 1).

    The 12 bits after the time count up; when they are used up, or a clock stands still or goes back, the
    time of the last id is carried on.
    """

    def __init__(self) -> None:
        self._last_ms = -1
        self._count = 0

    def next(self, now_ms: int, randomness: bytes) -> bytes:
        """The next id; ``randomness`` is 10 random bytes, of which the last 62 bits count."""
        if now_ms > self._last_ms:
            self._last_ms, self._count = now_ms, 0
        elif self._count == 0xFFF:
            self._last_ms, self._count = self._last_ms + 1, 0
        else:
            self._count += 1
        return new_entity(self._last_ms, self._count.to_bytes(2, "big") + randomness[2:])
