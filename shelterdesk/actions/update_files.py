"""The file of an update: looked at with its signature first, and its files laid down, each against its hash."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from shelterdesk import __version__, versions
from shelterdesk.core.errors import CannotWrite, DamagedFile, DiskFull, NotFound, Refused
from shelterdesk.core.release import LONGEST, Release, ReleaseFile, is_newer, read_release
from shelterdesk.core.words import tr
from shelterdesk.db.schema import FORMAT
from shelterdesk.keys import sshsig
from shelterdesk.keys.machine import KIND
from shelterdesk.keys.release import NAMESPACE, trusted_keys
from shelterdesk.keys.safefile import sync_folder, write_whole

ENDING = ".update"
MANIFEST, SIGNATURE, PAYLOAD = "manifest.json", "manifest.json.sig", "payload.tar.gz"

SYSTEM = KIND
_BLOCK = 1 << 20
_LONGEST_SIGNATURE = 4096
_ROOM_TO_SPARE = 200 << 20

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Offered:
    """An update that may be used: what it says of itself, and what runs now."""

    path: Path
    release: Release
    running: str

    @property
    def changes_data(self) -> bool:
        """Whether it writes data in a way the running version cannot read."""
        return self.release.writes > FORMAT


class WrongSigner(Refused):
    """An update nobody signed whom this program trusts."""

    def __init__(self, name: str) -> None:
        super().__init__(
            tr("{name} is not signed by who publishes this program.", name=name),
            tr("Do not use it. Ask for the update where the program came from."),
        )


def look_at(path: Path, *, running: str = __version__, trusted: Sequence[bytes] | None = None) -> Offered:
    """What an update file is, its signature checked before anything in it is believed.

    Raises ``NotFound``, ``DamagedFile``, ``WrongSigner``, and ``Refused`` for one that is not newer than what runs,
    was built for another kind of computer, or cannot open the data of this program.
    """
    with _opened(path) as tar:
        release = _signed_release(tar, path.name, trusted_keys() if trusted is None else trusted)
    if not is_newer(release.version, running):
        raise Refused(
            tr(
                "{name} is version {offered}; this laptop already has {running}.",
                name=path.name,
                offered=release.version,
                running=running,
            ),
            tr("Nothing has to be done. To use an older version again, go back to the one before."),
        )
    if release.system != SYSTEM:
        raise Refused(
            tr("{name} was made for another kind of computer.", name=path.name),
            tr("Ask for the update for this one ({system}).", system=SYSTEM),
        )
    if release.reads > FORMAT:
        raise Refused(
            tr("{name} cannot open what this version has written.", name=path.name),
            tr("Use an update between the two first; ask where the program came from."),
        )
    return Offered(path, release, running)


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    """The outer tar of an update; what is no such file, or a stick pulled meanwhile, is said as the world's fault."""
    try:
        with path.open("rb") as stream, tarfile.open(fileobj=stream, mode="r:") as tar:
            yield tar
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise NotFound(
            tr("An update called {name}", name=path.name or str(path)),
            tr("Plug the stick in and choose the file that ends in .update."),
        ) from None
    except (tarfile.TarError, EOFError):
        raise _damaged(path.name) from None
    except OSError as error:
        raise DamagedFile(
            path.name,
            error.strerror or tr("it cannot be read"),
            tr("Plug the stick in again; the program is as it was."),
        ) from None


def _signed_release(tar: tarfile.TarFile, name: str, trusted: Sequence[bytes]) -> Release:
    manifest = _small(tar, MANIFEST, LONGEST, name)
    signature = _small(tar, SIGNATURE, _LONGEST_SIGNATURE, name).decode("ascii", "replace")
    signer = sshsig.claimed_signer(signature, name)
    if signer not in trusted:
        raise WrongSigner(name)
    sshsig.verify(manifest, signature, NAMESPACE, trusted, name)
    return read_release(manifest, name)


def _small(tar: tarfile.TarFile, wanted: str, most: int, name: str) -> bytes:
    """The next member, which must be the one wanted and no longer than ``most``."""
    info = tar.next()
    if info is None or info.name != wanted or not info.isreg() or info.size > most:
        raise _damaged(name)
    stream = tar.extractfile(info)
    data = stream.read() if stream is not None else b""
    if len(data) != info.size:
        raise _damaged(name)
    return data


