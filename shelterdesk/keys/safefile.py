"""Small files that are replaced whole or not at all, by one process at a time."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from shelterdesk.core.errors import CannotWrite, DiskFull
from shelterdesk.core.words import tr
from shelterdesk.keys.machine import sync_folder as sync_folder
from shelterdesk.keys.machine import wait_for_lock

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file's content: temporary file beside it, fsync, rename, fsync of the folder.

    Whoever reads it, also after a pulled plug, finds the old content or the new, never a part. Only the
    owner may read it. Raises ``DiskFull`` or ``CannotWrite``; the old content is then still there.
    """
    try:
        # A folder, or a device: a rename would put a plain file in its place.
        if not path.name or (path.exists() and not path.is_file()):
            raise CannotWrite(str(path), tr("it is not a file"))
    except OSError as fault:
        raise _said(path, fault) from fault
    partial = path.with_name(path.name + ".partial")
    try:
        _write_synced(partial, data)
        os.replace(partial, path)
        sync_folder(path.parent)
    except OSError as fault:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise _said(path, fault) from fault


def make_folders(folder: Path, mode: int = 0o777) -> None:
    """Make a folder and those above it that are missing, their names on the disk too; raises ``OSError``.

    What is synced inside a folder whose own name is not may be gone with it after a pulled plug.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    for one in missing:
        sync_folder(one.parent)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock file at ``path``, waiting for another process that holds it; freed when that one dies.

    Raises ``CannotWrite`` or ``DiskFull`` when the lock file cannot be made.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise _said(path, fault) from fault
    try:
        _take(handle, path)
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path) -> None:
    try:
        wait_for_lock(handle)
    except OSError as fault:
        raise _said(path, fault) from fault


def _write_synced(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _said(path: Path, fault: OSError) -> DiskFull | CannotWrite:
    if fault.errno in _FULL:
        return DiskFull(str(path.parent))
    return CannotWrite(str(path), fault.strerror or "")
