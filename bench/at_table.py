"""Two desks at one table, each in a process of its own: how long until the one sees what the other saved."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any

from bench.measure import Figure, Sizes, median, percentile
from bench.stations import OTHER, SEED, filled, opened

TOP = Path(__file__).resolve().parent.parent
_PEOPLE = 3_000
_PAUSE_S = (0.0, 1.5)
"""Between two saves: at any moment of the other desk's round."""

_QUIET_S = 8.0


def run(sizes: Sizes, out: Path, work: Path) -> Iterator[Figure]:
    """Promise: what one desk of a table saves, the other sees within three seconds at the median."""
    base = filled(min(sizes.people, _PEOPLE), out=out)
    saves = min(sizes.saves, 40)
    for way in ("listen", "folder"):
        told = _both(base.folder, work / way, way, saves)
        words = "by pairing (one listens, the other calls)" if way == "listen" else "by a shared folder"
        yield Figure(
            f"a person saved at one desk is in the other's tables, {words}, median of {len(told)}",
            median(told),
            "s",
            most=3,
        )
        yield Figure(f"the same, slowest of a hundred ({way})", percentile(told, 99), "s")


def _both(base: Path, work: Path, way: str, saves: int) -> list[float]:
    """Seconds from each save at the first desk to when the second has it."""
    import shutil

    shutil.copytree(base, work / "one")
    (work / "one" / OTHER).rename(work / "two")
    (work / "share").mkdir()
    table: dict[str, Any] = {"way": "folder", "folder": str(work / "share")}
    if way == "listen":
        table = {"way": "listen", "address": "127.0.0.1", "port": 0}
    first = _desk(work / "one", table, saves)
    code = json.loads(first.stdout.readline())["code"] if first.stdout is not None else ""
    if way == "listen":
        table = {"way": "call", "code": code}
    second = _desk(work / "two", table, 0)
    assert second.stdout is not None and second.stdin is not None and first.stdin is not None
    second.stdout.readline()
    first.stdin.write("go\n")
    first.stdin.flush()
    saved = json.loads(first.stdout.readline()) if first.stdout is not None else {}
    second.stdin.write("tell\n")
    second.stdin.flush()
    seen = json.loads(second.stdout.readline())
    for one in (first, second):
        one.communicate("end\n", timeout=60)
    missing = saved.keys() - seen.keys()
    if missing:
        raise ValueError(f"{len(missing)} of {len(saved)} never arrived")
    return [seen[name] - at for name, at in saved.items()]


def _desk(folder: Path, table: dict[str, Any], saves: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bench.at_table", str(folder), json.dumps(table), str(saves)],
        cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def desk(folder: Path, table: dict[str, Any], saves: int) -> None:
    """One desk with its lane: saves so many people at random moments, or notes when those of the other are here."""
    from shelterdesk.actions.clock import SystemClock
    from shelterdesk.actions.table_choice import Table
    from shelterdesk.actions.table_lane import TableLane
    from shelterdesk.core.kinds import PERSON

    rng = random.Random(SEED)
    wishes: SimpleQueue[Callable[[], None]] = SimpleQueue()
    seen: dict[str, float] = {}
    with opened(folder) as opened_desk:
        opened_desk.store.clock = SystemClock()

        def do(action: Callable[..., Any], *args: Any) -> Any:
            """As the window does: in the desk's own turn, the lane waits."""
            done, found = Event(), []

            def wish() -> None:
                found.append(action(opened_desk, *args).result)
                if action.__name__ == "take_in_table":
                    now = time.monotonic()
                    for (name,) in opened_desk.store.conn.execute(
                        "SELECT given FROM person WHERE given GLOB 'Mesa *'"
                    ):
                        seen.setdefault(name, now)
                done.set()

            wishes.put(wish)
            done.wait()
            return found[0]

        lane = TableLane(
            folder,
            Table(**table),
            opened_desk.store.keys.signing,
            opened_desk.reader,
            do,
            opened_desk.clock,
            lambda _: None,
        )
        lane.start()

        def until(holds: Callable[[], bool]) -> None:
            while not holds():
                try:
                    wishes.get(timeout=0.02)()
                except Empty:
                    continue

        until(lambda: lane.standing.last_ms is not None)
        print(json.dumps({"code": lane.standing.code}), flush=True)
        if saves:
            sys.stdin.readline()
            saved: dict[str, float] = {}
            for n in range(saves):
                with opened_desk.store.write(opened_desk.user) as event:
                    event.create(
                        PERSON,
                        {"given": f"Mesa {n}", "arrived_at": event.now, "station": opened_desk.who.station},
                    )
                saved[f"Mesa {n}"] = time.monotonic()
                lane.wake()
                rest = time.monotonic() + rng.uniform(*_PAUSE_S)
                until(lambda rest=rest: time.monotonic() > rest)  # type: ignore[misc]
            quiet = time.monotonic() + _QUIET_S
            until(lambda: time.monotonic() > quiet)
            print(json.dumps(saved), flush=True)
        from threading import Thread

        asked: list[str] = []
        Thread(target=lambda: asked.append(sys.stdin.readline()), daemon=True).start()
        until(lambda: bool(asked))
        print(json.dumps(seen), flush=True)
        leaving = Thread(target=lane.stop)
        leaving.start()
        until(lambda: not leaving.is_alive())


if __name__ == "__main__":
    desk(Path(sys.argv[1]), json.loads(sys.argv[2]), int(sys.argv[3]))
