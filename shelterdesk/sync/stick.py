"""Sticks and folders: written so that a pulled plug leaves nothing half-believed, read as if an enemy made them.

SYNC §1.8 and §2. Only files of our own grammar below our own folder are touched, only regular files are
opened, nothing made by another desk is ever removed. FAT cannot rename in one step: whatever has no valid
signature counts as absent.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shelterdesk.core.errors import DiskFull, WorldError
from shelterdesk.core.event import hex16
from shelterdesk.core.words import tr
from shelterdesk.keys.machine import past_the_cache, sync_folder
from shelterdesk.sync.container import (
    FOLDER,
    MAX_SEALED,
    PartName,
    read_admit_name,
    read_desk_folder,
    read_part_name,
    read_receipt_name,
)
from shelterdesk.sync.faults import SetAside, fit_to_be_shown

MAX_ENTRIES = 10_000
"""Directory entries looked at, whatever lies there (SYNC §2, malicious stick)."""

MAX_SIGNATURE = 2048
MAX_LETTER = 64 << 10
MAX_RECEIPT = 1 << 20
RECEIPTS = "receipts"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_LOCKED = {errno.EROFS, errno.EACCES, errno.EPERM}
_GONE = {errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.ESTALE, errno.ENOTCONN, errno.EBADF}


class StickFull(DiskFull):
    """Less room than what has to be written, and a tenth more."""

    def __init__(self, where: str, lacking: int | None = None) -> None:
        super().__init__(where)
        if lacking is not None:
            self.sentence = tr(
                "{where} has too little room; still needed: {kb} kB.", where=where, kb=lacking // 1024 + 1
            )
            self.next_step = tr("Empty its wastebasket, free some room, or use another stick.")
            self.args = (f"{self.sentence} {self.next_step}",)


class StickPulled(WorldError):
    """It stopped answering in the middle."""

    def __init__(self, where: str) -> None:
        super().__init__(
            tr("{where} stopped answering: it was pulled out, or it is failing.", where=where),
            tr("Plug it in again and write once more; what is there already is not written twice."),
        )


class StickReadOnly(WorldError):
    """It is write-protected, or belongs to another account."""

    def __init__(self, where: str) -> None:
        super().__init__(
            tr("{where} cannot be written: it is write-protected.", where=where),
            tr("Slide its lock open, or use another stick."),
        )


class NotOurs(WorldError):
    """There is no folder of ours, or something else has its name."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(
            why, tr("Choose the stick or folder that holds SHELTERDESK ({where} does not).", where=where)
        )


