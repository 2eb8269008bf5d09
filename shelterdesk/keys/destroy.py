"""A folder whose keys are destroyed: what was encrypted under them is noise from then on, wherever a copy lies.

Written over and removed in an order in which every step that is missing is done at the next start: first a mark
that says what is to be done, then the key files, then what they opened, then the mark goes. What a solid-state disk
keeps of an overwritten file is beyond any program (NIST SP 800-88r1, §2.4); the file's keys were never in clear on it,
so what may be left opens only with a passphrase, the recovery sheet or the office's escrow.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from shelterdesk.keys.keyfile import FILE_NAME
from shelterdesk.keys.safefile import sync_folder, write_whole

MARK = "closing.json"
"""In the folder while it is being destroyed, and never else: whoever finds it goes on."""

CLOSED = "closed.json"
"""Stays in the folder afterwards and says that a station was closed here; no name, no key."""

_KEY_FILES = (FILE_NAME, "recovery.waiting", "keys.tries.json", "highwater.json", "join.keys")
_FOLDERS = re.compile(
    r"trial|own-copies|before-update|newer-[0-9TZ]+|table(-inbox|-join-.+)?|outbox(-inbox)?"
)
"""Folders with whole copies of the station, its key file among them, and with sealed parts for others."""
_OWN = re.compile(
    r"((station|drafts|spool|health-[0-9a-f]+|protection-[0-9a-f]+|safeguarding-[0-9a-f]+)\.db"
    r"|before-(update|repair)-[0-9TZ]+\.db|without-keys-.+)(-wal|-shm|-journal|\.partial|\.damaged)*"
    r"|reserve\.room"
    r"|((cards-)?roster(-[0-9]+)?|erased)\.json(\.sig)?(\.partial)?"
)


def begin(folder: Path, said: dict[str, object]) -> None:
    """Decide it: from here on the folder holds no station, whatever happens next. Raises ``CannotWrite``."""
    write_whole(folder / MARK, json.dumps(said).encode())


def is_begun(folder: Path) -> bool:
    """Whether a folder is being destroyed."""
    try:
        return (folder / MARK).exists()
    except OSError:
        return False


def go_on(folder: Path) -> None:
    """Do all that is not done yet; raises ``OSError`` for what cannot be removed, and then goes on another time.

    The keys are tried first and each by itself, so that one file that resists keeps none of the others.
    """
    fault: OSError | None = None
    for path in _key_files(folder):
        try:
            _write_over(path)
            path.unlink(missing_ok=True)
        except OSError as error:
            fault = error
    for path in _own_files(folder):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            fault = error
    for copies in _folders(folder):
        shutil.rmtree(copies, ignore_errors=True)
    if fault is not None:
        raise fault
    with suppress(FileNotFoundError):
        os.replace(folder / MARK, folder / CLOSED)
    with suppress(OSError):
        sync_folder(folder)


def _write_over(path: Path) -> None:
    """Random bytes over a file, on the disk; a link is left to be removed. Raises ``OSError``."""
    if path.is_symlink() or not path.is_file():
        return
    with path.open("rb+") as stream:
        stream.write(secrets.token_bytes(max(os.fstat(stream.fileno()).st_size, 1)))
        stream.flush()
        os.fsync(stream.fileno())


def _key_files(folder: Path) -> Iterator[Path]:
    """The files keys lie in: the folder's own and those of copies on its own disk."""
    for name in _KEY_FILES:
        for found in (folder / name, folder / f"{name}.partial"):
            if found.exists() or found.is_symlink():
                yield found
    for copies in _folders(folder):
        with suppress(OSError):
            yield from copies.rglob(f"{FILE_NAME}*")  # one half written too


def _folders(folder: Path) -> list[Path]:
    """The folders of copies; a link leads to somebody else's."""
    return [
        found
        for found in sorted(folder.iterdir())
        if _FOLDERS.fullmatch(found.name) and found.is_dir() and not found.is_symlink()
    ]


def _own_files(folder: Path) -> Iterator[Path]:
    """Everything else the station wrote into the folder; what somebody else put there is left alone."""
    yield from (found for found in sorted(folder.iterdir()) if _OWN.fullmatch(found.name))
