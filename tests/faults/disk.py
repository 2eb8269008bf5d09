"""A disk that loses its power: which contents a recorded run may leave behind, by what a file system promises.

What was synced is there: the bytes of a file after its ``fsync``, the names of a folder after that of the folder.
Of everything later each write may be there, be gone, or be torn at sectors of 512 bytes, whatever the order; names
made, moved and taken away may be there up to any moment, or each for itself, in their order, on sticks with FAT also
cut in the middle of a rename (SYNC §3, row 4; the states of ALICE, Pillai et al. 2014). Files mapped into memory
(``-shm``) hold anything or are not there.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from random import Random

from tests.faults.trace import Act, Create, Folder, Gone, Move, Said, Size, Sync, Write
from tests.faults.workflows import Told

SECTOR = 512
FAT = ("stick", "back", "disk")
"""Folders of a place that stand for sticks: there a rename may be cut in the middle."""

_SHARED = "-shm"


@dataclass(slots=True)
class _File:
    """A file whatever it is called: its bytes before, what was done to it, how much of that is synced."""

    before: bytes = b""
    done: list[Write | Size] = field(default_factory=list)
    synced: int = 0


@dataclass(frozen=True, slots=True)
class _Name:
    """One change of names. ``file`` is set where a file is made."""

    act: Create | Move | Gone | Folder
    file: int | None
    folders: frozenset[str]


@dataclass(frozen=True, slots=True)
class Crash:
    """A state a power cut may leave: folders, the content of files, and what had been called done before."""

    folders: tuple[str, ...]
    files: dict[str, bytes]
    said: tuple[Told, ...]
    at: int


class Disk:
    """The tree of a place before a run, and the run's acts up to a moment."""

    def __init__(self, place: Path, ready: Path, acts: Sequence[Act]) -> None:
        """``ready`` holds what the place held before the run that was recorded in it."""
        self.acts = acts
        self.folders = [str(place / one.relative_to(ready)) for one in ready.rglob("*") if one.is_dir()]
        self.held = {
            str(place / one.relative_to(ready)): one.read_bytes()
            for one in sorted(ready.rglob("*"))
            if one.is_file() and not one.name.endswith(_SHARED)
        }
        self.place = str(place)

    def crash(self, rng: Random, at: int | None = None) -> Crash:
        """A state after the power went; ``at`` is the number of acts that had begun."""
        moment = rng.randrange(len(self.acts) + 1) if at is None else at
        files, names, synced_names, said = self._played(moment)
        tree, made = self._names(rng, names, synced_names)
        contents: dict[str, bytes] = {}
        ways: dict[int, bytes] = {}
        for path, number in tree.items():
            if path.endswith(_SHARED):
                if rng.random() < 0.5:
                    contents[path] = rng.choice((b"", bytes(32768), rng.randbytes(32768)))
                continue
            if number not in ways:
                ways[number] = _content(rng, files[number])
            contents[path] = ways[number]
        folders = tuple(self._folders(tree, made))
        return Crash(folders, contents, tuple(said), moment)

    def _played(self, moment: int) -> tuple[list[_File], list[_Name], set[int], list[Told]]:
        """Files, changes of names, the numbers of those that are synced, and what was said, up to a moment."""
        files = [_File(data) for data in self.held.values()]
        now = {path: number for number, path in enumerate(self.held)}
        names: list[_Name] = []
        synced: set[int] = set()
        said: list[Told] = []
        for act in self.acts[:moment]:
            if isinstance(act, Said):
                said.append(act.told)
            elif isinstance(act, Write | Size):
                files[now[act.path]].done.append(act)
            elif isinstance(act, Sync):
                if act.path in now:
                    file = files[now[act.path]]
                    file.synced = len(file.done)
                else:
                    _sync_names(names, synced, act.path)
            else:
                made = None
                if isinstance(act, Create):
                    made = now[act.path] = len(files)
                    files.append(_File())
                elif isinstance(act, Move):
                    _moved(now, act.path, act.to)
                elif isinstance(act, Gone):
                    now.pop(act.path, None)
                names.append(_Name(act, made, _folders_of(act)))
        return files, names, synced, said

    def _names(
        self, rng: Random, names: Sequence[_Name], synced: set[int]
    ) -> tuple[dict[str, int], set[str]]:
        """Which file has which name, and folders made: what is synced, and of the rest a beginning, or some."""
        tree = {path: number for number, path in enumerate(self.held)}
        upto, in_order = rng.randrange(len(names) + 1), rng.random() < 0.5
        gone: set[str] = set()
        made: set[str] = set()
        for n, one in enumerate(names):
            kept = n in synced or (n < upto if in_order else rng.random() < 0.5)
            if not kept:
                if isinstance(one.act, Folder):
                    gone.add(one.act.path)
                continue
            if isinstance(one.act, Create) and one.file is not None:
                tree.setdefault(one.act.path, one.file)
            elif (
                isinstance(one.act, Move) and n not in synced and self._is_fat(one.act) and rng.random() < 0.5
            ):
                _torn_move(rng, tree, one.act)
            elif isinstance(one.act, Move):
                _moved(tree, one.act.path, one.act.to)
                if one.act.path in made:
                    made = (made - {one.act.path}) | {one.act.to}
            elif isinstance(one.act, Gone):
                tree.pop(one.act.path, None)
                made.discard(one.act.path)
            else:
                gone.discard(one.act.path)
                made.add(one.act.path)
        left = {path: n for path, n in tree.items() if not any(path.startswith(f"{one}/") for one in gone)}
        return left, {path for path in made if not any(path.startswith(f"{one}/") for one in gone)}

    def _is_fat(self, act: Move) -> bool:
        """Whether a name was moved on what may be a stick with FAT, which takes two steps for it."""
        return PurePosixPath(act.path).relative_to(self.place).parts[0] in FAT

    def _folders(self, tree: dict[str, int], made: set[str]) -> list[str]:
        found = {*self.folders, *made}
        for path in tree:
            found.update(str(one) for one in PurePosixPath(path).parents if str(one).startswith(self.place))
        return sorted(found)


