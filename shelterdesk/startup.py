"""Steps before either door opens: folder, language, lock, backup, migrate, newer files refused, restored ones noticed."""

from __future__ import annotations

import gettext
import json
import os
import secrets
import sys
from collections.abc import Container
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from importlib import resources
from pathlib import Path

import platformdirs

from shelterdesk.core.errors import CannotWrite, DamagedFile, InUse, Refused, WorldError
from shelterdesk.core.moment import Clock, DeskClock, to_milliseconds
from shelterdesk.core.words import speak, tr
from shelterdesk.db import conflicts, judging, meta, presence, reserve, schema, search, tables
from shelterdesk.db.backup import copy_beside
from shelterdesk.db.chain import last_seq
from shelterdesk.db.connection import Connection, open_file, said, writing
from shelterdesk.db.rebuild import rebuild
from shelterdesk.db.status import CONFIRMED, is_within, past_ms
from shelterdesk.db.store import Store
from shelterdesk.keys import destroy, keyfile
from shelterdesk.keys.desk import DeskKeys
from shelterdesk.keys.ed25519 import is_signed_by
from shelterdesk.keys.machine import take_lock
from shelterdesk.keys.safefile import make_folders, write_whole

FILE = "station.db"
HIGH_WATER = "highwater.json"
WINDOW_LOCK = "window.lock"
ERASED = "erased.json"
"""What the office had erased, noted outside the file too (``actions/erasures_file.py``)."""

SAID_CLOCK = "said_clock"
RESTORING = "restoring.json"
"""In the folder while a backup is put into it, and never else: what lies there is no station yet."""

JOIN_KEYS = "join.keys"
"""A new desk's private keys until it is admitted; they open nothing before that, and move into its file then."""

EPOCH_GAP = 5_000
"""Numbers left out after a restore: those given since the backup must not be given again."""

_EPOCH_RANDOM = 26
_HIGH_WATER = b"highwater.v1@shelterdesk\0"


def data_folder(given: Path | None) -> Path:
    """The station's (or office's) folder: the one given, or the platform's place for user data."""
    return given if given is not None else Path(platformdirs.user_data_dir("shelterdesk", appauthor=False))


def languages() -> list[str]:
    """Languages that have a catalogue, English first."""
    root = resources.files("shelterdesk.resources") / "translations"
    return ["en", *sorted(p.name[:-3] for p in root.iterdir() if p.name.endswith(".mo"))]


def use_language(language: str) -> None:
    """Speak that language from now on; one without a catalogue leaves the source English."""
    file = resources.files("shelterdesk.resources") / "translations" / f"{language[:2]}.mo"
    if language[:2] == "en" or not file.is_file():
        speak("en")
        return
    with file.open("rb") as stream:
        speak(language[:2], gettext.GNUTranslations(stream))


def is_set_up(folder: Path) -> bool:
    """Whether the folder holds a station or an office; one being closed, or half restored, holds none any more."""
    if destroy.is_begun(folder):
        finish_closing(folder)
        return False
    try:
        return (folder / FILE).exists() and not (folder / RESTORING).exists()
    except OSError:  # no path there can be
        return False


def finish_closing(folder: Path) -> bool:
    """Go on where the closing of a station was cut off; False while something of it still cannot be removed."""
    with suppress(OSError):
        destroy.go_on(folder)
    return not destroy.is_begun(folder)


def must_have_display() -> None:
    """Raise ``WorldError`` where no window can be shown; Qt itself would end the program without a word of ours."""
    shown = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if sys.platform.startswith("linux") and not shown:
        raise WorldError(
            tr("There is no display here to open the window on."),
            tr("Start it at a desktop; or use the commands, which shelterdesk --help lists."),
        )


def prepare_folder(folder: Path) -> None:
    """Make the folder, for its owner only; raises ``CannotWrite`` where that is not possible.

    Raises ``Refused`` while a station that was closed in it cannot be removed: a new one would go with it.
    """
    if destroy.is_begun(folder) and not finish_closing(folder):
        raise Refused(
            tr("The station in this folder is being closed, and some of its files cannot be removed yet."),
            tr("Close every other program that uses the folder, or start the laptop anew, and try again."),
        )
    _finish_killed_restore(folder)
    try:
        make_folders(folder)
        with suppress(OSError):  # a stick without permissions has none to set
            folder.chmod(0o700)
    except OSError as error:
        raise CannotWrite(str(folder), error.strerror or "") from None
    if not os.access(folder, os.W_OK):
        raise CannotWrite(str(folder))


