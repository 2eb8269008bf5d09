"""What was fetched of a file before its link died: kept on this disk, and gone on with the next time.

Of one file at a time, and of sealed parts alone: their names hold the beginning of the hash of what they are, so whatever
lies here is believed only once the whole is there and fits.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from shelterdesk.core.errors import WorldError
from shelterdesk.db.reserve import check_own_room
from shelterdesk.keys.safefile import write_whole
from shelterdesk.sync import stick
from shelterdesk.sync.container import MAX_SEALED, read_part_name
from shelterdesk.sync.faults import SetAside
from shelterdesk.sync.manifest import sha256

_HALF = ".half"


class Halves:
    """A folder for what broke off; None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def of(self, name: str) -> bytes:
        """What came of a file (its name on a shelf) before; empty for nothing."""
        path = self._path(name)
        if path is None:
            return b""
        with suppress(SetAside):
            return stick.read_file(path, MAX_SEALED)
        return b""

    def keep(self, name: str, begun: bytes) -> None:
        """Keep what came; where this disk has no room for it, it has to come anew."""
        path = self._path(name)
        if path is None or not begun:
            return
        with suppress(OSError, WorldError):
            path.parent.mkdir(exist_ok=True)
            self._clear(path)
            check_own_room(path.parent, len(begun))
            write_whole(path, begun)

    def drop(self, name: str) -> None:
        """The file is whole, or what lay here did not fit."""
        path = self._path(name)
        if path is not None:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path | None:
        if self._folder is None or sha16_of(name) is None:
            return None
        return self._folder / (name.replace("/", "-") + _HALF)

    def _clear(self, but: Path) -> None:
        for one in but.parent.glob(f"*{_HALF}*"):
            if one != but:
                one.unlink(missing_ok=True)


def sha16_of(name: str) -> str | None:
    """The beginning of the hash that the name of a sealed part says; None for any other file of a shelf."""
    part = read_part_name(name.partition("/")[2])
    return None if part is None else part.sha16


def fits(name: str, data: bytes) -> bool:
    """Whether a sealed part is what its name says."""
    return sha256(data).startswith(sha16_of(name) or "-")
