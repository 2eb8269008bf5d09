"""Backups: an encrypted copy that opens by itself with the same names and passphrases, and its restore."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shelterdesk import startup
from shelterdesk.actions.desk import Desk, now_ms, open_desk
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import CannotWrite, DamagedFile, DiskFull, NotFound, Refused
from shelterdesk.core.moment import Clock
from shelterdesk.core.words import tr
from shelterdesk.db import meta
from shelterdesk.db.backup import backup_file
from shelterdesk.db.chain import last_seq
from shelterdesk.db.connection import open_file
from shelterdesk.keys import keyfile
from shelterdesk.keys.desk import desk_hex
from shelterdesk.keys.safefile import sync_folder, write_whole

MANIFEST = "backup.json"
_FORMAT = "shelterdesk-backup"


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A backup that was read back: its folder and its size in bytes."""

    folder: Path
    size: int


def make_backup(
    desk: Desk, target: Path, progress: Callable[[int, int], None] | None = None
) -> Done[BackupMade]:
    """Copy the desk's file and key file into a new folder below ``target`` and read the copy back.

    The folder's name holds the desk's id and the time, never a name. Raises ``NotAllowed``, ``CannotWrite``,
    ``DiskFull``; then nothing is left behind that looks like a backup.
    """
    desk.must("make a backup")
    name = f"shelterdesk-backup-{desk_hex(desk.who.dev)}-{desk.clock.now():%Y%m%dT%H%M%SZ}"
    folder, partial = target / name, target / f"{name}.partial"
    if folder.exists():
        raise Refused(tr("A backup of this very second is already there."), tr("Make it again in a moment."))
    try:
        partial.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot(target, error) from None
    try:
        backup_file(desk.store.conn, desk.store.file_key, partial / startup.FILE, progress, marked=True)
        write_whole(partial / keyfile.FILE_NAME, (desk.folder / keyfile.FILE_NAME).read_bytes())
        manifest = {
            "format": _FORMAT,
            "version": 1,
            "dev": desk_hex(desk.who.dev),
            "epoch": desk.who.epoch,
            "seq": last_seq(desk.store.conn, desk.who.dev, desk.who.epoch),
            "practice": desk.who.is_practice,
            "made_ms": now_ms(desk),
            "files": {n: _sha256(partial / n) for n in (startup.FILE, keyfile.FILE_NAME)},
        }
        write_whole(partial / MANIFEST, json.dumps(manifest, indent=1).encode())
        partial.rename(folder)
        sync_folder(target)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise _cannot(target, error) from None
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    with desk.store.transaction() as conn:
        meta.put(conn, "last_backup_ms", b"%d" % now_ms(desk))
    size = sum(file.stat().st_size for file in folder.iterdir())
    return Done(BackupMade(folder, size), Changes.of("status"))


def restore(source: Path, folder: Path, name: str, passphrase: str, clock: Clock) -> Desk:
    """Put a backup into an empty folder and open it; the restored desk goes on in a new epoch (SYNC §1.1).

    Raises ``NotFound``, ``DamagedFile`` for a backup that is not whole, ``Refused`` for a folder in use,
    ``WrongPassphrase``; the folder is then as it was.
    """
    manifest = read_manifest(source)
    if startup.is_set_up(folder) or keyfile.exists(folder):
        raise Refused(
            tr("The folder {name} already holds a station or an office.", name=folder.name),
            tr("Restore into an empty folder; the old one stays as it is."),
        )
    startup.prepare_folder(folder)
    files = (startup.FILE, keyfile.FILE_NAME)
    try:
        for file in files:
            shutil.copyfile(source / file, folder / file)
            if _sha256(folder / file) != manifest["files"][file]:
                raise DamagedFile(file, tr("it does not read as it was written"), _another())
        unlocked = keyfile.unlock(folder, name, passphrase, clock.now().timestamp())
        conn = open_file(folder / startup.FILE, unlocked.file_key)
        try:
            startup.begin_epoch(conn, clock, int(manifest["epoch"]))
        finally:
            conn.close()
        sync_folder(folder)
        return open_desk(folder, name, passphrase, clock)
    except OSError as error:
        _take_back(folder, files)
        raise _cannot(folder, error) from None
    except BaseException:
        _take_back(folder, files)
        raise


def read_manifest(source: Path) -> dict[str, Any]:
    """What a backup says of itself; raises ``NotFound``, ``DamagedFile``."""
    try:
        found: dict[str, Any] = json.loads((source / MANIFEST).read_bytes())
        whole = found["format"] == _FORMAT and {startup.FILE, keyfile.FILE_NAME} <= set(found["files"])
        int(found["epoch"])
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(
            tr("A backup in the folder {name}", name=source.name),
            tr("Choose the folder whose name begins with shelterdesk-backup."),
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise DamagedFile(MANIFEST, tr("it is not whole"), _another()) from None
    if not whole:
        raise DamagedFile(MANIFEST, tr("it is something else"), _another())
    return found


def _take_back(folder: Path, files: tuple[str, ...]) -> None:
    for file in files:
        for tail in ("", "-wal", "-shm"):
            (folder / f"{file}{tail}").unlink(missing_ok=True)


def _another() -> str:
    return tr("Use another backup; this one cannot be trusted.")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
        os.fsync(stream.fileno())
    return digest.hexdigest()


def _cannot(where: Path, error: OSError) -> DiskFull | CannotWrite:
    return DiskFull(str(where)) if error.errno == 28 else CannotWrite(str(where), error.strerror or "")
