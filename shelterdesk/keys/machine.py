"""What systems do differently, behind one door: locks on files, bringing folders to the disk, reading past the cache.

Nothing else in the house imports a module that only one kind of system has (tools/house_rules.py); the few places of
the window that ask the hardware are named there. What of it is unproven on Windows stands in docs/windows.md.
"""

from __future__ import annotations

import errno
import os
import platform
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

KIND = f"{sys.platform}-{platform.machine()}"
"""What a program was built for and runs on, as ``linux-x86_64``."""


_DISK_FAILS = {
    errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.ESTALE, errno.ENOTCONN,
}  # fmt: skip


def wait_for_lock(handle: int) -> None:
    """Hold the lock on an open file, waiting for another process that holds it; raises ``OSError``.

    It goes with the file's descriptor, or with the process.
    """
    if sys.platform == "win32":
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX)


def take_lock(handle: int) -> bool:
    """Hold the lock on an open file if nobody else does; whether it was free."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def sync_folder(folder: Path) -> None:
    """Make renames and new names in a folder outlast a pulled plug.

    Some file systems (FAT drivers among them) cannot sync a folder and are taken as they are. Raises ``OSError``
    where the disk itself fails or is gone: then nobody may say that it is done.
    """
    if sys.platform == "win32":  # there is no handle on a folder to sync; its rename is journalled
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno in _DISK_FAILS:
            raise


def sync_all_disks() -> None:
    """Bring everything any program has written to the disks, where the system has a call for it."""
    if sys.platform != "win32":
        os.sync()


def past_the_cache(handle: int) -> None:
    """Ask that the next read of an open file comes from the disk itself, from its beginning on, with much read ahead;
    where the system cannot, it reads what it has."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
