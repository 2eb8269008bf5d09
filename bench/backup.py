"""A backup against a plain copy of the same bytes, and its restore, proved by the state."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from bench.measure import Figure, Sizes, median, seconds
from bench.stations import NOW, PASSPHRASE, copy_of, filled, opened
from shelterdesk.actions.backups import write_backup
from shelterdesk.actions.clock import SetClock
from shelterdesk.actions.restoring import restore
from shelterdesk.db.backup import backup_file, examine
from shelterdesk.db.state import state_of
from shelterdesk.startup import FILE


def run(sizes: Sizes, out: Path, work: Path) -> Iterator[Figure]:
    """Promise: a backup, synced and read back, costs at most three plain copies of its file, synced too."""
    base = filled(sizes.people, out=out)
    folder = copy_of(base, work / "desk")
    apart = work / "apart.db"  # closing a descriptor of ours on an open file would let go of SQLite's locks
    shutil.copyfile(folder / FILE, apart)
    plain, copied = [], []
    with opened(folder, SetClock(NOW)) as desk:
        reader = desk.reader()
        for n in range(sizes.rounds + 1):
            one, other = work / f"plain-{n}.db", work / f"copy-{n}.db"
            plain.append(seconds(lambda: plain_copy(apart, one)))  # noqa: B023
            copied.append(
                seconds(lambda: backup_file(reader.conn, desk.store.file_key, other, marked=True))  # noqa: B023
            )
            one.unlink()
            other.unlink()
        examined = seconds(lambda: examine(reader.conn, desk.store.path))
        reader.close()
        began = perf_counter()
        made = write_backup(desk, work / "disk")
        whole = perf_counter() - began
        state = state_of(desk.store.conn)
    # The first round only warms up what both read.
    times, bare = median(copied[1:]), median(plain[1:])
    yield Figure(
        f"a backup of {base.people:,} people ({made.size / 1e6:,.0f} MB): copied, synced, read back and hashed",
        times,
        "s",
        "plain copy of the file, synced",
        bare,
        most_times=3,
    )
    yield Figure(
        "the same with every page of the desk's file examined first",
        whole,
        "s",
        "plain copy of the file, synced",
        bare,
        note=f"of which examining {examined:.2f} s",
    )
    began = perf_counter()
    restored = restore(made.folder, work / "new", "admin", PASSPHRASE, SetClock(NOW))
    took = perf_counter() - began
    try:
        if state_of(restored.store.conn) != state:
            raise ValueError("the restored station has another state")
    finally:
        restored.close()
    yield Figure(
        "restored and opened in a new epoch, state equal", took, "s", "plain copy of the file, synced", bare
    )


def plain_copy(source: Path, target: Path) -> None:
    """Copy a file as any program would, until it is on the disk."""
    with source.open("rb") as stream, target.open("wb") as out:
        shutil.copyfileobj(stream, out, 1 << 20)
        out.flush()
        os.fsync(out.fileno())
