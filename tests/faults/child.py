"""The process the sweeps harm: it has loaded everything, makes a child for each run, and tells what that child said.

Started by ``tests/faults/lab.py`` with one end of a socket. A run waits until the driver has attached the tracer, so
that the calls counted are those of the work and not those of loading a program; what was called done is told by
``sendto``, which is none of the calls that are made to fail.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import socket
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from shelterdesk.actions.faults import as_world
from shelterdesk.db import reserve
from tests.faults.every import EVERY
from tests.faults.workflows import Workflow, later

_PR_SET_PTRACER = 0x59616D61
_PR_SET_CHILD_SUBREAPER = 36
_ANY = -1
_MOST = 1 << 17
TRIES = 2
"""How often one process does the work where the world's faults end it: the fault may be gone the second time."""


class Line:
    """One end of the socket between the driver, the server and its children."""

    def __init__(self, number: int) -> None:
        self._end = socket.socket(fileno=number)

    def say(self, **what: Any) -> None:
        self._end.send(json.dumps(what).encode())

    def hear(self) -> dict[str, Any] | None:
        raw = self._end.recv(_MOST)
        heard: dict[str, Any] | None = json.loads(raw) if raw else None
        return heard


def serve(line: Line) -> None:
    """Do what is asked, each in a child of its own, until the driver lets go.

    Whoever was there beside a child that was killed is waited for too: nobody must write any more when one looks.
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    while (asked := line.hear()) is not None:
        if asked["do"] == "warm":
            _warm(EVERY[asked["workflow"]], Path(asked["place"]))
            line.say(end=0)
            continue
        child = os.fork()
        if child == 0:
            code = 1
            try:
                _asked(line, asked)
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        with suppress(ChildProcessError):
            while True:
                os.wait()
        line.say(end=status)


def _asked(line: Line, asked: dict[str, Any]) -> None:
    try:
        {"run": _run, "after": _after, "look": _look}[asked["do"]](line, asked)
    except BaseException:
        line.say(bug=traceback.format_exc()[-6_000:])


def _warm(workflow: Workflow, place: Path) -> None:
    """Once through everything, so that no module is loaded in the middle of a run."""
    said: list[list[Any]] = []
    with workflow.beside(place):
        workflow.run(place, lambda *what: said.append(list(what)), later())
    workflow.look(place, said)
    workflow.end(place)
    gc.collect()
    gc.freeze()  # what is loaded by now is never looked through again: children share it as it is


def _run(line: Line, asked: dict[str, Any]) -> None:
    workflow, place = EVERY[asked["workflow"]], Path(asked["place"])
    if asked.get("limit") is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked["limit"], resource.RLIM_INFINITY))
    with workflow.beside(place) as other:
        if asked.get("traced"):
            ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANY, 0, 0, 0)
            line.say(pid=other or os.getpid())
            line.hear()
        _tried(line, workflow, place)


def _tried(line: Line, workflow: Workflow, place: Path) -> None:
    for turn in range(TRIES):
        try:
            workflow.run(place, lambda *what: line.say(said=what), later(turn))
        except Exception as fault:
            world = as_world(fault, place)
            if world is None:
                raise
            line.say(said=("fault", type(world).__name__, world.sentence, world.next_step))
            continue
        line.say(finished=True)
        return


def _look(line: Line, asked: dict[str, Any]) -> None:
    workflow, place = EVERY[asked["workflow"]], Path(asked["place"])
    began = monotonic()
    problems = workflow.look(place, asked["said"])
    line.say(problems=problems, looked_s=monotonic() - began)


def _after(line: Line, asked: dict[str, Any]) -> None:
    """What is there after the fault; the work done to its end; what is there then."""
    workflow, place = EVERY[asked["workflow"]], Path(asked["place"])
    _look(line, asked)
    said = list(asked["said"])
    with workflow.beside(place):
        workflow.run(place, lambda *what: said.append(list(what)), later(TRIES))
    if asked["twice"]:
        line.say(problems=[f"after the work was done again: {one}" for one in workflow.look(place, said)])
    line.say(end_state=workflow.end(place))


if __name__ == "__main__":
    reserve.SIZE = 1 << 20  # of many copies on one disk, none needs to keep 64 MiB back
    serve(Line(int(sys.argv[1])))
