"""Sticks and second disks that are mounted, and word of each that comes or goes; nothing is asked while nothing moves."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QSocketNotifier, QStorageInfo, QTimer, Signal

from shelterdesk.ui.sticks import is_removable
from shelterdesk.ui.widgets.beside import Beside

MOUNTS = Path("/proc/self/mountinfo")
LOOK_AGAIN_MS = 15_000
SETTLE_MS = 700
_OF_THE_SYSTEM = ("/boot", "/snap", "/usr", "/var", "/etc", "/nix", "/System", "/private", "/run/user")


@dataclass(frozen=True, slots=True)
class Volume:
    """A mounted disk other than the desk's own: its folder, its name, bytes free, whether it can be written."""

    path: str
    name: str
    free: int
    is_read_only: bool
    is_removable: bool


def volumes(own: Path) -> list[Volume]:
    """Disks one can put a backup on, removable ones first; may take a while, so not for the window's thread.

    Not among them: the disk that ``own`` lies on, which goes where the laptop goes, and what belongs to the system.
    """
    found = []
    for mounted in QStorageInfo.mountedVolumes():
        path = mounted.rootPath()
        device = bytes(mounted.device().data()).decode("utf-8", "replace")
        if not mounted.isValid() or not mounted.isReady() or mounted.isRoot() or _same_disk(path, own):
            continue
        removable = is_removable(path, device)
        if not removable and (path.startswith(_OF_THE_SYSTEM) or not device.startswith("/dev/")):
            continue
        found.append(
            Volume(
                path,
                mounted.name() or Path(path).name or path,
                mounted.bytesAvailable(),
                mounted.isReadOnly(),
                removable,
            )
        )
    return sorted(found, key=lambda one: (not one.is_removable, one.path))


def _same_disk(path: str, own: Path) -> bool:
    try:
        return os.stat(path).st_dev == os.stat(own).st_dev
    except OSError:
        return True  # gone meanwhile


class VolumeWatch(QObject):
    """Tells of every change between :meth:`start` and :meth:`stop`.

    Linux wakes us when a disk is mounted or taken off (poll(2) on ``/proc/self/mountinfo``, proc(5)); elsewhere one
    looks every fifteen seconds. Signals: ``changed(list)`` with the :class:`Volume` objects.
    """

    changed = Signal(object)

    def __init__(self, owner: QObject, own: Path) -> None:
        super().__init__(owner)
        self._own = own
        self._beside = Beside(self, "volumes")
        self._mounts: int | None = None
        self._notifier: QSocketNotifier | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._known: list[Volume] | None = None
        self._moved_meanwhile = False

    def start(self) -> None:
        """Look now and whenever something moves."""
        if self._notifier is None and not self._timer.isActive():
            self._listen()
        self.look()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        if self._mounts is not None:
            os.close(self._mounts)
            self._mounts = None

    def look(self) -> None:
        """Look once; what is asked for during a look that takes long is one more look after it."""
        self._moved_meanwhile = self._beside.is_busy
        if not self._moved_meanwhile:
            self._beside.do(lambda: volumes(self._own), done=self._on_found)

    def _listen(self) -> None:
        try:
            self._mounts = os.open(MOUNTS, os.O_RDONLY)
        except OSError:
            self._timer.start(LOOK_AGAIN_MS)
            return
        self._notifier = QSocketNotifier(self._mounts, QSocketNotifier.Type.Exception, self)
        self._notifier.activated.connect(self._on_moved)

    def _on_moved(self) -> None:
        """Something was mounted or taken off; the system is given a moment to be done with it."""
        if self._mounts is not None:
            with suppress(OSError):
                os.lseek(self._mounts, 0, os.SEEK_SET)
                while os.read(self._mounts, 1 << 16):
                    pass
        QTimer.singleShot(SETTLE_MS, self, self.look)

    def _on_found(self, found: Sequence[Volume]) -> None:
        now = list(found)
        if now != self._known:
            self._known = now
            self.changed.emit(now)
        if self._moved_meanwhile:
            self.look()
