"""Updates by stick: a signed file is laid beside the program that runs, and used from the next start on.

Nothing of the running version is touched. The pointer moves last, in one step, when every file of the new version is
on the disk; whatever stops before that leaves the old one running.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shelterdesk import __version__, startup, versions
from shelterdesk.actions.backups import write_backup
from shelterdesk.actions.desk import Desk
from shelterdesk.actions.restoring import restore
from shelterdesk.actions.update_files import Offered, Progress, cannot_write, lay_down, look_at
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import NotFound, Refused
from shelterdesk.core.moment import Clock
from shelterdesk.core.words import tr
from shelterdesk.db.schema import FORMAT
from shelterdesk.keys import keyfile
from shelterdesk.keys.safefile import sync_folder
from shelterdesk.versions import Pointer

UPDATE = "update the program"
BEFORE = "before-update"
"""Folder beside the station's file where the backup of before an update lies; one is kept."""


@dataclass(frozen=True, slots=True)
class Updated:
    """What was done: the version that starts from now on, and the backup made before."""

    version: str
    backup: Path


@dataclass(frozen=True, slots=True)
class WentBack:
    """The version that starts from now on; ``needs_backup`` when it cannot read what was written since the update."""

    version: str
    needs_backup: bool
    backup: Path | None


def apply(
    desk: Desk,
    path: Path,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    home: Path | None = None,
    running: str = __version__,
    trusted: Sequence[bytes] | None = None,
) -> Done[Updated]:
    """Lay the new version beside the running one, make a backup, and let the next start use the new one.

    ``home`` is the folder of versions. Raises what :func:`look_at` raises, ``NotAllowed``, ``DiskFull``,
    ``CannotWrite``, and ``Refused`` when ``cancelled``; the running version then stays the one that starts.
    """
    desk.must(UPDATE)
    offered = look_at(path, running=running, trusted=trusted)
    lay_beside(offered, progress, cancelled, home=home, trusted=trusted)
    return use_from_now_on(desk, offered, home=home)


def lay_beside(
    offered: Offered,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    home: Path | None = None,
    trusted: Sequence[bytes] | None = None,
) -> Offered:
    """Write the new version's files, which nothing uses yet: it asks nothing of the desk, so no save waits for it.

    Raises as :func:`apply`.
    """
    _must_be_packed()
    home = versions.versions_folder() if home is None else home
    lay_down(offered, home, progress, cancelled, trusted=trusted)
    return offered


def use_from_now_on(
    desk: Desk,
    offered: Offered,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    home: Path | None = None,
) -> Done[Updated]:
    """Make a backup and let the next start use a version that lies there whole; the pointer moves last, in one step.

    On any thread. Raises ``NotAllowed``, ``NotFound`` for a version that is not there, and what making a backup raises.
    """
    desk.must(UPDATE)
    home = versions.versions_folder() if home is None else home
    version, running = offered.release.version, offered.running
    if versions.program_of(home, version) is None:
        raise NotFound(tr("Version {version}", version=version), tr("Update again from the stick."))
    backup = _backup_before(desk, progress, cancelled)
    before = versions.read_pointer(home)
    versions.write_pointer(
        home,
        Pointer(
            version,
            running if running == before.version else "",
            is_proved=False,
            backup=str(backup.absolute()),
            data=FORMAT,
            made_at=f"{desk.clock.now():%Y-%m-%dT%H:%M:%SZ}",
        ),
    )
    _sweep(home, {version, running})
    return Done(Updated(version, backup), Changes.of("status"))


def _must_be_packed() -> None:
    if not versions.is_packed():
        raise Refused(
            tr("This program runs from its source and is not updated by a file."),
            tr("Update the checkout, or install the built program from a stick."),
        )


def _backup_before(desk: Desk, progress: Progress | None, cancelled: Callable[[], bool] | None) -> Path:
    """A backup beside the station's file; the one of an earlier update goes when this one stands."""
    target = desk.folder / BEFORE
    # Not noted as the last backup: it goes where the laptop goes, so its age says nothing.
    made = write_backup(desk, target, progress, cancelled).folder
    with suppress(OSError):
        for older in target.iterdir():
            if older != made and older.is_dir() and not older.is_symlink():
                shutil.rmtree(older, ignore_errors=True)
    return made


