"""What a run did to the disk, read from strace: writes with their bytes, syncs, names made and moved, and what was told.

The order is that of the calls. Offsets of plain ``write`` follow from where a descriptor stood.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tests.faults.lab import Lab
from tests.faults.workflows import Told

TRACED = (
    "openat", "creat", "close", "write", "pwrite64", "writev", "pwritev", "pwritev2", "lseek", "ftruncate",
    "truncate", "fallocate", "fsync", "fdatasync", "sync", "sync_file_range", "rename", "renameat", "renameat2",
    "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "link", "linkat", "symlink", "symlinkat", "dup", "dup2", "dup3",
    "sendfile", "copy_file_range", "sendto",
)  # fmt: skip
_UNREAD = {
    "creat", "writev", "pwritev", "pwritev2", "truncate", "sync_file_range", "link", "linkat", "symlink", "symlinkat",
    "sendfile", "copy_file_range",
}  # fmt: skip
"""Calls that would change the disk in a way this reader does not know: met below the place, they stop it."""


@dataclass(frozen=True, slots=True)
class Create:
    """A file that was not there before."""

    path: str


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes at an offset of the file that has this name now."""

    path: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Size:
    """A file cut, or made longer, to so many bytes."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """A file, or a folder, brought to the disk."""

    path: str


@dataclass(frozen=True, slots=True)
class Move:
    """A name moved over another."""

    path: str
    to: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A name taken away, of a file or of an empty folder."""

    path: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder made."""

    path: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the program called done at this moment."""

    told: Told


Act: TypeAlias = Create | Write | Size | Sync | Move | Gone | Folder | Said

_HEX = re.compile(r"\\x([0-9a-f]{2})")
_CALL = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+|\?)(.*)$", re.DOTALL)
_BEGUN = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
_HANDLE = re.compile(r"^(\d+)<((?:[^>\\]|\\x[0-9a-f]{2})*)>")


def record(lab: Lab, name: str) -> list[Act]:
    """Run a workflow in a fresh place under strace; everything it did to that place, in order."""
    place = lab.place(name)
    known = {str(one) for one in place.rglob("*")}
    log = lab.scratch / f"{name}.trace"
    options = ["-y", "-xx", "-s", str(1 << 24), "-o", str(log), "-e", f"trace={','.join(TRACED)}"]
    done = lab.run(name, place, options)
    if not done.finished:
        raise AssertionError(f"{name} did not finish while it was recorded: {done}")
    try:
        return list(_Reading(place, known).acts(log))
    finally:
        log.unlink()


class _Reading:
    """One log read from its beginning: which names there are, and where descriptors stand."""

    def __init__(self, place: Path, known: set[str]) -> None:
        self.place = str(place)
        self.known = known
        self.at: dict[str, int] = {}

    def acts(self, log: Path) -> Iterator[Act]:
        for line in _whole_lines(log):
            match = _CALL.match(line)
            if match is None:
                continue
            _, call, arguments, result, _ = match.groups()
            if result == "?" or int(result) < 0:
                continue
            yield from self._act(call, arguments, int(result))

    def _ours(self, path: str) -> bool:
        return path == self.place or path.startswith(f"{self.place}/")

    def _act(self, call: str, arguments: str, result: int) -> Iterator[Act]:
        if call == "sendto":
            yield from _told(arguments)
            return
        if call in ("rename", "renameat", "renameat2"):
            names = _strings(arguments)
            if self._ours(names[0]):
                self.known.discard(names[0])
                self.known.add(names[1])
                yield Move(names[0], names[1])
            return
        if call in ("unlink", "unlinkat", "rmdir", "mkdir", "mkdirat"):
            path = self._named(arguments)
            if self._ours(path):
                if call.startswith("mkdir"):
                    self.known.add(path)
                    yield Folder(path)
                else:
                    self.known.discard(path)
                    yield Gone(path)
            return
        if call in ("openat", "creat"):
            yield from self._opened(arguments, result)
            return
        handle = _HANDLE.match(arguments)
        if handle is None:
            return
        number, path = handle.group(1), _text(handle.group(2))
        if call == "close":
            self.at.pop(number, None)
        if not self._ours(path) or path.endswith(" (deleted)"):
            return
        if call in _UNREAD:
            raise AssertionError(
                f"a call this reader does not know changes the disk: {call}({arguments[:200]}"
            )
        rest = arguments[handle.end() :]
        yield from self._on(call, number, path, rest, result)

    def _named(self, arguments: str) -> str:
        """The path of a call that names one, also below a folder held open."""
        path = _strings(arguments)[0]
        handle = _HANDLE.match(arguments)
        if not path.startswith("/") and handle is not None:
            return f"{_text(handle.group(2))}/{path}"
        return path

    def _opened(self, arguments: str, result: int) -> Iterator[Act]:
        path = self._named(arguments)
        self.at[str(result)] = 0
        if not self._ours(path):
            return
        if "O_CREAT" in arguments and path not in self.known:
            self.known.add(path)
            yield Create(path)
        elif "O_TRUNC" in arguments:
            yield Size(path, 0)
        if "O_APPEND" in arguments:
            raise AssertionError(f"a file that grows at its end: {path}")

    def _on(self, call: str, number: str, path: str, rest: str, result: int) -> Iterator[Act]:
        if call == "write":
            at = self.at.get(number, 0)
            self.at[number] = at + result
            yield Write(path, at, _bytes(rest)[:result])
        elif call == "pwrite64":
            yield Write(path, int(rest.rsplit(",", 1)[1]), _bytes(rest)[:result])
        elif call == "lseek":
            self.at[number] = result
        elif call == "ftruncate":
            yield Size(path, int(rest.rsplit(",", 1)[1]))
        elif call == "fallocate":
            mode, offset, length = (one.strip() for one in rest.lstrip(", ").split(","))
            if mode != "0":
                raise AssertionError(f"fallocate with a mode: {mode}")
            yield Size(path, int(offset) + int(length))
        elif call in ("fsync", "fdatasync"):
            yield Sync(path)


def _whole_lines(log: Path) -> Iterator[str]:
    """The calls of a log, those joined that strace wrote in two pieces."""
    begun: dict[str, str] = {}
    for line in log.read_text("ascii", "replace").splitlines():
        if match := _BEGUN.match(line):
            begun[match.group(1)] = match.group(2)
        elif match := _RESUMED.match(line):
            yield f"{match.group(1)} {begun.pop(match.group(1), '')}{match.group(2)}"
        else:
            yield line


def _told(arguments: str) -> Iterator[Act]:
    try:
        told = json.loads(_bytes(arguments))
    except ValueError:
        return
    if isinstance(told, dict) and "said" in told:
        yield Said(told["said"])


def _strings(arguments: str) -> list[str]:
    return [_text(one) for one in re.findall(r'"((?:[^"\\]|\\x[0-9a-f]{2})*)"', arguments)]


def _text(escaped: str) -> str:
    return bytes.fromhex("".join(_HEX.findall(escaped))).decode("utf-8") if "\\x" in escaped else escaped


def _bytes(arguments: str) -> bytes:
    """The one string of a call, which strace wrote in full."""
    begin, end = arguments.index('"') + 1, arguments.rindex('"')
    if arguments[end + 1 : end + 4] == "...":
        raise AssertionError("strace cut a string")
    return bytes.fromhex(arguments[begin:end].replace("\\x", ""))
