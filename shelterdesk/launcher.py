"""The first thing the built program does: start the newest version that works, then be the program itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from shelterdesk import versions

STARTED = "SHELTERDESK_STARTED"
"""Set for a version that was started by another: it starts no further one."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the newest version; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    started = os.environ.pop(STARTED, "")
    home = versions.versions_folder()
    if versions.is_packed() and not started:
        program = versions.program_to_start(home)
        if program is not None:
            status = _start(program, words)
            if status is not None:
                return status
    settle(Path(getattr(sys, "_MEIPASS", "")))
    from shelterdesk.__main__ import (
        main as program_itself,  # only now: an update must not wait for the old one
    )

    status = program_itself(words)
    versions.ended_in_order(home)
    return status


def settle(inside: Path) -> None:
    """Show the libraries what the built program brings along: its faces to fontconfig, X before Wayland to Qt."""
    own_fonts = inside / "fonts" / "fonts.conf"
    if versions.is_packed() and own_fonts.is_file():
        os.environ.setdefault("FONTCONFIG_FILE", str(own_fonts))
    if versions.is_packed() and os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "xcb;wayland")


def _start(program: Path, words: list[str]) -> int | None:
    """Become that program (on Windows: wait for it); None where the system does not let it start."""
    environment = {**os.environ, STARTED: "1", "PYINSTALLER_RESET_ENVIRONMENT": "1"}
    before = environment.pop("LD_LIBRARY_PATH_ORIG", None)
    environment.pop("LD_LIBRARY_PATH", None)
    if before is not None:
        environment["LD_LIBRARY_PATH"] = before
    try:
        if sys.platform == "win32":
            return subprocess.call([str(program), *words], env=environment)
        os.execve(program, [str(program), *words], environment)
    except OSError:
        return None
