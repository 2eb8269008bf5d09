"""What a benchmark gives back: figures with their baseline and goal, and the few ways of timing all of them use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything: the full run, or a tiny one that only shows that nothing has rotted."""

    people: int = 100_000
    crowd: int = 1_000_000
    import_ops: int = 100_000
    saves: int = 300
    saves_beside: int = 400
    queries: int = 400
    cards: int = 1_000
    rounds: int = 3
    idle_seconds: int = 60


FULL = Sizes()
TINY = Sizes(
    people=60,
    crowd=120,
    import_ops=300,
    saves=3,
    saves_beside=3,
    queries=6,
    cards=12,
    rounds=1,
    idle_seconds=1,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value beside its baseline of the same run.

    ``value`` and ``base_value`` are in ``unit``; ``most`` and ``most_times`` are the goals for the value and
    for its ratio to the baseline, None where there is none.
    """

    what: str
    value: float
    unit: str
    baseline: str = ""
    base_value: float | None = None
    most: float | None = None
    most_times: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the baseline; None without one."""
        return None if not self.base_value else self.value / self.base_value

    @property
    def goal(self) -> str:
        """The goal in words, empty where there is none."""
        goals = []
        if self.most is not None:
            goals.append(f"≤ {said(self.most)} {self.unit}")
        if self.most_times is not None:
            goals.append(f"≤ {said(self.most_times)} ×")
        return ", ".join(goals)

    @property
    def is_met(self) -> bool | None:
        """Whether the goals are met; None where there is none."""
        if self.most is None and self.most_times is None:
            return None
        within = self.most is None or self.value <= self.most
        ratio = self.ratio
        return within and (self.most_times is None or (ratio is not None and ratio <= self.most_times))


def said(value: float) -> str:
    """A number with three digits that count, thousands divided."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def seconds(work: Callable[[], object]) -> float:
    """How long it took once, in seconds of the wall clock."""
    began = perf_counter()
    work()
    return perf_counter() - began


def peak() -> float:
    """The most memory this process has held so far, in bytes.

    Not what ``getrusage`` says: that begins, on Linux, with the most that the process it was started from had held.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) * 1024.0 for line in status.splitlines() if line.startswith("VmHWM"))


def median(values: Sequence[float]) -> float:
    """The middle one, or the mean of the two in the middle."""
    return percentile(values, 50)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` per cent of them do not pass, between neighbours in proportion."""
    ordered = sorted(values)
    at = (len(ordered) - 1) * share / 100
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)
