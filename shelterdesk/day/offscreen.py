"""A day without a display: the windows are drawn in memory, and Qt is spared one line it says of each of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QMessageLogContext, QtMsgType, qFormatLogMessage, qInstallMessageHandler

NO_HINTS = "This plugin does not support propagateSizeHints()"
"""Said whenever the least size of a window changes; there is nobody whom a hint could reach."""


def choose_platform() -> None:
    """Draw in memory where there is no display; call before Qt has started."""
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not shown and sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@contextmanager
def without_hints() -> Iterator[None]:
    """Leave out :data:`NO_HINTS`; everything else Qt says goes where it went before."""

    def pass_on(level: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if message == NO_HINTS:
            return
        if before is not None:
            before(level, context, message)
        else:
            sys.stderr.write(f"{qFormatLogMessage(level, context, message)}\n")

    before = qInstallMessageHandler(pass_on)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
