"""What stands beside an open window a moment later: scans, lists in two keys, waiting prints, sheets, the state.

Loaded and made when the window has taken its first key: none of it may keep whoever sits down waiting.
"""

from __future__ import annotations

from shelterdesk.core.moment import Clock
from shelterdesk.ui.evacuation import Evacuation
from shelterdesk.ui.knock_watch import KnockWatch
from shelterdesk.ui.lock import Lock
from shelterdesk.ui.main_window import MainWindow
from shelterdesk.ui.morning_sheet import MorningSheet
from shelterdesk.ui.post_keeper import PostKeeper
from shelterdesk.ui.print_watch import PrintWatch
from shelterdesk.ui.scan_router import ScanRouter
from shelterdesk.ui.sheet_freezer import SheetFreezer
from shelterdesk.ui.status_watch import StatusWatch
from shelterdesk.ui.table_keeper import TableKeeper
from shelterdesk.ui.widgets import Tone
from shelterdesk.ui.worker import DeskWorker


def furnish(
    window: MainWindow, lock: Lock, worker: DeskWorker, clock: Clock
) -> tuple[Evacuation, StatusWatch, ScanRouter]:
    """Put them beside the window; what the program itself has to do with is returned, the rest goes with the window."""
    evacuation = Evacuation(window, lock, worker)
    PrintWatch(window, worker)
    MorningSheet(window)
    status = StatusWatch(window, worker, clock)
    status.start()
    SheetFreezer(window, worker).start()
    worker.table = TableKeeper(window, worker, clock)
    worker.table.alarmed.connect(lambda alarm: window.say(alarm, Tone.WARN))
    KnockWatch(window, worker.table)
    worker.table.start()
    worker.post = PostKeeper(window, worker, clock)
    worker.post.alarmed.connect(lambda alarm: window.say(alarm, Tone.WARN))
    worker.post.start()
    return evacuation, status, ScanRouter(window, worker, clock)
