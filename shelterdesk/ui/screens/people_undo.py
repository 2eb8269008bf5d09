"""Taking back what a screen just did: the way back that goes with an outcome in the message line."""

from __future__ import annotations

from collections.abc import Callable

from shelterdesk.actions.undo import Undone, undo_last
from shelterdesk.ui.base_screen import Screen
from shelterdesk.ui.widgets import Tone
from shelterdesk.ui.worker import DeskWorker


def way_back(screen: Screen, worker: DeskWorker, token: tuple[bytes, ...]) -> Callable[[], object] | None:
    """What the undo of a message does: takes the events of ``token`` back and tells how that went.

    None for an empty token, so that no undo is offered where nothing was written.
    """
    if not token:
        return None

    def told(done: Undone) -> None:
        tone = Tone.WARN if done.is_correction else Tone.OK
        screen.say(done.said, tone, way_back(screen, worker, done.undo))

    def take_back() -> None:
        worker.write(undo_last, token, done=told, failed=screen.say_error)

    return take_back
