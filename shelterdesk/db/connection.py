"""Opening an encrypted file: SQLCipher behind the interface of sqlite-utils, settings that keep promises.

The two lines on ``sys.modules`` must run before sqlite_utils is first imported: it then takes
sqlcipher3's exceptions for its own, without which ``alter=True`` and others fail.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, cast

import sqlcipher3
from sqlcipher3 import dbapi2

sys.modules.setdefault("pysqlite3", cast("Any", sqlcipher3))
sys.modules.setdefault("pysqlite3.dbapi2", dbapi2)

from sqlite_utils import Database  # noqa: E402  after the shim

from shelterdesk.core.errors import CannotWrite, DamagedFile, DiskFails, DiskFull, WorldError  # noqa: E402
from shelterdesk.core.words import tr  # noqa: E402

Connection = dbapi2.Connection
DatabaseError = dbapi2.DatabaseError
OperationalError = dbapi2.OperationalError

_BUSY_MS = 15_000


# Before it binds a value that is neither number nor text, the driver looks for a way to adapt it: a
# microsecond for every NULL and every BLOB, most of the cost of a row. Told one that gives the value back, it
# takes an eighth of that.
def _as_it_is(value: None) -> None:
    return value


dbapi2.register_adapter(bytes, bytes)
dbapi2.register_adapter(type(None), _as_it_is)


class WrongKey(WorldError):
    """The file does not open with this key, or is no database at all."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            tr("{name} does not open with this key, or it is damaged.", name=path.name),
            _from_backup(),
        )


def _from_backup() -> str:
    return tr("Restore the last backup into a new folder; keep this one as it is.")


class Busy(WorldError):
    """Another process held the file longer than we wait."""

    def __init__(self) -> None:
        super().__init__(
            tr("Another command is writing to this station right now."),
            tr("Wait until it is done and try again."),
        )


def open_file(path: Path, key: bytes, *, read_only: bool = False, fast: bool = False) -> Connection:
    """A connection to an encrypted file with a raw 32-byte key; it belongs to the calling thread.

    ``fast`` gives up durability against power loss (not against a killed process): for drafts, and for
    files that can be rebuilt. Raises :class:`WrongKey`, :class:`CannotWrite`, :class:`DiskFull`.
    """
    if len(key) != 32:
        raise ValueError("a file key has 32 bytes")
    if read_only and not path.exists():
        raise DamagedFile(path.name, tr("the file is not there"), tr("Choose the folder of the station."))
    if not read_only and not path.exists():
        with suppress(OSError):  # for its owner alone from the first byte; a stick has no permissions to set
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    mode = "ro" if read_only else "rwc"
    try:
        conn = dbapi2.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=_BUSY_MS / 1000
        )
    except dbapi2.OperationalError as error:
        raise CannotWrite(str(path.name), str(error)) from None
    try:
        conn.execute("PRAGMA cipher_log_level = NONE")
        conn.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except dbapi2.OperationalError as error:
        conn.close()
        raise said(error, path) from None
    except dbapi2.DatabaseError:
        conn.close()
        raise WrongKey(path) from None
    conn.execute("PRAGMA temp_store = MEMORY")
    # 24 MB: three times as much finds people no faster in a file of a million, and a desk has two connections open.
    conn.execute("PRAGMA cache_size = -24576")
    conn.execute("PRAGMA trusted_schema = OFF")
    if read_only:
        conn.execute("PRAGMA query_only = ON")
        return conn
    try:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute(f"PRAGMA synchronous = {'OFF' if fast else 'FULL'}")
        conn.execute("PRAGMA secure_delete = ON")
    except dbapi2.OperationalError as error:
        conn.close()
        raise said(error, path) from None
    return conn


def tables_of(conn: Connection) -> Database:
    """The same connection through sqlite-utils."""
    return Database(cast("Any", conn), recursive_triggers=False)


def said(error: Exception, path: Path) -> Exception:
    """A failure of SQLite as a sentence of the world, or the error itself where it is ours."""
    text = str(error)
    if "disk is full" in text or "database or disk is full" in text:
        return DiskFull(tr("this laptop's disk"))
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return CannotWrite(str(path.name), text)
    if "locked" in text or "busy" in text:
        return Busy()
    if "disk I/O error" in text:
        if _is_full(path):  # what SQLite says of a file that could not be made longer
            return DiskFull(tr("this laptop's disk"))
        return DiskFails(str(path.name))
    if "malformed" in text:
        return DamagedFile(path.name, tr("it is damaged"), _from_backup())
    if "not a database" in text:
        return WrongKey(path)
    return error


def _is_full(path: Path) -> bool:
    """Whether a folder takes nothing more: SQLite says of a spent quota only that the disk failed."""
    try:
        if shutil.disk_usage(path.parent).free < _FULL_BELOW:
            return True
        with TemporaryFile(dir=path.parent, buffering=0) as probe:
            probe.write(bytes(_PROBE))
            os.fsync(probe.fileno())
    except OSError as error:
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return False


_FULL_BELOW = 1 << 20
_PROBE = 1 << 16


_AT_ONCE = 400


def in_parts(keys: Sequence[Any]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Keys in parts small enough for one statement, each with its question marks."""
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        yield ",".join("?" * len(part)), part


def file_of(conn: Connection) -> Path:
    """The path behind a connection."""
    return Path(str(conn.execute("PRAGMA database_list").fetchone()[2]))


def _take_lock(conn: Connection) -> None:
    """Begin a transaction that may write, asking every millisecond while another holds the lock.

    SQLite itself asks ever more seldom, up to every 100 ms, and so keeps missing the moments that an import
    leaves free between two slices: a save then waited half a second instead of 30 ms (measured).
    """
    conn.execute("PRAGMA busy_timeout = 0")
    try:
        for _ in range(_BUSY_MS):
            try:
                conn.execute("BEGIN IMMEDIATE")
                return
            except dbapi2.OperationalError as error:
                if "locked" not in str(error) and "busy" not in str(error):
                    raise said(error, file_of(conn)) from None
            time.sleep(0.001)
        raise Busy
    finally:
        conn.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")


def cut_log(conn: Connection) -> bool:
    """Put the log beside the file into it and leave nothing there; False where somebody reads an older state."""
    conn.execute("PRAGMA busy_timeout = 0")
    try:
        return not conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except dbapi2.OperationalError:
        return False
    finally:
        conn.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")


@contextmanager
def writing(conn: Connection) -> Iterator[None]:
    """One transaction that takes the write lock at once; rolled back whole when anything goes wrong.

    Sequence, clock and chain head are read inside it (SYNC §1.0, several processes). The failures of
    SQLite leave as sentences of the world.
    """
    _take_lock(conn)
    try:
        yield
        conn.execute("COMMIT")
    except BaseException as error:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        if isinstance(error, dbapi2.DatabaseError):
            known = said(error, file_of(conn))
            if known is not error:
                raise known from None
        raise
