"""The libraries of the system a build needs besides its own, so that a laptop without them can run it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable

# The C library and what belongs to it is every system's own: older programs run on a newer one, never the other way.
_THE_SYSTEMS_OWN = re.compile(
    r"(ld-linux|libc|libm|libdl|libpthread|librt|libresolv|libutil|libnsl|libanl|libBrokenLocale|libmvec)[-.]"
)
_FOUND = re.compile(r"^\s+(\S+) => (/\S+) \(")


def not_brought_along(binaries: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Entries (name, path, kind) for every library that those of a build are linked against and that it lacks."""
    held = {os.path.basename(name) for name, _, _ in binaries}
    waiting = [path for _, path, kind in binaries if kind in {"BINARY", "EXTENSION"}]
    added: dict[str, str] = {}
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in seen or not path:
            continue
        seen.add(path)
        for name, found in _needed(path):
            if name not in held and name not in added and not _THE_SYSTEMS_OWN.match(name):
                added[name] = found
                waiting.append(found)
    return [(name, path, "BINARY") for name, path in sorted(added.items())]


def of_use(binaries: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The binaries without those libraries at the top that only a part left out was linked against."""
    kept = list(binaries)
    lying_at_top = {name for name, path, _ in kept if "/" not in name and "site-packages" not in path}
    start = [
        path for name, path, kind in kept if name not in lying_at_top and kind in {"BINARY", "EXTENSION"}
    ]
    needed = {name for path in start for name, _ in _needed(path)}
    needed.add(f"libpython{sys.version_info.major}.{sys.version_info.minor}.so.1.0")
    return [
        entry
        for entry in kept
        if entry[0] not in lying_at_top or entry[0] in needed or ".cpython-" in entry[0]
    ]


def _needed(path: str) -> list[tuple[str, str]]:
    """(name, where it was found) of what a library is linked against."""
    said = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
    return [(found[1], found[2]) for line in said.splitlines() if (found := _FOUND.match(line))]
