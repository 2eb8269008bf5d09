"""Search one parser for inputs it does not expect: ``python -m tests.fuzz.run TARGET --seconds 300``; or ``all``.

Guided by coverage (atheris, which brings libFuzzer). Atheris is needed here alone and is in no list of what the desk
needs: make an environment beside the house's, ``pip install atheris`` in it, and let it see the house's packages. What
a run finds lies in ``out/fuzz/TARGET``; ``--keep`` puts some that together reach the same places into
``tests/fuzz/corpus``, where every test run plays them. Each run adds a line to ``docs/campaigns/fuzzing.jsonl`` and
brings the table in ``docs/campaigns/fuzzing.md`` up to it.

``all --seconds 3600`` goes on until the log has 3,600 seconds of a CPU for each target, in turns of ``--turn`` seconds:
whatever ended it, the same command goes on from there. Ctrl+C or SIGTERM ends the turn; what it played is logged.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
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

ENDED, STOPPED = 0, 72
"""Exit codes of libFuzzer: its time was up; it was told to stop. Every other one says that something was found."""

Line = dict[str, Any]
"""A line of the log."""


_told_to_stop = threading.Event()
"""Set by SIGINT and SIGTERM, and looked at between two steps, so that no line and no file is left half."""


class Stopped(Exception):
    """Somebody ended the search; what was played until then is in the log."""


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


def run(target: str, seconds: int) -> Line:
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
    said, code = _child(
        [
            sys.executable, "-m", "tests.fuzz.run", target, "--child", str(work), f"-max_total_time={seconds}",
            "-print_final_stats=1", "-max_len=20000", "-timeout=20", "-rss_limit_mb=1024",
            f"-artifact_prefix={work.parent}/{target}-found-",
        ],
        work.parent / f"{target}.log",
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    executed = re.findall(r"number_of_executed_units:\s*(\d+)", said) or re.findall(r"^#(\d+)\s", said, re.M)
    reached = re.findall(r"cov: (\d+)", said)
    return {
        "date": date.today().isoformat(),
        "target": target,
        "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime),
        "inputs": int(executed[-1]) if executed else 0,
        "covered": int(reached[-1]) if reached else 0,
        "corpus": len(list(work.iterdir())),
        "peak_mib": after.ru_maxrss // 1024,
        "found": int(code not in (ENDED, STOPPED)),
        **({"stopped": True} if code == STOPPED else {}),
    }


def _child(command: list[str], log: Path) -> tuple[str, int]:
    """Run the search; SIGINT and SIGTERM are handed on as the one that libFuzzer ends well on."""
    with log.open("w+", encoding="utf-8", errors="replace") as out:
        # A session of its own: Ctrl+C at a terminal reaches this process alone, and the child once.
        child = subprocess.Popen(
            command, cwd=TOP, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
        while child.poll() is None and not _told_to_stop.is_set():
            with suppress(subprocess.TimeoutExpired):
                child.wait(0.5)
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                child.wait(60)
            child.kill()
        code = child.wait()
        out.seek(0)
        return out.read(), STOPPED if _told_to_stop.is_set() else code


def still_wanted(lines: list[Line], seconds: int) -> list[tuple[str, int]]:
    """The targets that have less CPU time in the log than wanted, the least first, with what each lacks."""
    had = dict.fromkeys(TARGETS, 0)
    for line in lines:
        had[line["target"]] += line["cpu_s"]
    return sorted(
        ((target, seconds - took) for target, took in had.items() if took < seconds), key=lambda one: -one[1]
    )


def play(target: str, seconds: int, log: Path, is_kept: bool) -> Line:
    """One run with its line in the log. Raises ``Stopped`` after the line of a run that was ended."""
    line = run(target, seconds)
    with log.open("a", encoding="utf-8") as out:
        out.write(json.dumps(line) + "\n")
    print(json.dumps(line), flush=True)
    if log == LOG:
        write_table()
    if is_kept and not _told_to_stop.is_set():
        keep(target)
    if _told_to_stop.is_set():
        raise Stopped
    return line


def play_all(seconds: int, turn: int, log: Path, is_kept: bool) -> None:
    """Each target in turns until the log has so many seconds of each; one that finds something stays out from then on."""
    left_out: set[str] = set()
    while True:
        wanted = [one for one in still_wanted(read_log(log), seconds) if one[0] not in left_out]
        if not wanted:
            break
        target, lacks = wanted[0]
        line = play(target, max(min(turn, lacks), 10), log, is_kept)
        # A turn that ends at once would be begun for ever: its input lies in out/fuzz and wants a person.
        if line["found"] or not line["cpu_s"]:
            left_out.add(target)
    if left_out:
        print(f"found something, see out/fuzz: {', '.join(sorted(left_out))}", flush=True)


def read_log(log: Path) -> list[Line]:
    """The lines of a log; none where it is not there yet."""
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []


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


def table(lines: list[Line]) -> list[str]:
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
    lines = read_log(LOG)
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
    parser.add_argument("target", choices=(*TARGETS, "all"))
    parser.add_argument("--seconds", type=int, default=300, help="with all: how many the log has of each")
    parser.add_argument("--turn", type=int, default=300, help="with all: seconds of one target at a time")
    parser.add_argument("--log", type=Path, default=LOG, help="another log; the document's table stays")
    parser.add_argument(
        "--keep", action="store_true", help="put the smallest set into tests/fuzz/corpus afterwards"
    )
    given = parser.parse_args()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, _stop)
    try:
        if given.target == "all":
            play_all(given.seconds, given.turn, given.log, given.keep)
        elif given.seconds:
            play(given.target, given.seconds, given.log, given.keep)
        elif given.keep:
            keep(given.target)
    except Stopped:
        sys.exit("stopped; the same command goes on from here")


def _stop(*_: object) -> None:
    _told_to_stop.set()


if __name__ == "__main__":
    main()
