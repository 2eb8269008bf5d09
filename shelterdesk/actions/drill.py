"""The restore drill: a backup put into a folder of its own for a trial, opened, checked, compared, taken away."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from shelterdesk import startup
from shelterdesk.actions.backups import Manifest, read_manifest
from shelterdesk.actions.desk import Desk, now_ms
from shelterdesk.actions.restoring import copy_in
from shelterdesk.core.changes import Changes, Done
from shelterdesk.core.errors import NotAllowed, Refused
from shelterdesk.core.roles import may_do
from shelterdesk.core.words import ntr, tr
from shelterdesk.db import meta, schema
from shelterdesk.db.check import check
from shelterdesk.db.connection import Connection, open_file
from shelterdesk.db.log_reach import chains_at, follows_from, newest_event, people_in
from shelterdesk.db.state import state_of
from shelterdesk.db.store import Reader
from shelterdesk.keys import keyfile
from shelterdesk.keys.desk import desk_hex
from shelterdesk.sync import stick

TRIAL = "trial"
"""Folder of a trial, in the folder of the desk; nothing in it is ever taken for a station."""

REMIND_DAYS = 30
_DAY_MS = 86_400_000


class Equal(StrEnum):
    """How a backup compares with the desk as it was then."""

    STATE = "state"  # the same logical state
    LOG = "log"  # the same entries; what others said since decides otherwise about some of them
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Drill:
    """What a trial found: people and entries in the backup, whether its check is whole, how it compares."""

    made_ms: int
    people: int
    entries: int
    is_whole: bool
    equal: Equal

    @property
    def is_good(self) -> bool:
        """Whether the station can be had back from this backup."""
        return self.is_whole and self.equal is not Equal.NOT


def try_backup(
    desk: Desk,
    source: Path,
    passphrase: str,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Drill:
    """Put a backup of this desk into a trial folder, open it with the passphrase of who is logged in, and check it.

    On any thread; the desk goes on meanwhile. Raises ``NotFound``, ``DamagedFile``, ``NewerData``, ``Refused`` for a
    backup of another desk, ``WrongPassphrase``, ``StickPulled``, ``DiskFull``; the trial is taken away in any case.
    """
    if not may_do(desk.user.roles, "make a backup"):
        raise NotAllowed(tr("make a backup"))
    said = read_manifest(source)
    _must_be_of(desk, said)
    folder = desk.folder / TRIAL
    sweep_trial(desk.folder)
    reader = desk.reader()
    try:
        folder.mkdir(mode=0o700)
        copy_in(said, folder)
        unlocked = keyfile.unlock(folder, desk.user.name, passphrase, desk.clock.now().timestamp())
        trial = open_file(folder / startup.FILE, unlocked.file_key, read_only=True)
        try:
            return _compared(
                said, reader, trial, folder / startup.FILE, unlocked.file_key, progress, cancelled
            )
        finally:
            trial.close()
    except OSError as error:
        raise stick.said(folder, error) from None
    finally:
        reader.close()
        sweep_trial(desk.folder)


def _compared(
    said: Manifest,
    reader: Reader,
    trial: Connection,
    path: Path,
    key: bytes,
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Drill:
    schema.refuse_newer(trial)

    def told(done: int, total: int) -> None:
        if cancelled is not None and cancelled():
            raise Refused(tr("The trial was stopped."), tr("Try the backup when there is time."))
        if progress is not None:
            progress(done, total)

    told(0, 1)
    report = check(trial, told, lambda: open_file(path, key, read_only=True), key)
    if not report.is_whole:
        return Drill(said.made_ms, people_in(trial), report.events, False, Equal.NOT)
    return Drill(said.made_ms, people_in(trial), report.events, True, _equality(trial, reader.conn))


def _equality(trial: Connection, desk: Connection) -> Equal:
    """The log first, by its chains, then the state at the newest entry of the backup."""
    if not follows_from(desk, chains_at(trial)):
        return Equal.NOT
    upto = newest_event(trial)
    return Equal.STATE if state_of(trial) == state_of(desk, upto) else Equal.LOG


def note_drill(desk: Desk, drill: Drill) -> Done[Drill]:
    """Remember when a backup was last proved to open; a bad one is nothing to remember."""
    if drill.is_good:
        with desk.store.transaction() as conn:
            meta.put(conn, "last_drill_ms", b"%d" % now_ms(desk))
    return Done(drill, Changes.of("status"))


def last_drill_ms(reader: Reader) -> int | None:
    """When a backup of this desk was last proved to open (UTC ms); None for never."""
    stored = meta.get(reader.conn, "last_drill_ms")
    return None if stored is None else int(stored)


def is_drill_due(last_ms: int | None, first_ms: int | None, now: int) -> bool:
    """Whether the last good trial, or the first backup where none was ever tried, is more than 30 days ago."""
    since = last_ms if last_ms is not None else first_ms
    return since is not None and now - since > REMIND_DAYS * _DAY_MS


def drill_words(drill: Drill, time: str) -> str:
    """What a trial found, for people; ``time`` is when the backup was made, in words."""
    people = ntr("{count} person", "{count} people", drill.people, count=f"{drill.people:,}")
    if not drill.is_whole:
        return tr(
            "The backup of {time} opened, with {people}, and its check found faults. Make a new backup now, and run "
            "the check of this station.",
            time=time,
            people=people,
        )
    if drill.equal is Equal.NOT:
        return tr(
            "The backup of {time} opened, with {people}, but it is not what this desk held then. Make a new backup "
            "now and tell the office.",
            time=time,
            people=people,
        )
    if drill.equal is Equal.LOG:
        return tr(
            "Opened and whole: {people}; every entry equal to the desk at {time}. What others said since decides "
            "otherwise about some of them.",
            people=people,
            time=time,
        )
    return tr("Opened and whole: {people}; state equal to the desk at {time}.", people=people, time=time)


def sweep_trial(folder: Path) -> None:
    """Take a trial away, also one that a killed program left."""
    shutil.rmtree(folder / TRIAL, ignore_errors=True)


def _must_be_of(desk: Desk, said: Manifest) -> None:
    if said.dev == desk_hex(desk.who.dev):
        return
    if said.practice and not desk.who.is_practice:
        raise Refused(
            tr("This is a backup of a practice station, not of this desk."),
            tr("Choose the backup whose name holds {dev}.", dev=desk_hex(desk.who.dev)),
        )
    raise Refused(
        tr("This is a backup of another desk or station."),
        tr("Choose the backup whose name holds {dev}.", dev=desk_hex(desk.who.dev)),
    )