def _damaged(name: str) -> DamagedFile:
    return DamagedFile(
        name, tr("it is not a whole update"), tr("Copy it onto the stick anew; the program is as it was.")
    )


def lay_down(
    offered: Offered,
    home: Path,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    trusted: Sequence[bytes] | None = None,
) -> Path:
    """Write every file of an update into a folder of its own, each against its hash; returns the folder.

    The manifest is read and checked again: between looking and using the stick may have been another one. A folder of
    the same version, that the pointer may name already, goes only when the new one is whole.
    """
    version = offered.release.version
    partial, folder, older = home / f"{version}.partial", home / version, home / f"{version}.older"
    try:
        home.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
        _must_have_room(home, offered.release.size)
        partial.mkdir(mode=0o700)
        with _opened(offered.path) as tar:
            release = _signed_release(tar, offered.path.name, trusted_keys() if trusted is None else trusted)
            if release != offered.release:
                raise _damaged(offered.path.name)
            _unpack(tar, offered.path.name, release, partial, progress, cancelled)
        sync_all(partial)
        write_whole(partial / versions.WHOLE, json.dumps({"version": version}).encode())
        shutil.rmtree(older, ignore_errors=True)
        if folder.exists():
            folder.rename(older)
        partial.rename(folder)
        sync_folder(home)
        shutil.rmtree(older, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise cannot_write(home, error) from None
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return folder


def _unpack(
    tar: tarfile.TarFile,
    name: str,
    release: Release,
    target: Path,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> None:
    info = tar.next()
    payload = tar.extractfile(info) if info is not None and info.name == PAYLOAD and info.isreg() else None
    if payload is None:
        raise _damaged(name)
    missing, done = dict(release.files), 0
    try:
        with tarfile.open(fileobj=payload, mode="r|gz") as files:
            for entry in files:
                if cancelled is not None and cancelled():
                    raise Refused(tr("The update was stopped."), tr("The program is as it was."))
                said = missing.pop(entry.name, None)
                if said is None:
                    raise _damaged(name)
                _write(files, entry, said, target / entry.name, name)
                done += said.size
                if progress is not None:
                    progress(done, release.size)
    except (tarfile.TarError, EOFError):
        raise _damaged(name) from None
    if missing:
        raise _damaged(name)


def _write(files: tarfile.TarFile, entry: tarfile.TarInfo, said: ReleaseFile, path: Path, name: str) -> None:
    """One file (or link) as the manifest says it; nothing of the archive's own is believed but its bytes."""
    with _written_to(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        if said.link:
            path.symlink_to(said.link)
            return
    stream = files.extractfile(entry) if entry.isreg() else None
    if stream is None or entry.size != said.size:
        raise _damaged(name)
    digest = hashlib.sha256()
    with _written_to(path.parent):
        out = path.open("xb", buffering=0)  # nothing waits to be written when it is closed after a fault
    with out:
        while block := stream.read(_BLOCK):
            digest.update(block)
            with _written_to(path.parent):
                _write_all(out, block)
        with _written_to(path.parent):
            os.fsync(out.fileno())
    if digest.hexdigest() != said.sha256:
        raise _damaged(name)
    with _written_to(path.parent):
        path.chmod(0o755 if said.is_run else 0o644)


@contextmanager
def _written_to(where: Path) -> Iterator[None]:
    """What cannot be written is the laptop's fault, and said so; what cannot be read is the stick's."""
    try:
        yield
    except OSError as error:
        raise cannot_write(where, error) from None


def _write_all(out: FileIO, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[out.write(rest) :]


def sync_all(folder: Path) -> None:
    """Bring the folders of a tree to the disk; their files are there already."""
    for place, _, _ in os.walk(folder):
        sync_folder(Path(place))


def _must_have_room(home: Path, size: int) -> None:
    if shutil.disk_usage(home).free < size + _ROOM_TO_SPARE:
        raise DiskFull(str(home))


def cannot_write(where: Path, error: OSError) -> DiskFull | CannotWrite:
    """A fault of writing in words."""
    full = {28, 122, 27}  # ENOSPC, EDQUOT, EFBIG
    return DiskFull(str(where)) if error.errno in full else CannotWrite(str(where), error.strerror or "")
