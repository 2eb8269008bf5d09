"""The driver's side of the sweeps: places that are copied, runs under strace, and what is found after them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.faults.every import EVERY
from tests.faults.workflows import Told

TOP = Path(__file__).resolve().parents[2]
_MOST = 1 << 17

CALLS = (
    "write", "pwrite64", "writev", "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink", "unlinkat",
    "ftruncate", "fallocate", "mkdir", "mkdirat", "rmdir", "openat",
)  # fmt: skip
"""Calls that change a disk. Of ``openat`` only those that may write are taken."""

_LINE = re.compile(r"^\d+ +(?:<\.\.\. )?(\w+)\(")
_WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")


@dataclass(frozen=True, slots=True)
class Point:
    """The ``when``-th of one system call of a run."""

    call: str
    when: int


@dataclass(slots=True)
class Outcome:
    """What a run told and what was found after it. ``bug`` is a traceback, ``end`` what the place holds in the end."""

    said: list[Told] = field(default_factory=list)
    finished: bool = False
    killed: bool = False
    bug: str = ""
    problems: list[str] = field(default_factory=list)
    end: Any = None
    looked_s: float = 0.0

    @property
    def faults(self) -> list[str]:
        """The classes of the sentences shown."""
        return [one[1] for one in self.said if one[0] == "fault"]


@cache
def cannot_trace() -> str:
    """Why strace cannot be used here; empty where it can."""
    if shutil.which("strace") is None:
        return "strace is not installed (tools/setup test installs it)"
    tried = subprocess.run(
        ["strace", "-qq", "-e", "trace=none", sys.executable, "-S", "-c", ""], capture_output=True, text=True
    )
    return "" if tried.returncode == 0 else f"strace cannot trace here: {tried.stderr.strip()[:120]}"


class Lab:
    """A server process, a scratch folder, and one prepared place per workflow that every run gets a copy of."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.child", str(theirs.fileno())],
            cwd=TOP,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self._ready: set[str] = set()
        self._looks = 0
        self.ends: dict[str, Any] = {}

    def close(self) -> None:
        """End the server."""
        self._ours.close()
        self._server.wait()

    def prepared(self, name: str) -> Path:
        """The place of a workflow as it is before; made once, with the end it comes to where nothing goes wrong."""
        ready = self.scratch / "ready" / name
        if name not in self._ready:
            ready.mkdir(parents=True)
            EVERY[name].prepare(ready)
            self._ready.add(name)
            place = self.place(name)
            self._ask(do="warm", workflow=name, place=str(place))
            place = self.place(name)
            done = self.after(name, place, self.run(name, place).said)
            if done.problems or done.bug:
                raise AssertionError(f"{name} is not whole without any fault: {done.problems} {done.bug}")
            self.ends[name] = done.end
        return ready

    def place(self, name: str) -> Path:
        """A fresh copy of a workflow's place; always of the same path, for files remember where they were written."""
        ready, place = self.prepared(name), self.scratch / "place" / name
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(ready, place)
        return place

    def run(self, name: str, place: Path, strace: Sequence[str] = (), limit: int | None = None) -> Outcome:
        """The work in a child; under strace with these options where there are any."""
        if not strace:
            return self._ask(do="run", workflow=name, place=str(place), limit=limit)
        self._send(do="run", workflow=name, place=str(place), traced=True, limit=limit)
        pid = int(self._hear()["pid"])
        tracer = subprocess.Popen(
            ["strace", "-f", "-p", str(pid), *strace], stderr=subprocess.PIPE, text=True
        )
        try:
            assert tracer.stderr is not None
            attached = tracer.stderr.readline()
            if "attached" not in attached:
                raise AssertionError(f"strace could not attach: {attached}")
            self._send(go=True)
            return self._heard()
        finally:
            tracer.wait()
            assert tracer.stderr is not None
            tracer.stderr.close()

    def after(self, name: str, place: Path, said: Sequence[Told]) -> Outcome:
        """What is found after a fault, what the place holds when the work was done to its end, and then again.

        The second look costs as much as the first and finds what the end does not show: every third time it is taken.
        """
        self._looks += 1
        twice = self._looks % 3 == 1
        return self._ask(do="after", workflow=name, place=str(place), said=list(said), twice=twice)

    def look(self, name: str, place: Path, said: Sequence[Told]) -> Outcome:
        """What is found after a fault, alone."""
        return self._ask(do="look", workflow=name, place=str(place), said=list(said))

    def points(self, name: str, calls: Iterable[str] = CALLS) -> list[Point]:
        """Every call of the work that changes something below its place, in the order of the calls' names."""
        place = self.place(name)
        log = self.scratch / "count.log"
        known = ",".join(calls)
        done = self.run(name, place, ["-y", "-o", str(log), "-e", f"trace={known}", "-s", "0"])
        if not done.finished:
            raise AssertionError(f"{name} does not finish under strace: {done}")
        seen: dict[tuple[str, str], int] = {}
        found = []
        for line in log.read_text("utf-8", "replace").splitlines():
            match = _LINE.match(line)
            if match is None or "resumed>" in line:
                continue
            call, thread = match.group(1), line.split(" ", 1)[0]
            seen[thread, call] = seen.get((thread, call), 0) + 1
            is_ours = str(place) in line
            if is_ours and (call != "openat" or _WRITES.search(line)):
                found.append(Point(call, seen[thread, call]))
        return sorted(set(found), key=lambda one: (one.call, one.when))

    def _send(self, **what: Any) -> None:
        self._ours.send(json.dumps(what).encode())

    def _hear(self) -> dict[str, Any]:
        raw = self._ours.recv(_MOST)
        if not raw:
            raise AssertionError("the server of the sweeps is gone")
        heard: dict[str, Any] = json.loads(raw)
        return heard

    def _ask(self, **what: Any) -> Outcome:
        self._send(**what)
        return self._heard()

    def _heard(self) -> Outcome:
        found = Outcome()
        while "end" not in (heard := self._hear()):
            if "said" in heard:
                found.said.append(heard["said"])
            found.finished |= heard.get("finished", False)
            found.bug += heard.get("bug", "")
            found.problems.extend(heard.get("problems", []))
            found.end = heard.get("end_state", found.end)
            found.looked_s = heard.get("looked_s", found.looked_s)
        status = heard["end"]
        found.killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if os.WIFSIGNALED(status) and not found.killed:
            found.bug += f"the child died of signal {os.WTERMSIG(status)}"
        return found


@contextmanager
def lab(scratch: Path) -> Iterator[Lab]:
    """A lab for the length of a block; its scratch folder goes with it."""
    opened = Lab(scratch)
    try:
        yield opened
    finally:
        opened.close()
        with suppress(OSError):
            shutil.rmtree(scratch)
