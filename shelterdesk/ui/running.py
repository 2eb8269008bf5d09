"""The process with a window: from the start of Qt to the exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from shelterdesk.actions import faults
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import Clock
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.crash import FaultWatch
from shelterdesk.ui.dialogs.sentence import tell_before_window
from shelterdesk.ui.preferences import changed, read_preferences, write_preferences
from shelterdesk.ui.screen_making import ScreenMaker
from shelterdesk.ui.starting import watch_start

DONE, REFUSED = 0, 1


def run_window(folder: Path, clock: Clock, screens: Sequence[ScreenMaker], *, practice: bool = False) -> int:
    """Open the window on a folder and stay until it is closed; returns the exit status (0 done, 1 refused)."""
    if practice:  # known before anybody has logged in: the first page bears the stripe too
        write_preferences(folder, changed(read_preferences(folder), practice=True))
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("ShelterDesk")
    app.setQuitOnLastWindowClosed(False)
    desk_app = DeskApp(folder, clock, screens)
    try:
        desk_app.start()
    except WorldError as error:
        tell_before_window(error)
        return REFUSED
    watch_start(desk_app)
    log = faults.start_log(folder)
    watch = FaultWatch(folder, clock, desk_app.tell_fault, desk_app.tell_error)
    faults.note("window_opened")
    desk_app.closed.connect(app.quit)
    try:
        app.exec()
    finally:
        desk_app.close()
        faults.note("window_closed")
        watch.remove()
        faults.stop_log(log)
    return DONE
