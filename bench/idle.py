"""An open, logged-in window that nobody touches: what it takes of a processor, without and with papers waiting."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.measure import Figure, Sizes

TOP = Path(__file__).resolve().parent.parent
PRESENT = 3_000
"""People in the house: a full one, whose figures the status bar asks for again and again."""

MOST_PERCENT = 1.0
_SETTLING_S = 5.0
_PATIENCE_S = 60.0


def run(sizes: Sizes, out: Path, work: Path) -> Iterator[Figure]:
    """Promise: an idle desk takes at most one hundredth of a core, also while papers wait for a printer."""
    from bench.stations import PASSPHRASE, copy_of, filled

    station = filled(min(sizes.people, PRESENT), out=out)
    for papers, what in ((0, "nothing waits"), (12, "12 cards wait for a printer that is not there")):
        folder = copy_of(station, work / f"station-{papers}")
        told = _process(folder, PASSPHRASE, str(papers), str(sizes.idle_seconds))
        yield Figure(
            f"an idle desk, {station.people:,} people, {what}, over {told['seconds']:.0f} s",
            told["percent"],
            "% of a core",
            most=MOST_PERCENT,
        )


def _process(folder: Path, passphrase: str, papers: str, seconds: str) -> dict[str, Any]:
    """The window in a process of its own; what it told."""
    environment = {
        **os.environ,
        "CUPS_SERVER": str(folder / "no-cups"),
    }  # the laptop of the figure has no printer
    command = [sys.executable, "-m", "bench.idle", str(folder), passphrase, papers, seconds]
    done = subprocess.run(
        command, cwd=TOP, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode:
        raise ValueError(f"the window ended with {done.returncode}: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def idle(folder: Path, passphrase: str, papers: int, seconds: float) -> dict[str, float]:
    """Log in, let the window come to rest, and read what this process takes of a processor in so many seconds."""
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from shelterdesk.actions.clock import SystemClock
    from shelterdesk.core.paper_kinds import PaperKind
    from shelterdesk.ui.app import DeskApp
    from shelterdesk.ui.print_queue import PrintQueue
    from shelterdesk.ui.rail_entries import ALL_SCREENS

    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    desk_app = DeskApp(folder, SystemClock(), ALL_SCREENS, idle_seconds=0)
    desk_app.start()
    opened: list[object] = []
    desk_app.opened.connect(opened.append)
    desk_app.worker.open("admin", passphrase, desk_app._enter, lambda fault: sys.exit(str(fault)))
    _until(app, lambda: bool(opened) and not desk_app.worker.is_busy)
    queue = PrintQueue.of(desk_app.worker)
    for _ in range(papers):
        queue.add(PaperKind.CARDS, b"%PDF <</Type /Page>>", "cards", things=1)
    _until(app, lambda: len(queue.prints()) == papers and queue.is_waiting is (papers > 0))

    def rest(of: float) -> None:
        """Do what a window does while nobody touches it."""
        loop = QEventLoop()
        QTimer.singleShot(round(of * 1000), loop.quit)
        loop.exec()

    rest(min(_SETTLING_S, seconds))
    taken, began = time.process_time(), time.monotonic()
    rest(seconds)
    passed = time.monotonic() - began
    taken = time.process_time() - taken
    desk_app.close()
    app.processEvents()
    return {"percent": 100 * taken / passed, "seconds": passed}


def _until(app: Any, is_so: Callable[[], bool]) -> None:
    last = time.monotonic() + _PATIENCE_S
    while not is_so():
        app.processEvents()
        if time.monotonic() > last:
            raise TimeoutError("the window does not get there")
        time.sleep(0.001)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    print(json.dumps(idle(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))), flush=True)
