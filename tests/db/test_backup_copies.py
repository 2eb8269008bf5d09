"""Copies of a file that others write to meanwhile: whole at some moment, or not there at all."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest

from shelterdesk.core.errors import DamagedFile
from shelterdesk.db import backup, raw_copy
from shelterdesk.db.connection import Connection, open_file, writing
from shelterdesk.db.meta import IsCopy, refuse_copy

KEY = bytes(range(32))
ROWS = 4_000


def filled(path: Path, rows: int = ROWS) -> Connection:
    """A file with a ledger whose rows always sum up to nought, committed or not at all."""
    conn = open_file(path, KEY)
    conn.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB)")
    conn.execute("CREATE TABLE ledger (id INTEGER PRIMARY KEY, amount INTEGER, said TEXT)")
    with writing(conn):
        conn.executemany(
            "INSERT INTO ledger (amount, said) VALUES (?, ?)",
            ((0, os.urandom(200).hex()) for _ in range(rows)),
        )
    return conn


def move(conn: Connection, rng: random.Random) -> None:
    """Move something from one row to another: a torn copy would not balance."""
    one, other, amount = rng.randint(1, ROWS), rng.randint(1, ROWS), rng.randint(1, 9)
    with writing(conn):
        conn.execute("UPDATE ledger SET amount = amount - ?, said = ? WHERE id = ?", (amount, "x" * 300, one))
        conn.execute("UPDATE ledger SET amount = amount + ? WHERE id = ?", (amount, other))


def must_be_whole(path: Path) -> None:
    copy = open_file(path, KEY, read_only=True)
    assert copy.execute("PRAGMA cipher_integrity_check").fetchall() == []
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert copy.execute("SELECT count(*), sum(amount) FROM ledger").fetchone() == (ROWS, 0)
    copy.close()


@pytest.mark.parametrize("checkpoint_at", [1, 50, 1_000])
def test_a_copy_beside_a_busy_writer_balances(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checkpoint_at: int
) -> None:
    """Writers commit and put their log into the main file again and again while the bytes are copied."""
    monkeypatch.setattr(raw_copy, "_CHUNK", 1 << 17)
    path = tmp_path / "station.db"
    filled(path).close()
    stop, moved = threading.Event(), threading.Semaphore(0)

    def work() -> None:
        conn = open_file(path, KEY)
        conn.execute(f"PRAGMA wal_autocheckpoint = {checkpoint_at}")
        rng = random.Random(checkpoint_at)
        while not stop.is_set():
            move(conn, rng)
            moved.release()
        conn.close()

    def let_work(_left: int, _total: int) -> None:
        assert moved.acquire(timeout=20)

    writer = threading.Thread(target=work)
    reader = open_file(path, KEY, read_only=True)
    writer.start()
    try:
        for n in range(12):
            for _ in range(20):
                assert moved.acquire(timeout=20)
            # A long copy: the writer is let work between two pieces of it.
            backup.backup_file(reader, KEY, tmp_path / f"{n}.db", let_work, marked=True)
    finally:
        stop.set()
        writer.join()
        reader.close()
    for n in range(12):
        must_be_whole(tmp_path / f"{n}.db")
        copy = open_file(tmp_path / f"{n}.db", KEY, read_only=True)
        with pytest.raises(IsCopy):
            refuse_copy(copy)
        copy.close()
    assert sorted(p.name for p in tmp_path.glob("*.partial*")) == []


def test_a_log_begun_anew_in_the_middle_is_copied_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all of the log in the main file a writer may begin it anew under a reader: half old, half new is no log."""
    path = tmp_path / "station.db"
    conn = filled(path)
    conn.execute("PRAGMA wal_checkpoint(FULL)")
    reader = open_file(path, KEY, read_only=True)
    rng, heads = random.Random(7), []
    real = raw_copy._new

    def opened(target: Path) -> object:
        if target.name.endswith("-wal"):
            log = path.with_name("station.db-wal")
            heads.append(log.read_bytes()[:32])
            if len(heads) == 1:  # after the header was read, before the frames are
                move(conn, rng)
        return real(target)

    monkeypatch.setattr(raw_copy, "_new", opened)
    backup.backup_file(reader, KEY, tmp_path / "copy.db")
    assert len(heads) == 2 and heads[0] != heads[1]
    reader.close()
    conn.close()
    must_be_whole(tmp_path / "copy.db")


def test_our_own_locks_stay(tmp_path: Path) -> None:
    """No descriptor of ours is opened on the file: closing it would let another process take the file away."""
    path = tmp_path / "station.db"
    conn = filled(path)
    reader = open_file(path, KEY, read_only=True)

    def locks() -> list[str]:
        lines = Path("/proc/locks").read_text().splitlines()
        return sorted(line.split(":", 1)[1] for line in lines if str(os.getpid()) in line)

    before = locks()
    backup.backup_file(reader, KEY, tmp_path / "copy.db")
    assert locks() == before and before
    reader.close()
    conn.close()


def test_page_by_page_where_the_bytes_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_here(_: Path) -> int:
        raise raw_copy.NotRaw

    monkeypatch.setattr(raw_copy, "_descriptor_of", not_here)
    conn = filled(tmp_path / "station.db")
    sha = backup.backup_file(conn, KEY, tmp_path / "copy.db", marked=True)
    conn.close()
    must_be_whole(tmp_path / "copy.db")
    assert sha == backup.sha256_of(tmp_path / "copy.db")


def test_a_disk_that_does_not_keep_what_was_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One byte that reads back as another: no copy is left, whichever byte it is."""
    conn = filled(tmp_path / "station.db", 400)
    seed = random.randrange(1 << 30)
    print("seed", seed)
    rng, real = random.Random(seed), backup._sync

    def lied(path: Path) -> None:
        real(path)
        with path.open("rb+") as stream:
            at = rng.randrange(8192, path.stat().st_size)
            stream.seek(at)
            byte = stream.read(1)[0]
            stream.seek(at)
            stream.write(bytes([byte ^ (1 << rng.randrange(8))]))

    monkeypatch.setattr(backup, "_sync", lied)
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for n in range(8):
        with pytest.raises(DamagedFile, match="read back"):
            backup.backup_file(conn, KEY, tmp_path / f"{n}.db")
    assert sorted(p.name for p in tmp_path.iterdir() if not p.name.startswith("station")) == []
    conn.close()


@pytest.mark.parametrize("after", [1, 30])
def test_a_copy_that_is_stopped_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(raw_copy, "_CHUNK", 1 << 16)
    conn = filled(tmp_path / "station.db")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > after

    with pytest.raises(backup.Stopped):
        backup.backup_file(conn, KEY, tmp_path / "copy.db", cancelled=stop)
    assert not list(tmp_path.glob("copy*"))
    conn.close()
