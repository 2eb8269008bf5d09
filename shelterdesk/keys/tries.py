"""Wrong passphrases make the next try wait longer; nothing is ever locked for good or destroyed (DESIGN §6).

The count lies beside the key file, in 64 slots chosen by the salted hash of the typed name: it names
nobody, it is the same for a name that exists and one that does not, and a colleague who logs in
does not wipe out the count of somebody else's name.
"""

from __future__ import annotations

import contextlib
import json
import math
from pathlib import Path

from shelterdesk.core.errors import CannotWrite, DiskFull, WorldError
from shelterdesk.core.words import ntr, tr
from shelterdesk.keys.safefile import alone, write_whole

FILE_NAME = "keys.tries.json"
_LOCK_NAME = "keys.tries.lock"
_WAITS = (0, 0, 0, 2, 5, 10, 30, 60, 120, 300)
_SLOTS = 64


class WaitFirst(WorldError):
    """A try that came too early: it was not looked at, so it says nothing about the passphrase."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            tr("There were several wrong tries; this one was not looked at."),
            ntr("Try again in {n} second.", "Try again in {n} seconds.", seconds),
        )


def wait_seconds(tries: int) -> int:
    """How long to wait after that many wrong tries in a row: nothing for two, then up to five minutes."""
    return _WAITS[min(max(tries, 0), len(_WAITS) - 1)]


class Tries:
    """The wrong tries in a row for one typed name, in the folder that holds the key file."""

    def __init__(self, folder: Path, name_hash: bytes) -> None:
        self._path = folder / FILE_NAME
        self._lock = folder / _LOCK_NAME
        self._slot = str(name_hash[0] % _SLOTS)

    def begin(self, now: float) -> int:
        """Count a try as wrong before it is looked at, and say how many there are now.

        ``now`` is in seconds since 1970. Counting first means that ending the program during the check does
        not save a try. Raises ``WaitFirst`` while the time has not come. A clock that was set back starts
        the present wait anew, once, so it can never lock for longer than that wait.
        """
        with contextlib.ExitStack() as held:
            self._hold(held)
            counts = self._read()
            tries, last = counts.get(self._slot, (0, now))
            left = wait_seconds(tries) - (now - last)
            if now < last:
                # Without a place to note the new start, a wait could last until the clock is right again.
                noted = self._write(counts | {self._slot: (tries, now)})
                left = wait_seconds(tries) if noted else 0
            if left > 0:
                raise WaitFirst(math.ceil(left))
            self._write(counts | {self._slot: (tries + 1, now)})
            return tries + 1

    def right(self) -> None:
        """The passphrase was right: the count starts again from nothing."""
        with contextlib.ExitStack() as held:
            self._hold(held)
            counts = self._read()
            if counts.pop(self._slot, None) is not None:
                self._write(counts)

    def _hold(self, held: contextlib.ExitStack) -> None:
        with contextlib.suppress(DiskFull, CannotWrite):
            held.enter_context(alone(self._lock))

    def _read(self) -> dict[str, tuple[int, float]]:
        """The counts by slot; a file that cannot be read counts as none and locks nobody out."""
        try:
            found = json.loads(self._path.read_bytes())
            return {
                str(slot): (int(tries), float(last))
                for slot, (tries, last) in found.items()
                if math.isfinite(last) and tries > 0
            }
        except (OSError, ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            return {}

    def _write(self, counts: dict[str, tuple[int, float]]) -> bool:
        """Whether the counts were kept; a full or write-protected disk must not keep anybody out."""
        try:
            write_whole(self._path, json.dumps(counts).encode("ascii"))
        except (DiskFull, CannotWrite):
            return False
        return True
