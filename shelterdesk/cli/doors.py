"""Doors the command line may not open itself: the window and the played day are handed in by ``__main__``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Window = Callable[[Path, bool], int]
Day = Callable[[Path, Path, int], int]

_held: dict[str, Callable[..., int]] = {}


def hand_in(window: Window, day: Day) -> None:
    """Give the command line its other doors."""
    _held["window"], _held["day"] = window, day


def window(folder: Path, *, practice: bool = False) -> int:
    """Open the desk's window on a folder; returns the exit status when it is closed.

    ``practice`` where that is known before anybody has logged in.
    """
    return _held["window"](folder, practice)


def day(folder: Path, target: Path, seed: int) -> int:
    """Play a day on the practice station of a folder, its papers into ``target``."""
    return _held["day"](folder, target, seed)
