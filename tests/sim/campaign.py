"""Plays schedules by the thousand, in ranges of seeds that can be taken up again; every range is a line of a log.

``python -m tests.sim.campaign merge --from 0 --to 1000000 --log docs/campaigns/merge-core.jsonl`` goes on where the
log ends. ``python -m tests.sim.campaign merge --seed 17`` plays one and tells its story.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.sim import core_run, core_store
from tests.sim.core_events import make_history

Play = Callable[[int], Counter[str]]

_RANGE = {"merge": 10_000, "world": 500}


@contextmanager
def _merge(leaning: Mapping[str, int]) -> Iterator[Play]:
    conn = core_store.memory()
    yield lambda seed: core_run.run(seed, conn)
    conn.close()


@contextmanager
def _world(leaning: Mapping[str, int]) -> Iterator[Play]:
    from tests.sim.world_run import Player  # stations are made for it

    with tempfile.TemporaryDirectory(prefix="shelterdesk-sim-") as folder:
        yield partial(Player(Path(folder)).play, leaning=leaning)


_LAYERS = {"merge": _merge, "world": _world}


def play_range(play: Play, first: int, last: int) -> dict[str, object]:
    """Play seeds ``first`` to ``last`` - 1; what a line of the log says of them."""
    counts: Counter[str] = Counter()
    failures: dict[int, str] = {}
    began, cpu = time.monotonic(), time.process_time()
    for seed in range(first, last):
        try:
            counts.update(play(seed))
        except Exception as fault:
            failures[seed] = f"{type(fault).__name__}: {fault}"[:400]
    return {
        "from": first,
        "to": last,
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "failures": failures,
        "counts": dict(sorted(counts.items())),
    }


def played(log: Path, first: int) -> int:
    """The seed up to which a log holds every range from ``first`` on."""
    spans = []
    if log.exists():
        for line in log.read_text(encoding="utf-8").splitlines():
            said = json.loads(line)
            spans.append((int(said["from"]), int(said["to"])))
    upto = first
    for low, high in sorted(spans):
        if low <= upto:
            upto = max(upto, high)
    return upto


def campaign(layer: str, first: int, last: int, log: Path, size: int, leaning: Mapping[str, int]) -> int:
    """Play a range of seeds, going on where the log ends; how many failed."""
    log.parent.mkdir(parents=True, exist_ok=True)
    failed = 0
    with _LAYERS[layer](leaning) as play:
        at = played(log, first)
        while at < last:
            said = play_range(play, at, min(last, at + size))
            failures = said["failures"]
            assert isinstance(failures, dict)
            failed += len(failures)
            with log.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(said) + "\n")
            at = min(last, at + size)
            print(f"{layer}: up to seed {at}, {failed} failed", flush=True)
    return failed


def tell(layer: str, seed: int, leaning: Mapping[str, int]) -> int:
    """Play one seed and print its story; 1 where it fails."""
    if layer == "merge":
        print("\n".join(make_history(seed).story))
    try:
        with _LAYERS[layer](leaning) as play:
            print(dict(play(seed)))
        return 0
    except Exception as fault:
        print("\n".join(getattr(fault, "story", [])))
        traceback.print_exc()
        return 1


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("layer", choices=sorted(_LAYERS))
    asked.add_argument("--from", dest="first", type=int, default=0)
    asked.add_argument("--to", dest="last", type=int, default=1_000_000)
    asked.add_argument("--log", type=Path)
    asked.add_argument("--range", dest="size", type=int, help="seeds a line of the log tells of")
    asked.add_argument("--seed", type=int, help="play this one and tell its story")
    asked.add_argument("--lean", default="", help="steps of a world to happen more often: copy=20,revoke=20")
    said = asked.parse_args(arguments)
    leaning = {name: int(more) for name, more in (one.split("=") for one in said.lean.split(",") if one)}
    if said.seed is not None:
        return tell(said.layer, said.seed, leaning)
    if said.log is None:
        asked.error("--log says where the ranges played are written down")
    failed = campaign(said.layer, said.first, said.last, said.log, said.size or _RANGE[said.layer], leaning)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
