"""A backup put into an empty folder: the desk goes on there in a new epoch, by a passphrase or by the recovery sheet."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from shelterdesk import startup
from shelterdesk.actions.backups import (
    FILES,
    MANIFEST,
    Manifest,
    another_backup,
    must_be_whole,
    read_manifest,
)
from shelterdesk.actions.desk import Desk, open_desk
from shelterdesk.actions.erasures_file import copy_note, file_beside_backups
from shelterdesk.actions.log_in_rules import check_passphrase
from shelterdesk.actions.recovering import recover
from shelterdesk.core.errors import DamagedFile, Refused
from shelterdesk.core.moment import Clock
from shelterdesk.core.words import tr
from shelterdesk.db import schema
from shelterdesk.db.connection import open_file
from shelterdesk.keys import keyfile
from shelterdesk.keys.passphrase import DEFAULT_COST, Argon2Cost
from shelterdesk.keys.safefile import sync_folder, write_whole
from shelterdesk.sync import stick


def restore(source: Path, folder: Path, name: str, passphrase: str, clock: Clock) -> Desk:
    """Put a backup into an empty folder and open it; the restored desk goes on in a new epoch (SYNC §1.1).

    Raises ``NotFound``, ``DamagedFile`` for a backup that is not whole, ``NewerData``, ``Refused`` for a folder in
    use, ``WrongPassphrase``, ``StickPulled``, ``DiskFull``; the folder is then as it was.
    """

    def unlocked() -> bytes:
        return keyfile.unlock(folder, name, passphrase, clock.now().timestamp()).file_key

    return _restored(source, folder, clock, unlocked, lambda: open_desk(folder, name, passphrase, clock))


def restore_with_sheet(
    source: Path,
    folder: Path,
    code: str,
    name: str,
    passphrase: str,
    clock: Clock,
    cost: Argon2Cost = DEFAULT_COST,
) -> Desk:
    """The same by the code of the recovery sheet, for who has no passphrase of the backup: a new admin comes in.

    Raises ``RecoveryTypo``, ``WrongRecoveryCode``, ``BadField`` and what :func:`restore` raises.
    """
    check_passphrase(passphrase)
    return _restored(
        source,
        folder,
        clock,
        lambda: keyfile.unlock_with_recovery(folder, code),
        lambda: recover(folder, code, name, passphrase, clock, cost),
    )


def _restored(
    source: Path, folder: Path, clock: Clock, unlocked: Callable[[], bytes], opened: Callable[[], Desk]
) -> Desk:
    said = read_manifest(source)
    startup.prepare_folder(folder)
    _must_be_empty(folder, said)
    had = {path.name for path in folder.iterdir()}
    write_whole(folder / startup.RESTORING, json.dumps(sorted(had)).encode())
    try:
        copy_in(said, folder)
        conn = open_file(folder / startup.FILE, unlocked())
        try:
            schema.refuse_newer(conn)
            startup.begin_epoch(conn, clock, said.epoch)
        finally:
            conn.close()
        _bring_note(said, folder)
        (folder / startup.RESTORING).unlink()
        sync_folder(folder)  # before anything is saved in it: from here on nobody takes it for half a restore
        return opened()
    except OSError as error:
        startup.take_back(folder, had)
        raise stick.said(folder, error) from None
    except BaseException:
        startup.take_back(folder, had)
        raise


def _bring_note(said: Manifest, folder: Path) -> None:
    """What was erased since the backup was made: heard before the restored file shows anything.

    Of the disk with the backup, unless the folder has a note already: what lay there longest may know more.
    """
    beside = file_beside_backups(said.folder.parent, int(said.dev, 16))
    if beside.exists() and not (folder / startup.ERASED).exists():
        copy_note(beside, folder / startup.ERASED)


def copy_in(said: Manifest, folder: Path) -> None:
    """Copy the files of a backup into a folder and read them back there.

    Raises ``DamagedFile``, and ``OSError`` of the folder; those of the backup's disk as what a stick raises.
    """
    for file in FILES:
        try:
            size = (said.folder / file).stat().st_size
        except OSError as error:
            if (
                isinstance(error, FileNotFoundError) and (said.folder / MANIFEST).exists()
            ):  # the disk is there
                raise DamagedFile(file, tr("it is missing from the backup"), another_backup()) from None
            raise stick.said(said.folder, error) from None
        stick.check_room(folder, size)
        with (folder / file).open("xb") as out:
            _copy(said.folder / file, out.write)
            out.flush()
            os.fsync(out.fileno())
        (folder / file).chmod(0o600)
        must_be_whole(said, file, folder / file)


def _copy(source: Path, write: Callable[[bytes], object]) -> None:
    try:
        stream = source.open("rb")
    except OSError as error:
        raise stick.said(source.parent, error) from None
    with stream:
        while True:
            try:
                block = stream.read(1 << 20)
            except OSError as error:
                raise stick.said(source.parent, error) from None
            if not block:
                return
            write(block)


def _must_be_empty(folder: Path, said: Manifest) -> None:
    if not (startup.is_set_up(folder) or keyfile.exists(folder)):
        _must_have_no_log(folder)
        return
    sentence = (
        tr("This is a backup of a practice station, and the folder {name} holds a station.", name=folder.name)
        if said.practice
        else tr("The folder {name} already holds a station or an office.", name=folder.name)
    )
    raise Refused(sentence, tr("Restore into an empty folder; the old one stays as it is."))


def _must_have_no_log(folder: Path) -> None:
    """A log of another file would be taken for that of the backup, and its pages written into it."""
    for tail in ("-wal", "-journal"):
        left = folder / f"{startup.FILE}{tail}"
        if left.exists():
            raise Refused(
                tr(
                    "The folder {name} holds what is left of a station: {file}.",
                    name=folder.name,
                    file=left.name,
                ),
                tr("Restore into an empty folder; the old one stays as it is."),
            )