def _sweep(home: Path, kept: set[str]) -> None:
    """Versions that neither run nor start any more go; the running one's files are in use and stay."""
    with suppress(OSError):
        for entry in home.iterdir():
            if entry.is_dir() and not entry.is_symlink() and entry.name not in kept:
                shutil.rmtree(entry, ignore_errors=True)


def can_go_back(home: Path | None = None, running: str = __version__) -> bool:
    """Whether another version is there to go back to."""
    pointer = versions.read_pointer(versions.versions_folder() if home is None else home)
    return pointer.version == running


def go_back(home: Path | None = None, running: str = __version__) -> WentBack:
    """Let the next start use the version before this one; this one stays on the disk until the next update.

    Raises ``Refused`` where this version did not come by an update.
    """
    home = versions.versions_folder() if home is None else home
    pointer = versions.read_pointer(home)
    if pointer.version != running:
        raise Refused(
            tr("There is no version to go back to: this one was installed, not updated to."),
            tr("To use an older one, install it from its stick."),
        )
    older = pointer.previous if versions.program_of(home, pointer.previous) is not None else ""
    versions.write_pointer(
        home, Pointer(older, backup=pointer.backup, data=pointer.data, made_at=pointer.made_at)
    )
    backup = Path(pointer.backup) if pointer.backup and Path(pointer.backup).is_dir() else None
    return WentBack(older, needs_backup=0 < pointer.data < FORMAT, backup=backup)


def backup_before_update(folder: Path) -> Path | None:
    """The backup made before the last update of a station's folder, None where there is none."""
    try:
        found = sorted(p for p in (folder / BEFORE).iterdir() if p.name.startswith("shelterdesk-backup-"))
    except OSError:
        return None
    whole = [p for p in found if not p.name.endswith(".partial")]
    return whole[-1] if whole else None


def open_backup_instead(folder: Path, name: str, passphrase: str, clock: Clock) -> tuple[Desk, Path]:
    """Open the backup of before the update in the place of data this older version cannot read.

    The newer data are put aside whole, in a folder whose path comes back with the opened desk; a later update can
    read them again. Raises ``NotFound`` without a backup, ``NotAllowed`` for who may not update, and what ``restore``
    raises; the folder is then as it was.
    """
    backup = backup_before_update(folder)
    if backup is None:
        raise NotFound(
            tr("A backup of before the update"), tr("Update the program again; nothing was changed.")
        )
    aside = folder / f"newer-{clock.now():%Y%m%dT%H%M%SZ}"
    every = [folder / f"{startup.FILE}{tail}" for tail in ("", "-wal", "-shm")]
    every += [folder / keyfile.FILE_NAME, folder / startup.HIGH_WATER]
    moved = [path for path in every if path.exists()]
    _put_aside(moved, aside)
    try:
        for path in moved:
            path.unlink()
        desk = restore(backup, folder, name, passphrase, clock)
        try:
            desk.must(UPDATE)
        except BaseException:
            desk.close()
            raise
        return desk, aside
    except BaseException:
        for path in every:
            path.unlink(missing_ok=True)
        for path in moved:
            os.replace(aside / path.name, path)
        sync_folder(folder)
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _put_aside(files: Sequence[Path], aside: Path) -> None:
    """Copies of files in a new folder, on the disk before any of the originals goes; raises ``Refused``, ``DiskFull``,
    ``CannotWrite``."""
    try:
        aside.mkdir(mode=0o700)
    except (
        FileExistsError
    ):  # of this very second, or of a clock that stood there before: not ours to take away
        raise Refused(
            tr("The folder {name} is already there, with data put aside before.", name=aside.name),
            tr("See that the clock of this laptop is right, and try again in a moment."),
        ) from None
    except OSError as error:
        raise cannot_write(aside.parent, error) from None
    try:
        for path in files:
            shutil.copy2(path, aside / path.name)
            with (aside / path.name).open("rb+") as stream:
                os.fsync(stream.fileno())
        sync_folder(aside)
        sync_folder(aside.parent)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise cannot_write(aside.parent, error) from None
