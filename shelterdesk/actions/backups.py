"""Backups: an encrypted copy that opens by itself with the same names and passphrases, made and read back."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shelterdesk import startup
from shelterdesk.actions.desk import Desk, now_ms
from shelterdesk.actions.erasures_file import copy_note, file_beside_backups
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import CannotWrite, DamagedFile, NewerData, NotFound, Refused, WorldError
from shelterdesk.core.moment import from_milliseconds
from shelterdesk.core.words import tr
from shelterdesk.db import meta
from shelterdesk.db.backup import backup_file, examine, sha256_of
from shelterdesk.db.chain import last_seq
from shelterdesk.db.store import Reader
from shelterdesk.keys import keyfile
from shelterdesk.keys.desk import desk_hex
from shelterdesk.keys.safefile import alone, make_folders, sync_folder, write_whole
from shelterdesk.sync import stick

MANIFEST = "backup.json"
FILES = (startup.FILE, keyfile.FILE_NAME)
PARTIAL = ".partial"
DAYS_KEPT = 7
"""Of each of so many days back the newest backup is kept, however many are newer."""

MOST_LISTED = 2_000
_FORMAT = "shelterdesk-backup"
_VERSION = 1
_LARGEST_MANIFEST = 1 << 16
_LOCK = "backup.lock"
_NAME = re.compile(r"shelterdesk-backup-([0-9a-f]{16})-([0-9]{8}T[0-9]{6}Z)")


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A backup that was read back: its folder, its size in bytes, how far this desk's own entries reach in it."""

    folder: Path
    size: int
    made_ms: int = 0
    epoch: int = 0
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: the desk (16 hex digits), how far it had written, when, the files' SHA-256."""

    folder: Path
    dev: str
    epoch: int
    seq: int
    practice: bool
    made_ms: int
    files: dict[str, str]


