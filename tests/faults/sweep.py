"""Kill at a call, fail a call, cut the power: one point of a sweep and the verdict on it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.faults.disk import Disk, lay
from tests.faults.lab import Lab, Outcome, Point
from tests.faults.trace import record

_PAGE = 4096
ERRORS = ("EIO", "ENOSPC", "EROFS", "EDQUOT")


def kill(lab: Lab, name: str, point: Point) -> tuple[Outcome, list[str]]:
    """Kill the work at a point; what is wrong afterwards."""
    place = lab.place(name)
    inject = f"inject={point.call}:signal=SIGKILL:when={point.when}"
    done = lab.run(name, place, ["-o", "/dev/null", "-e", f"trace={point.call}", "-e", inject])
    wrong = [] if done.killed or done.finished else [f"neither killed nor finished: {done}"]
    return done, wrong + verdict(lab, name, done)


def fail(lab: Lab, name: str, point: Point, error: str, lasting: bool = False) -> tuple[Outcome, list[str]]:
    """Let one call fail, or from that one on all of its name; what is wrong then and afterwards."""
    place = lab.place(name)
    inject = ["-e", f"inject={point.call}:error={error}:when={point.when}{'+' if lasting else ''}"]
    calls = {point.call}
    if lasting and error in ("ENOSPC", "EDQUOT"):  # a disk that stays full is full for every call
        calls |= {"write", "pwrite64"}
        for call in calls - {point.call}:
            inject += ["-e", f"inject={call}:error={error}"]
    done = lab.run(name, place, ["-o", "/dev/null", "-e", f"trace={','.join(sorted(calls))}", *inject])
    wrong = []
    if done.killed:
        wrong.append("it was killed by an error")
    if not done.finished and not done.bug and not done.faults:
        wrong.append("it ended without a word")
    return done, wrong + calm(done) + verdict(lab, name, done)


def calm(done: Outcome) -> list[str]:
    """What is wrong with the sentences of a run: a traceback, no next step, words of the machine."""
    wrong = [f"a traceback: {done.bug}"] if done.bug else []
    for one in done.said:
        if one[0] == "fault":
            _, kind, sentence, step = one
            if not step or not sentence or "Error" in sentence or "Traceback" in sentence:
                wrong.append(f"no calm sentence: {kind}: {sentence} {step}")
    return wrong


def verdict(lab: Lab, name: str, done: Outcome) -> list[str]:
    """What of the things called done is missing, and whether the work comes to the same end as ever."""
    after = lab.after(name, lab.scratch / "place" / name, done.said)
    wrong = list(after.problems)
    if after.bug:
        wrong.append(f"afterwards: {after.bug}")
    elif after.end != lab.ends[name]:
        wrong.append(f"another end: {after.end} instead of {lab.ends[name]}")
    done.looked_s = after.looked_s
    return wrong


def power(lab: Lab, name: str, seed: int, states: int) -> Iterator[tuple[str, Outcome, list[str]]]:
    """States that a power cut may leave of one run: which one, what had been called done, what is wrong then."""
    acts = record(lab, name)
    place = lab.scratch / "place" / name
    disk = Disk(place, lab.prepared(name), acts)
    for n in range(states):
        crash = disk.crash(Random(f"{seed} {name} {n}"))
        lay(crash, place)
        done = Outcome(said=list(crash.said), killed=True)
        yield f"seed {seed}, state {n}, after {crash.at} of {len(acts)} acts", done, verdict(lab, name, done)


def limited(lab: Lab, name: str, limit: int) -> tuple[Outcome, list[str]]:
    """No file may grow beyond so many bytes, whatever call asks; what is wrong then and afterwards."""
    place = lab.place(name)
    done = lab.run(name, place, limit=limit)
    wrong = [] if done.finished or done.faults or done.bug else ["it ended without a word"]
    return done, wrong + calm(done) + verdict(lab, name, done)


def cannot_mount(scratch: Path) -> str:
    """Why no small disk can be made here; empty where one can (it needs root)."""
    scratch.mkdir(parents=True, exist_ok=True)
    tried = _mount(scratch, 1 << 20)
    if tried.returncode:
        return f"no small disk can be mounted here: {tried.stderr.strip()[:120]}"
    subprocess.run(["umount", str(scratch)], check=True)
    return ""


def full(lab: Lab, name: str, room: int) -> tuple[Outcome, list[str]]:
    """The work on a real disk (tmpfs) with so many bytes left; what is wrong then, and with room again."""
    ready, place = lab.prepared(name), lab.scratch / "place" / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    used = sum(-(-one.stat().st_size // _PAGE) * _PAGE for one in ready.rglob("*"))
    mounted = _mount(place, used + room)
    if mounted.returncode:
        raise AssertionError(mounted.stderr)
    try:
        shutil.copytree(ready, place, dirs_exist_ok=True)
        done = lab.run(name, place)
        wrong = [] if done.finished or done.faults or done.bug else ["it ended without a word"]
        subprocess.run(["mount", "-o", f"remount,size={256 << 20}", str(place)], check=True)
        return done, wrong + calm(done) + verdict(lab, name, done)
    finally:
        subprocess.run(["umount", str(place)], check=True)


def _mount(at: Path, size: int) -> subprocess.CompletedProcess[str]:
    line = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "shelterdesk-faults", str(at)]
    return subprocess.run(line, capture_output=True, text=True)
