"""The check of a whole file, against reading the same lines once and hashing them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.measure import Figure, Sizes, median, seconds
from bench.stations import Filled, filled, opened
from shelterdesk.core.event import GENESIS, chain_next, line_hash
from shelterdesk.core.roster import Roster
from shelterdesk.db.check import check
from shelterdesk.db.connection import open_file
from shelterdesk.startup import FILE


def run(sizes: Sizes, out: Path, work: Path) -> Iterator[Figure]:
    """Promise: at most ten times reading and hashing the log, each with a fresh connection."""
    registered = filled(sizes.people, out=out)
    yield _figure(registered, "registrations", sizes.rounds)
    left = filled(sizes.people, leaving=True, out=out)
    yield _figure(left, "registrations and departures, stays closed by edits", sizes.rounds)


def _figure(station: Filled, what: str, rounds: int) -> Figure:
    with opened(station.folder) as desk:
        key, roster = desk.store.file_key, desk.roster
    path = station.folder / FILE
    checked, read = [], []
    for _ in range(rounds):
        read.append(seconds(lambda: _read_and_hash(path, key)))
        checked.append(seconds(lambda: _check(path, key, roster)))
    return Figure(
        f"check of {station.people:,} people, {station.ops:,} changes ({what})",
        median(checked),
        "s",
        "reading, hashing and chaining the same lines from the same file",
        median(read),
        most_times=10,
    )


def _read_and_hash(path: Path, key: bytes) -> None:
    conn = open_file(path, key, read_only=True)
    chain = GENESIS
    for (line,) in conn.execute("SELECT line FROM event ORDER BY dev, epoch, seq, id"):
        chain = chain_next(chain, line_hash(line))
    conn.close()


def _check(path: Path, key: bytes, roster: Roster) -> None:
    conn = open_file(path, key)
    report = check(conn, beside=lambda: open_file(path, key, read_only=True), key=key)
    conn.close()
    if not report.is_whole:
        raise ValueError(f"a file made a moment ago is not whole: {report.findings}")
