"""The door of the program: hands the command line the window and the played day, which it may not know itself."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from shelterdesk.actions.clock import SystemClock
from shelterdesk.cli import doors
from shelterdesk.cli import main as command_line
from shelterdesk.core.moment import DeskClock
from shelterdesk.startup import must_have_display


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit status."""
    doors.hand_in(_window, _day)
    return command_line(arguments)


def _window(folder: Path, practice: bool) -> int:
    must_have_display()
    from shelterdesk.ui.rail_entries import ALL_SCREENS  # Qt is loaded only where a window opens
    from shelterdesk.ui.running import run_window

    return run_window(folder, DeskClock(SystemClock()), ALL_SCREENS, practice=practice)


def _day(folder: Path, target: Path, seed: int) -> int:
    from shelterdesk.day import play_day

    return play_day(folder, target, seed)


if __name__ == "__main__":
    sys.exit(main())
