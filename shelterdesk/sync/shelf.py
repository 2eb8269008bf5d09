"""A shelf: any place where desks lay sealed files for one another and look again and again.

A folder that several laptops share, the desk that listens at the table, a server: all of them can list, give,
keep and remove small files by name, and no more is asked of them. What lies there is what lies on a stick, under the
same names (docs/bundle-format.md §1), sealed and signed; the place itself is never trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from shelterdesk.core.errors import WorldError
from shelterdesk.core.event import hex16
from shelterdesk.core.words import tr
from shelterdesk.sync import stick
from shelterdesk.sync.container import (
    FOLDER,
    MAX_SEALED,
    read_admit_name,
    read_desk_folder,
    read_part_name,
    read_receipt_name,
)
from shelterdesk.sync.faults import SetAside

SIG = ".sig"


class ShelfGone(WorldError):
    """The place does not answer: the network is away, the other desk does not listen, the share is not there."""

    def __init__(self, where: str, why: str = "") -> None:
        super().__init__(
            tr("{where} does not answer.", where=where)
            if not why
            else tr("{where} does not answer ({why}).", where=where, why=why),
            tr("Look at the network, and whether the other side is there; then try again."),
        )


@dataclass(frozen=True, slots=True)
class Shelved:
    """A file's name on a shelf taken apart: the desk that may write it, and how large it may be (bytes)."""

    writer: int
    most: int
    is_part: bool = False


def read_shelf_name(name: str) -> Shelved | None:
    """What a name on a shelf stands for; None for one that has no business there.

    ``<dev>/<part>.age``, ``<dev>/<dev'>.admit``, ``receipts/<issuer>-<dev>.json``, each also with ``.sig``.
    """
    folder, slash, file = name.partition("/")
    if not slash:
        return None
    plain = file.removesuffix(SIG)
    is_sig = plain != file
    dev = read_desk_folder(folder)
    if dev is not None and (part := read_part_name(plain)) is not None and str(part) == plain:
        return Shelved(dev, stick.MAX_SIGNATURE if is_sig else MAX_SEALED, not is_sig)
    if dev is not None and read_admit_name(plain) is not None:
        return Shelved(dev, stick.MAX_SIGNATURE if is_sig else stick.MAX_LETTER)
    if folder == stick.RECEIPTS and (receipt := read_receipt_name(plain)) is not None:
        return Shelved(receipt[0], stick.MAX_SIGNATURE if is_sig else stick.MAX_RECEIPT)
    return None


class Shelf(Protocol):
    """What is asked of a place. Every method raises :class:`WorldError` where the place does not do it.

    ``entries`` maps each name of ours to a stamp that changes when the file does; ``get`` raises
    :class:`SetAside` for a file that is gone, too large or not one.
    """

    @property
    def where(self) -> str: ...
    def entries(self) -> Mapping[str, str]: ...
    def get(self, name: str) -> bytes: ...
    def put(self, name: str, data: bytes) -> None: ...
    def remove(self, name: str) -> None: ...
    def close(self) -> None: ...


class FolderShelf:
    """A folder as a shelf: on this disk, or one that several laptops share."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is the one that holds, or will hold, ``SHELTERDESK``."""
        self.where = str(folder)
        self._target = folder
        self.ours = folder if folder.name == FOLDER else folder / FOLDER

    def entries(self) -> dict[str, str]:
        """Names with size and time; an empty folder is an empty shelf, one that is not there raises."""
        try:
            return self._entries()
        except OSError as error:
            raise stick.said(self._target, error) from None

    def _entries(self) -> dict[str, str]:
        found: dict[str, str] = {}
        try:
            if not self._target.is_dir():
                raise ShelfGone(self.where)
            if self.ours.is_symlink() or not self.ours.is_dir():
                return found
        except OSError as error:  # a share whose server went away says so here
            raise ShelfGone(self.where, error.strerror or "") from None
        left = [stick.MAX_ENTRIES]
        for folder in stick.entries(self.ours, left):
            is_desks = read_desk_folder(folder.name) is not None or folder.name == stick.RECEIPTS
            if not is_desks or not folder.is_dir(follow_symlinks=False):
                continue
            for entry in stick.entries(Path(folder.path), left):
                name = f"{folder.name}/{entry.name}"
                if read_shelf_name(name) is None:
                    continue
                with suppress(FileNotFoundError):  # its author took it away just now
                    status = entry.stat(follow_symlinks=False)
                    found[name] = f"{status.st_size}-{status.st_mtime_ns}"
        return found

    def get(self, name: str) -> bytes:
        """The bytes of a file of ours."""
        return stick.read_file(self._path(name), _known(name).most)

    def put(self, name: str, data: bytes) -> None:
        """Write a file whole: partial, synced, read back, renamed."""
        path = self._path(name)
        stick.our_folder(self._target)
        stick.make_folder(path.parent)
        stick.check_room(path.parent, len(data))
        stick.write_file(path.parent, path.name, data)

    def remove(self, name: str) -> None:
        """Take a file away; one that is gone already is no fault."""
        path = self._path(name)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise stick.said(path.parent, error) from None

    def close(self) -> None:
        """There is nothing to let go."""

    def _path(self, name: str) -> Path:
        _known(name)
        return self.ours / Path(*name.split("/"))


def _known(name: str) -> Shelved:
    shelved = read_shelf_name(name)
    if shelved is None:
        raise SetAside("bad_name")
    return shelved


def own_folder(dev: int) -> str:
    """The beginning of the names a desk's own files have."""
    return f"{hex16(dev)}/"


def is_own(name: str, dev: int) -> bool:
    """Whether a name is of a file that this desk may write and remove."""
    shelved = read_shelf_name(name)
    return shelved is not None and shelved.writer == dev
