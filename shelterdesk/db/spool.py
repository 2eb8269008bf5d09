"""Papers on their way to a printer: an encrypted file of its own, so that no restart loses one; never exchanged."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from shelterdesk.core.errors import DamagedFile
from shelterdesk.db.connection import Connection, DatabaseError, WrongKey, open_file, said, writing

FILE = "spool.db"
SET_ASIDE = "spool.db.damaged"


@dataclass(frozen=True, slots=True)
class SpoolRow:
    """What stands beside the pages. ``head`` says what the paper is, as JSON, sealed where ``owner`` is a user.

    ``state`` is a word of ``core``; ``at_ms`` when it came, ``turned_ms`` when the state was last changed, both
    in UTC milliseconds. ``size`` counts the bytes of the pages.
    """

    id: int
    at_ms: int
    turned_ms: int
    owner: str
    state: str
    head: bytes
    size: int


class SpoolFile:
    """The file, opened for one piece of work by :func:`opened_spool`; it belongs to that thread."""

    def __init__(self, conn: Connection, path: Path) -> None:
        self._conn, self._path = conn, path

    def add(self, owner: str, state: str, head: bytes, data: bytes, at_ms: int) -> int:
        """Keep a paper; the number it is known by. Durable when this returns. Raises ``DiskFull``."""
        with writing(self._conn):
            row = self._conn.execute(
                "INSERT INTO print (at_ms, turned_ms, owner, state, head, sha256, data)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (at_ms, at_ms, owner, state, head, hashlib.sha256(data).digest(), data),
            ).fetchone()
        return int(row[0])

    def rows(self) -> list[SpoolRow]:
        """All papers without their pages, the oldest first."""
        found = self._conn.execute(
            "SELECT id, at_ms, turned_ms, owner, state, head, length(data) FROM print ORDER BY id"
        )
        return [SpoolRow(*row) for row in found]

    def data(self, number: int) -> bytes | None:
        """The pages, None where they are gone or are not what was put in any more."""
        try:
            row = self._conn.execute("SELECT data, sha256 FROM print WHERE id = ?", (number,)).fetchone()
        except DatabaseError:  # a page of the file that does not decrypt
            return None
        if row is None or hashlib.sha256(row[0]).digest() != bytes(row[1]):
            return None
        return bytes(row[0])

    def turn(self, number: int, state: str, at_ms: int, head: bytes | None = None) -> None:
        """Give a paper another state, and another head where one is given."""
        with writing(self._conn):
            self._conn.execute(
                "UPDATE print SET state = ?, turned_ms = ?, head = coalesce(?, head) WHERE id = ?",
                (state, at_ms, head, number),
            )

    def forget(self, numbers: list[int]) -> None:
        """Papers that are wanted no more; their bytes are overwritten."""
        if numbers:
            with writing(self._conn):
                self._conn.executemany("DELETE FROM print WHERE id = ?", [(n,) for n in numbers])


@contextmanager
def opened_spool(folder: Path, key: bytes) -> Iterator[SpoolFile]:
    """The spool of a folder under a raw 32-byte key, for one piece of work.

    A file that cannot be read any more is set aside, since nobody may be kept from printing by it; a fault that
    passes is said (``CannotWrite``, ``DiskFull``, ``Busy``), and the papers stay where they are.
    """
    path = folder / FILE
    try:
        conn = _opened(path, key)
    except (WrongKey, DamagedFile):
        _put_aside(folder)
        conn = _opened(path, key)
    fault: Exception | None = None
    try:
        yield SpoolFile(conn, path)
    except DatabaseError as error:
        fault = said(error, path)
    finally:
        with suppress(DatabaseError):
            conn.close()
    if isinstance(fault, DamagedFile):  # found only now: the next paper gets a file that works
        with suppress(OSError):
            _put_aside(folder)
    if fault is not None:
        raise fault


def has_spool(folder: Path) -> bool:
    """Whether anything was ever printed here."""
    return (folder / FILE).exists()


def _opened(path: Path, key: bytes) -> Connection:
    conn = open_file(path, key)
    try:
        if not conn.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'print'").fetchone()[0]:
            with writing(conn):
                conn.execute(
                    "CREATE TABLE IF NOT EXISTS print (id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL,"
                    " turned_ms INTEGER NOT NULL, owner TEXT NOT NULL, state TEXT NOT NULL, head BLOB NOT NULL,"
                    " sha256 BLOB NOT NULL, data BLOB NOT NULL)"
                )
                # The numbers of a file that was set aside while the window holds them are not given again.
                conn.execute("INSERT INTO sqlite_sequence VALUES ('print', ?)", (secrets.randbelow(1 << 47),))
        conn.execute("SELECT count(*) FROM print").fetchone()
    except BaseException as error:
        conn.close()
        if isinstance(error, DatabaseError):
            raise said(error, path) from None
        raise
    return conn


def _put_aside(folder: Path) -> None:
    """Away with the file and what lies beside it: the newest papers may be in the log alone."""
    (folder / FILE).replace(folder / SET_ASIDE)
    for tail in ("-wal", "-shm"):
        with suppress(OSError):
            (folder / f"{SET_ASIDE}{tail}").unlink(missing_ok=True)
        with suppress(OSError):
            (folder / f"{FILE}{tail}").replace(folder / f"{SET_ASIDE}{tail}")
