"""Many mutants, one after the other: ``python -m tests.mutants.campaign --from 0 --to 100000 --log FILE``.

Each is made from its own number, so that a run can be cut into pieces and a failure be played again. One line of the log
sums up 5,000. A mutant that gets in, or over which the program stumbles, is kept below ``out/mutants``.
``--erased`` plays others instead, which aim at what an erasure leaves of an entry (decision 0012).
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.mutants.erased import ERASED
from tests.mutants.forge import Attempt, Mutator
from tests.mutants.inside import INSIDE
from tests.mutants.judging import OWN_WORD, Outcome, tried
from tests.mutants.outside import OUTSIDE
from tests.mutants.said import SAID
from tests.mutants.setting import Setting, make_setting
from tests.mutants.whole import RealOffice

WHOLE, WHOLE_ERASED = 50, 5
"""Every so many-th goes through the whole import into a real office."""

BLOCK = 5_000
MOST_S, MOST_MIB = 2.0, 256
"""What one may take (SYNC §3, test 6): seconds, and MiB more than before the first."""

KEPT = Path(__file__).resolve().parents[2] / "out" / "mutants"


@dataclass
class Tally:
    """What became of mutants so far."""

    tried: int = 0
    signed: int = 0
    whole: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    layers: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    kept_unsigned: int = 0
    failures: list[str] = field(default_factory=list)
    slowest_s: float = 0.0

    def add(self, number: int, attempt: Attempt, outcome: Outcome, seconds: float) -> None:
        """Count one."""
        self.tried += 1
        self.signed += attempt.is_signed
        self.codes[outcome.code] += 1
        self.layers[outcome.layer] += 1
        self.kinds[attempt.kind] += 1
        self.kept_unsigned += outcome.kept_unsigned
        self.slowest_s = max(self.slowest_s, seconds)
        if outcome.is_failure:
            self.failures.append(f"{number} {attempt.kind}: {outcome.code} at {outcome.layer}: {outcome.why}")


def mutant(number: int, setting: Setting) -> Attempt:
    """The mutant of that number: 45 of 100 damaged outside, the others signed by the desk that lies."""
    if setting.erased:
        rng = Random(f"erased mutant {number}")
        return _chosen(rng, ERASED)(rng, setting)
    rng = Random(f"mutant {number}")
    return _chosen(rng, OUTSIDE if rng.random() < 0.45 else [*INSIDE, *SAID])(rng, setting)


def _chosen(rng: Random, among: list[tuple[int, Mutator]]) -> Mutator:
    return rng.choices([one for _, one in among], [weight for weight, _ in among])[0]


def play(
    setting: Setting, real: RealOffice, first: int, last: int, told: Callable[[int], None] | None = None
) -> Tally:
    """Try the mutants from ``first`` up to, not with, ``last``."""
    tally = Tally()
    for number in range(first, last):
        attempt = mutant(number, setting)
        begun = time.process_time()
        outcome = tried(setting, real.office, attempt)
        seconds = time.process_time() - begun
        if number % (WHOLE_ERASED if setting.erased else WHOLE) == 0 and not outcome.is_failure:
            tally.whole += 1
            outcome = real.take(attempt, outcome)
        if outcome.is_failure:
            keep(number, attempt, outcome)
        tally.add(number, attempt, outcome, seconds)
        if told is not None:
            told(number)
    return tally


def keep(number: int, attempt: Attempt, outcome: Outcome) -> None:
    """The bytes of a mutant that got in."""
    folder = KEPT / str(number)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / str(attempt.name)).write_bytes(attempt.sealed)
    (folder / f"{attempt.name}.sig").write_text(attempt.signature, "utf-8", errors="replace")
    (folder / "outcome").write_text(
        f"{attempt.kind}\n{outcome.code} {outcome.layer}\n{outcome.why}\n", "utf-8"
    )


def peak_mib() -> int:
    """The most this process ever had in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def summed(first: int, last: int, tally: Tally, grown_mib: int) -> dict[str, Any]:
    """The line of the log for these mutants."""
    return {
        "from": first,
        "to": last,
        "signed": tally.signed,
        "through_import": tally.whole,
        "failures": tally.failures,
        "own_word": tally.codes[OWN_WORD],
        "kept_unsigned_entries": tally.kept_unsigned,
        "slowest_s": round(tally.slowest_s, 3),
        "memory_grown_mib": grown_mib,
        "codes": dict(sorted(tally.codes.items())),
        "layers": dict(sorted(tally.layers.items())),
        "kinds": dict(sorted(tally.kinds.items())),
    }


def campaign(first: int, last: int, log: Path | None, with_erasures: bool = False) -> int:
    """Play a range, block by block; returns how many failed."""
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        setting = make_setting(Path(scratch), with_erasures)
        real = RealOffice(setting, Path(scratch) / "real")
        before = peak_mib()
        for start in range(first, last, BLOCK):
            end = min(last, start + BLOCK)
            tally = play(setting, real, start, end)
            line = summed(start, end, tally, peak_mib() - before)
            failed += (
                len(tally.failures) + (tally.slowest_s >= MOST_S) + (line["memory_grown_mib"] >= MOST_MIB)
            )
            print(json.dumps(line), flush=True)
            if log is not None:
                with log.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(line) + "\n")
        real.close()
    return failed


def main() -> None:
    """Parse the command line and play; the exit code says whether one got in."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--to", dest="last", type=int, default=100_000)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--erased", action="store_true", help="aim at what erasures leave of entries")
    given = parser.parse_args()
    sys.exit(1 if campaign(given.first, given.last, given.log, given.erased) else 0)


if __name__ == "__main__":
    main()
