"""Search one parser for inputs it does not expect: ``python -m tests.fuzz.run TARGET --seconds 300``.

Guided by coverage (atheris, which brings libFuzzer). Atheris is needed here alone and is in no list of what the desk
needs: make an environment beside the house's, ``pip install atheris`` in it, and let it see the house's packages. What
a run finds lies in ``out/fuzz/TARGET``; ``--keep`` puts some that together reach the same places into
``tests/fuzz/corpus``, where every test run plays them. Each run adds a line to ``docs/campaigns/fuzzing.jsonl`` and
brings the table in ``docs/campaigns/fuzzing.md`` up to it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

TOP = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).with_name("corpus")
LOG = TOP / "docs" / "campaigns" / "fuzzing.jsonl"
TARGETS = (
    "manifest",
    "event",
    "statement",
    "receipt",
    "card",
    "letter",
    "names",
    "archive",
    "zipped",
    "armour",
)
TABLE_HEAD = "| target | runs | time of one CPU | inputs | runs that ended early |\n|---|---|---|---|---|\n"
TREES = frozenset({"manifest", "event", "statement", "receipt", "letter"})
"""Targets whose inputs are JSON: every other change is made to the tree."""

MOST_FILES, MOST_BYTES = 18, 48_000
"""What is kept of one target."""


def search(target: str) -> None:
    """Run in the child: libFuzzer takes over and ends the process."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["shelterdesk"]):
        function = importlib.import_module("tests.fuzz.targets").TARGETS[target]
    trees = importlib.import_module("tests.mutants.trees")

    def change(data: bytes, most: int, seed: int) -> bytes:
        rng = Random(seed)
        if rng.random() < 0.5:
            try:
                tree = json.loads(data)
                for _ in range(rng.choice((1, 1, 1, 2, 3))):
                    tree = trees.changed_tree(rng, tree)
                new = (
                    json.dumps(tree, separators=(",", ":")).encode()
                    if rng.random() < 0.9
                    else trees.loose_json(rng, tree)
                )
                if len(new) <= most:
                    return bytes(new)
            except (ValueError, RecursionError):
                pass
        return bytes(atheris.Mutate(data, most))

    more = {"custom_mutator": change} if target in TREES else {}
    atheris.Setup(sys.argv, function, **more)
    atheris.Fuzz()


def run(target: str, seconds: int) -> dict[str, Any]:
    """One search in a child process; returns what is logged of it."""
    work = TOP / "out" / "fuzz" / target
    work.mkdir(parents=True, exist_ok=True)
    # Not at the top: the child has to load what it watches while it is being instrumented.
    seeds = importlib.import_module("tests.fuzz.seeds").seeds
    for number, data in enumerate(seeds(target)):
        (work / f"seed-{number}").write_bytes(data)
    for path in (KEPT / target).glob("*"):
        shutil.copy(path, work / path.name)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [
            sys.executable, "-m", "tests.fuzz.run", target, "--child", str(work), f"-max_total_time={seconds}",
            "-print_final_stats=1", "-max_len=20000", "-timeout=20", "-rss_limit_mb=1024",
            f"-artifact_prefix={work.parent}/{target}-found-",
        ],
        cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    (work.parent / f"{target}.log").write_text(done.stdout, "utf-8")
    executed = re.findall(r"number_of_executed_units:\s*(\d+)", done.stdout)
    reached = re.findall(r"cov: (\d+)", done.stdout)
    return {
        "date": date.today().isoformat(),
        "target": target,
        "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime),
        "inputs": int(executed[-1]) if executed else 0,
        "covered": int(reached[-1]) if reached else 0,
        "corpus": len(list(work.iterdir())),
        "peak_mib": after.ru_maxrss // 1024,
        "found": int(done.returncode != 0),
    }


def keep(target: str) -> None:
    """Of all inputs found so far those that together reach the same lines, within what may be kept."""
    function = importlib.import_module("tests.fuzz.targets").TARGETS[target]
    folders = (KEPT / target, TOP / "out" / "fuzz" / target)
    paths = sorted(
        (path for folder in folders for path in folder.glob("*")), key=lambda path: path.stat().st_size
    )
    reached = {path.read_bytes(): steps(function, path.read_bytes()) for path in paths}
    chosen: dict[str, bytes] = {}
    seen: set[Step] = set()
    room = MOST_BYTES
    while len(chosen) < MOST_FILES and reached:
        data = max(reached, key=lambda one: (len(reached[one] - seen), -len(one)))
        new = reached.pop(data) - seen
        if not new:
            break
        if len(data) <= room:
            seen |= new
            room -= len(data)
            chosen[sha256(data).hexdigest()[:16]] = data
    for path in (KEPT / target).glob("*"):
        if len(path.name) == 16:  # what has a name of its own was a defect, and stays
            path.unlink()
    (KEPT / target).mkdir(parents=True, exist_ok=True)
    for name, data in chosen.items():
        (KEPT / target / name).write_bytes(data)


Step = tuple[str, int, int]
"""A file and two of its lines, one after the other."""


def steps(function: Callable[[bytes], None], data: bytes) -> set[Step]:
    """The steps from line to line inside the program while it reads an input."""
    found: set[Step] = set()
    last: dict[int, int] = {}

    def watch(frame: Any, event: str, _: object) -> Any:
        file = frame.f_code.co_filename
        if "shelterdesk" not in file.rsplit("/tests/", 1)[-1]:
            return None
        if event == "line":
            found.add((file, last.get(id(frame), 0), frame.f_lineno))
            last[id(frame)] = frame.f_lineno
        return watch

    sys.settrace(watch)
    try:
        function(data)
    finally:
        sys.settrace(None)
    return found


def table(lines: list[dict[str, Any]]) -> list[str]:
    """The rows of the document: per target runs, hours of one CPU, inputs, what was found."""
    rows = []
    for target in TARGETS:
        mine = [line for line in lines if line["target"] == target]
        seconds, inputs = sum(line["cpu_s"] for line in mine), sum(line["inputs"] for line in mine)
        found = sum(line["found"] for line in mine)
        rows.append(f"| `{target}` | {len(mine)} | {seconds / 3600:.2f} h | {inputs:,} | {found} |")
    return rows


def write_table() -> None:
    """Bring the table in the document up to the log."""
    lines = [json.loads(line) for line in LOG.read_text("utf-8").splitlines()]
    document = LOG.with_name("fuzzing.md")
    text = document.read_text("utf-8")
    rows = "".join(f"{row}\n" for row in table(lines))
    before, head, after = text.partition(TABLE_HEAD)
    assert head, "the document has lost its table"
    document.write_text(before + head + rows + after[after.index("\n## ") :], "utf-8")


def main() -> None:
    """Parse the command line and run."""
    if "--child" in sys.argv:
        target = sys.argv[1]
        sys.argv = [sys.argv[0], *sys.argv[3:]]
        search(target)
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument(
        "--keep", action="store_true", help="put the smallest set into tests/fuzz/corpus afterwards"
    )
    given = parser.parse_args()
    if given.seconds:
        line = run(given.target, given.seconds)
        with LOG.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        print(json.dumps(line))
        write_table()
    if given.keep:
        keep(given.target)


if __name__ == "__main__":
    main()
