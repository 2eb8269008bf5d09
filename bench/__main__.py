"""Runs the measurements and prints what they found: ``python -m bench [--write] [names]``."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter

from bench import (
    at_table,
    backup,
    cards,
    checking,
    exchanging,
    idle,
    importing,
    saving,
    scripts,
    sheet,
    stalls,
    type_ahead,
    window,
)
from bench.figures import Found, table, write_page
from bench.measure import FULL, Figure, Sizes
from bench.stations import OUT, SEED

Run = Callable[[Sizes, Path, Path], Iterator[Figure]]

RUNS: Mapping[str, Run] = {
    "saving": saving.run,
    "backup": backup.run,
    "checking": checking.run,
    "importing": importing.run,
    "exchanging": exchanging.run,
    "stalls": stalls.run,
    "table": at_table.run,
    "typing": type_ahead.run,
    "cards": cards.run,
    "sheet": sheet.run,
    "scripts": scripts.run,
    "window": window.run,
    "idle": idle.run,
}
"""Every measurement by the name it is asked for."""

PAGE = Path(__file__).resolve().parent.parent / "docs" / "figures.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 0 also where a goal is not met: that is said in the table, and a slow machine is no mistake."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of: {', '.join(RUNS)}; all without any")
    parser.add_argument("--write", action="store_true", help="also write docs/figures.md")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - RUNS.keys():
        parser.error(f"no measurement is called {', '.join(sorted(unknown))}")
    names = [name for name in RUNS if not asked.names or name in asked.names]
    print(f"seed {SEED}; {machine()}")
    found = {name: measured(name, FULL, OUT) for name in names}
    if asked.write:
        write_page(PAGE, found, machine(), SEED)
    return 0


def measured(name: str, sizes: Sizes, out: Path) -> Found:
    """Run one measurement in a folder of its own, printing its figures as they come."""
    print(f"\n{name}: {(RUNS[name].__doc__ or '').strip()}", flush=True)
    out.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=out))
    began, busy = perf_counter(), os.getloadavg()[0]
    figures = []
    try:
        for figure in RUNS[name](sizes, out, work):
            figures.append(figure)
            print(table([figure]), flush=True)
    finally:
        shutil.rmtree(work)
    return Found(figures, perf_counter() - began, busy)


def machine() -> str:
    """The machine in a few words, without its name."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return (
        f"{os.cpu_count()} processors, {pages / 2**30:.0f} GB, {platform.system()},"
        f" Python {platform.python_version()}"
    )


if __name__ == "__main__":
    sys.exit(main())