class StickLies(WorldError):
    """What was read back is not what was written."""

    def __init__(self, where: str) -> None:
        super().__init__(
            tr("{where} did not keep what was written: reading back gave something else.", where=where),
            tr("Do not trust this stick; use another one."),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A part lying somewhere: its file, its name taken apart, the desk whose folder it is in."""

    path: Path
    name: PartName
    folder: int

    @property
    def label(self) -> str:
        """How lists name it: ``<dev>/<file name>``."""
        return f"{hex16(self.folder)}/{self.name}"


@dataclass(frozen=True, slots=True)
class Lying:
    """What of ours lies in a folder.

    ``strange`` are entries that have no business there. ``unusable`` have a name of ours and are no file, or a
    folder that does not let itself be read: their names, each with the code of its reason.
    """

    parts: tuple[Found, ...]
    admits: tuple[Path, ...]
    receipts: tuple[Path, ...]
    strange: tuple[str, ...]
    unusable: tuple[tuple[str, str], ...] = ()


def our_folder(target: Path) -> Path:
    """The folder ``SHELTERDESK`` in a target that is to be written, made if need be.

    Raises :class:`NotOurs` where something else has that name, and what writing raises.
    """
    ours = target if target.name == FOLDER else target / FOLDER
    if not target.is_dir():
        raise NotOurs(str(target), tr("{where} is not there, or it is no folder.", where=str(target)))
    make_folder(ours)
    return ours


def make_folder(folder: Path) -> None:
    """Make one folder; an existing one must be a real folder and no link."""
    try:
        with suppress(FileExistsError):
            folder.mkdir()
            sync_folder(folder.parent)
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise NotOurs(
                str(folder), tr("Something that is no folder is called {name} there.", name=folder.name)
            )
    except OSError as error:
        raise said(folder, error) from None


def check_room(target: Path, size: int) -> None:
    """Raise :class:`StickFull` unless ``size`` bytes and a tenth more fit; a wastebasket is not counted on."""
    try:
        free = shutil.disk_usage(target).free
    except OSError as error:
        raise said(target, error) from None
    if free < size + size // 10:
        raise StickFull(str(target), size + size // 10 - free)


def write_file(folder: Path, name: str, data: bytes) -> None:
    """Write, sync, read back past the cache, rename, sync the folder; or raise and leave no file of that name.

    Raises :class:`StickFull`, :class:`StickPulled`, :class:`StickReadOnly`, :class:`StickLies`.
    """
    partial = folder / f"{name}.partial"
    try:
        with suppress(FileNotFoundError):
            partial.unlink()
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
            past_the_cache(stream.fileno())
        if hash_of(partial, len(data)) != hashlib.sha256(data).hexdigest():
            raise StickLies(str(folder))
        os.replace(partial, folder / name)
        sync_folder(folder)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise said(folder, error) from None
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def hash_of(path: Path, size: int) -> str | None:
    """SHA-256 of a regular file of exactly that size, read anew; None for anything else."""
    try:
        data = read_file(path, size, drop_cache=True)
    except (SetAside, OSError):
        return None
    return hashlib.sha256(data).hexdigest() if len(data) == size else None


def read_file(path: Path, most: int, *, drop_cache: bool = False) -> bytes:
    """The bytes of a regular file, never through a link, never waiting for a pipe.

    Raises :class:`SetAside` for what is no regular file, is larger than ``most``, or does not let itself be read.
    """
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        handle = os.open(path, flags)
        with os.fdopen(handle, "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SetAside("not_a_file")
            if status.st_size > most:
                raise SetAside("too_large")
            if drop_cache:
                past_the_cache(stream.fileno())
            data = stream.read(most + 1)
    except OSError as error:
        raise SetAside("not_a_file" if error.errno == errno.ELOOP else "unreadable") from None
    if len(data) > most:
        raise SetAside("too_large")
    return data


def look(source: Path) -> Lying:
    """What of ours lies in a stick, in its folder ``SHELTERDESK`` or in one desk's folder.

    Raises :class:`NotOurs` when there is nothing of ours, :class:`SetAside` for more than 10,000 entries or a folder
    that does not let itself be read, :class:`StickPulled`.
    """
    if not _is_folder(source, may_be_link=True):
        raise NotOurs(str(source), tr("{where} is not there, or it is no folder.", where=str(source)))
    ours = source if source.name == FOLDER or read_desk_folder(source.name) is not None else source / FOLDER
    if not _is_folder(ours):
        raise NotOurs(str(source), tr("Nothing from ShelterDesk lies there."))
    found = _Look()
    try:
        dev = read_desk_folder(ours.name)
        if dev is not None:
            found.at_desk(ours, dev)
        else:
            found.at_top(ours)
    except OSError as error:
        if error.errno in _LOCKED:
            raise SetAside("unreadable") from None
        raise said(source, error) from None
    return found.lying()


class _Look:
    """One look through a stick: what was found, and how many entries may still be looked at."""

    def __init__(self) -> None:
        self.left = [MAX_ENTRIES]
        self.parts: list[Found] = []
        self.admits: list[Path] = []
        self.receipts: list[Path] = []
        self.strange: list[str] = []
        self.unusable: list[tuple[str, str]] = []

    def lying(self) -> Lying:
        """Everything in a fixed order, whatever the order of the folder."""
        self.parts.sort(key=lambda one: (one.folder, one.name))
        every = (self.admits, self.receipts, self.strange, self.unusable)
        return Lying(tuple(self.parts), *(tuple(sorted(one)) for one in every))  # type: ignore[arg-type]

    def at_top(self, ours: Path) -> None:
        """The folders of desks and the one of receipts; nothing else is opened."""
        for entry in _each(ours, self.left):
            dev = read_desk_folder(entry.name)
            if dev is None and entry.name != RECEIPTS:
                self.strange.append(fit_to_be_shown(entry.name))
            elif not entry.is_dir(follow_symlinks=False):
                self.unusable.append((entry.name, "not_a_file"))
            else:
                self._inside(Path(entry.path), dev)

    def _inside(self, folder: Path, dev: int | None) -> None:
        """One folder; where it does not let itself be read, the others still do."""
        try:
            if dev is not None:
                self.at_desk(folder, dev)
            else:
                self._at_receipts(folder)
        except OSError as error:
            if error.errno not in _LOCKED:
                raise
            self.unusable.append((folder.name, "unreadable"))

    def at_desk(self, folder: Path, dev: int) -> None:
        """The parts and admissions in a desk's folder."""
        for entry in _each(folder, self.left):
            name = read_part_name(entry.name)
            is_admit = read_admit_name(entry.name) is not None
            if not self._is_file(folder, entry, name is not None or is_admit):
                continue
            if name is not None:
                self.parts.append(Found(Path(entry.path), name, dev))
            elif is_admit:
                self.admits.append(Path(entry.path))

    def _at_receipts(self, folder: Path) -> None:
        for entry in _each(folder, self.left):
            is_receipt = read_receipt_name(entry.name) is not None
            if self._is_file(folder, entry, is_receipt) and is_receipt:
                self.receipts.append(Path(entry.path))

    def _is_file(self, folder: Path, entry: os.DirEntry[str], is_ours: bool) -> bool:
        """Whether an entry is a regular file; what is none, or has a name of nobody's, is listed."""
        label = fit_to_be_shown(f"{folder.name}/{entry.name}")
        is_file = entry.is_file(follow_symlinks=False)
        if is_ours and not is_file:
            self.unusable.append((label, "not_a_file"))
        elif not is_ours and not (is_file and _is_beside(entry.name)):
            self.strange.append(label)
        return is_file


def entries(folder: Path, left: list[int]) -> Iterator[os.DirEntry[str]]:
    """The entries of a folder, as long as some are allowed; raises :class:`SetAside` beyond, and what a stick raises."""
    try:
        yield from _each(folder, left)
    except OSError as error:
        raise said(folder, error) from None


def _each(folder: Path, left: list[int]) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as inside:
        for entry in inside:
            left[0] -= 1
            if left[0] < 0:
                raise SetAside("too_many")
            yield entry


def _is_beside(name: str) -> bool:
    """Whether a file belongs to one of ours: its signature, or what was left of one when the stick was pulled."""
    whole = name.removesuffix(".partial").removesuffix(".sig")
    is_ours = any(read(whole) is not None for read in (read_part_name, read_admit_name, read_receipt_name))
    return is_ours and whole != name


def _is_folder(path: Path, *, may_be_link: bool = False) -> bool:
    """Whether a folder is there; what cannot even be asked is none."""
    try:
        return stat.S_ISDIR((path.stat() if may_be_link else path.lstat()).st_mode)
    except (OSError, ValueError):
        return False


def said(where: Path, error: OSError) -> WorldError:
    """What went wrong on a stick, told apart: full, write-protected, or gone."""
    if error.errno in _FULL:
        return StickFull(str(where))
    if error.errno in _LOCKED:
        return StickReadOnly(str(where))
    if error.errno in _GONE:
        return StickPulled(str(where))
    return NotOurs(
        str(where), tr("{where} cannot be used ({why}).", where=str(where), why=error.strerror or "")
    )


Progress = Callable[[int, int], None]
"""Called with (done, of) as work goes on."""


def read_part(found: Found) -> tuple[bytes, str]:
    """Ciphertext and signature of a part; the signature is empty when its file is not there.

    Raises :class:`SetAside`.
    """
    sealed = read_file(found.path, MAX_SEALED)
    try:
        signature = read_file(found.path.with_name(f"{found.path.name}.sig"), MAX_SIGNATURE).decode("ascii")
    except (SetAside, UnicodeError):
        signature = ""
    return sealed, signature


def read_signed(path: Path, most: int) -> tuple[bytes, str]:
    """A small file and the ``.sig`` beside it; raises :class:`SetAside`, ``no_signature`` where it was not written to the end."""
    raw = read_file(path, most)
    signature = path.with_name(f"{path.name}.sig")
    try:
        return raw, read_file(signature, MAX_SIGNATURE).decode("ascii")
    except UnicodeError:
        raise SetAside("bad_signature") from None
    except SetAside:
        if os.path.lexists(signature):
            raise
        raise SetAside("no_signature") from None
