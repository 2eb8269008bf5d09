"""The window while a large bundle comes in: the longest moment it does not answer, by a watch that ticks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.measure import Figure, Sizes

TOP = Path(__file__).resolve().parent.parent
TICK_MS = 5
_PATIENCE_S = 300.0


def run(sizes: Sizes, out: Path, work: Path) -> Iterator[Figure]:
    """Promise: an import never holds the window for more than a tenth of a second."""
    from bench.importing import bring
    from bench.stations import copy_of, filled

    base = filled(sizes.people, out=out)
    brought = bring(base, work, sizes.import_ops)
    folder = copy_of(base, work / "window")
    done = subprocess.run(
        [sys.executable, "-m", "bench.stalls", str(folder), str(brought.stick)],
        cwd=TOP, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise ValueError(f"the window ended with {done.returncode}: {done.stderr[-2000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    yield Figure(
        f"longest stall of the window while {brought.ops:,} changes come in (a tick every {TICK_MS} ms)",
        told["during"] * 1e3,
        "ms",
        "the same window at rest",
        told["rest"] * 1e3,
        most=100,
    )


def watch(folder: Path, stick: Path) -> dict[str, float]:
    """Log in, open people, import through the worker; the longest gap between two ticks, at rest and during."""
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from bench.stations import PASSPHRASE
    from shelterdesk.actions.clock import SystemClock
    from shelterdesk.actions.taking_in import import_from
    from shelterdesk.ui.app import DeskApp
    from shelterdesk.ui.rail_entries import ALL_SCREENS

    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    desk_app = DeskApp(folder, SystemClock(), ALL_SCREENS, idle_seconds=0)
    desk_app.start()
    opened: list[object] = []
    desk_app.opened.connect(opened.append)
    desk_app.worker.open("admin", PASSPHRASE, desk_app._enter, lambda fault: sys.exit(str(fault)))
    _until(app, lambda: bool(opened) and not desk_app.worker.is_busy)
    window = desk_app.window
    assert window is not None
    for name in window.names():  # screens are made in quiet moments: that is no import's doing
        window.open_screen(name)
    window.open_screen("people")
    _until(app, lambda: not desk_app.worker.is_busy)
    last, gaps = [time.perf_counter()], [0.0]

    def tick() -> None:
        now = time.perf_counter()
        gaps[0] = max(gaps[0], now - last[0])
        last[0] = now

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(TICK_MS)
    timer.timeout.connect(tick)
    timer.start()
    rest_until = time.perf_counter() + 3
    _until(app, lambda: time.perf_counter() > rest_until)
    rest, gaps[0] = gaps[0], 0.0
    done: list[object] = []
    desk_app.worker.write(import_from, stick, done=done.append)
    _until(app, lambda: bool(done) and not desk_app.worker.is_busy)
    during = gaps[0]
    desk_app.close()
    app.processEvents()
    return {"rest": rest, "during": during}


def _until(app: object, is_so: Callable[[], bool]) -> None:
    """Let Qt's own loop run, as the program does, until something is so."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, last = QEventLoop(), time.monotonic() + _PATIENCE_S
    look = QTimer()
    look.setInterval(10)

    def ask() -> None:
        if is_so() or time.monotonic() > last:
            loop.quit()

    look.timeout.connect(ask)
    look.start()
    loop.exec()
    if not is_so():
        raise TimeoutError("the window does not get there")


if __name__ == "__main__":
    print(json.dumps(watch(Path(sys.argv[1]), Path(sys.argv[2]))), flush=True)
