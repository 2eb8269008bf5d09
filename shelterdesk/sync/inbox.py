"""Where one sitting lays what it fetched until it is taken in: a folder of its own, held by a lock.

A lane that was left and the one that follows it, or a command beside an open window, are at it at the same time for a
moment: none may sweep away what another has fetched. What one that was killed left goes with the next that begins.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from shelterdesk.keys.machine import take_lock
from shelterdesk.keys.safefile import alone
from shelterdesk.sync import stick
from shelterdesk.sync.container import FOLDER

_LOCK = "lock"


class Inbox:
    """From making it to :meth:`close`; ``path`` is taken in like a stick."""

    def __init__(self, folder: Path, name: str) -> None:
        """``folder`` is the desk's; raises what the own disk raises."""
        try:
            with alone(folder / f"{name}.lock"):
                _sweep(folder, name)
                self.path = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=folder))
                self._handle = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
                take_lock(self._handle)
        except OSError as error:
            raise stick.said(folder, error) from None

    def clear(self) -> None:
        """What was taken in, or set aside, is not needed here any more; the shelf has it."""
        shutil.rmtree(self.path / FOLDER, ignore_errors=True)

    def close(self) -> None:
        """Go, with all that lies there."""
        with suppress(OSError):
            os.close(self._handle)
        shutil.rmtree(self.path, ignore_errors=True)


def _sweep(folder: Path, name: str) -> None:
    """Take away what was left by those that are gone: nobody holds their lock."""
    for one in folder.glob(f"{name}*"):
        if one.is_dir() and not one.is_symlink() and not _is_held(one / _LOCK):
            shutil.rmtree(one, ignore_errors=True)


def _is_held(lock: Path) -> bool:
    try:
        handle = os.open(lock, os.O_RDWR)
    except OSError:
        return False
    try:
        return not take_lock(handle)
    finally:
        os.close(handle)
