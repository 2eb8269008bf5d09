"""What CUPS knows of a printer and Qt does not tell: whether it takes jobs, what holds it up, whether it took ours.

Qt's part for printing is linked with libcups already; here the same library is asked a few questions more. Where
there is none (Windows), every answer is "nothing known", and what Qt says of a printer has to do. Every call blocks
until CUPS answers, so none is for the window's thread.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_long
from dataclasses import dataclass
from functools import cache
from typing import Any

NOT_ACCEPTED = 0x0100
"""From here up IPP's status codes are refusals (RFC 8011 §4.1.6.1)."""

_ACTIVE = 0

HOLDS_UP = frozenset(
    {
        "offline", "connecting-to-device", "timed-out", "paused", "shutdown", "media-empty", "media-needed",
        "media-jam", "cover-open", "door-open", "toner-empty", "marker-supply-empty", "interlock-open",
    }
)  # fmt: skip
"""Reasons (RFC 8011 §5.4.12) for which a job lies in CUPS and nothing comes out."""


class _Option(Structure):
    _fields_ = (("name", c_char_p), ("value", c_char_p))


class _Dest(Structure):
    _fields_ = (
        ("name", c_char_p), ("instance", c_char_p), ("is_default", c_int), ("num_options", c_int),
        ("options", POINTER(_Option)),
    )  # fmt: skip


class _Job(Structure):
    _fields_ = (
        ("id", c_int), ("dest", c_char_p), ("title", c_char_p), ("user", c_char_p), ("format", c_char_p),
        ("state", c_int), ("size", c_int), ("priority", c_int),
        ("completed_time", c_long), ("creation_time", c_long), ("processing_time", c_long),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stand:
    """How a printer stands: whether it takes jobs, how many lie before it, and what holds it up."""

    accepts: bool
    jobs: int
    reasons: frozenset[str]

    @property
    def is_held_up(self) -> bool:
        """Whether a further job would only lie there, unencrypted: one lies there already and does not move.

        Reasons alone prove nothing: CUPS learns that paper was put in only with the next job.
        """
        return self.jobs > 0 and bool(self.reasons & HOLDS_UP)


def printer_stand(name: str) -> Stand | None:
    """How a printer of CUPS stands; None for nothing known."""
    library = _library()
    if library is None:
        return None
    with _dest(library, name) as options:
        if options is None:
            return None
    said = options.get("printer-state-reasons", "")
    reasons = frozenset(_plain(one) for one in said.split(","))
    return Stand(options.get("printer-is-accepting-jobs", "true") != "false", _jobs(library, name), reasons)


def was_refused() -> bool:
    """Whether what this thread asked of CUPS last was refused: Qt gives a job away and does not look."""
    library = _library()
    return library is not None and int(library.cupsLastError()) >= NOT_ACCEPTED


def _plain(reason: str) -> str:
    for tail in ("-error", "-warning", "-report"):
        reason = reason.removesuffix(tail)
    return reason.strip()


@contextmanager
def _dest(library: Any, name: str) -> Iterator[dict[str, str] | None]:
    found = library.cupsGetNamedDest(None, name.encode(), None)
    if not found:
        yield None
        return
    try:
        dest = found.contents
        given = (dest.options[at] for at in range(dest.num_options))
        yield {(one.name or b"").decode(): (one.value or b"").decode("utf-8", "replace") for one in given}
    finally:
        library.cupsFreeDests(1, found)


def _jobs(library: Any, name: str) -> int:
    jobs = POINTER(_Job)()
    count = int(library.cupsGetJobs2(None, byref(jobs), name.encode(), 0, _ACTIVE))
    if count > 0:
        library.cupsFreeJobs(count, jobs)
    return max(0, count)


@cache
def _library() -> Any:
    """The library, or None; by the name Qt is linked with, so that it is loaded once."""
    if sys.platform == "win32":
        return None
    try:
        library = ctypes.CDLL("libcups.2.dylib" if sys.platform == "darwin" else "libcups.so.2")
    except OSError:
        return None
    library.cupsGetNamedDest.restype = POINTER(_Dest)
    library.cupsGetNamedDest.argtypes = (ctypes.c_void_p, c_char_p, c_char_p)
    library.cupsFreeDests.argtypes = (c_int, POINTER(_Dest))
    library.cupsFreeDests.restype = None
    library.cupsGetJobs2.argtypes = (ctypes.c_void_p, POINTER(POINTER(_Job)), c_char_p, c_int, c_int)
    library.cupsGetJobs2.restype = c_int
    library.cupsFreeJobs.argtypes = (c_int, POINTER(_Job))
    library.cupsFreeJobs.restype = None
    library.cupsLastError.restype = c_int
    return library
