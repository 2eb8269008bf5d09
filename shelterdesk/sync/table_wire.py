"""How two desks of a table talk: a short JSON header, then so many bytes, each way in turn, inside TLS.

The other end may be anybody on the local network: everything has a cap, and nothing waits for ever.
"""

from __future__ import annotations

import socket
import struct
import time
from typing import Any

import msgspec

from shelterdesk.sync.container import MAX_SEALED

MAX_HEADER = 4 << 10
MAX_LIST = 2 << 20
MAX_BODY = MAX_SEALED
PATIENCE_S = 20.0
"""How long one side waits for the next bytes of the other."""

SLOWEST = 4 << 10
"""Bytes a second below which the other end is not believed to be sending: one at a time would hold a place for hours."""

PIECE = 64 << 10
"""Bytes sent at a time: each may take the patience, however large the file and slow the link."""

CHUNK = 4 << 20
"""Bytes of an admission's answer that are sent at a time."""


class BadTalk(Exception):
    """The other end does not talk as a desk does; the connection is closed."""


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a guest asks: an operation, the file's name, the bytes that follow."""

    op: str
    name: str = ""
    size: int = 0
    sign: str = ""
    signature: str = ""
    at: int = 0


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the host answers: ``ok``, else the code of a reason; the bytes that follow."""

    ok: bool = True
    code: str = ""
    size: int = 0
    sign: str = ""
    signature: str = ""
    nonce: str = ""
    total: int = 0
    here: tuple[str, ...] = ()  # desks connected now, as 16 hex digits


def at_once(stream: socket.socket) -> None:
    """Send what is given at once: a question of few bytes would wait for the answer to the one before (40 ms each)."""
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def send(stream: socket.socket, header: Request | Answer, body: bytes = b"") -> None:
    """Send a header and its bytes."""
    raw = msgspec.json.encode(header)
    stream.sendall(struct.pack(">I", len(raw)) + raw)
    whole = memoryview(body)
    for at in range(0, len(body), PIECE):
        stream.sendall(whole[at : at + PIECE])


def receive(stream: socket.socket, kind: type[Any], most: int) -> tuple[Any, bytes]:
    """The next header of ``kind`` and its bytes, at most ``most``; raises :class:`BadTalk`, ``EOFError`` at the end."""
    header = receive_header(stream, kind, most)
    return header, exactly(stream, header.size)


def receive_header(stream: socket.socket, kind: type[Any], most: int) -> Any:
    """The next header of ``kind``; at most ``most`` bytes come behind it. Raises as :func:`receive`."""
    (length,) = struct.unpack(">I", exactly(stream, 4))
    if not 0 < length <= MAX_HEADER:
        raise BadTalk("header")
    try:
        header = msgspec.json.decode(exactly(stream, length), type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        raise BadTalk("header") from None
    if not 0 <= header.size <= most:
        raise BadTalk("size")
    return header


def exactly(stream: socket.socket, size: int) -> bytes:
    """So many bytes; raises as :func:`receive`."""
    found = bytearray()
    until = time.monotonic() + PATIENCE_S + size / SLOWEST
    while len(found) < size:
        if time.monotonic() > until:
            raise BadTalk("too slow")
        some = stream.recv(min(size - len(found), 1 << 16))
        if not some:
            if found:
                raise BadTalk("cut off")
            raise EOFError
        found += some
    return bytes(found)
