"""The part of a check that looks at each person's followers, in a process of its own beside the rest of it.

It is a sixth of the work of a large check and needs nothing of the others; two processors are usual. The key goes
through a pipe, counts come back: nothing else leaves either process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from shelterdesk.db.check_followers import Followers
from shelterdesk.db.connection import open_file

MANY = 20_000
"""People from which on starting a process (a third of a second) is worth it."""

_TOP = Path(__file__).resolve().parents[2]


class FollowersBeside:
    """Started at once; asked for what it found when the rest is done."""

    def __init__(self, path: Path, key: bytes) -> None:
        """``path`` and 32-byte ``key`` of the file, which is opened to be read only."""
        search = [str(_TOP), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from shelterdesk.db.check_beside import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(search)},
        )
        asked = json.dumps({"path": str(path.absolute()), "key": key.hex()}).encode()
        pipe, self._process.stdin = self._process.stdin, None
        if pipe is not None:
            with suppress(BrokenPipeError), pipe:  # it ended at once; its status will say so
                pipe.write(asked)

    def wrong(self) -> dict[str, int] | None:
        """Table name → how many of its entries are not what they should be; None where the process failed."""
        told, _ = self._process.communicate()
        if self._process.returncode:
            return None
        try:
            found = json.loads(told)
        except ValueError:
            return None
        return {str(name): int(count) for name, count in found.items()} if isinstance(found, dict) else None

    def stop(self) -> None:
        """End it, where the check ends without asking; harmless afterwards."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def can_run() -> bool:
    """Whether this program can start itself as Python: not where it was packed into one file."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def main() -> None:
    """What the process does: read the question, look at everybody at one moment, answer."""
    asked = json.load(sys.stdin)
    conn = open_file(Path(asked["path"]), bytes.fromhex(asked["key"]), read_only=True)
    conn.execute("BEGIN")
    followers = Followers(conn)
    followers.everybody()
    followers.finish()
    conn.close()
    json.dump(followers.wrong, sys.stdout)
