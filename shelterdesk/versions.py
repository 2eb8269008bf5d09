"""Which program starts: versions that updates laid beside the installed one, and the pointer to the one that is used."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import platformdirs

from shelterdesk import __version__
from shelterdesk.core.errors import WorldError
from shelterdesk.core.release import is_newer
from shelterdesk.keys.safefile import write_whole

POINTER = "current.json"
WHOLE = "whole.json"
"""Written into a version's folder when the last of its files is on the disk: without it nothing starts from there."""

TRIES = 2
"""Starts a new version has before its window must have been seen once; then the one before it is used again."""

PROGRAM = "shelterdesk.exe" if sys.platform == "win32" else "shelterdesk"
_NAME = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){1,3}", re.A)


@dataclass(frozen=True, slots=True)
class Pointer:
    """The version in use and the one before it ("" is the installed program), and how its first starts went.

    ``starts`` counts those after which no window was seen. ``gone_back_from`` is a version that did not start and is
    not told about yet; ``backup`` is the backup made before the update, ``data`` the format of data before it.
    """

    version: str = ""
    previous: str = ""
    starts: int = 0
    is_proved: bool = True
    gone_back_from: str = ""
    backup: str = ""
    data: int = 0
    made_at: str = ""


def is_packed() -> bool:
    """Whether this is the built program, not a checkout or a wheel: only that can be updated by a file."""
    return bool(getattr(sys, "frozen", False))


def versions_folder() -> Path:
    """Where updates lie: the user's own place for data, so that no administrator is needed.

    ``SHELTERDESK_VERSIONS`` takes its place.
    """
    given = os.environ.get("SHELTERDESK_VERSIONS")
    return Path(given) if given else Path(platformdirs.user_data_dir("shelterdesk-versions", appauthor=False))


def read_pointer(home: Path) -> Pointer:
    """The pointer; one that is not there or cannot be read means the installed program."""
    try:
        found = json.loads((home / POINTER).read_bytes())
        kinds = {field.name: type(field.default) for field in fields(Pointer)}
        known = {name: found[name] for name, kind in kinds.items() if type(found.get(name)) is kind}
        pointer = Pointer(**known)
    except (OSError, ValueError, TypeError, AttributeError):
        return Pointer()
    named = (pointer.version, pointer.previous)
    return pointer if all(not name or _NAME.fullmatch(name) for name in named) else Pointer()


def write_pointer(home: Path, pointer: Pointer) -> None:
    """Put another pointer in its place, whole or not at all; raises ``CannotWrite``, ``DiskFull``."""
    write_whole(home / POINTER, json.dumps(asdict(pointer), indent=1).encode())


def program_of(home: Path, version: str) -> Path | None:
    """The program of a version that lies there whole, None for one that does not."""
    folder = home / version
    if not _NAME.fullmatch(version) or not (folder / WHOLE).is_file():
        return None
    program = folder / PROGRAM
    return program if program.is_file() and os.access(program, os.X_OK) else None


def program_to_start(home: Path, own: str = __version__) -> Path | None:
    """The program to start in the place of this installed one (version ``own``), None for this one itself.

    Counts the start of a version that was never seen to work; one that has had its tries is left again, and
    :func:`gone_back` says so.
    """
    pointer = read_pointer(home)
    if not pointer.version or not is_newer(pointer.version, own):
        return None  # nothing was updated, or a newer program was installed since
    program = program_of(home, pointer.version)
    if program is not None and pointer.is_proved:
        return program
    if program is not None and pointer.starts < TRIES:
        with suppress(WorldError):  # a disk that is full: it starts all the same, uncounted
            write_pointer(home, replace(pointer, starts=pointer.starts + 1))
        return program
    return _go_back_from(home, pointer, own)


def _go_back_from(home: Path, pointer: Pointer, own: str) -> Path | None:
    older = program_of(home, pointer.previous) if is_newer(pointer.previous, own) else None
    with suppress(WorldError):
        write_pointer(
            home,
            Pointer(
                pointer.previous if older is not None else "",
                gone_back_from=pointer.version,
                backup=pointer.backup,
                data=pointer.data,
                made_at=pointer.made_at,
            ),
        )
    return older


def window_seen(home: Path, own: str = __version__) -> None:
    """The window of the version that runs now stands: it has proved that it starts."""
    _note(home, own, lambda pointer: replace(pointer, starts=0, is_proved=True))


def ended_in_order(home: Path, own: str = __version__) -> None:
    """A run without a window ended as it should (a command, no display): that start proves nothing and is not counted."""
    _note(home, own, lambda pointer: replace(pointer, starts=max(0, pointer.starts - 1)))


def _note(home: Path, own: str, how: Callable[[Pointer], Pointer]) -> None:
    pointer = read_pointer(home)
    if pointer.version == own and not pointer.is_proved:
        with suppress(WorldError):
            write_pointer(home, how(pointer))


def gone_back(home: Path) -> Pointer | None:
    """The pointer after a version that did not start; None when nothing has to be told (:func:`told_gone_back`)."""
    pointer = read_pointer(home)
    return pointer if pointer.gone_back_from else None


def told_gone_back(home: Path) -> None:
    """Somebody was told: it is not told again."""
    pointer = read_pointer(home)
    if pointer.gone_back_from:
        with suppress(WorldError):
            write_pointer(home, replace(pointer, gone_back_from=""))