def _finish_killed_restore(folder: Path) -> None:
    """A restore that was killed here left half a station: it goes, and whatever is to be made here can be made."""
    try:
        stored = (folder / RESTORING).read_bytes()
    except (OSError, ValueError):  # none, or a folder of which the next step says what is wrong with it
        return
    try:
        take_back(folder, {str(name) for name in json.loads(stored)})
    except (OSError, ValueError, TypeError):
        raise Refused(
            tr(
                "The folder {name} holds what is left of a station: {file}.", name=folder.name, file=RESTORING
            ),
            tr("Restore into an empty folder; the old one stays as it is."),
        ) from None


def take_back(folder: Path, had: Container[str]) -> None:
    """What a restore that failed brought along goes; what was there before (``had``) stays. Raises ``OSError``."""
    for file in (FILE, keyfile.FILE_NAME, HIGH_WATER, ERASED):
        for tail in ("", "-wal", "-shm", "-journal"):
            if f"{file}{tail}" not in had:
                (folder / f"{file}{tail}").unlink(missing_ok=True)
    (folder / RESTORING).unlink(missing_ok=True)


def new_store(folder: Path, key: bytes, who: meta.Whoami, keys: DeskKeys, clock: Clock) -> Store:
    """Make a folder's file; where it cannot be made whole (``DiskFull``), nothing of it stays to stand in the way."""
    try:
        return Store.create(folder / FILE, key, who, keys, clock)
    except BaseException as error:
        sweep(folder)
        if isinstance(error, Exception):
            raise said(error, folder / FILE) from None
        raise


def sweep(folder: Path) -> None:
    """Take away what a set-up that failed just now had begun."""
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm", f"{FILE}-journal"):
        with suppress(OSError):
            (folder / name).unlink()


def sweep_join_keys(folder: Path) -> None:
    """Keys of a desk that has moved into its file lie in clear no longer; done again at each opening, if need be."""
    with suppress(OSError):
        (folder / JOIN_KEYS).unlink(missing_ok=True)


def open_store(folder: Path, key: bytes, clock: Clock) -> Store:
    """Open a folder's file: refuse a newer one or a backup, migrate an older one after a backup, notice a restored one.

    Raises ``NewerData``, ``IsCopy``, ``WrongKey``, ``CannotWrite``, ``DiskFull``.
    """
    path = folder / FILE
    if not path.exists():
        raise DamagedFile(
            path.name,
            tr("the file is not there"),
            tr("Choose the station's folder, or restore it from a backup."),
        )
    if not os.access(path, os.W_OK) or not os.access(folder, os.W_OK):
        raise CannotWrite(str(folder), tr("it is read-only"))
    # Logging in writes too, even what only reads needs some room, and nobody may be kept out by a full disk.
    gave_up = reserve.give_up_if_low(folder)
    _refuse_untouched(path, key)
    conn = open_file(path, key)
    try:
        if schema.is_behind(conn):
            copy_beside(conn, key, folder / f"before-update-{clock.now():%Y%m%dT%H%M%SZ}.db")
            schema.bring_up_to_date(conn)
        _align(conn)
        _notice_restore(conn, folder, clock)
    finally:
        conn.close()
    sweep_join_keys(folder)
    store = Store(path, key, clock)
    store.gave_up_reserve = gave_up
    look_at_clock(store)
    with store.transaction():
        judging.put_off_parked(store.conn)
    store.apply_statements()
    store.judge_waiting()
    store.sweep()
    return store


def look_at_clock(store: Store) -> None:
    """Whether the machine's clock can be right; what somebody said to add to it holds until it is (SYNC §1.3).

    It holds as long as the time it gives goes on from where it was last: a clock that begins anew in 1970 at every
    start is asked about at every start.
    """
    clock, conn = store.clock, store.conn
    machine = clock.machine if isinstance(clock, DeskClock) else clock
    now_ms = to_milliseconds(machine.now())
    fits = is_within(now_ms, past_ms(conn, store.who))
    confirmed = meta.get(conn, CONFIRMED)
    store.clock_doubt = not fits and (confirmed is None or not is_within(now_ms, int(confirmed)))
    said = read_said_clock(conn) if store.clock_doubt else None
    holds = said is not None and is_within(now_ms + said[0], said[1])
    # What was said is forgotten once the clock is right by itself, or it would excuse another wrong one later.
    for key, is_over in ((SAID_CLOCK, not store.clock_doubt), (CONFIRMED, fits)):
        if is_over and meta.get(conn, key) is not None:
            with writing(conn):
                meta.drop(conn, key)
    if isinstance(clock, DeskClock):
        clock.offset = timedelta(milliseconds=said[0]) if said is not None and holds else timedelta()
    store.asks_for_date = store.clock_doubt and not holds