def make_backup(
    desk: Desk,
    target: Path,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Done[BackupMade]:
    """Make a backup below ``target`` now, for somebody who asked for it.

    Raises ``NotAllowed``, and what :func:`write_backup` raises.
    """
    desk.must("make a backup")
    return note_backup(desk, write_backup(desk, target, progress, cancelled))


def write_backup(
    desk: Desk,
    target: Path,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> BackupMade:
    """Copy the desk's file and key file into a new folder below ``target`` and read the copy back.

    On any thread, by a connection of its own: nobody's save waits for it. The folder's name holds the desk's id and
    the time, never a name. ``progress`` hears (done, in all). Raises ``StickFull``, ``StickPulled``, ``StickReadOnly``,
    ``CannotWrite``, ``DamagedFile`` where the desk's own file is not whole, ``Stopped``; then nothing is left behind
    that looks like a backup.
    """
    dev = desk_hex(desk.who.dev)
    name = f"shelterdesk-backup-{dev}-{desk.clock.now():%Y%m%dT%H%M%SZ}"
    folder, partial = target / name, target / f"{name}{PARTIAL}"
    with alone(desk.folder / _LOCK):
        if folder.exists():
            raise Refused(
                tr("A backup of this very second is already there."), tr("Make it again in a moment.")
            )
        try:
            make_folders(target, 0o700)
            sweep_unfinished(target, dev)
            stick.check_room(target, _size_of(desk))
            partial.mkdir(mode=0o700)
            made = _write(desk, partial, progress, cancelled)
            size = sum(file.stat().st_size for file in partial.iterdir())
            partial.rename(folder)
            copy_note(desk.folder / startup.ERASED, file_beside_backups(target, desk.who.dev))
            sync_folder(target)
        except OSError as error:
            shutil.rmtree(partial, ignore_errors=True)
            raise stick.said(target, error) from None
        except BaseException as error:
            is_pulled = isinstance(error, CannotWrite) and not partial.exists()
            shutil.rmtree(partial, ignore_errors=True)
            if is_pulled:  # SQLite only says that it cannot open its file
                raise stick.StickPulled(str(target)) from None
            raise
    return BackupMade(folder, size, made.made_ms, made.epoch, made.seq)


def note_backup(desk: Desk, made: BackupMade) -> Done[BackupMade]:
    """Remember when the last backup was made and how far it reaches; on the thread that writes."""
    with desk.store.transaction() as conn:
        meta.put(conn, "last_backup_ms", b"%d" % made.made_ms)
        said = {"name": made.folder.name, "epoch": made.epoch, "seq": made.seq, "at": str(made.folder)}
        meta.put(conn, "last_backup", json.dumps(said).encode())
        if meta.get(conn, "first_backup_ms") is None:
            meta.put(conn, "first_backup_ms", b"%d" % made.made_ms)
    return Done(made, Changes.of("status"))


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The backup made last: when (UTC ms), how far it reaches, and where it was written to."""

    made_ms: int
    epoch: int
    seq: int
    at: Path


def last_backup(reader: Reader) -> LastBackup | None:
    """The backup made last on another disk; None for never, or where an older program made it."""
    stored, made_ms = meta.get(reader.conn, "last_backup"), meta.get(reader.conn, "last_backup_ms")
    if stored is None or made_ms is None:
        return None
    said: Any = json.loads(stored)
    return LastBackup(int(made_ms), int(said["epoch"]), int(said["seq"]), Path(said["at"]))


def first_backup_ms(reader: Reader) -> int | None:
    """When the first backup was noted (UTC ms), the last one where an older program noted no first; None for never."""
    stored = meta.get(reader.conn, "first_backup_ms") or meta.get(reader.conn, "last_backup_ms")
    return None if stored is None else int(stored)


def _write(
    desk: Desk,
    partial: Path,
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Manifest:
    reader = desk.reader()
    try:
        examine(reader.conn, desk.store.path)  # a damaged file must not push the good ones out
        # Said before the copy: what is written meanwhile may be in it, what is promised surely is.
        who = reader.who
        seq = last_seq(reader.conn, who.dev, who.epoch)
        sha = backup_file(
            reader.conn,
            desk.store.file_key,
            partial / startup.FILE,
            (lambda left, total: progress(total - left, total)) if progress is not None else None,
            marked=True,
            cancelled=cancelled,
        )
    finally:
        reader.close()
    keys = (desk.folder / keyfile.FILE_NAME).read_bytes()
    write_whole(partial / keyfile.FILE_NAME, keys)
    files = {startup.FILE: sha, keyfile.FILE_NAME: sha256(keys).hexdigest()}
    said = Manifest(partial, desk_hex(who.dev), who.epoch, seq, who.is_practice, now_ms(desk), files)
    write_whole(partial / MANIFEST, json.dumps(_to_json(said), indent=1).encode())
    must_be_whole(said, keyfile.FILE_NAME, partial / keyfile.FILE_NAME)
    if read_manifest(partial) != said:
        raise _not_whole()
    return said


def _size_of(desk: Desk) -> int:
    """Bytes a backup of the desk's file takes."""
    path = desk.store.path
    found = path.stat().st_size
    with suppress(OSError):
        found += path.with_name(f"{path.name}-wal").stat().st_size
    return found


def _to_json(said: Manifest) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "version": _VERSION,
        "dev": said.dev,
        "epoch": said.epoch,
        "seq": said.seq,
        "practice": said.practice,
        "made_ms": said.made_ms,
        "files": said.files,
    }


def read_manifest(source: Path) -> Manifest:
    """What a backup says of itself; raises ``NotFound``, ``DamagedFile``, ``NewerData``."""
    try:
        with (source / MANIFEST).open("rb") as stream:
            found: Any = json.loads(stream.read(_LARGEST_MANIFEST))
        whole = found["format"] == _FORMAT
        version = _number(found["version"])
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(
            tr("A backup in the folder {name}", name=source.name),
            tr("Choose the folder whose name begins with shelterdesk-backup."),
        ) from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise _not_whole() from None
    if not whole:
        raise DamagedFile(MANIFEST, tr("it is something else"), another_backup())
    if version > _VERSION:
        raise NewerData(version, _VERSION)
    try:
        files = {name: _sha(found["files"][name]) for name in FILES}
        return Manifest(
            source,
            _dev(found["dev"]),
            _number(found["epoch"]),
            _number(found["seq"]),
            found["practice"] is True,
            _number(found["made_ms"]),
            files,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _not_whole() from None


def must_be_whole(said: Manifest, file: str, path: Path) -> None:
    """Raise ``DamagedFile`` unless a file of a backup, or its copy at ``path``, is what was written."""
    if sha256_of(path) != said.files[file]:
        raise DamagedFile(file, tr("it does not read as it was written"), another_backup())


def list_backups(target: Path, dev: str) -> list[Manifest]:
    """The backups of one desk (16 hex digits) in a folder, newest first; what is not whole is left out.

    Newest is what reaches furthest: a clock that once stood wrong must not put an old one before it.
    """
    found = []
    for path in _named(target, _NAME, dev):
        with suppress(WorldError):
            said = read_manifest(path)
            if said.dev == dev:
                found.append(said)
    return sorted(found, key=lambda one: (one.epoch, one.seq, one.made_ms, one.folder.name), reverse=True)


def remove_older(
    target: Path, dev: str, keep: int, zone: str, days: int = DAYS_KEPT, made: Path | None = None
) -> int:
    """Take away what is more than the newest ``keep`` backups of a desk; returns how many went.

    The newest of each of the last ``days`` stays as well, and ``made``, the one of just now. Nothing of another desk is
    touched, nor what does not read as a backup: somebody may still get something out of it. Raises what a stick raises.
    """
    held = sorted(list_backups(target, dev), key=lambda one: one.folder != made)  # made first, else as it was
    stays = _of_last_days(held, zone, days)
    gone = 0
    try:
        for one in held[max(1, keep) :]:
            if one.folder in stays:
                continue
            away = one.folder.with_name(f"{one.folder.name}{PARTIAL}")
            one.folder.rename(away)  # from here on it is no backup any more, whatever stays of it
            shutil.rmtree(away)
            gone += 1
    except OSError as error:
        raise stick.said(target, error) from None
    return gone


def _of_last_days(held: list[Manifest], zone: str, days: int) -> set[Path]:
    newest: dict[date, Path] = {}
    for one in held:  # newest first
        day = from_milliseconds(one.made_ms).astimezone(ZoneInfo(zone)).date()
        newest.setdefault(day, one.folder)
    return {newest[day] for day in sorted(newest, reverse=True)[:days]}


def sweep_unfinished(target: Path, dev: str) -> None:
    """Take away what a desk began here and did not finish; nobody of this desk is writing now."""
    for path in _named(target, re.compile(_NAME.pattern + re.escape(PARTIAL)), dev):
        shutil.rmtree(path, ignore_errors=True)


def _named(target: Path, pattern: re.Pattern[str], dev: str) -> list[Path]:
    """Real folders of a desk below ``target`` whose name fits."""
    found = []
    try:
        for n, path in enumerate(target.iterdir()):
            fits = pattern.fullmatch(path.name)
            if n >= MOST_LISTED:
                break
            if fits and fits.group(1) == dev and path.is_dir() and not path.is_symlink():
                found.append(path)
    except OSError:
        return []
    return found


def another_backup() -> str:
    """The next step where a backup is not what was written."""
    return tr("Use another backup; this one cannot be trusted.")


def _not_whole() -> DamagedFile:
    return DamagedFile(MANIFEST, tr("it is not whole"), another_backup())


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 53:
        raise ValueError("not a number")
    return value


def _dev(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{16}", value):
        raise ValueError("not a desk")
    return value


def _sha(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{64}", value):
        raise ValueError("not a hash")
    return value
