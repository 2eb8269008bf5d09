"""Disks that take backups by themselves: marked once, found again by a token, kept from filling up."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from shelterdesk import startup
from shelterdesk.actions.backups import BackupMade, remove_older, write_backup
from shelterdesk.actions.desk import Desk, sign_head
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import BadField, WorldError
from shelterdesk.core.words import ntr, tr
from shelterdesk.db import meta
from shelterdesk.db.backup import Stopped, into_main_file
from shelterdesk.db.connection import Connection
from shelterdesk.db.store import Reader
from shelterdesk.keys import keyfile
from shelterdesk.keys.desk import desk_hex
from shelterdesk.keys.machine import sync_all_disks
from shelterdesk.sync import stick
from shelterdesk.sync.faults import SetAside

FOLDER = "shelterdesk-backups"
"""Folder of a disk that holds the backups of all desks that use it."""

_KEY = "backup_plan"
_FORMAT = "shelterdesk-backup-disk"
_MOST_TOKENS = 50
_LARGEST_MARK = 4096
_LIMITS = {"hours": (1, 168), "keep": (1, 100), "disk_mb": (50, 1_000_000), "disk_percent": (1, 50)}


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """When backups are made by themselves, and how many are kept.

    ``any_disk``: every stick plugged in is used, not only marked ones; ``hours`` between two; ``keep`` the newest so
    many; the own disk is said to be nearly full below ``disk_mb`` megabytes or ``disk_percent`` per cent.
    """

    any_disk: bool = False
    hours: int = 6
    keep: int = 5
    disk_mb: int = 500
    disk_percent: int = 5
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """A backup made by itself, and how many older ones went for it."""

    made: BackupMade
    removed: int


def read_plan(reader: Reader) -> BackupPlan:
    """The plan of this desk; what cannot be read of it is as usual."""
    return _plan_in(reader.conn)


def _plan_in(conn: Connection) -> BackupPlan:
    usual = BackupPlan()
    try:
        found: Any = json.loads(meta.get(conn, _KEY) or b"{}")
        numbers = {name: _within(name, found[name]) for name in _LIMITS if type(found.get(name)) is int}
        tokens = tuple(t for t in found.get("tokens", ()) if isinstance(t, str) and _is_token(t))
        return replace(usual, any_disk=found.get("any_disk") is True, tokens=tokens, **numbers)
    except (ValueError, TypeError, AttributeError):
        return usual


def _within(name: str, number: int) -> int:
    low, high = _LIMITS[name]
    return max(low, min(high, number))


def set_plan(desk: Desk, wanted: BackupPlan) -> Done[BackupPlan]:
    """Change the plan; the disks marked stay. Raises ``NotAllowed``, ``BadField`` for a number out of its limits."""
    desk.must("change settings")
    for name, (low, high) in _LIMITS.items():
        if not low <= getattr(wanted, name) <= high:
            raise BadField(name, tr("It is a number from {low} to {high}.", low=low, high=high))
    with desk.store.transaction() as conn:
        plan = replace(wanted, tokens=_plan_in(conn).tokens)
        meta.put(conn, _KEY, json.dumps(asdict(plan)).encode())
    return Done(plan, Changes.of("status"))


def mark_disk(desk: Desk, root: Path) -> Done[Path]:
    """From now on use a disk for backups: a small file with the desk's id and a random token goes on it.

    Returns the folder for the backups. Raises ``NotAllowed`` and what a stick raises.
    """
    desk.must("make a backup")
    token = secrets.token_hex(16)
    folder = root / FOLDER
    stick.make_folder(folder)
    said = {"format": _FORMAT, "version": 1, "dev": desk_hex(desk.who.dev), "token": token}
    stick.write_file(folder, _mark_name(desk.who.dev), json.dumps(said, indent=1).encode())
    with desk.store.transaction() as conn:
        plan = _plan_in(conn)
        plan = replace(plan, tokens=(*plan.tokens, token)[-_MOST_TOKENS:])
        meta.put(conn, _KEY, json.dumps(asdict(plan)).encode())
    return Done(folder, Changes.of("status"))


def unmark_disk(desk: Desk, root: Path) -> Done[None]:
    """Use a disk no longer; the backups on it stay. Raises ``NotAllowed`` and what a stick raises."""
    desk.must("make a backup")
    token = _token_on(root, desk.who.dev)
    try:
        (root / FOLDER / _mark_name(desk.who.dev)).unlink(missing_ok=True)
    except OSError as error:
        raise stick.said(root, error) from None
    with desk.store.transaction() as conn:
        plan = _plan_in(conn)
        plan = replace(plan, tokens=tuple(t for t in plan.tokens if t != token))
        meta.put(conn, _KEY, json.dumps(asdict(plan)).encode())
    return Done(None, Changes.of("status"))


def is_marked(root: Path, dev: int, plan: BackupPlan) -> bool:
    """Whether this desk marked a disk for its backups; a mark that somebody else made says nothing."""
    token = _token_on(root, dev)
    return token is not None and token in plan.tokens


def keep_backup(
    desk: Desk,
    root: Path,
    plan: BackupPlan,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> KeptBackup:
    """Make a backup on a disk by itself and let older ones of this desk go; on any thread, whoever is logged in.

    Older ones go after the new one was read back; where one cannot go, the new one stands all the same. Raises
    what ``write_backup`` raises.
    """
    folder = root / FOLDER
    stick.make_folder(folder)
    who = desk.who
    made = write_backup(desk, folder, progress, cancelled)
    removed = 0
    with suppress(WorldError):
        removed = remove_older(folder, desk_hex(who.dev), plan.keep, who.zone, made=made.folder)
    return KeptBackup(made, removed)


OWN_COPIES = "own-copies"


def keep_own_copy(
    desk: Desk,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> BackupMade:
    """A copy on the laptop's own disk, where no other is at hand and the battery ends: better than none.

    It takes the place of the one before, and nobody takes it for a backup: it goes where the laptop goes. Raises what
    ``write_backup`` raises.
    """
    folder = desk.folder / OWN_COPIES
    who = desk.who
    made = write_backup(desk, folder, progress, cancelled)
    if not keyfile.exists(desk.folder):  # closed meanwhile: nothing of the station may stay here
        shutil.rmtree(folder, ignore_errors=True)
        raise Stopped
    with suppress(WorldError):
        remove_older(folder, desk_hex(who.dev), 1, who.zone, days=0, made=made.folder)
    return made


def settle(desk: Desk) -> Done[None]:
    """Bring all that was saved and typed from memory onto the disk: the battery may end. Raises ``CannotWrite``."""
    sign_head(desk.store)
    startup.write_high_water(desk.store, desk.folder)
    into_main_file(desk.store.conn)
    sync_all_disks()  # half typed texts are written without waiting for the disk
    return Done(None)


def is_nearly_full(free: int, total: int, plan: BackupPlan) -> bool:
    """Whether a disk of ``total`` bytes has too little left: below the megabytes set, or the per cent set.

    Per cent count only up to ten times the megabytes: five of a hundred are plenty on a large disk.
    """
    least = plan.disk_mb * 1_000_000
    return free < least or (free < 10 * least and free * 100 < total * plan.disk_percent)


def kept_words(kept: KeptBackup) -> str:
    """What became of it, in a sentence or two."""
    said = tr("A backup was made and read back: {name}.", name=kept.made.folder.name)
    if kept.removed:
        gone = ntr("{n} older one was taken away.", "{n} older ones were taken away.", kept.removed)
        said = f"{said} {gone}"
    return said


def _mark_name(dev: int) -> str:
    return f"use-{desk_hex(dev)}.json"


def _token_on(root: Path, dev: int) -> str | None:
    """The token this desk's mark on a disk holds; None for no mark, or what is not one."""
    try:
        raw = stick.read_file(root / FOLDER / _mark_name(dev), _LARGEST_MARK)
        said: Any = json.loads(raw)
        is_ours = said["format"] == _FORMAT and said["dev"] == desk_hex(dev)
        token = said["token"]
    except (SetAside, ValueError, KeyError, TypeError, RecursionError):
        return None
    return token if is_ours and isinstance(token, str) and _is_token(token) else None


def _is_token(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}", text) is not None