def note_clock(store: Store) -> None:
    """At the end of work: how far the time that somebody said, or said to be right, has come."""
    said, now = read_said_clock(store.conn), to_milliseconds(store.now)
    if said is not None and not store.asks_for_date:
        with store.transaction() as conn:
            meta.put(conn, SAID_CLOCK, json.dumps([said[0], now]).encode())
    if meta.get(store.conn, CONFIRMED) is not None and not store.clock_doubt:
        with store.transaction() as conn:
            meta.put(conn, CONFIRMED, b"%d" % now)


def read_said_clock(conn: Connection) -> tuple[int, int] | None:
    """Milliseconds somebody said to add to the machine's clock, and the time it gave when it was last used (UTC ms)."""
    stored = meta.get(conn, SAID_CLOCK)
    try:
        delta, last = json.loads(stored or b"")
        return int(delta), int(last)
    except (ValueError, TypeError):
        return None


def _refuse_untouched(path: Path, key: bytes) -> None:
    """Refuse a newer file, and a backup, before a byte of it changes: a backup must still be what was written."""
    conn = open_file(path, key, read_only=True)
    try:
        schema.refuse_empty(conn)
        schema.refuse_newer(conn)
        meta.refuse_copy(conn)
    finally:
        conn.close()


def _align(conn: Connection) -> None:
    """Bring the derived tables in line with this program's registry."""
    with writing(conn):
        is_told = tables.tells_of_lacking(conn)
        grown = tables.align(conn)
        search.align(conn)
        presence.align(conn)
        if grown or is_told:
            rebuild(conn)
        conflicts.align(conn)


def _notice_restore(conn: Connection, folder: Path, clock: Clock) -> None:
    """A file that knows less than this desk once wrote is a restored one: it goes on in a new epoch (SYNC §1.1)."""
    who = meta.get_whoami(conn)
    mark = read_high_water(folder, meta.get_desk_keys(conn).public)
    if mark is None or mark[0] < who.epoch:
        return
    if mark > (who.epoch, last_seq(conn, who.dev, who.epoch)):
        begin_epoch(conn, clock, mark[0])


def begin_epoch(conn: Connection, clock: Clock, above: int = 0) -> None:
    """Go on in a new epoch, greater than the present one and ``above``, with a gap in every counter of numbers.

    A copy made as a backup is the desk from then on.
    """
    with writing(conn):
        who = meta.get_whoami(conn)
        meta.put_whoami(conn, replace(who, epoch=new_epoch(max(above, who.epoch), clock)))
        meta.skip_counts(conn, EPOCH_GAP)
        meta.drop(conn, meta.COPY)


def new_epoch(above: int, clock: Clock) -> int:
    """An epoch greater than ``above`` that no other restore of the same file takes.

    Minutes since 1970 and 26 random bits: two restores of one backup, even with the same clock or a clock that
    stands in 1970, meet once in 67 million. Below 2^53 until the year 2225 (SYNC §1.1).
    """
    minutes = max(0, to_milliseconds(clock.now()) // 60_000)
    below = (1 << 53) - (1 << _EPOCH_RANDOM)
    return min(max(minutes << _EPOCH_RANDOM, above + 1), below) + secrets.randbits(_EPOCH_RANDOM)


def write_high_water(store: Store, folder: Path) -> None:
    """Note outside the file how far this desk has written, signed, so that a restored file gives itself away."""
    who = store.who
    body = f"{who.epoch}:{last_seq(store.conn, who.dev, who.epoch)}"
    signature = store.keys.signing.sign(_HIGH_WATER + body.encode())
    write_whole(folder / HIGH_WATER, json.dumps({"mark": body, "signature": signature.hex()}).encode())


def read_high_water(folder: Path, public: bytes) -> tuple[int, int] | None:
    """(epoch, seq) this desk once noted; None where there is no mark of this desk."""
    try:
        found = json.loads((folder / HIGH_WATER).read_bytes())
        body, signature = str(found["mark"]), bytes.fromhex(found["signature"])
        if not is_signed_by(public, _HIGH_WATER + body.encode(), signature):
            return None
        epoch, _, seq = body.partition(":")
        return int(epoch), int(seq)
    except (OSError, ValueError, KeyError, TypeError):
        return None


class WindowLock:
    """One window a folder; commands may go on beside it."""

    def __init__(self, folder: Path) -> None:
        """Take the lock or raise ``InUse``; it is let go by :meth:`release` or with the process."""
        try:
            self._file = (folder / WINDOW_LOCK).open("a+b")
        except OSError as error:
            raise CannotWrite(str(folder), error.strerror or "") from None
        if not take_lock(self._file.fileno()):
            self._file.close()
            raise InUse

    def release(self) -> None:
        """Let another window in."""
        self._file.close()
