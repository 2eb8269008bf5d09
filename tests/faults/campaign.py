"""The full sweeps: ``python -m tests.faults.campaign kill|errors|room|power --log docs/campaigns/faults.jsonl``.

One line per workflow is added to the log: how many points, what became of them, everything that was wrong, and what
plays it again. ``--scratch`` says where the places lie (a disk in memory makes it quick), ``--only`` names workflows,
``--every N`` takes each N-th point.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from tests.faults import sweep
from tests.faults.every import ALONE, EVERY
from tests.faults.lab import Lab, Outcome, cannot_trace, lab

_SHOWN = 20
"""Findings of one workflow that are written out; all are counted."""


class Count:
    """What became of the points of one workflow."""

    def __init__(self, mode: str, name: str, **about: Any) -> None:
        self.line: dict[str, Any] = {"mode": mode, "workflow": name, **about}
        self.became: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.sentences: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.slowest = 0.0
        self._began = monotonic()

    def add(self, of: str, call: str, done: Outcome, wrong: Sequence[str]) -> None:
        """One point more."""
        self.calls[call] += 1
        became = (
            "killed"
            if done.killed
            else "stumbled"
            if done.bug
            else "finished"
            if done.finished
            else "refused"
        )
        self.became[became] += 1
        self.sentences.update(done.faults)
        self.slowest = max(self.slowest, done.looked_s)
        for one in wrong:
            self.wrong.append(f"{of}: {one}")
            print(f"  {of}: {one[:2000]}", flush=True)

    def write(self, log: Path) -> None:
        """Add the line to the log."""
        self.line |= {
            "points": sum(self.became.values()),
            "became": dict(self.became),
            "calls": dict(sorted(self.calls.items())),
            "sentences": dict(self.sentences.most_common()),
            "wrong": len(self.wrong),
            "findings": [one[:600] for one in self.wrong[:_SHOWN]],
            "slowest_restart_s": round(self.slowest, 2),
            "seconds": round(monotonic() - self._began),
        }
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as out:
            out.write(json.dumps(self.line) + "\n")
        print(json.dumps(self.line)[:400], flush=True)


def kill(at: Lab, name: str, every: int) -> Count:
    """The process killed at every call that changes the place."""
    count = Count("kill", name)
    for point in at.points(name)[::every]:
        done, wrong = sweep.kill(at, name, point)
        count.add(f"{point.call} {point.when}", point.call, done, wrong)
    return count


def errors(at: Lab, name: str, every: int) -> Count:
    """Each call fails once, the errors in turn; every third from there on for good."""
    count = Count("errors", name)
    for n, point in enumerate(at.points(name)[::every]):
        # An error that lasts would meet every file opened to be read as well.
        for lasting in (False, True)[: 1 + (n % 3 == 0 and point.call != "openat")]:
            error = sweep.ERRORS[n % len(sweep.ERRORS)]
            done, wrong = sweep.fail(at, name, point, error, lasting)
            said = f"{point.call} {point.when}{'+' if lasting else ''} {error}"
            count.add(said, f"{point.call} {error}", done, wrong)
    return count


ROOMS = (
    *range(0, 1 << 20, 32 << 10),
    *range(1 << 20, 4 << 20, 256 << 10),
    *(n << 20 for n in (4, 8, 16, 32, 64)),
)
"""Bytes left on the small disks: from none to more than anything here needs."""


def room(at: Lab, name: str, every: int) -> Count:
    """Real disks that are nearly full, and limits on the size of files."""
    count = Count("room", name)
    refused = sweep.cannot_mount(at.scratch / "mount")
    if refused:
        count.line["skipped"] = refused
    for left in () if refused else ROOMS[::every]:
        done, wrong = sweep.full(at, name, left)
        count.add(f"{left} bytes left", "tmpfs", done, wrong)
    for limit in range(0, 1 << 20, 16_411 * every):
        done, wrong = sweep.limited(at, name, limit)
        count.add(f"files of {limit} bytes at most", "RLIMIT_FSIZE", done, wrong)
    return count


def power(at: Lab, name: str, seed: int, states: int) -> Count:
    """States a power cut may leave, by a seed that plays them again."""
    count = Count("power", name, seed=seed)
    for which, done, wrong in sweep.power(at, name, seed, states):
        count.add(which, "power", done, wrong)
    return count


MODES = {"kill": kill, "errors": errors, "room": room}


def main(given: Sequence[str]) -> int:
    """Run what is asked; 1 where anything was wrong."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("mode", choices=[*MODES, "power"])
    asked.add_argument("--log", type=Path, required=True)
    asked.add_argument("--scratch", type=Path)
    asked.add_argument("--only", nargs="*", choices=sorted(EVERY))
    asked.add_argument("--every", type=int, default=1)
    asked.add_argument("--states", type=int, default=1000, help="power: states of each workflow")
    asked.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32))
    said = asked.parse_args(given)
    print(f"seed {said.seed}", flush=True)
    if cannot_trace():
        print(cannot_trace(), file=sys.stderr)
        return 2
    wrong = 0
    with tempfile.TemporaryDirectory(dir=said.scratch) as folder, lab(Path(folder) / "lab") as at:
        for name in said.only or sorted(EVERY if said.mode == "kill" else ALONE):
            if said.mode == "power":
                count = power(at, name, said.seed, said.states)
            else:
                count = MODES[said.mode](at, name, said.every)
            count.write(said.log)
            wrong += len(count.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
