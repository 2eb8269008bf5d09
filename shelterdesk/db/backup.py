"""Copies of a file that is in use: page by page through SQLite, or byte by byte beside it where that is safe."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from shelterdesk.core.errors import CannotWrite, DamagedFile, DiskFails, DiskFull, WorldError
from shelterdesk.core.words import tr
from shelterdesk.db import meta
from shelterdesk.db.connection import Connection, DatabaseError, open_file, said
from shelterdesk.db.raw_copy import NotRaw, pages_in_log, raw_copy, read_back
from shelterdesk.keys.machine import past_the_cache
from shelterdesk.keys.safefile import sync_folder

_PAGES = 512
Progress = Callable[[int, int], None]


class Stopped(WorldError):
    """Somebody asked a copy to stop, or the program is about to end; nothing of it is left."""

    def __init__(self) -> None:
        super().__init__(
            tr("The backup was stopped; nothing of it is left."), tr("Make it again when there is time.")
        )


@contextmanager
def one_moment(conn: Connection) -> Iterator[None]:
    """See the file as it is now until the block ends, whatever others save meanwhile."""
    conn.execute("BEGIN")
    try:
        conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        yield
    finally:
        conn.execute("ROLLBACK")


def examine(conn: Connection, path: Path) -> None:
    """Read every page of an open file and verify its seal; raises ``DamagedFile``."""
    try:
        found = conn.execute("PRAGMA quick_check").fetchone()[0]
    except DatabaseError as error:
        known = said(error, path)
        raise known if isinstance(known, WorldError) else _damaged(path) from None
    if found != "ok":
        raise _damaged(path)


def into_main_file(conn: Connection) -> None:
    """Put what stands in the log into the main file and both on the disk, as far as nobody reads the older state."""
    conn.execute("PRAGMA wal_checkpoint(PASSIVE)")


def backup_file(
    conn: Connection,
    key: bytes,
    target: Path,
    progress: Progress | None = None,
    *,
    marked: bool = False,
    cancelled: Callable[[], bool] | None = None,
) -> str:
    """Copy an open file to ``target``, encrypted with the same key; whole or not at all. Returns its SHA-256.

    What counts is what was read back from the disk: the bytes of the file, save those that changed meanwhile.
    A ``marked`` copy knows that it is one, and opens as a desk only after it was restored (SYNC §1.1).
    ``progress`` hears (left, in all). Raises ``CannotWrite``, ``DiskFull``, ``DamagedFile``, :class:`Stopped`.
    """
    partial = target.with_name(f"{target.name}.partial")
    _clear(partial)
    step = _stepping(progress, cancelled)
    try:
        with one_moment(conn):
            try:
                sha = _copy_bytes(conn, key, partial, step, marked, target)
            except NotRaw:
                _clear(partial)
                sha = _copy_pages(conn, key, partial, step, marked, target)
        partial.replace(target)
        sync_folder(target.parent)
        return sha
    except DatabaseError as error:
        _clear(partial)
        known = said(error, target)
        raise known if isinstance(known, WorldError) else _not_read_back(target) from None
    except BaseException:
        _clear(partial)
        raise


def copy_beside(conn: Connection, key: bytes, target: Path) -> None:
    """A copy in the station's own folder, before something is changed in its file.

    Raises ``DiskFull``, ``DiskFails``, ``CannotWrite``, ``DamagedFile``; nothing is left of it then.
    """
    try:
        backup_file(conn, key, target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(tr("this laptop's disk")) from None
        if error.errno == errno.EIO:
            raise DiskFails(target.name) from None
        raise CannotWrite(target.name, error.strerror or "") from None


def _copy_bytes(
    conn: Connection, key: bytes, partial: Path, step: Progress, marked: bool, target: Path
) -> str:
    """The bytes as they lie there: they are encrypted already. What differs afterwards must be accounted for."""
    raw_copy(conn, partial, step)
    copy = open_file(partial, key)
    try:
        if marked:
            meta.put(copy, meta.COPY, b"1")
        touched = pages_in_log(partial)
        copy.execute("PRAGMA journal_mode = DELETE")
        size = copy.execute(
            "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        ).fetchone()[0]
    finally:
        copy.close()
    _sync(partial)
    differing, sha = read_back(conn, partial, step)
    if partial.stat().st_size != size or differing - touched:
        raise _not_read_back(target)
    return sha


def _copy_pages(
    conn: Connection, key: bytes, partial: Path, step: Progress, marked: bool, target: Path
) -> str:
    """Page by page, decrypted and encrypted again: where the bytes beside the file cannot be read safely."""
    copy = open_file(partial, key)
    try:
        copy.execute("PRAGMA journal_mode = DELETE")
        conn.backup(copy, pages=_PAGES, progress=lambda _status, left, total: step(left, total))
        copy.execute("PRAGMA journal_mode = DELETE")
        if marked:
            meta.put(copy, meta.COPY, b"1")
        if copy.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise _not_read_back(target)
    finally:
        copy.close()
    _sync(partial)
    return sha256_of(partial)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file as 64 hex digits, read past the cache; raises ``OSError``."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        past_the_cache(stream.fileno())
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _clear(partial: Path) -> None:
    for tail in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            partial.with_name(f"{partial.name}{tail}").unlink(missing_ok=True)


def _stepping(progress: Progress | None, cancelled: Callable[[], bool] | None) -> Progress:
    def step(left: int, total: int) -> None:
        if cancelled is not None and cancelled():
            raise Stopped
        if progress is not None:
            progress(left, total)

    return step


def _damaged(path: Path) -> DamagedFile:
    return DamagedFile(
        path.name,
        tr("it is damaged"),
        tr("Run the check; keep the backups there are, none of them was taken away."),
    )


def _not_read_back(target: Path) -> DamagedFile:
    return DamagedFile(
        target.name,
        tr("the copy does not read back"),
        tr("Run the check; if the file is whole, make the copy again on another disk."),
    )
