"""Where paper and files land: at a path, whole or not at all, or in a file that is open already."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import BinaryIO

from shelterdesk.core.errors import CannotWrite, DiskFull
from shelterdesk.keys import safefile

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def write_whole(target: Path | BinaryIO, content: bytes) -> None:
    """Put ``content`` at ``target``; a path is replaced in one step and readable by this account only.

    Raises :class:`DiskFull` or :class:`CannotWrite`; what stood at a path before then still does.
    """
    if isinstance(target, Path):
        safefile.write_whole(target, content)
        return
    try:
        target.write(content)
    except OSError as fault:
        where = str(getattr(target, "name", "-"))
        if fault.errno in _FULL:
            raise DiskFull(where) from fault
        raise CannotWrite(where, fault.strerror or "") from fault
