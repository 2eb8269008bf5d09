"""What a release says of itself: its version, the data it reads and writes, and every file with its hash."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from shelterdesk.core.errors import DamagedFile
from shelterdesk.core.words import tr

FORMAT = "shelterdesk-release"
LONGEST = 4 << 20
"""Bytes a manifest may have at most; ours has about 200 kB."""

MOST_FILES = 20_000
MOST_BYTES = 4 << 30

_VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){1,3}", re.A)
_SHA = re.compile(r"[0-9a-f]{64}", re.A)
_PART = re.compile(
    r"[A-Za-z0-9_+@ ()~,=-][A-Za-z0-9_.+@ ()~,=-]{0,199}|\.[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}", re.A
)


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """One file: its size in bytes, SHA-256 as hex, whether it is run; or a link to another of the same folder tree."""

    size: int = 0
    sha256: str = ""
    is_run: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """``writes`` is the format of data it writes, ``reads`` the oldest it opens, ``system`` what it was built for."""

    version: str
    made_at: str
    system: str
    writes: int
    reads: int
    files: Mapping[str, ReleaseFile]

    @property
    def size(self) -> int:
        """Bytes of all files on the disk."""
        return sum(file.size for file in self.files.values())


def version_key(version: str) -> tuple[int, ...]:
    """A version as numbers to be compared; raises ``ValueError`` for anything but numbers between dots."""
    if not _VERSION.fullmatch(version):
        raise ValueError(f"not a version: {version[:40]!r}")
    numbers = [int(part) for part in version.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def is_newer(version: str, than: str) -> bool:
    """Whether a version comes after another; one that is no version is newer than nothing."""
    try:
        return version_key(version) > version_key(than)
    except ValueError:
        return False


def to_json(release: Release) -> bytes:
    """A manifest as it is signed."""
    files = {
        name: {"link": file.link}
        if file.link
        else {"size": file.size, "sha256": file.sha256, **({"run": True} if file.is_run else {})}
        for name, file in sorted(release.files.items())
    }
    said = {
        "format": FORMAT,
        "version": release.version,
        "made_at": release.made_at,
        "system": release.system,
        "data": {"writes": release.writes, "reads": release.reads},
        "files": files,
    }
    return json.dumps(said, indent=1).encode() + b"\n"


def read_release(raw: bytes, what: str) -> Release:
    """The manifest in these bytes, already known to be signed; raises ``DamagedFile``, naming ``what``."""
    try:
        if len(raw) > LONGEST:
            raise ValueError("too long")
        return _read(json.loads(raw))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DamagedFile(
            what, tr("its list of contents is not written as it should be"), tr("Ask for a new copy.")
        ) from None


def _read(said: Any) -> Release:
    if said["format"] != FORMAT or not 0 < len(said["files"]) <= MOST_FILES:
        raise ValueError("something else")
    version_key(said["version"])
    files = {_path(name): _file(name, file) for name, file in said["files"].items()}
    release = Release(
        said["version"],
        str(said["made_at"])[:40],
        str(said["system"])[:40],
        _count(said["data"]["writes"]),
        _count(said["data"]["reads"]),
        MappingProxyType(files),
    )
    if release.size > MOST_BYTES:
        raise ValueError("too large")
    return release


def _file(name: str, said: Any) -> ReleaseFile:
    if "link" in said:
        return ReleaseFile(link=_link(name, said["link"]))
    if not _SHA.fullmatch(said["sha256"]):
        raise ValueError("not a hash")
    return ReleaseFile(_count(said["size"]), said["sha256"], said.get("run") is True)


def _path(name: str) -> str:
    """A path below the release's own folder: no step up, no root, nothing hidden in spelling."""
    if len(name) > 400 or not all(_PART.fullmatch(part) for part in name.split("/")):
        raise ValueError(f"not a path: {name[:60]!r}")
    return name


def _link(name: str, target: str) -> str:
    """A link's target, relative, that stays inside the release."""
    depth = name.count("/")
    for part in target.split("/"):
        depth += -1 if part == ".." else 1
        if depth < 0 or (part != ".." and not _PART.fullmatch(part)):
            raise ValueError(f"not a link inside: {target[:60]!r}")
    return target


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("not a count")
    return value
