"""Room kept back on the station's own disk, and given up when a save would find the disk full (SYNC §1.8).

A file of 64 MiB in the station's folder that holds nothing. It is no part of the station: no backup and no bundle
takes it along, and closing a station removes it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from shelterdesk.core.errors import DiskFull
from shelterdesk.core.words import tr

FILE = "reserve.room"
SIZE = 64 << 20
"""Bytes kept back: some hundred saves."""

AMPLE = 4
"""The reserve is made only where that many times its size is free."""

LOW = 8 << 20
"""Free bytes below which a save does not wait for the disk to refuse: what one save writes at most, and some."""

PART_TIMES = 3
LEAST = 4 << 20
_CHUNK = 1 << 20


class RoomMade(DiskFull):
    """A save met a full disk and nothing of it was written; the reserve was given up, so it can be done once more."""

    def __init__(self) -> None:
        super().__init__(tr("this laptop's disk"))
        self.sentence = tr("This laptop's disk is full; the room kept back for saving is free now.")
        self.next_step = tr("Save once more, then free some room on this laptop.")
        self.args = (f"{self.sentence} {self.next_step}",)


class OwnDiskTooFull(DiskFull):
    """Less room on the own disk than a part that is to be taken in may need; nothing of it was written."""

    def __init__(self, lacking: int) -> None:
        super().__init__(tr("this laptop's disk"))
        self.sentence = tr(
            "This laptop's disk has too little room to take this in; still needed: {kb} kB.",
            kb=lacking // 1024 + 1,
        )
        self.next_step = tr("Free some room on this laptop, then take it in again; what is in already stays.")
        self.args = (f"{self.sentence} {self.next_step}",)


def check_own_room(folder: Path, size: int) -> None:
    """Raise :class:`OwnDiskTooFull` unless three times the bytes of a part are free, and 4 MiB at least.

    What is kept back for saving does not count: an import can wait, a family at the door cannot (SYNC §1.8).
    """
    needed = max(PART_TIMES * size, LEAST)
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return  # the writing itself will say what is wrong with the disk
    if free < needed:
        raise OwnDiskTooFull(needed - free)


def is_kept(folder: Path) -> bool:
    """Whether room is kept back in a folder, all of it."""
    try:
        return (folder / FILE).stat().st_size >= SIZE
    except OSError:
        return False


def keep(folder: Path) -> bool:
    """Keep room back where there is plenty of it; whether it is kept now. Never on the way of a save: it may take long.

    Where the disk has no call for it the room is written, all 64 MiB.
    """
    if is_kept(folder):
        return True
    path = folder / FILE
    try:
        if shutil.disk_usage(folder).free < AMPLE * SIZE:
            return False
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as stream:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(stream.fileno(), 0, SIZE)
            else:
                for _ in range(0, SIZE, _CHUNK):
                    stream.write(bytes(min(_CHUNK, SIZE)))
    except OSError:
        give_up(folder)
        return False
    return is_kept(folder)


def give_up(folder: Path) -> bool:
    """Give the room back to whoever saves; False where none was kept."""
    try:
        (folder / FILE).unlink()
    except OSError:
        return False
    return True


def give_up_if_low(folder: Path) -> bool:
    """Give the room up when the disk is as good as full; whether it was."""
    try:
        return shutil.disk_usage(folder).free < LOW and give_up(folder)
    except OSError:
        return False
