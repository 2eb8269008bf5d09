"""What a start proves: a window that stands keeps an update; a version that did not start is told about once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from shelterdesk import versions
from shelterdesk.actions.update_words import gone_back_words
from shelterdesk.ui.widgets import Tone

if TYPE_CHECKING:
    from shelterdesk.ui.app import DeskApp

_TELL_AFTER_MS = 1500
"""After what else is said when a window opens: this is seldom, and must be read."""


def watch_start(app: DeskApp) -> None:
    """Call it when the first page is shown: the program is then as good as started."""
    home = versions.versions_folder()
    QTimer.singleShot(0, app, lambda: versions.window_seen(home))
    pointer = versions.gone_back(home)
    if pointer is None:
        return

    def say() -> None:
        app.say(gone_back_words(pointer), Tone.WARN)
        versions.told_gone_back(home)  # not before: who closes the program at the log-in has seen nothing

    def tell(_: object) -> None:
        app.opened.disconnect(tell)
        QTimer.singleShot(_TELL_AFTER_MS, app, say)

    app.opened.connect(tell)
