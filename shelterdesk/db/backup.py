"""Copies of a file that is in use, by SQLite's own backup: a plain copy of a WAL file loses what is in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from shelterdesk.core.errors import DamagedFile, WorldError
from shelterdesk.core.words import tr
from shelterdesk.db import meta
from shelterdesk.db.connection import Connection, DatabaseError, open_file, said
from shelterdesk.keys.safefile import sync_folder

_PAGES = 512


def backup_file(
    conn: Connection,
    key: bytes,
    target: Path,
    progress: Callable[[int, int], None] | None = None,
    *,
    marked: bool = False,
) -> None:
    """Copy an open file to ``target``, encrypted with the same key; whole or not at all.

    A ``marked`` copy knows that it is one, and opens as a desk only after it was restored (SYNC §1.1).
    ``progress`` hears (pages left, pages in all). Raises ``CannotWrite``, ``DiskFull``.
    """
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    copy = open_file(partial, key)
    try:
        copy.execute("PRAGMA journal_mode = DELETE")
        conn.backup(copy, pages=_PAGES, progress=_told(progress))
        copy.execute("PRAGMA journal_mode = DELETE")
        if marked:
            meta.put(copy, meta.COPY, b"1")
        if copy.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise _not_read_back(target)
    except DatabaseError as error:
        copy.close()
        partial.unlink(missing_ok=True)
        known = said(error, target)
        raise known if isinstance(known, WorldError) else _not_read_back(target) from None
    except BaseException:
        copy.close()
        partial.unlink(missing_ok=True)
        raise
    copy.close()
    with partial.open("rb+") as stream:
        os.fsync(stream.fileno())
    partial.replace(target)
    sync_folder(target.parent)


def _not_read_back(target: Path) -> DamagedFile:
    return DamagedFile(
        target.name,
        tr("the copy does not read back"),
        tr("Run the check; if the file is whole, make the copy again on another disk."),
    )


def _told(progress: Callable[[int, int], None] | None) -> Callable[[int, int, int], None] | None:
    if progress is None:
        return None
    return lambda _status, left, total: progress(left, total)
