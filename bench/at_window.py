"""The window in a process of its own: ``python -m bench.at_window program|bare …`` prints what it took as JSON."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

_PATIENCE_S = 60.0


def main(arguments: list[str]) -> int:
    """``program <began> <folder> <job.json>`` or ``bare <began> <modules.json>``; ``began`` is monotonic."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    what, began, *rest = arguments
    told = program(float(began), *map(Path, rest)) if what == "program" else bare(float(began), Path(rest[0]))
    print(json.dumps(told), flush=True)
    return 0


def bare(began: float, modules: Path) -> dict[str, Any]:
    """A window with one field and the same libraries imported; seconds to its first accepted key."""
    for name in json.loads(modules.read_text("utf-8")):
        importlib.import_module(name)
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow

    app = QApplication([])
    window, field = QMainWindow(), QLineEdit()
    window.setCentralWidget(field)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    field.setFocus()
    _until(app, lambda: window.isActiveWindow() and field.hasFocus())
    QTest.keyClicks(field, "a")
    _until(app, lambda: field.text() == "a")
    ready = time.monotonic() - began
    return {"ready": ready, "peak": _peak()}


def program(began: float, folder: Path, job: Path) -> dict[str, Any]:
    """The program on a station's folder: first key at the door and at reception, every screen, typing a name."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QLineEdit

    import shelterdesk.__main__  # noqa: F401  what starting it by its door loads
    from shelterdesk.actions.clock import SetClock
    from shelterdesk.ui.app import DeskApp
    from shelterdesk.ui.rail_entries import ALL_SCREENS

    given = json.loads(job.read_text("utf-8"))  # not taken from bench.stations, which loads half the program
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    desk_app = DeskApp(folder, SetClock(datetime.fromisoformat(given["now"])), ALL_SCREENS, idle_seconds=0)
    desk_app.start()

    def type_in(text: str) -> QLineEdit:
        """Type where the focus is, once it is in a field, until the field has it."""
        _until(app, lambda: isinstance(QApplication.focusWidget(), QLineEdit))
        field = QApplication.focusWidget()
        if not isinstance(field, QLineEdit):
            raise TypeError("the focus left the field")
        QTest.keyClicks(field, text)
        _until(app, lambda: field.text().endswith(text))
        return field

    told: dict[str, Any] = {}
    type_in("a")
    told["door"] = time.monotonic() - began
    QTest.keyClick(type_in("dmin"), Qt.Key.Key_Return)
    opened: list[object] = []
    desk_app.opened.connect(opened.append)
    QTest.keyClick(type_in(given["passphrase"]), Qt.Key.Key_Return)
    _until(app, lambda: desk_app.window is not None and desk_app.window.isActiveWindow())
    type_in("A")
    told["ready"] = time.monotonic() - began
    told["peak_ready"] = _peak()
    window = desk_app.window
    if window is None:
        raise TypeError("the window closed again")
    _until(app, lambda: bool(opened) and not desk_app.worker.is_busy)
    told["screens"] = {}
    for name in _names(window):
        before = time.monotonic()
        window.open_screen(name)
        _until(app, lambda: not desk_app.worker.is_busy)
        app.processEvents()
        told["screens"][name] = time.monotonic() - before
    told["peak"] = _peak()
    told["modules"] = _libraries()  # of the whole program, also those that came in after the first key
    told["typed"] = _typing(app, window, given["texts"])
    desk_app.close()
    app.processEvents()
    return told


def _names(window: Any) -> list[str]:
    """The screens this window has, in the order of the rail."""
    return list(window.names())


def _typing(app: Any, window: Any, texts: list[str]) -> dict[str, Any]:
    """Seconds from each key in the search of the people screen to the rows it brings, painted."""
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtTest import QTest

    window.open_screen("people")
    search = window.screen_named("people").search
    view = search.table.view.viewport()

    class Watch(QObject):
        """Notes when new rows were set, and when they were next painted."""

        def __init__(self) -> None:
            super().__init__()
            self.are_new = False
            self.painted = 0.0

        def on_rows(self) -> None:
            self.are_new = True

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and self.are_new and not self.painted:
                self.painted = time.perf_counter()
            return False

    watch = Watch()
    search.model.modelReset.connect(watch.on_rows)
    view.installEventFilter(watch)
    taken: list[float] = []
    for text in texts:
        search.clear()
        _until(app, lambda: not search.model.rowCount())
        for sign in text:
            app.processEvents()
            watch.are_new, watch.painted = False, 0.0
            began = time.perf_counter()
            QTest.keyClicks(search.line, sign)
            _until(app, lambda: watch.painted > 0)
            taken.append(watch.painted - began)
    view.removeEventFilter(watch)
    return {"all": taken, "pause": search._pause.interval() / 1e3}


def _until(app: Any, is_so: Callable[[], bool]) -> None:
    """Let the window work until something is so; raises TimeoutError after a minute."""
    last = time.monotonic() + _PATIENCE_S
    while not is_so():
        app.processEvents()
        if time.monotonic() > last:
            raise TimeoutError("the window does not get there")
        time.sleep(0.0005)


def _libraries() -> list[str]:
    """Modules loaded by now that are not of this house, each under its own name."""
    own = ("shelterdesk", "bench", "__main__")
    return [
        name
        for name, module in sorted(sys.modules.items())
        if getattr(getattr(module, "__spec__", None), "name", "") == name and name.split(".")[0] not in own
    ]


def _peak() -> float:
    """The most memory this process has held so far, in bytes."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) * 1024.0 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
