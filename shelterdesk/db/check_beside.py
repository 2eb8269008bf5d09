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
from dataclasses import dataclass
from pathlib import Path

from shelterdesk.db.check_followers import Followers
from shelterdesk.db.connection import Connection, open_file

MANY = 20_000
"""People from which on starting a process (a third of a second) is worth it."""

_TOP = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Told:
    """``wrong``: table name → how many of its entries are not what they should be; ``ops`` as :func:`held_ops`."""

    wrong: dict[str, int]
    ops: int


class FollowersBeside:
    """Started at once; asked for what it found when the rest is done."""

    def __init__(self, path: Path, key: bytes, upto: int) -> None:
        """``path`` and 32-byte ``key`` of the file, which is opened to be read only; ``upto`` the last event's id.

        What is saved after that is left out of what is compared across the two processes.
        """
        search = [str(_TOP), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from shelterdesk.db.check_beside import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(search)},
        )
        asked = json.dumps({"path": str(path.absolute()), "key": key.hex(), "upto": upto}).encode()
        pipe, self._process.stdin = self._process.stdin, None
        if pipe is not None:
            with suppress(BrokenPipeError), pipe:  # it ended at once; its status will say so
                pipe.write(asked)

    def told(self) -> Told | None:
        """What it found; None where the process failed."""
        told, _ = self._process.communicate()
        if self._process.returncode:
            return None
        try:
            found = json.loads(told)
            return Told(dict(found["wrong"]), int(found["ops"]))
        except (ValueError, KeyError, TypeError):
            return None

    def stop(self) -> None:
        """End it, where the check ends without asking; harmless afterwards."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def can_run() -> bool:
    """Whether this program can start itself as Python: not where it was packed into one file."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def held_ops(conn: Connection, upto: int) -> int:
    """All rows of ``op`` up to an event in one number, those of withheld or erased lines left out.

    Made of whole numbers alone, whose hashes are the same in every process.
    """
    blanked = {row[0] for row in conn.execute("SELECT id FROM event WHERE line IS NULL")}
    found, number = 0, int.from_bytes
    for ent, event, pos, kind, field in conn.execute(
        "SELECT ent, event, pos, kind, field FROM op WHERE event <= ?", (upto,)
    ):
        if event not in blanked:
            found ^= hash((number(ent, "big"), event, pos, kind, field))
    return found


def main() -> None:
    """What the process does: read the question, look at everybody at one moment, answer."""
    asked = json.load(sys.stdin)
    conn = open_file(Path(asked["path"]), bytes.fromhex(asked["key"]), read_only=True)
    conn.execute("BEGIN")
    followers = Followers(conn)
    followers.everybody()
    followers.finish()
    ops = held_ops(conn, int(asked["upto"]))
    conn.close()
    json.dump({"wrong": followers.wrong, "ops": ops}, sys.stdout)
