"""Opening the program, what it holds in memory, and typing a name: against a bare window with the same libraries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.measure import Figure, Sizes, median, percentile, seconds
from bench.stations import CHEAP, NOW, PASSPHRASE, copy_of, filled, opened
from bench.type_ahead import typed_texts
from shelterdesk.keys.user import new_user

TOP = Path(__file__).resolve().parent.parent
_TYPED = 12


def run(sizes: Sizes, out: Path, work: Path) -> Iterator[Figure]:
    """Promise: first key within 2.5 bare windows, 250 MB with every screen opened, rows 50 ms after a key."""
    station = filled(sizes.people, leaving=True, out=out)
    folder = copy_of(station, work / "station")
    job, modules = work / "job.json", work / "modules.json"
    _job(folder, job, station.people, 0)
    derived = seconds(lambda: new_user(PASSPHRASE, CHEAP))
    ours, theirs = [], []
    for _ in range(sizes.rounds + (sizes.rounds > 1)):  # the first compiles, and warms what later ones find
        ours.append(_process(work / "compiled", "program", str(folder), str(job)))
        modules.write_text(json.dumps(ours[-1]["modules"]), "utf-8")
        theirs.append(_process(work / "compiled", "bare", str(modules)))
    ours, theirs = ours[-sizes.rounds :], theirs[-sizes.rounds :]
    bare = median([one["ready"] for one in theirs])
    base = f"a bare window that imports the same {len(ours[-1]['modules'])} modules, to its first key"
    yield Figure(
        f"start of the program to the first key at reception, {station.people:,} people, log-in included"
        f" (key derivation, {derived * 1e3:.1f} ms here, subtracted)",
        median([one["ready"] for one in ours]) - derived,
        "s",
        base,
        bare,
        most_times=2.5,
    )
    yield Figure(
        "start to the first key at the log-in page", median([one["door"] for one in ours]), "s", base, bare
    )
    yield Figure(
        f"peak memory with every screen opened once ({', '.join(ours[-1]['screens'])})",
        max(one["peak"] for one in ours) / 1e6,
        "MB",
        "the bare window",
        max(one["peak"] for one in theirs) / 1e6,
        most=250,
    )
    yield Figure(
        "memory at the first key at reception",
        max(one["peak_ready"] for one in ours) / 1e6,
        "MB",
        "the bare window",
        max(one["peak"] for one in theirs) / 1e6,
    )
    slowest = max(ours[-1]["screens"].items(), key=lambda one: float(one[1]))
    yield Figure(f"slowest screen to open and fill, {slowest[0]}", slowest[1], "s")
    yield from _typing(sizes, out, work)


def _typing(sizes: Sizes, out: Path, work: Path) -> Iterator[Figure]:
    """From a key in the search to the rows it brings, in a file of a million people."""
    crowd = filled(sizes.crowd, sealed=False, leaving=True, out=out)
    folder, job = copy_of(crowd, work / "crowd"), work / "crowd.json"
    _job(folder, job, crowd.people, min(_TYPED, sizes.queries))
    told = _process(work / "compiled", "program", str(folder), str(job))["typed"]
    painted = told["all"]
    yield Figure(
        f"a key in the search to its rows painted among {crowd.people:,} people, p95 of {len(painted)}"
        f" (median {median(painted) * 1e3:.0f} ms, of which {told['pause'] * 1e3:.0f} wait for the next key)",
        percentile(painted, 95) * 1e3,
        "ms",
        most=50,
    )


def _job(folder: Path, job: Path, people: int, count: int) -> None:
    """What the process is to type, ``count`` times one word and two of two to six letters, and how it logs in."""
    with opened(folder) as desk:
        reader = desk.reader()
        typed = typed_texts(reader, people, count)
        reader.close()
    said = {
        "texts": [text for texts in typed.values() for text in texts],
        "now": NOW.isoformat(),
        "passphrase": PASSPHRASE,
    }
    job.write_text(json.dumps(said), "utf-8")


def _process(compiled: Path, *arguments: str) -> dict[str, Any]:
    """Run the window in a fresh process, its modules compiled once as on any machine; what it told."""
    what, *rest = arguments
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(compiled)
    command = [sys.executable, "-m", "bench.at_window", what, str(time.monotonic()), *rest]
    done = subprocess.run(
        command, cwd=TOP, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode:
        raise ValueError(f"the window ended with {done.returncode}: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
