"""What servers and the libraries that speak to them raise, as sentences of the world; what is our own fault stays one.

Every scheme has exceptions of its own, and a library may stumble over whatever a server answers: as long as the fault
came up in a library and not in our lines, it is the server or the network.
"""

from __future__ import annotations

import errno
import ftplib
import traceback
from pathlib import Path

import paramiko

import shelterdesk
from shelterdesk.core.errors import DiskFull, Refused, WorldError
from shelterdesk.core.words import tr
from shelterdesk.sync.network_words import why_gone
from shelterdesk.sync.place import NoEntry
from shelterdesk.sync.shelf import ShelfGone

_OURS = str(Path(shelterdesk.__file__).parent)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_NOT_LET_IN = frozenset({401, 407, 430, 530, 532})
_NOT_ALLOWED = frozenset({403, 405, 550, 553})
_NO_ROOM = frozenset({413, 452, 507, 552})
_OF_ENTRY = ("auth", "credential", "login")


def said(where: str, fault: Exception) -> WorldError | None:
    """The sentence for what was raised while a server was asked; None where the fault is ours."""
    if isinstance(fault, WorldError):
        return fault
    code = _code(fault)
    if code in _NO_ROOM or (isinstance(fault, OSError) and _is_full(fault)):
        return DiskFull(where)
    if isinstance(fault, PermissionError) or code in _NOT_ALLOWED:
        return NoEntry(where, tr("Ask the office for the right to write in that folder."))
    if code in _NOT_LET_IN or _is_of_entry(fault):
        return NoEntry(where, tr("Check the user's name, the password or the key."))
    if isinstance(fault, OSError | EOFError | paramiko.SSHException | ftplib.Error):
        return ShelfGone(where, why_gone(fault))
    if _is_ours(fault):
        return None
    if isinstance(fault, NotImplementedError):
        return Refused(
            tr("Files cannot be kept at this kind of address."),
            tr("Use an address that begins with sftp://."),
        )
    return ShelfGone(where, tr("its answer is not understood"))


def _code(fault: Exception) -> int:
    """The number a server answered with, of HTTP or of FTP; 0 for none."""
    for name in ("status", "status_code", "code"):
        found = getattr(fault, name, None)
        if isinstance(found, int):
            return found
    begin = str(fault)[:3] if isinstance(fault, ftplib.Error) else ""
    return int(begin) if begin.isdecimal() else 0


def _is_full(fault: OSError) -> bool:
    # What it says, without the name of a file: that may be anything.
    return fault.errno in _FULL or any("space" in str(said).lower() for said in fault.args[:2])


def _is_of_entry(fault: Exception) -> bool:
    """Whether it is about who asks, by the names that libraries give such exceptions."""
    return any(word in kind.__name__.lower() for kind in type(fault).__mro__ for word in _OF_ENTRY)


def _is_ours(fault: Exception) -> bool:
    """Whether it came up in a line of this program."""
    frames = traceback.extract_tb(fault.__traceback__)
    return not frames or frames[-1].filename.startswith(_OURS)
