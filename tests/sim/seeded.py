"""Everything the program draws or waits for, from one seed: keys, salts, ids, epochs; and clocks that go wrong."""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from shelterdesk.db import store
from shelterdesk.keys import age
from shelterdesk.keys.ed25519 import SigningKey
from shelterdesk.sync import intake

MORNING = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2190, 1, 1, tzinfo=UTC)


@contextmanager
def determined(rng: random.Random) -> Iterator[None]:
    """Inside, the program draws from ``rng``. Only what age adds to a sealed file stays random: nothing follows from it.

    What was written is not pushed to the disk either (other tests pull the plug), and nobody gives way to anybody.
    """
    with ExitStack() as stack:
        for name, draw in (
            ("token_bytes", lambda n=32: rng.randbytes(n)),
            ("token_hex", lambda n=32: rng.randbytes(n).hex()),
            ("randbits", rng.getrandbits),
            ("randbelow", rng.randrange),
        ):
            stack.enter_context(patch.object(secrets, name, draw))
        stack.enter_context(patch.object(SigningKey, "new", lambda: SigningKey(rng.randbytes(32))))
        stack.enter_context(patch.object(age, "new_identity", lambda: age.derived(rng.randbytes(32))))
        stack.enter_context(patch.object(os, "fsync", lambda handle: None))
        stack.enter_context(patch.object(store, "GIVE_WAY_S", 0.0))
        stack.enter_context(patch.object(intake, "GIVE_WAY_S", 0.0))
        yield


def quick_folder(otherwise: Path) -> Path:
    """Where the files of a world lie: in memory where the system has such a place, for they come and go by the thousand."""
    memory = Path("/dev/shm")
    return memory if os.access(memory, os.W_OK) else otherwise


class WorldTime:
    """The real present of a schedule; every desk has its own opinion of it."""

    def __init__(self) -> None:
        self.now = MORNING

    def forward(self, by: timedelta) -> None:
        """Time passes."""
        self.now += by


class DeskClock:
    """The clock of one laptop: so much off, and perhaps standing still."""

    def __init__(self, real: WorldTime, off: timedelta) -> None:
        self._real = real
        self.off = off
        self.stands_at: datetime | None = None

    def now(self) -> datetime:
        """What this laptop believes."""
        if self.stands_at is not None:
            return self.stands_at
        return min(max(self._real.now + self.off, _FIRST), _LAST)

    def jump(self, rng: random.Random) -> str:
        """Something happens to the clock; what, in words."""
        what, off = rng.choice(
            (
                ("is set right", timedelta(0)),
                ("goes back a second", self.off - timedelta(seconds=1)),
                ("goes back an hour", self.off - timedelta(hours=1)),
                ("goes on an hour", self.off + timedelta(hours=1)),
                ("is ten years ahead", timedelta(days=3653)),
                ("is ten years behind", timedelta(days=-3653)),
                ("loses its battery", _FIRST - self._real.now),
                ("is somewhere", timedelta(milliseconds=rng.randint(-(10**9), 10**12))),
                ("stands still", self.off),
            )
        )
        self.off, self.stands_at = off, None
        if what == "stands still":
            self.stands_at = self.now()
        return what


def any_offset(rng: random.Random) -> timedelta:
    """How far a laptop's clock is off: often not at all, sometimes by decades."""
    return timedelta(
        milliseconds=rng.choice((0, 0, rng.randint(-(10**9), 10**9), rng.randint(-(10**9), 10**12)))
    )
