"""Types into a form of a real window and waits to be killed: ``python tests/ui/typing_desk.py FOLDER TEXT``.

Prints ``typed`` once the last letter has left the window's thread; used by the test of the drafts.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from shelterdesk.actions.clock import SetClock
from shelterdesk.ui.app import DeskApp
from shelterdesk.ui.log_in import LogInPage
from tests.stations import MORNING, PASSPHRASE
from tests.ui.desk_windows import SCREENS, line_of, note_of


def main(folder: Path, text: str) -> int:
    """Log in, type, say so, and stay until killed."""
    app = QApplication([])
    desk = DeskApp(folder, SetClock(MORNING), SCREENS, idle_seconds=0)
    desk.start()
    assert desk.door is not None and isinstance(desk.door.page, LogInPage)

    def typed() -> None:
        if not desk.worker.is_busy:
            print("typed", flush=True)

    def begin() -> None:
        assert desk.window is not None
        QTest.keyClicks(line_of(note_of(desk.window).given), text)
        desk.worker.idle.connect(typed)

    desk.opened.connect(begin)
    desk.door.page.asked.emit("admin", PASSPHRASE)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
