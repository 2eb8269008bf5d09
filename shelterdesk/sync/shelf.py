"""A shelf: any place where desks lay sealed files for one another and look again and again.

A folder that several laptops share, the desk that listens at the table, a server: all of them can list, give,
keep and remove small files by name, and no more is asked of them. What lies there is what lies on a stick, under the
same names (docs/bundle-format.md §1), sealed and signed; the place itself is never trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
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

MOST_OF_ONE = 1_000
"""Files one desk may have on a shelf: it rolls its parts up to some dozens, whoever lays more keeps the others from theirs."""


class ShelfGone(WorldError):
    """The place does not answer: the network is away, the other desk does not listen, the share is not there."""

    def __init__(self, where: str, why: str = "") -> None:
        super().__init__(
            tr("{where} does not answer.", where=where)
            if not why
            else tr("{where} does not answer ({why}).", where=where, why=why),
            tr("Look at the network, and whether the other side is there; then try again."),
        )


class TooManyFiles(WorldError):
    """This desk's own folder there holds more files than any desk lays: nothing can be told of it, nor brought."""

    def __init__(self, where: str) -> None:
        super().__init__(
            tr("In this desk's folder at {where} lie more files than any desk has there.", where=where),
            tr("Have whoever looks after that place clear the folder; everything is kept here until then."),
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

    ``entries`` maps each name of ours to a stamp that changes when the file does, and leaves out folders that hold more
    than any desk lays there (``crowded``); ``get`` raises :class:`SetAside` for a file that is gone, too large or not
    one; ``holds`` says whether a file there is still these bytes.
    """

    @property
    def where(self) -> str: ...
    @property
    def crowded(self) -> frozenset[str]: ...
    def entries(self) -> Mapping[str, str]: ...
    def get(self, name: str) -> bytes: ...
    def holds(self, name: str, data: bytes) -> bool: ...
    def put(self, name: str, data: bytes) -> None: ...
    def remove(self, name: str) -> None: ...
    def close(self) -> None: ...


class FolderShelf:
    """A folder as a shelf: on this disk, or one that several laptops share."""

    def __init__(self, folder: Path, writers: Callable[[], Collection[int]] | None = None) -> None:
        """``folder`` is the one that holds, or will hold, ``SHELTERDESK``.

        ``writers`` are the only desks looked for, so that nobody else can hide them among others; None for all.
        """
        self.where = str(folder)
        self.crowded: frozenset[str] = frozenset()
        self._target = folder
        self._writers = writers
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
        crowded = set()
        for folder in self._folders():
            most = stick.MAX_ENTRIES if folder.name == stick.RECEIPTS else MOST_OF_ONE
            try:
                found |= _files_of(folder, most)
            except SetAside:
                crowded.add(folder.name)
            except (
                stick.StickPulled
            ):  # a folder nobody has made yet; a share that is gone says so at the next
                if folder.exists():
                    raise
        self.crowded = frozenset(crowded)
        return found

    def _folders(self) -> Iterator[Path]:
        """The folders of desks and the one of receipts, those that are real folders."""
        if self._writers is None:
            for entry in stick.entries(self.ours, [stick.MAX_ENTRIES]):
                is_ours = read_desk_folder(entry.name) is not None or entry.name == stick.RECEIPTS
                if is_ours and entry.is_dir(follow_symlinks=False):
                    yield Path(entry.path)
            return
        for name in (*map(hex16, sorted(self._writers())), stick.RECEIPTS):
            folder = self.ours / name
            if folder.is_dir() and not folder.is_symlink():
                yield folder

    def size_of(self, name: str) -> int:
        """Bytes of a file of ours; 0 for one that is not there."""
        with suppress(OSError):
            return self._path(name).lstat().st_size
        return 0

    def count_of(self, writer: int) -> int:
        """How many files a desk has here, its receipts among them; raises as :meth:`entries`."""
        folder, receipts = self.ours / hex16(writer), self.ours / stick.RECEIPTS
        try:
            own = len(_files_of(folder, MOST_OF_ONE)) if folder.is_dir() else 0
            said = _files_of(receipts, stick.MAX_ENTRIES) if receipts.is_dir() else {}
        except SetAside:
            return MOST_OF_ONE
        return own + sum(is_own(name, writer) for name in said)

    def get(self, name: str) -> bytes:
        """The bytes of a file of ours."""
        return stick.read_file(self._path(name), _known(name).most)

    def holds(self, name: str, data: bytes) -> bool:
        """Whether the file there is these bytes."""
        with suppress(SetAside):
            return self.get(name) == data
        return False

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

    def clear_partials(self) -> None:
        """Take away what was being written when this program was killed; for a folder nobody else writes in."""
        for path in (*self._target.glob("*.partial"), *self.ours.glob("*/*.partial")):
            with suppress(OSError):
                path.unlink()

    def close(self) -> None:
        """There is nothing to let go."""

    def _path(self, name: str) -> Path:
        _known(name)
        return self.ours / Path(*name.split("/"))


def _files_of(folder: Path, most: int) -> dict[str, str]:
    """The files of ours in one folder of a shelf, with size and time; raises :class:`SetAside` beyond so many entries."""
    found = {}
    for entry in stick.entries(folder, [most]):
        name = f"{folder.name}/{entry.name}"
        if read_shelf_name(name) is None:
            continue
        with suppress(FileNotFoundError):  # its author took it away just now
            status = entry.stat(follow_symlinks=False)
            found[name] = f"{status.st_size}-{status.st_mtime_ns}"
    return found


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