def lay(crash: Crash, place: Path) -> None:
    """Put a state into its place, which is made anew."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for folder in crash.folders:
        Path(folder).mkdir(parents=True, exist_ok=True)
    for path, data in crash.files.items():
        Path(path).write_bytes(data)


def _folders_of(act: Create | Move | Gone | Folder) -> frozenset[str]:
    paths = [act.path, act.to] if isinstance(act, Move) else [act.path]
    return frozenset(str(PurePosixPath(path).parent) for path in paths)


def _sync_names(names: Sequence[_Name], synced: set[int], folder: str) -> None:
    """A folder was synced: every change of its names so far is on the disk."""
    synced.update(n for n, one in enumerate(names) if folder in one.folders)


def _moved(tree: dict[str, int], path: str, to: str) -> None:
    """A name moved; with a folder go the names below it."""
    for old in [one for one in tree if one == path or one.startswith(f"{path}/")]:
        tree[to + old[len(path) :]] = tree.pop(old)


def _torn_move(rng: Random, tree: dict[str, int], act: Move) -> None:
    """FAT: the new name is written before the old one goes, or after; what had the new name is gone either way."""
    file = tree.get(act.path)
    if file is None:
        return
    tree.pop(act.to, None)
    if rng.random() < 0.5:
        tree[act.to] = file
    else:
        tree.pop(act.path)


def _content(rng: Random, file: _File) -> bytes:
    """What the disk holds of a file: all that is synced, and of the rest what chance leaves."""
    data = bytearray(file.before)
    for one in file.done[: file.synced]:
        _do(data, one)
    loose = file.done[file.synced :]
    way = rng.choice(("nothing", "all", "beginning", "some", "some"))
    upto = rng.randrange(len(loose) + 1)
    for n, one in enumerate(loose):
        if way == "nothing" or (way == "beginning" and n > upto):
            break
        if way == "some" and rng.random() < 0.4:
            continue
        torn = way == "some" and rng.random() < 0.4 or way == "beginning" and n == upto
        if isinstance(one, Write) and torn:
            _tear(rng, data, one)
        else:
            _do(data, one)
    return bytes(data)


def _do(data: bytearray, act: Write | Size) -> None:
    if isinstance(act, Size):
        del data[act.size :]
        data.extend(bytes(act.size - len(data)))
        return
    end = act.offset + len(act.data)
    data.extend(bytes(max(0, end - len(data))))
    data[act.offset : end] = act.data


def _tear(rng: Random, data: bytearray, act: Write) -> None:
    """Some sectors of a write are there; the others are as they were, or hold what the disk held there long ago."""
    end = act.offset + len(act.data)
    old = len(data)
    data.extend(bytes(max(0, end - old)))
    is_beginning, cut = rng.random() < 0.5, rng.randrange(act.offset, end + 1)
    begin = act.offset
    while begin < end:
        stop = min(end, (begin // SECTOR + 1) * SECTOR)
        kept = begin + SECTOR <= cut if is_beginning else rng.random() < 0.5
        if kept:
            data[begin:stop] = act.data[begin - act.offset : stop - act.offset]
        elif begin >= old and rng.random() < 0.3:
            data[begin:stop] = rng.randbytes(stop - begin)
        begin = stop
