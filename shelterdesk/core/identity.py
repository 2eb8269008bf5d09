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
