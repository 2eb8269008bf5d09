"""Where one can exchange: the sticks plugged in now, looked for again and again while somebody is watching."""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QStorageInfo, QTimer, Signal

from shelterdesk.sync.container import FOLDER
from shelterdesk.ui.widgets.beside import Beside

LOOK_AGAIN_MS = 2_000
_MOUNTED_BELOW = ("/media/", "/run/media/", "/Volumes/")
_WINDOWS_REMOVABLE = 2  # GetDriveType: DRIVE_REMOVABLE


@dataclass(frozen=True, slots=True)
class Stick:
    """A stick or card that is plugged in: its folder, its name, bytes free, whether it can be written, ours on it."""

    path: str
    name: str
    free: int
    is_read_only: bool
    has_ours: bool


def sticks() -> list[Stick]:
    """What is plugged in and can be taken out again; may take a while, so not for the window's thread."""
    found = []
    for volume in QStorageInfo.mountedVolumes():
        path = volume.rootPath()
        if not volume.isValid() or not volume.isReady() or volume.isRoot():
            continue
        if not is_removable(path, bytes(volume.device().data()).decode("utf-8", "replace")):
            continue
        found.append(
            Stick(
                path,
                volume.name() or Path(path).name or path,
                volume.bytesAvailable(),
                volume.isReadOnly(),
                _has_ours(path),
            )
        )
    return sorted(found, key=lambda stick: (not stick.has_ours, stick.path))


def is_removable(path: str, device: str) -> bool:
    """Whether a mounted volume is one that people plug in, by the rules of the system it is on."""
    if sys.platform == "win32":
        return int(ctypes.windll.kernel32.GetDriveTypeW(path)) == _WINDOWS_REMOVABLE
    if path.startswith(_MOUNTED_BELOW):
        return True
    flag = Path("/sys/class/block") / Path(os.path.realpath(device)).name
    for folder in (flag, flag.resolve().parent if flag.exists() else flag):
        try:
            return (folder / "removable").read_text("ascii").strip() == "1"
        except OSError:
            continue  # a partition has no flag of its own; its disk, one folder above, has
    return False


def _has_ours(path: str) -> bool:
    try:
        return (Path(path) / FOLDER).is_dir()
    except OSError:
        return False


class StickWatch(QObject):
    """Looks every two seconds between :meth:`start` and :meth:`stop`.

    Signals: ``changed(list)`` with the :class:`Stick` objects whenever they are others than before.
    """

    changed = Signal(object)

    def __init__(self, owner: QObject) -> None:
        super().__init__(owner)
        self._beside = Beside(self, "sticks")
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_AGAIN_MS)
        self._timer.timeout.connect(self.look)
        self._known: list[Stick] | None = None

    def start(self) -> None:
        """Look now and again."""
        self._timer.start()
        self.look()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def look(self) -> None:
        """Look once; a look that takes long is not asked for twice."""
        if not self._beside.is_busy:
            self._beside.do(sticks, done=self._on_found)

    def _on_found(self, found: list[Stick]) -> None:
        if found != self._known:
            self._known = found
            self.changed.emit(found)
