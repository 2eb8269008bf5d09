"""What is being typed and not saved yet: a small encrypted file of its own that outlives a killed program."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from shelterdesk.core.errors import DamagedFile
from shelterdesk.db.connection import Connection, DatabaseError, WrongKey, open_file, said, writing

FILE = "drafts.db"
SET_ASIDE = "drafts.db.damaged"


class DraftFile:
    """One sealed text for each user and screen. It belongs to the thread that opened it.

    The file is opened without waiting for the disk (``fast``): it survives a killed program, and after a
    pulled plug at worst the last words are missing. A file that cannot be read any more is set aside, since
    nobody may be kept from working by it; a fault that passes is said, and the words stay where they are.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        """Open or make the file with a raw 32-byte key; raises ``CannotWrite``, ``DiskFull``, ``Busy``."""
        self._path = folder / FILE
        try:
            self._conn = self._opened(key)
        except (WrongKey, DamagedFile):
            self._set_aside(folder)
            self._conn = self._opened(key)

    def save(self, user: str, screen: str, sealed: bytes, at_ms: int) -> None:
        """Keep the newest text of a user (id of the roster) on a screen; ``at_ms`` in UTC milliseconds."""
        self._conn.execute(
            "INSERT INTO draft (user, screen, sealed, at_ms) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (user, screen) DO UPDATE SET sealed = excluded.sealed, at_ms = excluded.at_ms",
            (user, screen, sealed, at_ms),
        )

    def load(self, user: str) -> dict[str, bytes]:
        """The texts of a user by screen."""
        rows = self._conn.execute("SELECT screen, sealed FROM draft WHERE user = ? ORDER BY screen", (user,))
        return {str(screen): bytes(sealed) for screen, sealed in rows}

    def waiting(self) -> dict[str, int]:
        """How many texts each user has begun and not finished; what is in them only they can open."""
        rows = self._conn.execute("SELECT user, count(*) FROM draft GROUP BY user ORDER BY user")
        return {str(user): int(count) for user, count in rows}

    def clear(self, user: str, screen: str) -> None:
        """Forget the text of a user on a screen; there may be none."""
        self._conn.execute("DELETE FROM draft WHERE user = ? AND screen = ?", (user, screen))

    def close(self) -> None:
        """Let the file go."""
        self._conn.close()

    def _opened(self, key: bytes) -> Connection:
        conn = open_file(self._path, key, fast=True)
        try:
            with writing(conn):
                conn.execute(
                    "CREATE TABLE IF NOT EXISTS draft (user TEXT, screen TEXT, sealed BLOB NOT NULL,"
                    " at_ms INTEGER NOT NULL, PRIMARY KEY (user, screen)) WITHOUT ROWID"
                )
            conn.execute("SELECT count(*) FROM draft").fetchone()
        except BaseException as error:
            conn.close()
            if isinstance(error, DatabaseError):
                raise said(error, self._path) from None
            raise
        return conn

    def _set_aside(self, folder: Path) -> None:
        """Away with the file and what lies beside it: the newest words may be in the log alone."""
        self._path.replace(folder / SET_ASIDE)
        for tail in ("-wal", "-shm"):
            with suppress(OSError):
                (folder / f"{SET_ASIDE}{tail}").unlink(missing_ok=True)  # of one that was set aside before
            with suppress(OSError):
                (folder / f"{FILE}{tail}").replace(folder / f"{SET_ASIDE}{tail}")
