"""A program run again and again, each time cut off somewhere else: forked from one that has loaded everything already.

Starting Python and its libraries takes longer than what these programs do.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SERVER = """
import json, os, sys, traceback
exec(compile(sys.argv[1], "forked", "exec"))
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            main(*json.loads(line))
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Forked:
    """``run(…)`` calls ``main(…)`` of the script in a fresh child of the loaded program; its status is returned."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, *args: str | int) -> int:
        """The status the child ended with: 0, what it gave to ``os._exit``, or 1 after an error it printed."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(args) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def forked(script: str) -> Iterator[Forked]:
    """A script that defines ``main``, loaded once."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Forked(process)
        assert process.stdin is not None
        process.stdin.close()
