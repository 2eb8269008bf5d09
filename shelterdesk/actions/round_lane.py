"""Rounds of an exchange on a thread of its own, from joining to leaving; faults are told and tried again by themselves."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from shelterdesk.actions import faults
from shelterdesk.core.errors import WorldError
from shelterdesk.core.moment import Clock
from shelterdesk.core.words import tr
from shelterdesk.db.store import Reader
from shelterdesk.sync import stick
from shelterdesk.sync.shelf import ShelfGone


class Rounds(Protocol):
    """What goes round: made, asked and closed on the lane's thread; only :meth:`cut_off` is called from others."""

    def cut_off(self) -> None: ...
    def close(self) -> None: ...


Going = TypeVar("Going", bound=Rounds)


class RoundLane(ABC, Generic[Going]):
    """From :meth:`start` to :meth:`stop`. A kind of lane says how it begins, what a round is, and what it tells."""

    def __init__(self, name: str, folder: Path, open_reader: Callable[[], Reader], clock: Clock) -> None:
        self.folder, self.clock = folder, clock
        self._name, self._open_reader = name, open_reader
        self._wake = threading.Event()
        self._stopped = False
        self._going: Going | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def begin(self, reader: Reader) -> Going:
        """Begin to go round with a reader that is the lane's own from now on; raises what beginning raises."""

    @abstractmethod
    def round(self, going: Going) -> float:
        """One round; returns the pause after it in seconds."""

    @abstractmethod
    def trouble(self, fault: WorldError) -> float:
        """What went wrong, as a sentence; returns the pause in seconds until it is tried again."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Something was written here: do not wait for the next round."""
        self._wake.set()

    def stop(self, patience_s: float = 5.0) -> None:
        """End. A network that hangs is not waited for longer than that."""
        self._stopped = True
        self._wake.set()
        going = self._going
        if going is not None:
            going.cut_off()
        if self._thread.is_alive():
            self._thread.join(patience_s)

    def ended(self) -> None:
        """Called on the lane's thread when it goes round no more."""

    def _run(self) -> None:
        try:
            while True:
                self._wake.clear()
                # Asked after the clearing: a wish to stop in between must not be slept over.
                if self._stopped:
                    break
                self._wake.wait(self._once())
        finally:
            self.ended()
            going, self._going = self._going, None
            if going is not None:
                with suppress(WorldError, OSError):
                    going.close()

    def _once(self) -> float:
        try:
            if self._going is None:
                self._going = self._began()
            return self.round(self._going)
        except Exception as fault:  # one that fails must not end the program, nor be tried for ever at once
            if self._stopped:
                return 0
            return self.trouble(self._said(fault))

    def _began(self) -> Going:
        reader = self._open_reader()
        try:
            return self.begin(reader)
        except BaseException:
            reader.close()
            raise

    def _said(self, fault: Exception) -> WorldError:
        again = tr("Work goes on; it is tried again by itself.")
        if isinstance(fault, ShelfGone):
            return WorldError(fault.sentence, again)
        world = faults.as_world(fault, self.folder)
        if world is None and isinstance(
            fault, OSError
        ):  # the own disk, or a share that went away in the middle
            world = stick.said(self.folder, fault)
        if world is None:
            faults.report_fault(self.folder, fault, self._name, self.clock.now())
            world = WorldError(
                tr("The exchange stumbled; a report without names was kept."),
                again,
            )
        return world
