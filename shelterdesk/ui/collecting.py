"""Rubbish of the window is collected on the window's thread alone.

Python looks for objects that only hold each other on whatever thread happens to make many objects. Found by a
working thread, a deleted window's widgets are destroyed there: Qt then waits for Python with its own lock held,
while the window's thread waits for that lock with Python's held, and both wait for ever (seen with PySide6 6.11).
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_LOOK_MS = 500


class Collector(QObject):
    """While one of these is at work, nothing is collected but here; make and stop it on the window's thread."""

    _at_work = 0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stopped = False
        Collector._at_work += 1
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect as deep as Python itself would have by now."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return

    def stop(self) -> None:
        """Leave it to Python again once the last one has stopped. Twice is once."""
        if self._stopped:
            return
        self._stopped = True
        self._timer.stop()
        Collector._at_work -= 1
        if not Collector._at_work:
            gc.enable()
