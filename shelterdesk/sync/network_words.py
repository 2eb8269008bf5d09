"""Why nobody answers at an address, in words: what systems and libraries say of it is for programmers."""

from __future__ import annotations

import errno
import socket

from shelterdesk.core.words import tr

_NO_WAY = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL})
_BROKEN = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ESHUTDOWN, errno.ENOTCONN})


def why_gone(fault: BaseException) -> str:
    """A few words, or nothing where there is nothing to say."""
    several = getattr(fault, "errors", None)  # of a name with several addresses, as paramiko tells it
    if isinstance(several, dict) and several:
        return why_gone(next(iter(several.values())))
    if isinstance(fault, socket.gaierror):
        return tr("no server of this name is known here")
    if isinstance(fault, TimeoutError):
        return tr("no answer came in time")
    if isinstance(fault, ConnectionRefusedError):
        return tr("nothing listens there")
    number = fault.errno if isinstance(fault, OSError) else None
    if number in _NO_WAY:
        return tr("no network leads there")
    if number in _BROKEN or isinstance(fault, EOFError):
        return tr("the connection broke off")
    return ""
