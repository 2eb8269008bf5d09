"""The bytes of a file in use, copied beside SQLite: what it wrote encrypted need not be opened and sealed again.

Safe while the connection holds a read transaction (https://sqlite.org/walformat.html, §2.3.1 and §4). A checkpoint
then writes into the main file only pages that lie in the log too, up to the moment of that transaction, and the
log is not begun anew; so the main file first and the log after it, put together as after a crash, are the file
at that moment or a later whole one. With an empty log nothing may be written into the main file at all, and
the log may be begun anew once: its header tells.

The main file is read through the descriptor that SQLite itself holds: closing one of our own would drop every lock
of this process on it (https://sqlite.org/howtocorrupt.html, §2.2). Where that cannot be had, :class:`NotRaw`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from shelterdesk.db.connection import Connection, file_of
from shelterdesk.keys.machine import past_the_cache

_CHUNK = 1 << 20
_LOG_HEAD, _FRAME_HEAD = 32, 24
_DESCRIPTORS = (Path("/proc/self/fd"), Path("/dev/fd"))


class NotRaw(Exception):
    """The bytes cannot be read safely here; nobody sees it, the copy goes page by page."""


def raw_copy(conn: Connection, target: Path, step: Callable[[int, int], None]) -> None:
    """Copy the main file and its log to ``target`` and ``target``-wal; ``conn`` holds a read transaction.

    ``step`` hears (bytes left, bytes in all), and may raise. Raises :class:`NotRaw`, ``OSError``.
    """
    path = file_of(conn)
    handle = _descriptor_of(path)
    total = 2 * os.fstat(handle).st_size  # written, then read back
    room = bytearray(_CHUNK)  # used again and again, as in read_back
    with _new(target) as out:
        at = 0
        while got := _read_into(handle, path, at, room):
            out.write(memoryview(room)[:got])
            at += got
            step(max(0, total - at), total)
    _copy_log(path.with_name(f"{path.name}-wal"), target.with_name(f"{target.name}-wal"))


def _copy_log(log: Path, target: Path) -> None:
    """The log as far as it goes; again when it was begun anew in the middle (once at most, see above)."""
    for _ in range(3):
        try:
            with log.open("rb") as stream:
                head = stream.read(_LOG_HEAD)
                with _new(target) as out:
                    out.write(head)
                    while chunk := stream.read(_CHUNK):
                        out.write(chunk)
                if os.pread(stream.fileno(), _LOG_HEAD, 0) == head:
                    return
        except FileNotFoundError:  # of a file nobody has written to
            with suppress(FileNotFoundError):
                target.unlink()
            return
    raise NotRaw


def pages_in_log(path: Path) -> set[int]:
    """Numbers of the pages that lie in the log beside a file, and of the first, which names the way of writing."""
    found = {1}
    with suppress(FileNotFoundError), path.with_name(f"{path.name}-wal").open("rb") as log:
        size = int.from_bytes(log.read(_LOG_HEAD)[8:12], "big")
        while size and len(head := log.read(_FRAME_HEAD)) == _FRAME_HEAD:
            found.add(int.from_bytes(head[:4], "big"))
            log.seek(size, os.SEEK_CUR)
    return found


def read_back(conn: Connection, copy: Path, step: Callable[[int, int], None]) -> tuple[set[int], str]:
    """Read a copy past the cache: numbers of pages that are not those of the open file, and its SHA-256.

    A page of the copy beyond the end of the file differs. ``step`` as in :func:`raw_copy`. Raises ``OSError``.
    """
    path = file_of(conn)
    handle = _descriptor_of(path)
    size = int(conn.execute("PRAGMA page_size").fetchone()[0])
    found: set[int] = set()
    digest = hashlib.sha256()
    # Room that is used again and again: new memory for each piece would cost more than reading it. A second thread
    # hashes a piece while it is compared and the next is read, all of it work without the interpreter's lock.
    rooms, theirs = (bytearray(_CHUNK), bytearray(_CHUNK)), bytearray(_CHUNK)
    hashing: Future[None] | None = None
    with ThreadPoolExecutor(1, "backup-hash") as beside, copy.open("rb", buffering=0) as stream:
        past_the_cache(stream.fileno())
        total, at, turn = 2 * max(1, os.fstat(stream.fileno()).st_size), 0, 0
        while got := stream.readinto(rooms[turn]):
            mine = rooms[turn]
            if hashing is not None:
                hashing.result()  # before its room is read into again
            hashing = beside.submit(digest.update, memoryview(mine)[:got])
            turn ^= 1
            held = _read_into(handle, path, at, theirs)
            if held < got or not _is_same(mine, theirs, got):
                found.update(
                    (at + n) // size + 1
                    for n in range(0, got, size)
                    if n >= held or mine[n : n + size] != theirs[n : n + size]
                )
            at += got
            step(max(0, total // 2 - at), total)
        if hashing is not None:
            hashing.result()
    return found, digest.hexdigest()


def _is_same(one: bytearray, other: bytearray, count: int) -> bool:
    """Whether the first ``count`` bytes are the same; whole pieces are compared where they lie."""
    return one == other if count == len(one) else one[:count] == other[:count]


def _read_into(handle: int, path: Path, at: int, room: bytearray) -> int:
    """Read through a descriptor that is not ours, which must be that of the file before and after; how many bytes came."""
    try:
        _must_be(handle, path)
        got = os.preadv(handle, [room], at)
        _must_be(handle, path)
    except OSError as error:
        if error.errno == 9:  # EBADF: let go meanwhile
            raise NotRaw from None
        raise
    return got


def _must_be(handle: int, path: Path) -> None:
    if not os.path.samestat(os.fstat(handle), os.stat(path)):
        raise NotRaw


def _descriptor_of(path: Path) -> int:
    """A descriptor by which this process has the file open; raises :class:`NotRaw` without one (Windows)."""
    folder = next((one for one in _DESCRIPTORS if one.is_dir()), None)
    if folder is None or not hasattr(os, "pread"):
        raise NotRaw
    wanted = os.stat(path)
    for name in os.listdir(folder):
        with suppress(OSError, ValueError):
            if os.path.samestat(os.fstat(int(name)), wanted):
                return int(name)
    raise NotRaw


def _new(path: Path) -> BinaryIO:
    """A new file for its owner alone."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")
